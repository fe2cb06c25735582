use std::time::{Duration, Instant};

/// The time `wait` after `now`; what is beyond all time is a century away.
pub(crate) fn after(now: Instant, wait: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now + wait.min(CENTURY)
}
