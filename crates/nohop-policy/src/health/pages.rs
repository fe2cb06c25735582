//! A sketch that many may write at once: the buckets of [`Sketch`] as atomics, a page of them for each doubling.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

use nohop_types::Sketch;

/// How many doublings there is room for: in microseconds that is half a day.
const PAGES: usize = 32;

const STEPS: usize = Sketch::STEPS as usize;

/// The pages, which are there once they are needed.
#[derive(Debug, Default)]
pub(super) struct Pages([OnceLock<Box<Page>>; PAGES]);

#[derive(Debug)]
struct Page {
    /// Those that are not empty, a bit each, so that nobody need look at the others.
    ///
    /// A count that is not zero has its bit, once whoever changed it is done: who adds counts first and looks at the bit
    /// after that, and who empties does so the other way around, all in one order.
    used: AtomicU64,
    counts: [AtomicU32; STEPS],
}

impl Pages {
    pub(super) fn add(&self, size: u64) {
        let bucket = usize::from(Sketch::bucket(size)).min(PAGES * STEPS - 1);
        self.0[bucket / STEPS].get_or_init(Box::default).add(bucket % STEPS);
    }

    /// Takes all of it from `sum`, and says whether there was anything.
    pub(super) fn move_out_of(&self, sum: &Self) -> bool {
        let mut moved = false;
        for (mine, all) in self.0.iter().zip(&sum.0) {
            let (Some(mine), Some(all)) = (mine.get(), all.get()) else { continue };
            for step in bits(mine.used.swap(0, SeqCst)) {
                all.less(step, mine.counts[step].swap(0, SeqCst));
                moved = true;
            }
        }
        moved
    }

    /// The sizes that so many of a thousand are not above, or nothing where there are none.
    pub(super) fn at<const N: usize>(&self, per_thousand: [u64; N]) -> Option<[u64; N]> {
        let total: u64 = self.counts().map(|(_, count)| u64::from(count)).sum();
        let ranks = per_thousand.map(|share| (total * share).div_ceil(1_000).max(1));
        let (mut found, mut passed) = ([None; N], 0);
        for (bucket, count) in self.counts() {
            passed += u64::from(count);
            // What others take away meanwhile leaves ranks that nobody has: those have the last one.
            for (found, rank) in found.iter_mut().zip(ranks) {
                if passed - u64::from(count) < rank {
                    *found = Some(bucket);
                }
            }
        }
        found[0].map(|_| found.map(|bucket| bucket.map_or(0, Sketch::middle)))
    }

    pub(super) fn sketch(&self) -> Sketch {
        Sketch::from(self.counts().collect::<Vec<_>>())
    }

    /// The buckets that are not empty, in order.
    fn counts(&self) -> impl Iterator<Item = (u16, u32)> {
        let pages = (0_u16..).zip(&self.0).filter_map(|(number, page)| Some((number, page.get()?)));
        let counts = pages.flat_map(|(number, page)| {
            bits(page.used.load(Relaxed)).map(move |step| {
                (number * Sketch::STEPS + step as u16, page.counts[step].load(Relaxed))
            })
        });
        counts.filter(|(_, count)| *count > 0)
    }
}

impl Page {
    fn add(&self, step: usize) {
        self.counts[step].fetch_add(1, SeqCst);
        self.mark(step);
    }

    fn mark(&self, step: usize) {
        if self.used.load(SeqCst) & 1 << step == 0 {
            self.used.fetch_or(1 << step, SeqCst);
        }
    }

    /// Takes so many from a count, and no more than there are.
    fn less(&self, step: usize, by: u32) {
        let count = &self.counts[step];
        let before = count.fetch_update(SeqCst, SeqCst, |count| Some(count.saturating_sub(by)));
        if before.is_ok_and(|before| before <= by) {
            self.used.fetch_and(!(1 << step), SeqCst);
            if count.load(SeqCst) > 0 {
                self.mark(step);
            }
        }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { used: AtomicU64::new(0), counts: [const { AtomicU32::new(0) }; STEPS] }
    }
}

/// The places of the bits that are set.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (word > 0).then_some(word.trailing_zeros())?;
        word &= word - 1;
        Some(place as usize)
    })
}
