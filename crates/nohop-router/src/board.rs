//! How everyone is doing, in numbers that every attempt may change, published as snapshots.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nohop_policy::{Attempt, Health, Outcome, Rest};
use nohop_types::Scope;

/// How many targets are remembered that no route holds.
pub(crate) const MOST_TARGETS: usize = 4_096;

/// How long the numbers may have changed before the snapshots follow.
const STALE: Duration = Duration::from_millis(50);

/// The gauges of everything that attempts may fail at.
pub(crate) struct Board {
    epoch: Instant,
    /// Counts up whenever snapshots are to be made anew.
    generation: AtomicU64,
    /// When it last did because numbers had changed.
    freshened: AtomicU64,
    known: Mutex<Known>,
}

/// Everyone that has a gauge.
#[derive(Default)]
struct Known {
    endpoints: BTreeMap<String, Arc<Rests>>,
    keys: BTreeMap<(String, u32), Arc<Rests>>,
    targets: BTreeMap<Arc<str>, Arc<Numbers>>,
    answers: BTreeMap<Arc<str>, Arc<Answers>>,
}

/// How long a route's answers have been lately: eight times the mean of their tokens, and zero while none is known.
#[derive(Default)]
pub(crate) struct Answers(AtomicU64);

/// The gauges of one place: its endpoint's, its key's, its target's.
#[derive(Clone)]
pub(crate) struct Gauge {
    endpoint: Arc<Rests>,
    key: Arc<Rests>,
    target: Arc<Numbers>,
}

/// Until when to leave alone, in nanoseconds since the board was made.
#[derive(Default)]
struct Rests {
    ours: AtomicU64,
    asked: AtomicU64,
}

/// How a target has been doing.
#[derive(Default)]
struct Numbers {
    rests: Rests,
    /// In nanoseconds; nothing was measured while it is zero.
    latency: AtomicU64,
    /// Of a thousand attempts.
    failures: AtomicU32,
    running: AtomicU32,
}

impl Board {
    pub(crate) fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            generation: AtomicU64::new(1),
            freshened: AtomicU64::new(0),
            known: Mutex::default(),
        }
    }

    /// The gauge of the place that `target` has with the `key` of `endpoint`.
    pub(crate) fn gauge(&self, endpoint: &str, key: u32, target: &Arc<str>) -> Gauge {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.targets.len() >= MOST_TARGETS {
            known.targets.retain(|_, numbers| Arc::strong_count(numbers) > 1);
        }
        Gauge {
            endpoint: known.endpoints.entry(endpoint.to_owned()).or_default().clone(),
            key: known.keys.entry((endpoint.to_owned(), key)).or_default().clone(),
            target: known.targets.entry(target.clone()).or_default().clone(),
        }
    }

    /// How long the answers of the route `name` have been.
    pub(crate) fn answers(&self, name: &Arc<str>) -> Arc<Answers> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.answers.len() >= MOST_TARGETS {
            known.answers.retain(|_, answers| Arc::strong_count(answers) > 1);
        }
        known.answers.entry(name.clone()).or_default().clone()
    }

    /// How many targets have a gauge.
    #[cfg(test)]
    pub(crate) fn targets(&self) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).targets.len()
    }

    /// Which snapshots are current.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// How the place of `gauge` is doing.
    pub(crate) fn health(&self, gauge: &Gauge) -> Health {
        let rests: [&Rests; 3] = [&gauge.endpoint, &gauge.key, &gauge.target.rests];
        let latest = |time: fn(&Rests) -> &AtomicU64| {
            let nanos = rests.iter().map(|rests| time(rests).load(Ordering::Relaxed)).max();
            nanos.filter(|nanos| *nanos > 0).map(|nanos| self.epoch + Duration::from_nanos(nanos))
        };
        let numbers = &gauge.target;
        let latency = numbers.latency.load(Ordering::Relaxed);
        Health::new()
            .resting_until(latest(|rests| &rests.ours))
            .asked_until(latest(|rests| &rests.asked))
            .latency((latency > 0).then(|| Duration::from_nanos(latency)))
            .failures(numbers.failures.load(Ordering::Relaxed))
            .running(numbers.running.load(Ordering::Relaxed))
    }

    /// An attempt at the place of `gauge` begins.
    pub(crate) fn begin(&self, gauge: &Gauge) {
        gauge.target.running.fetch_add(1, Ordering::Relaxed);
    }

    /// An attempt that was counted ends without a word about its target.
    pub(crate) fn forget(&self, gauge: &Gauge) {
        gauge.target.running.fetch_sub(1, Ordering::Relaxed);
    }

    /// An attempt at the place of `gauge` has ended.
    pub(crate) fn learn(&self, gauge: &Gauge, now: Instant, attempt: &Attempt<'_>) {
        self.forget(gauge);
        let numbers = &gauge.target;
        if let Some(latency) = attempt.first_content {
            let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
            let old = numbers.latency.load(Ordering::Relaxed);
            let new = if old == 0 { nanos } else { old - old / 8 + nanos / 8 };
            numbers.latency.store(new.max(1), Ordering::Relaxed);
        }
        let failed = attempt.is_fault();
        if failed || matches!(attempt.outcome, Outcome::Finished) {
            let old = numbers.failures.load(Ordering::Relaxed);
            let new = old - old / 8 + if failed { 1_000 / 8 } else { 0 };
            numbers.failures.store(new, Ordering::Relaxed);
        }
        let rest = match attempt.outcome {
            Outcome::Failed(error) => Rest::after(error),
            _ => None,
        };
        match rest {
            Some(rest) => self.rest(gauge, now, rest),
            None => self.freshen(now),
        }
    }

    /// Leaves alone whom a failure reaches; who rests already rests until the later time.
    fn rest(&self, gauge: &Gauge, now: Instant, rest: Rest) {
        let rests: &Rests = match rest.scope {
            Scope::Key | Scope::Account => &gauge.key,
            Scope::Endpoint | Scope::Network => &gauge.endpoint,
            _ => &gauge.target.rests,
        };
        let until = self.nanos(now).saturating_add(rest.time.as_nanos() as u64);
        let time = if rest.asked { &rests.asked } else { &rests.ours };
        time.fetch_max(until, Ordering::Relaxed);
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Has snapshots made anew, unless that was a moment ago.
    fn freshen(&self, now: Instant) {
        let (now, last) = (self.nanos(now), self.freshened.load(Ordering::Relaxed));
        if now.saturating_sub(last) >= STALE.as_nanos() as u64 {
            self.freshened.store(now, Ordering::Relaxed);
            self.generation.fetch_add(1, Ordering::Release);
        }
    }

    fn nanos(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.epoch);
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Answers {
    /// The mean of the latest, in tokens; the older weigh less.
    pub(crate) fn mean(&self) -> Option<u64> {
        let eight = self.0.load(Ordering::Relaxed);
        (eight > 0).then(|| eight.div_ceil(8))
    }

    /// One more has so many tokens. Of two that are counted at once one may be lost, which no mean minds.
    pub(crate) fn count(&self, tokens: u64) {
        let (old, tokens) = (self.0.load(Ordering::Relaxed), tokens.min(u64::MAX / 16));
        let new = if old == 0 { tokens * 8 } else { old - old / 8 + tokens };
        self.0.store(new.max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
