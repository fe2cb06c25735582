mod anthropic;
mod cohere;
mod converse;
mod gemini;
mod ollama;
mod openai;
mod responses;
mod schema;
mod signature;
mod tasks;

use std::time::Duration;

use http::request::Parts;
use http::{HeaderMap, Method};
use nohop_types::{ErrorKind, Usage};
use serde_json::Value;

use crate::fault::go_duration;
use crate::script::{Answer, Tokens};
use crate::{Departure, Script};

pub use tasks::vector;
pub(crate) use tasks::{Asked, Told};

/// Which provider an emulator imitates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Dialect {
    /// OpenAI's chat completions, at `…/chat/completions`, `…/embeddings` and `…/models`; and `…/rerank`, as
    /// some of its hosts have it.
    OpenAiChat,
    /// Anthropic's messages, at `…/messages` and `…/models`.
    Anthropic,
    /// OpenAI's responses, at `…/responses`, `…/embeddings` and `…/models`.
    OpenAiResponses,
    /// Google's generateContent, at `…/{model}:generateContent`, `…/{model}:streamGenerateContent`
    /// and `…/models`; its vectors, at `…/{model}:embedContent`, `…/{model}:batchEmbedContents` and, as
    /// Vertex AI has them, `…/{model}:predict`.
    Gemini,
    /// Cohere's chat, at `…/v2/chat`, `…/v2/embed`, `…/v2/rerank` and `…/models`.
    Cohere,
    /// Ollama's own chat, at `…/api/chat`, `…/api/embed` and `…/api/tags`; it streams unless told not to.
    Ollama,
    /// Amazon Bedrock's Converse, at `…/model/{model}/converse`, `…/model/{model}/converse-stream` and
    /// `…/foundation-models`; vectors and orders of Amazon's models and Cohere's, at
    /// `…/model/{model}/invoke`.
    Converse,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 7] = [
        Self::OpenAiChat,
        Self::Anthropic,
        Self::OpenAiResponses,
        Self::Gemini,
        Self::Cohere,
        Self::Ollama,
        Self::Converse,
    ];

    /// What the provider says of a schema in the request `body`, if it refuses one.
    pub fn schema_refusal(self, body: &Value) -> Option<String> {
        let checked = match self {
            Self::OpenAiChat => schema::chat(body),
            Self::Anthropic => schema::anthropic(body),
            Self::OpenAiResponses => schema::responses(body),
            Self::Gemini => schema::gemini(body),
            Self::Cohere => schema::cohere(body),
            Self::Ollama => Ok(()),
            Self::Converse => schema::converse(body),
        };
        checked.err().map(|refusal| refusal.message)
    }

    /// How `maker` speaks it.
    pub(crate) fn speech(self, maker: Maker) -> &'static dyn Speech {
        match self {
            Self::OpenAiChat => match maker {
                Maker::Inventor => &openai::OpenAi { maker: Maker::Inventor },
                Maker::Host => &openai::OpenAi { maker: Maker::Host },
                Maker::Mistral => &openai::OpenAi { maker: Maker::Mistral },
                Maker::DeepSeek => &openai::OpenAi { maker: Maker::DeepSeek },
            },
            Self::Anthropic => &anthropic::Anthropic,
            Self::OpenAiResponses => &responses::Responses,
            Self::Gemini => &gemini::Gemini,
            Self::Cohere => &cohere::Cohere,
            Self::Ollama => &ollama::Ollama,
            Self::Converse => &converse::Converse,
        }
    }

    /// Whether this asks for an answer, and not for the models or for nothing there is.
    pub(crate) fn is_call(self, head: &Parts) -> bool {
        let (path, speech) = (head.uri.path(), self.speech(Maker::Inventor));
        head.method == Method::POST && (speech.is_call(path) || speech.does(path))
    }
}

/// Who speaks OpenAI's chat completions: what each refuses, and how its answers differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Maker {
    Inventor,
    /// Whoever serves the models of others, and takes more of a conversation.
    Host,
    Mistral,
    DeepSeek,
}

