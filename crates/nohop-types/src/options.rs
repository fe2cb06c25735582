use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Json;
use crate::words::words;

/// How tokens are chosen.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Sampling {
    /// How far to stray from the likeliest token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Choose among the likeliest tokens that together have this probability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Choose among this many of the likeliest tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<i64>,
    /// Choose among tokens at least this likely, relative to the likeliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_p: Option<f64>,
    /// Makes tokens less likely the oftener they occurred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// Makes tokens less likely that occurred at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// Divides the likelihood of tokens that occurred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition_penalty: Option<f64>,
    /// The same seed gives, at best, the same answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Words that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Tokens, by their number, made more or less likely.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub logit_bias: BTreeMap<String, f64>,
    /// Tell how likely the tokens were, and that of so many others at each place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<u32>,
    /// How many answers to give.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
}

/// What the answer shall look like.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum OutputFormat {
    /// An object, whatever its fields.
    JsonObject,
    /// JSON that follows a schema.
    JsonSchema(Schema),
    /// Text.
    Text,
}

/// A JSON Schema for an answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// What the answer is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The schema.
    pub schema: Json,
    /// Whether the answer must follow it without exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

impl Schema {
    /// The `schema` called `name`.
    pub fn new(name: impl Into<String>, schema: impl Into<Json>) -> Self {
        Self { name: Some(name.into()), description: None, schema: schema.into(), strict: None }
    }

    /// The `schema` without a name.
    pub fn anonymous(schema: impl Into<Json>) -> Self {
        Self { name: None, description: None, schema: schema.into(), strict: None }
    }

    /// Says what the answer is.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Asks that the answer follows the schema without exception.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = Some(true);
        self
    }
}

words! {
    /// How soon, and at what price, the request is served.
    pub enum ServiceTier {
        /// As the account is set up.
        Auto = "auto",
        /// Cheaper, when there is room.
        Flex = "flex",
        /// Dearer, before others.
        Priority = "priority",
        /// At the usual price.
        Standard = "standard",
    }
}

words! {
    /// How much the model says.
    pub enum Verbosity {
        /// Much.
        High = "high",
        /// Little.
        Low = "low",
        /// As usual.
        Medium = "medium",
    }
}
