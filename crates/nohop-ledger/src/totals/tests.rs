use std::time::Duration;

use nohop_types::{ErrorKind, Usage};

use super::*;
use crate::Cost;

fn entry(target: &str, key: u32, outcome: Outcome, atto: u128) -> Entry {
    let mut usage = Usage::default();
    (usage.input, usage.cache_read, usage.reasoning) = (Some(2), Some(3), Some(7));
    let entry = Entry::new("r", 0, target, outcome, Duration::ZERO).usage(usage);
    let (endpoint, model) = (entry.endpoint.clone(), entry.model.clone());
    entry.place(endpoint, model, key).cost(Cost::computed(Money::from_atto(atto)))
}

#[test]
fn every_entry_is_counted_by_model_endpoint_and_key() {
    let mut books = Books::default();
    books.add(&entry("m@x", 0, Outcome::Finished, 1));
    books.add(&entry("m@x", 1, Outcome::Failed(ErrorKind::Server), 10));
    books.add(&entry("m@y", 0, Outcome::Cancelled, 100));
    books.add(&entry("n@y", 0, Outcome::Dropped, 1_000));

    let all = books.all();
    assert_eq!((all.attempts, all.input, all.output), (4, 20, 28));
    assert_eq!((all.finished, all.failed, all.cancelled, all.dropped), (1, 1, 1, 1));
    assert_eq!(books.by_model()["m"].cost, Money::from_atto(111));
    assert_eq!(books.by_endpoint()["y"].cost, Money::from_atto(1_100));
    assert_eq!(books.by_key()[&("x".into(), 1)].cost, Money::from_atto(10));
}

#[test]
fn what_has_no_price_is_counted_and_not_free() {
    let mut books = Books::default();
    books.add(&entry("m@x", 0, Outcome::Finished, 0).cost(None));
    let refused = Outcome::Failed(ErrorKind::Auth);
    books.add(&Entry::new("r", 1, "m@x", refused, Duration::ZERO));
    assert_eq!(books.all().unpriced, 1);
}

#[test]
fn tags_are_summed_by_their_values() {
    let mut books = Books::default();
    for (team, atto) in [("red", 1), ("blue", 10), ("red", 100)] {
        let mut entry = entry("m@x", 0, Outcome::Finished, atto);
        entry.tags.insert("team".into(), team.into());
        books.add(&entry);
    }
    assert_eq!(books.tags().collect::<Vec<_>>(), ["team"]);
    assert_eq!(books.by_tag("team")["red"].cost, Money::from_atto(101));
    assert!(books.by_tag("nobody").is_empty());
}

#[test]
fn rows_are_bounded_and_their_sum_is_exact() {
    let mut books = Books::default();
    let count = Books::MOST_ROWS + 50;
    for number in 0..count {
        let mut entry = entry(&format!("{number}@x"), 0, Outcome::Finished, 1);
        entry.tags.insert("id".into(), number.to_string());
        books.add(&entry);
    }
    assert_eq!(books.all().cost, Money::from_atto(count as u128));
    let models = books.by_model();
    assert_eq!(models.len(), Books::MOST_ROWS + 1);
    assert_eq!(models[Books::OTHERS].attempts, 50);
    assert_eq!(books.by_tag(Books::OTHERS)[Books::OTHERS].attempts, 50);
    assert_eq!(books.by_tag("id").len(), Books::MOST_ROWS);
}
