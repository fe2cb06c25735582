use std::mem;

use memchr::memchr2;

use super::{Buffer, Frame, Oversized};

/// Cuts an event stream into the data of its events.
///
/// A state machine over the parts of a line, so that every byte is looked at once and kept at most
/// once, wherever a read ends.
#[derive(Debug)]
pub(super) struct Sse {
    line: Line,
    /// The start of a line, when a read ended before its field was known.
    head: Vec<u8>,
    /// Whether the last byte was a CR, so that an LF belongs to it.
    cr: bool,
    /// The data of the event that is arriving, and whether it has any, which may be empty.
    data: Buffer,
    begun: bool,
    /// Whether there was an event: JSON outside of events is not the body then.
    dispatched: bool,
    stray: Stray,
}

impl Sse {
    pub(super) fn new(bound: usize) -> Self {
        Self {
            line: Line::Mark(0),
            head: Vec::new(),
            cr: false,
            data: Buffer::new(bound),
            begun: false,
            dispatched: false,
            stray: Stray { text: Buffer::new(bound), begun: false },
        }
    }

    pub(super) fn next<'f, 'i: 'f>(
        &'f mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<'f>>, Oversized> {
        self.data.reclaim();
        while let Some(&first) = input.first() {
            if mem::take(&mut self.cr) && first == b'\n' {
                *input = &input[1..];
                continue;
            }
            match self.line {
                Line::Mark(seen) => self.mark(seen, input),
                Line::Start if is_end(first) && self.head.is_empty() => {
                    self.end_line(input);
                    if self.end_event() {
                        return Ok(Some(self.data.lend()));
                    }
                }
                Line::Start => self.begin(input)?,
                Line::Colon => {
                    if first == b' ' {
                        *input = &input[1..];
                    }
                    self.line = Line::Data;
                }
                Line::Data => {
                    if let Some(data) = self.data(input)? {
                        return Ok(Some(Frame::plain(data)));
                    }
                }
                Line::Margin => self.margin(input),
                Line::Stray => {
                    let text = self.rest_of_line(input);
                    self.stray.add(text, self.dispatched)?;
                }
                Line::Skip => {
                    self.rest_of_line(input);
                }
            }
        }
        Ok(None)
    }

    pub(super) fn arriving(&self) -> usize {
        self.data.arriving()
    }

