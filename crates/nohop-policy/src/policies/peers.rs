//! How a candidate is likely to do, by what is known of it and of the others.
//!
//! A few attempts say little: of eight calls one that fails is an eighth. So a candidate begins as a typical peer, and
//! what it did itself counts the more the more it did.

use std::time::Duration;

use crate::{Candidate, Candidates, Health};

/// As many attempts of its own count as much as all that is known of its peers.
const FEW: u64 = 20;

/// How often an attempt fails where nothing is known of anyone, in a thousand.
const USUAL: u64 = 20;

/// What is typical of those in a list: the median of those of whom it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Typical {
    latency: Option<u64>,
    throughput: Option<u64>,
    failures: u64,
    malformed: u64,
}

impl Typical {
    pub(super) fn of<'a>(peers: &Candidates<'a>) -> Self {
        let known = |figure: fn(&Health) -> Option<u64>| {
            let tried =
                |peer: &'a Candidate| figure(&peer.health).filter(|_| peer.health.attempts > 0);
            median(peers.iter().filter_map(tried).collect())
        };
        Self {
            latency: known(latency),
            throughput: known(throughput),
            failures: known(|health| Some(health.failures.into())).unwrap_or(USUAL),
            malformed: known(|health| Some(health.malformed.into())).unwrap_or(0),
        }
    }

    /// The time to the first content, in microseconds; `None` where nobody's is known.
    pub(super) fn latency(&self, health: &Health) -> Option<u64> {
        leaning(latency(health), self.latency, health.attempts)
    }

    /// The tokens in a thousand seconds; `None` where nobody's are known.
    pub(super) fn throughput(&self, health: &Health) -> Option<u64> {
        leaning(throughput(health), self.throughput, health.attempts)
    }

    /// How many of a million attempts fail.
    pub(super) fn failures(&self, health: &Health) -> u64 {
        lean(u64::from(health.failures) * 1_000, self.failures * 1_000, health.attempts)
    }

    /// How many of a million answers with calls have one that fits no tool.
    pub(super) fn malformed(&self, health: &Health) -> u64 {
        lean(u64::from(health.malformed) * 1_000, self.malformed * 1_000, health.attempts)
    }
}

/// How many of a million attempts are likely to fail, whoever the peers are.
pub(super) fn failures(health: &Health) -> u64 {
    Typical { failures: USUAL, ..Typical::default() }.failures(health)
}

fn latency(health: &Health) -> Option<u64> {
    let micros = |latency: Duration| u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
    health.latency.map(micros)
}

fn throughput(health: &Health) -> Option<u64> {
    health.throughputs.map(|throughputs| throughputs.p50.into())
}

fn leaning(own: Option<u64>, typical: Option<u64>, attempts: u32) -> Option<u64> {
    match (own, typical) {
        (Some(own), Some(typical)) => Some(lean(own, typical, attempts)),
        (known, typical) => typical.or(known),
    }
}

/// A figure of its own after so many attempts, drawn towards what is typical.
fn lean(own: u64, typical: u64, attempts: u32) -> u64 {
    let (attempts, few) = (u128::from(attempts), u128::from(FEW));
    let mean = (u128::from(own) * attempts + u128::from(typical) * few) / (attempts + few);
    u64::try_from(mean).unwrap_or(u64::MAX)
}

fn median(mut figures: Vec<u64>) -> Option<u64> {
    // Of two in the middle the lesser, so that of two peers neither is typical by being the worse.
    let middle = figures.len().checked_sub(1)? / 2;
    let (_, median, _) = figures.select_nth_unstable(middle);
    Some(*median)
}
