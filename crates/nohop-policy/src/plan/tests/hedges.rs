use super::*;

fn hedged() -> Limits {
    Limits { hedge: Some(SECOND), ..Limits::DEFAULT }
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
    while purse.withdraw() {}
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
