use std::time::Duration;

use super::*;
use crate::plan::epoch;
use crate::{Candidate, Candidates, Context, available};

mod outages;

const SECOND: Duration = Duration::from_secs(1);

/// One target with the first key of its endpoint.
struct Bench {
    board: Board,
    candidate: Candidate,
    gauge: Gauge,
    now: Instant,
}

fn bench() -> Bench {
    let now = epoch();
    let (board, candidate) = (Board::new(now), Candidate::new("m@e"));
    let gauge = board.gauge("e", 0, &candidate.target);
    Bench { board, candidate, gauge, now }
}

impl Bench {
    /// Makes an attempt that takes a second.
    fn ends(&mut self, outcome: Outcome<'_>, more: impl Fn(Attempt<'_>) -> Attempt<'_>) -> Health {
        self.board.begin(&self.gauge, self.now);
        self.now += SECOND;
        let attempt = more(Attempt::new(&self.candidate, outcome, SECOND));
        self.board.learn(&self.gauge, self.now, &attempt);
        self.health()
    }

    fn fails(&mut self, error: Error) -> Health {
        self.ends(Outcome::Failed(&error), |attempt| attempt)
    }

    fn health(&self) -> Health {
        self.board.health(&self.gauge, self.now)
    }
}

/// The health of four candidates, once an attempt at the first ended with `error`.
fn check(error: Error, resting: [bool; 4]) {
    let now = epoch();
    let board = Board::new(now);
    let gauges = [("e", 0, "m"), ("e", 1, "m"), ("e", 0, "n"), ("f", 0, "m")];
    let gauges = gauges.map(|(endpoint, key, model)| {
        board.gauge(endpoint, key, &format!("{model}@{endpoint}").into())
    });
    board.begin(&gauges[0], now);
    let candidate = Candidate::new("m@e");
    let attempt = Attempt::new(&candidate, Outcome::Failed(&error), SECOND);
    board.learn(&gauges[0], now, &attempt);
    let found = gauges.each_ref().map(|gauge| board.health(gauge, now).is_resting(now));
    assert_eq!(found, resting, "{error}");
    let later = now + 100 * 24 * 3600 * SECOND;
    assert!(gauges.iter().all(|gauge| !board.health(gauge, later).is_resting(later)));
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
    let mut bench = bench();
    let began = bench.now;
    for seconds in [9, 3] {
        let limited = Error::new(ErrorKind::RateLimit, "").with_retry_after(seconds * SECOND);
        bench.fails(limited);
    }
    assert_eq!(bench.health().asked_until, Some(began + 10 * SECOND));
}

#[test]
fn numbers_follow_what_was_measured() {
    let mut bench = bench();
    bench.board.begin(&bench.gauge, bench.now);
    assert_eq!(bench.health().running, 1);
    bench.board.forget(&bench.gauge, bench.now, bench.now);
    let manner = Manner { throughput: Some(100_000), ..Manner::default() };
    let health =
        bench.ends(Outcome::Finished, |attempt| attempt.first_content(SECOND / 2).manner(manner));
    assert_eq!((health.running, health.attempts, health.failures), (0, 1, 0));
    let (latency, speed) = (health.latency.unwrap(), health.throughputs.unwrap().p50);
    assert!(latency.abs_diff(SECOND / 2) < SECOND / 100, "{latency:?}");
    assert!(speed.abs_diff(100_000) < 1_000, "{speed}");
    let health = bench.fails(Error::new(ErrorKind::Server, ""));
    assert_eq!((health.attempts, health.failures), (2, 500));
}

#[test]
fn answers_are_counted_by_what_they_were_like() {
    let mut bench = bench();
    let called = Manner { called: true, ..Manner::default() };
    let manners = [
        Manner { refused: true, empty: true, ..Manner::default() },
        Manner { malformed: true, ..called },
        called,
        Manner::default(),
    ];
    for manner in manners {
        bench.ends(Outcome::Finished, |attempt| attempt.manner(manner));
    }
    let Health { malformed, refusals, empty, .. } = bench.health();
    assert_eq!((malformed, refusals, empty), (500, 250, 250));
}

