use std::sync::Arc;

use bytes::Bytes;

use crate::{Citation, Extras, FinishReason, Logprob, Part, Usage};

/// One step of an answer.
///
/// Every dialect, streamed or whole, decodes to this grammar:
///
/// ```text
/// answer = Start ( Open | Delta | Close | Usage | Seam | End )* Finish
/// ```
///
/// Parts may interleave; `part` says which one an event belongs to. Every choice has one `End`, its
/// parts are closed by then, and nothing of it follows. An answer without `Finish` is truncated.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The provider accepted the request.
    Start {
        /// The provider's id for the answer.
        id: Option<String>,
        /// The model that answers, as the provider names it.
        model: Option<String>,
    },
    /// A part begins.
    Open {
        /// The part's number, unique among the parts since the last seam.
        part: usize,
        /// The choice it belongs to.
        choice: usize,
        /// The part as it begins.
        start: Box<Part>,
    },
    /// A part grows.
    Delta {
        /// The part that grows.
        part: usize,
        /// What to append.
        piece: Piece,
    },
    /// A part is complete.
    Close {
        /// The part that is complete.
        part: usize,
    },
    /// What the answer consumed so far; a later snapshot replaces what it states.
    Usage(Box<Usage>),
    /// The answer broke here and goes on elsewhere; open parts are closed, numbers start anew.
    Seam {
        /// The target that goes on.
        target: String,
        /// Whether it begins anew: what came before the seam is to be discarded.
        restart: bool,
    },
    /// A choice is complete.
    End {
        /// The choice that is complete.
        choice: usize,
        /// Why the model stopped.
        reason: FinishReason,
        /// The provider's own word for it.
        raw: Option<String>,
        /// What else the provider says of the choice.
        extra: Extras,
    },
    /// The answer is complete.
    Finish {
        /// What it consumed in all.
        usage: Arc<Usage>,
        /// What else the provider says of the answer.
        extra: Extras,
    },
}

impl Event {
    /// Whether the caller would see this event as content; a text that opens empty is none.
    ///
    /// The first such event is the point of no return: past it there is no silent fallback.
    pub fn is_content(&self) -> bool {
        match self {
            Self::Open { start, .. } => !start.is_empty(),
            Self::Delta { piece: Piece::Text(text), .. } => !text.is_empty(),
            Self::Delta { .. } => true,
            _ => false,
        }
    }
}

/// What a part grows by.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Piece {
    /// A fragment of a tool call's raw arguments.
    Arguments(String),
    /// A fragment of a sound.
    Bytes(Bytes),
    /// Where something said comes from.
    Citation(Box<Citation>),
    /// How likely the tokens just said were.
    Logprobs(Vec<Logprob>),
    /// A fragment of a signature.
    Signature(String),
    /// A fragment of text, thinking, refusal or transcript.
    Text(String),
}
