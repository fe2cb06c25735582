//! How many attempts at once someone bears, learned from where it says that they are too many.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// How long a limit is remembered that was not met again.
const REMEMBERED: u64 = 600 * 1_000_000_000;

/// One attempt, as it is counted: fractions are gained.
const ONE: u64 = 1_000;

/// What is kept of the attempts that were too many, of a hundred.
const KEPT: u64 = 70;

/// A cap on attempts at once: a part of it is lost where it is met, and one is gained for each round of successes.
///
/// There is none before a limit was met, and none again once it was not met for long.
#[derive(Debug, Default)]
pub(crate) struct Cap {
    /// In thousandths; zero when there is none.
    cap: AtomicU64,
    /// When it was last met.
    since: AtomicU64,
    running: AtomicU32,
}

impl Cap {
    /// An attempt begins; says whether it was the last for which there is room.
    pub(crate) fn begin(&self) -> bool {
        self.running.fetch_add(1, Relaxed);
        self.cap.load(Relaxed) > 0 && self.left() == 0
    }

    /// An attempt ends; says whether there was no room before.
    pub(crate) fn end(&self) -> bool {
        let was_full = self.cap.load(Relaxed) > 0 && self.left() == 0;
        self.running.fetch_sub(1, Relaxed);
        was_full
    }

    /// How many more there is room for at `now`; `None` when no limit is known.
    pub(crate) fn room(&self, now: u64) -> Option<u32> {
        let known = self.cap.load(Relaxed) > 0 && now < self.since.load(Relaxed) + REMEMBERED;
        known.then(|| self.left())
    }

    /// One that began at `began`, and has ended, was one too many.
    ///
    /// Those that began before the last cut say nothing new: they were too many for the same limit.
    pub(crate) fn met(&self, began: u64, now: u64) {
        let (since, cap) = (self.since.load(Relaxed), self.cap.load(Relaxed));
        if cap > 0 && began < since {
            return;
        }
        let running = (u64::from(self.running.load(Relaxed)) + 1) * ONE;
        let met = if cap == 0 { running } else { running.min(cap) };
        self.cap.store((met * KEPT / 100).max(ONE), Relaxed);
        self.since.store(now, Relaxed);
    }

    /// One was not too many.
    pub(crate) fn kept(&self, now: u64) {
        let cap = self.cap.load(Relaxed);
        if cap == 0 {
            return;
        }
        if now >= self.since.load(Relaxed) + REMEMBERED {
            self.cap.store(0, Relaxed);
        } else if u64::from(self.running.load(Relaxed) + 1) * ONE * 2 >= cap {
            // What is not used is not shown to be there.
            self.cap.fetch_add(ONE * ONE / cap, Relaxed);
        }
    }

    fn left(&self) -> u32 {
        let cap = u32::try_from(self.cap.load(Relaxed) / ONE).unwrap_or(u32::MAX);
        cap.saturating_sub(self.running.load(Relaxed))
    }
}

#[cfg(test)]
mod tests;
