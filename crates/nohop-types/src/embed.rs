use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::asker::asker;
use crate::words::words;
use crate::{Error, ErrorKind, Extras, Preferences, Result, Secret};

/// What the caller wants vectors for.
///
/// ```
/// use nohop_types::{EmbedRequest, Purpose};
///
/// let request = EmbedRequest::new("author/model")
///     .texts(["Why is the sky red?", "It is dusk."])
///     .purpose(Purpose::Document)
///     .dimensions(256);
/// assert_eq!(request.inputs.len(), 2);
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct EmbedRequest {
    /// A route's name, a model as `author/slug`, or one target as `model@endpoint`.
    pub model: String,
    /// What becomes a vector each.
    pub inputs: Vec<EmbedInput>,
    /// How many numbers a vector has, where the model can shorten its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
    /// What the vectors are for, where the model makes others for each purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Who asks, for the provider's own watch against abuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Words for policies and the ledger; never sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What it prefers among those who could answer it; never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Box<Preferences>>,
    /// The caller's own key for this request; never serialized.
    #[serde(skip)]
    pub key: Option<Secret>,
    /// The caller's own headers for this request; never serialized.
    #[serde(skip)]
    pub headers: Vec<(String, Secret)>,
    /// What else a provider may be told.
    #[serde(skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl EmbedRequest {
    /// An empty request for `model`.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), ..Self::default() }
    }

    /// Appends a text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.inputs.push(EmbedInput::Text(text.into()));
        self
    }

    /// Appends texts.
    #[must_use]
    pub fn texts<T: Into<String>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.inputs.extend(texts.into_iter().map(|text| EmbedInput::Text(text.into())));
        self
    }

    /// Appends a text that the caller has cut into the model's tokens.
    #[must_use]
    pub fn tokens(mut self, tokens: impl IntoIterator<Item = u32>) -> Self {
        self.inputs.push(EmbedInput::Tokens(tokens.into_iter().collect()));
        self
    }

    /// Says how many numbers a vector has.
    #[must_use]
    pub fn dimensions(mut self, count: u32) -> Self {
        self.dimensions = Some(count);
        self
    }

    /// Says what the vectors are for.
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    asker!();

    /// Finds what every provider would refuse, so that none need be asked: a request without an input,
    /// or for vectors without a number.
    ///
    /// # Errors
    ///
    /// `InvalidRequest`.
    pub fn check(&self) -> Result<()> {
        let wrong = |what| Err(Error::new(ErrorKind::InvalidRequest, what));
        if self.inputs.is_empty() {
            return wrong("the request has no input; add one, as `EmbedRequest::text` does");
        }
        if self.dimensions == Some(0) {
            return wrong("dimensions: a vector has at least one");
        }
        Ok(())
    }

    /// How many bytes the inputs have.
    pub fn len(&self) -> usize {
        self.inputs.iter().map(EmbedInput::len).sum()
    }

    /// Whether the inputs say nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What becomes one vector.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum EmbedInput {
    /// A text.
    Text(String),
    /// A text that the caller has cut into the model's tokens, by their numbers.
    Tokens(Vec<u32>),
}

impl EmbedInput {
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Tokens(tokens) => size_of_val(&**tokens),
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

words! {
    /// What vectors are for.
    pub enum Purpose {
        /// To tell apart what belongs to different classes.
        Classification = "classification",
        /// To find groups of what is alike.
        Clustering = "clustering",
        /// To be found by queries.
        Document = "document",
        /// To find documents.
        Query = "query",
        /// To be compared with each other.
        Similarity = "similarity",
    }
}

#[cfg(test)]
mod tests;
