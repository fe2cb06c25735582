//! By a time to the first content that is wanted.

use std::time::Duration;

use super::titled::titled;
use crate::{By, Candidate, Candidates, Context, Order, Percentiles, Policy, by};

/// Moves behind all others whoever is known to be slower to the first content than `latency` at that percentile.
///
/// All others keep their order, and so do those who are slower: they are still asked before nobody is.
///
/// ```
/// use std::time::Duration;
/// use nohop_policy::{Percentile, Policy, by, cheapest, within};
///
/// // The cheapest of those of whom nine answers of ten begin within two seconds.
/// let policy = by(cheapest()).then(within(Duration::from_secs(2), Percentile::P90));
/// assert_eq!(policy.name(), "by cheapest, then by within 2s at p90");
/// ```
pub fn within(latency: Duration, percentile: Percentile) -> By<impl Order> {
    let name = format!("within {latency:?} at {}", percentile.name());
    by(titled(name, move |_, candidate| is_slower(candidate, latency, percentile)))
}

/// Drops whoever is known to be slower to the first content than `latency` at that percentile.
///
/// Nothing known is not slower: whom nobody ever tried would otherwise never be.
pub fn only_within(latency: Duration, percentile: Percentile) -> impl Policy {
    let policy = move |_: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|candidate| !is_slower(candidate, latency, percentile));
    };
    policy.named(format!("only within {latency:?} at {}", percentile.name()))
}

/// How many of a hundred recent attempts have to keep to a figure.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Percentile {
    /// Half of them.
    P50,
    /// Three of four.
    P75,
    /// Nine of ten.
    P90,
    /// Nineteen of twenty.
    P95,
    /// All but one of a hundred.
    P99,
}

impl Percentile {
    /// The figure that so many keep to.
    pub fn of<T: Copy>(self, figures: &Percentiles<T>) -> T {
        match self {
            Self::P50 => figures.p50,
            Self::P75 => figures.p75,
            Self::P90 => figures.p90,
            Self::P95 => figures.p95,
            Self::P99 => figures.p99,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P75 => "p75",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
        }
    }
}

fn is_slower(candidate: &Candidate, latency: Duration, percentile: Percentile) -> bool {
    let health = &candidate.health;
    let known = match &health.latencies {
        Some(latencies) => Some(percentile.of(latencies)),
        // The usual time is that of half of them, and what half of them exceed the others do as well.
        None => health.latency,
    };
    known.is_some_and(|known| known > latency)
}
