mod chunks;
mod embeddings;
pub(super) mod failure;
mod messages;
mod read;
mod rows;
pub(super) mod say;
mod tokens;
pub(super) mod write;

use nohop_types::{Error, ErrorKind, Result};

use super::{framing, status};
use crate::models::beside;
use crate::{
    Call, Decoder, Dialect, Embed, Encoded, Encoder, Framing, Head, Incoming, Reply, RequestHead,
    Stamp, Surface,
};

pub use embeddings::{OpenAiEmbeddings, VectorForm};

/// OpenAI's Chat Completions, the dialect most providers claim to speak.
///
/// Answers are read in every shape that hosts of this dialect are known to send, whatever the fields
/// below say: a field stands here where two hosts mean different things by the same bytes, or must
/// be written to differently.
///
/// Reference: <https://platform.openai.com/docs/api-reference/chat>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct OpenAiChat {
    /// The field that caps the answer's tokens.
    pub cap: Cap,
    /// How an answer shows that it is complete.
    pub ends: Ends,
    /// Whether thinking is counted among the answer's tokens, where the total does not tell.
    pub counted: Counted,
    /// How the usage of a streamed answer is had.
    pub stream_usage: StreamUsage,
    /// The fields that say how the model shall think, the preferred one first.
    pub thinking: &'static [ThinkingField],
    /// How thinking of earlier turns is sent back.
    pub history: History,
    /// What `<think>` in a text is.
    pub tags: Tags,
    /// How the end of a prompt worth caching is marked.
    pub marks: Marks,
    /// The word for a tool choice that makes the model call a tool.
    pub required: Required,
    /// What a tool may answer with.
    pub tool_media: ToolMedia,
    /// How a document is sent.
    pub files: Files,
    /// The field that holds the seed.
    pub seed: &'static str,
    /// The field that names the session, if there is one.
    pub session: Option<&'static str>,
    /// The flag on a last turn of the model's own that it shall go on from, if it needs one.
    pub prefill: Option<&'static str>,
    /// Fields of the dialect that the host refuses, by their names.
    pub refuses: &'static [&'static str],
    /// How vectors are had beside it.
    pub embeddings: OpenAiEmbeddings,
}

/// The field that caps the answer's tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Cap {
    /// Both are understood: the caller's own word, else `max_completion_tokens`.
    Either,
    /// `max_completion_tokens`.
    MaxCompletionTokens,
    /// `max_tokens`.
    MaxTokens,
}

/// How an answer shows that it is complete.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ends {
    /// Not at all: the end of the body has to do.
    Eof,
    /// By a `finish_reason`.
    Reason,
}

/// Whether thinking is counted among the answer's tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Counted {
    /// `completion_tokens` leaves it out, and so does `total_tokens`, though it is charged.
    Apart,
    /// `completion_tokens` leaves it out.
    Beside,
    /// `completion_tokens` includes it.
    Inside,
}

/// How the usage of a streamed answer is had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StreamUsage {
    /// By `stream_options.include_usage`.
    Asked,
    /// It is sent unasked, or never; asking may be an error.
    Unasked,
}

/// A field that says how the model shall think.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ThinkingField {
    /// `reasoning_effort`, a word.
    Effort,
    /// `enable_thinking`, a flag, with `thinking_budget` beside it.
    Enable,
    /// `reasoning`, an object with `effort`, `max_tokens`, `exclude` and `enabled`.
    Object,
    /// `thinking`, an object whose `type` is `enabled` or `disabled`.
    Toggle,
}

/// How thinking of earlier turns is sent back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum History {
    /// In `reasoning_details`, items with signatures; plain thinking in `reasoning`.
    Details,
    /// Not at all.
    Nowhere,
    /// Among the parts of `content`, as `thinking`.
    Parts,
    /// In `reasoning`.
    Reasoning,
    /// In `reasoning_content`.
    ReasoningContent,
}

/// What `<think>` in a text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Tags {
    /// Thinking, up to `</think>`, when the text begins with it.
    Thinking,
    /// Text.
    Text,
}

/// How the end of a prompt worth caching is marked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Marks {
    /// By `prompt_cache_breakpoint`.
    Breakpoint,
    /// By `cache_control`, as Anthropic does.
    Control,
    /// Not at all: the provider caches as it sees fit.
    None,
}

/// The word for a tool choice that makes the model call a tool.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Required {
    /// `any`; `required` is understood as well.
    Any,
    /// `required`.
    Required,
}

/// What a tool may answer with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ToolMedia {
    /// Text and pictures.
    Inside,
    /// Text; pictures follow in a turn of the person.
    Outside,
}

/// How a document is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Files {
    /// As a part of type `document_url`.
    DocumentUrl,
    /// As a part of type `file`.
    File,
}

impl OpenAiChat {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "openai-chat";

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self {
        cap: Cap::Either,
        ends: Ends::Reason,
        counted: Counted::Inside,
        stream_usage: StreamUsage::Asked,
        thinking: &[ThinkingField::Effort],
        history: History::Nowhere,
        tags: Tags::Text,
        marks: Marks::Breakpoint,
        required: Required::Required,
        tool_media: ToolMedia::Inside,
        files: Files::File,
        seed: "seed",
        session: Some("prompt_cache_key"),
        prefill: None,
        refuses: &["top_k", "min_p", "repetition_penalty"],
        embeddings: OpenAiEmbeddings::PLAIN,
    };

    /// The dialect as hosts of open models speak it: what few of them understand is left unsaid.
    pub const HOSTED: Self = Self {
        cap: Cap::MaxTokens,
        history: History::ReasoningContent,
        marks: Marks::None,
        tool_media: ToolMedia::Outside,
        session: None,
        refuses: &[],
        embeddings: OpenAiEmbeddings::HOSTED,
        ..Self::PLAIN
    };
}

impl Dialect for OpenAiChat {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn encode(&self, call: &Call<'_>) -> Result<Encoded> {
        write::request(self, call)
    }

    fn open(&self, call: &Call<'_>, head: &Head) -> Result<(Framing, Box<dyn Decoder>)> {
        let framing = framing(head, call.mode);
        Ok((framing, Box::new(chunks::Chunks::new(*self, call.issuer.clone(), framing))))
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        let text = std::str::from_utf8(body).ok();
        let error = text.and_then(|text| failure::read(text, Some(head.status.as_u16())));
        status::described(error.unwrap_or_else(|| status::plain(head, body)), head, body)
    }

    fn models(&self, path: &str) -> Option<Encoded> {
        beside(path, "/chat/completions", "/models").map(Encoded::empty)
    }

    fn embed(&self) -> Option<&dyn Embed> {
        Some(&self.embeddings)
    }
}

impl Surface for OpenAiChat {
    fn decode(&self, _head: &RequestHead, body: &[u8]) -> Result<Incoming> {
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, "the body is not UTF-8"))?;
        read::request(self, text)
    }

    fn encoder(&self, incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder> {
        say::encoder(*self, incoming, stamp)
    }

    fn error(&self, error: &Error) -> Reply {
        say::error(error)
    }
}
