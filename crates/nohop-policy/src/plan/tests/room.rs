//! What becomes of candidates that have no room under a quota.

use super::*;
use crate::Full;

/// There is no room, but maybe after so many seconds.
fn full(now: Instant, seconds: Option<u32>) -> Full {
    let until = seconds.map(|seconds| now + SECOND * seconds);
    let error = Error::new(ErrorKind::RateLimit, "the quota is used up");
    Full { until, sooner: false, never: false, error }
}

/// The candidate at `place` must be called, and has no room.
fn check_full(plan: &mut Plan, now: Instant, place: usize, seconds: Option<u32>) -> AttemptId {
    let id = check_call(plan, now, place);
    plan.signal(now, id, Signal::Full(full(now, seconds)));
    id
}

#[test]
fn another_candidate_is_called_where_one_has_no_room_and_that_is_no_attempt() {
    let start = epoch();
    let mut plan = plan(start, Limits { attempts: 1, ..Limits::DEFAULT });
    check_full(&mut plan, start, 0, None);
    assert!(plan.patience().is_some());
    check_failure(&mut plan, start, 1, ErrorKind::NotFound);
    check_end(&mut plan, start, ErrorKind::NotFound, 0);
}

#[test]
fn when_nobody_has_room_whoever_has_some_first_is_called() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    check_full(&mut plan, start, 0, None);
    let second = check_full(&mut plan, start, 1, Some(3));
    assert_eq!(check_wait(&mut plan, start), start + Limits::DEFAULT.patience);
    assert_eq!(plan.patience(), Some(start + Limits::DEFAULT.patience));
    plan.signal(start + SECOND, second, Signal::Room);
    assert_eq!(check_call(&mut plan, start + SECOND, 1), second, "it is the same attempt");
}

#[test]
fn nobody_waits_for_room_longer_than_patience_or_where_that_is_known_to_be_of_no_use() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    check_full(&mut plan, start, 0, Some(60));
    check_full(&mut plan, start, 1, Some(30));
    let message = check_end(&mut plan, start, ErrorKind::RateLimit, 0);
    assert!(message.contains("there may be room in 30s"), "{message}");
    assert!(message.contains("raise the limit `patience` or the quota"), "{message}");

    let mut plan = plan_of(start, Limits::DEFAULT, [Turn::new(0)], &Arc::default());
    check_full(&mut plan, start, 0, None);
    let until = check_wait(&mut plan, start);
    let message = check_end(&mut plan, until, ErrorKind::RateLimit, 0);
    assert!(message.contains("no attempt has ended in 10s"), "{message}");
}

#[test]
fn estimates_that_may_be_too_high_are_waited_for() {
    let start = epoch();
    let mut plan = plan_of(start, Limits::DEFAULT, [Turn::new(0)], &Arc::default());
    let id = check_call(&mut plan, start, 0);
    plan.signal(start, id, Signal::Full(Full { sooner: true, ..full(start, Some(60)) }));
    assert!(plan.waits(id));
    let until = check_wait(&mut plan, start);
    let message = check_end(&mut plan, until, ErrorKind::RateLimit, 0);
    assert!(message.contains("there may be room in 50s"), "{message}");
}

#[test]
fn the_error_says_the_earliest_time_whether_that_is_of_a_rest_or_of_room() {
    for (rest, room, first) in [(20, 30, 20), (40, 30, 30)] {
        let start = epoch();
        let turns = [Turn::new(0).from(start + SECOND * rest), Turn::new(1)];
        let mut plan = plan_of(start, Limits::DEFAULT, turns, &Arc::default());
        check_full(&mut plan, start, 1, Some(room));
        let Step::Fail(error) = plan.poll(start) else { panic!("it must fail") };
        assert_eq!(error.retry_after(), Some(SECOND * first));
    }
}

#[test]
fn a_line_that_is_full_ends_the_plan_where_nothing_else_is_left() {
    let start = epoch();
    let mut plan = plan_of(start, Limits::DEFAULT, [Turn::new(0)], &Arc::default());
    let id = check_full(&mut plan, start, 0, None);
    check_wait(&mut plan, start);
    let crowded = Error::new(ErrorKind::RateLimit, "too many wait");
    plan.signal(start, id, Signal::Refused(crowded));
    assert_eq!(check_end(&mut plan, start, ErrorKind::RateLimit, 0), "too many wait");
}

#[test]
fn whoever_had_no_room_is_asked_for_again_when_another_has_failed() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    let first = check_full(&mut plan, start, 0, None);
    let second = check_call(&mut plan, start, 1);
    plan.signal(start, first, Signal::Finished);
    plan.signal(start + SECOND, second, failure(ErrorKind::NotFound));
    assert_eq!(check_call(&mut plan, start + SECOND, 0), first);
}

#[test]
fn a_hedge_without_room_is_not_waited_for_and_costs_nothing() {
    let (start, purse) = (epoch(), Arc::default());
    let limits = Limits { hedge: Some(Hedge::After(SECOND)), ..Limits::DEFAULT };
    let mut plan = plan_of(start, limits, [0, 1].map(Turn::new), &purse);
    let first = check_call(&mut plan, start, 0);
    let later = check_wait(&mut plan, start);
    check_full(&mut plan, later, 1, None);
    assert_eq!(check_wait(&mut plan, later), start + limits.total);
    plan.signal(later, first, Signal::Finished);
    assert!(matches!(plan.poll(later), Step::Deliver(_)));
    drop(plan);
    assert_eq!(purse.calls(), Purse::default().calls());
}

#[test]
fn room_for_one_that_does_not_wait_for_it_is_no_news() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    let first = check_call(&mut plan, start, 0);
    plan.signal(start, first, Signal::Room);
    plan.signal(start, first, failure(ErrorKind::NotFound));
    plan.signal(start, first, Signal::Room);
    check_call(&mut plan, start, 1);
}
