mod citations;
mod embeddings;
mod events;
mod failure;
mod messages;
mod rows;
mod tokens;
mod write;

use nohop_types::{Error, FinishReason, Result};

use super::{framing, status};
use crate::models::beside;
use crate::schema::Subsets;
use crate::{Call, Decoder, Dialect, Embed, Encoded, Framing, Head};

/// Cohere's chat, in the second version of its API.
///
/// What the model says before it calls tools is thinking, and goes back as the `tool_plan` it came as.
/// Tokens are counted as they are billed: the prompt that the host puts around a request is not.
///
/// Reference: <https://docs.cohere.com/reference/chat>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Cohere {
    /// What of JSON Schema the host takes.
    pub schemas: &'static Subsets,
}

impl Cohere {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "cohere";

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self { schemas: &Subsets::COHERE };
}

impl Dialect for Cohere {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn encode(&self, call: &Call<'_>) -> Result<Encoded> {
        write::request(self, call)
    }

    fn open(&self, call: &Call<'_>, head: &Head) -> Result<(Framing, Box<dyn Decoder>)> {
        let decoder = events::Events::new(call.issuer.clone());
        Ok((framing(head, call.mode), Box::new(decoder)))
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        let text = std::str::from_utf8(body).ok();
        let error = text.and_then(|text| failure::read(text, Some(head.status.as_u16())));
        status::described(error.unwrap_or_else(|| status::plain(head, body)), head, body)
    }

    fn models(&self, path: &str) -> Option<Encoded> {
        // A page has twenty unless more are asked for, and a thousand at most.
        let path = beside(path, "/v2/chat", "/v1/models")?;
        let ask = if path.contains('?') { "&" } else { "?" };
        Some(Encoded::empty(path + ask + "endpoint=chat&page_size=1000"))
    }

    fn embed(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}

/// Why the model stopped, by the dialect's `word` for it.
fn reason_of(word: &str) -> FinishReason {
    match word {
        "COMPLETE" | "STOP_SEQUENCE" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "TOOL_CALL" => FinishReason::ToolCalls,
        "ERROR" | "TIMEOUT" => FinishReason::Error,
        other => FinishReason::Other(other.to_owned()),
    }
}
