use super::*;
use crate::{Percentile, Percentiles};

fn hedged() -> Limits {
    Limits { hedge: Some(Hedge::After(SECOND)), ..Limits::DEFAULT }
}

#[test]
fn the_loser_of_a_hedge_is_cancelled_before_the_winner_is_delivered() {
    let start = epoch();
    let mut plan = plan(start, hedged());
    let first = check_call(&mut plan, start, 0);
    assert_eq!(check_wait(&mut plan, start), start + SECOND);
    let second = check_call(&mut plan, start + SECOND, 1);
    plan.signal(start + SECOND, second, Signal::Content);
    assert!(matches!(plan.poll(start + SECOND), Step::Cancel(id) if id == first));
    assert!(matches!(plan.poll(start + SECOND), Step::Deliver(id) if id == second));
}

#[test]
fn a_third_is_called_when_a_hedge_has_failed() {
    let start = epoch();
    let mut plan = plan_of(start, hedged(), [0, 1, 2].map(Turn::new), &Arc::default());
    check_call(&mut plan, start, 0);
    check_failure(&mut plan, start + SECOND, 1, ErrorKind::Server);
    check_call(&mut plan, start + SECOND, 2);
    assert_eq!(check_wait(&mut plan, start + SECOND), plan.deadline());
}

#[test]
fn a_hedge_goes_on_when_the_first_has_failed() {
    let start = epoch();
    let mut plan = plan_of(start, hedged(), [0, 1, 2].map(Turn::new), &Arc::default());
    let first = check_call(&mut plan, start, 0);
    let second = check_call(&mut plan, start + SECOND, 1);
    plan.signal(start + SECOND, first, failure(ErrorKind::Server));
    check_call(&mut plan, start + SECOND, 2);
    plan.signal(start + SECOND, second, Signal::Finished);
    assert!(matches!(plan.poll(start + SECOND), Step::Cancel(_)));
    assert!(matches!(plan.poll(start + SECOND), Step::Deliver(id) if id == second));
}

#[test]
fn an_empty_purse_allows_no_hedge_and_loses_no_candidate() {
    let (start, purse) = (epoch(), Arc::new(Purse::new(0)));
    let mut plan = plan_of(start, hedged(), [0, 1].map(Turn::new), &purse);
    while purse.withdraw(None) {}
    let first = check_call(&mut plan, start, 0);
    assert_eq!(check_wait(&mut plan, start + SECOND), plan.deadline());
    plan.signal(start + SECOND, first, failure(ErrorKind::Server));
    check_failure(&mut plan, start + SECOND, 1, ErrorKind::Server);
    check_end(&mut plan, start + SECOND, ErrorKind::Server, 1);
}

#[test]
fn a_retry_that_is_not_made_is_paid_back() {
    let (start, purse) = (epoch(), Arc::new(Purse::new(0)));
    let mut plan = plan_of(start, Limits::DEFAULT, [0, 1].map(Turn::new), &purse);
    check_failure(&mut plan, start, 0, ErrorKind::Server);
    assert_eq!(purse.calls(), 9);
    drop(plan);
    assert_eq!(purse.calls(), 10);
}

#[test]
fn a_retry_that_our_own_side_refuses_is_paid_back() {
    let (start, purse) = (epoch(), Arc::new(Purse::new(0)));
    let mut plan = plan_of(start, Limits::DEFAULT, [Turn::new(0)], &purse);
    check_failure(&mut plan, start, 0, ErrorKind::Server);
    let id = check_call(&mut plan, start + SECOND, 0);
    assert_eq!(purse.calls(), 9);
    plan.signal(start + SECOND, id, Signal::Refused(Error::new(ErrorKind::Budget, "")));
    assert_eq!(purse.calls(), 10);
    check_end(&mut plan, start + SECOND, ErrorKind::Budget, 1);
}

#[test]
fn a_call_that_was_refused_late_is_left_to_another() {
    let start = epoch();
    let limits = Limits { attempts: 2, ..hedged() };
    let mut plan = plan_of(start, limits, [0, 1, 2].map(Turn::new), &Arc::default());
    let first = check_call(&mut plan, start, 0);
    let second = check_call(&mut plan, start + SECOND, 1);
    plan.signal(start + SECOND, first, failure(ErrorKind::Server));
    plan.signal(start + SECOND, second, Signal::Refused(Error::new(ErrorKind::Auth, "")));
    check_call(&mut plan, start + SECOND, 2);
}

