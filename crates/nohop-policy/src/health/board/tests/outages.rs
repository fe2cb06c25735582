//! Breakers over simulated time: requests come one after the other, and go to whom a router would ask.

use super::*;
use crate::random::random;

/// A world of targets with one key each, in the order of the route.
struct World {
    board: Board,
    candidates: Vec<Candidate>,
    gauges: Vec<Gauge>,
    now: Instant,
    seed: u64,
    calls: Vec<(usize, bool)>,
}

fn world<const N: usize>(targets: [&str; N]) -> World {
    let now = epoch();
    let board = Board::new(now);
    let candidates: Vec<_> = targets.into_iter().map(Candidate::new).collect();
    let gauges = candidates.iter().map(|it| board.gauge(&it.endpoint, 0, &it.target)).collect();
    World { board, candidates, gauges, now, seed: 1, calls: Vec::new() }
}

impl World {
    /// The places that a request may try, in order: who may not lead comes behind.
    fn order(&self) -> Vec<usize> {
        let healthy = self.candidates.iter().zip(&self.gauges);
        let snapshot: Vec<_> = healthy
            .map(|(it, gauge)| it.clone().health(self.board.health(gauge, self.now)))
            .collect();
        let request = nohop_types::Request::new("m");
        let cx = Context::new(&request, self.now, 0);
        let list = Candidates::decide(&available(), &cx, &snapshot, usize::MAX);
        let mut order: Vec<_> = list.places().collect();
        for _ in 0..order.len() {
            if self.board.may_lead(&self.gauges[order[0]], self.now) {
                break;
            }
            order.rotate_left(1);
        }
        order
    }

    /// A request every tenth of a second, as long as that takes, each answered by the first that does: a call
    /// of `place` fails in so many of a thousand.
    fn run(&mut self, seconds: u64, failures: impl Fn(usize) -> u64) {
        for _ in 0..seconds * 10 {
            self.now += SECOND / 10;
            for place in self.order() {
                let failed = self.call(place, failures(place));
                if !failed {
                    break;
                }
            }
        }
    }

    fn call(&mut self, place: usize, failures: u64) -> bool {
        self.seed += 1;
        let failed = random(self.seed, 0) % 1_000 < failures;
        let error = Error::new(ErrorKind::Server, "").with_status(500);
        let outcome = if failed { Outcome::Failed(&error) } else { Outcome::Finished };
        self.board.begin(&self.gauges[place], self.now);
        let attempt = Attempt::new(&self.candidates[place], outcome, Duration::ZERO);
        self.board.learn(&self.gauges[place], self.now, &attempt);
        self.calls.push((place, failed));
        failed
    }

    /// How often `place` was called, and how often that failed, since the last time.
    fn counts(&mut self, place: usize) -> (usize, usize) {
        let calls = std::mem::take(&mut self.calls);
        let mine = calls.iter().filter(|(it, _)| *it == place);
        (mine.clone().count(), mine.filter(|(_, failed)| *failed).count())
    }
}

#[test]
fn an_outage_is_noticed_within_ten_calls_and_its_end_within_thirty_seconds() {
    let mut world = world(["m@a", "m@b"]);
    world.run(60, |_| 0);
    world.counts(0);
    world.run(1, |place| [1_000, 0][place]);
    assert!(world.counts(0).1 <= 10);
    // An hour of it costs a call every sixteen seconds.
    world.run(3_600, |place| [1_000, 0][place]);
    let probes = world.counts(0).0;
    assert!((220..=235).contains(&probes), "{probes} probes");
    world.run(30, |_| 0);
    world.counts(0);
    world.run(10, |_| 0);
    assert_eq!(world.counts(0), (100, 0));
    assert_eq!(world.board.health(&world.gauges[0], world.now).failures, 0);
}

#[test]
fn half_an_outage_is_noticed_within_ten_failed_calls_and_left_within_half_a_minute() {
    for seed in 0..20 {
        let mut world = world(["m@a", "m@b"]);
        world.run(60, |_| 0);
        world.seed = seed * 1_000_000;
        world.counts(0);
        let mut failed = 0;
        while world.board.health(&world.gauges[0], world.now).resting_until.is_none() {
            failed += usize::from(world.call(0, 600));
            world.now += SECOND / 10;
        }
        assert!(failed <= 10, "seed {seed}: {failed}");
        world.run(600, |place| [600, 0][place]);
        world.run(30, |_| 0);
        world.counts(0);
        world.run(10, |_| 0);
        assert_eq!(world.counts(0), (100, 0), "seed {seed}");
    }
}

#[test]
fn who_fails_once_in_a_hundred_is_not_abandoned() {
    let mut world = world(["m@a", "m@b"]);
    world.run(10_000, |_| 10);
    let (calls, failed) = world.counts(0);
    assert_eq!(calls, 100_000);
    assert!((900..1_100).contains(&failed), "{failed}");
}

#[test]
fn the_only_target_is_tried_however_it_fails() {
    let mut world = world(["m@a"]);
    world.run(100, |_| 1_000);
    assert_eq!(world.counts(0), (1_000, 1_000));
    // And is well as soon as it answers.
    world.run(1, |_| 0);
    let health = world.board.health(&world.gauges[0], world.now);
    assert!(!health.is_resting(world.now));
}

#[test]
fn a_model_that_fails_does_not_take_its_endpoint_along() {
    let mut world = world(["m@a", "n@a", "m@b"]);
    world.run(600, |place| [1_000, 0, 0][place]);
    let health = world.board.health(&world.gauges[1], world.now);
    assert!(!health.is_resting(world.now));
    assert!(world.counts(1).0 > 5_900);
}

#[test]
fn an_endpoint_that_fails_everywhere_is_left_with_all_its_targets() {
    let mut world = world(["m@a", "n@a", "o@a", "p@a", "m@b"]);
    world.run(2, |place| if place == 4 { 0 } else { 1_000 });
    // Nobody had to find out for each of them.
    assert!(world.calls.iter().filter(|(place, _)| *place < 4).count() <= 10);
    let resting = |world: &World, place: usize| {
        let health = world.board.health(&world.gauges[place], world.now);
        health.resting_until.is_some()
    };
    assert!((0..4).all(|place| resting(&world, place)));
    world.run(40, |_| 0);
    assert!((0..4).all(|place| !resting(&world, place)));
}

#[test]
fn when_nobody_can_be_reached_nobody_is_blamed() {
    let mut world = world(["m@a", "m@b", "m@c"]);
    for _ in 0..20 {
        for place in 0..3 {
            let error = Error::new(ErrorKind::Transport, "no route to host");
            let gauge = &world.gauges[place];
            world.board.begin(gauge, world.now);
            let candidate = &world.candidates[place];
            let attempt = Attempt::new(candidate, Outcome::Failed(&error), Duration::ZERO);
            world.board.learn(gauge, world.now, &attempt);
            world.now += SECOND;
        }
    }
    let rests = |gauge: &Gauge| world.board.health(gauge, world.now).resting_until.is_some();
    assert!(!world.gauges.iter().any(rests));
}

#[test]
fn of_many_who_come_at_once_one_tries_again() {
    let mut world = world(["m@a", "m@b"]);
    for _ in 0..5 {
        world.call(0, 1_000);
    }
    world.now += 2 * SECOND;
    let leaders: Vec<_> = (0..100).map(|_| world.order()[0]).collect();
    assert_eq!(leaders.iter().filter(|place| **place == 0).count(), 1);
}
