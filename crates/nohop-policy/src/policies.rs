//! The policies and orders everyone needs. Each is one sentence long.

use std::cmp::Ordering;
use std::time::Duration;

use nohop_types::Money;

use crate::{By, Candidate, Candidates, Context, Order, Policy, by};

#[cfg(test)]
mod tests;

/// Drops candidates that are resting, unless all are.
pub fn available() -> impl Policy {
    let policy = |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let rested = |candidate: &Candidate| !candidate.health.is_resting(cx.now);
        if list.iter().any(rested) {
            list.retain(rested);
        }
    };
    policy.named("available")
}

/// Tries candidates in the order the route names them.
pub fn first() -> impl Policy {
    let policy = |_: &Context<'_>, _: &mut Candidates<'_>| ();
    policy.named("first")
}

/// Keeps only candidates whose endpoint, target or model is among `names`.
pub fn only<N: Into<String>>(names: impl IntoIterator<Item = N>) -> impl Policy {
    let names = collect(names);
    let name = format!("only {}", names.join(", "));
    let policy = move |_: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|candidate| names.iter().any(|name| candidate.is(name)));
    };
    policy.named(name)
}

/// Drops candidates whose endpoint, target or model is among `names`.
pub fn ignore<N: Into<String>>(names: impl IntoIterator<Item = N>) -> impl Policy {
    let names = collect(names);
    let name = format!("ignore {}", names.join(", "));
    let policy = move |_: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|candidate| !names.iter().any(|name| candidate.is(name)));
    };
    policy.named(name)
}

/// Orders by whose endpoint, target or model comes first among `names`; the others come last.
pub fn in_order<N: Into<String>>(names: impl IntoIterator<Item = N>) -> By<impl Order> {
    let names = collect(names);
    let name = format!("order of {}", names.join(", "));
    let key = move |_: &Context<'_>, candidate: &Candidate| {
        names.iter().position(|name| candidate.is(name)).unwrap_or(names.len())
    };
    by(Titled { name, key })
}

/// Orders by `order` and keeps the first `count`.
pub fn best<O: Order>(count: usize, order: O) -> impl Policy {
    let name = format!("best {count} by {}", order.name());
    let policy = move |cx: &Context<'_>, list: &mut Candidates<'_>| {
        list.keep_best(count, |candidate| order.key(cx, candidate));
    };
    policy.named(name)
}

/// The least estimate first; unknown prices come last.
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

/// A random order in which each leads as often as its weight says; weightless ones come last.
///
/// The draw belongs to the seed and the candidate, whoever else is in the list.
pub fn weighted() -> impl Order {
    titled("weight", |cx, candidate| drawn(cx, candidate, candidate.weight))
}

/// Draws which of a target's keys comes first, as often as its weight says; targets keep their places.
///
/// Where an endpoint's keys have weights, a route does this before its own policy, which may order them
/// otherwise.
pub fn pooled() -> impl Policy {
    let policy = |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let target = |candidate: &Candidate| candidate.share.map(|_| candidate.target.clone());
        list.sort_within(target, |candidate| drawn(cx, candidate, candidate.share.unwrap_or(1)));
    };
    policy.named("keys by weight")
}

/// A waiting time that is the least as often as the weight says.
fn drawn(cx: &Context<'_>, candidate: &Candidate, weight: u32) -> Wait {
    // The least of exponential waiting times falls on each in proportion to its rate.
    let chance = (cx.random_for(candidate) >> 11) as f64 / (1_u64 << 53) as f64;
    Wait(-(1.0 - chance).ln() / f64::from(weight))
}

fn collect<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

fn titled<K, F>(name: &str, key: F) -> Titled<F>
where
    F: Fn(&Context<'_>, &Candidate) -> K + Send + Sync + 'static,
    K: Ord,
{
    Titled { name: name.into(), key }
}

/// An order with a name for the trace.
struct Titled<F> {
    name: String,
    key: F,
}

impl<K, F> Order for Titled<F>
where
    F: Fn(&Context<'_>, &Candidate) -> K + Send + Sync + 'static,
    K: Ord,
{
    type Key = K;

    #[inline]
    fn key(&self, cx: &Context<'_>, candidate: &Candidate) -> K {
        (self.key)(cx, candidate)
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// A time that is compared.
struct Wait(f64);

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
