use std::time::Instant;

use nohop_types::Error;

use crate::Full;

/// One attempt of one plan.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct AttemptId(pub(super) usize);

impl AttemptId {
    /// Which attempt of its plan it is, counted from zero, refused ones included.
    pub fn index(self) -> usize {
        self.0
    }
}

/// What to do next.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "a driver must handle every step")]
pub enum Step {
    /// Call the candidate at this place of the snapshot, if there is room for it.
    Call(AttemptId, usize),
    /// Give this attempt up: it lost, or the time is over. It will not be heard.
    Cancel(AttemptId),
    /// Ask again when an attempt has something to say, or at this time; and while nothing runs, when there is
    /// room for an attempt that found none.
    Wait(Instant),
    /// Let the caller read this attempt; after another was delivered, behind a seam.
    Deliver(AttemptId),
    /// Give up; the error has that of every earlier attempt.
    ///
    /// It is that of the last attempt, or `Timeout` when the time is over, `Budget` when nobody left
    /// fits the limit on money, `RateLimit` when everybody is to be left alone, or has no room, for longer than
    /// anyone waits, and `Config` when there was nobody to call.
    Fail(Error),
    /// Nothing is left to do: the delivered attempt has finished, or the plan has failed.
    Done,
}

/// What an attempt has to say.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "a plan must understand every signal")]
pub enum Signal {
    /// Its first content has come, and is held back: it is silent no longer.
    Spoke,
    /// What it has said may be told.
    Content,
    /// It is complete.
    Finished,
    /// It failed.
    Failed(Error),
    /// It was never sent: the ledger or the dialect refused it. That is no attempt.
    Refused(Error),
    /// It was never sent: there is no room for it under a quota, or was not.
    Full(Full),
    /// There is room for it now, where there was none before.
    Room,
}
