//! Exactness: made-up loads in made-up time, held to a count that forgets nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::Quota;
use crate::plan::epoch;

mod loads;
mod threads;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn tags(user: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("user".to_owned(), user.to_owned())])
}

/// Takes room for a call of `m@e`, which must be there or not.
fn check(
    quotas: &Quotas<u32>,
    now: Instant,
    tags: &BTreeMap<String, String>,
    room: Room,
) -> Option<Held> {
    let candidate = Candidate::new("m@e");
    let (taken, woken) = quotas.take(now, &Ask::new(&candidate, tags, Needs::default()));
    assert!(woken.is_empty(), "{woken:?}");
    assert_eq!(taken.is_ok(), room == Room::There, "{taken:?}");
    taken.ok()
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Room {
    There,
    Full,
}

/// Puts a request for `m@e` in line, for a minute.
fn wait(quotas: &Quotas<u32>, now: Instant, caller: u32, priority: Priority) -> Ticket {
    let (candidate, tags) = (Candidate::new("m@e"), BTreeMap::new());
    let ask = Ask::new(&candidate, &tags, Needs { tokens: 1, money: None }).priority(priority);
    let (taken, _) = quotas.take(now, &ask);
    assert!(taken.is_err(), "there is room: nobody waits");
    quotas.wait(now, now + MINUTE, &[ask], caller).unwrap()
}

fn looks(
    quotas: &Quotas<u32>,
    now: Instant,
    ticket: Ticket,
    caller: u32,
) -> Result<Held, Option<Instant>> {
    match quotas.look(now, ticket, caller).0 {
        Look::Room(0, held) => Ok(held),
        Look::Room(..) => panic!("it asked for one"),
        Look::Wait(until) => Err(until),
    }
}

#[test]
fn a_limit_of_so_many_admits_so_many_and_the_next_when_the_first_has_left() {
    let (start, tags) = (epoch(), BTreeMap::new());
    let quotas = Quotas::new([Quota::endpoint("e").requests(60, MINUTE)]);
    for second in 0..60 {
        let held = check(&quotas, start + SECOND * second, &tags, Room::There).unwrap();
        drop(quotas.settle(start + SECOND * second, held, Needs::default()));
    }
    let last = start + SECOND * 59;
    check(&quotas, last, &tags, Room::Full);
    check(&quotas, start + MINUTE - Duration::from_nanos(1), &tags, Room::Full);
    check(&quotas, start + MINUTE, &tags, Room::There);
    check(&quotas, start + MINUTE, &tags, Room::Full);
}

#[test]
fn what_was_never_sent_is_no_request() {
    let (start, tags) = (epoch(), BTreeMap::new());
    let quotas = Quotas::new([Quota::all().requests(1, MINUTE).running(1)]);
    let held = check(&quotas, start, &tags, Room::There).unwrap();
    assert!(quotas.release(start, held).is_empty());
    let held = check(&quotas, start, &tags, Room::There).unwrap();
    drop(quotas.settle(start, held, Needs::default()));
    assert_eq!(quotas.running(), 0);
    check(&quotas, start, &tags, Room::Full);
}

#[test]
fn estimates_are_held_and_corrected() {
    let (start, tags, candidate) = (epoch(), BTreeMap::new(), Candidate::new("m@e"));
    let quotas: Quotas<u32> = Quotas::new([Quota::target("m@e").tokens(100, MINUTE)]);
    let ask = |tokens| Ask::new(&candidate, &tags, Needs { tokens, money: None });
    let first = quotas.take(start, &ask(80)).0.unwrap();
    let full = quotas.take(start, &ask(30)).0.unwrap_err();
    assert_eq!((full.until, full.error.kind()), (Some(start + MINUTE), ErrorKind::RateLimit));
    assert_eq!((full.error.retry_after(), full.sooner), (Some(MINUTE), true));
    drop(quotas.settle(start + SECOND, first, Needs { tokens: 10, money: None }));
    assert!(quotas.take(start + SECOND, &ask(90)).0.is_ok());
    assert!(quotas.take(start + SECOND, &ask(1)).0.is_err());
}

#[test]
fn what_never_fits_is_told_at_once_and_not_as_a_wait() {
    let (start, tags, candidate) = (epoch(), BTreeMap::new(), Candidate::new("m@e"));
    let quotas: Quotas<u32> = Quotas::new([
        Quota::target("m@e").tokens(100, MINUTE),
        Quota::route("dear").money(Money::DOLLAR, MINUTE),
    ]);
    let ask = Ask::new(&candidate, &tags, Needs { tokens: 101, money: None });
    let full = quotas.take(start, &ask).0.unwrap_err();
    assert!(full.never && full.error.kind() == ErrorKind::Budget, "{full:?}");
    assert!(full.error.message().contains("max_tokens"), "{full:?}");
    let ask = Ask::new(&candidate, &tags, Needs::default()).route("dear");
    let full = quotas.take(start, &ask).0.unwrap_err();
    assert!(full.never && full.error.message().contains("price is not known"), "{full:?}");
    // It is not let into the line, where it would hold back all others.
    let ticket = quotas.wait(start, start + MINUTE, &[ask], 1).unwrap();
    assert!(looks(&quotas, start, ticket, 1).is_err());
    check(&quotas, start, &tags, Room::There);
}

#[test]
fn each_value_of_a_tag_and_each_key_has_its_own() {
    let start = epoch();
    let quotas = Quotas::new([Quota::tag("user").requests(1, MINUTE)]);
    check(&quotas, start, &tags("a"), Room::There);
    check(&quotas, start, &tags("a"), Room::Full);
    check(&quotas, start, &tags("b"), Room::There);
    check(&quotas, start, &BTreeMap::new(), Room::There);

    let (keys, none) = ([0, 1, 0].map(|key| Candidate::new("m@e").key(key)), BTreeMap::new());
    let quotas: Quotas<u32> = Quotas::new([Quota::keys("e").requests(1, MINUTE)]);
    let taken = keys
        .each_ref()
        .map(|key| quotas.take(start, &Ask::new(key, &none, Needs::default())).0.is_ok());
    assert_eq!(taken, [true, true, false]);
    let quotas: Quotas<u32> = Quotas::new([Quota::key("e", 1).running(1)]);
    let taken = keys
        .each_ref()
        .map(|key| quotas.take(start, &Ask::new(key, &none, Needs::default())).0.is_ok());
    assert_eq!(taken, [true, true, true]);
}

#[test]
fn a_hundred_thousand_values_of_a_tag_take_bounded_room_and_never_more_than_the_quota() {
    let start = epoch();
    let quotas = Quotas::<u32>::new([Quota::tag("user").requests(2, MINUTE)]);
    let most = Quotas::<u32>::MOST_VALUES;
    // All at once: those beyond the bound share what one has.
    let admitted = (0..2 * most).filter(|number| {
        let (candidate, tags) = (Candidate::new("m@e"), tags(&number.to_string()));
        let (taken, _) = quotas.take(start, &Ask::new(&candidate, &tags, Needs::default()));
        taken.is_ok_and(|held| quotas.settle(start, held, Needs::default()).is_empty())
    });
    assert_eq!(admitted.count(), most + 2);
    // One of them does not get more by coming again under a name of its own.
    check(&quotas, start + SECOND, &tags(&(most + 1).to_string()), Room::Full);
    // One after another: those who have left are forgotten.
    for number in 0..100_000_u32 {
        let now = start + MINUTE * 2 + SECOND * number;
        let held = check(&quotas, now, &tags(&format!("later-{number}")), Room::There);
        drop(held.map(|held| quotas.settle(now, held, Needs::default())));
    }
    assert!(quotas.lock().counters.len() <= most + 1);
}

#[test]
fn who_waits_goes_on_when_room_comes_and_nobody_goes_first_who_came_later() {
    let (start, tags) = (epoch(), BTreeMap::new());
    let quotas = Quotas::new([Quota::endpoint("e").running(1)]);
    let held = check(&quotas, start, &tags, Room::There).unwrap();
    let first = wait(&quotas, start, 1, Priority::Normal);
    let second = wait(&quotas, start + SECOND, 2, Priority::Normal);
    assert_eq!(looks(&quotas, start, first, 1).unwrap_err(), None, "an end will tell");
    assert_eq!(quotas.settle(start + SECOND, held, Needs::default()), [1]);
    // Its room is kept for it, though it has not come for it.
    check(&quotas, start + SECOND, &tags, Room::Full);
    let held = looks(&quotas, start + SECOND, first, 1).unwrap();
    assert!(looks(&quotas, start + SECOND, second, 2).is_err());
    assert_eq!(quotas.settle(start + SECOND, held, Needs::default()), [2]);
    assert!(quotas.leave(start + SECOND, second).is_empty());
    assert_eq!((quotas.running(), quotas.waiting()), (0, 0));
    check(&quotas, start + SECOND, &tags, Room::There);
}

#[test]
fn who_is_first_is_told_when_its_turn_comes_and_who_was_behind_when_it_is_first() {
    let (start, tags) = (epoch(), BTreeMap::new());
    let quotas = Quotas::new([Quota::endpoint("e").requests(1, SECOND * 10)]);
    check(&quotas, start, &tags, Room::There);
    let first = wait(&quotas, start, 1, Priority::Normal);
    let second = wait(&quotas, start, 2, Priority::Normal);
    assert_eq!(looks(&quotas, start, first, 1).unwrap_err(), Some(start + SECOND * 10));
    assert_eq!(looks(&quotas, start, second, 2).unwrap_err(), Some(start + SECOND * 20));
    assert_eq!(quotas.leave(start + SECOND, first), [2], "it is first now");
    assert_eq!(looks(&quotas, start + SECOND, second, 2).unwrap_err(), Some(start + SECOND * 10));
    let held = looks(&quotas, start + SECOND * 10, second, 2).unwrap();
    drop(quotas.release(start + SECOND * 10, held));
}

#[test]
fn who_never_looks_again_holds_nobody_up() {
    let (start, tags) = (epoch(), BTreeMap::new());
    let quotas = Quotas::new([Quota::endpoint("e").requests(1, SECOND * 10)]);
    check(&quotas, start, &tags, Room::There);
    let _asleep = wait(&quotas, start, 1, Priority::Normal);
    let second = wait(&quotas, start, 2, Priority::Normal);
    let mut now = start;
    while let Err(until) = looks(&quotas, now, second, 2) {
        now = until.expect("it knows when to look again");
        assert!(now <= start + MINUTE, "it waits for one that does nothing");
    }
    // The turn of the one before it was given out first.
    assert_eq!(now, start + SECOND * 30);
}

#[test]
fn the_high_go_before_the_normal_and_the_low_are_overtaken_for_a_minute_at_most() {
    let (start, tags) = (epoch(), BTreeMap::new());
    let quotas = Quotas::new([Quota::endpoint("e").running(1)]);
    let mut held = check(&quotas, start, &tags, Room::There).unwrap();
    let candidate = Candidate::new("m@e");
    let enter = |after: u32, caller, priority| {
        let now = start + SECOND * after;
        let ask = Ask::new(&candidate, &tags, Needs::default()).priority(priority);
        quotas.wait(now, now + MINUTE * 60, &[ask], caller).unwrap()
    };
    let mut tickets = BTreeMap::new();
    tickets.insert(1, enter(0, 1, Priority::Low));
    tickets.insert(2, enter(1, 2, Priority::Normal));
    tickets.insert(3, enter(2, 3, Priority::High));
    tickets.insert(4, enter(7, 4, Priority::High));
    tickets.insert(5, enter(54, 5, Priority::Normal));
    tickets.insert(6, enter(56, 6, Priority::Normal));
    tickets.insert(7, enter(61, 7, Priority::High));
    let (now, mut order) = (start + MINUTE * 2, Vec::new());
    for _ in 0..7 {
        let [next] = quotas.settle(now, held, Needs::default())[..] else { panic!("one is next") };
        order.push(next);
        held = looks(&quotas, now, tickets[&next], next).unwrap();
    }
    assert_eq!(order, [3, 2, 4, 5, 1, 6, 7]);
    drop(quotas.release(now, held));
}

#[test]
fn who_lacks_one_thing_holds_nobody_back_from_another() {
    let (start, none) = (epoch(), BTreeMap::new());
    let quotas = Quotas::new([Quota::endpoint("e").running(2), Quota::tag("user").running(1)]);
    let busy = check(&quotas, start, &tags("a"), Room::There).unwrap();
    let (candidate, a) = (Candidate::new("m@e"), tags("a"));
    let ask = Ask::new(&candidate, &a, Needs::default());
    let ticket = quotas.wait(start, start + MINUTE, &[ask], 1).unwrap();
    assert!(looks(&quotas, start, ticket, 1).is_err());
    let other = check(&quotas, start, &tags("b"), Room::There).unwrap();
    check(&quotas, start, &none, Room::Full);
    assert_eq!(quotas.settle(start, busy, Needs::default()), [1]);
    drop((quotas.leave(start, ticket), quotas.settle(start, other, Needs::default())));
    assert_eq!(quotas.running(), 0);
}

#[test]
fn who_needs_little_does_not_pass_who_waits_for_much_of_the_same() {
    let (start, tags, candidate) = (epoch(), BTreeMap::new(), Candidate::new("m@e"));
    let quotas = Quotas::new([Quota::endpoint("e").tokens(100, MINUTE)]);
    let ask = |tokens| Ask::new(&candidate, &tags, Needs { tokens, money: None });
    let held = quotas.take(start, &ask(60)).0.unwrap();
    let ticket = quotas.wait(start, start + MINUTE * 2, &[ask(60)], 1).unwrap();
    assert!(looks(&quotas, start, ticket, 1).is_err());
    let full = quotas.take(start, &ask(10)).0.unwrap_err();
    assert_eq!((full.until, full.sooner), (Some(start + MINUTE), false), "it is behind the other");
    assert!(quotas.take(start, &ask(10).priority(Priority::High)).0.is_ok());
    assert_eq!(quotas.settle(start, held, Needs { tokens: 20, money: None }), [1]);
    assert!(looks(&quotas, start, ticket, 1).is_ok());
    assert!(quotas.take(start, &ask(10)).0.is_ok());
}

#[test]
fn a_line_that_is_full_is_told_at_once() {
    let (start, tags, candidate) = (epoch(), BTreeMap::new(), Candidate::new("m@e"));
    let quotas = Quotas::new([Quota::endpoint("e").running(1)]).most_waiting(1);
    check(&quotas, start, &tags, Room::There);
    wait(&quotas, start, 1, Priority::Normal);
    let ask = Ask::new(&candidate, &tags, Needs::default());
    let error = quotas.wait(start, start + MINUTE, &[ask], 2).unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::RateLimit, Scope::Us));
    assert!(error.message().contains("1 requests already wait"), "{error}");
}

#[test]
fn who_waits_for_several_takes_whichever_has_room_first() {
    let (start, tags) = (epoch(), BTreeMap::new());
    let candidates = [Candidate::new("m@e"), Candidate::new("n@f")];
    let quotas = Quotas::new([Quota::endpoint("e").running(1), Quota::endpoint("f").running(1)]);
    let asks = candidates.each_ref().map(|it| Ask::new(it, &tags, Needs::default()));
    let held = asks.each_ref().map(|ask| quotas.take(start, ask).0.unwrap());
    let ticket = quotas.wait(start, start + MINUTE, &asks, 1).unwrap();
    let [one, other] = held;
    assert_eq!(quotas.settle(start, other, Needs::default()), [1]);
    let (Look::Room(1, held), _) = quotas.look(start, ticket, 1) else { panic!("there is room") };
    drop((
        quotas.settle(start, one, Needs::default()),
        quotas.settle(start, held, Needs::default()),
    ));
    assert_eq!((quotas.running(), quotas.waiting()), (0, 0));
}
