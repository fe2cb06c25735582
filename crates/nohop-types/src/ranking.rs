use serde::{Deserialize, Serialize};

use crate::{Cost, Extras, Trace, Usage};

/// The answer to a [`RerankRequest`](crate::RerankRequest): its documents, the most relevant first.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Ranking {
    /// The provider's id for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The documents by their numbers, the most relevant first.
    pub results: Vec<Ranked>,
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

impl Ranking {
    /// The answer that has `results`, in whichever order they come, of which nothing else is known.
    pub fn new(mut results: Vec<Ranked>) -> Self {
        results.sort_by(|a, b| b.score.total_cmp(&a.score));
        Self { results, ..Self::default() }
    }
}

/// One document in a [`Ranking`].
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ranked {
    /// Which of the request's documents it is, from 0.
    pub index: usize,
    /// How relevant it is: more is better. What a number means is the model's own, and numbers of two
    /// models do not compare.
    pub score: f64,
}

impl Ranked {
    /// The document at `index`, as relevant as `score` says.
    pub fn new(index: usize, score: f64) -> Self {
        Self { index, score }
    }
}

#[cfg(test)]
mod tests;
