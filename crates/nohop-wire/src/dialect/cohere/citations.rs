//! Where something said comes from, as the dialect writes it.

use std::collections::BTreeMap;

use nohop_types::{Citation, Issuer, Opaque, Span};
use serde_json::value::RawValue;

use super::events::{Block, Kind};
use crate::json::{self, Str, row};

row! {
    struct CitationRow {
        r#type: Str<'a> = "type",
        start: u64 = "start",
        end: u64 = "end",
        content_index: i64 = "content_index",
        sources: Vec<SourceRow<'a>> = "sources",
    }
}

row! {
    struct SourceRow {
        document: &'a RawValue = "document",
        tool_output: &'a RawValue = "tool_output",
    }
}

row! {
    struct DocumentRow {
        title: Str<'a> = "title",
        url: Str<'a> = "url",
    }
}

/// The citations of a whole message, by the parts that they belong to.
pub(super) struct Citations<'a>(BTreeMap<(Kind, Option<i64>), Vec<Cited<'a>>>);

impl<'a> Citations<'a> {
    pub(super) fn new(items: Vec<&'a RawValue>) -> Self {
        let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for cited in items.into_iter().map(Cited::new) {
            places.entry((cited.kind(), cited.index())).or_default().push(cited);
        }
        Self(places)
    }

    /// Takes those that belong to `block`: those that name it, and those that name only its kind.
    pub(super) fn take(&mut self, block: Block) -> impl Iterator<Item = Cited<'a>> + use<'a> {
        let named = self.0.remove(&(block.kind, block.index));
        let others = self.0.remove(&(block.kind, None));
        named.into_iter().chain(others).flatten()
    }

    /// Those that belong to no part.
    pub(super) fn rest(self) -> impl Iterator<Item = Cited<'a>> {
        self.0.into_values().flatten()
    }
}

/// A citation, until it is told of the part that it belongs to.
pub(super) struct Cited<'a> {
    pub(super) raw: &'a RawValue,
    row: CitationRow<'a>,
}

impl<'a> Cited<'a> {
    pub(super) fn new(raw: &'a RawValue) -> Self {
        Self { raw, row: json::lax(raw).unwrap_or_default() }
    }

    /// Whether it belongs to `block`.
    pub(super) fn is_of(&self, block: &Block) -> bool {
        let index = self.index();
        block.kind == self.kind() && (index.is_none() || block.index == index)
    }

    fn kind(&self) -> Kind {
        match self.row.r#type.as_deref() {
            Some("PLAN") => Kind::Plan,
            Some("THINKING_CONTENT") => Kind::Thinking,
            _ => Kind::Text,
        }
    }

    /// The number of the content it belongs to, if it says which; there is one plan only.
    fn index(&self) -> Option<i64> {
        self.row.content_index.filter(|_| self.kind() != Kind::Plan)
    }

    /// The citation: a source that is a page or a document names it.
    pub(super) fn citation(&self, issuer: Issuer) -> Citation {
        let mut citation = Citation::default();
        let sources = self.row.sources.iter().flatten();
        let mut told = sources.filter_map(|source| source.document.or(source.tool_output));
        let named: Option<DocumentRow<'_>> = told.find_map(json::lax);
        if let Some(named) = named {
            citation.title = named.title.and_then(Str::said);
            citation.url = named.url.and_then(Str::said);
        }
        if let (Some(start), Some(end)) = (self.row.start, self.row.end) {
            citation.span = Some(Span::new(start, end));
        }
        citation.raw = Some(Opaque::new(issuer, self.raw.into()));
        citation
    }
}
