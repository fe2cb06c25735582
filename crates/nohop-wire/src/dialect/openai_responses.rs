mod failure;
mod frames;
mod input;
mod pictures;
mod read;
mod rows;
mod say;
mod tokens;
mod write;

use nohop_types::{Content, Error, ErrorKind, Extras, Part, Result};

use super::{Marks, framing, openai_chat, status};
use crate::media::{PICTURES, WEB_AND_FILES, fitting};
use crate::schema::Subsets;
use crate::{
    Call, Decoder, Dialect, Encoded, Encoder, Framing, Head, Incoming, Reply, RequestHead, Source,
    Stamp, Surface, Taken, Takes,
};

/// OpenAI's Responses, as it is spoken without a memory: the whole conversation goes out with each
/// request, the model's sealed thinking among it.
///
/// Answers are read in every shape that hosts of this dialect are known to send, whatever the fields
/// below say.
///
/// Reference: <https://platform.openai.com/docs/api-reference/responses>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct OpenAiResponses {
    /// Where the application's first turn is said.
    pub instructions: Instructions,
    /// How the model's earlier answers are said.
    pub answers: Answers,
    /// How sealed thinking is had.
    pub sealed: SealedThinking,
    /// By what thinking is bounded.
    pub budgets: Budgets,
    /// How the end of a prompt worth caching is marked.
    pub marks: Marks,
    /// What media the host takes.
    pub media: &'static Takes,
    /// The field that names the session, if there is one.
    pub session: Option<&'static str>,
    /// The field that names who asks.
    pub user: &'static str,
    /// Sampling parameters that the host takes though the dialect has none of their name.
    pub takes: &'static [&'static str],
    /// What of JSON Schema the host takes.
    pub schemas: &'static Subsets,
    /// Fields of the dialect that the host refuses, by their names.
    pub refuses: &'static [&'static str],
}

/// Where the application's first turn is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Instructions {
    /// In `instructions`.
    Field,
    /// Among the other turns.
    Inside,
}

/// How the model's earlier answers are said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Answers {
    /// As items of type `message` with a list of texts, as the model said them.
    Items,
    /// As strings, where one will do.
    Strings,
}

/// How thinking that only its issuer can read is had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SealedThinking {
    /// By `include`; without its seal the host takes no thinking back.
    Asked,
    /// It is sent unasked, or never; thinking goes back as it came.
    Unasked,
}

/// By what thinking is bounded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Budgets {
    /// By an effort alone.
    Effort,
    /// By an effort, or by `reasoning.max_tokens`.
    MaxTokens,
}

impl OpenAiResponses {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "openai-responses";

    /// What the dialect has a form for: hosts of open models differ, and their models more.
    pub const OPEN_MEDIA: Takes = Takes {
        image: Taken::some(&["image/*"], WEB_AND_FILES),
        audio: Taken::some(&["audio/*"], &[Source::Bytes]),
        video: Taken::NONE,
        document: Taken::some(&["*/*"], WEB_AND_FILES),
        together: None,
    };

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self {
        instructions: Instructions::Field,
        answers: Answers::Strings,
        sealed: SealedThinking::Asked,
        budgets: Budgets::Effort,
        marks: Marks::Breakpoint,
        media: &Takes {
            image: Taken { request: Some(1500), ..Taken::some(PICTURES, WEB_AND_FILES) },
            audio: Taken::some(&["audio/wav", "audio/mpeg"], &[Source::Bytes]),
            video: Taken::NONE,
            document: Taken {
                bytes: Some(50 << 20),
                ..Taken::some(&["application/*", "text/*"], WEB_AND_FILES)
            },
            together: Some(512 << 20),
        },
        session: Some("prompt_cache_key"),
        user: "safety_identifier",
        takes: &[],
        schemas: &Subsets::RESPONSES,
        refuses: &[],
    };

    /// The dialect as hosts of open models speak it: what few of them understand is left unsaid.
    pub const HOSTED: Self = Self {
        answers: Answers::Items,
        sealed: SealedThinking::Unasked,
        marks: Marks::None,
        media: &Self::OPEN_MEDIA,
        session: None,
        schemas: &Subsets::ANY,
        user: "user",
        ..Self::PLAIN
    };
}

impl Dialect for OpenAiResponses {
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
        Ok((framing, Box::new(frames::Frames::new(call.issuer.clone(), framing))))
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        let text = std::str::from_utf8(body).ok();
        let error = text.and_then(|text| failure::read(text, Some(head.status.as_u16())));
        status::described(error.unwrap_or_else(|| status::plain(head, body)), head, body)
    }
}

impl Surface for OpenAiResponses {
    fn decode(&self, _head: &RequestHead, body: &[u8]) -> Result<Incoming> {
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, "the body is not UTF-8"))?;
        read::request(self, text)
    }

    fn encoder(&self, incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder> {
        say::encoder(incoming, stamp)
    }

    fn error(&self, error: &Error) -> Reply {
        // Outside an answer the two dialects of the inventor fail alike.
        openai_chat::say::error(error)
    }
}

/// The mark on a part that begins an item although the part before could go on.
///
/// Such a mark ends in a dot, as the name of no field does.
const BEGINS: &str = "item.";

/// The mark on the first turn if it stood in `instructions`.
const IN_FIELD: &str = "instructions.";

/// Whether `part` stands in the same item as `before`: an item has several texts, or several
/// summaries of thinking of which the last carries the seal.
fn goes_on(before: &Part, part: &Part) -> bool {
    if is_said(before) && is_said(part) {
        return !is_told(&part.extra, BEGINS);
    }
    match (&before.content, &part.content) {
        (Content::Reasoning(before), Content::Reasoning(thinking)) => {
            let sealed = before.signature.is_some() || before.sealed.is_some();
            let begins = [BEGINS, "id"].iter().any(|key| is_told(&part.extra, key));
            // What has no text of its own is the whole of an item.
            let whole = thinking.sealed.is_some();
            !sealed && !whole && !begins && thinking.issuer == before.issuer
        }
        _ => false,
    }
}

/// Whether a part of the model's turn is one of a message: a text, a refusal, or what only its issuer
/// understands, if it is marked as no item of its own.
fn is_said(part: &Part) -> bool {
    match &part.content {
        Content::Opaque(_) => is_told(&part.extra, "content"),
        Content::Refusal(_) | Content::Text(_) => true,
        _ => false,
    }
}

/// Whether there is an extra field of that name, whatever it says.
fn is_told(extra: &Extras, key: &str) -> bool {
    extra.iter().any(|e| e.key == key && e.scope.covers(OpenAiResponses::NAME, ""))
}
