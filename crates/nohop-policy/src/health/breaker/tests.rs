#![allow(clippy::print_stdout, reason = "figures that a test holds are worth reading")]

use super::*;
use crate::random::random;

/// A breaker after attempts that ended like this, a second apart: `x` has failed.
fn after(attempts: &str) -> Breaker {
    let breaker = Breaker::default();
    for (attempt, second) in attempts.chars().zip(1..) {
        let now = second * SECOND;
        match attempt {
            'x' => _ = breaker.failed(now, now, || true),
            _ => _ = breaker.answered(now, now),
        }
        if breaker.until() > 0 {
            break;
        }
    }
    breaker
}

fn is_open(attempts: &str) -> bool {
    after(attempts).until() > 0
}

#[test]
fn five_failures_in_a_row_are_an_outage_and_four_are_none() {
    assert!(is_open("xxxxx"));
    assert!(!is_open("xxxx"));
    assert!(!is_open(&"xxxx.".repeat(2)));
    assert!(is_open(&(".".repeat(1_000) + "xxxxx")));
}

#[test]
fn ten_of_thirty_two_are_an_outage_and_nine_are_none() {
    assert!(is_open(&".x".repeat(10)));
    assert!(is_open(&(".".repeat(1_000) + &"x..".repeat(10))));
    assert!(!is_open(&("x..".repeat(9) + ".....").repeat(100)));
}

/// How many calls fail until it opens, of which so many in a thousand do; `None` where it has not within so many calls.
fn noticed(seed: u64, per_thousand: u64, calls: u64) -> Option<u32> {
    let breaker = Breaker::default();
    let mut failed = 0;
    for call in 1..=calls {
        let now = call * SECOND;
        if random(seed, call) % 1_000 < per_thousand {
            failed += 1;
            breaker.failed(now, now, || true);
        } else {
            breaker.answered(now, now);
        }
        if breaker.until() > 0 {
            return Some(failed);
        }
    }
    None
}

#[test]
fn an_outage_of_three_in_five_calls_is_noticed_within_ten_that_fail() {
    let mut failed: Vec<_> = (0..10_000).map(|seed| noticed(seed, 600, 1_000).unwrap()).collect();
    failed.sort_unstable();
    let later = failed.iter().filter(|failed| **failed > 10).count();
    let mean = f64::from(failed.iter().sum::<u32>()) / 10_000.0;
    println!(
        "three of five fail: noticed after {mean:.2} failed calls, at most {}; after more than ten in {later} of 10,000 runs",
        failed[9_999]
    );
    assert!(later <= 5, "{later}");
    // Where all fail, five are enough.
    assert!((0..10_000).all(|seed| noticed(seed, 1_000, 100) == Some(5)));
}

#[test]
fn who_fails_in_a_few_of_a_hundred_calls_is_not_abandoned() {
    let opened = |per_thousand| {
        (0..100).filter(|seed| noticed(*seed, per_thousand, 10_000).is_some()).count()
    };
    let (one, five) = (opened(10), opened(50));
    println!("in 100 runs of 10,000 calls it opens at 1 % of errors in {one}, at 5 % in {five}");
    assert!(one == 0 && five <= 5, "{one} {five}");
}

#[test]
fn one_probe_at_a_time_is_let_through() {
    let breaker = after("xxxxx");
    let now = breaker.until();
    assert_eq!(breaker.claim(now - 1), Claim::Resting);
    assert_eq!(breaker.claim(now), Claim::Probe);
    assert_eq!(breaker.claim(now), Claim::Resting);
    assert!(breaker.release(now, now + SECOND));
    assert_eq!(breaker.claim(now + SECOND), Claim::Probe);
    // One that never ends keeps the others away no longer than its lease.
    assert_eq!(breaker.claim(now + SECOND + LEASE - 1), Claim::Resting);
    assert_eq!(breaker.claim(now + SECOND + LEASE), Claim::Probe);
}

#[test]
fn two_probes_that_are_answered_close_it() {
    let breaker = after("xxxxx");
    let now = breaker.until();
    breaker.claim(now);
    assert_eq!(breaker.answered(now, now + 1), Some(Closed::NotYet));
    // What is left of the same attempt is no second probe.
    assert_eq!(breaker.answered(now, now + 2), None);
    assert_eq!(breaker.claim(now + 2), Claim::Probe);
    assert_eq!(breaker.answered(now + 2, now + 3), Some(Closed::Now));
    assert_eq!(breaker.claim(now + 3), Claim::Closed);
}

#[test]
fn pauses_double_to_their_bound() {
    let breaker = after("xxxxx");
    let mut now = breaker.until();
    let pauses = (0..6).map(|_| {
        breaker.claim(now);
        breaker.failed(now, now, || true);
        let pause = breaker.until() - now;
        now += pause;
        pause / SECOND
    });
    assert_eq!(pauses.collect::<Vec<_>>(), [2, 4, 8, 16, 16, 16]);
}

#[test]
fn attempts_that_began_before_it_opened_are_old_news() {
    let breaker = after("xxxxx");
    let (open, now) = (breaker.until(), 6 * SECOND);
    assert!(!breaker.failed(SECOND, now, || true));
    assert_eq!(breaker.answered(SECOND, now), None);
    assert_eq!(breaker.until(), open);
}
