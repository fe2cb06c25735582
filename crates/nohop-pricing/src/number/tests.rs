use super::*;

fn atto(text: &str) -> u128 {
    read(text, 18).unwrap().value
}

#[test]
fn decimals_are_read_to_the_unit() {
    assert_eq!(atto("0.00000015"), 150_000_000_000);
    assert_eq!(atto("1.5e-7"), 150_000_000_000);
    assert_eq!(atto("2E1"), 20 * 10_u128.pow(18));
    assert_eq!(atto("0"), 0);
    assert_eq!(atto("0.0"), 0);
    assert_eq!(read("2.5", 12).unwrap(), Number { value: 2_500_000_000_000, rounded: false });
}

#[test]
fn noise_is_rounded_once_and_told() {
    assert_eq!(
        read("3.0000000000000004e-06", 18).unwrap(),
        Number { value: 3_000_000_000_000, rounded: true }
    );
    assert_eq!(
        read("0.08333333333333334", 12).unwrap(),
        Number { value: 83_333_333_333, rounded: true }
    );
    assert_eq!(read("0.0000000000005", 12).unwrap(), Number { value: 1, rounded: true });
    assert_eq!(read("1.99999999999999", 0).unwrap(), Number { value: 2, rounded: true });
}

#[test]
fn what_is_no_price_is_refused_for_what_it_is() {
    assert_eq!(read("-1", 18), Err(Wrong::Negative));
    assert_eq!(read("-0.0", 18), Ok(Number { value: 0, rounded: false }));
    assert_eq!(read("1e999", 18), Err(Wrong::Huge));
    assert_eq!(read("1e99999999999", 18), Err(Wrong::NotANumber));
    for text in ["", "NaN", "Infinity", "inf", "1.2.3", "0x10", "1e", ".5", "--1", "1,5", "1_000"] {
        assert_eq!(read(text, 18), Err(Wrong::NotANumber), "{text}");
    }
    assert_eq!(read("1e-999", 18), Ok(Number { value: 0, rounded: true }));
}

#[test]
fn what_is_written_is_what_was_read() {
    for text in ["2.5", "0.003625", "0", "180", "0.000000000001"] {
        assert_eq!(write(read(text, 12).unwrap().value, 12), text);
    }
}
