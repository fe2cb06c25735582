use std::sync::Arc;
use std::time::Instant;

use nohop_policy::{Limits, Policy, Purse, Quota};

use crate::run::Run;
use crate::{Report, Workload, World};

/// A workload that is sent through a world, as a router would send it.
///
/// Decisions are made by a policy, and the calls by the real plan, purse, health and quotas; only providers and time are made up.
/// A request has the same luck at the same target whichever policy sends it there, so that what differs between two
/// reports is the policies' own doing.
///
/// ```
/// use std::time::Instant;
/// use nohop_policy::{Policy, Price, available, by, cheapest, fastest};
/// use nohop_sim::{Provider, Rehearsal, Spread, Target, Traffic, World, table};
///
/// let slow = Provider { first_content: Spread::of(900.0, 4_000.0), ..Provider::new("slow") };
/// let target = |name, cents| Target { price: Some(Price::cents_per_million(cents, 4 * cents)), ..Target::new(name) };
/// let world = World::new([slow, Provider::new("dear")], [target("m@slow", 10), target("m@dear", 90)])?;
/// let rehearsal = Rehearsal::new(world, Traffic::of(["m"]).make(7), Instant::now());
/// let cheap = rehearsal.run(available().then(by(cheapest())));
/// let fast = rehearsal.run(available().then(by(fastest())));
/// println!("{}", table([&cheap, &fast]));
/// assert!(cheap.cost < fast.cost && fast.content.p50 < cheap.content.p50);
/// # Ok::<(), nohop_types::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rehearsal {
    pub(crate) world: Arc<World>,
    pub(crate) workload: Arc<Workload>,
    pub(crate) began: Instant,
    pub(crate) seed: u64,
    pub(crate) limits: Limits,
    pub(crate) slices: usize,
    pub(crate) quotas: Vec<Quota>,
    purse: u32,
    hedges: u32,
}

impl Rehearsal {
    /// The rehearsal of `workload` in `world`.
    ///
    /// Nothing depends on when it `began`: policies read instants, and those must count from somewhere.
    pub fn new(
        world: impl Into<Arc<World>>,
        workload: impl Into<Arc<Workload>>,
        began: Instant,
    ) -> Self {
        Self {
            world: world.into(),
            workload: workload.into(),
            began,
            seed: 0,
            limits: Limits::DEFAULT,
            slices: 96,
            quotas: Vec::new(),
            purse: 10,
            hedges: 5,
        }
    }

    /// Sets what all chance follows from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how far a request may go.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many retries are paid for a hundred successes; ten unless said otherwise.
    #[must_use]
    pub fn purse(mut self, percent: u32) -> Self {
        self.purse = percent;
        self
    }

    /// Sets how many hedges are paid for a hundred successes; five unless said otherwise.
    #[must_use]
    pub fn hedges(mut self, percent: u32) -> Self {
        self.hedges = percent;
        self
    }

    /// Adds quotas of one's own, under which requests wait for room.
    #[must_use]
    pub fn quotas(mut self, quotas: impl IntoIterator<Item = Quota>) -> Self {
        self.quotas.extend(quotas);
        self
    }

    /// Sets into how many slices reports cut the time; 96 unless said otherwise.
    #[must_use]
    pub fn slices(mut self, count: usize) -> Self {
        self.slices = count.clamp(1, 10_000);
        self
    }

    /// What comes of it under `policy`.
    pub fn run(&self, policy: impl Policy) -> Report {
        let purses = [self.purse, self.hedges].map(|percent| Arc::new(Purse::new(percent)));
        Run::new(self, &policy, purses).finish()
    }
}

#[cfg(test)]
mod tests;
