#![allow(clippy::print_stdout, reason = "figures that a test holds are worth reading")]

use std::time::{Duration, Instant};

use nohop_policy::{
    Broken, Candidate, Context, Hedge, Order, Policy, Price, Quota, available, by, cheapest, first,
    only,
};
use nohop_types::ErrorKind;

use super::*;
use crate::{Arrival, Fault, Limit, Provider, Spread, Target, Traffic, Trouble, svg, table};

mod health;
mod hostile;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// When rehearsals begin: any time would do.
#[allow(clippy::disallowed_methods, reason = "an instant can not be made up")]
fn began() -> Instant {
    Instant::now()
}

/// A target at a price of so many cents for a million tokens of the prompt.
fn target(name: &str, cents: u64) -> Target {
    Target { price: Some(Price::cents_per_million(cents, 4 * cents)), ..Target::new(name) }
}

fn traffic(requests: usize) -> Workload {
    Traffic { requests, ..Traffic::of(["m"]) }.make(7)
}

/// What comes of requests through two providers, the first of which is the cheaper.
fn check(requests: usize, first: Provider, second: Provider, policy: impl Policy) -> Report {
    let targets = [target("m@first", 10), target("m@second", 90)];
    let world = World::new([first, second], targets).unwrap();
    Rehearsal::new(world, traffic(requests), began()).seed(7).run(policy)
}

fn two() -> [Provider; 2] {
    ["first", "second"].map(Provider::new)
}

fn down(provider: &str, from: u32, until: u32) -> Provider {
    let troubles = vec![Trouble::outage(HOUR * from, HOUR * until)];
    Provider { troubles, ..Provider::new(provider) }
}

#[test]
fn the_same_seed_makes_the_same_bytes_whenever_it_begins() {
    let world = Arc::new(World::made_up(3, 40, 5, 10));
    let models: Vec<_> = world.models().map(str::to_owned).collect();
    let traffic = Arc::new(Traffic { requests: 2_000, ..Traffic::of(models) }.make(7));
    let run = |seed, began| {
        let rehearsal = Rehearsal::new(world.clone(), traffic.clone(), began).seed(seed);
        let report = rehearsal.run(available().then(by(nohop_policy::weighted())));
        format!("{}{}{report:?}", table([&report]), svg([&report]))
    };

    let began = began();
    let once = run(1, began);

    assert_eq!(once, run(1, began + 12_345 * SECOND));
    assert_ne!(once, run(2, began));
}

#[test]
fn a_request_has_the_same_luck_whoever_sends_it_there() {
    let [one, other] = two();
    let [one, other] = [one, other].map(|it| Provider { errors: 50, breaks: 20, ..it });

    let named = check(3_000, one.clone(), other.clone(), only(["first"]).named("x"));
    let sorted = check(3_000, one, other, only(["first"]).then(by(cheapest())).named("x"));

    assert!(named.failures["server"] > 100 && named.failures["truncated"] > 20, "{named:?}");
    assert_eq!(named, sorted);
}

#[test]
fn who_chooses_by_price_pays_less() {
    let [one, other] = two();
    let cheap = check(1_000, one.clone(), other.clone(), by(cheapest()));
    let dear = check(1_000, one, other, by(cheapest().reverse()));

    assert_eq!((cheap.share("first"), dear.share("second")), (1.0, 1.0));
    assert_eq!(cheap.cost * 9, dear.cost);
    assert_eq!((cheap.answered, cheap.calls), (1_000, 1_000));
}

#[test]
fn times_are_spread_as_the_provider_says() {
    let [one, other] = two();
    let one = Provider { first_content: Spread::of(300.0, 1_200.0), ..one };
    let report = check(50_000, one, other, first());

    let off = |time: Duration, millis: f64| (time.as_secs_f64() * 1_000.0 / millis - 1.0).abs();
    assert!(off(report.content.p50, 300.0) < 0.02, "{:?}", report.content);
    assert!(off(report.content.p99, 1_200.0) < 0.05, "{:?}", report.content);
    assert!(report.total.p50 > report.content.p50);
}

#[test]
fn an_outage_is_felt_where_there_is_nobody_else() {
    let [_, other] = two();
    let alone = check(5_000, down("first", 8, 12), other.clone(), only(["first"]));
    let both = check(5_000, down("first", 8, 12), other, available());

    assert!(alone.availability() < 0.9 && alone.errors.contains_key("server"), "{alone:?}");
    assert!(both.availability() > 0.999, "{:?}", both.errors);
    assert!(both.share("second") > 0.1);
    let hours = |report: &Report, hour: usize| report.slices[hour * 4].clone();
    assert_eq!(hours(&alone, 9).answered, 0);
    assert_eq!(hours(&alone, 13).answered, hours(&alone, 13).requests);
}

