//! What was measured lately, in counters that many may write at once and nobody waits for.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use nohop_types::Sketch;

/// How many slices of time a window has.
const SLICES: u64 = 6;

/// How long a slice is: a measurement counts for five to six of them.
const SLICE: u64 = 60 * 1_000_000_000;

/// How many doublings a sketch has room for: in microseconds that is half a day.
const PAGES: usize = 32;

const STEPS: usize = Sketch::STEPS as usize;

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

/// A sketch whose pages, a doubling each, are there once they are needed.
#[derive(Debug, Default)]
struct Pages([OnceLock<Box<Page>>; PAGES]);

#[derive(Debug)]
struct Page {
    /// Those that were ever used, a bit each, so that a reader need not look at the others.
    used: AtomicU64,
    counts: [AtomicU32; STEPS],
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
        for counts in [&**slice, &self.sum] {
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
        for (index, slice) in (0_u64..).zip(&self.slices) {
            // The last one of this index that has begun.
            let behind = (number + SLICES - index) % SLICES;
            let due = number.saturating_sub(behind);
            if slice.number.swap(due, Relaxed) < due {
                slice.counts.get().inspect(|counts| counts.move_out_of(&self.sum));
            }
        }
        self.changes.fetch_add(1, Relaxed);
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
    fn move_out_of(&self, sum: &Self) {
        for (mine, all) in self.tally.iter().zip(&sum.tally) {
            less(all, mine.swap(0, Relaxed));
        }
        self.latencies.move_out_of(&sum.latencies);
        self.speeds.move_out_of(&sum.speeds);
    }
}

impl Pages {
    fn add(&self, size: u64) {
        let bucket = usize::from(Sketch::bucket(size)).min(PAGES * STEPS - 1);
        let page = self.0[bucket / STEPS].get_or_init(Box::default);
        page.counts[bucket % STEPS].fetch_add(1, Relaxed);
        let used = 1 << (bucket % STEPS);
        if page.used.load(Relaxed) & used == 0 {
            page.used.fetch_or(used, Relaxed);
        }
    }

    fn move_out_of(&self, sum: &Self) {
        for (mine, all) in self.0.iter().zip(&sum.0) {
            let (Some(mine), Some(all)) = (mine.get(), all.get()) else { continue };
            for (mine, all) in mine.counts.iter().zip(&all.counts) {
                less(all, mine.swap(0, Relaxed));
            }
        }
    }

    fn sketch(&self) -> Sketch {
        let mut counts = Vec::new();
        for (page, number) in self.0.iter().zip(0_u16..) {
            let Some(page) = page.get() else { continue };
            let mut used = page.used.load(Relaxed);
            while used > 0 {
                let step = used.trailing_zeros();
                used &= used - 1;
                let count = page.counts[step as usize].load(Relaxed);
                if count > 0 {
                    counts.push((number * Sketch::STEPS + step as u16, count));
                }
            }
        }
        Sketch::from(counts)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { used: AtomicU64::new(0), counts: [const { AtomicU32::new(0) }; STEPS] }
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
