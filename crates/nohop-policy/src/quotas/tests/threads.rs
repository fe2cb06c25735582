//! Two threads and more, in real time: outcomes and order, and no time that has to be short.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar};

use super::*;

/// Wakes one thread.
type Bell = Arc<(Mutex<u64>, Condvar)>;

fn ring(bells: Vec<Bell>) {
    for bell in bells {
        *bell.0.lock().unwrap() += 1;
        bell.1.notify_all();
    }
}

/// Takes room for a call, whatever time that takes.
fn enter(quotas: &Quotas<Bell>, ask: &Ask<'_>, bell: &Bell) -> Held {
    let (taken, woken) = quotas.take(epoch(), ask);
    ring(woken);
    let Err(_) = taken else { return taken.unwrap() };
    let until = epoch() + MINUTE * 60;
    let ticket = quotas.wait(epoch(), until, &[*ask], bell.clone()).unwrap();
    loop {
        let rung = *bell.0.lock().unwrap();
        let (look, woken) = quotas.look(epoch(), ticket, bell.clone());
        ring(woken);
        let until = match look {
            Look::Room(_, held) => return held,
            Look::Wait(until) => until.unwrap_or(epoch() + MINUTE),
        };
        let guard = bell.0.lock().unwrap();
        let wait = until.saturating_duration_since(epoch());
        let waited = bell.1.wait_timeout_while(guard, wait, |now| *now == rung).unwrap();
        drop(waited);
    }
}

#[test]
fn threads_that_ask_at_once_are_never_one_more_than_may_run_and_all_get_their_turn() {
    let quotas: Quotas<Bell> = Quotas::new([Quota::endpoint("e").running(3)]);
    let (running, most, served) = (AtomicI64::new(0), AtomicI64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let (bell, candidate, tags) =
                    (Bell::default(), Candidate::new("m@e"), BTreeMap::new());
                let ask = Ask::new(&candidate, &tags, Needs::default());
                for _ in 0..200 {
                    let held = enter(&quotas, &ask, &bell);
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                    served.fetch_add(1, Ordering::SeqCst);
                    ring(quotas.settle(epoch(), held, Needs::default()));
                }
            });
        }
    });
    assert_eq!((served.into_inner(), most.into_inner()), (1_600, 3));
    assert_eq!((quotas.running(), quotas.waiting()), (0, 0));
}

#[test]
fn threads_that_ask_at_once_never_have_one_more_in_any_window() {
    let window = Duration::from_millis(40);
    let quotas: Quotas<Bell> = Quotas::new([Quota::endpoint("e").requests(25, window)]);
    let times = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let (bell, candidate, tags) =
                    (Bell::default(), Candidate::new("m@e"), BTreeMap::new());
                let ask = Ask::new(&candidate, &tags, Needs::default());
                for _ in 0..150 {
                    let held = enter(&quotas, &ask, &bell);
                    times.lock().unwrap().push(held.since());
                    ring(quotas.settle(epoch(), held, Needs::default()));
                }
            });
        }
    });
    let mut times = times.into_inner().unwrap();
    times.sort_unstable();
    assert_eq!(times.len(), 300);
    for pair in times.windows(26) {
        assert!(pair[25] - pair[0] >= window, "{:?}", pair[25] - pair[0]);
    }
}

#[test]
fn threads_that_ask_at_once_never_use_more_tokens_or_money_in_any_window() {
    let window = Duration::from_millis(40);
    let cent = |count: u64| Money::cents_per_million(1_000_000) * count;
    let quotas: Quotas<Bell> = Quotas::new([
        Quota::endpoint("e").tokens(1_000, window),
        Quota::model("m").money(cent(90), window),
        Quota::tag("user").requests(12, window).running(2),
    ]);
    let used = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (used, quotas) = (&used, &quotas);
            scope.spawn(move || {
                let (bell, candidate) = (Bell::default(), Candidate::new("m@e"));
                let tags = tags(["ann", "bob"][thread as usize % 2]);
                for call in 0..60 {
                    let tokens = 20 + (thread * 31 + call * 17) % 60;
                    let needs = Needs { tokens, money: Some(cent(tokens / 10)) };
                    let held = enter(quotas, &Ask::new(&candidate, &tags, needs), &bell);
                    // Every other one uses what was estimated, and the others half of that.
                    let part = 1 + call % 2;
                    let of = Needs { tokens: tokens / part, money: Some(cent(tokens / 10 / part)) };
                    used.lock().unwrap().push((
                        held.since(),
                        thread % 2,
                        of.tokens,
                        tokens / 10 / part,
                    ));
                    std::thread::yield_now();
                    ring(quotas.settle(epoch(), held, of));
                }
            });
        }
    });
    let mut used = used.into_inner().unwrap();
    used.sort_unstable();
    assert_eq!(used.len(), 240);
    for (index, (from, ..)) in used.iter().enumerate() {
        let inside = || used[index..].iter().take_while(|(at, ..)| *at < *from + window);
        let (tokens, cents) =
            inside().fold((0, 0), |(tokens, cents), of| (tokens + of.2, cents + of.3));
        assert!(tokens <= 1_000 && cents <= 90, "{tokens} tokens, {cents} cents");
        for user in 0..2 {
            assert!(inside().filter(|(_, of, ..)| *of == user).count() <= 12);
        }
    }
    assert_eq!((quotas.running(), quotas.waiting()), (0, 0));
}
