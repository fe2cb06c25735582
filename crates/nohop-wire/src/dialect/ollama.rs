mod embeddings;
mod failure;
mod lines;
mod messages;
mod rows;
mod write;

use nohop_types::{Error, FinishReason, Result};

use super::{calls, status};
use crate::media::fitting;
use crate::models::beside;
use crate::schema::Subsets;
use crate::{Call, Decoder, Dialect, Embed, Encoded, Framing, Head, Mode, Source, Taken, Takes};

/// Ollama's own chat, a line of JSON for each step of an answer.
///
/// Calls have no ids but at newer servers: one without gets an id of our own making, and results go back
/// by the names of their tools.
///
/// Reference: <https://docs.ollama.com/api/chat>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Ollama {
    /// What of JSON Schema the server takes.
    pub schemas: &'static Subsets,
    /// What media the host takes.
    pub media: &'static Takes,
}

impl Ollama {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "ollama";

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self {
        schemas: &Subsets::GGML,
        media: &Takes {
            image: Taken::some(&["image/*"], &[Source::Bytes]),
            audio: Taken::NONE,
            video: Taken::NONE,
            document: Taken::some(&["text/*"], &[Source::Bytes]),
            together: None,
        },
    };
}

impl Dialect for Ollama {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn encode(&self, call: &Call<'_>) -> Result<Encoded> {
        fitting(call, self.media, |call| write::request(self, call))
    }

    fn media(&self, _model: &str) -> &'static Takes {
        self.media
    }

    fn open(&self, call: &Call<'_>, head: &Head) -> Result<(Framing, Box<dyn Decoder>)> {
        // A stream is labelled as JSON at times, and is the default where nobody asks.
        let lines = call.mode == Mode::Stream || head.is("application/x-ndjson") == Some(true);
        let framing = if lines { Framing::Lines } else { Framing::Whole };
        Ok((framing, Box::new(lines::Lines::new(call.issuer.clone()))))
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        let text = std::str::from_utf8(body).ok();
        let error = text.and_then(|text| failure::read(text, Some(head.status.as_u16())));
        status::described(error.unwrap_or_else(|| status::plain(head, body)), head, body)
    }

    fn models(&self, path: &str, _: Option<&str>) -> Option<Encoded> {
        Some(Encoded::empty(beside(path, "/chat", "/tags")?))
    }

    fn embed(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}

/// Why the model stopped, by the dialect's `word` for it.
fn reason_of(word: &str) -> FinishReason {
    match word {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        other => FinishReason::Other(other.to_owned()),
    }
}
