use super::*;

#[test]
fn ten_calls_are_there_to_begin_with() {
    let purse = Purse::default();
    assert_eq!((0..100).filter(|_| purse.withdraw()).count(), 10);
}

#[test]
fn ten_successes_pay_for_one_call() {
    let purse = Purse::default();
    while purse.withdraw() {}
    for _ in 0..9 {
        purse.deposit();
    }
    assert!(!purse.withdraw());
    purse.deposit();
    assert!(purse.withdraw());
}

#[test]
fn a_purse_has_a_bottom_and_a_brim() {
    let purse = Purse::new(u32::MAX);
    purse.deposit();
    purse.deposit();
    purse.refund();
    assert_eq!(purse.calls(), 100);
}
