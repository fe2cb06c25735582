use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{Extras, Modality, Money};

/// One model as its provider lists it: what a catalog may take over, and nothing that was not told.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Listed {
    /// The provider's own id for the model, as a call names it.
    pub id: String,
    /// The model's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who made it, or who serves it: the provider's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Since when it is there, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// How many tokens it reads at the most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<u64>,
    /// How many tokens it answers with at the most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// What it reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Modality>,
    /// What it answers with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Modality>,
    /// What it can do and what it heeds, in the provider's words: tasks, features, parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub abilities: Vec<String>,
    /// What it costs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<Rate>,
    /// What else the provider says of it.
    #[serde(skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl Listed {
    /// The model called `id`, of which nothing else is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// What one `unit` costs, where it is listed.
    pub fn rate(&self, unit: &Unit) -> Option<Money> {
        self.rates.iter().find(|rate| rate.unit == *unit).map(|rate| rate.price)
    }
}

/// What one of something costs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rate {
    /// Of what.
    pub unit: Unit,
    /// How much one of it costs.
    pub price: Money,
}

impl Rate {
    /// One `unit` costs `price`.
    pub fn new(unit: Unit, price: Money) -> Self {
        Self { unit, price }
    }
}

words! {
    /// What is paid for by its number.
    pub enum Unit {
        /// A prompt token read from the cache.
        CacheRead = "cache_read",
        /// A prompt token written to the cache.
        CacheWrite = "cache_write",
        /// A picture in the prompt.
        Image = "image",
        /// A prompt token.
        Input = "input",
        /// A token of the answer.
        Output = "output",
        /// A token spent thinking, where it costs other than one that is seen.
        Reasoning = "reasoning",
        /// A request.
        Request = "request",
        /// A unit of search, as rerankings are billed.
        Search = "search",
    }
}

#[cfg(test)]
mod tests;
