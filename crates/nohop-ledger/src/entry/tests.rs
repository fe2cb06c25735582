use nohop_types::{ErrorKind, Money};

use super::*;

#[test]
fn an_entry_survives_its_json() {
    let request = Request::new("m").tag("team", "red").by("ann");
    let mut usage = Usage::default();
    usage.input = Some(3);
    let entry = Entry::new("r1", 2, "m@e", Outcome::Failed(ErrorKind::Server), Duration::MAX)
        .place("e", "author/m", 4)
        .asked(Task::Embed, &request)
        .usage(usage)
        .cost(Cost::estimated(Money::from_atto(1)))
        .began(Duration::from_nanos(1))
        .first_content(Duration::from_millis(20))
        .status(503)
        .losses(1)
        .delivery(Delivery::Stream);
    let json = serde_json::to_string(&entry).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
    assert!(json.contains(r#""cost":{"amount":"0.000000000000000001","provenance":"estimated"}"#));
}

#[test]
fn what_the_router_says_of_a_request_stands_among_its_tags() {
    let request = Request::new("m").tag("team", "red").tag("arm", "wished");
    let labels = [Label::new("arm", "short"), Label::new("difficulty", "easy")];
    let entry = Entry::new("r1", 0, "m@e", Outcome::Finished, Duration::ZERO)
        .asked(Task::Chat, &request)
        .labels(&labels);
    let tags: Vec<_> = entry.tags.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(tags, [("arm", "short"), ("difficulty", "easy"), ("team", "red")]);
}

#[test]
fn what_is_not_said_is_not_written() {
    let entry = Entry::new("r1", 0, "a@b/m@e", Outcome::Finished, Duration::ZERO);
    assert_eq!((&*entry.model, &*entry.endpoint), ("a@b/m", "e"));
    let json = serde_json::to_string(&entry).unwrap();
    for word in ["null", "cost", "tags", "user"] {
        assert!(!json.contains(word), "{json}");
    }
    assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
}
