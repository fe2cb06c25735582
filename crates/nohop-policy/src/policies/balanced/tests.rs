use std::time::Duration;

use nohop_types::Request;

use super::super::tests::lists::{list, request};
use super::*;
use crate::plan::epoch;
use crate::{Health, Percentiles, Price};

fn priced(target: &str, cents: u64) -> Candidate {
    Candidate::new(target).price(Price::cents_per_million(cents, cents)).health(health(2, 50))
}

/// As measured over many attempts: seconds to the first content, tokens a second.
fn health(latency: u64, speed: u32) -> Health {
    Health::new()
        .attempts(1_000_000)
        .failures(0)
        .latencies(Percentiles::of(Duration::from_secs(latency)))
        .throughputs(Percentiles::of(1_000 * speed))
}

/// The shares of `snapshot`, in thousandths.
fn shares<const N: usize>(snapshot: [Candidate; N]) -> [u64; N] {
    let request = Request::new("m").user("word").max_tokens(500);
    let cx = Context::new(&request, epoch(), 0);
    let market = Market::of(&cx, &Candidates::new(&snapshot));
    snapshot.each_ref().map(|candidate| market.share(&cx, candidate) / 1_000_000)
}

#[test]
fn a_quarter_dearer_is_not_behind_and_twice_as_dear_nearly_out() {
    assert_eq!(shares([priced("m@a", 100), priced("m@b", 100)]), [500, 500]);
    assert_eq!(shares([priced("m@a", 100), priced("m@b", 125)]), [500, 500]);
    // 0.95 of 1 and (1.25 / 2)⁴, and half of a twentieth each.
    assert_eq!(shares([priced("m@a", 100), priced("m@b", 200)]), [849, 150]);
    assert_eq!(shares([priced("m@a", 100), priced("m@b", 900)]), [974, 25]);
}

#[test]
fn slowness_counts_half_as_much_as_price() {
    let slow = |latency, speed| priced("m@b", 100).health(health(latency, speed));
    // Twelve seconds for five hundred tokens, and twice as many.
    assert_eq!(shares([priced("m@a", 100), slow(4, 25)]), [665, 334]);
    assert_eq!(shares([priced("m@a", 100), slow(8, 50)]), [500, 500]);
}

#[test]
fn failures_and_broken_calls_make_a_price_dearer() {
    let failing = |failures| priced("m@b", 100).health(health(2, 50).failures(failures));
    // One in a hundred is eight percent, and one in eight is twice the price.
    assert_eq!(shares([priced("m@a", 100), failing(10)]), [500, 500]);
    assert_eq!(shares([priced("m@a", 100), failing(125)]), [849, 150]);
    let broken = priced("m@b", 100).health(health(2, 50).malformed(1_000));
    assert_eq!(shares([priced("m@a", 100), broken]), [849, 150]);
}

#[test]
fn a_new_candidate_begins_as_a_typical_one() {
    let tried = |attempts, latency| health(latency, 50).attempts(attempts);
    let new = priced("m@new", 100).health(Health::new());
    assert_eq!(shares([priced("m@a", 100), priced("m@b", 100), new]), [333, 333, 333]);
    // Three calls that took a minute say less than three thousand.
    let few = priced("m@few", 100).health(tried(3, 60));
    let many = priced("m@many", 100).health(tried(3_000, 60));
    let [_, _, few] = shares([priced("m@a", 100), priced("m@b", 100), few]);
    let [_, _, many] = shares([priced("m@a", 100), priced("m@b", 100), many]);
    assert!(few > 250 && many < 100, "{few} {many}");
}

#[test]
fn an_unknown_price_is_the_dearest() {
    let unknown = Candidate::new("m@?").health(health(2, 50));
    assert_eq!(shares([priced("m@a", 100), priced("m@b", 200), unknown]), [744, 127, 127]);
}

#[test]
fn everybody_has_a_share_for_finding_out_and_the_better_no_less_than_the_worse() {
    for number in 0..1_000 {
        let (request, snapshot) = (request(number), list(number));
        let cx = Context::new(&request, epoch(), number);
        let market = Market::of(&cx, &Candidates::new(&snapshot));
        let shares: Vec<_> = snapshot.iter().map(|it| market.share(&cx, it)).collect();
        let many = snapshot.len() as u64;
        let all: u64 = shares.iter().sum();
        assert!(many == 0 || all.abs_diff(Market::WHOLE) <= 2 * many, "list {number}: {all}");
        assert!(shares.iter().all(|share| *share >= Market::EXPLORED / many));
        for (one, share) in snapshot.iter().zip(&shares) {
            for (other, less) in snapshot.iter().zip(&shares) {
                let cheaper = market.price(&cx, one) <= market.price(&cx, other);
                let faster = market.time(&cx, one) <= market.time(&cx, other);
                assert!(!cheaper || !faster || share >= less);
            }
        }
    }
}

#[test]
fn each_leads_as_often_as_its_share_says_and_the_next_are_drawn_alike() {
    let snapshot = [priced("m@a", 100), priced("m@b", 200), priced("m@c", 200)];
    let request = Request::new("m").user("word").max_tokens(500);
    let mut counts = [0_u32; 4];
    for seed in 0..20_000 {
        let cx = Context::new(&request, epoch(), seed);
        let order = balanced().targets(&cx, &snapshot);
        let place = |target: &str| usize::from(target.as_bytes()[2] - b'a');
        counts[place(order[0])] += 1;
        // The two dearer ones are alike, so when the first is gone each is next as often.
        if order[0] == "m@a" && order[1] == "m@b" {
            counts[3] += 1;
        }
    }
    // 0.95 / (1 + 2 × 0.1526) and a third of a twentieth.
    assert!(counts[0].abs_diff(14_890) < 250, "{counts:?}");
    assert!(counts[3].abs_diff(counts[0] / 2) < 250, "{counts:?}");
}
