use proptest::prelude::*;

use super::*;
use crate::{Extras, FinishReason, Part, Piece, strategies};

/// Takes all events but the last, and says what becomes of that one.
fn check(events: &[Event], expected: Result<(), &str>) {
    let mut grammar = Grammar::default();
    let (last, before) = events.split_last().unwrap();
    for event in before {
        grammar.event(event).unwrap();
    }
    assert_eq!(grammar.event(last), expected, "{events:?}");
}

fn start() -> Event {
    Event::Start { id: None, model: None }
}

fn open(part: usize, choice: usize) -> Event {
    Event::Open { part, choice, start: Box::new(Part::text("")) }
}

fn say(part: usize) -> Event {
    Event::Delta { part, piece: Piece::Text("a".into()) }
}

fn close(part: usize) -> Event {
    Event::Close { part }
}

fn seam() -> Event {
    Event::Seam { target: "m@elsewhere".into(), restart: false }
}

fn end(choice: usize) -> Event {
    Event::End { choice, reason: FinishReason::Stop, raw: None, extra: Extras::new() }
}

fn finish() -> Event {
    Event::Finish { usage: std::sync::Arc::default(), extra: Extras::new() }
}

proptest! {
    #![proptest_config(strategies::config())]

    #[test]
    fn an_answer_follows_the_grammar_and_finishes_with_its_last_event(
        events in strategies::answer(),
    ) {
        let mut grammar = Grammar::default();
        for event in &events {
            prop_assert!(!grammar.is_finished());
            prop_assert_eq!(grammar.event(event), Ok(()), "{:?}", event);
        }
        prop_assert!(grammar.is_finished());
    }

    #[test]
    fn an_answer_told_twice_breaks_the_grammar(events in strategies::answer()) {
        let mut grammar = Grammar::default();
        let all: Result<Vec<()>, _> =
            events.iter().chain(&events).map(|event| grammar.event(event)).collect();
        prop_assert_eq!(all, Err("an event after finish"));
    }
}

#[test]
fn parts_may_interleave_and_a_choice_may_end_while_another_speaks() {
    check(&[start(), open(0, 0), open(1, 1), say(1), close(0), end(0), say(1)], Ok(()));
    check(&[start(), open(0, 0), close(0), open(0, 0)], Ok(()));
}

#[test]
fn an_answer_starts_once_and_first() {
    check(&[say(0)], Err("no start, or two"));
    check(&[start(), start()], Err("no start, or two"));
}

#[test]
fn a_part_is_open_once_between_its_opening_and_its_close() {
    check(&[start(), say(0)], Err("a delta to a part that is not open"));
    check(&[start(), open(0, 0), close(0), say(0)], Err("a delta to a part that is not open"));
    check(&[start(), open(0, 0), open(0, 0)], Err("a part that is opened twice"));
    check(&[start(), open(0, 0), close(0), close(0)], Err("a close of a part that is not open"));
}

#[test]
fn a_seam_closes_what_is_open_and_numbers_start_anew() {
    check(&[start(), open(0, 0), seam(), open(0, 0)], Ok(()));
    check(&[start(), open(0, 0), seam(), end(0)], Ok(()));
    check(&[start(), open(0, 0), seam(), say(0)], Err("a delta to a part that is not open"));
    check(&[start(), end(0), seam(), open(0, 0)], Err("a part of a choice that has ended"));
}

#[test]
fn a_choice_ends_once_and_last() {
    check(&[start(), open(0, 0), end(0)], Err("the end of a choice with a part open"));
    check(&[start(), end(0), end(0)], Err("a choice that ends twice"));
    check(&[start(), end(0), open(0, 0)], Err("a part of a choice that has ended"));
}

#[test]
fn an_answer_finishes_when_its_choices_have_ended_and_nothing_follows() {
    check(&[start(), finish()], Err("a finish before every choice ended"));
    check(&[start(), open(0, 1), end(0), finish()], Err("a finish before every choice ended"));
    check(&[start(), end(0), finish(), finish()], Err("an event after finish"));
}
