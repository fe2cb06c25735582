use std::time::Duration;

use nohop_types::{Error, ErrorKind, Scope, Usage};

use crate::Candidate;

/// One call of one candidate that has ended, for a policy to learn from.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Who was called.
    pub candidate: &'a Candidate,
    /// How it ended.
    pub outcome: Outcome<'a>,
    /// How long it took.
    pub took: Duration,
    /// How long it took to the first content, if it came to that.
    pub first_content: Option<Duration>,
    /// What it consumed, if that is known.
    pub usage: Option<&'a Usage>,
    /// What its answer was like.
    pub manner: Manner,
}

impl<'a> Attempt<'a> {
    /// The attempt at `candidate` that ended in `outcome` after `took`.
    pub fn new(candidate: &'a Candidate, outcome: Outcome<'a>, took: Duration) -> Self {
        Self {
            candidate,
            outcome,
            took,
            first_content: None,
            usage: None,
            manner: Manner::default(),
        }
    }

    /// Whether it says something against its candidate.
    ///
    /// The caller's own mistakes do not, nor do our own limits, nor what another request would not have
    /// met: a prompt that was too long or filtered, an answer that was not accepted.
    pub fn is_fault(&self) -> bool {
        let Outcome::Failed(error) = self.outcome else { return false };
        let ours = matches!(error.scope(), Scope::Request | Scope::Us);
        let asked = matches!(
            error.kind(),
            ErrorKind::ContentFilter
                | ErrorKind::ContextLength
                | ErrorKind::Shape
                | ErrorKind::Unaccepted
                | ErrorKind::Unsupported
        );
        !ours && !asked
    }

    /// Says when the first content came, counted from the call.
    #[must_use]
    pub fn first_content(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.first_content = after.into();
        self
    }

    /// Says what it consumed.
    #[must_use]
    pub fn usage(mut self, usage: &'a Usage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// Says what its answer was like.
    #[must_use]
    pub fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }
}

/// What an answer was like, beside that it came.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Manner {
    /// Tokens in a thousand seconds, if it was long enough to tell.
    pub throughput: Option<u64>,
    /// Whether it called tools.
    pub called: bool,
    /// Whether a call names no tool of the request, or has arguments that are none.
    pub malformed: bool,
    /// Whether it was withheld, or the model refused.
    pub refused: bool,
    /// Whether it had nothing in it.
    pub empty: bool,
}

/// How an attempt ended.
///
/// What was cancelled or dropped says nothing against its candidate: another was faster, or the
/// caller lost interest.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// It was given up: another was faster, or the time was over.
    Cancelled,
    /// The caller dropped the answer.
    Dropped,
    /// It failed.
    Failed(&'a Error),
    /// It was delivered whole.
    Finished,
}
