use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::*;

fn check(headers: &[(&'static str, &'static str)], milliseconds: Option<u64>) {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect();
    let head = Head::new(StatusCode::TOO_MANY_REQUESTS, headers);
    let wait = asked(&head, ErrorKind::RateLimit);
    assert_eq!(wait, milliseconds.map(Duration::from_millis), "{:?}", head.headers);
}

#[test]
fn every_form_of_retry_after_is_understood() {
    const NOW: (&str, &str) = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
    check(&[("retry-after", "27")], Some(27_000));
    check(&[("retry-after", "1.5")], Some(1_500));
    check(&[("retry-after", "6m0s")], Some(360_000));
    check(&[("retry-after-ms", "300"), ("retry-after", "1")], Some(300));
    check(&[("x-ms-retry-after-ms", "250")], Some(250));
    check(&[("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"), NOW], Some(30_000));
    check(&[("retry-after", "Wed, 21 Oct 2026 07:27:30 GMT"), NOW], Some(0));
    check(&[("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT")], None);
    for nonsense in ["soon", "-1", "", "1e9", "NaN", "99999999999999999999", "1x"] {
        check(&[("retry-after", nonsense), NOW], None);
    }
}

#[test]
fn a_limit_that_is_used_up_says_when_it_resets() {
    const NOW: (&str, &str) = ("date", "Fri, 26 Jun 2026 03:21:00 GMT");
    let tokens = |left, reset| {
        [
            ("x-ratelimit-remaining-tokens", left),
            ("x-ratelimit-reset-tokens", reset),
            ("x-ratelimit-remaining-requests", "7"),
            ("x-ratelimit-reset-requests", "1h0m0s"),
        ]
    };
    check(&tokens("0", "17.5s"), Some(17_500));
    check(&tokens("0", "150ms"), Some(150));
    check(&tokens("0", "24482.5"), Some(24_482_500));
    check(&tokens("3", "17.5s"), None);
    let (left, reset) =
        ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset");
    check(&[(left, "0"), (reset, "2026-06-26T03:22:00Z"), NOW], Some(60_000));
    check(
        &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1782444120000"), NOW],
        Some(60_000),
    );
}

#[test]
fn a_wait_told_in_a_sentence_is_understood() {
    let check = |text: &str, seconds: Option<f64>| {
        assert_eq!(told(text), seconds.map(Duration::from_secs_f64), "{text}");
    };
    check("limit, try again in 9m38.016s.", Some(578.016));
    check("Your quota will reset after 2m 13s", Some(133.0));
    check("Please retry in 34.4s", Some(34.4));
    check("Please try again in 20 seconds", Some(20.0));
    check("please wait 3.", Some(3.0));
    check("please wait", None);
    check("busy", None);
}
