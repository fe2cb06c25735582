use serde::{Deserialize, Serialize};

use crate::{Cost, Extra, Extras, Trace, Usage};

/// The answer to an [`EmbedRequest`](crate::EmbedRequest): one vector for each input, in their order.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Vectors {
    /// The provider's id for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The vectors.
    pub vectors: Vec<Vec<f32>>,
    /// What the answer consumed.
    pub usage: Usage,
    /// What the request cost, failed attempts included, if the prices are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What the router did for the request; `None` when no router was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Box<Trace>>,
    /// What else the provider says of it.
    #[serde(skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl Vectors {
    /// The answer that consists of `vectors`, of which nothing else is known.
    pub fn new(vectors: Vec<Vec<f32>>) -> Self {
        Self { vectors, ..Self::default() }
    }
}

/// The answers to the calls that one request was split into, in their order, are one: usage is summed,
/// and of the ids and models the first counts.
impl FromIterator<Self> for Vectors {
    fn from_iter<I: IntoIterator<Item = Self>>(answers: I) -> Self {
        let mut answers = answers.into_iter();
        let mut joined = answers.next().unwrap_or_default();
        for answer in answers {
            joined.id = joined.id.or(answer.id);
            joined.model = joined.model.or(answer.model);
            joined.vectors.extend(answer.vectors);
            joined.usage += answer.usage;
            join(&mut joined.extra, answer.extra);
        }
        joined
    }
}

/// Adds the entries of `more` that are not there already.
pub(crate) fn join(extra: &mut Extras, more: Extras) {
    let new: Vec<Extra> =
        more.into_iter().filter(|entry| !extra.iter().any(|e| e == entry)).collect();
    extra.extend(new);
}

#[cfg(test)]
mod tests;
