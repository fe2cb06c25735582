use nohop_types::{Reasoning, Role};

use super::*;

/// What is asked after `said` was said, and what becomes of `pieces` that go on from there.
fn check(said: &str, pieces: &[&str], asked: &str, heard: &str) {
    let mut state = Said::default();
    for event in [open(0, Part::text("")), delta(0, said)] {
        state.note(&event);
    }
    let request = state.request(&Arc::new(Request::new("m").user("Hello?")));
    let last = request.messages.last().unwrap();
    let told = last.parts.iter().filter_map(Part::as_text).collect::<String>();
    match asked {
        "" => assert_eq!(last.role, Role::User),
        asked => assert_eq!((last.role, &*told), (Role::Assistant, asked)),
    }
    let thinking = Part::new(Content::Reasoning(Reasoning::default()));
    let mut events = vec![open(0, thinking), delta(0, " \n"), open(1, Part::text(""))];
    events.extend(pieces.iter().map(|piece| delta(1, piece)));
    events.iter_mut().for_each(|event| state.skip(event));
    let response = Response::from_iter(events);
    assert_eq!(response.text(), heard, "{said:?} {pieces:?}");
    assert_eq!(response.reasoning(), " \n");
}

fn open(part: usize, start: Part) -> Event {
    Event::Open { part, choice: 0, start: Box::new(start) }
}

fn delta(part: usize, text: &str) -> Event {
    Event::Delta { part, piece: Piece::Text(text.to_owned()) }
}

#[test]
fn white_space_at_the_end_is_neither_told_nor_said_twice() {
    check("One two", &[" three"], "One two", " three");
    check("One two ", &[" three"], "One two", "three");
    check("One two ", &["three"], "One two", "three");
    check("f():\n    ", &["\n ", "   return"], "f():", "return");
    check("f():\n    ", &["\n  return"], "f():", "return");
    check("f():\n", &["\n", "\n", "x"], "f():", "\nx");
    check("一\u{3000}", &["\u{3000}二"], "一", "二");
    check("一\u{3000}", &["\u{2003}二"], "一", "\u{2003}二");
    check("\n\n", &["\n\nHi"], "", "Hi");
}

#[test]
fn what_is_more_than_text_and_thinking_does_not_go_on() {
    let call = Part::new(Content::ToolCall(nohop_types::ToolCall::new("id", "name", "{")));
    assert!(!Said::goes_on_from(&open(0, call)));
    let other = Event::Open { part: 1, choice: 1, start: Box::new(Part::text("Hi")) };
    assert!(!Said::goes_on_from(&other));
    assert!(Said::goes_on_from(&open(0, Part::text("Hi"))) && Said::goes_on_from(&delta(0, "Hi")));
}