#[test]
fn a_limit_admits_what_it_says_in_each_window() {
    let limited = Provider { limits: vec![Limit::a_minute(5)], ..Provider::new("first") };
    let asks = (0..600).map(|second| Arrival::new(SECOND * second, "m"));
    let world = World::new([limited], [Target::new("m@first")]).unwrap();
    let rehearsal = Rehearsal::new(world, Workload::new(asks), began());

    let report = rehearsal.slices(10).run(first());

    // Whoever is told when to come back waits where that is within patience.
    assert!(report.answered <= 5 * 11, "{}", report.answered);
    assert!(report.answered >= 5 * 9, "{}", report.answered);
    assert!(report.failures["rate limit"] > 0 && report.errors["rate limit"] > 400);
}

#[test]
fn a_conversation_that_stays_is_read_from_the_cache() {
    let [one, other] = two().map(|it| Provider { cache: SECOND * 300, ..it });
    let stays = check(5_000, one.clone(), other.clone(), first());
    let changes = |cx: &Context<'_>, candidate: &Candidate| cx.random_for(candidate);
    let wanders = check(5_000, one, other, by(changes));
    let [one, other] = two();
    let none = check(5_000, one, other, first());

    assert!(
        stays.cached > wanders.cached && wanders.cached > 0,
        "{} {}",
        stays.cached,
        wanders.cached
    );
    assert_eq!(none.cached, 0);
    assert_eq!(stays.prompts, none.prompts);
}

#[test]
fn a_price_that_falls_is_seen_when_it_falls() {
    let [one, other] = two();
    let cut = Price::cents_per_million(1, 4);
    let targets = [
        target("m@first", 10),
        Target { changes: vec![(HOUR * 12, cut)], ..target("m@second", 90) },
    ];
    let world = World::new([one, other], targets).unwrap();
    let report = Rehearsal::new(world, traffic(4_000), began()).run(by(cheapest()));

    let second = |slice: usize| report.slices[slice].shares.get(&1).copied().unwrap_or_default();
    assert_eq!((0..47).map(second).sum::<u64>(), 0);
    assert_eq!(second(60), report.slices[60].calls);
}

#[test]
fn what_is_not_good_enough_is_asked_elsewhere_and_paid_twice() {
    let targets = [Target { skill: 600, ..target("m@first", 10) }, target("m@second", 90)];
    let world = World::new(two(), targets).unwrap();
    let report = Rehearsal::new(world, traffic(5_000), began()).run(by(cheapest()));

    let part = report.escalated as f64 / report.requests as f64;
    assert!((part - 0.4).abs() < 0.03, "{part}");
    assert_eq!((report.answered, report.calls), (5_000, 5_000 + report.escalated));
    assert!(report.escalations > nohop_types::Money::ZERO && report.escalations < report.cost);
}

#[test]
fn hedges_are_paid_from_the_purse() {
    let [one, other] = two();
    let slow = Provider { first_content: Spread::of(2_000.0, 9_000.0), ..one };
    let world = World::new([slow, other], [target("m@first", 10), target("m@second", 90)]);
    let rehearsal = Rehearsal::new(world.unwrap(), traffic(5_000), began());
    let limits = Limits { hedge: Some(Hedge::After(SECOND)), ..Limits::DEFAULT };

    let plain = rehearsal.run(first());
    let hedged = rehearsal.limits(limits).hedges(10).run(first());

    assert!(hedged.content.p50 <= plain.content.p50);
    assert!(hedged.cancelled > 300, "{}", hedged.cancelled);
    let extra = hedged.calls - hedged.requests;
    assert!(extra <= hedged.answered / 10 + 10, "{extra}");
}

/// The longest waits of one of a hundred, without hedges and with, at so many more calls for a hundred requests.
fn check_hedges(hedge: Hedge, percent: u32) {
    let [one, other] = two();
    // A heavy tail: one answer of fifty takes more than nine seconds to begin.
    let tailed = Provider { first_content: Spread::of(20.0, 20_000.0), ..one };
    let world = World::new([tailed, other], [target("m@first", 10), target("m@second", 90)]);
    let rehearsal = Rehearsal::new(world.unwrap(), traffic(50_000), began());
    let limits = Limits { hedge: Some(hedge), ..Limits::DEFAULT };

    let plain = rehearsal.run(first());
    let hedged = rehearsal.limits(limits).hedges(percent).run(first());

    // Whoever is silent for two minutes has failed, and another is called instead.
    let extra = hedged.calls - hedged.requests - hedged.failures.values().sum::<u64>();
    let share = 100.0 * extra as f64 / hedged.requests as f64;
    println!(
        "{hedge:?}: {share:.2} % more calls; p99 of the first content {:?} instead of {:?}, p50 {:?}",
        hedged.content.p99, plain.content.p99, hedged.content.p50
    );
    assert!(extra <= hedged.answered * u64::from(percent) / 100 + 10, "{extra}");
    assert!(hedged.content.p99 * 2 <= plain.content.p99);
    assert_eq!((hedged.answered, plain.answered), (50_000, 50_000));
}

