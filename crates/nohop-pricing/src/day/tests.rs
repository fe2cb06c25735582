use super::*;

#[test]
fn days_are_counted_and_written_back() {
    assert_eq!(parse("1970-01-01"), Some(0));
    assert_eq!(parse("2026-11-12"), Some(20_769));
    assert_eq!(parse("2026-11"), parse("2026-11-01"));
    assert_eq!(parse("2026"), parse("2026-01-01"));
    for text in ["2024-02-29", "2026-12-31", "2100-02-28", "1999-03-01"] {
        assert_eq!(civil(parse(text).unwrap()), text);
    }
}

#[test]
fn what_is_no_day_is_none() {
    for text in
        ["", "2026-13-01", "2025-02-29", "2026-1-1", "26-01-01", "2026-01-01-01", "9999-01-01"]
    {
        assert_eq!(parse(text), None, "{text}");
    }
}
