use super::*;

#[test]
fn ten_calls_are_there_to_begin_with() {
    let purse = Purse::default();
    assert_eq!((0..100).filter(|_| purse.withdraw(None)).count(), 10);
}

#[test]
fn ten_successes_pay_for_one_call() {
    let purse = Purse::default();
    while purse.withdraw(None) {}
    for _ in 0..9 {
        purse.deposit(None);
    }
    assert!(!purse.withdraw(None));
    purse.deposit(None);
    assert!(purse.withdraw(None));
}

#[test]
fn a_purse_has_a_bottom_and_a_brim() {
    let purse = Purse::new(u32::MAX);
    purse.deposit(None);
    purse.deposit(None);
    purse.refund(None);
    assert_eq!(purse.calls(), 100);
}

#[test]
fn a_purse_of_money_pays_for_no_more_than_is_in_it_nor_for_what_has_no_price() {
    let (purse, cents) = (Purse::new(10).money(cents(10)), |count| Some(cents(count)));
    assert!(!purse.withdraw(None));
    assert!(!purse.withdraw(cents(11)));
    assert!(purse.withdraw(cents(6)));
    assert!(!purse.withdraw(cents(5)), "four are left");
    assert_eq!((purse.calls(), purse.left()), (9, cents(4)), "who is not paid for takes no call");
    purse.deposit(cents(20));
    assert_eq!(purse.left(), cents(6));
    purse.refund(cents(6));
    assert_eq!((purse.calls(), purse.left()), (10, cents(10)), "it has a brim");
}

#[test]
fn what_costs_next_to_nothing_is_not_free() {
    let purse = Purse::new(0).money(Money::from_atto(2_000_000_000));
    assert!(purse.withdraw(Some(Money::from_atto(1))));
    assert!(purse.withdraw(Some(Money::from_atto(1))));
    assert!(!purse.withdraw(Some(Money::from_atto(1))));
}

fn cents(count: u64) -> Money {
    Money::cents_per_million(count) * 1_000_000
}
