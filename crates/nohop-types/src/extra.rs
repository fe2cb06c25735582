use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Json;

/// Fields the vocabulary has no word for, at one place: a request, a message, a part, a tool, a
/// choice, a response, a usage.
///
/// An entry is written where its scope allows, and is a loss elsewhere. It never overwrites a typed
/// field: an entry at the key of one is written while that field is unset, and otherwise only says in
/// which form the field was written (a list of one, or under its other name).
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Extras(Vec<Extra>);

impl Extras {
    /// No entries.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an entry.
    pub fn push(&mut self, scope: ExtraScope, key: impl Into<String>, value: Json) {
        self.0.push(Extra::new(scope, key, value));
    }

    /// Every entry.
    pub fn iter(&self) -> std::slice::Iter<'_, Extra> {
        self.0.iter()
    }

    /// The entries without those that a later one of the same name and scope replaces: a stream may
    /// say the same thing again, and otherwise.
    #[must_use]
    pub fn latest(&self) -> Self {
        let replaced = |place: usize, entry: &Extra| {
            self.0[place + 1..].iter().any(|e| e.key == entry.key && e.scope == entry.scope)
        };
        let entries = self.0.iter().enumerate().filter(|(place, entry)| !replaced(*place, entry));
        entries.map(|(_, entry)| entry.clone()).collect()
    }

    /// The value at `key`, if one is in scope for `dialect` at `endpoint`.
    pub fn get(&self, dialect: &str, endpoint: &str, key: &str) -> Option<&Json> {
        let mut entries = self.0.iter();
        entries.find(|e| e.key == key && e.scope.covers(dialect, endpoint)).map(|e| &e.value)
    }
}

impl FromIterator<Extra> for Extras {
    fn from_iter<I: IntoIterator<Item = Extra>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl Extend<Extra> for Extras {
    fn extend<I: IntoIterator<Item = Extra>>(&mut self, entries: I) {
        self.0.extend(entries);
    }
}

impl IntoIterator for Extras {
    type Item = Extra;
    type IntoIter = std::vec::IntoIter<Extra>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Extras {
    type Item = &'a Extra;
    type IntoIter = std::slice::Iter<'a, Extra>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One field the vocabulary has no word for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// Who may be told.
    pub scope: ExtraScope,
    /// The field's name; a dot leads into an object that the dialect knows.
    pub key: String,
    /// The field's value.
    pub value: Json,
}

impl Extra {
    /// The field `key` for those in `scope`.
    pub fn new(scope: ExtraScope, key: impl Into<String>, value: Json) -> Self {
        Self { scope, key: key.into(), value }
    }
}

/// Who an extra field is meant for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ExtraScope {
    /// Whoever gets the request.
    Any,
    /// Whoever speaks this dialect.
    Dialect(Cow<'static, str>),
    /// This endpoint alone.
    Endpoint(String),
}

impl ExtraScope {
    /// Whoever speaks the dialect called `name`.
    pub fn dialect(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Dialect(name.into())
    }

    /// The endpoint called `name` alone.
    pub fn endpoint(name: impl Into<String>) -> Self {
        Self::Endpoint(name.into())
    }

    /// Whether `endpoint`, spoken to in `dialect`, is meant.
    pub fn covers(&self, dialect: &str, endpoint: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Dialect(mine) => mine == dialect,
            Self::Endpoint(mine) => mine == endpoint,
        }
    }
}

#[cfg(test)]
mod tests;
