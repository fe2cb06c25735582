//! By a figure: what it costs, how fast and how reliable it is, how well it did in tests, how busy it is.

use std::cmp::{Ordering, Reverse};
use std::time::Duration;

use nohop_types::Money;

use super::peers;
use super::titled::titled;
use crate::{Candidate, Candidates, Context, Order, Policy};

/// The least estimate first, what is warm in a cache included; unknown prices come last.
pub fn cheapest() -> impl Order<Key = Money> {
    let unknown = Money::from_atto(u128::MAX);
    titled("cheapest", move |cx, candidate| cx.estimate(candidate).unwrap_or(unknown))
}

/// The least expected time to the first content first.
///
/// A candidate that often fails takes as long as it takes to get an answer out of it. One that was
/// never tried leads while nobody tries it, so that it is explored by one request at a time.
pub fn fastest() -> impl Order<Key = Duration> {
    titled("fastest", |_, candidate| {
        let health = &candidate.health;
        match health.latency {
            Some(latency) => {
                let answers = 1_000_u32.saturating_sub(health.failures).max(1);
                latency.saturating_mul(1_000) / answers
            }
            None if health.running == 0 && health.failures == 0 => Duration::ZERO,
            None => Duration::MAX,
        }
    })
}

/// The most tokens of the answer a second first, as half of recent answers had them.
///
/// A candidate that often fails is as much slower. One that was never tried leads while nobody tries it, as with
/// [`fastest`].
pub fn highest_throughput() -> impl Order {
    titled("highest throughput", |_, candidate| {
        let health = &candidate.health;
        Reverse(match health.throughputs {
            Some(throughputs) => {
                let answers = 1_000_u32.saturating_sub(health.failures);
                u64::from(throughputs.p50) * u64::from(answers) / 1_000
            }
            None if health.running == 0 && health.failures == 0 => u64::MAX,
            None => 0,
        })
    })
}

/// The least likely to fail first, by the part of recent attempts that failed; who was hardly tried counts as usual.
///
/// As usual is one in fifty, and twenty attempts of its own weigh as much as that: who failed once in three calls is not
/// yet unreliable, and who never failed in three not yet reliable.
pub fn most_reliable() -> impl Order {
    titled("most reliable", |_, candidate| peers::failures(&candidate.health))
}

/// The best score in public tests first; unknown ones come last.
pub fn best() -> impl Order {
    titled("best", |_, candidate| Reverse(candidate.offer.score))
}

/// The model that came out last first; unknown ones come last.
pub fn newest() -> impl Order {
    titled("newest", |_, candidate| Reverse(candidate.offer.released))
}

/// A random order in which each leads as often as its weight says; weightless ones come last.
///
/// The draw belongs to the seed and the candidate, whoever else is in the list.
pub fn weighted() -> impl Order {
    titled("weight", |cx, candidate| drawn(cx.random_for(candidate), f64::from(candidate.weight)))
}

/// Draws which of a target's keys comes first, as often as its weight says; targets keep their places.
///
/// Where an endpoint's keys have weights, a route does this before its own policy, which may order them
/// otherwise.
pub fn pooled() -> impl Policy {
    let policy = |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let target = |candidate: &Candidate| candidate.share.map(|_| candidate.target.clone());
        let share = |candidate: &Candidate| f64::from(candidate.share.unwrap_or(1));
        list.sort_within(target, |candidate| drawn(cx.random_for(candidate), share(candidate)));
    };
    policy.named("keys by weight")
}

/// Of two candidates drawn at random, by their weights, lets the less busy lead; the others follow as they were drawn.
///
/// Two are enough: nobody is drawn by everybody at once, as the least busy of all would be by all who see the same
/// figures. Busy is who has more attempts under way for its weight.
pub fn least_loaded() -> impl Policy {
    LeastLoaded
}

/// Orders by `order` and keeps the first `count`.
pub fn top<O: Order>(count: usize, order: O) -> impl Policy {
    let name = format!("top {count} by {}", order.name());
    let policy = move |cx: &Context<'_>, list: &mut Candidates<'_>| {
        list.keep_best(count, |candidate| order.key(cx, candidate));
    };
    policy.named(name)
}

/// When a candidate with this share and this random number is drawn.
///
/// The least of exponential waiting times falls on each in proportion to its rate; so does the next, on those that are left.
pub(super) fn drawn(random: u64, share: f64) -> Wait {
    // Neither nothing nor all: a share of nothing is then waited for forever, and never no number.
    let chance = ((random >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
    Wait(-chance.ln() / share)
}

/// A time that is compared.
pub(super) struct Wait(f64);

impl Ord for Wait {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Wait {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Wait {}

impl PartialEq for Wait {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

struct LeastLoaded;

impl Policy for LeastLoaded {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.apply_front(cx, list, usize::MAX);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        let draw = weighted();
        list.sort_front_by_key(front.max(2), |candidate| draw.key(cx, candidate));
        let (Some(first), Some(second)) = (list.iter().next(), list.iter().nth(1)) else { return };
        let busy = |running: u32, weight: u32| u64::from(running) * u64::from(weight);
        let (first, second) =
            ((first.health.running, first.weight), (second.health.running, second.weight));
        // A weightless one is drawn second only where nobody else is left to draw.
        if second.1 > 0 && busy(second.0, first.1) < busy(first.0, second.1) {
            list.lead(&[1]);
        }
    }

    fn name(&self) -> &str {
        "least loaded"
    }
}
