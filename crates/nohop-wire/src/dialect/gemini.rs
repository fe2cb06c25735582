mod address;
mod candidates;
mod embeddings;
mod failure;
mod instances;
mod media;
mod parts;
mod proof;
mod read;
mod rows;
mod say;
mod schema;
mod tokens;
mod turns;
mod write;

use nohop_types::{Error, ErrorKind, FinishReason, Result};

use super::{calls, framing, status};
use crate::media::fitting;
use crate::models::{asking, beside};
use crate::{
    Call, Decoder, Dialect, Embed, Encoded, Encoder, Framing, Head, Incoming, Reply, RequestHead,
    Source, Stamp, Surface, Taken, Takes,
};

/// Google's generateContent, as the Gemini API and Vertex AI speak it.
///
/// A way's path names the model as `{model}`; what is done with it, `:generateContent` or
/// `:streamGenerateContent`, is added. Fields are read in both of their spellings, `camelCase` and
/// `snake_case`.
///
/// Reference: <https://ai.google.dev/api/generate-content>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Gemini {
    /// How the schemas of arguments and answers are told.
    pub schemas: Schemas,
    /// How the model is told to think.
    pub thinking: ThinkingGauge,
    /// What becomes of a call that no signature of the model's own goes with.
    pub unsigned: Unsigned,
    /// Whether calls and their results carry ids.
    pub ids: CallIds,
    /// Whether words are kept beside the answer.
    pub labels: Labels,
    /// How vectors are asked for.
    pub vectors: VectorMethod,
    /// What media the host takes.
    pub media: &'static Takes,
    /// What media it takes for models before 2.5.
    pub early_media: &'static Takes,
    /// Where the models are listed, if not beside the way; from `//` on, at another host.
    pub list: Option<&'static str>,
}

/// How the schemas of arguments and answers are told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Schemas {
    /// As the called model's generation wants them: before 2, as an OpenAPI schema.
    ByModel,
    /// As JSON Schema, in `parametersJsonSchema` and `responseJsonSchema`.
    Json,
    /// In the subset of OpenAPI that the inventor began with, in `parameters` and `responseSchema`.
    OpenApi,
}

/// How the model is told to think.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ThinkingGauge {
    /// Up to a budget of tokens; efforts become budgets.
    Budget,
    /// As the called model's generation wants it: before 3, by a budget.
    ByModel,
    /// By a level; a budget is said where the caller asks for one.
    Level,
}

/// What becomes of a call that no signature of the model's own goes with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unsigned {
    /// As the called model's generation wants it: before 3, it is left as it is.
    ByModel,
    /// It carries the documented word that excuses it.
    Excused,
    /// It is left as it is.
    Left,
}

/// Whether calls and their results carry ids.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CallIds {
    /// They do not: results are known by their order and name.
    Left,
    /// They do, unless the ids are of our own making.
    Said,
}

/// Whether words are kept beside the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Labels {
    /// They are, as `labels`.
    Kept,
    /// The host refuses them.
    Refused,
}

/// How vectors are asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum VectorMethod {
    /// As the called model wants it: younger Gemini models and those of other makers one text at a time, by
    /// `:embedContent`; all others by `:predict`.
    ByModel,
    /// By `:embedContent`, and those of several texts by `:batchEmbedContents`.
    Content,
}

/// The pictures that the models see.
const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"];

impl Gemini {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "gemini";

    /// The dialect as the Gemini API speaks it.
    pub const PLAIN: Self = Self {
        schemas: Schemas::ByModel,
        thinking: ThinkingGauge::ByModel,
        unsigned: Unsigned::ByModel,
        ids: CallIds::Said,
        labels: Labels::Refused,
        vectors: VectorMethod::Content,
        media: &Self::taking(&[
            Source::Bytes,
            Source::File,
            Source::Url("https://"),
            Source::Url("http://"),
            Source::Url("gs://"),
        ]),
        early_media: &Self::taking(&[
            Source::Bytes,
            Source::File,
            Source::Url("https://www.youtube.com/"),
            Source::Url("https://youtube.com/"),
            Source::Url("https://m.youtube.com/"),
            Source::Url("https://youtu.be/"),
            Source::Url("https://generativelanguage.googleapis.com/"),
            Source::Url("gs://"),
        ]),
        list: None,
    };

