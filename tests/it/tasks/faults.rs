//! Whatever goes wrong while vectors or an order are made, as the journal says a client should see it.

use std::collections::BTreeSet;
use std::time::Duration;

use nohop::Error;
use nohop_testkit::{Fault, Received};
use tokio::time::timeout;

use super::*;

/// Longer than any emulator waits that ever answers; the clock is paused.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// What a client sees otherwise than its provider means it: which fault, what is meant and what is seen.
const SEEN: &[(&str, &str, &str)] = &[
    // A page with 503 says no more than the status.
    ("HtmlPage", "server", "overloaded"),
    // Below 200 no status tells what the word does not.
    ("ErrorAfter", "overloaded", "server"),
    // Gemini's answer to a prompt that it does not read; nobody knows it of texts.
    ("ContentFilter", "content filter", "protocol"),
    // What ends in the middle is cut.
    ("TruncatedJson", "protocol", "truncated"),
    ("MalformedAfter", "protocol", "truncated"),
];

/// What was seen otherwise than it was meant.
#[derive(Default)]
struct Seen {
    wrong: Vec<String>,
    /// The places in the list of what is known.
    known: BTreeSet<usize>,
}

impl Seen {
    fn add(
        &mut self,
        fault: &Fault,
        received: &Received,
        seen: Result<(), Option<Error>>,
        who: &str,
    ) {
        let told = match seen {
            Ok(()) => "answered".to_owned(),
            Err(None) => "timeout".to_owned(),
            Err(Some(error)) => error.kind().to_string(),
        };
        let meant = match received.outcome() {
            Outcome::Answered { .. } => "answered".to_owned(),
            Outcome::Failed(kind) => kind.to_string(),
            // Its own rule: a redirect is not followed, a foreign status is no failure of ours to name,
            // and what is too long is given up or read.
            Outcome::Undecided | Outcome::Left => return,
            other => panic!("{who}: {fault:?}: {other:?}"),
        };
        let shown = format!("{fault:?}");
        let known = SEEN.iter().position(|(name, means, seen)| {
            shown.starts_with(name) && (*means, *seen) == (&*meant, &*told)
        });
        self.known.extend(known);
        if meant != told && known.is_none() {
            self.wrong.push(format!("{who}: {shown} means {meant} and is seen as {told}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_host_that_makes_vectors_is_seen_as_what_it_is() {
    let mut all = Seen::default();
    for (dialect, endpoint, model) in embedders() {
        for fault in Fault::all() {
            let script = Script::new(dialect).fault(fault.clone());
            let (emulator, endpoint) = start(script, endpoint.clone()).await;
            let asked = timeout(PATIENCE, embed(&endpoint, &texts(1), model)).await;
            let seen = asked.map_err(|_| None).and_then(|asked| asked.map(drop).map_err(Some));
            let received = emulator.journal().last().unwrap();
            all.add(&fault, &received, seen, &format!("{} {model}", endpoint.name()));
        }
    }
    assert!(all.wrong.is_empty(), "{:#?}", all.wrong);
    assert_eq!(all.known.len(), SEEN.len(), "the list is longer than it need be");
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_host_that_puts_in_order_is_seen_as_what_it_is() {
    let mut all = Seen::default();
    for (dialect, endpoint, model) in rankers() {
        for fault in Fault::all() {
            let script = Script::new(dialect).fault(fault.clone());
            let (emulator, endpoint) = start(script, endpoint.clone()).await;
            let asked = timeout(PATIENCE, rerank(&endpoint, &question(), model)).await;
            let seen = asked.map_err(|_| None).and_then(|asked| asked.map(drop).map_err(Some));
            let received = emulator.journal().last().unwrap();
            all.add(&fault, &received, seen, &format!("{} {model}", endpoint.name()));
        }
    }
    assert!(all.wrong.is_empty(), "{:#?}", all.wrong);
}
