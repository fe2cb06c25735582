use proptest::prelude::*;

use super::*;
use crate::strategies;

fn check(text: &str, atto: u128) {
    assert_eq!(text.parse(), Ok(Money(atto)), "{text}");
}

#[test]
fn decimal_numbers_are_read_exactly() {
    check("0", 0);
    check("1", 1_000_000_000_000_000_000);
    check("0.00000015", 150_000_000_000);
    check("3.7999999999999996e-07", 379_999_999_999);
    check("8e-06", 8_000_000_000_000);
    check("1.5E3", 1_500_000_000_000_000_000_000);
    check("0.0000000000000000019", 1);
    check("1e-400", 0);
    check(".5", 500_000_000_000_000_000);
}

#[test]
fn what_is_no_amount_is_refused() {
    for text in ["", ".", "-1", "1e", "NaN", "1.2.3", "0x1", "1e99", " 1", "١"] {
        assert_eq!(text.parse::<Money>(), Err(NotMoney), "{text}");
    }
}

#[test]
fn amounts_print_exactly() {
    assert_eq!(Money::DOLLAR.to_string(), "$1.00");
    assert_eq!(Money(1).to_string(), "$0.000000000000000001");
    assert_eq!((Money::cents_per_million(15) * 3).to_string(), "$0.00000045");
}

#[test]
fn sums_saturate() {
    assert_eq!(Money(u128::MAX) + Money(1), Money(u128::MAX));
    assert_eq!(Money::ZERO - Money(1), Money::ZERO);
}

proptest! {
    #![proptest_config(strategies::config())]

    #[test]
    fn money_survives_its_text(atto in any::<u128>()) {
        let money = Money(atto);
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        prop_assert_eq!(money.to_string().strip_prefix('$').unwrap().parse(), Ok(money));
    }
}
