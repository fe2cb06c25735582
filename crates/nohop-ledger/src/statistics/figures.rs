use std::time::Duration;

use nohop_types::{ErrorKind, Money, Outcome, Sketch};

use crate::{Cause, Entry, Totals};

/// How attempts went: sums, percentiles, and what went wrong.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Figures {
    /// The sums, those of the ledger.
    pub totals: Totals,
    /// How many attempts called a candidate again that had failed.
    pub retries: u64,
    /// How many went to another candidate after one had failed.
    pub fallbacks: u64,
    /// How many were made beside one that was silent for too long.
    pub hedges: u64,
    /// How many went on with an answer that had broken.
    pub resumptions: u64,
    /// Tokens of prompts that were read from providers' caches.
    pub cached: u64,
    /// What those would have cost more, had they been read afresh, as far as that is known.
    pub saved: Money,
    /// In microseconds.
    first_content: Sketch,
    took: Sketch,
    /// In tokens of a thousand seconds.
    throughput: Sketch,
    errors: Vec<(ErrorKind, u64)>,
}

impl Figures {
    /// The time to the first content that so many of a thousand attempts did not exceed.
    pub fn first_content(&self, per_thousand: u64) -> Option<Duration> {
        self.first_content.at(per_thousand).map(Duration::from_micros)
    }

    /// The whole time that so many of a thousand attempts that finished did not exceed.
    pub fn took(&self, per_thousand: u64) -> Option<Duration> {
        self.took.at(per_thousand).map(Duration::from_micros)
    }

    /// The tokens of the answer in a thousand seconds that so many of a thousand attempts had at least.
    pub fn throughput(&self, per_thousand: u64) -> Option<u64> {
        self.throughput.at(1_000_u64.saturating_sub(per_thousand))
    }

    /// How often attempts failed with an error of each kind, the most frequent first.
    pub fn errors(&self) -> &[(ErrorKind, u64)] {
        &self.errors
    }

    /// Counts what `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        self.totals.add(other.totals);
        for (count, more) in [
            (&mut self.retries, other.retries),
            (&mut self.fallbacks, other.fallbacks),
            (&mut self.hedges, other.hedges),
            (&mut self.resumptions, other.resumptions),
            (&mut self.cached, other.cached),
        ] {
            *count = count.saturating_add(more);
        }
        self.saved = self.saved + other.saved;
        self.first_content.merge(&other.first_content);
        self.took.merge(&other.took);
        self.throughput.merge(&other.throughput);
        other.errors.iter().for_each(|(kind, count)| self.failed(*kind, *count));
    }

    /// Counts one more attempt.
    pub(super) fn add(&mut self, entry: &Entry) {
        self.totals.add(Totals::of(entry));
        match entry.cause {
            Cause::First => {}
            Cause::Retry => self.retries += 1,
            Cause::Fallback => self.fallbacks += 1,
            Cause::Hedge => self.hedges += 1,
            Cause::Resumption => self.resumptions += 1,
        }
        self.cached = self.cached.saturating_add(entry.usage.cache_read.unwrap_or_default());
        self.saved = self.saved + entry.saved.unwrap_or_default();
        if let Some(first) = entry.first_content {
            self.first_content.add(micros(first));
        }
        match entry.outcome {
            Outcome::Finished => {
                self.took.add(micros(entry.took));
                let throughput = entry.usage.throughput(entry.took, entry.first_content);
                if let Some(throughput) = throughput {
                    self.throughput.add(throughput);
                }
            }
            Outcome::Failed(kind) => self.failed(kind, 1),
            _ => {}
        }
    }

    fn failed(&mut self, kind: ErrorKind, count: u64) {
        match self.errors.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, sum)) => *sum += count,
            None => self.errors.push((kind, count)),
        }
        self.errors.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
