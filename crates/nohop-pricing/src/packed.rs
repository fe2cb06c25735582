//! Reads a packed block where it lies.

use std::sync::Arc;

use crate::pack::{MAGIC, MODELS, Section};

/// A packed block: linked in, or loaded.
#[derive(Clone)]
pub(crate) enum Block {
    Linked(&'static [u8]),
    Loaded(Arc<[u8]>),
}

/// One row of a section.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Row<'a>(&'a [u8]);

/// A run of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) first: u32,
    pub(crate) len: u32,
}

impl Block {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Linked(bytes) => bytes,
            Self::Loaded(bytes) => bytes,
        }
    }

    /// The sum of everything in it.
    pub(crate) fn fingerprint(&self) -> u64 {
        let bytes = self.bytes().get(MAGIC.len()..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    fn section(&self, section: Section) -> (usize, u32) {
        let head = Row(self.bytes());
        let place = MAGIC.len() + 8 + section as usize * 8;
        (head.u32(place) as usize, head.u32(place + 4))
    }

    pub(crate) fn count(&self, section: Section) -> u32 {
        self.section(section).1
    }

    /// The row at `place`; one of nothing where there is none.
    pub(crate) fn row(&self, section: Section, place: u32) -> Row<'_> {
        let (offset, count) = self.section(section);
        let size = Section::SIZES[section as usize];
        let start = offset + place as usize * size;
        let known = (place < count).then(|| self.bytes().get(start..start + size)).flatten();
        Row(known.unwrap_or_default())
    }

    /// All rows of a run, as one slice, and how long each is.
    pub(crate) fn rows(&self, section: Section, span: Span) -> impl Iterator<Item = Row<'_>> {
        let (offset, count) = self.section(section);
        let size = Section::SIZES[section as usize];
        let len = span.len.min(count.saturating_sub(span.first)) as usize;
        let start = offset + span.first as usize * size;
        let rows = self.bytes().get(start..start + len * size).unwrap_or_default();
        rows.chunks_exact(size).map(Row)
    }

    pub(crate) fn price(&self, place: u32) -> u128 {
        let row = self.row(Section::Prices, place);
        row.0.first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes))
    }

    pub(crate) fn text(&self, number: u32) -> &str {
        std::str::from_utf8(self.text_bytes(number)).unwrap_or_default()
    }

    pub(crate) fn text_bytes(&self, number: u32) -> &[u8] {
        let ends = self.section(Section::TextEnds);
        let start = if number == 0 { 0 } else { self.row(Section::TextEnds, number - 1).u32(0) };
        if number >= ends.1 {
            return &[];
        }
        let end = self.row(Section::TextEnds, number).u32(0);
        let offset = self.section(Section::Texts).0;
        self.bytes().get(offset + start as usize..offset + end as usize).unwrap_or_default()
    }

    /// The number of a text, if the pool has it.
    pub(crate) fn number(&self, text: &[u8]) -> Option<u32> {
        let (mut low, mut high) = (0, self.count(Section::TextEnds));
        while low < high {
            let middle = low.midpoint(high);
            match self.text_bytes(middle).cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// What a name means in a scope, and how; `name` is in lower case.
    pub(crate) fn named(&self, name: &[u8], scope: u16) -> Option<(u32, u8)> {
        let wanted = (self.number(name)?, scope);
        let (mut low, mut high) = (0, self.count(Section::Names));
        while low < high {
            let middle = low.midpoint(high);
            let row = self.row(Section::Names, middle);
            match (row.u32(0), row.u16(4)).cmp(&wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some((row.u32(8), row.u8(6))),
            }
        }
        None
    }

    pub(crate) fn model_named(&self, name: &[u8]) -> Option<(u32, u8)> {
        self.named(name, MODELS)
    }

    /// The place of a provider.
    pub(crate) fn provider(&self, id: &str) -> Option<u16> {
        let number = self.number(id.as_bytes())?;
        let (mut low, mut high) = (0, self.count(Section::Providers));
        while low < high {
            let middle = low.midpoint(high);
            match self.row(Section::Providers, middle).u32(0).cmp(&number) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle as u16),
            }
        }
        None
    }
}

impl Row<'_> {
    pub(crate) fn is_nothing(self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn u8(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or_default()
    }

    pub(crate) fn u16(self, at: usize) -> u16 {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u16::from_le_bytes(*bytes))
    }

    pub(crate) fn u32(self, at: usize) -> u32 {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    pub(crate) fn span(self, first: usize, len: u32) -> Span {
        Span { first: self.u32(first), len }
    }
}
