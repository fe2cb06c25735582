//! Where something said comes from, as the dialect writes it.

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

/// A citation, until it is told of the part that it belongs to.
pub(super) struct Cited<'a> {
    raw: &'a RawValue,
    row: CitationRow<'a>,
    placed: bool,
}

impl<'a> Cited<'a> {
    pub(super) fn new(raw: &'a RawValue) -> Self {
        Self { raw, row: json::lax(raw).unwrap_or_default(), placed: false }
    }

    pub(super) fn raw(&self) -> &'a RawValue {
        self.raw
    }

    /// Whether its part was found.
    pub(super) fn is_placed(&self) -> bool {
        self.placed
    }

    /// The part that it belongs to, if that is among the `open` and was not found before.
    pub(super) fn place(&mut self, open: &[Block]) -> Option<usize> {
        let kind = match self.row.r#type.as_deref() {
            Some("PLAN") => Kind::Plan,
            Some("THINKING_CONTENT") => Kind::Thinking,
            _ => Kind::Text,
        };
        let told = self.row.content_index.filter(|_| kind != Kind::Plan);
        let meant = |block: &&Block| {
            block.kind == kind && (told.is_none() || block.index.is_none() || block.index == told)
        };
        let found = open.iter().rev().find(meant).filter(|_| !self.placed)?;
        self.placed = true;
        Some(found.part)
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
