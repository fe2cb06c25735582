use nohop_types::Error;

use super::AttemptId;

/// How far the plan has come.
#[derive(Debug)]
pub(super) enum Phase {
    /// Nobody has produced content.
    Open,
    /// An attempt has, and the caller is still to be told.
    Due(AttemptId),
    /// The point of no return is behind us: the caller reads an attempt.
    Delivered,
    /// The caller is still to be told why there is no more.
    Failing(Error),
    /// Nothing is left to do.
    Done,
}
