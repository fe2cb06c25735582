use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::*;

const NOW: (&str, &str) = ("date", "Fri, 26 Jun 2026 03:21:00 GMT");

type Left = (Counted, u64, Option<u64>, Option<u64>);

/// What is found in an answer that succeeded: what is counted, how many are left of how many, and for how many
/// milliseconds.
fn check(headers: &[(&'static str, &'static str)], expected: &[Left]) {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect();
    let head = Head::new(StatusCode::OK, headers);
    let mut found: Vec<Left> = Allowance::all(&head)
        .map(|it| (it.counts, it.left, it.limit, it.resets.map(|it| it.as_millis() as u64)))
        .collect();
    found.sort_by_key(|(_, left, ..)| *left);
    assert_eq!(found, expected, "{:?}", head.headers);
}

#[test]
fn what_is_left_is_understood_in_every_form() {
    use Counted::{Other, Requests, Tokens};
    let openai = [
        ("x-ratelimit-limit-requests", "500"),
        ("x-ratelimit-remaining-requests", "499"),
        ("x-ratelimit-reset-requests", "120ms"),
        ("x-ratelimit-limit-tokens", "30000"),
        ("x-ratelimit-remaining-tokens", "29000"),
        ("x-ratelimit-reset-tokens", "6m0s"),
    ];
    check(
        &openai,
        &[(Requests, 499, Some(500), Some(120)), (Tokens, 29_000, Some(30_000), Some(360_000))],
    );
    // Groq, to the nanosecond.
    check(
        &[("x-ratelimit-remaining-tokens", "1"), ("x-ratelimit-reset-tokens", "2m59.56s")],
        &[(Tokens, 1, None, Some(179_560))],
    );
    // Azure, in seconds, or by the period alone.
    check(
        &[("x-ratelimit-remaining-requests", "9"), ("x-ratelimit-reset-requests", "58")],
        &[(Requests, 9, None, Some(58_000))],
    );
    check(
        &[("x-ratelimit-remaining-requests", "9"), ("x-ratelimit-renewalperiod-requests", "60")],
        &[(Requests, 9, None, Some(60_000))],
    );
    // Cerebras, in fractions of seconds, and per day.
    check(
        &[
            ("x-ratelimit-remaining-requests-day", "14399"),
            ("x-ratelimit-reset-requests-day", "24482.894107818604"),
        ],
        &[(Requests, 14_399, None, Some(24_482_894))],
    );
    // Anthropic, a moment.
    check(
        &[
            ("anthropic-ratelimit-input-tokens-limit", "50000"),
            ("anthropic-ratelimit-input-tokens-remaining", "0"),
            ("anthropic-ratelimit-input-tokens-reset", "2026-06-26T03:22:00Z"),
            NOW,
        ],
        &[(Tokens, 0, Some(50_000), Some(60_000))],
    );
    // Mistral: a limit per minute that resets nobody knows when, and one by size.
    check(
        &[
            ("x-ratelimit-remaining-req-minute", "5"),
            ("x-ratelimit-limit-req-minute", "6"),
            ("ratelimitbysize-remaining", "9"),
            ("ratelimitbysize-reset", "33"),
        ],
        &[(Requests, 5, Some(6), None), (Tokens, 9, None, Some(33_000))],
    );
    // OpenRouter, in milliseconds since 1970.
    check(
        &[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "1782444120000"), NOW],
        &[(Other, 3, None, Some(60_000))],
    );
    // The internet draft, of old and of late.
    check(
        &[("ratelimit-remaining", "3"), ("ratelimit-reset", "7")],
        &[(Other, 3, None, Some(7_000))],
    );
    check(
        &[("ratelimit", "\"requests\";r=50;t=30, \"tokens\";r=70")],
        &[(Requests, 50, None, Some(30_000)), (Tokens, 70, None, None)],
    );
}

#[test]
fn what_says_nothing_is_nothing() {
    check(&[("retry-after", "30"), ("x-ratelimit-limit-requests", "5")], &[]);
    check(&[("x-ratelimit-remaining-requests", "plenty")], &[]);
    check(&[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-limit-requests", "0")], &[]);
    check(&[("ratelimit", "\"requests\";t=30")], &[]);
    check(&[("x-other-remaining", "0")], &[]);
}

#[test]
fn what_is_overdrawn_is_used_up() {
    let used = (Counted::Tokens, 0, None, Some(1_000));
    check(&[("x-ratelimit-remaining-tokens", "-12"), ("x-ratelimit-reset-tokens", "1s")], &[used]);
}
