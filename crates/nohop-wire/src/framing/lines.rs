use std::mem;

use memchr::memchr;

use super::{Buffer, Frame, Oversized};

/// Cuts a body into its lines.
#[derive(Debug)]
pub(super) struct Lines {
    line: Buffer,
    /// Whether a CR came after the bytes in `line`; an LF makes it part of the line's end.
    cr: bool,
}

impl Lines {
    pub(super) fn new(bound: usize) -> Self {
        Self { line: Buffer::new(bound), cr: false }
    }

    pub(super) fn next<'f, 'i: 'f>(
        &'f mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<'f>>, Oversized> {
        self.line.reclaim();
        while let Some(length) = memchr(b'\n', input) {
            let (text, rest) = input.split_at(length);
            *input = &rest[1..];
            if self.is_fresh() {
                let text = text.strip_suffix(b"\r").unwrap_or(text);
                if text.len() > self.line.bound {
                    return Err(self.line.oversized());
                }
                if !text.trim_ascii_start().is_empty() {
                    return Ok(Some(Frame::plain(text)));
                }
            } else {
                let added = self.add(text);
                self.cr = false;
                self.line.refused = false;
                added?;
                if self.line.bytes.trim_ascii_start().is_empty() {
                    self.line.bytes.clear();
                } else {
                    return Ok(Some(self.line.lend()));
                }
            }
        }
        self.add(mem::take(input))?;
        Ok(None)
    }

    pub(super) fn arriving(&self) -> usize {
        self.line.arriving()
    }

    pub(super) fn last(&mut self) -> Option<Frame<'_>> {
        if self.line.bytes.trim_ascii_start().is_empty() {
            return None;
        }
        self.line.last()
    }

    /// Whether nothing of the next line was seen.
    fn is_fresh(&self) -> bool {
        self.line.is_empty() && !self.cr && !self.line.refused
    }

    /// Adds to the line. A CR at the end waits: it does not count if it belongs to the line's end.
    fn add(&mut self, text: &[u8]) -> Result<(), Oversized> {
        if text.is_empty() {
            return Ok(());
        }
        if mem::take(&mut self.cr) {
            self.line.add(b"\r")?;
        }
        let kept = text.strip_suffix(b"\r").unwrap_or(text);
        self.cr = kept.len() < text.len();
        self.line.add(kept)
    }
}
