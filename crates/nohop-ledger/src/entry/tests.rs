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
fn what_is_not_said_is_not_written() {
    let entry = Entry::new("r1", 0, "a@b/m@e", Outcome::Finished, Duration::ZERO);
    assert_eq!((&*entry.model, &*entry.endpoint), ("a@b/m", "e"));
    let json = serde_json::to_string(&entry).unwrap();
    for word in ["null", "cost", "tags", "user"] {
        assert!(!json.contains(word), "{json}");
    }
    assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
}
