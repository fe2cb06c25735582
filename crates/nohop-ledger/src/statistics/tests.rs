use nohop_types::{ErrorKind, Money, Outcome, Request, Task, Usage};

use super::*;
use crate::{Cause, Cost};

const MINUTE: Duration = Duration::from_secs(SLICE);
const START: Duration = Duration::from_secs(1_800_000_000);

/// An attempt that ended after so many milliseconds, in this minute.
fn entry(minute: u32, milliseconds: u64) -> Entry {
    let took = Duration::from_millis(milliseconds);
    Entry::new("r", 0, "m@e", Outcome::Finished, took)
        .began(START + minute * MINUTE)
        .first_content(took / 2)
}

fn tagged(name: &str, value: &str) -> Entry {
    entry(0, 1).asked(Task::Chat, &Request::new("m").tag(name, value))
}

#[test]
fn percentiles_are_within_two_percent_of_exact() {
    let statistics = Statistics::new();
    (1..=10_000).for_each(|milliseconds| statistics.add(&entry(0, milliseconds)));
    let report = statistics.all();
    for (share, exact) in [(500, 5_000), (900, 9_000), (990, 9_900)] {
        let exact = Duration::from_millis(exact);
        let (took, first) = (report.all().took(share).unwrap(), report.all().first_content(share));
        assert!(took.abs_diff(exact) < exact / 50, "{took:?}");
        assert!(first.unwrap().abs_diff(exact / 2) < exact / 100, "{first:?}");
    }
}

#[test]
fn the_last_minutes_are_told_apart_and_nothing_is_lost() {
    let statistics = Statistics::new();
    (0..20).for_each(|minute| statistics.add(&entry(minute, 100)));
    let now = START + 19 * MINUTE;
    let count = |report: Report| report.all().totals.attempts;
    assert_eq!(count(statistics.last(now, 0)), 1);
    assert_eq!(count(statistics.last(now, 2)), 3);
    assert_eq!(count(statistics.last(now, 60)), 6);
    assert_eq!(count(statistics.last(now + 60 * MINUTE, 5)), 0);
    assert_eq!(count(statistics.all()), 20);
}

#[test]
fn attempts_are_counted_by_whom_and_for_what() {
    let statistics = Statistics::new();
    let mut usage = Usage::default();
    (usage.output, usage.cache_read) = (Some(50), Some(7));
    let first = entry(0, 1_000).route(Some("fast".into())).usage(usage);
    statistics.add(&first.cost(Cost::computed(Money::DOLLAR)).saved(Money::DOLLAR));
    let limited = Outcome::Failed(ErrorKind::RateLimit);
    let again = Entry::new("r", 1, "m@e", limited, MINUTE).place("e", "m", 1);
    statistics.add(&again.cause(Cause::Retry));
    statistics.add(&Entry::new("r", 2, "n@f", Outcome::Cancelled, MINUTE).cause(Cause::Hedge));

    let report = statistics.all();
    let all = report.all();
    assert_eq!((all.totals.attempts, all.retries, all.hedges, all.fallbacks), (3, 1, 1, 0));
    assert_eq!((all.totals.cost, all.saved, all.cached), (Money::DOLLAR, Money::DOLLAR, 7));
    assert_eq!(all.errors(), [(ErrorKind::RateLimit, 1)]);
    assert!(all.throughput(500).unwrap().abs_diff(100_000) < 1_000);
    let attempts = |figures: &Figures| figures.totals.attempts;
    assert_eq!(report.by_endpoint().values().map(attempts).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(attempts(&report.by_target()["n@f"]), 1);
    assert_eq!(attempts(&report.by_key()[&("e".into(), 1)]), 1);
    assert_eq!(report.by_route().keys().map(|it| &**it).collect::<Vec<_>>(), ["fast"]);
}

#[test]
fn those_who_fail_have_no_place_among_the_fast() {
    let statistics = Statistics::new();
    let failed = Outcome::Failed(ErrorKind::Server);
    statistics.add(&Entry::new("r", 0, "m@e", failed, Duration::from_millis(1)));
    assert_eq!(
        (statistics.all().all().took(500), statistics.all().all().first_content(500)),
        (None, None)
    );
}

#[test]
fn arms_and_customers_are_tags() {
    let statistics = Statistics::new();
    ["a", "b", "a"].iter().for_each(|arm| statistics.add(&tagged("arm", arm)));
    let report = statistics.all();
    assert_eq!(report.tags().collect::<Vec<_>>(), ["arm"]);
    assert_eq!(report.by_tag("arm")["a"].totals.attempts, 2);
    assert_eq!(report.all().totals.attempts, 3);
}

#[test]
fn a_million_tags_and_targets_are_a_few_rows() {
    let statistics = Statistics::new();
    for number in 0..1_000_000 {
        let mut entry = tagged("user", &number.to_string());
        entry.target = format!("{number}@e").into();
        statistics.add(&entry);
    }
    let rows = statistics.rows();
    assert!(rows.places.len() <= Statistics::MOST_ROWS + 1);
    assert_eq!(rows.tags["user"].len(), Statistics::MOST_ROWS);
    drop(rows);
    let report = statistics.all();
    let others = &report.by_tag(Books::OTHERS)[Books::OTHERS];
    assert_eq!(others.totals.attempts, 1_000_000 - Statistics::MOST_ROWS as u64);
    assert_eq!(report.all().totals.attempts, 1_000_000);
}
