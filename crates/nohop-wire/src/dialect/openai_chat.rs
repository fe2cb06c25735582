mod chunks;
mod embeddings;
pub(super) mod failure;
mod messages;
mod read;
mod rerank;
mod rows;
pub(super) mod say;
mod tokens;
pub(super) mod write;

use nohop_types::{Error, ErrorKind, Result};

use super::{LateSystem, framing, status};
use crate::media::{PICTURES, WEB, WEB_AND_FILES, fitting};
use crate::models::{asking, beside};
use crate::schema::Subsets;
use crate::{
    Call, Decoder, Dialect, Embed, Encoded, Encoder, Framing, Head, Incoming, Reply, RequestHead,
    Rerank, Source, Stamp, Surface, Taken, Takes,
};

pub use embeddings::{OpenAiEmbeddings, VectorForm};
pub use rerank::JinaRerank;

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
    /// Where a refusal of the model's is sent back.
    pub refusals: Refusals,
    /// What is said of thinking on a turn with calls that shows none.
    pub unthought: Unthought,
    /// What a call's id may be.
    pub ids: IdForm,
    /// Where a turn of the application amid the conversation is told.
    pub late_system: LateSystem,
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
    /// What becomes of media that the model itself showed earlier.
    pub own_media: OwnMedia,
    /// What media the host takes.
    pub media: &'static Takes,
    /// The field that holds the seed.
    pub seed: &'static str,
    /// The field that names the session, if there is one.
    pub session: Option<&'static str>,
    /// The flag on a last turn of the model's own that it shall go on from, if it needs one.
    pub prefill: Option<&'static str>,
    /// What of JSON Schema the host takes.
    pub schemas: &'static Subsets,
    /// What an answer can be asked to look like.
    pub shapes: Shapes,
    /// Fields of the dialect that the host refuses, by their names.
    pub refuses: &'static [&'static str],
    /// How vectors are had beside it.
    pub embeddings: OpenAiEmbeddings,
    /// How documents are put in order beside it, if they are.
    pub rerank: Option<JinaRerank>,
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

/// Where a refusal of the model's is sent back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusals {
    /// In `refusal`.
    Beside,
    /// Among the texts: the host knows no such field.
    Inside,
}

/// What is said of thinking on a turn with calls that shows none: it was another's, or there was none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unthought {
    /// That it was empty: a host that thinks refuses calls without a word on it.
    Empty,
    /// Nothing.
    Unsaid,
}

/// What a call's id may be. Any other is told as one that is made from it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IdForm {
    /// Whatever the caller has.
    Any,
    /// So many letters and digits.
    Letters(usize),
    /// At most so many characters.
    Most(usize),
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

/// What becomes of media that the model itself showed earlier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OwnMedia {
    /// They stand in its turn, as the person's do.
    Inside,
    /// They are left out, but for a sound that the host knows by its id.
    Nowhere,
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

/// What an answer can be asked to look like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Shapes {
    /// An object; of its schema, the model knows what the prompt says.
    Objects,
    /// An object, or what a schema says.
    Schemas,
}

impl OpenAiChat {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "openai-chat";

    /// What the dialect has a form for: hosts of open models differ, and their models more.
    pub const OPEN_MEDIA: Takes = Takes {
        image: Taken::some(&["image/*"], WEB),
        audio: Taken::some(&["audio/*"], &[Source::Bytes]),
        video: Taken::some(&["video/*"], WEB),
        document: Taken::some(&["*/*"], WEB_AND_FILES),
        together: None,
    };

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self {
        cap: Cap::Either,
        ends: Ends::Reason,
        counted: Counted::Inside,
        stream_usage: StreamUsage::Asked,
        thinking: &[ThinkingField::Effort],
        history: History::Nowhere,
        refusals: Refusals::Beside,
        unthought: Unthought::Unsaid,
        ids: IdForm::Most(40),
        late_system: LateSystem::Inside,
        tags: Tags::Text,
        marks: Marks::Breakpoint,
        required: Required::Required,
        tool_media: ToolMedia::Inside,
        files: Files::File,
        own_media: OwnMedia::Nowhere,
        media: &Takes {
            image: Taken { request: Some(1500), ..Taken::some(PICTURES, WEB) },
            audio: Taken::some(&["audio/wav", "audio/mpeg"], &[Source::Bytes]),
            video: Taken::NONE,
            document: Taken {
                bytes: Some(50 << 20),
                ..Taken::some(&["*/*"], &[Source::Bytes, Source::File])
            },
            together: Some(512 << 20),
        },
        seed: "seed",
        session: Some("prompt_cache_key"),
        prefill: None,
        schemas: &Subsets::CHAT,
        shapes: Shapes::Schemas,
        refuses: &["top_k", "min_p", "repetition_penalty"],
        embeddings: OpenAiEmbeddings::PLAIN,
        rerank: None,
    };

    /// The dialect as hosts of open models speak it: what few of them understand is left unsaid.
    pub const HOSTED: Self = Self {
        cap: Cap::MaxTokens,
        history: History::ReasoningContent,
        refusals: Refusals::Inside,
        ids: IdForm::Any,
        marks: Marks::None,
        tool_media: ToolMedia::Outside,
        own_media: OwnMedia::Inside,
        media: &Self::OPEN_MEDIA,
        session: None,
        schemas: &Subsets::ANY,
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
        fitting(call, self.media, |call| write::request(self, call))
    }

    fn media(&self, _model: &str) -> &'static Takes {
        self.media
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

    fn models(&self, path: &str, after: Option<&str>) -> Option<Encoded> {
        let path = beside(path, "/chat/completions", "/models")?;
        Some(Encoded::empty(asking(path, &[("after", after)])))
    }

    fn embed(&self) -> Option<&dyn Embed> {
        Some(&self.embeddings)
    }

    fn rerank(&self) -> Option<&dyn Rerank> {
        self.rerank.as_ref().map(|rerank| rerank as &dyn Rerank)
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
