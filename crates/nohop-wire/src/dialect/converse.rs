mod blocks;
mod citation;
mod format;
mod frames;
mod rows;
mod tokens;
mod turns;
mod write;

use nohop_types::{Error, FinishReason, Result};

use super::{LateSystem, ThinkingStyle, bedrock};
use crate::media::fitting;
use crate::schema::Subsets;
use crate::{
    Call, Decoder, Dialect, Embed, Encoded, Framing, Head, Mode, Rerank, Source, Taken, Takes,
};

/// Amazon's Converse, which Bedrock speaks for models of every make.
///
/// A way's path names the model, by its id or its ARN, and what is done with it, as
/// `/model/{model}/{converse|converse-stream}`. What a model takes beside is an extra field, such as
/// `guardrailConfig` or `additionalModelRequestFields.top_k`.
///
/// Vectors and orders of documents are had beside it, by InvokeModel: of Amazon's models and Cohere's, each
/// in words of its own. Extra fields of Cohere's models are those of [`Cohere`](super::Cohere).
///
/// Reference: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Converse {
    /// How the model is told to think.
    pub thinking: ThinkingWords,
    /// What becomes of a turn of the application amid the conversation.
    pub late_system: LateSystem,
    /// What of JSON Schema the host takes.
    pub schemas: &'static Subsets,
    /// What media the host takes.
    pub media: &'static Takes,
    /// Where the models are listed, if it is known; from `//` on, at another host.
    pub list: Option<&'static str>,
}

/// How the model is told to think, which differs from maker to maker.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ThinkingWords {
    /// As the maker of the called model wants it, who is known by the model's name; elsewhere by an
    /// effort.
    ByModel,
    /// As Claude wants it, by budget or as it sees fit, in `thinking` beside the request's own fields.
    Claude(ThinkingStyle),
    /// By an effort, in `outputConfig`.
    Effort,
    /// As Nova wants it, in `reasoningConfig` beside the request's own fields.
    Nova,
}

/// Where Amazon finds media: in the request, or in a bucket of its own.
const STORED: &[Source] = &[Source::Bytes, Source::Url("s3://")];

/// The documents that are taken; a text of any other type goes as plain text.
const DOCUMENTS: &[&str] = &[
    "application/pdf",
    "text/*",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

impl Converse {
    /// The name, for issuers, scopes and the trace.
    pub const NAME: &'static str = "converse";

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self {
        thinking: ThinkingWords::ByModel,
        late_system: LateSystem::Folded,
        schemas: &Subsets::CONVERSE,
        media: &Takes {
            image: Taken {
                bytes: Some(3_932_160),
                turn: Some(20),
                ..Taken::some(&["image/png", "image/jpeg", "image/gif", "image/webp"], STORED)
            },
            audio: Taken::some(&["audio/*"], STORED),
            video: Taken::some(&["video/*"], STORED),
            document: Taken {
                bytes: Some(4_718_592),
                turn: Some(5),
                ..Taken::some(DOCUMENTS, STORED)
            },
            together: None,
        },
        list: None,
    };

    /// Whose words the model called `model` takes.
    fn words(&self, model: &str) -> ThinkingWords {
        match self.thinking {
            ThinkingWords::ByModel if model.contains("anthropic.claude") => {
                ThinkingWords::Claude(ThinkingStyle::Adaptive)
            }
            ThinkingWords::ByModel if model.contains("amazon.nova") => ThinkingWords::Nova,
            ThinkingWords::ByModel => ThinkingWords::Effort,
            words => words,
        }
    }
}

impl Dialect for Converse {
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
        let streamed = match head.is("application/json") {
            // Some proxies answer a streamed request whole.
            Some(true) => false,
            _ => call.mode == Mode::Stream || head.is(bedrock::STREAMED) == Some(true),
        };
        let framing = if streamed { Framing::AwsEventStream } else { Framing::Whole };
        Ok((framing, Box::new(frames::Frames::new(call.issuer.clone()))))
    }

    fn error(&self, head: &Head, body: &[u8]) -> Error {
        bedrock::error(head, body)
    }

    fn models(&self, _: &str, _: Option<&str>) -> Option<Encoded> {
        self.list.map(Encoded::empty)
    }

    fn embed(&self) -> Option<&dyn Embed> {
        Some(&bedrock::Invoke)
    }

    fn rerank(&self) -> Option<&dyn Rerank> {
        Some(&bedrock::Invoke)
    }
}

/// Why the model stopped, by the dialect's `word` for it.
fn reason_of(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "content_filtered" | "guardrail_intervened" => FinishReason::ContentFilter,
        "malformed_model_output" | "malformed_tool_use" => FinishReason::Error,
        other => FinishReason::Other(other.to_owned()),
    }
}
