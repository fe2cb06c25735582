//! What the trace shows beside stages and attempts.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Attempted, sum};
use crate::{Cost, Money};

/// One candidate, as the request saw it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Considered {
    /// The target.
    pub target: Arc<str>,
    /// Which of the endpoint's keys.
    pub key: u32,
    /// What the request was expected to cost there, if the price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Money>,
    /// The usual time to the first content, if there was one lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Duration>,
    /// How many of a thousand recent attempts failed.
    pub failures: u32,
    /// How many attempts it was busy with.
    pub running: u32,
    /// How much longer it was to be left alone; `None` when it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resting: Option<Duration>,
    /// Why a plan passes it over, though it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<Box<str>>,
    /// Which of the trace's stages dropped it; `None` when it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<usize>,
}

impl Considered {
    /// The candidate for `target` with the endpoint's key of that number, kept, of which nothing is known.
    pub fn new(target: impl Into<Arc<str>>, key: u32) -> Self {
        Self { target: target.into(), key, ..Self::default() }
    }
}

/// How a request got its labels.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Classified {
    /// Who labelled it.
    pub by: Box<str>,
    /// How long that took.
    pub took: Duration,
    /// The ids of the requests that were made for it; their entries on the ledger have these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Arc<str>>,
    /// Their attempts, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempted>,
    /// Why the labels are those for want of better ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Classified {
    /// Labelled by the classifier of this name, at once and without a question.
    pub fn new(by: impl Into<Box<str>>) -> Self {
        Self { by: by.into(), ..Self::default() }
    }

    /// What its requests cost; `None` when one of them consumed something and has no price.
    pub fn cost(&self) -> Option<Cost> {
        sum(&self.attempts)
    }
}

/// What became of the copy of a request.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Shadowed {
    /// The target or route that was to have it.
    pub name: Arc<str>,
    /// The copy's own id, which is on its ledger entries; `None` when it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Arc<str>>,
    /// Why it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Box<str>>,
}

impl Shadowed {
    /// The copy for the target or route called `name`, which was not sent.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}
