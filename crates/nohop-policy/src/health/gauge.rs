//! The numbers of everyone that an attempt may fail at.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use nohop_types::{Scope, Sketch};

use super::breaker::Breaker;
use super::cap::Cap;
use super::saved::Prior;
use super::window::{Tally, Window};
use super::{Health, Percentiles};
use crate::random::{fingerprint, random};

/// How often what was saved is looked at again, as a power of two of nanoseconds: every 18 minutes.
const FADES: u32 = 40;

/// The gauges of one candidate: its endpoint's, its key's, its target's, and that of the target with the key.
///
/// Made by [`Board::gauge`](super::Board::gauge), once for each candidate, and kept.
#[derive(Clone, Debug)]
pub struct Gauge {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) key: Arc<Rests>,
    pub(super) target: Arc<Target>,
    pub(super) place: Arc<Place>,
}

/// An endpoint: it is out when calls fail in a row at more than one of its targets.
#[derive(Debug, Default)]
pub(super) struct Endpoint {
    pub(super) rests: Rests,
    pub(super) breaker: Breaker,
    /// The targets that failed since one was answered.
    pub(super) witnesses: Witnesses,
    /// Its own bit among the witnesses of the network.
    pub(super) mark: u64,
}

/// A target: how it has been doing.
#[derive(Debug, Default)]
pub(super) struct Target {
    pub(super) rests: Rests,
    pub(super) breaker: Breaker,
    pub(super) running: AtomicU32,
    /// There once anything was measured.
    pub(super) window: OnceLock<Box<Window>>,
    pub(super) mark: u64,
    has_prior: AtomicBool,
    prior: Mutex<Option<Arc<Prior>>>,
    figures: Figures,
}

/// A target with one key: what limits there are belong to the two.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) rests: Rests,
    pub(super) cap: Cap,
    pub(super) allowed: Allowed,
}

/// Until when to leave alone, in nanoseconds since the epoch.
#[derive(Debug, Default)]
pub(super) struct Rests {
    pub(super) ours: AtomicU64,
    pub(super) asked: AtomicU64,
}

/// How many more requests the provider said it takes, and until when that holds.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    left: AtomicU32,
    until: AtomicU64,
}

/// Who failed, one bit each; two may share one.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    marks: AtomicU64,
    failures: AtomicU32,
}

/// The percentiles as they were computed last, of so many changes.
#[derive(Debug, Default)]
struct Figures {
    changes: AtomicU64,
    latencies: [AtomicU64; 5],
    speeds: [AtomicU64; 5],
}

impl Endpoint {
    pub(super) fn new(name: &str) -> Self {
        Self { mark: mark(name), ..Self::default() }
    }
}

impl Target {
    pub(super) fn new(name: &str) -> Self {
        Self { mark: mark(name), ..Self::default() }
    }

    pub(super) fn window(&self) -> &Window {
        self.window.get_or_init(Box::default)
    }

    /// Believes `prior` until there is better.
    pub(super) fn believe(&self, prior: Prior) {
        *self.prior.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(prior));
        self.has_prior.store(true, Relaxed);
        self.figures.changes.store(0, Relaxed);
    }

    /// The latencies and speeds that are known at `now`, by ourselves and by what was saved.
    pub(super) fn sketches(&self, now: u64) -> (Sketch, Sketch) {
        let window = self.window.get();
        let mut latencies = window.map(|window| window.latencies()).unwrap_or_default();
        let mut speeds = window.map(|window| window.speeds()).unwrap_or_default();
        if self.has_prior.load(Relaxed) {
            // While somebody tells of another it is done without: nobody waits here.
            let prior = self.prior.try_lock().ok().and_then(|prior| prior.clone());
            if let Some(prior) = prior {
                latencies.merge(&prior.latencies(now));
                speeds.merge(&prior.speeds(now));
            }
        }
        (latencies, speeds)
    }

    /// Computes the percentiles anew.
    fn publish(&self, window: Option<&Window>, now: u64) {
        // Zero is what is not known: nothing is measured that takes no time.
        let known = |sizes: Option<[u64; 5]>| {
            sizes.map(|sizes| sizes.map(|size| size.max(1))).unwrap_or_default()
        };
        let (latencies, speeds) = if self.has_prior.load(Relaxed) {
            let (latencies, speeds) = self.sketches(now);
            let at = |sketch: &Sketch, shares: [u64; 5]| {
                (!sketch.is_empty())
                    .then(|| shares.map(|share| sketch.at(share).unwrap_or_default()))
            };
            (at(&latencies, Figures::LATENCIES), at(&speeds, Figures::SPEEDS))
        } else {
            let latencies = window.and_then(|window| window.latencies_at(Figures::LATENCIES));
            (latencies, window.and_then(|window| window.speeds_at(Figures::SPEEDS)))
        };
        self.figures.publish(known(latencies), known(speeds));
    }

    /// Adds to `health` what was measured.
    pub(super) fn measured(&self, now: u64, mut health: Health) -> Health {
        let window = self.window.get().map(|window| &**window);
        window.inspect(|window| window.go_on(now));
        health.running = self.running.load(Relaxed);
        if let Some(window) = window {
            let count = |tally| window.count(tally);
            let attempts = count(Tally::Attempts);
            let answers = attempts.saturating_sub(count(Tally::Failures));
            // While a breaker waits for probes, the failures it opened for are no news.
            let half_open = self.breaker.is_half_open(now);
            let failures = if half_open { 0 } else { count(Tally::Failures) };
            health.attempts = attempts;
            health.failures = share(failures, attempts);
            health.malformed = share(count(Tally::Malformed), count(Tally::Called));
            health.refusals = share(count(Tally::Refused), answers);
            health.empty = share(count(Tally::Empty), answers);
        }
        // What was saved fades with time, though nothing is measured.
        let faded = if self.has_prior.load(Relaxed) { now >> FADES } else { 0 };
        let changes = window.map_or(0, |window| window.changes()) + 1 + faded;
        if self.figures.changes.load(Relaxed) != changes {
            self.publish(window, now);
            self.figures.changes.store(changes, Relaxed);
        }
        let latencies = self.figures.latencies().map(|it| it.map(Duration::from_micros));
        let speeds =
            |speeds: Percentiles<u64>| speeds.map(|it| u32::try_from(it).unwrap_or(u32::MAX));
        health.latency = latencies.map(|it| it.p50);
        health.latencies = latencies;
        health.throughputs = self.figures.speeds().map(speeds);
        health
    }
}

