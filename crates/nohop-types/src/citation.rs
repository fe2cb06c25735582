use serde::{Deserialize, Serialize};

use crate::Opaque;

/// Where something in a text comes from.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Citation {
    /// The page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The title of the page or document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// Which characters of the answer are backed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The citation as its issuer wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Opaque>,
}

/// A range of characters.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Span {
    /// The first character.
    pub start: u64,
    /// The one after the last.
    pub end: u64,
}

impl Span {
    /// The characters from `start` up to `end`.
    pub fn new(start: u64, end: u64) -> Self {
        Self { start, end }
    }
}
