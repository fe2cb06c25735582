use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nohop_types::Sketch;
use serde::{Deserialize, Serialize};

/// How many measurements what was saved counts for, when it is fresh.
const WEIGHT: u64 = 32;

/// How long it takes until that is half of it.
const HALF: Duration = Duration::from_secs(6 * 3_600);

/// What was measured of targets, written down so that whoever begins is not blind.
///
/// It is serde's to write and read. Once taken over it counts for a few measurements, for fewer as it ages, and
/// for nothing within two days: one's own replace it as they come.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// When, counted from the beginning of 1970.
    at: Duration,
    targets: BTreeMap<Arc<str>, Told>,
}

/// What was measured of one target.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    /// The times to the first content, in microseconds.
    latencies: Sketch,
    /// The tokens of a thousand seconds.
    throughputs: Sketch,
}

/// What was told of one target, and how old that was when it was believed.
#[derive(Debug)]
pub(super) struct Prior {
    told: Told,
    age: Duration,
    /// When that was, in nanoseconds since the epoch.
    since: u64,
}

impl Saved {
    pub(super) fn new<'a>(
        at: Duration,
        targets: impl Iterator<Item = (&'a Arc<str>, (Sketch, Sketch))>,
    ) -> Self {
        let told = |(latencies, throughputs)| Told { latencies, throughputs };
        let known = targets.filter(|(_, (latencies, _))| !latencies.is_empty());
        Self { at, targets: known.map(|(name, sketches)| (name.clone(), told(sketches))).collect() }
    }

    /// How many targets it knows of.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether it knows of none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    pub(super) fn targets(&self) -> impl Iterator<Item = (&Arc<str>, &Told)> {
        self.targets.iter()
    }

    /// How old it is by the calendar; what was saved in the future is as good as new.
    pub(super) fn age(&self, date: Duration) -> Duration {
        date.saturating_sub(self.at)
    }
}

impl Prior {
    pub(super) fn new(told: Told, age: Duration, since: u64) -> Self {
        Self { told, age, since }
    }

    /// The times to the first content, for as much as they still count.
    pub(super) fn latencies(&self, now: u64) -> Sketch {
        self.faded(&self.told.latencies, now)
    }

    /// The speeds, for as much as they still count.
    pub(super) fn speeds(&self, now: u64) -> Sketch {
        self.faded(&self.told.throughputs, now)
    }

    /// As many of `sketch` as it still counts for, spread as they were.
    fn faded(&self, sketch: &Sketch, now: u64) -> Sketch {
        let age = self.age + Duration::from_nanos(now.saturating_sub(self.since));
        let halved = u32::try_from(age.as_secs() / HALF.as_secs()).unwrap_or(u32::MAX);
        let weight = WEIGHT.checked_shr(halved).unwrap_or(0);
        let (all, weight) = (sketch.count(), weight.min(sketch.count()));
        let mut faded = Sketch::default();
        let (mut seen, mut told) = (0, 0);
        for (bucket, count) in sketch.buckets() {
            seen += u128::from(count);
            let due = (seen * u128::from(weight) / u128::from(all.max(1))) as u64;
            faded.add_many(bucket, u32::try_from(due - told).unwrap_or(u32::MAX));
            told = due;
        }
        faded
    }
}

#[cfg(test)]
mod tests;
