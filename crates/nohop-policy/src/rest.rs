use std::time::Duration;

use nohop_types::{Error, ErrorKind, Scope};

/// What a failure says about those it reaches: how long to leave them alone.
///
/// Health over time is more than that; this is what one failure alone makes certain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rest {
    /// How far it reaches.
    pub scope: Scope,
    /// For how long.
    pub time: Duration,
    /// Whether the provider itself asked for it, so that calling before is of no use.
    pub asked: bool,
}

impl Rest {
    /// The longest that anyone is left alone for one failure.
    pub const LONGEST: Duration = Duration::from_secs(24 * 3600);

    /// What `error` asks for; `None` where it says nothing about the next call.
    ///
    /// The caller's own mistakes rest nobody. A key out of credit or turned away, and a model that is
    /// not there, do not come back by themselves within a minute.
    pub fn after(error: &Error) -> Option<Self> {
        let scope = match error.scope() {
            Scope::Request | Scope::Us => return None,
            // Of two keys of one endpoint, each may have its own limits and its own credit.
            Scope::Account => Scope::Key,
            scope => scope,
        };
        let asked = error.retry_after();
        let usual = match error.kind() {
            ErrorKind::Auth | ErrorKind::NotFound => Some(Duration::from_secs(60)),
            ErrorKind::Overloaded | ErrorKind::RateLimit => Some(Duration::from_secs(1)),
            ErrorKind::Quota => Some(Duration::from_secs(300)),
            ErrorKind::Server => None,
            // What these are about lies in the request, or on the way there.
            _ => return None,
        };
        let time = asked.or(usual)?.min(Self::LONGEST);
        Some(Self { scope, time, asked: asked.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error) -> Option<(Scope, u64, bool)> {
        Rest::after(&error).map(|rest| (rest.scope, rest.time.as_secs(), rest.asked))
    }

    #[test]
    fn who_asks_to_be_left_alone_is_left_alone_for_so_long() {
        let limited = Error::new(ErrorKind::RateLimit, "");
        assert_eq!(
            check(limited.with_retry_after(Duration::from_secs(7))),
            Some((Scope::Key, 7, true))
        );
        let busy = Error::new(ErrorKind::Server, "").with_retry_after(Duration::MAX);
        assert_eq!(check(busy), Some((Scope::Endpoint, 24 * 3600, true)));
    }

    #[test]
    fn a_key_without_credit_rests_longer_than_one_that_was_too_fast() {
        assert_eq!(check(Error::new(ErrorKind::Quota, "")), Some((Scope::Key, 300, false)));
        assert_eq!(check(Error::new(ErrorKind::RateLimit, "")), Some((Scope::Key, 1, false)));
        assert_eq!(check(Error::new(ErrorKind::NotFound, "")), Some((Scope::Model, 60, false)));
    }

    #[test]
    fn the_callers_mistakes_rest_nobody() {
        for kind in [ErrorKind::InvalidRequest, ErrorKind::ContextLength, ErrorKind::ContentFilter]
        {
            assert_eq!(check(Error::new(kind, "").with_retry_after(Duration::from_secs(1))), None);
        }
        assert_eq!(check(Error::new(ErrorKind::Auth, "").with_scope(Scope::Us)), None);
    }
}
