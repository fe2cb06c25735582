use std::time::Duration;

use super::{RetryAfter, civil, go_duration};

#[test]
fn durations_look_as_go_prints_them() {
    let check = |millis, text: &str| assert_eq!(go_duration(Duration::from_millis(millis)), text);

    check(12, "12ms");
    check(1_000, "1s");
    check(179_560, "2m59.56s");
    check(360_000, "6m0s");
    check(3_661_000, "1h1m1s");
}

#[test]
fn days_become_dates() {
    assert_eq!(civil(0), (1970, 1, 1));
    assert_eq!(civil(19_782), (2024, 2, 29));
    assert_eq!(civil(20_453), (2025, 12, 31));
}

#[test]
fn every_form_states_the_same_time_in_its_own_way() {
    let header = |form: RetryAfter| form.header().map(|(name, value)| format!("{name}: {value}"));
    let after = Duration::from_millis(1_300);

    assert_eq!(header(RetryAfter::Seconds(after)).unwrap(), "retry-after: 2");
    assert_eq!(header(RetryAfter::Decimal(after)).unwrap(), "retry-after: 1.3");
    assert_eq!(header(RetryAfter::Millis(after)).unwrap(), "retry-after-ms: 1300");
    assert_eq!(header(RetryAfter::MsMillis(after)).unwrap(), "x-ms-retry-after-ms: 1300");
    assert!(header(RetryAfter::Date(after)).unwrap().ends_with(" GMT"));
    assert_eq!(header(RetryAfter::Missing), None);
}