#[test]
fn a_candidate_is_borne_with_for_as_long_as_it_is_silent_nineteen_times_of_twenty() {
    let start = epoch();
    let hedge = Hedge::Beyond { percentile: Percentile::P95, unknown: 3 * SECOND };
    let mut known = Percentiles::of(SECOND);
    (known.p95, known.p99) = (2 * SECOND, 9 * SECOND);
    for (latencies, silence) in [(Some(known), 2 * SECOND), (None, 3 * SECOND)] {
        let first = Turn::new(0).silence(hedge.silence(latencies.as_ref()));
        let limits = Limits { hedge: Some(hedge), ..Limits::DEFAULT };
        let mut plan = plan_of(start, limits, [first, Turn::new(1)], &Arc::default());
        check_call(&mut plan, start, 0);
        assert_eq!(check_wait(&mut plan, start), start + silence);
        check_call(&mut plan, start + silence, 1);
    }
}

#[test]
fn who_has_begun_to_speak_is_not_hedged() {
    let start = epoch();
    let mut plan = plan(start, hedged());
    let first = check_call(&mut plan, start, 0);
    plan.signal(start, first, Signal::Spoke);
    assert_eq!(check_wait(&mut plan, start + SECOND), plan.deadline());
    plan.signal(start + SECOND, first, Signal::Content);
    assert!(matches!(plan.poll(start + SECOND), Step::Deliver(id) if id == first));
}

#[test]
fn nobody_takes_the_place_of_a_hedge_that_failed_where_the_other_speaks() {
    let start = epoch();
    let mut plan = plan_of(start, hedged(), [0, 1, 2].map(Turn::new), &Arc::default());
    let first = check_call(&mut plan, start, 0);
    let second = check_call(&mut plan, start + SECOND, 1);
    plan.signal(start + SECOND, first, Signal::Spoke);
    plan.signal(start + SECOND, second, failure(ErrorKind::Server));
    assert_eq!(check_wait(&mut plan, start + SECOND), plan.deadline());
    plan.signal(start + SECOND, first, failure(ErrorKind::Timeout));
    check_call(&mut plan, start + SECOND, 2);
}

#[test]
fn hedges_are_paid_from_a_purse_of_their_own_by_call_and_by_money() {
    let start = epoch();
    let (retries, hedges) =
        (Arc::new(Purse::new(0)), Arc::new(Purse::new(50).money(Money::DOLLAR)));
    let turns = || [0, 1].map(|place| Turn::new(place).estimate(Money::DOLLAR));
    let plan = || plan_of(start, hedged(), turns(), &retries).hedges(hedges.clone());
    let mut first = plan();
    let id = check_call(&mut first, start, 0);
    check_call(&mut first, start + SECOND, 1);
    assert_eq!((retries.calls(), hedges.calls(), hedges.left()), (10, 9, Some(Money::ZERO)));
    let mut second = plan();
    check_call(&mut second, start, 0);
    assert_eq!(check_wait(&mut second, start + SECOND), second.deadline(), "no money is left");
    first.signal(start + SECOND, id, Signal::Finished);
    assert_eq!(
        (hedges.calls(), hedges.left()),
        (9, Some(Money::from_atto(Money::DOLLAR.as_atto() / 2)))
    );
}

#[test]
fn a_hedge_that_our_own_side_refuses_is_paid_back_to_the_purse_it_came_from() {
    let (start, retries, hedges) = (epoch(), Arc::new(Purse::new(0)), Arc::new(Purse::new(0)));
    let mut plan = plan_of(start, hedged(), [0, 1].map(Turn::new), &retries).hedges(hedges.clone());
    check_call(&mut plan, start, 0);
    let second = check_call(&mut plan, start + SECOND, 1);
    assert_eq!((retries.calls(), hedges.calls()), (10, 9));
    plan.signal(start + SECOND, second, Signal::Refused(Error::new(ErrorKind::Budget, "")));
    assert_eq!((retries.calls(), hedges.calls()), (10, 10));
}
