use nohop_types::{ErrorKind, Usage};

/// What a correct client makes of one request's answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The answer was served whole.
    Answered {
        /// The text in it.
        text: String,
        /// What it states to have consumed, if it states anything.
        usage: Option<Box<Usage>>,
    },
    /// No content was served, so that the attempt failed and another may follow unseen.
    ///
    /// The kind is the provider's meaning; a client that sees less may call it something else.
    Failed(ErrorKind),
    /// The answer broke off after its first content event.
    Cut {
        /// The text so far.
        text: String,
    },
    /// The client left before the answer was served whole.
    Left,
    /// What follows is the client's own rule: whether it follows redirects, reads a huge answer, or
    /// passes over a malformed line.
    Undecided,
}

impl Outcome {
    /// What follows where an answer broke with this much text, or before any content.
    pub(crate) fn broken(text: Option<String>, kind: ErrorKind) -> Self {
        text.map_or(Self::Failed(kind), |text| Self::Cut { text })
    }
}
