//! What was measured lately, in counters that many may write at once and nobody waits for.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use nohop_types::Sketch;

use super::pages::Pages;

/// How many slices of time a window has.
const SLICES: u64 = 6;

/// How long a slice is: a measurement counts for five to six of them.
const SLICE: u64 = 60 * 1_000_000_000;

/// A ring of slices of time, and the sum of them all, which is what is read.
///
/// What is emptied out of a slice is taken from the sum, count by count, so that the two never disagree for long. A
/// measurement that comes while its slice is being emptied may be lost with it; none is counted twice.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// The slice that was written last, counted from the epoch.
    newest: AtomicU64,
    slices: [Slice; SLICES as usize],
    sum: Counts,
    /// Counts up whenever anything changes.
    changes: AtomicU64,
}

#[derive(Debug, Default)]
struct Slice {
    /// Which slice it is, counted from the epoch.
    number: AtomicU64,
    counts: OnceLock<Box<Counts>>,
}

/// What is counted.
#[derive(Debug, Default)]
struct Counts {
    tally: [AtomicU32; Tally::ALL],
    latencies: Pages,
    speeds: Pages,
}

/// What attempts are counted as.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tally {
    /// Those that say anything about their target.
    Attempts,
    /// Those that failed.
    Failures,
    /// Answers with calls.
    Called,
    /// Answers with calls that fit no tool.
    Malformed,
    /// Answers that were withheld or refused.
    Refused,
    /// Answers with nothing in them.
    Empty,
}

impl Tally {
    const ALL: usize = 6;
}

/// One measurement of everything.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured<'a> {
    pub(crate) tally: &'a [Tally],
    /// In microseconds.
    pub(crate) latency: Option<u64>,
    /// In tokens of a thousand seconds.
    pub(crate) speed: Option<u64>,
}

impl Window {
    /// Counts what was measured at `now`, in nanoseconds since the epoch.
    pub(crate) fn add(&self, now: u64, measured: Measured<'_>) {
        self.go_on(now);
        let slice = &self.slices[(now / SLICE % SLICES) as usize];
        let slice = slice.counts.get_or_init(Box::default);
        // The sum first: what is emptied out of a slice is in the sum by then.
        for counts in [&self.sum, &**slice] {
            for tally in measured.tally {
                counts.tally[*tally as usize].fetch_add(1, Relaxed);
            }
            measured.latency.inspect(|latency| counts.latencies.add(*latency));
            measured.speed.inspect(|speed| counts.speeds.add(*speed));
        }
        self.changes.fetch_add(1, Relaxed);
    }

    /// Forgets what is too long ago at `now`.
    pub(crate) fn go_on(&self, now: u64) {
        let number = now / SLICE;
        if self.newest.load(Relaxed) >= number || self.newest.fetch_max(number, Relaxed) >= number {
            return;
        }
        let mut moved = false;
        for (index, slice) in (0_u64..).zip(&self.slices) {
            // The last one of this index that has begun.
            let behind = (number + SLICES - index) % SLICES;
            let due = number.saturating_sub(behind);
            if slice.number.swap(due, Relaxed) < due {
                moved |= slice.counts.get().is_some_and(|counts| counts.move_out_of(&self.sum));
            }
        }
        // Who was not called is not looked at again each time.
        if moved {
            self.changes.fetch_add(1, Relaxed);
        }
    }

    /// Forgets that attempts failed: who is well again is not judged by its outage.
    pub(crate) fn forgive(&self) {
        for slice in self.slices.iter().filter_map(|slice| slice.counts.get()) {
            let failures = slice.tally[Tally::Failures as usize].swap(0, Relaxed);
            for tally in [Tally::Failures, Tally::Attempts] {
                less(&self.sum.tally[tally as usize], failures);
            }
            less(&slice.tally[Tally::Attempts as usize], failures);
        }
        self.changes.fetch_add(1, Relaxed);
    }

    /// How often anything has changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Relaxed)
    }

    /// How many attempts were counted as this.
    pub(crate) fn count(&self, tally: Tally) -> u32 {
        self.sum.tally[tally as usize].load(Relaxed)
    }

    /// The times to the first content that so many of a thousand took at most, in microseconds.
    pub(crate) fn latencies_at<const N: usize>(&self, per_thousand: [u64; N]) -> Option<[u64; N]> {
        self.sum.latencies.at(per_thousand)
    }

    /// The speeds that so many of a thousand had at most, in tokens of a thousand seconds.
    pub(crate) fn speeds_at<const N: usize>(&self, per_thousand: [u64; N]) -> Option<[u64; N]> {
        self.sum.speeds.at(per_thousand)
    }

    /// The times to the first content, in microseconds.
    pub(crate) fn latencies(&self) -> Sketch {
        self.sum.latencies.sketch()
    }

    /// The tokens of a thousand seconds.
    pub(crate) fn speeds(&self) -> Sketch {
        self.sum.speeds.sketch()
    }
}

impl Counts {
    /// Takes all of it from `sum`, and says whether there was anything.
    fn move_out_of(&self, sum: &Self) -> bool {
        // Every measurement is of an attempt.
        let moved = self.tally[Tally::Attempts as usize].load(Relaxed) > 0;
        for (mine, all) in self.tally.iter().zip(&sum.tally) {
            less(all, mine.swap(0, Relaxed));
        }
        let latencies = self.latencies.move_out_of(&sum.latencies);
        let speeds = self.speeds.move_out_of(&sum.speeds);
        moved | latencies | speeds
    }
}

/// Takes so much from a count, and no more than there is.
fn less(count: &AtomicU32, by: u32) {
    if by > 0 {
        // It always succeeds: the function always says what is next.
        let _ = count.fetch_update(Relaxed, Relaxed, |count| Some(count.saturating_sub(by)));
    }
}

#[cfg(test)]
mod tests;
