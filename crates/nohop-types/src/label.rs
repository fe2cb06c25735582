use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A word that a request was given on its way: how difficult it is, or which arm of a test it is in.
///
/// What a caller says of a request is a tag; what is found out about it is a label.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Label {
    /// What it is about.
    pub name: Arc<str>,
    /// What was found.
    pub value: Arc<str>,
}

impl Label {
    /// The label that says `value` about `name`.
    pub fn new(name: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// What `labels` say about `name`; the first of them, where there are several.
    pub fn find<'l>(labels: &'l [Self], name: &str) -> Option<&'l str> {
        labels.iter().find(|label| *label.name == *name).map(|label| &*label.value)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.value)
    }
}
