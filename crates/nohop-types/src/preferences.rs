mod cutoffs;
mod max_price;
mod spelled;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use cutoffs::{Cutoffs, Firmness};
pub use max_price::MaxPrice;

use crate::Money;

/// What a request prefers among those who could answer it, and what it refuses.
///
/// A row that ends in `..`; what is not said changes nothing. As JSON it is OpenRouter's object `provider`, so that one
/// of theirs can be pasted, with a few words more.
///
/// ```
/// use nohop_types::{Preferences, Request, SortBy};
///
/// let preferences = Preferences {
///     order: vec!["anthropic".into(), "vertex/europe-west1".into()],
///     sort: Some(SortBy::Price.into()),
///     ..Preferences::default()
/// };
/// let request = Request::new("anthropic/claude-sonnet-5").prefer(preferences).user("Hello?");
///
/// let pasted: Preferences = serde_json::from_str(r#"{"sort":"price","max_price":{"prompt":1}}"#)?;
/// assert_eq!(pasted.sort, Some(SortBy::Price.into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Who is named, in `order`, `only` and `ignore`, is an endpoint, a target, a model or a provider, whose name means all
/// endpoints and regions that it has; `provider/region` means those in that region, and `provider/fp8` and
/// `provider/flex` those of a quantization, and a tier where the request asks for that.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// Other names to ask for, in this order, where the request's own is of no help.
    #[serde(deserialize_with = "spelled::list", skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Who is tried first, in this order.
    #[serde(deserialize_with = "spelled::list", skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Nobody else is asked, unless it is empty.
    #[serde(deserialize_with = "spelled::list", skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Who is not asked.
    #[serde(deserialize_with = "spelled::list", skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Whether anyone but the first, or but those in `order`, is tried: yes, unless it says no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_fallbacks: Option<bool>,
    /// Whether a second candidate may be called beside the first, where the route does so: yes, unless it says no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_hedging: Option<bool>,
    /// Whether who is known not to understand all that the request says is left out.
    ///
    /// Otherwise a target that is known to have no tools, or to follow no schema, is left out only where another target
    /// of the same model has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_parameters: Option<bool>,
    /// What may become of what a provider is told; of whom it is not known counts as the worst.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_collection: Option<DataCollection>,
    /// Whether only who forgets what it is told is asked; of whom it is not known does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zdr: Option<bool>,
    /// Where it may be served: `eu` includes `eu-west-1`, and of whom it is not known is nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How numbers may be rounded: `fp8` includes `mxfp8`, `fp4` both `mxfp4` and `nvfp4`, and `unknown` who does not
    /// say.
    #[serde(deserialize_with = "spelled::list", skip_serializing_if = "Vec::is_empty")]
    pub quantizations: Vec<String>,
    /// By what candidates are ordered, instead of by the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    /// The least tokens of the answer in a second; who is known for less comes last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_min_throughput: Option<Cutoffs>,
    /// The most seconds to the first content; who is known for more comes last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_max_latency: Option<Cutoffs>,
    /// The most that may be charged; what has no price fits no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_price: Option<MaxPrice>,
    /// The most dollars that all attempts at this request may cost, by their estimates; what has no price does not fit.
    #[serde(with = "spelled::dollars", skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<Money>,
    /// The most time for all attempts, to the end of the answer: in JSON, in seconds.
    #[serde(with = "spelled::seconds", skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
}

impl Preferences {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What may become of what a provider is told.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum DataCollection {
    /// Anything.
    Allow,
    /// It is forgotten once it is answered.
    Deny,
    /// It may be kept for a while, and no model learns from it.
    Keep,
}

/// By what candidates are ordered, and how far that goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Among whom.
    pub partition: Partition,
}

/// By what candidates are ordered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// The least time to the first content first.
    Latency,
    /// The least estimate of this request first.
    Price,
    /// The best in public tests first; OpenRouter's word is `exacto`.
    #[serde(rename = "exacto", alias = "quality")]
    Quality,
    /// The most tokens in a second first.
    Throughput,
}

/// Among whom candidates are ordered.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Partition {
    /// Among those of one name; the names stay in their order.
    #[default]
    Model,
    /// Among all of them.
    None,
}

impl Sort {
    /// Sorts the candidates of all names together.
    #[must_use]
    pub fn across(self) -> Self {
        Self { partition: Partition::None, ..self }
    }
}

impl SortBy {
    /// Sorts the candidates of all names together.
    pub fn across(self) -> Sort {
        Sort::from(self).across()
    }
}

impl From<SortBy> for Sort {
    fn from(by: SortBy) -> Self {
        Self { by, partition: Partition::default() }
    }
}