#[test]
fn a_hedge_for_two_of_a_hundred_requests_halves_the_longest_waits_of_a_heavy_tail() {
    check_hedges(Hedge::After(Duration::from_millis(9_100)), 2);
}

#[test]
fn hedges_by_a_providers_own_percentile_do_better_at_five_of_a_hundred() {
    check_hedges(Hedge::DEFAULT, 5);
}

#[test]
fn an_answer_that_breaks_goes_on_elsewhere_where_limits_say_so() {
    let [one, other] = two();
    let one = Provider { breaks: 200, ..one };
    let world = World::new([one, other], [target("m@first", 10), target("m@second", 90)]);
    let rehearsal = Rehearsal::new(world.unwrap(), traffic(2_000), began());
    let limits = Limits { broken: Broken::Resume, ..Limits::DEFAULT };

    let fails = rehearsal.run(first());
    let resumes = rehearsal.limits(limits).run(first());

    assert!((fails.availability() - 0.8).abs() < 0.03, "{}", fails.availability());
    assert!(resumes.availability() > 0.999, "{}", resumes.availability());
}

#[test]
fn every_trouble_is_felt_and_passes() {
    let troubles = [
        Fault::Down(ErrorKind::Overloaded),
        Fault::Hangs,
        Fault::Fails(900),
        Fault::Breaks(900),
        Fault::Slow(50.0),
        Fault::Drips(0.001),
        Fault::Limits { of_a_thousand: 900, retry_after: Some(SECOND * 30) },
    ];
    let [quiet, other] = two();
    let calm = check(3_000, quiet, other.clone(), only(["first"]));
    for what in troubles {
        let trouble = Trouble { from: HOUR * 10, until: HOUR * 12, what };
        let one = Provider { troubles: vec![trouble], ..Provider::new("first") };
        let report = check(3_000, one, other.clone(), only(["first"]));

        let (during, after) = (&report.slices[44], &report.slices[70]);
        let worse = during.answered < during.requests || during.content.p50 > 5 * calm.content.p50;
        assert!(worse, "{what:?}: {during:?}");
        assert_eq!(after.answered, after.requests, "{what:?}: {after:?}");
    }
}

#[test]
fn who_names_a_model_that_is_not_there_is_told() {
    let world = World::new(two(), [target("m@first", 1)]).unwrap();
    let asks = Workload::new([Arrival::new(SECOND, "else")]);
    let report = Rehearsal::new(world, asks, began()).run(first());

    assert_eq!((report.answered, report.calls, report.errors["config"]), (0, 0, 1));
    assert!(World::new(two(), [target("m@third", 1)]).is_err());
}

#[test]
fn a_quota_of_ones_own_is_never_passed_and_who_may_wait_waits() {
    let minute = SECOND * 60;
    let world = World::new([Provider::new("first")], [Target::new("m@first")]).unwrap();
    let asks = (0..600).map(|second| Arrival::new(SECOND * second, "m"));
    let rehearsal = Rehearsal::new(world, Workload::new(asks), began()).slices(10);
    let rehearsal = rehearsal.quotas([Quota::endpoint("first").requests(30, minute)]);
    let patient = Limits { patience: SECOND * 400, ..Limits::DEFAULT };

    let hasty = rehearsal.run(first());
    let waits = rehearsal.limits(patient).run(first());

    // Half of what comes fits; nobody who is turned away was sent.
    assert!((hasty.answered as f64 / 300.0 - 1.0).abs() < 0.15, "{}", hasty.answered);
    assert_eq!((hasty.calls, hasty.failures.len()), (hasty.answered, 0));
    assert_eq!(hasty.errors["rate limit"], hasty.requests - hasty.answered);
    assert!(waits.answered > 450 && waits.content.p50 > SECOND * 60, "{waits:?}");
    // A slice is a little shorter than a minute; the last one has all that came later.
    assert!(waits.slice < minute);
    let calls: Vec<_> = waits.slices[..9].iter().map(|slice| slice.calls).collect();
    assert!(calls.iter().all(|calls| (29..=30).contains(calls)), "{calls:?}");
}
