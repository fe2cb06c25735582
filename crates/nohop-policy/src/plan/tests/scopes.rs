use nohop_types::Request;

use super::*;

/// After the first of `targets` fails with `kind`, those at `places` are called, in that order.
fn check(kind: ErrorKind, targets: [(&str, u32); 3], places: [usize; 2]) {
    let start = epoch();
    let mut plan = plan_to(start, targets);
    check_failure(&mut plan, start, 0, kind);
    check_failure(&mut plan, start, places[0], ErrorKind::Unsupported);
    check_call(&mut plan, start + SECOND, places[1]);
}

/// A plan to call `targets` with these keys.
fn plan_to(start: Instant, targets: [(&str, u32); 3]) -> Plan {
    let request = Request::new("m");
    let cx = Context::new(&request, start, 0);
    let mut place = 0..;
    let turns = targets.map(|(target, key)| {
        Turn::of(place.next().unwrap(), &Candidate::new(target).key(key), &cx)
    });
    plan_of(start, Limits::DEFAULT, turns, &Arc::default())
}

#[test]
fn whom_the_trouble_reaches_is_called_after_the_others() {
    use ErrorKind::*;
    check(Server, [("a@x", 0), ("b@x", 0), ("a@y", 0)], [2, 1]);
    check(Timeout, [("a@x", 0), ("b@x", 0), ("a@y", 0)], [2, 1]);
    check(Auth, [("a@x", 0), ("b@x", 0), ("a@x", 1)], [2, 1]);
    check(NotFound, [("a@x", 0), ("a@x", 1), ("b@x", 0)], [2, 1]);
    check(Unsupported, [("a@x", 0), ("b@x", 0), ("a@y", 0)], [1, 2]);
}

#[test]
fn a_prompt_that_is_too_long_is_too_long_for_every_key_of_the_target() {
    let start = epoch();
    let mut plan = plan_to(start, [("a@x", 0), ("a@x", 1), ("b@x", 0)]);
    check_failure(&mut plan, start, 0, ErrorKind::ContextLength);
    check_failure(&mut plan, start, 2, ErrorKind::ContextLength);
    check_end(&mut plan, start, ErrorKind::ContextLength, 1);
}

#[test]
fn another_key_of_a_limited_account_is_not_called_at_full_speed() {
    let start = epoch();
    let request = Request::new("m");
    let cx = Context::new(&request, start, 0);
    let turns = [0, 1].map(|key| Turn::of(key as usize, &Candidate::new("a@x").key(key), &cx));
    let mut plan = plan_of(start, Limits::DEFAULT, turns, &Arc::default());
    check_failure(&mut plan, start, 0, ErrorKind::RateLimit);
    let until = check_wait(&mut plan, start);
    check_call(&mut plan, until, 1);
}
