//! What choosing costs, by how many targets a route has.

use std::hint::black_box;
use std::time::{Duration, Instant};

use nohop_policy::{
    Candidate, Candidates, Context, Health, Limits, Offer, Policy, Price, available, balanced, by,
    capable, cheapest, sticky,
};
use nohop_types::{Error, Request};

use crate::bodies::{MODEL, QUESTION, SYSTEM};
use crate::works::{Limit, Work};

/// Every decision, in the order of the table.
pub const DECISIONS: &[Work] = &[
    decision("decide-10", |n| decide(n, 10, cheap()), 4_000.0),
    decision("decide-100", |n| decide(n, 100, cheap()), 25_000.0),
    decision("decide-5000", |n| decide(n, 5_000, cheap()), 600_000.0),
    decision("default-10", |n| decide(n, 10, usual()), 6_000.0),
    decision("default-100", |n| decide(n, 100, usual()), 30_000.0),
    decision("balanced-10", |n| decide(n, 10, Box::new(available().then(balanced()))), 30_000.0),
    decision("balanced-100", |n| decide(n, 100, Box::new(available().then(balanced()))), 250_000.0),
    decision(
        "sticky-10",
        |n| decide(n, 10, Box::new(available().then(sticky(by(cheapest()))))),
        8_000.0,
    ),
];

const fn decision(name: &'static str, run: fn(usize) -> Result<(), Error>, most: f64) -> Work {
    Work { name, run, times: TIMES, limit: Limit::Each(most, None) }
}

/// How many decisions are one pass.
const TIMES: usize = 20;

fn cheap() -> Box<dyn Policy> {
    Box::new(available().then(by(cheapest())))
}

/// What a route has that says nothing.
fn usual() -> Box<dyn Policy> {
    Box::new(available().then(capable()))
}

/// Looks at the request and picks by `policy`, whose type a router does not know, with one target in ten at rest, as
/// often as a plan needs to.
fn decide(passes: usize, targets: usize, policy: Box<dyn Policy>) -> Result<(), Error> {
    let now = Instant::now();
    let request = Request::new(MODEL).system(SYSTEM).user(QUESTION);
    let snapshot: Vec<Candidate> = (0..targets).map(|place| candidate(place, now)).collect();
    for _ in 0..passes * TIMES {
        let cx = Context::new(black_box(&request), now, 7);
        let front = Limits::DEFAULT.front();
        let list = Candidates::decide(&*policy, &cx, black_box(&snapshot), front);
        assert_eq!(list.len(), targets - targets / 10);
        black_box(list.places().next());
    }
    Ok(())
}

/// One of many: who is the tenth rests.
pub(crate) fn candidate(place: usize, now: Instant) -> Candidate {
    // Prices in no order: 7919 is a prime, so each of so many targets has one of its own.
    let cents = (place as u64 * 7_919) % 10_007;
    let rest = (place % 10 == 9).then(|| now + Duration::from_secs(60));
    Candidate::new(format!("model-{place}@endpoint"))
        .offer(Offer { context: Some(128_000), output: Some(16_384), ..Offer::default() })
        .price(Price::cents_per_million(cents, 4 * cents))
        .health(Health::new().resting_until(rest))
}
