use std::sync::Arc;
use std::time::Instant;

use nohop_policy::{Decision, Extent};
use nohop_types::{Considered, Lazy, Maker, Money, Stage};

use crate::route::Snapshot;

/// The most candidates that a trace shows, and the most names of those that one stage dropped.
const MOST_NAMED: usize = 64;

/// What a decision saw of the candidates and made of them, for the trace to show.
///
/// It has nothing of the request: a trace may be kept longer than anybody wants the pictures in that.
pub(crate) struct Seen {
    /// The candidates as they stood when it was decided.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) decision: Decision,
    pub(crate) extent: Extent,
    /// What the request may cost.
    pub(crate) money: Option<Money>,
    /// When it was decided.
    pub(crate) at: Instant,
}

impl Seen {
    /// What was known of the candidates, those that were kept first.
    pub(crate) fn considered(self: &Arc<Self>) -> Lazy<Considered> {
        self.lazily()
    }

    /// What the policy did, step by step.
    pub(crate) fn stages(self: &Arc<Self>) -> Lazy<Stage> {
        self.lazily()
    }

    /// A list for the trace: of few candidates it is made when somebody looks, of many at once, so that a trace
    /// that is kept does not keep them all.
    fn lazily<T>(self: &Arc<Self>) -> Lazy<T>
    where
        Self: Maker<T>,
    {
        match self.snapshot.candidates.len() > MOST_NAMED {
            true => self.make().into(),
            false => Lazy::new(self.clone()),
        }
    }
}

impl Maker<Considered> for Seen {
    fn make(&self) -> Vec<Considered> {
        let kept = self.decision.places().map(|place| (place, None));
        let dropped = self.decision.dropped().map(|(place, stage)| (place, Some(stage)));
        let places = kept.chain(dropped).take(MOST_NAMED);
        let considered = places.map(|(place, dropped)| {
            let candidate = &self.snapshot.candidates[place];
            let health = &candidate.health;
            let rests = health.resting_until.max(health.asked_until);
            let mut it = Considered::new(candidate.target.clone(), candidate.key);
            it.estimate = self.extent.estimate(candidate);
            it.latency = health.latency;
            (it.failures, it.running) = (health.failures, health.running);
            it.resting = rests.and_then(|until| until.checked_duration_since(self.at));
            it.resting = it.resting.filter(|rest| !rest.is_zero());
            it.dropped = dropped;
            if let Some(money) = self.money.filter(|_| dropped.is_none()) {
                it.passed = match it.estimate {
                    None => Some("its price is not known".into()),
                    Some(estimate) if estimate > money => {
                        Some(format!("it may cost more than {money}").into())
                    }
                    Some(_) => None,
                };
            }
            it
        });
        considered.collect()
    }
}

impl Maker<Stage> for Seen {
    fn make(&self) -> Vec<Stage> {
        self.decision.stages(&self.snapshot.candidates, MOST_NAMED)
    }
}

#[cfg(test)]
mod tests;
