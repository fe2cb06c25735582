//! Who is far worse than it should be is left alone, and tried again by one attempt at a time.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

const SECOND: u64 = 1_000_000_000;

/// How many failures in a row are an outage.
const IN_A_ROW: u32 = 5;

/// How many failures are an outage too, of as many attempts as are remembered: who fails in three of five calls is left
/// at the tenth that fails, and who fails in one of twenty hardly once in a million calls.
const OF_REMEMBERED: u32 = 10;

/// How many attempts are remembered.
const REMEMBERED: u32 = 32;

/// For how long one that has just opened is left alone; it doubles each time a probe fails.
const PAUSE: u64 = SECOND;

/// The longest that one is left alone: it bounds how long a recovery is not noticed.
const LONGEST: u64 = 16 * SECOND;

/// How long a probe may keep the others away before it is given up.
const LEASE: u64 = 60 * SECOND;

/// How many probes must be answered before all may come back.
const ANSWERS: u32 = 2;

/// Closed, open until a time, or half-open: all in atomics, by time that comes as nanoseconds since the epoch.
///
/// It judges by what the last attempts said, however long ago: a window of time would be full of successes when an
/// outage begins, and of failures when it ends.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// Until when to leave alone; zero while it is closed. It is half-open from then on.
    until: AtomicU64,
    /// When it last opened or a probe began: attempts that began before that are old news.
    since: AtomicU64,
    /// How the last attempts ended, newest lowest, behind a one: a one has failed.
    history: AtomicU64,
    /// How many probes in a row have failed.
    failed: AtomicU32,
    /// How many probes in a row were answered.
    answered: AtomicU32,
    /// Whether a probe runs.
    probing: AtomicU32,
}

/// Whether an attempt may begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Claim {
    /// It may, as any other.
    Closed,
    /// It may, and nobody else until it has ended.
    Probe,
    /// It had better not.
    Resting,
}

impl Breaker {
    /// Until when to leave alone; zero while it is closed, and past when a probe may begin.
    pub(crate) fn until(&self) -> u64 {
        self.until.load(Relaxed)
    }

    /// Whether it waits for a probe, or for what comes of one.
    pub(crate) fn is_half_open(&self, now: u64) -> bool {
        let until = self.until();
        until > 0 && (until <= now || self.probing.load(Relaxed) > 0)
    }

    /// Whether an attempt may begin at `now`: of those that may while it is half-open, one gets to.
    pub(crate) fn claim(&self, now: u64) -> Claim {
        let until = self.until();
        if until == 0 {
            return Claim::Closed;
        }
        let free = until <= now;
        if !free || self.until.compare_exchange(until, now + LEASE, Relaxed, Relaxed).is_err() {
            return Claim::Resting;
        }
        self.since.store(now, Relaxed);
        self.probing.store(1, Relaxed);
        Claim::Probe
    }

    /// An attempt that began at `began` ended without a word: if it was the probe, another may begin.
    pub(crate) fn release(&self, began: u64, now: u64) -> bool {
        let is_probe = began >= self.since.load(Relaxed) && self.probing.swap(0, Relaxed) > 0;
        if is_probe {
            self.until.store(now.max(1), Relaxed);
        }
        is_probe
    }

    /// An attempt was answered, and says what came of that if it was a probe.
    pub(crate) fn answered(&self, began: u64, now: u64) -> Option<Closed> {
        if self.until() == 0 {
            self.note(0);
            return None;
        }
        if began < self.since.load(Relaxed) {
            return None;
        }
        self.failed.store(0, Relaxed);
        self.probing.store(0, Relaxed);
        if self.answered.fetch_add(1, Relaxed) + 1 < ANSWERS {
            // The same attempt has nothing more to say when it ends.
            self.since.store(now, Relaxed);
            self.until.store(now.max(1), Relaxed);
            return Some(Closed::NotYet);
        }
        self.history.store(0, Relaxed);
        self.until.store(0, Relaxed);
        Some(Closed::Now)
    }

    /// An attempt failed, and says whether it opened, or stays open for longer. It opens only if it `may`.
    pub(crate) fn failed(&self, began: u64, now: u64, may: impl FnOnce() -> bool) -> bool {
        if self.until() == 0 {
            if !is_out(self.note(1)) || !may() {
                return false;
            }
            self.failed.store(0, Relaxed);
        } else if began < self.since.load(Relaxed) {
            return false;
        }
        self.answered.store(0, Relaxed);
        self.probing.store(0, Relaxed);
        let doubled = self.failed.fetch_add(1, Relaxed).min(LONGEST.ilog2());
        let pause = PAUSE.saturating_mul(1 << doubled).min(LONGEST);
        self.since.store(now, Relaxed);
        self.until.store(now + pause, Relaxed);
        true
    }

    /// Remembers how an attempt ended.
    fn note(&self, failed: u64) -> u64 {
        let next = |history: u64| {
            let longer = history.max(1) << 1 | failed;
            match longer >> (REMEMBERED + 1) {
                0 => longer,
                _ => longer & ((1 << REMEMBERED) - 1) | 1 << REMEMBERED,
            }
        };
        let before = self.history.fetch_update(Relaxed, Relaxed, |history| Some(next(history)));
        next(before.unwrap_or_default())
    }
}

/// What came of a probe that was answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Closed {
    /// All may come back.
    Now,
    /// One more must be answered.
    NotYet,
}

/// Whether the attempts of a history are those of an outage.
fn is_out(history: u64) -> bool {
    let length = u64::BITS - 1 - history.leading_zeros();
    let failures = (history ^ 1 << length).count_ones();
    let row = (!history).trailing_zeros().min(length);
    row >= IN_A_ROW || failures >= OF_REMEMBERED
}

#[cfg(test)]
mod tests;
