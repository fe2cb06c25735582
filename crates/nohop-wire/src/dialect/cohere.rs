mod citations;
mod embeddings;
mod events;
mod failure;
mod messages;
mod rerank;
mod rows;
mod tokens;
mod write;

use nohop_types::{Error, FinishReason, Result, Usage};
use serde_json::value::RawValue;

use super::{framing, status};

use crate::json;
use crate::media::{PICTURES, WEB, fitting};
use crate::models::{asking, beside};
use crate::schema::Subsets;
use crate::{Call, Decoder, Dialect, Embed, Encoded, Framing, Head, Rerank, Source, Taken, Takes};
pub(super) use embeddings::{MOST_INPUTS, texts, vectors};

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
    /// What media the host takes.
    pub media: &'static Takes,
}

impl Cohere {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "cohere";

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self {
        schemas: &Subsets::COHERE,
        media: &Takes {
            image: Taken { request: Some(20), ..Taken::some(PICTURES, WEB) },
            audio: Taken::NONE,
            video: Taken::NONE,
            document: Taken::some(&["text/*"], &[Source::Bytes]),
            together: Some(20 << 20),
        },
    };
}

impl Dialect for Cohere {
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
        let decoder = events::Events::new(call.issuer.clone());
        Ok((framing(head, call.mode), Box::new(decoder)))
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        let text = std::str::from_utf8(body).ok();
        let error = text.and_then(|text| failure::read(text, Some(head.status.as_u16())));
        status::described(error.unwrap_or_else(|| status::plain(head, body)), head, body)
    }

    fn models(&self, path: &str, after: Option<&str>) -> Option<Encoded> {
        // A page has twenty unless more are asked for, and a thousand at most.
        let path = beside(path, "/v2/chat", "/v1/models")?;
        let fields = [("page_size", Some("1000")), ("page_token", after)];
        Some(Encoded::empty(asking(path, &fields)))
    }

    fn embed(&self) -> Option<&dyn Embed> {
        Some(self)
    }

    fn rerank(&self) -> Option<&dyn Rerank> {
        Some(self)
    }
}

/// What hosts that bill as Cohere does tell beside an answer, if it is that.
pub(super) fn billed(meta: &RawValue) -> Option<Usage> {
    let usage = json::lax::<tokens::Tokens<'_>>(meta)?.usage();
    let told = usage.total().is_some() || usage.search_units.is_some();
    told.then_some(usage)
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
