use std::time::Duration;

use nohop_types::{Money, Request};

use super::*;
use crate::plan::epoch;
use crate::{Candidate, Candidates, Context, Health, Order, Policy, Price, by};

pub(super) mod lists;
mod sentences;

/// The targets that `policy` leaves of `snapshot`, in order.
fn check(policy: impl Policy, snapshot: &[Candidate], kept: &[&str]) {
    assert_eq!(left(&policy, snapshot, 0), kept);
}

fn left<'a>(policy: &impl Policy, snapshot: &'a [Candidate], seed: u64) -> Vec<&'a str> {
    let request = Request::new("m").user("word").max_tokens(1);
    let cx = Context::new(&request, epoch(), seed);
    let list = Candidates::decide(policy, &cx, snapshot, usize::MAX);
    list.targets()
}

fn priced(target: &str, input: u128) -> Candidate {
    let price = Price { input: Money::from_atto(input), ..Price::FREE };
    Candidate::new(target).price(price)
}

fn with(target: &str, health: Health) -> Candidate {
    Candidate::new(target).health(health)
}

#[test]
fn who_rests_is_dropped_unless_all_do() {
    let resting = Health::new().resting_until(epoch() + Duration::from_secs(60));
    let (a, b) = (with("m@a", resting), Candidate::new("m@b"));
    check(available(), &[a.clone(), b], &["m@b"]);
    check(available(), &[a], &["m@a"]);
    let rested = with("m@c", Health::new().resting_until(epoch()));
    check(available(), &[with("m@a", resting), rested], &["m@c"]);
}

#[test]
fn the_first_is_whom_the_route_names_first() {
    check(first(), &[priced("m@b", 2), priced("m@a", 1)], &["m@b", "m@a"]);
}

#[test]
fn the_cheapest_leads_and_the_unknown_comes_last() {
    let snapshot = [Candidate::new("m@?"), priced("m@b", 2), priced("m@a", 1), priced("m@0", 0)];
    check(by(cheapest()), &snapshot, &["m@0", "m@a", "m@b", "m@?"]);
    check(by(cheapest().reverse()), &snapshot, &["m@?", "m@b", "m@a", "m@0"]);
    check(top(2, cheapest()), &snapshot, &["m@0", "m@a"]);
}

#[test]
fn the_fastest_is_who_soonest_answers_and_not_who_soonest_fails() {
    let after = |seconds| Health::new().latency(Duration::from_secs(seconds));
    let snapshot = [
        with("m@fails", Health::new().failures(1_000)),
        with("m@slow", after(3)),
        with("m@half", after(2).failures(500)),
        with("m@steady", after(2)),
        with("m@busy", Health::new().running(1)),
        with("m@new", Health::new()),
    ];
    let order = ["m@new", "m@steady", "m@slow", "m@half", "m@fails", "m@busy"];
    check(by(fastest()), &snapshot, &order);
}

#[test]
fn ties_are_broken_by_the_next_order() {
    let fast = Health::new().latency(Duration::from_secs(1));
    let snapshot =
        [priced("m@b", 1).health(Health::new().running(1)), priced("m@a", 1).health(fast)];
    check(by(cheapest()).then_by(fastest()), &snapshot, &["m@a", "m@b"]);
}

#[test]
fn names_are_those_of_endpoints_targets_and_models() {
    let snapshot = [
        Candidate::new("gpt@azure").model("openai/gpt"),
        Candidate::new("gpt@openai").model("openai/gpt"),
        Candidate::new("claude@anthropic"),
    ];
    check(only(["azure"]), &snapshot, &["gpt@azure"]);
    check(only(["openai/gpt"]), &snapshot, &["gpt@azure", "gpt@openai"]);
    check(only(["gpt@openai", "claude"]), &snapshot, &["gpt@openai", "claude@anthropic"]);
    check(ignore(["azure", "anthropic"]), &snapshot, &["gpt@openai"]);
    let order = ["claude@anthropic", "gpt@openai", "gpt@azure"];
    check(in_order(["anthropic", "gpt@openai"]), &snapshot, &order);
}

#[test]
fn each_leads_as_often_as_its_weight_says() {
    let snapshot = [
        Candidate::new("m@a").weight(3),
        Candidate::new("m@b"),
        Candidate::new("m@never").weight(0),
    ];
    let policy = by(weighted());
    let lead = |seed| left(&policy, &snapshot, seed);
    assert_eq!(lead(5), lead(5));
    let leads = (0..4_000).filter(|seed| lead(*seed)[0] == "m@a").count();
    assert!((2_900..3_100).contains(&leads), "{leads}");
    assert!((0..100).all(|seed| lead(seed)[2] == "m@never"));
}

#[test]
fn keys_lead_as_often_as_their_weights_say_and_targets_keep_their_places() {
    let key = |target, key, share: Option<u32>| Candidate::new(target).key(key).share(share);
    let snapshot = [
        key("m@a", 0, Some(3)),
        key("m@a", 1, Some(1)),
        key("m@a", 2, Some(0)),
        key("m@b", 0, None),
        key("m@b", 1, None),
    ];
    let (request, mut led) = (Request::new("m").user("word"), [0_u32; 3]);
    for seed in 0..10_000 {
        let cx = Context::new(&request, epoch(), seed);
        let list = Candidates::decide(&pooled(), &cx, &snapshot, usize::MAX);
        assert_eq!(list.targets(), ["m@a", "m@a", "m@a", "m@b", "m@b"]);
        let places: Vec<_> = list.places().collect();
        assert_eq!(places[2..], [2, 3, 4], "the last resort, and those of whom nothing is said");
        led[places[0]] += 1;
    }
    assert!((7_300..7_700).contains(&led[0]), "{led:?}");
    assert_eq!(led[0] + led[1], 10_000);
}

#[test]
fn who_draws_alone_draws_the_same() {
    let snapshot = ["m@a", "m@b", "m@c", "m@d"].map(Candidate::new);
    let policy = by(weighted());
    for seed in 0..100 {
        let mut all = left(&policy, &snapshot, seed);
        all.retain(|target| *target != "m@a");
        assert_eq!(left(&policy, &snapshot[1..], seed), all);
    }
}

#[test]
fn the_page_has_every_policy_and_order() {
    let page = include_str!("../../../../docs/policies.md");
    let sources = [
        include_str!("able.rs"),
        include_str!("names.rs"),
        include_str!("orders.rs"),
        include_str!("within.rs"),
        include_str!("balanced.rs"),
        include_str!("sticky.rs"),
        include_str!("split.rs"),
        include_str!("../order.rs"),
    ];
    let table = table(&sources);
    assert!(page.contains(&table), "docs/policies.md is stale; it should have:\n\n{table}");
}

/// What the public functions of `sources` are, by the first sentence of each one's own documentation.
fn table(sources: &[&str]) -> String {
    let mut table = String::from("| function | is | what it does |\n| --- | --- | --- |\n");
    let mut said = "";
    for line in sources.iter().flat_map(|source| source.lines()) {
        if let Some(text) = line.strip_prefix("/// ") {
            said = if said.is_empty() { text } else { said };
        } else if let Some(function) = line.strip_prefix("pub fn ") {
            let name = function.split(['<', '(']).next().unwrap_or_default();
            let order = function.contains("-> impl Order");
            let what = if order { "an order" } else { "a policy" };
            table.push_str(&format!("| `{name}` | {what} | {said} |\n"));
        } else if !line.starts_with("///") {
            said = "";
        }
    }
    table
}