impl Figures {
    /// Of a thousand, as many as take no longer.
    const LATENCIES: [u64; 5] = [500, 750, 900, 950, 990];

    /// Of a thousand, as many as are no faster: the harder to keep, the fewer.
    const SPEEDS: [u64; 5] = [500, 250, 100, 50, 10];

    fn publish(&self, latencies: [u64; 5], speeds: [u64; 5]) {
        let put = |cells: &[AtomicU64; 5], sizes: [u64; 5]| {
            cells.iter().zip(sizes).for_each(|(cell, size)| cell.store(size, Relaxed));
        };
        put(&self.latencies, latencies);
        put(&self.speeds, speeds);
    }

    fn latencies(&self) -> Option<Percentiles<u64>> {
        known(&self.latencies)
    }

    fn speeds(&self) -> Option<Percentiles<u64>> {
        known(&self.speeds)
    }
}

fn known(cells: &[AtomicU64; 5]) -> Option<Percentiles<u64>> {
    let [p50, p75, p90, p95, p99] = cells.each_ref().map(|cell| cell.load(Relaxed));
    (p50 > 0).then_some(Percentiles { p50, p75, p90, p95, p99 })
}

impl Rests {
    /// Leaves alone until the later time.
    pub(super) fn rest(&self, until: u64, asked: bool) {
        let time = if asked { &self.asked } else { &self.ours };
        time.fetch_max(until, Relaxed);
    }
}

impl Allowed {
    /// The provider takes so many more until then.
    pub(super) fn say(&self, left: u32, until: u64) {
        self.left.store(left, Relaxed);
        self.until.store(until, Relaxed);
    }

    /// The provider says nothing of the kind any more.
    pub(super) fn forget(&self) {
        // It is read far more often than written.
        if self.until.load(Relaxed) != 0 {
            self.until.store(0, Relaxed);
        }
    }

    /// One of them is used.
    pub(super) fn begin(&self) {
        let _ = self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
    }

    pub(super) fn left(&self, now: u64) -> Option<u32> {
        (now < self.until.load(Relaxed)).then(|| self.left.load(Relaxed))
    }
}

impl Witnesses {
    /// One more failed; says how many there are, and how often they failed in a row.
    pub(super) fn add(&self, mark: u64) -> (u32, u32) {
        let marks = self.marks.fetch_or(mark, Relaxed) | mark;
        (marks.count_ones(), self.failures.fetch_add(1, Relaxed).saturating_add(1))
    }

    /// One was answered.
    pub(super) fn clear(&self) {
        // It is read far more often than written.
        if self.marks.load(Relaxed) != 0 {
            self.marks.store(0, Relaxed);
            self.failures.store(0, Relaxed);
        }
    }
}

impl Gauge {
    /// Who rests after a failure of this scope.
    pub(super) fn rests(&self, scope: Scope) -> &Rests {
        match scope {
            Scope::Key | Scope::Account => &self.key,
            Scope::Endpoint | Scope::Network => &self.endpoint.rests,
            _ => &self.target.rests,
        }
    }
}

fn mark(name: &str) -> u64 {
    1 << (random(0, fingerprint(name)) >> 58)
}

/// How many of a thousand.
fn share(part: u32, whole: u32) -> u32 {
    let share = u64::from(part) * 1_000 / u64::from(whole.max(1));
    u32::try_from(share.min(1_000)).unwrap_or(1_000)
}