#[test]
fn what_is_a_keys_and_what_is_nobodys_is_not_its_targets() {
    let mut bench = bench();
    for kind in [ErrorKind::Auth, ErrorKind::Quota, ErrorKind::RateLimit, ErrorKind::InvalidRequest]
    {
        bench.fails(Error::new(kind, ""));
    }
    bench.fails(Error::new(ErrorKind::Server, "").with_scope(Scope::Us));
    bench.ends(Outcome::Cancelled, |attempt| attempt.first_content(SECOND));
    let health = bench.ends(Outcome::Dropped, |attempt| attempt);
    assert_eq!((health.attempts, health.failures, health.latency), (0, 0, None));
}

#[test]
fn a_provider_that_says_what_is_left_is_believed_until_it_resets() {
    let mut bench = bench();
    bench.board.allowed(&bench.gauge, bench.now, Some((2, 60 * SECOND)));
    bench.board.begin(&bench.gauge, bench.now);
    assert_eq!(bench.health().room, Some(1));
    bench.board.begin(&bench.gauge, bench.now);
    assert!(bench.health().is_full());
    bench.board.allowed(&bench.gauge, bench.now, None);
    assert_eq!(bench.health().room, None);
    bench.board.allowed(&bench.gauge, bench.now, Some((0, 60 * SECOND)));
    assert!(bench.health().is_resting(bench.now));
    bench.now += 60 * SECOND;
    assert_eq!((bench.health().is_resting(bench.now), bench.health().room), (false, None));
}

#[test]
fn who_has_no_room_is_passed_over_and_asked_all_the_same_where_nobody_has_any() {
    let mut bench = bench();
    (0..4).for_each(|_| bench.board.begin(&bench.gauge, bench.now));
    let full = bench.fails(Error::new(ErrorKind::RateLimit, "").with_retry_after(Duration::ZERO));
    assert_eq!(full.room, Some(0));
    let request = nohop_types::Request::new("m");
    let cx = Context::new(&request, bench.now, 0);
    let of = |snapshot: &[Candidate]| {
        let list = Candidates::decide(&available(), &cx, snapshot, usize::MAX);
        list.targets().iter().map(|target| (*target).to_owned()).collect::<Vec<_>>()
    };
    let (full, other) = (bench.candidate.clone().health(full), Candidate::new("m@f"));
    assert_eq!(of(&[full.clone(), other]), ["m@f"]);
    assert_eq!(of(&[full]), ["m@e"]);
}

#[test]
fn whoever_begins_is_not_blind_and_believes_itself_later() {
    let mut old = bench();
    (0..100).for_each(|_| {
        old.ends(Outcome::Finished, |attempt| attempt.first_content(SECOND / 4));
    });
    let date = Duration::from_secs(1_800_000_000);
    let saved = serde_json::to_string(&old.board.save(old.now, date)).unwrap();
    let saved: Saved = serde_json::from_str(&saved).unwrap();

    let mut new = bench();
    new.board.load(new.now, date + 3_600 * SECOND, &saved);
    let prior = new.health();
    assert_eq!(prior.latency, old.health().latency);
    assert_eq!((prior.attempts, prior.failures), (0, 0));
    (0..100).for_each(|_| {
        new.ends(Outcome::Finished, |attempt| attempt.first_content(SECOND));
    });
    assert!(new.health().latency.unwrap() > SECOND * 9 / 10);

    let late = bench();
    late.board.load(late.now, date + 48 * 3_600 * SECOND, &saved);
    assert_eq!(late.health().latency, None);
}

#[test]
fn targets_that_nobody_holds_are_forgotten() {
    let board = Board::new(epoch());
    let held = board.gauge("e", 0, &"held@e".into());
    for number in 0..3 * Board::MOST_TARGETS {
        board.gauge("e", 0, &format!("{number}@e").into());
        board.gauge(&format!("e{number}"), number as u32, &"m@e".into());
    }
    let known = board.known.lock().unwrap();
    assert!(known.targets.len() <= Board::MOST_TARGETS && known.targets.contains_key("held@e"));
    assert!(known.places.len() <= Board::MOST_TARGETS && known.keys.len() <= Board::MOST_TARGETS);
    assert!(known.endpoints.len() <= Board::MOST_TARGETS && known.endpoints.contains_key("e"));
    drop(held);
}
