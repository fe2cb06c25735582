use proptest::prelude::*;

use super::*;
use crate::{Extra, ExtraScope, Json, strategies};

fn check(earlier: Usage, later: Usage, merged: &Usage) {
    let mut usage = earlier;
    usage.merge(later);
    assert_eq!(usage, *merged);
}

fn extra(entries: &[(&'static str, &str)]) -> Extras {
    let entry = |(key, value): &(&str, &str)| {
        Extra::new(ExtraScope::Dialect("d".into()), *key, Json::new(*value).unwrap())
    };
    entries.iter().map(entry).collect()
}

proptest! {
    #![proptest_config(strategies::config())]

    #[test]
    fn usage_survives_its_text(usage in strategies::usage()) {
        let text = serde_json::to_string(&usage).unwrap();
        let read: Usage = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, usage, "{}", text);
    }

    #[test]
    fn the_first_snapshot_is_taken_as_it_is(usage in strategies::usage()) {
        let mut merged = Usage::default();
        merged.merge(usage.clone());
        prop_assert_eq!(&merged, &usage);
    }

    #[test]
    fn a_snapshot_that_says_nothing_changes_nothing(usage in strategies::usage()) {
        let usage = Usage { extra: Extras::new(), ..usage };
        let mut merged = usage.clone();
        merged.merge(Usage::default());
        prop_assert_eq!(&merged, &usage);
    }
}

#[test]
fn the_total_is_the_sum_of_the_kinds() {
    let usage = Usage {
        input: Some(1),
        cache_read: Some(20),
        cache_write: Some(300),
        output: Some(4_000),
        reasoning: Some(50_000),
        tool_prompt: Some(600_000),
        search_units: Some(7),
        written: vec![Written::new(Duration::from_secs(300), 300)],
        shares: vec![Share::new(Kind::Prompt, Modality::Audio, 9)],
        ..Usage::default()
    };
    assert_eq!(usage.total(), Some(654_321));
}

#[test]
fn an_unknown_count_is_none_and_never_zero() {
    let some = |input| Usage { input, ..Usage::default() };
    assert_eq!(some(None).total(), None);
    assert_eq!(some(Some(0)).total(), Some(0));
    assert_eq!(serde_json::to_string(&some(None)).unwrap(), "{}");
    assert_eq!(serde_json::to_string(&some(Some(0))).unwrap(), r#"{"input":0}"#);
}

#[test]
fn a_total_past_all_numbers_is_the_largest() {
    let usage = Usage { input: Some(u64::MAX), output: Some(1), ..Usage::default() };
    assert_eq!(usage.total(), Some(u64::MAX));
}

#[test]
fn a_later_snapshot_replaces_what_it_states() {
    let earlier = Usage { input: Some(7), output: Some(1), ..Usage::default() };
    let later = Usage { output: Some(5), reasoning: Some(0), ..Usage::default() };
    let merged = Usage { input: Some(7), output: Some(5), reasoning: Some(0), ..Usage::default() };
    check(earlier, later, &merged);
}

#[test]
fn lists_are_replaced_as_a_whole() {
    let share = |tokens| vec![Share::new(Kind::Answer, Modality::Audio, tokens)];
    let written = |tokens| vec![Written::new(Duration::from_secs(300), tokens)];
    let usage = |shares, written| Usage { shares, written, ..Usage::default() };
    check(usage(share(1), written(1)), usage(share(2), vec![]), &usage(share(2), written(1)));
}

#[test]
fn what_was_estimated_once_stays_an_estimate() {
    let usage = |estimated| Usage { estimated, ..Usage::default() };
    check(usage(true), usage(false), &usage(true));
    check(usage(false), usage(true), &usage(true));
}

#[test]
fn what_else_is_counted_is_kept_by_its_key() {
    let usage = |extra| Usage { extra, ..Usage::default() };
    check(
        usage(extra(&[("searches", "1"), ("pages", "2")])),
        usage(extra(&[("searches", "3")])),
        &usage(extra(&[("searches", "3"), ("pages", "2")])),
    );
}

#[test]
fn tokens_are_counted_from_the_first_content_unless_all_came_at_once() {
    let second = Duration::from_secs(1);
    let throughput = |tokens, took, first| {
        let usage = Usage { output: Some(tokens), reasoning: Some(20), ..Usage::default() };
        usage.throughput(took, first)
    };
    assert_eq!(throughput(80, second * 3, Some(second)), Some(50_000));
    assert_eq!(throughput(80, second * 2, Some(second * 2)), Some(50_000));
    assert_eq!(throughput(80, second * 2, None), Some(50_000));
    assert_eq!(Usage::default().throughput(second, None), None, "what is not known is no speed");
    assert_eq!(throughput(80, Duration::ZERO, None), None);
    let short = Usage { output: Some(5), ..Usage::default() };
    assert_eq!(short.throughput(second, None), None);
}
