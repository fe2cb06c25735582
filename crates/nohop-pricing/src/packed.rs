//! Reads a packed block where it lies.

use std::sync::Arc;

use crate::pack::{MAGIC, MODELS, PROVIDERS, Section};
use crate::sum::name_sum;

/// A packed block: linked in, or loaded.
#[derive(Clone)]
pub(crate) enum Block {
    #[cfg(feature = "catalog")]
    Linked(&'static [u8]),
    Loaded(Arc<[u8]>),
}

/// One row of a section.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Row<'a>(pub(crate) &'a [u8]);

/// A run of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) first: u32,
    pub(crate) len: u32,
}

impl Block {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            #[cfg(feature = "catalog")]
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

    /// All rows of a section.
    pub(crate) fn slice(&self, section: Section) -> &[u8] {
        let (offset, count) = self.section(section);
        let len = count as usize * Section::SIZES[section as usize];
        self.bytes().get(offset..offset + len).unwrap_or_default()
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
        let ends = Row(self.slice(Section::TextEnds));
        let texts = self.slice(Section::Texts);
        let place = number as usize * 4;
        let start = if number == 0 { 0 } else { ends.u32(place - 4) };
        texts.get(start as usize..ends.u32(place) as usize).unwrap_or_default()
    }

    /// What a name means in a scope, and how; `name` is in lower case.
    pub(crate) fn named(&self, name: &[u8], scope: u16) -> Option<(u32, u8)> {
        let index = self.slice(Section::Index);
        let names = self.slice(Section::Names);
        let slots = index.len() / 4;
        let mut slot = name_sum(name, scope) as usize;
        // Every name is found before the first slot that is empty, and a quarter of them is.
        for _ in 0..slots {
            slot &= slots - 1;
            let number = Row(index).u32(slot * 4).checked_sub(1)?;
            let row = Row(names.get(number as usize * 12..)?);
            if row.u16(4) == scope && self.text_bytes(row.u32(0)) == name {
                return Some((row.u32(8), row.u8(6)));
            }
            slot += 1;
        }
        None
    }

    pub(crate) fn model_named(&self, name: &[u8]) -> Option<(u32, u8)> {
        self.named(name, MODELS)
    }

    /// The place of a provider.
    pub(crate) fn provider(&self, id: &str) -> Option<u16> {
        self.named(id.as_bytes(), PROVIDERS).map(|(place, _)| place as u16)
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
