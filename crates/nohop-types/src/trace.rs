mod considered;
mod lazy;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Cost, Label, Loss, Money, Outcome, Provenance, Usage};

pub use considered::{Classified, Considered, Shadowed};
pub use lazy::{Lazy, Maker};

/// What the router considered, dropped, tried and why, for one request.
///
/// It prints as a table, and serializes as JSON. There is no word of the request or of an answer in
/// it, and no key.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Trace {
    /// The request's own id, which is on its ledger entries too.
    pub id: Arc<str>,
    /// The name that the caller asked for.
    pub name: Arc<str>,
    /// What the name turned out to be.
    pub resolved: Arc<str>,
    /// What was found out about the request before the decision, and with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// How it got its labels, where its route classifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classified: Option<Classified>,
    /// How many candidates there were to begin with.
    pub candidates: usize,
    /// The candidates, those that were kept first and in their order; not all, where they are too many.
    #[serde(skip_serializing_if = "<[Considered]>::is_empty")]
    pub considered: Lazy<Considered>,
    /// What the policy did, step by step.
    pub stages: Lazy<Stage>,
    /// The targets to call, in the order of attempts, as far as a plan looks.
    pub order: Vec<Arc<str>>,
    /// The attempts so far, oldest first.
    pub attempts: Vec<Attempted>,
    /// What became of its copy, where its route has a shadow that it fell under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadowed>,
    /// How long the decision took, from the request to the order of attempts.
    pub decided: Duration,
    /// How long it took in all, so far.
    pub took: Duration,
}

/// One named step of a policy, on the trace.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Stage {
    /// The policy's name.
    pub name: Box<str>,
    /// How many candidates it left.
    pub kept: usize,
    /// The targets of those it dropped.
    pub dropped: Vec<Arc<str>>,
    /// How many more it dropped, when they are too many to name.
    #[serde(skip_serializing_if = "is_zero")]
    pub unnamed: usize,
    /// Who led before it, of those it kept; empty unless it changed the order there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Arc<str>>,
    /// Who led after it; empty unless it changed the order there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Arc<str>>,
}

/// One attempt, on the trace.
///
/// What the times are counted from is said with each of them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Attempted {
    /// The target that was called.
    pub target: Arc<str>,
    /// Which of the endpoint's keys was used.
    pub key: u32,
    /// The dialect of the way that was taken; what is lost differs from one to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Arc<str>>,
    /// How it ended; `None` while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What went wrong, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The HTTP status, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// When it began, counted from the request: what came before is decision and waiting, all ours.
    pub began: Duration,
    /// How long before that it waited in line for room under our own quotas.
    #[serde(default, skip_serializing_if = "Duration::is_zero")]
    pub waited: Duration,
    /// When it was handed to the transport, counted from when it began: the key was fetched and the
    /// request written by then. `None` when it never was: our own side refused it, or gave it up before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Duration>,
    /// How long it waited for a connection to be opened, with its name and TLS, where none was there to be used; `None`
    /// too of what had no answer, and of a transport that does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<Duration>,
    /// When the head of the answer came, counted from when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Duration>,
    /// When the first content came, counted from when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_content: Option<Duration>,
    /// How long it took, so far.
    pub took: Duration,
    /// How old the answer was, where it had been kept and nobody was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Duration>,
    /// Whether what was answered had to be mended before it was accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mended: bool,
    /// What it consumed, as far as that is known.
    pub usage: Arc<Usage>,
    /// What that cost, if the price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What of the request the target could not express, or was translated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Loss>,
    /// How many frames of the answer could not be read, and were passed over.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped: usize,
}

impl Trace {
    /// The trace of the request with this id, which asked for `name`; nothing has happened yet.
    pub fn new(id: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self { id: id.into(), name: name.into(), ..Self::default() }
    }

    /// What all attempts cost, and what was asked to classify the request; `None` when one of them
    /// consumed something and has no price.
    ///
    /// The sum is as good as the worst of its parts. What a shadow costs is nothing of the caller's.
    pub fn cost(&self) -> Option<Cost> {
        let asked = self.classified.iter().flat_map(|it| &it.attempts);
        sum(asked.chain(&self.attempts))
    }

    /// How much of the time was the router's own: the decision, and preparing each call.
    ///
    /// What it waited for is not: a classifier, a rest, a provider.
    pub fn overhead(&self) -> Duration {
        let prepared = self.attempts.iter().filter_map(|tried| tried.sent);
        prepared.fold(self.decided, Duration::saturating_add)
    }

    /// What was found out about the request under this name.
    pub fn label(&self, name: &str) -> Option<&str> {
        Label::find(&self.labels, name)
    }

    /// The trace as JSON.
    pub fn to_json(&self) -> String {
        // Nothing in it can fail to be written: every key is a string.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Stage {
    /// A stage called `name` that left so many candidates, and dropped none.
    pub fn new(name: impl Into<Box<str>>, kept: usize) -> Self {
        Self { name: name.into(), kept, ..Self::default() }
    }

    /// Says whom it dropped: those with these targets, and so many more.
    #[must_use]
    pub fn dropped(mut self, targets: impl IntoIterator<Item = Arc<str>>, unnamed: usize) -> Self {
        (self.dropped, self.unnamed) = (targets.into_iter().collect(), unnamed);
        self
    }

    /// Says that it changed who leads: from the first of these to the second.
    #[must_use]
    pub fn moved(mut self, before: Vec<Arc<str>>, after: Vec<Arc<str>>) -> Self {
        (self.before, self.after) = (before, after);
        self
    }
}

impl Attempted {
    /// An attempt at `target` with the endpoint's key of that number, just begun.
    pub fn new(target: impl Into<Arc<str>>, key: u32) -> Self {
        Self {
            target: target.into(),
            key,
            way: None,
            outcome: None,
            error: None,
            status: None,
            began: Duration::ZERO,
            waited: Duration::ZERO,
            sent: None,
            connect: None,
            head: None,
            first_content: None,
            took: Duration::ZERO,
            kept: None,
            mended: false,
            usage: Arc::default(),
            cost: None,
            losses: Vec::new(),
            skipped: 0,
        }
    }

    /// Whether our own side refused to send it; then it is no attempt, and nothing was asked of anyone.
    pub fn is_refused(&self) -> bool {
        self.sent.is_none() && matches!(self.outcome, Some(Outcome::Failed(_)))
    }

    fn consumed(&self) -> bool {
        self.usage.total().is_some_and(|total| total > 0) || self.outcome == Some(Outcome::Finished)
    }
}

/// What `attempts` cost together, if those that consumed something have a price.
fn sum<'a>(attempts: impl IntoIterator<Item = &'a Attempted>) -> Option<Cost> {
    attempts
        .into_iter()
        .filter(|tried| tried.cost.is_some() || tried.consumed())
        .map(|tried| tried.cost)
        .reduce(|sum, cost| Some(add(sum?, cost?)))
        .flatten()
}

fn add(one: Cost, other: Cost) -> Cost {
    let rank = |cost: Cost| match cost.provenance {
        Provenance::Provider => 0,
        Provenance::Computed => 1,
        Provenance::Estimated => 2,
        Provenance::Partly => 3,
    };
    let amount: Money = one.amount + other.amount;
    let worse = if rank(one) < rank(other) { other } else { one };
    Cost { amount, ..worse }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
