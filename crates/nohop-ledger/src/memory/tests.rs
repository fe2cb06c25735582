use std::thread;
use std::time::Duration;

use nohop_types::ErrorKind;

use super::*;
use crate::{Cost, Outcome};

fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

fn reserve(ledger: &Memory, estimate: Option<Money>) -> Result<Reservation> {
    ledger.reserve(&Request::new("m"), "m@e", estimate)
}

fn entry(number: u32, cost: Money) -> Entry {
    Entry::new("r", number, "m@e", Outcome::Finished, Duration::ZERO).cost(Cost::computed(cost))
}

#[test]
fn what_is_held_is_released_and_what_it_cost_is_spent() {
    let ledger = Memory::new();
    let reservation = reserve(&ledger, Some(dollars("2"))).unwrap();
    assert_eq!(ledger.held(), dollars("2"));
    ledger.settle(reservation, entry(0, dollars("1.5")));
    assert_eq!((ledger.held(), ledger.spent()), (Money::ZERO, dollars("1.5")));
    assert_eq!(ledger.totals().all().cost, dollars("1.5"));
}

#[test]
fn a_refusal_says_what_is_spent_and_what_to_do() {
    let ledger = Memory::new().budget(dollars("5"));
    let spent = reserve(&ledger, Some(dollars("4.80"))).unwrap();
    ledger.settle(spent, entry(0, dollars("4.80")));
    let held = reserve(&ledger, Some(dollars("0.15"))).unwrap();

    let error = reserve(&ledger, Some(dollars("0.10"))).unwrap_err();

    assert_eq!((error.kind(), error.target()), (ErrorKind::Budget, Some("m@e")));
    let message =
        "$0.10 more is over the budget of $5.00: $4.80 spent, $0.15 held; raise it or wait";
    assert_eq!(error.message(), message);
    ledger.settle(held, entry(1, Money::ZERO));
    let _admitted = reserve(&ledger, Some(dollars("0.10"))).unwrap();
}

#[test]
fn what_is_free_is_always_admitted() {
    let ledger = Memory::new().budget(Money::ZERO);
    let free = reserve(&ledger, Some(Money::ZERO)).unwrap();
    ledger.settle(free, entry(0, dollars("1")));
    let _free = reserve(&ledger, Some(Money::ZERO)).unwrap();
}

#[test]
fn what_has_no_price_is_admitted_only_if_you_say_so() {
    let ledger = Memory::new().budget(dollars("1"));
    assert_eq!(reserve(&ledger, None).unwrap_err().kind(), ErrorKind::Budget);
    let _admitted = reserve(&ledger.unpriced(Unpriced::Admit), None).unwrap();
    let _no_budget = reserve(&Memory::new(), None).unwrap();
}

#[test]
fn the_last_entries_are_kept() {
    let check = |most: usize, kept: &[u32]| {
        let ledger = Memory::new().most_entries(most);
        for number in 0..5 {
            ledger.settle(reserve(&ledger, None).unwrap(), entry(number, Money::ZERO));
        }
        let entries = ledger.entries();
        assert_eq!(entries.iter().map(|entry| entry.attempt).collect::<Vec<_>>(), kept);
        assert_eq!(ledger.totals().all().attempts, 5);
    };
    check(9, &[0, 1, 2, 3, 4]);
    check(2, &[3, 4]);
    check(0, &[]);
}

#[test]
fn threads_together_spend_no_more_than_the_budget() {
    let ledger = Memory::new().budget(dollars("1"));
    let cent = dollars("0.01");
    let work = || {
        let ask = |_| match reserve(&ledger, Some(cent)) {
            Ok(reservation) => {
                assert!(ledger.spent() + ledger.held() <= dollars("1"));
                ledger.settle(reservation, entry(0, cent));
                1
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Budget);
                0
            }
        };
        (0..1_000).map(ask).sum::<u32>()
    };
    let admitted: u32 = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(admitted, 100);
    assert_eq!((ledger.spent(), ledger.held()), (dollars("1"), Money::ZERO));
}

#[test]
fn a_pointer_is_a_ledger() {
    let ledger = Arc::new(Memory::new());
    let shared: Arc<dyn Ledger> = ledger.clone();
    let reservation = shared.reserve(&Request::new("m"), "m@e", None).unwrap();
    shared.settle(reservation, entry(0, dollars("1")));
    assert_eq!(ledger.spent(), dollars("1"));
}
