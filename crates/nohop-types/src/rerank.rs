use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::asker::asker;
use crate::{Error, ErrorKind, Extras, Preferences, Result, Secret};

/// What the caller wants put in the order of its relevance.
///
/// ```
/// use nohop_types::RerankRequest;
///
/// let request = RerankRequest::new("author/model", "Why is the sky red?")
///     .documents(["It is dusk.", "Paris is a city."])
///     .top(1);
/// assert_eq!(request.documents.len(), 2);
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct RerankRequest {
    /// A route's name, a model as `author/slug`, or one target as `model@endpoint`.
    pub model: String,
    /// What the documents are to be relevant to.
    pub query: String,
    /// What is put in order.
    pub documents: Vec<String>,
    /// How many of the most relevant documents are wanted; all, where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<u32>,
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

impl RerankRequest {
    /// A request for `model` to say what is relevant to `query`, without a document yet.
    pub fn new(model: impl Into<String>, query: impl Into<String>) -> Self {
        Self { model: model.into(), query: query.into(), ..Self::default() }
    }

    /// Appends a document.
    #[must_use]
    pub fn document(mut self, document: impl Into<String>) -> Self {
        self.documents.push(document.into());
        self
    }

    /// Appends documents.
    #[must_use]
    pub fn documents<T: Into<String>>(mut self, documents: impl IntoIterator<Item = T>) -> Self {
        self.documents.extend(documents.into_iter().map(Into::into));
        self
    }

    /// Says how many of the most relevant documents are wanted.
    #[must_use]
    pub fn top(mut self, count: u32) -> Self {
        self.top = Some(count);
        self
    }

    asker!();

    /// Finds what every provider would refuse, so that none need be asked: a request without a query or
    /// a document, or for none of them.
    ///
    /// # Errors
    ///
    /// `InvalidRequest`.
    pub fn check(&self) -> Result<()> {
        let wrong = |what| Err(Error::new(ErrorKind::InvalidRequest, what));
        if self.query.is_empty() {
            return wrong("the request has no query; name one in `RerankRequest::new`");
        }
        if self.documents.is_empty() {
            return wrong(
                "the request has no document; add one, as `RerankRequest::document` does",
            );
        }
        if self.top == Some(0) {
            return wrong("top: ask for one document at least");
        }
        Ok(())
    }

    /// How many of the documents the answer has at the most.
    pub fn wanted(&self) -> usize {
        let all = self.documents.len();
        self.top.map_or(all, |top| all.min(usize::try_from(top).unwrap_or(usize::MAX)))
    }

    /// How many bytes the query and the documents have.
    pub fn len(&self) -> usize {
        self.query.len() + self.documents.iter().map(String::len).sum::<usize>()
    }

    /// Whether the query and the documents say nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
