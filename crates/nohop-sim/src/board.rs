//! How everyone is doing as the router sees it, in virtual time.

use std::time::{Duration, Instant};

use nohop_policy::{Attempt, Health, Outcome, Rest};
use nohop_types::Scope;

use crate::world::{Place, World};

/// How long the numbers may have changed before the snapshots follow.
const STALE: Duration = Duration::from_millis(50);

/// The gauges of everything that attempts may fail at.
pub(crate) struct Board {
    began: Instant,
    /// Counts up whenever snapshots are to be made anew.
    pub(crate) generation: u64,
    /// When it last did because numbers had changed.
    freshened: Duration,
    endpoints: Vec<Rests>,
    keys: Vec<Vec<Rests>>,
    targets: Vec<Numbers>,
}

/// Until when to leave alone.
#[derive(Clone, Default)]
struct Rests {
    ours: Option<Instant>,
    asked: Option<Instant>,
}

/// How a target has been doing.
#[derive(Clone, Default)]
struct Numbers {
    rests: Rests,
    latency: Option<Duration>,
    /// Of a thousand attempts.
    failures: u32,
    running: u32,
}

impl Board {
    pub(crate) fn new(world: &World, began: Instant) -> Self {
        let keys = world.providers.iter().map(|it| vec![Rests::default(); it.keys as usize]);
        Self {
            began,
            generation: 1,
            freshened: Duration::ZERO,
            endpoints: vec![Rests::default(); world.providers.len()],
            keys: keys.collect(),
            targets: vec![Numbers::default(); world.targets.len()],
        }
    }

    /// How `place` is doing.
    pub(crate) fn health(&self, place: &Place) -> Health {
        let numbers = &self.targets[place.target];
        let key = &self.keys[place.provider][place.key as usize];
        let rests = [&self.endpoints[place.provider], key, &numbers.rests];
        Health::new()
            .resting_until(rests.iter().filter_map(|rests| rests.ours).max())
            .asked_until(rests.iter().filter_map(|rests| rests.asked).max())
            .latency(numbers.latency)
            .failures(numbers.failures)
            .running(numbers.running)
    }

    /// An attempt at `place` begins.
    pub(crate) fn begin(&mut self, place: &Place) {
        self.targets[place.target].running += 1;
    }

    /// An attempt at `place` has ended.
    pub(crate) fn learn(&mut self, place: &Place, now: Duration, attempt: &Attempt<'_>) {
        let numbers = &mut self.targets[place.target];
        numbers.running -= 1;
        if let Some(latency) = attempt.first_content {
            let old = numbers.latency;
            numbers.latency = Some(old.map_or(latency, |old| old - old / 8 + latency / 8));
        }
        let failed = attempt.is_fault();
        if failed || matches!(attempt.outcome, Outcome::Finished) {
            let old = numbers.failures;
            numbers.failures = old - old / 8 + if failed { 1_000 / 8 } else { 0 };
        }
        let rest = match attempt.outcome {
            Outcome::Failed(error) => Rest::after(error),
            _ => None,
        };
        match rest {
            Some(rest) => self.rest(place, now, rest),
            None => self.freshen(now),
        }
    }

    /// Leaves alone whom a failure reaches; who rests already rests until the later time.
    fn rest(&mut self, place: &Place, now: Duration, rest: Rest) {
        let rests = match rest.scope {
            Scope::Key | Scope::Account => &mut self.keys[place.provider][place.key as usize],
            Scope::Endpoint | Scope::Network => &mut self.endpoints[place.provider],
            _ => &mut self.targets[place.target].rests,
        };
        let until = Some(self.began + now + rest.time);
        let time = if rest.asked { &mut rests.asked } else { &mut rests.ours };
        *time = until.max(*time);
        self.generation += 1;
    }

    /// Has snapshots made anew, unless that was a moment ago.
    fn freshen(&mut self, now: Duration) {
        if now.saturating_sub(self.freshened) >= STALE {
            self.freshened = now;
            self.generation += 1;
        }
    }
}
