use std::fmt;

use nohop_types::{Error, ErrorKind, Event, Grammar, Result};

use crate::{Call, Decoder, Dialect, Fault, Frame, Framer, Framing, Head, State, Uncut};

/// Reads one answer, in whatever pieces it arrives.
///
/// The reader alone decides what happens to bytes that are wrong. A lenient one skips a frame that is
/// unknown, corrupt or larger than the bound, and counts it; a strict one makes it an error. A body
/// that ends before its answer does, or that can no longer be cut into frames, is an error for both.
///
/// ```
/// # use nohop_types::{Issuer, Request, Response};
/// # use nohop_wire::{Call, Head, Reader, dialect::OpenAiChat};
/// let (request, issuer) = (Request::new("m"), Issuer::new("openai-chat", "here", "m"));
/// let call = Call::new(&request, "m", "/chat/completions", &issuer);
/// let head = Head::new(http::StatusCode::OK, http::HeaderMap::new());
///
/// let mut events = Vec::new();
/// let mut reader = Reader::open(&OpenAiChat::PLAIN, &call, &head)?;
/// reader.push(br#"{"choices":[{"message":{"content":"Hi"},"#, &mut events)?;
/// reader.push(br#""finish_reason":"stop"}]}"#, &mut events)?;
/// reader.end(&mut events)?;
/// assert_eq!(Response::from_iter(events).text(), "Hi");
/// # Ok::<(), nohop_types::Error>(())
/// ```
pub struct Reader {
    framing: Framing,
    framer: Framer,
    decoder: Box<dyn Decoder>,
    grammar: Grammar,
    strictness: Strictness,
    skipped: usize,
}

/// What a reader does about a frame it can not use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Strictness {
    /// Skips it, and counts it.
    #[default]
    Lenient,
    /// Fails.
    Strict,
}

impl Reader {
    /// The most bytes of one frame, unless [`Reader::bound`] says otherwise.
    pub const BOUND: usize = 64 << 20;

    /// How many events a whole answer usually is.
    const USUAL: usize = 8;

    /// Opens the answer to `call` that begins with `head`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] when no answer of this dialect can begin like that.
    pub fn open(dialect: &dyn Dialect, call: &Call<'_>, head: &Head) -> Result<Self> {
        let (framing, decoder) = dialect.open(call, head)?;
        Ok(Self {
            framing,
            framer: Framer::new(framing, Self::BOUND),
            decoder,
            grammar: Grammar::default(),
            strictness: Strictness::Lenient,
            skipped: 0,
        })
    }

    /// Says what to do about a frame that can not be used.
    #[must_use]
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Bounds the bytes of one frame; said before the first of them.
    #[must_use]
    pub fn bound(mut self, bytes: usize) -> Self {
        self.framer = Framer::new(self.framing, bytes);
        self
    }

    /// How many frames were skipped.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// How many bytes there are of a frame that is still arriving.
    ///
    /// While it grows the provider is at work, though no event tells of it: a long argument may come in
    /// one frame. A comment or a ping is no frame.
    pub fn arriving(&self) -> usize {
        self.framer.arriving()
    }

    /// Takes more bytes, appends the events they complete, and says whether more must come.
    ///
    /// # Errors
    ///
    /// Whatever error the provider put in the answer's place, with the events before it appended;
    /// [`ErrorKind::Protocol`] when the bytes are not what the dialect says.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<State> {
        let mut input = bytes;
        while self.decoder.state() != State::Done {
            let Self { framer, decoder, grammar, .. } = self;
            let trouble = match framer.next(&mut input) {
                Ok(Some(frame)) => read(&mut **decoder, grammar, frame, events).err(),
                Ok(None) => break,
                Err(uncut @ Uncut::Oversized(_)) => Some(Fault::Corrupt(protocol(uncut))),
                // Whatever follows could be anything.
                Err(uncut) => Some(Fault::Failed(protocol(uncut))),
            };
            trouble.map_or(Ok(()), |fault| self.skip(fault))?;
        }
        Ok(self.decoder.state())
    }

    /// Takes the end of the body and appends the last events.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] unless the answer was complete: an end of file is not an answer.
    pub fn end(&mut self, events: &mut Vec<Event>) -> Result<()> {
        if self.framing == Framing::Whole {
            events.reserve(Self::USUAL);
        }
        while self.decoder.state() != State::Done {
            let Self { framer, decoder, grammar, .. } = self;
            let Some(frame) = framer.last() else { break };
            if let Err(fault) = read(&mut **decoder, grammar, frame, events) {
                self.skip(fault)?;
            }
        }
        if self.decoder.state() == State::Open {
            return Err(Error::new(ErrorKind::Truncated, "the body ended before the answer did"));
        }
        let seen = events.len();
        self.decoder.end(events);
        check(&mut self.grammar, &events[seen..])
    }

    /// Passes over a frame, or does not: the only place where that is decided.
    fn skip(&mut self, fault: Fault) -> Result<()> {
        match fault {
            Fault::Failed(error) => return Err(error),
            // The one frame of a whole answer is the answer.
            Fault::Corrupt(error) if self.framing == Framing::Whole => return Err(error),
            Fault::Corrupt(error) if self.strictness == Strictness::Strict => return Err(error),
            Fault::Unknown(what) if self.strictness == Strictness::Strict => {
                return Err(Error::new(ErrorKind::Protocol, format!("unknown frame: {what}")));
            }
            Fault::Corrupt(_) | Fault::Unknown(_) => self.skipped += 1,
        }
        Ok(())
    }
}

/// Reads one frame; of one that is skipped, no event stays.
fn read(
    decoder: &mut dyn Decoder,
    grammar: &mut Grammar,
    frame: Frame<'_>,
    events: &mut Vec<Event>,
) -> Result<(), Fault> {
    let seen = events.len();
    let read = decoder.frame(frame, events);
    if matches!(read, Err(Fault::Corrupt(_) | Fault::Unknown(_))) {
        events.truncate(seen);
    }
    check(grammar, &events[seen..]).map_err(Fault::Failed)?;
    read
}

/// Breaches of the grammar are found here, so that no consumer has to mind the order of events.
fn check(grammar: &mut Grammar, events: &[Event]) -> Result<()> {
    for event in events {
        let broken = |rule| Error::new(ErrorKind::Protocol, format!("the answer has {rule}"));
        grammar.event(event).map_err(broken)?;
    }
    Ok(())
}

fn protocol(uncut: Uncut) -> Error {
    Error::new(ErrorKind::Protocol, uncut.to_string()).with_source(uncut)
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { framing, strictness, skipped, .. } = self;
        f.debug_struct("Reader")
            .field("framing", framing)
            .field("strictness", strictness)
            .field("skipped", skipped)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