    /// The dialect as Vertex AI speaks it.
    pub const VERTEX: Self = Self {
        labels: Labels::Kept,
        vectors: VectorMethod::ByModel,
        early_media: Self::PLAIN.media,
        ..Self::PLAIN
    };

    /// What is taken, from these places.
    const fn taking(from: &'static [Source]) -> Takes {
        let document = Taken::some(&["application/*", "text/*"], from);
        Takes {
            image: Taken { request: Some(3600), ..Taken::some(PICTURES, from) },
            audio: Taken::some(&["audio/*"], from),
            video: Taken { request: Some(10), ..Taken::some(&["video/*"], from) },
            document: Taken { bytes: Some(50 << 20), ..document },
            together: Some(100 << 20),
        }
    }
}

impl Dialect for Gemini {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn encode(&self, call: &Call<'_>) -> Result<Encoded> {
        fitting(call, Dialect::media(self, call.model), |call| write::request(self, call))
    }

    fn media(&self, model: &str) -> &'static Takes {
        match generation(model) < 25 {
            true => self.early_media,
            false => self.media,
        }
    }

    fn open(&self, call: &Call<'_>, head: &Head) -> Result<(Framing, Box<dyn Decoder>)> {
        let framing = framing(head, call.mode);
        Ok((framing, Box::new(candidates::Candidates::new(call, framing))))
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        let text = std::str::from_utf8(body).ok();
        let error = text.and_then(|text| failure::read(text, Some(head.status.as_u16())));
        status::described(error.unwrap_or_else(|| status::plain(head, body)), head, body)
    }

    fn models(&self, path: &str, after: Option<&str>) -> Option<Encoded> {
        // A page has fifty unless more are asked for, and a thousand at most; elsewhere, a hundred.
        let (path, most) = match (self.list, self.vectors) {
            (Some(list), _) => (list.to_owned(), "100"),
            (None, VectorMethod::Content) => (beside(path, "/models/{model}", "/models")?, "1000"),
            (None, VectorMethod::ByModel) => return None,
        };
        let fields = [("pageSize", Some(most)), ("pageToken", after)];
        Some(Encoded::empty(asking(path, &fields)))
    }

    fn embed(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}

impl Surface for Gemini {
    fn decode(&self, head: &RequestHead, body: &[u8]) -> Result<Incoming> {
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, "the body is not UTF-8"))?;
        read::request(head, text)
    }

    fn encoder(&self, incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder> {
        say::encoder(incoming, stamp)
    }

    fn error(&self, error: &Error) -> Reply {
        say::error(error)
    }
}

/// Why the model stopped, by the dialect's `word` for it, or by the number of that word.
///
/// Past 8, the two hosts that still number their words do not agree.
fn reason_of(word: &str) -> FinishReason {
    match word {
        "STOP" | "1" => FinishReason::Stop,
        "MAX_TOKENS" | "2" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION"
        | "IMAGE_OTHER"
        | "3"
        | "4"
        | "6"
        | "7"
        | "8" => FinishReason::ContentFilter,
        "MALFORMED_FUNCTION_CALL"
        | "MALFORMED_RESPONSE"
        | "MISSING_THOUGHT_SIGNATURE"
        | "NO_IMAGE"
        | "TOO_MANY_TOOL_CALLS"
        | "UNEXPECTED_TOOL_CALL" => FinishReason::Error,
        "CONTINUATION" => FinishReason::Pause,
        other => FinishReason::Other(other.to_owned()),
    }
}

/// The generation of a model of the inventor's, in tenths; an alias such as `gemini-flash-latest`
/// tells none, and stands for the newest.
fn generation(model: &str) -> u32 {
    let named = model.rsplit('/').next().unwrap_or_default().strip_prefix("gemini-");
    let number = named.into_iter().flat_map(|name| name.split('-')).find_map(|word| {
        let (major, minor) = word.split_once('.').unwrap_or((word, "0"));
        Some(major.parse::<u32>().ok()?.checked_mul(10)? + minor.parse::<u32>().ok()?.min(9))
    });
    number.unwrap_or(u32::MAX)
}

/// The mark on a part with which the model's turn was begun anew: clients keep pieces as turns.
///
/// Such a mark ends in a dot, as the name of no field does.
const BEGINS: &str = "turn.";
