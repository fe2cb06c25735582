use nohop_types::{Reasoning, Role};

use super::*;

/// What is asked after `said` was said, and what becomes of `pieces` that go on from there.
fn check(said: &str, pieces: &[&str], asked: &str, heard: &str) {
    let mut state = Said::new(false);
    for event in [open(0, Part::text("")), delta(0, said)] {
        state.note(&event);
    }
    let question = Arc::new(Request::new("m").user("Hello?"));
    let Onward { request, anew } = state.onward(&question, true).unwrap();
    assert!(!anew);
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

/// What is told of `events`, and whether somebody may go on behind them.
fn pass(said: &mut Said, events: impl IntoIterator<Item = Event>) -> (usize, bool) {
    let mut ready = VecDeque::new();
    let mut goes_on = true;
    for event in events {
        goes_on &= said.pass(event, &mut ready);
    }
    ready.iter().for_each(|event| said.note(event));
    (ready.len(), goes_on)
}

fn call(part: usize) -> Event {
    open(part, Part::new(Content::ToolCall(nohop_types::ToolCall::new("id", "name", "{"))))
}

#[test]
fn half_a_call_is_not_told_nor_what_stands_behind_it() {
    let asked = Arc::new(Request::new("m").user("Hello?"));
    let mut said = Said::new(false);
    let begun = [open(0, Part::text("Hi")), call(1), open(2, Part::text("so"))];
    assert_eq!(pass(&mut said, begun), (1, true));
    let onward = said.onward(&asked, true).unwrap();
    let told = onward.request.messages.last().unwrap().parts[0].as_text().map(str::to_owned);
    assert_eq!(told.as_deref(), Some("Hi"));
    assert_eq!(pass(&mut said, [call(1), Event::Close { part: 1 }]), (2, false));
}

#[test]
fn nobody_goes_on_from_a_call_another_choice_or_an_end() {
    let other = Event::Open { part: 1, choice: 1, start: Box::new(Part::text("Hi")) };
    let reason = nohop_types::FinishReason::Stop;
    let end = Event::End { choice: 0, reason, raw: None, extra: Default::default() };
    for events in [vec![call(0), Event::Close { part: 0 }], vec![other], vec![end]] {
        assert!(!pass(&mut Said::new(false), events.clone()).1);
        let mut said = Said::new(true);
        assert!(pass(&mut said, events).1);
        let asked = Arc::new(Request::new("m").user("Hello?"));
        let onward = said.onward(&asked, true).unwrap();
        assert!(onward.anew && Arc::ptr_eq(&onward.request, &asked));
        said.forget();
        said.note(&Event::Seam { target: "m@there".into(), restart: true });
        assert!(!said.onward(&asked, true).unwrap().anew);
    }
}

#[test]
fn who_can_not_go_on_begins_anew_where_that_is_allowed() {
    let asked = Arc::new(Request::new("m").user("Hello?"));
    for restarts in [false, true] {
        let mut said = Said::new(restarts);
        assert!(!said.onward(&asked, false).unwrap().anew, "nothing was said");
        pass(&mut said, [open(0, Part::text("Hi "))]);
        match said.onward(&asked, false) {
            Ok(onward) => assert!(restarts && onward.anew),
            Err(error) => assert!(!restarts && error.kind() == ErrorKind::Unsupported),
        }
    }
}
