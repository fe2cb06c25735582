//! The plan under a made-up clock: no test waits.

use nohop_types::{ErrorKind, Money};

use super::*;
use crate::{Candidate, Context, Hedge};

mod hedges;
mod laws;
mod limits;
mod room;
mod scopes;

const SECOND: Duration = Duration::from_secs(1);

fn plan(now: Instant, limits: Limits) -> Plan {
    plan_of(now, limits, [0, 1].map(Turn::new), &Arc::default())
}

fn plan_of<const N: usize>(
    now: Instant,
    limits: Limits,
    turns: [Turn; N],
    purse: &Arc<Purse>,
) -> Plan {
    Plan::new(now, turns, limits, purse.clone(), 7)
}

/// The next step must be a call of the candidate at `place`.
fn check_call(plan: &mut Plan, now: Instant, place: usize) -> AttemptId {
    match plan.poll(now) {
        Step::Call(id, called) if called == place => id,
        step => panic!("expected a call of {place}, not {step:?}"),
    }
}

/// The candidate at `place` must be called, and fails with `kind`.
fn check_failure(plan: &mut Plan, now: Instant, place: usize, kind: ErrorKind) {
    let id = check_call(plan, now, place);
    plan.signal(now, id, failure(kind));
}

/// The plan must give up, with an error of `kind` that names so many earlier ones.
fn check_end(plan: &mut Plan, now: Instant, kind: ErrorKind, earlier: usize) -> String {
    let Step::Fail(error) = plan.poll(now) else { panic!("it must fail") };
    assert_eq!((error.kind(), error.earlier().len()), (kind, earlier), "{error}");
    assert!(matches!(plan.poll(now), Step::Done));
    error.message().to_owned()
}

/// The plan must wait until a later time.
fn check_wait(plan: &mut Plan, now: Instant) -> Instant {
    match plan.poll(now) {
        Step::Wait(until) if until > now => until,
        step => panic!("expected a wait, not {step:?}"),
    }
}

fn failure(kind: ErrorKind) -> Signal {
    Signal::Failed(Error::new(kind, "down"))
}

#[allow(clippy::disallowed_methods, reason = "an instant has no other beginning")]
pub(crate) fn epoch() -> Instant {
    Instant::now()
}

#[test]
fn another_candidate_is_called_before_one_is_called_again() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    check_failure(&mut plan, start, 0, ErrorKind::Overloaded);
    check_failure(&mut plan, start, 1, ErrorKind::NotFound);
    let until = check_wait(&mut plan, start);
    assert!(until <= start + Limits::DEFAULT.backoff);
    check_call(&mut plan, until, 0);
}

#[test]
fn the_preferred_of_those_who_are_ready_is_called_again() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    check_failure(&mut plan, start, 0, ErrorKind::Overloaded);
    check_failure(&mut plan, start, 1, ErrorKind::Overloaded);
    check_call(&mut plan, start + SECOND, 0);
}

#[test]
fn a_finished_attempt_is_delivered_and_fills_the_purse() {
    let (start, purse) = (epoch(), Arc::new(Purse::new(100)));
    let mut plan = plan_of(start, Limits::DEFAULT, [Turn::new(3)], &purse);
    let id = check_call(&mut plan, start, 3);
    plan.signal(start, id, Signal::Finished);
    assert!(matches!(plan.poll(start + 9_999 * SECOND), Step::Deliver(it) if it == id));
    assert!(matches!(plan.poll(start), Step::Done));
    assert_eq!(purse.calls(), 11);
}

#[test]
fn the_callers_mistake_ends_everything_at_once() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    check_failure(&mut plan, start, 0, ErrorKind::Server);
    check_failure(&mut plan, start, 1, ErrorKind::InvalidRequest);
    check_end(&mut plan, start, ErrorKind::InvalidRequest, 1);
}

#[test]
fn a_failure_after_the_first_content_is_the_end() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    let id = check_call(&mut plan, start, 0);
    plan.signal(start, id, Signal::Content);
    assert!(matches!(plan.poll(start), Step::Deliver(it) if it == id));
    plan.signal(start, id, failure(ErrorKind::Server));
    check_end(&mut plan, start, ErrorKind::Server, 0);
}

#[test]
fn content_nobody_was_told_of_is_as_good_as_none() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    let id = check_call(&mut plan, start, 0);
    plan.signal(start, id, Signal::Content);
    plan.signal(start, id, failure(ErrorKind::Truncated));
    check_call(&mut plan, start, 1);
}

#[test]
fn a_broken_answer_may_be_resumed_elsewhere() {
    let start = epoch();
    let mut plan = plan(start, Limits { broken: Broken::Resume, ..Limits::DEFAULT });
    let first = check_call(&mut plan, start, 0);
    plan.signal(start, first, Signal::Content);
    assert!(matches!(plan.poll(start), Step::Deliver(_)));
    plan.signal(start, first, failure(ErrorKind::Timeout));
    let second = check_call(&mut plan, start, 1);
    plan.signal(start, second, Signal::Content);
    assert!(matches!(plan.poll(start), Step::Deliver(it) if it == second));
    plan.signal(start, second, failure(ErrorKind::Timeout));
    check_end(&mut plan, start, ErrorKind::Timeout, 1);
}

#[test]
fn an_answer_that_can_not_go_on_elsewhere_ends_with_its_break() {
    let start = epoch();
    let mut plan = plan(start, Limits { broken: Broken::Resume, ..Limits::DEFAULT });
    let first = check_call(&mut plan, start, 0);
    plan.signal(start, first, Signal::Content);
    assert!(matches!(plan.poll(start), Step::Deliver(_)));
    plan.forbid_resuming();
    plan.signal(start, first, failure(ErrorKind::Timeout));
    check_end(&mut plan, start, ErrorKind::Timeout, 0);
}

#[test]
fn what_our_own_side_refuses_is_no_attempt() {
    let (start, purse) = (epoch(), Arc::default());
    let limits = Limits { attempts: 1, ..Limits::DEFAULT };
    let mut plan = plan_of(start, limits, [0, 1].map(Turn::new), &purse);
    let id = check_call(&mut plan, start, 0);
    plan.signal(start, id, Signal::Refused(Error::new(ErrorKind::Budget, "")));
    check_failure(&mut plan, start, 1, ErrorKind::Server);
    check_end(&mut plan, start, ErrorKind::Server, 1);
}

#[test]
fn an_attempt_that_has_ended_has_nothing_to_say() {
    let start = epoch();
    let mut plan = plan(start, Limits::DEFAULT);
    let id = check_call(&mut plan, start, 0);
    plan.signal(start, id, failure(ErrorKind::NotFound));
    plan.signal(start, id, failure(ErrorKind::InvalidRequest));
    plan.signal(start, id, Signal::Finished);
    check_call(&mut plan, start, 1);
}
