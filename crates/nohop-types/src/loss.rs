use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Something of a request that a target could not express, or that was translated.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// Where in the request it stood.
    pub field: Cow<'static, str>,
    /// What became of it.
    pub change: Change,
    /// Why.
    pub why: Cow<'static, str>,
}

impl Loss {
    /// What stood in `field` underwent `change`, for the reason `why`.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        change: Change,
        why: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { field: field.into(), change, why: why.into() }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match self.change {
            Change::Clamped => "clamped",
            Change::Dropped => "dropped",
            Change::Translated => "translated",
        };
        write!(f, "{}: {change}: {}", self.field, self.why)
    }
}

/// What became of something that could not be said as it stood.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The nearest allowed value was said.
    Clamped,
    /// Nothing was said.
    Dropped,
    /// It was said in other words.
    Translated,
}
