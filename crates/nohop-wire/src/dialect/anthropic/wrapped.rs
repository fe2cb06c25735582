use nohop_types::Event;

use super::frames::Frames;
use crate::dialect::{bedrock, media, text};
use crate::json::{self, Str, row};
use crate::{Decoder, Fault, Frame, Framing, Head, Mode, State};

/// How the body is cut: a stream as the label says, and as Amazon's messages where there is none.
pub(super) fn framing(head: &Head, mode: Mode) -> Framing {
    let is = |label| head.is(label) == Some(true);
    match mode {
        _ if is("application/json") => Framing::Whole,
        _ if is("text/event-stream") => Framing::Sse,
        _ if is(bedrock::STREAMED) => Framing::AwsEventStream,
        Mode::Stream => Framing::AwsEventStream,
        Mode::Whole => Framing::Whole,
    }
}

/// Reads frames, each of which may be wrapped in a message: as base64, beside padding.
pub(super) struct Wrapped(Frames);

row! {
    struct ChunkRow {
        bytes: Str<'a> = "bytes",
    }
}

impl Wrapped {
    pub(super) fn new(frames: Frames) -> Self {
        Self(frames)
    }
}

impl Decoder for Wrapped {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let Some(name) = frame.header(":message-type") else {
            return self.0.frame(frame, events);
        };
        let text = text(frame.data)?;
        if let Some(error) = bedrock::failed(frame, text) {
            return Err(Fault::Failed(error));
        }
        let unknown = || Fault::Unknown(frame.header(":event-type").unwrap_or(name).to_owned());
        let row: ChunkRow<'_> = json::parse(text).map_err(Fault::Corrupt)?;
        let bytes = row.bytes.ok_or_else(unknown)?;
        let inner = media::decode(&bytes).ok_or_else(unknown)?;
        self.0.frame(Frame::plain(&inner), events)
    }

    fn state(&self) -> State {
        self.0.state()
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.0.end(events);
    }
}
