use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nohop_types::Request;

use super::*;
use crate::plan::epoch;
use crate::{Candidate, Outcome, Price, available, by, cheapest, ignore};

/// What `policy` leaves first of these four, and the names of its stages.
fn check(policy: &dyn Policy, front: usize, kept: &str, stages: &[&str]) {
    let snapshot = ["b@x", "d@y", "a@x", "c@x"].map(|target| {
        let price = Price {
            request: Some(nohop_types::Money::from_atto(target.as_bytes()[0].into())),
            ..Price::FREE
        };
        Candidate::new(target).price(price)
    });
    let request = Request::new("m");
    let cx = Context::new(&request, epoch(), 0);
    let list = Candidates::decide(policy, &cx, &snapshot, front);
    let found: String = list.iter().map(|candidate| &candidate.model[..]).collect();
    assert_eq!(found, kept);
    let found = list.decided().stages(&snapshot, usize::MAX);
    assert_eq!(found.iter().map(|stage| &*stage.name).collect::<Vec<_>>(), stages);
}

#[test]
fn policies_compose_from_left_to_right() {
    let policy = available().then(ignore(["y"])).then(by(cheapest()));
    check(&policy, 9, "abc", &["available", "ignore y", "by cheapest"]);
}

#[test]
fn a_pointer_is_a_policy() {
    let shared: Arc<dyn Policy> = Arc::new(by(cheapest()));
    let boxed: Box<dyn Policy> = Box::new(shared.clone());
    check(&shared.clone(), 1, "abdc", &["by cheapest"]);
    check(&boxed, 9, "abcd", &["by cheapest"]);
    check(&shared.named("mine").then(boxed), 1, "abcd", &["mine", "by cheapest"]);
}

/// A sort that another stage follows is a whole one: the stage may drop the front.
#[test]
fn only_the_last_stage_sorts_no_more_than_the_front() {
    let drop_front = |_: &Context<'_>, list: &mut Candidates<'_>| {
        let worst = list.places().take(2).collect::<Vec<_>>();
        let mut place = 0..;
        list.retain(|_| place.next().is_some_and(|place| place >= worst.len()));
    };
    check(&by(cheapest()).then(drop_front.named("not two")), 1, "cd", &["by cheapest", "not two"]);
    let closure = move |cx: &Context<'_>, list: &mut Candidates<'_>| {
        by(cheapest()).apply(cx, list);
        drop_front(cx, list);
    };
    check(&closure.named("mine"), 1, "cd", &["mine"]);
}

#[test]
fn every_policy_learns_how_an_attempt_ended() {
    struct Count(Arc<AtomicUsize>);
    impl Policy for Count {
        fn apply(&self, _: &Context<'_>, _: &mut Candidates<'_>) {}

        fn observe(&self, _: &Context<'_>, _: &Attempt<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let count = Arc::new(AtomicUsize::new(0));
    let boxed: Box<dyn Policy> = Box::new(Count(count.clone()));
    let policy: Arc<dyn Policy> = Arc::new(Count(count.clone()).named("one").then(boxed));
    let (request, candidate) = (Request::new("m"), Candidate::new("m@e"));
    let attempt = Attempt::new(&candidate, Outcome::Finished, Duration::ZERO);
    policy.observe(&Context::new(&request, epoch(), 0), &attempt);
    assert_eq!(count.load(Ordering::Relaxed), 2);
}
