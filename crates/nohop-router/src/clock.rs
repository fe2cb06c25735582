use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant, SystemTime};

/// The time, as the runtime tells it: a test may pause it.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The time since the beginning of 1970, for the ledger.
pub(crate) fn date() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// A number that nobody can guess, and that no two calls share.
pub(crate) fn chance() -> u64 {
    RandomState::new().hash_one(0)
}

/// A clock that nobody winds: whatever happens stores the time, and nothing is armed here.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    since: Instant,
    limit: Option<Duration>,
    /// What has not happened, when it runs out, and the limit that says so.
    pub(crate) what: &'static str,
    pub(crate) name: &'static str,
}

impl Clock {
    pub(crate) fn new(
        since: Instant,
        limit: impl Into<Option<Duration>>,
        what: &'static str,
        name: &'static str,
    ) -> Self {
        Self { since, limit: limit.into(), what, name }
    }

    /// When it runs out; `None` never does.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.since.checked_add(self.limit?)
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit.unwrap_or_default()
    }

    /// Starts it anew.
    pub(crate) fn touch(&mut self, now: Instant) {
        self.since = now;
    }
}

/// Whichever time comes first, of those there are.
pub(crate) fn sooner(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
