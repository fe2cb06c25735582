//! How a plan ends that has no attempt's error to end with.

use std::time::Duration;

use nohop_types::{Error, ErrorKind, Money, Scope};

use crate::Full;

/// The clock over all attempts has run out.
pub(super) fn late(total: Duration) -> Error {
    let message = format!(
        "no complete answer in {total:?}; allow more with the limit `total`, or in \
                           the request with `deadline`"
    );
    Error::new(ErrorKind::Timeout, message)
}

/// There was nobody to call.
pub(super) fn nobody() -> Error {
    let message = "no candidate is left for this request; add targets to its route, or drop fewer \
                   with its policy (the trace says which stage dropped whom)";
    Error::new(ErrorKind::Config, message)
}

/// Nobody may be called.
pub(super) fn forbidden() -> Error {
    Error::new(ErrorKind::Config, "no attempt is allowed; set the limit `attempts` to one or more")
}

/// Everybody rests for longer than anyone may wait.
pub(super) fn resting(wait: Duration) -> Error {
    let message = format!(
        "every candidate is resting, and the first is ready in {wait:?}; ask again then, raise the \
         limit `patience`, or add another target"
    );
    Error::new(ErrorKind::RateLimit, message).with_scope(Scope::Us).with_retry_after(wait)
}

/// There is no room for anybody, and there will be none before patience ends.
pub(super) fn full(full: Full, wait: Option<Duration>, patience: Duration) -> Error {
    let what = full.error.message();
    let when = match wait {
        Some(wait) => format!("there may be room in {wait:?}"),
        None => format!("no attempt has ended in {patience:?}"),
    };
    let message = format!(
        "{what}, and {when}; ask again then, raise the limit `patience` or the quota, or add another target"
    );
    Error::new(full.error.kind(), message).with_scope(Scope::Us).with_retry_after(wait)
}

/// What is left costs too much; `least` is the least of it, if any has a price.
pub(super) fn dear(limit: Money, spent: Money, least: Option<Money>) -> Error {
    let message = match least {
        Some(least) => format!(
            "the next attempt would cost {least}, and {spent} of the request's {limit} is used; \
             raise the limit `money`, or `max_cost` where the request says it, or add a cheaper target"
        ),
        None => format!(
            "no candidate left has a price, so none fits the request's {limit}; set its price, or \
             lift the limit `money`"
        ),
    };
    Error::new(ErrorKind::Budget, message)
}
