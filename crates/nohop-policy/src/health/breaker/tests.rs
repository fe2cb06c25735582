use super::*;

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
    assert!(!is_open(&"xxxx.".repeat(3)));
    assert!(is_open(&(".".repeat(1_000) + "xxxxx")));
}

#[test]
fn half_of_twenty_is_an_outage_and_one_in_three_is_none() {
    assert!(is_open(&".x".repeat(10)));
    assert!(!is_open(&"x..".repeat(1_000)));
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