/// Writes one dialect by hand, and knows what its provider refuses.
pub(crate) trait Speech: Sync {
    /// Whether what is posted to this path asks for an answer.
    fn is_call(&self, path: &str) -> bool;
    /// Whether what is posted to this path asks for vectors or an order.
    fn does(&self, _: &str) -> bool {
        false
    }
    /// Makes the vectors or the order, or refuses what the provider refuses.
    fn told(&self, _: &Asked<'_>) -> Result<Told, Refusal> {
        Err(self.refusal(ErrorKind::NotFound))
    }
    /// Whether what is got from this path is the list of models.
    fn lists_models(&self, path: &str) -> bool {
        path.ends_with("/models")
    }
    /// How the frames of a stream are told apart.
    fn framing(&self) -> Framing {
        Framing::Events
    }
    /// Whether a call asks for a stream.
    fn streams(&self, _: &Parts, body: &Value) -> bool {
        body["stream"] == true
    }
    /// The model that a call names.
    fn model<'a>(&self, _: &'a Parts, body: &'a Value) -> &'a str {
        body["model"].as_str().unwrap_or_default()
    }
    /// How the provider calls its request of this number.
    fn id(&self, number: u64) -> String;
    /// Refuses a request without a key, or with one that is not accepted.
    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal>;
    /// Refuses what the provider refuses.
    fn check(&self, script: &Script, head: &Parts, body: &Value) -> Result<(), Refusal>;
    /// Whether the answer says what it consumed.
    fn states_usage(&self, _: &Call<'_>, _streams: bool) -> bool {
        true
    }
    /// What a client can read of what it consumed.
    fn usage(&self, tokens: Tokens) -> Usage {
        tokens.usage()
    }
    /// Whether its lines end in CR LF.
    fn ends_in_crlf(&self) -> bool {
        false
    }
    /// The body of a whole answer.
    fn whole(&self, call: &Call<'_>) -> String;
    /// The frames of a streamed answer.
    fn frames(&self, call: &Call<'_>) -> Vec<Frame>;
    /// An answer that says nothing and does not even end: whole and streamed.
    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>);
    /// How the provider words an error of this kind.
    fn refusal(&self, kind: ErrorKind) -> Refusal;
    /// The body of an error.
    fn error(&self, refusal: &Refusal, id: &str) -> String;
    /// What the body of an error is said to be, where this was asked for.
    fn error_type(&self, _: &Parts) -> &'static str {
        "application/json"
    }
    /// The headers that an error has beside the others.
    fn error_headers(&self, _: &Refusal) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// An error inside a stream.
    fn error_frame(&self, refusal: &Refusal, id: &str) -> Frame;
    /// What keeps a silent stream alive.
    fn ping(&self) -> Frame;
    /// The list of models.
    fn models(&self, models: &[String]) -> String;
    /// The headers of every answer.
    fn headers(&self, id: &str) -> Vec<(&'static str, String)>;
    /// The headers that say when a limit resets; none where the error's own field says it.
    fn reset(&self, after: Duration) -> Vec<(&'static str, String)>;
    /// A sentence that says when a limit resets.
    fn comes_back(&self, after: Duration) -> String {
        format!("Please try again in {}.", go_duration(after))
    }
}

/// One call that is to be answered.
pub(crate) struct Call<'a> {
    pub(crate) script: &'a Script,
    pub(crate) answer: &'a Answer,
    pub(crate) number: u64,
    pub(crate) model: &'a str,
    pub(crate) tokens: Tokens,
    pub(crate) head: &'a Parts,
    pub(crate) body: &'a Value,
}

impl Call<'_> {
    pub(crate) fn has(&self, departure: Departure) -> bool {
        self.script.has(departure)
    }
}

/// How the frames of a stream are told apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Events,
    /// A line each.
    Lines,
    /// A message each of Amazon's binary event streams; a name that ends in `Exception` is one.
    Messages,
}

impl Framing {
    /// What such a stream is said to be.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Events => "text/event-stream; charset=utf-8",
            Self::Lines => "application/x-ndjson",
            Self::Messages => "application/vnd.amazon.eventstream",
        }
    }
}

/// One event of a stream, before it is framed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    pub(crate) name: Option<&'static str>,
    /// The line of data; without one, the frame is a comment.
    pub(crate) data: Option<String>,
    /// The text in it, if it is a content event.
    pub(crate) content: Option<String>,
    /// Whether it ends the answer too.
    pub(crate) finishes: bool,
}

impl Frame {
    pub(crate) fn data(data: String) -> Self {
        Self { data: Some(data), ..Self::default() }
    }

    pub(crate) fn comment() -> Self {
        Self::default()
    }

    pub(crate) fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Whether an answer that ends with it is cut in the middle of its content.
    pub(crate) fn is_cuttable(&self) -> bool {
        self.content.is_some() && !self.finishes
    }

    /// A content event with this much text for the caller, which may be none.
    pub(crate) fn content(mut self, text: &str) -> Self {
        self.content = Some(text.to_owned());
        self
    }
}

/// An error, as the provider words it.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) kind: ErrorKind,
    pub(crate) status: u16,
    pub(crate) word: &'static str,
    pub(crate) code: Option<&'static str>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    /// A field beside the others.
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    fn new(kind: ErrorKind, status: u16, word: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            status,
            word,
            code: None,
            param: None,
            message: message.into(),
            retry_after: None,
        }
    }

    fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }
}

/// Takes turns: the first of each list, the second of each, and so on.
fn interleave(lists: Vec<Vec<Frame>>) -> Vec<Frame> {
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let mut frames = Vec::new();
    loop {
        let before = frames.len();
        frames.extend(lists.iter_mut().filter_map(Iterator::next));
        if frames.len() == before {
            return frames;
        }
    }
}

/// The key that an `authorization` carries, or the id of the one that it was signed with.
pub(crate) fn credential(authorization: &str) -> Option<&str> {
    authorization.strip_prefix("Bearer ").or_else(|| converse::access_key(authorization))
}

/// A text as a JSON string, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
