mod blocks;
mod failure;
mod frames;
mod messages;
mod read;
mod rows;
mod say;
mod thinking;
mod tokens;
mod wrapped;
mod write;

use nohop_types::{Error, ErrorKind, FinishReason, Result};

use super::{bedrock, framing, status};
use crate::media::fitting;
use crate::models::{asking, beside};
use crate::schema::Subsets;
use crate::{
    Call, Decoder, Dialect, Encoded, Encoder, Framing, Head, Incoming, Reply, RequestHead, Source,
    Stamp, Surface, Taken, Takes,
};

/// Anthropic's Messages, which many other hosts speak as well.
///
/// Answers are read in every shape that hosts of this dialect are known to send, whatever the fields
/// below say.
///
/// Reference: <https://docs.claude.com/en/api/messages>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Anthropic {
    /// The version of the API that is asked for.
    pub version: &'static str,
    /// Where the version is said.
    pub place: VersionPlace,
    /// The most tokens of an answer to a request that does not say, since the dialect wants a number.
    pub cap: u64,
    /// How the model is told to think.
    pub thinking: ThinkingStyle,
    /// What becomes of a turn of the application amid the conversation.
    pub late_system: LateSystem,
    /// How answers are streamed.
    pub streams: Streams,
    /// What of JSON Schema the host takes.
    pub schemas: &'static Subsets,
    /// What media the host takes.
    pub media: &'static Takes,
}

/// Where the version of the API is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum VersionPlace {
    /// In the body, as `anthropic_version`; the model is named by the path and not in the body.
    Body,
    /// In the header `anthropic-version`.
    Header,
}

/// How answers are streamed, and how that is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Streams {
    /// As server-sent events, which the body asks for.
    Events,
    /// Wrapped in Amazon's messages, which the path asks for.
    Wrapped,
}

/// How the model is told to think.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ThinkingStyle {
    /// As much as it sees fit, with an effort; a budget is said where the caller asks for one.
    Adaptive,
    /// Up to a budget of tokens; efforts become budgets.
    Budget,
}

/// What becomes of a turn of the application amid the conversation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LateSystem {
    /// It is told as a turn of the person.
    Folded,
    /// It stays where it is.
    Inside,
}

/// The bytes that are so large in base64, which is how the host counts.
const ENCODED_5_MIB: usize = (5 << 20) / 4 * 3;
const ENCODED_10_MIB: usize = (10 << 20) / 4 * 3;

impl Anthropic {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "anthropic";

    /// The dialect as its inventor speaks it, in the last version that takes sampling parameters.
    pub const PLAIN: Self = Self {
        version: "2023-06-01",
        place: VersionPlace::Header,
        cap: 4096,
        thinking: ThinkingStyle::Adaptive,
        late_system: LateSystem::Inside,
        streams: Streams::Events,
        schemas: &Subsets::ANTHROPIC,
        media: &Self::taking(
            &[Source::Bytes, Source::File, Source::Url("https://")],
            ENCODED_10_MIB,
        ),
    };

    /// The dialect as Bedrock's InvokeModel speaks it.
    pub const INVOKE: Self = Self {
        version: "bedrock-2023-05-31",
        place: VersionPlace::Body,
        streams: Streams::Wrapped,
        media: &Self::CLOUD_MEDIA,
        ..Self::PLAIN
    };

    /// What media the clouds take that serve the inventor's models: they fetch none, and keep no files.
    pub const CLOUD_MEDIA: Takes = Self::taking(&[Source::Bytes], ENCODED_5_MIB);

    /// What is taken, from these places, of pictures no larger than that.
    const fn taking(from: &'static [Source], largest: usize) -> Takes {
        let image = Taken::some(&["image/jpeg", "image/png", "image/gif", "image/webp"], from);
        Takes {
            image: Taken { bytes: Some(largest), request: Some(600), ..image },
            audio: Taken::NONE,
            video: Taken::NONE,
            document: Taken::some(&["application/pdf", "text/*"], from),
            // A request has 32 MiB, as it is written.
            together: Some(24 << 20),
        }
    }
}

impl Dialect for Anthropic {
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
        let decoder = frames::Frames::new(call.issuer.clone());
        Ok(match self.streams {
            Streams::Events => (framing(head, call.mode), Box::new(decoder)),
            Streams::Wrapped => {
                (wrapped::framing(head, call.mode), Box::new(wrapped::Wrapped::new(decoder)))
            }
        })
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        if self.streams == Streams::Wrapped {
            return bedrock::error(head, body);
        }
        let text = std::str::from_utf8(body).ok();
        let error = text.and_then(|text| failure::read(text, Some(head.status.as_u16())));
        status::described(error.unwrap_or_else(|| status::plain(head, body)), head, body)
    }

    fn models(&self, path: &str, after: Option<&str>) -> Option<Encoded> {
        if self.place == VersionPlace::Body {
            return None;
        }
        let path = beside(path, "/messages", "/models")?;
        // A page has twenty unless more are asked for, and a thousand at most.
        let fields = [("limit", Some("1000")), ("after_id", after)];
        Some(Encoded::empty(asking(path, &fields)).header("anthropic-version", self.version))
    }
}

impl Surface for Anthropic {
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

/// Why the model stopped, by the dialect's `word` for it.
fn reason_of(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::ContentFilter,
        "pause_turn" => FinishReason::Pause,
        other => FinishReason::Other(other.to_owned()),
    }
}
