use super::*;

#[test]
fn nothing_is_waited_for_after_the_last_attempt() {
    let start = epoch();
    let mut plan = plan(start, Limits { attempts: 1, ..Limits::DEFAULT });
    check_failure(&mut plan, start, 0, ErrorKind::Overloaded);
    check_end(&mut plan, start, ErrorKind::Overloaded, 0);
}

#[test]
fn the_pause_grows_and_never_passes_patience() {
    let start = epoch();
    let (backoff, patience) = (SECOND, 3 * SECOND);
    let limits = Limits { attempts: 9, backoff, patience, ..Limits::DEFAULT };
    let longest = |seed: u64| {
        let mut plan = Plan::new(start, [Turn::new(0)], limits, Arc::default(), seed);
        let mut now = start;
        let pause = |_| {
            check_failure(&mut plan, now, 0, ErrorKind::Server);
            let until = check_wait(&mut plan, now);
            let pause = until - now;
            now = until;
            pause
        };
        (0..3).map(pause).collect::<Vec<_>>()
    };
    let pauses: Vec<_> = (0..200).map(longest).collect();
    let most = |retry: usize| pauses.iter().map(|pauses| pauses[retry]).max().unwrap();
    assert!(most(0) > SECOND * 9 / 10 && most(0) <= SECOND, "{:?}", most(0));
    assert!(most(1) > SECOND * 18 / 10 && most(1) <= 2 * SECOND, "{:?}", most(1));
    assert!(most(2) > SECOND * 27 / 10 && most(2) <= patience, "{:?}", most(2));
}

#[test]
fn who_asks_for_a_wait_is_waited_for_exactly() {
    let start = epoch();
    let mut plan = plan_of(start, Limits::DEFAULT, [Turn::new(0)], &Arc::default());
    let id = check_call(&mut plan, start, 0);
    let error = Error::new(ErrorKind::RateLimit, "").with_retry_after(SECOND);
    plan.signal(start, id, Signal::Failed(error));
    assert_eq!(check_wait(&mut plan, start), start + SECOND);
    check_call(&mut plan, start + SECOND, 0);
}

#[test]
fn who_asks_for_more_than_patience_or_time_is_left() {
    let check = |limits: Limits| {
        let start = epoch();
        let mut plan = plan_of(start, limits, [Turn::new(0)], &Arc::default());
        let id = check_call(&mut plan, start, 0);
        let error = Error::new(ErrorKind::RateLimit, "").with_retry_after(60 * SECOND);
        plan.signal(start, id, Signal::Failed(error));
        check_end(&mut plan, start, ErrorKind::RateLimit, 0);
    };
    check(Limits::DEFAULT);
    check(Limits { total: 60 * SECOND, patience: 99 * SECOND, ..Limits::DEFAULT });
    check(Limits { total: Duration::MAX, ..Limits::DEFAULT });
}

#[test]
fn the_total_clock_ends_everything() {
    let start = epoch();
    let mut plan = plan(start, Limits { total: SECOND, ..Limits::DEFAULT });
    check_failure(&mut plan, start, 0, ErrorKind::Server);
    let id = check_call(&mut plan, start, 1);
    assert_eq!(check_wait(&mut plan, start), start + SECOND);
    assert!(matches!(plan.poll(start + SECOND), Step::Cancel(it) if it == id));
    check_end(&mut plan, start + SECOND, ErrorKind::Timeout, 1);
}

#[test]
fn the_total_clock_ends_an_answer_in_its_middle() {
    let start = epoch();
    let mut plan = plan(start, Limits { total: SECOND, ..Limits::DEFAULT });
    let id = check_call(&mut plan, start, 0);
    plan.signal(start, id, Signal::Content);
    assert!(matches!(plan.poll(start), Step::Deliver(_)));
    assert!(matches!(plan.poll(start + SECOND), Step::Cancel(it) if it == id));
    check_end(&mut plan, start + SECOND, ErrorKind::Timeout, 0);
}

#[test]
fn what_the_money_does_not_allow_is_passed_over() {
    let start = epoch();
    let turns = [3, 9, 2].map(|atto| Turn::new(atto).estimate(Money::from_atto(atto as u128)));
    let limits = Limits { money: Some(Money::from_atto(5)), ..Limits::DEFAULT };
    let mut plan = plan_of(start, limits, turns, &Arc::default());
    check_failure(&mut plan, start, 3, ErrorKind::Timeout);
    check_failure(&mut plan, start, 2, ErrorKind::Timeout);
    let message = check_end(&mut plan, start, ErrorKind::Budget, 2);
    assert!(message.contains("would cost $0.000000000000000009"), "{message}");
}

#[test]
fn what_a_status_refused_is_not_charged() {
    let start = epoch();
    let turns = [0, 1].map(|place| Turn::new(place).estimate(Money::DOLLAR));
    let limits = Limits { money: Some(Money::DOLLAR), ..Limits::DEFAULT };
    let mut plan = plan_of(start, limits, turns, &Arc::default());
    let id = check_call(&mut plan, start, 0);
    let error = Error::new(ErrorKind::Auth, "no").with_status(401);
    plan.signal(start, id, Signal::Failed(error));
    check_call(&mut plan, start, 1);
}

#[test]
fn what_has_no_price_does_not_fit() {
    let start = epoch();
    let mut plan = plan(start, Limits { money: Some(Money::DOLLAR), ..Limits::DEFAULT });
    let message = check_end(&mut plan, start, ErrorKind::Budget, 0);
    assert!(message.contains("set its price"), "{message}");
}

#[test]
fn a_plan_without_candidates_says_what_to_do() {
    let start = epoch();
    let mut plan = plan_of(start, Limits::DEFAULT, [], &Arc::default());
    let message = check_end(&mut plan, start, ErrorKind::Config, 0);
    assert!(message.contains("add targets"), "{message}");
}

#[test]
fn a_plan_without_attempts_says_what_to_do() {
    let start = epoch();
    let mut plan = plan(start, Limits { attempts: 0, ..Limits::DEFAULT });
    let message = check_end(&mut plan, start, ErrorKind::Config, 0);
    assert!(message.contains("`attempts`"), "{message}");
}

#[test]
fn a_plan_whose_candidates_all_rest_says_until_when() {
    let start = epoch();
    let turns = [60, 30].map(|seconds| Turn::new(0).from(start + seconds * SECOND));
    let mut plan = plan_of(start, Limits::DEFAULT, turns, &Arc::default());
    let message = check_end(&mut plan, start, ErrorKind::RateLimit, 0);
    assert!(message.contains("ready in 30s"), "{message}");
}

#[test]
fn who_rests_for_a_moment_is_waited_for() {
    let start = epoch();
    let turns = [Turn::new(0).from(start + SECOND)];
    let mut plan = plan_of(start, Limits::DEFAULT, turns, &Arc::default());
    assert_eq!(check_wait(&mut plan, start), start + SECOND);
    check_call(&mut plan, start + SECOND, 0);
}
