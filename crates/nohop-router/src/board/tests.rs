use nohop_policy::Candidate;
use nohop_types::{Error, ErrorKind};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// The health of four places, once an attempt at the first ended with `error`.
fn check(error: Error, resting: [bool; 4]) {
    let now = Instant::now();
    let board = Board::new(now);
    let gauges = [("e", 0, "m"), ("e", 1, "m"), ("e", 0, "n"), ("f", 0, "m")];
    let gauges = gauges.map(|(endpoint, key, model)| {
        board.gauge(endpoint, key, &format!("{model}@{endpoint}").into())
    });
    board.begin(&gauges[0]);
    let candidate = Candidate::new("m@e");
    let attempt = Attempt::new(&candidate, Outcome::Failed(&error), SECOND);
    board.learn(&gauges[0], now, &attempt);
    let found = gauges.each_ref().map(|gauge| board.health(gauge).is_resting(now));
    assert_eq!(found, resting, "{error}");
    let later = now + 100 * 24 * 3600 * SECOND;
    assert!(gauges.iter().all(|gauge| !board.health(gauge).is_resting(later)));
}

#[test]
fn a_failure_rests_as_far_as_it_reaches() {
    check(Error::new(ErrorKind::Auth, ""), [true, false, true, false]);
    check(Error::new(ErrorKind::Quota, ""), [true, false, true, false]);
    check(Error::new(ErrorKind::NotFound, ""), [true, true, false, false]);
    check(Error::new(ErrorKind::Overloaded, ""), [true, true, true, false]);
    check(Error::new(ErrorKind::InvalidRequest, ""), [false; 4]);
}

#[test]
fn who_rests_again_rests_until_the_later_time() {
    let now = Instant::now();
    let board = Board::new(now);
    let gauge = board.gauge("e", 0, &"m@e".into());
    let candidate = Candidate::new("m@e");
    for seconds in [9, 3] {
        let error = Error::new(ErrorKind::RateLimit, "").with_retry_after(seconds * SECOND);
        board.begin(&gauge);
        board.learn(&gauge, now, &Attempt::new(&candidate, Outcome::Failed(&error), SECOND));
    }
    assert_eq!(board.health(&gauge).asked_until, Some(now + 9 * SECOND));
}

#[test]
fn numbers_follow_what_was_measured() {
    let now = Instant::now();
    let board = Board::new(now);
    let gauge = board.gauge("e", 0, &"m@e".into());
    let candidate = Candidate::new("m@e");
    board.begin(&gauge);
    assert_eq!(board.health(&gauge).running, 1);
    let finished = Attempt::new(&candidate, Outcome::Finished, SECOND).first_content(SECOND);
    board.learn(&gauge, now, &finished);
    let health = board.health(&gauge);
    assert_eq!((health.running, health.latency, health.failures), (0, Some(SECOND), 0));
    let error = Error::new(ErrorKind::Server, "");
    board.begin(&gauge);
    board.learn(&gauge, now, &Attempt::new(&candidate, Outcome::Failed(&error), SECOND));
    assert_eq!(board.health(&gauge).failures, 125);
}

#[test]
fn targets_that_no_route_holds_are_forgotten() {
    let board = Board::new(Instant::now());
    let held = board.gauge("e", 0, &"held@e".into());
    for number in 0..3 * MOST_TARGETS {
        board.gauge("e", 0, &format!("{number}@e").into());
    }
    let known = board.known.lock().unwrap();
    assert!(known.targets.len() <= MOST_TARGETS && known.targets.contains_key("held@e"));
    drop(held);
}

#[test]
fn the_length_of_answers_follows_the_latest() {
    let board = Board::new(Instant::now());
    let answers = board.answers(&"route".into());
    assert_eq!(answers.mean(), None);
    answers.count(100);
    assert_eq!(answers.mean(), Some(100));
    answers.count(180);
    assert_eq!(answers.mean(), Some(110));
    (0..100).for_each(|_| answers.count(20));
    assert!(answers.mean().is_some_and(|mean| (20..25).contains(&mean)), "{:?}", answers.mean());
    assert_eq!(board.answers(&"route".into()).mean(), answers.mean());
}