    pub(super) fn last(&mut self) -> Option<Frame<'_>> {
        self.data.reclaim();
        if self.data.is_empty() { self.stray.text.last() } else { self.data.last() }
    }

    /// Passes over the byte order mark.
    fn mark(&mut self, seen: usize, input: &mut &[u8]) {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if input[0] == MARK[seen] {
            *input = &input[1..];
            self.line = if seen + 1 == MARK.len() { Line::Start } else { Line::Mark(seen + 1) };
        } else {
            self.line = if seen == 0 { Line::Start } else { Line::Skip };
        }
    }

    /// Finds out which field a line is.
    fn begin(&mut self, input: &mut &[u8]) -> Result<(), Oversized> {
        if self.head.is_empty() {
            if let Some((field, length)) = Field::of(input) {
                *input = &input[length..];
                return self.open(field, 0);
            }
            self.head.extend_from_slice(mem::take(input));
            return Ok(());
        }
        self.head.push(input[0]);
        match Field::of(&self.head) {
            None => *input = &input[1..],
            // The byte that decided it is part of the name, or else the line goes on with it.
            Some((field, length)) => {
                let before = self.head.len() - 1;
                if length > before {
                    *input = &input[1..];
                }
                let opened = self.open(field, before);
                self.head.clear();
                return opened;
            }
        }
        Ok(())
    }

    /// Begins a line of which `seen` bytes are in `head`.
    fn open(&mut self, field: Field, seen: usize) -> Result<(), Oversized> {
        match field {
            Field::Data => {
                self.line = Line::Colon;
                if mem::replace(&mut self.begun, true) {
                    self.data.add(b"\n")?;
                }
            }
            Field::Ignored => self.line = Line::Skip,
            Field::Error | Field::Unknown if self.stray.begun => {
                self.line = Line::Stray;
                self.stray.add(b"\n", self.dispatched)?;
                if field == Field::Unknown {
                    self.stray.add(&self.head[..seen], self.dispatched)?;
                }
            }
            Field::Error => self.line = Line::Margin,
            // The bytes in `head` are letters, and JSON that is an error begins with none.
            Field::Unknown => self.line = if seen == 0 { Line::Margin } else { Line::Skip },
        }
        Ok(())
    }

    /// Takes data, and returns it at once if it is all there is to the event.
    fn data<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<&'i [u8]>, Oversized> {
        let text = self.rest_of_line(input);
        if self.line == Line::Start
            && self.data.is_empty()
            && !self.data.refused
            && (1..=self.data.bound).contains(&text.len())
            && self.at_empty_line(input)
        {
            self.end_line(input);
            self.begun = false;
            self.dispatched = true;
            return Ok(Some(text));
        }
        self.data.add(text)?;
        Ok(None)
    }

    /// Passes over the white space before JSON, or over a line that is none.
    fn margin(&mut self, input: &mut &[u8]) {
        match input[0] {
            b' ' | b'\t' | b'\x0c' => *input = &input[1..],
            b'{' | b'[' => {
                self.stray.begun = true;
                self.line = Line::Stray;
            }
            _ => self.line = Line::Skip,
        }
    }

    /// Takes the rest of a line and, if it is there, its end.
    fn rest_of_line<'i>(&mut self, input: &mut &'i [u8]) -> &'i [u8] {
        let (text, rest) = input.split_at(memchr2(b'\n', b'\r', input).unwrap_or(input.len()));
        *input = rest;
        if !rest.is_empty() {
            self.end_line(input);
        }
        text
    }

    /// Takes the end of a line; of a CRLF, at least the CR.
    fn end_line(&mut self, input: &mut &[u8]) {
        self.cr = input[0] == b'\r';
        *input = &input[1..];
        self.line = Line::Start;
    }

    /// Takes what is left of a line's end, and says whether the line after it is seen to be empty.
    fn at_empty_line(&mut self, input: &mut &[u8]) -> bool {
        if self.cr && input.first() == Some(&b'\n') {
            *input = &input[1..];
            self.cr = false;
        }
        input.first().is_some_and(|first| is_end(*first))
    }

    /// Ends the event that is arriving, and says whether it is a frame.
    fn end_event(&mut self) -> bool {
        self.begun = false;
        self.data.refused = false;
        self.dispatched |= !self.data.is_empty();
        !self.data.is_empty()
    }
}

/// Which part of a line comes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Line {
    /// The byte order mark that a body may begin with, of which so many bytes were seen.
    Mark(usize),
    /// Its first byte, or the rest of its field's name.
    Start,
    /// What follows the colon after `data`, where one space does not count.
    Colon,
    Data,
    /// White space, after which JSON may begin.
    Margin,
    Stray,
    Skip,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Field {
    Data,
    /// Not a field of the standard, but servers report errors in it.
    Error,
    /// A comment, or a field of the standard that says nothing about an answer.
    Ignored,
    Unknown,
}

impl Field {
    const NAMES: [(&[u8], Self); 5] = [
        (b"data", Self::Data),
        (b"event", Self::Ignored),
        (b"id", Self::Ignored),
        (b"error", Self::Error),
        (b"retry", Self::Ignored),
    ];

    /// The field that `line` begins with and the length of its name, unless they take more bytes.
    fn of(line: &[u8]) -> Option<(Self, usize)> {
        if line.starts_with(b":") {
            return Some((Self::Ignored, 1));
        }
        for (name, field) in Self::NAMES {
            match line.strip_prefix(name) {
                Some([b':', ..]) => return Some((field, name.len() + 1)),
                Some([end, ..]) if is_end(*end) => return Some((field, name.len())),
                Some([]) => return None,
                None if name.starts_with(line) => return None,
                _ => {}
            }
        }
        Some((Self::Unknown, 0))
    }
}

/// JSON outside of any event.
#[derive(Debug)]
struct Stray {
    text: Buffer,
    /// Whether a line began as JSON does; every stray line after it is part of the text.
    begun: bool,
}

impl Stray {
    /// The most that is kept once there are events: an error, and not a body.
    const BOUND: usize = 64 << 10;

    fn add(&mut self, text: &[u8], dispatched: bool) -> Result<(), Oversized> {
        if dispatched {
            let bound = Self::BOUND.min(self.text.bound);
            let room = bound.saturating_sub(self.text.bytes.len());
            self.text.add(&text[..text.len().min(room)])
        } else {
            self.text.add(text)
        }
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
