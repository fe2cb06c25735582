use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::draft::{Content, Draft, Exchange, MARK, base64, leaky_url};
use super::writer::Writer;
use super::{Chunk, Head, Reply};
use crate::dialect::Frame;
use crate::{Departure, Fault};

impl Exchange<'_> {
    /// Turns a draft into bytes at their times.
    pub(super) fn render(&self, draft: Draft) -> Reply {
        let Draft { delay, status, headers, content, end, close_idle, outcome } = draft;
        let streams = matches!(content, Content::Frames(_));
        let (chunks, length, has_head) = match content {
            Content::Nothing => (Vec::new(), None, false),
            Content::Frames(frames) => (self.paced(&frames), None, true),
            Content::Whole { sent, length } => {
                let padding = self.padding(status);
                let length = length.map(|length| padding.len() + length);
                (vec![Chunk::new([padding.into(), sent].concat())], length, true)
            }
        };
        let (chunks, length) = match self.fault {
            Some(Fault::Oversized { bytes }) => {
                (inflated(chunks, *bytes), length.map(|length| length - MARK.len() + bytes))
            }
            _ => (self.split(chunks), length),
        };
        let head = has_head.then(|| Head {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: self.headers(streams, length, headers),
        });
        let fault = self.fault.cloned();
        Reply { fault, delay, head, chunks, end, close_idle, outcome }
    }

    /// What keeps a silent stream alive, framed, and how often it comes; nothing does where the framing
    /// has nothing that says nothing.
    pub(super) fn pings(&self) -> Option<(Duration, Bytes)> {
        let ping = Writer::new(self.script).write(&self.speech.ping());
        self.script.pace.keep_alive.filter(|_| !ping.is_empty()).map(|interval| (interval, ping))
    }

    fn headers(
        &self,
        streams: bool,
        length: Option<usize>,
        own: Vec<(String, String)>,
    ) -> HeaderMap {
        let streamed = self.speech.framing().content_type();
        let kind = if streams { streamed } else { "application/json" };
        let mut all = vec![("content-type".to_owned(), kind.to_owned())];
        let shared = self.speech.headers(&self.id());
        all.extend(shared.into_iter().map(|(name, value)| (name.to_owned(), value)));
        if let Some(plant) = &self.plant {
            all.push(("x-planted".to_owned(), plant.clone()));
            all.push(("x-planted-base64".to_owned(), base64(plant)));
            all.push(("link".to_owned(), format!("<{}>; rel=\"help\"", leaky_url(plant))));
        }
        all.extend(length.map(|length| ("content-length".to_owned(), length.to_string())));
        all.extend(self.script.headers.iter().cloned());
        all.extend(own);
        let mut headers = HeaderMap::new();
        for (name, value) in all {
            // What can not stand in a header is left out; a test that needs it sees it missing.
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                headers.insert(name, value);
            }
        }
        headers
    }

    fn padding(&self, status: u16) -> String {
        let is_padded = self.script.has(Departure::Padded) && status == 200;
        if is_padded { "\n         \n".repeat(3) } else { String::new() }
    }

    /// Each frame at its time, with comments and pings between.
    fn paced(&self, frames: &[Frame]) -> Vec<Chunk> {
        let pace = self.script.pace;
        let writer = Writer::new(self.script);
        let mut chunks = Vec::new();
        let mut has_spoken = false;
        for (index, frame) in frames.iter().enumerate() {
            if self.script.has(Departure::Comments) && index % 4 == 0 {
                let comment = writer.write(&Frame::comment());
                chunks.extend((!comment.is_empty()).then(|| Chunk::new(comment)));
            }
            let is_content = frame.content.is_some();
            let wait = match (is_content, has_spoken) {
                (true, false) => pace.first_after,
                (true, true) => pace.pause,
                (false, _) => Duration::ZERO,
            };
            has_spoken |= is_content;
            let after = self.kept_alive(wait, &mut chunks);
            let bytes = writer.write(frame);
            chunks.push(Chunk { after, bytes, events: usize::from(is_content) });
        }
        chunks
    }

    /// Puts pings into a wait, and says what remains of it.
    fn kept_alive(&self, mut wait: Duration, chunks: &mut Vec<Chunk>) -> Duration {
        let Some((interval, ping)) = self.pings() else { return wait };
        while wait > interval {
            chunks.push(Chunk { after: interval, bytes: ping.clone(), events: 0 });
            wait -= interval;
        }
        wait
    }

    /// Tears chunks apart, where the script's server writes less at a time.
    fn split(&self, chunks: Vec<Chunk>) -> Vec<Chunk> {
        let (size, interval) = match self.script.pace.drip {
            Some(drip) => drip,
            None if self.script.has(Departure::Bytewise) => (1, Duration::ZERO),
            None => return chunks,
        };
        let mut pieces = Vec::new();
        for Chunk { mut after, mut bytes, events } in chunks {
            while bytes.len() > size {
                let piece = bytes.split_to(size);
                pieces.push(Chunk { after: after + interval, bytes: piece, events: 0 });
                after = Duration::ZERO;
            }
            pieces.push(Chunk { after: after + interval, bytes, events });
        }
        pieces
    }
}

impl Chunk {
    fn new(bytes: impl Into<Bytes>) -> Self {
        Self { after: Duration::ZERO, bytes: bytes.into(), events: 0 }
    }
}

/// Puts a huge text in the place of the mark, in pieces that share their memory.
fn inflated(chunks: Vec<Chunk>, bytes: usize) -> Vec<Chunk> {
    const PIECE: usize = 64 << 10;
    let piece = BytesMut::from(&b"x".repeat(PIECE.min(bytes))[..]).freeze();
    let mut inflated = Vec::new();
    for chunk in chunks {
        let mark = chunk.bytes.windows(MARK.len()).position(|window| window == MARK.as_bytes());
        let Some(at) = mark else {
            inflated.push(chunk);
            continue;
        };
        inflated.push(Chunk { bytes: chunk.bytes.slice(..at), events: 0, ..chunk });
        let mut left = bytes;
        while left > 0 {
            let size = left.min(PIECE);
            inflated.push(Chunk::new(piece.slice(..size)));
            left -= size;
        }
        let rest = chunk.bytes.slice(at + MARK.len()..);
        inflated.push(Chunk { events: chunk.events, ..Chunk::new(rest) });
    }
    inflated
}
