use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// How many measurements there were of each size, to within one percent.
///
/// Sizes below 64 are exact. Above, each doubling is cut into 64 buckets, so that a percentile is off by less than one
/// percent, and two sketches that are merged are what one would be that had seen all. It computes with integers alone:
/// the same measurements are the same sketch anywhere.
///
/// ```
/// use nohop_types::Sketch;
///
/// let mut sketch = Sketch::default();
/// (1..=1_000).for_each(|milliseconds| sketch.add(milliseconds));
/// let p90 = sketch.at(900).unwrap();
/// assert!((891..=909).contains(&p90), "{p90}");
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "Vec<(u16, u32)>", into = "Vec<(u16, u32)>")]
pub struct Sketch {
    /// Buckets that are not empty, in order, with how many are in each.
    counts: Vec<(u16, u32)>,
}

impl Sketch {
    /// The number of buckets of one doubling, which is how exact it is.
    pub const STEPS: u16 = 64;

    const BITS: u32 = Self::STEPS.trailing_zeros();

    /// The bucket that measurements of this size are counted in.
    #[inline]
    pub fn bucket(size: u64) -> u16 {
        let Some(doubling) = (u64::BITS - size.leading_zeros()).checked_sub(Self::BITS + 1) else {
            return size as u16;
        };
        doubling as u16 * Self::STEPS + (size >> doubling) as u16
    }

    /// The size that stands for all in `bucket`: the middle of it.
    pub fn middle(bucket: u16) -> u64 {
        let Some(doubling) = (bucket / Self::STEPS).checked_sub(1) else { return bucket.into() };
        let least = u64::from(bucket % Self::STEPS + Self::STEPS) << doubling;
        least + ((1 << doubling) - 1) / 2
    }

    /// Counts one more of this size.
    pub fn add(&mut self, size: u64) {
        self.add_many(Self::bucket(size), 1);
    }

    /// Counts so many more in `bucket`.
    pub fn add_many(&mut self, bucket: u16, count: u32) {
        // Nothing is so large that it is past the last one.
        let bucket = bucket.min(Self::bucket(u64::MAX));
        match self.counts.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            _ if count == 0 => {}
            Ok(index) => self.counts[index].1 = self.counts[index].1.saturating_add(count),
            Err(index) => self.counts.insert(index, (bucket, count)),
        }
    }

    /// Counts all that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.is_empty() {
            self.counts.clone_from(&other.counts);
            return;
        }
        let mine = std::mem::take(&mut self.counts);
        let (mut mine, mut theirs) = (mine.into_iter().peekable(), other.counts.iter().peekable());
        while let (Some(one), Some(other)) = (mine.peek().copied(), theirs.peek().copied().copied())
        {
            let (next, takes) = match one.0.cmp(&other.0) {
                Ordering::Less => (one, (true, false)),
                Ordering::Greater => (other, (false, true)),
                Ordering::Equal => ((one.0, one.1.saturating_add(other.1)), (true, true)),
            };
            self.counts.push(next);
            mine.next_if(|_| takes.0);
            theirs.next_if(|_| takes.1);
        }
        self.counts.extend(mine);
        self.counts.extend(theirs);
    }

    /// How many there are in all.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The size that so many of a thousand are not above; `None` when there are none.
    pub fn at(&self, per_thousand: u64) -> Option<u64> {
        let rank = u128::from(self.count()) * u128::from(per_thousand.min(1_000));
        let mut left = u64::try_from(rank.div_ceil(1_000)).unwrap_or(u64::MAX).max(1);
        let reached = self.counts.iter().find(|(_, count)| {
            let found = u64::from(*count) >= left;
            left = left.saturating_sub(u64::from(*count));
            found
        });
        reached.map(|(bucket, _)| Self::middle(*bucket))
    }

    /// Buckets that are not empty, in order, with how many are in each.
    pub fn buckets(&self) -> impl ExactSizeIterator<Item = (u16, u32)> + use<'_> {
        self.counts.iter().copied()
    }
}

impl From<Vec<(u16, u32)>> for Sketch {
    fn from(counts: Vec<(u16, u32)>) -> Self {
        // What was in order stays as it is.
        let mut last = None;
        let sound = |(bucket, count): &(u16, u32)| {
            last.replace(*bucket) < Some(*bucket) && *count > 0 && *bucket <= Self::bucket(u64::MAX)
        };
        if counts.iter().all(sound) {
            return Self { counts };
        }
        let mut sketch = Self::default();
        counts.into_iter().for_each(|(bucket, count)| sketch.add_many(bucket, count));
        sketch
    }
}

impl From<Sketch> for Vec<(u16, u32)> {
    fn from(sketch: Sketch) -> Self {
        sketch.counts
    }
}

#[cfg(test)]
mod tests;
