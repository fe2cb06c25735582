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
