mod lines;
mod messages;
mod sse;
#[cfg(test)]
mod tests;

use std::{error, fmt, mem};

use lines::Lines;
use messages::Messages;
use sse::Sse;

/// How a body is cut into frames.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Framing {
    /// Amazon's binary event stream; a frame is one message, with headers of its own.
    AwsEventStream,
    /// Newline-delimited JSON: a frame is one line that is not empty.
    Lines,
    /// Server-sent events; a frame is one event.
    Sse,
    /// The whole body is one frame.
    Whole,
}

/// One piece of a body that means something by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// The bytes.
    pub data: &'a [u8],
    /// What precedes them, in a framing whose frames have headers.
    headers: &'a [u8],
}

impl<'a> Frame<'a> {
    pub(crate) fn plain(data: &'a [u8]) -> Self {
        Self { data, headers: &[] }
    }

    /// The text of the frame's own header `name`; only Amazon's frames have any.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        messages::header(self.headers, name)
    }
}

/// Cuts bytes into frames.
///
/// However the bytes are split over reads, the frames are the same. A frame that arrives in one
/// read is lent from that read; only what a read leaves incomplete is copied.
///
/// Memory is bounded: no frame larger than the bound is gathered.
///
/// An event stream is read as the WHATWG's living standard says, with four differences:
///
/// - An event without its empty line counts when the body ends, even if its last line lacks its
///   end: real servers stop there, and a decoder refuses cut JSON anyway.
/// - An event whose data is empty is no frame: there is nothing to decode in it.
/// - JSON outside of any field, or in a field named `error`, is the last frame: servers put a bare
///   error into a stream, or in its place.
/// - Bytes that are not UTF-8 pass through: a decoder refuses them where they matter.
///
/// A message of Amazon's is handed out once both of its check sums fit. After one whose do not,
/// nobody knows where the next begins, so nothing more is.
///
/// ```
/// use nohop_wire::{Framer, Framing};
///
/// let mut frames = Vec::new();
/// let mut framer = Framer::new(Framing::Sse, 1 << 20);
/// for mut read in [&b"data: one\n\ndata: t"[..], b"wo"] {
///     while let Some(frame) = framer.next(&mut read)? {
///         frames.push(frame.data.to_vec());
///     }
/// }
/// while let Some(frame) = framer.last() {
///     frames.push(frame.data.to_vec());
/// }
/// assert_eq!(frames, [b"one", b"two"]);
/// # Ok::<(), nohop_wire::Uncut>(())
/// ```
#[derive(Debug)]
pub struct Framer(Cutter);

impl Framer {
    /// A framer that refuses frames of more than `bound` bytes.
    pub fn new(framing: Framing, bound: usize) -> Self {
        Self(match framing {
            Framing::AwsEventStream => Cutter::Messages(Messages::new(bound)),
            Framing::Lines => Cutter::Lines(Lines::new(bound)),
            Framing::Sse => Cutter::Sse(Sse::new(bound)),
            Framing::Whole => Cutter::Whole(Buffer::new(bound)),
        })
    }

    /// Takes bytes off the front of `input` until a frame is complete, or all of them.
    ///
    /// # Errors
    ///
    /// [`Uncut::Oversized`] when a frame grows past the bound. Called again, the framer passes over
    /// that frame and goes on with the one after it; a whole body has none, so each read fails.
    /// [`Uncut::Broken`] when the bytes are not what the framing says, and at each read from then on.
    pub fn next<'f, 'i: 'f>(
        &'f mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<'f>>, Uncut> {
        match &mut self.0 {
            Cutter::Messages(messages) => messages.next(input),
            Cutter::Lines(lines) => Ok(lines.next(input)?),
            Cutter::Sse(sse) => Ok(sse.next(input)?),
            Cutter::Whole(body) => {
                let read = mem::take(input);
                if body.refused && !read.is_empty() {
                    return Err(body.oversized().into());
                }
                body.add(read)?;
                Ok(None)
            }
        }
    }

    /// How many bytes there are of a frame that is still arriving.
    pub fn arriving(&self) -> usize {
        match &self.0 {
            Cutter::Messages(messages) => messages.arriving(),
            Cutter::Lines(lines) => lines.arriving(),
            Cutter::Sse(sse) => sse.arriving(),
            Cutter::Whole(body) => body.arriving(),
        }
    }

    /// The last frame, once the body has ended.
    ///
    /// There may be two: the event that was arriving, and JSON outside of any event.
    pub fn last(&mut self) -> Option<Frame<'_>> {
        match &mut self.0 {
            // A part of a message is none.
            Cutter::Messages(_) => None,
            Cutter::Lines(lines) => lines.last(),
            Cutter::Sse(sse) => sse.last(),
            Cutter::Whole(body) => body.last(),
        }
    }
}

/// Why bytes are not cut into a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Uncut {
    /// They are not what the framing says, and neither is what follows.
    Broken(&'static str),
    /// The frame grew past the bound, which is so many bytes.
    Oversized(usize),
}

impl fmt::Display for Uncut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => f.write_str(why),
            Self::Oversized(bound) => {
                write!(f, "a frame is larger than {bound} bytes; raise the reader's bound")
            }
        }
    }
}

impl error::Error for Uncut {}

/// A frame that grew past the bound.
#[derive(Clone, Copy, Debug)]
struct Oversized {
    bound: usize,
}

impl From<Oversized> for Uncut {
    fn from(oversized: Oversized) -> Self {
        Self::Oversized(oversized.bound)
    }
}

#[derive(Debug)]
enum Cutter {
    Messages(Messages),
    Lines(Lines),
    Sse(Sse),
    Whole(Buffer),
}

/// The bytes of a frame that is arriving.
struct Buffer {
    bytes: Vec<u8>,
    bound: usize,
    /// Whether the bytes were handed out, so that they are spent at the next call.
    lent: bool,
    /// Whether the frame grew past the bound, so that the rest of it is passed over.
    refused: bool,
}

impl Buffer {
    fn new(bound: usize) -> Self {
        Self { bytes: Vec::new(), bound, lent: false, refused: false }
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn arriving(&self) -> usize {
        if self.lent { 0 } else { self.bytes.len() }
    }

    /// Adds bytes, or refuses the frame: once, so that a lenient reader sees one error for it.
    fn add(&mut self, bytes: &[u8]) -> Result<(), Oversized> {
        if self.refused {
            return Ok(());
        }
        if bytes.len() > self.bound - self.bytes.len() {
            self.bytes.clear();
            self.refused = true;
            return Err(self.oversized());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Hands out the bytes, until the next call of [`Self::reclaim`].
    fn lend(&mut self) -> Frame<'_> {
        self.lent = true;
        Frame::plain(&self.bytes)
    }

    fn reclaim(&mut self) {
        if mem::take(&mut self.lent) {
            self.bytes.clear();
        }
    }

    /// Hands out what is left, once.
    fn last(&mut self) -> Option<Frame<'_>> {
        self.reclaim();
        (!self.is_empty()).then(|| self.lend())
    }

    fn oversized(&self) -> Oversized {
        Oversized { bound: self.bound }
    }
}

/// Shows how much there is and not what: a body is long, and not ours to print.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("len", &self.bytes.len())
            .field("bound", &self.bound)
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}
