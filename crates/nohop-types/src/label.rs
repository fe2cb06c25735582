use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A word that a decision leaves on the trace and on the entries: which arm of a split it was, how hard the request is.
///
/// A tag is the caller's word, a label is the router's.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Label {
    /// What it tells.
    pub name: Arc<str>,
    /// What it says.
    pub value: Arc<str>,
}

impl Label {
    /// The label that says that `name` is `value`.
    pub fn new(name: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}
