use nohop_ledger::Entry;
use nohop_types::{Outcome, Request};

use super::*;

fn entry(request: &str, attempt: u32, began: u64, outcome: Outcome, usage: Usage) -> String {
    let asked = Request::new("chat").tag("team", "blue").by("ann");
    let entry = Entry::new(request, attempt, "m@p", outcome, Duration::from_secs(2))
        .asked(nohop_types::Task::Chat, &asked)
        .began(Duration::from_secs(began))
        .usage(usage);
    serde_json::to_string(&entry).unwrap()
}

fn used(input: u64, read: u64, output: u64) -> Usage {
    let mut usage = Usage::default();
    (usage.input, usage.cache_read, usage.output) = (Some(input), Some(read), Some(output));
    usage
}

#[test]
fn what_a_ledger_wrote_is_a_workload() {
    let failed = Outcome::Failed(ErrorKind::Server);
    let lines = [
        entry("b", 1, 1_700_000_012, Outcome::Finished, used(700, 300, 50)),
        entry("b", 0, 1_700_000_010, failed, Usage::default()),
        String::new(),
        entry("a", 0, 1_700_000_007, Outcome::Finished, used(10, 0, 5)),
    ];

    let workload = Workload::read(&lines.join("\n")).unwrap();

    let told = |row: &super::super::Row| (row.at.as_secs(), row.input, row.prefix, row.output);
    let rows: Vec<_> = workload.asks.iter().map(told).collect();
    assert_eq!(rows, [(0, 10, 0, 5), (3, 1_000, 300, 50)]);
    let request = workload.request(&workload.asks[1]);
    assert_eq!((&*request.model, request.tags["team"].as_str()), ("m", "blue"));
    assert_eq!(request.user.as_deref(), Some("ann"));
}

#[test]
fn a_line_that_is_no_entry_is_named() {
    let lines = [entry("a", 0, 1, Outcome::Finished, Usage::default()), "{}".to_owned()];
    let error = Workload::read(&lines.join("\n")).unwrap_err();
    assert!(error.message().starts_with("line 2 is no entry"), "{error}");
}
