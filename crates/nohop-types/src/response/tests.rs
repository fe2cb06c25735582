use std::sync::Arc;

use proptest::prelude::*;

use crate::*;

fn start() -> Event {
    Event::Start { id: Some("a-1".into()), model: Some("m".into()) }
}

fn open(part: usize, choice: usize, content: Content) -> Event {
    Event::Open { part, choice, start: Box::new(content.into()) }
}

fn text(part: usize, choice: usize) -> Event {
    open(part, choice, Content::Text(String::new()))
}

fn say(part: usize, words: &str) -> Event {
    Event::Delta { part, piece: Piece::Text(words.into()) }
}

fn close(part: usize) -> Event {
    Event::Close { part }
}

fn end(choice: usize) -> Event {
    Event::End { choice, reason: FinishReason::Stop, raw: None, extra: Extras::new() }
}

fn finish() -> Event {
    Event::Finish { usage: Arc::default(), extra: Extras::new() }
}

/// What each choice says once `events` are folded.
fn check(events: impl IntoIterator<Item = Event>, said: &[&[&str]]) {
    let response: Response = events.into_iter().collect();
    let said: Vec<Vec<Part>> =
        said.iter().map(|parts| parts.iter().map(|text| Part::text(*text)).collect()).collect();
    let found: Vec<Vec<Part>> = response.choices.into_iter().map(|choice| choice.parts).collect();
    assert_eq!(found, said);
}

proptest! {
    #![proptest_config(strategies::config())]

    #[test]
    fn a_response_survives_its_text(events in strategies::answer()) {
        let response: Response = events.into_iter().collect();
        let text = serde_json::to_string(&response).unwrap();
        let read: Response = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, response, "{}", text);
    }

    #[test]
    fn it_does_not_matter_how_many_events_come_at_once(
        events in strategies::answer(),
        at in any::<prop::sample::Index>(),
    ) {
        let (first, rest) = events.split_at(at.index(events.len()));
        let mut response: Response = first.iter().cloned().collect();
        response.extend(rest.iter().cloned());
        prop_assert_eq!(response, events.into_iter().collect::<Response>());
    }

    #[test]
    fn an_answer_that_is_only_looked_at_comes_to_the_same(events in strategies::answer()) {
        let mut response = Response::default();
        response.extend(&events);
        prop_assert_eq!(response, events.into_iter().collect::<Response>());
    }

    #[test]
    fn every_part_and_every_end_is_kept(events in strategies::answer()) {
        let anew = events.iter().rposition(|event| matches!(event, Event::Seam { restart: true, .. }));
        let events = &events[anew.unwrap_or_default()..];
        let opened = events.iter().filter(|event| matches!(event, Event::Open { .. })).count();
        let ended = events.iter().filter(|event| matches!(event, Event::End { .. })).count();
        let response: Response = events.iter().cloned().collect();
        prop_assert_eq!(response.choices.iter().map(|c| c.parts.len()).sum::<usize>(), opened);
        prop_assert_eq!(response.choices.iter().filter(|c| c.reason.is_some()).count(), ended);
    }
}

#[test]
fn parts_grow_side_by_side_and_stand_in_the_order_of_their_opening() {
    check(
        [
            start(),
            text(0, 0),
            text(1, 0),
            say(1, "b"),
            say(0, "a"),
            say(1, "b"),
            close(0),
            close(1),
        ],
        &[&["a", "bb"]],
    );
}

#[test]
fn a_choice_may_come_before_those_with_a_lower_number() {
    check([start(), text(0, 2), say(0, "c"), text(1, 0), say(1, "a")], &[&["a"], &[], &["c"]]);
}

#[test]
fn a_piece_that_comes_late_or_belongs_nowhere_is_passed_over() {
    check([start(), text(0, 0), say(0, "a"), close(0), say(0, "b"), say(7, "c")], &[&["a"]]);
    check([start(), say(0, "a"), close(0)], &[]);
}

#[test]
fn after_a_seam_numbers_start_anew_and_the_choice_goes_on() {
    let seam = || Event::Seam { target: "m@elsewhere".into(), restart: false };
    check(
        [start(), text(0, 0), say(0, "a"), seam(), say(0, "lost"), text(0, 0), say(0, "b")],
        &[&["a", "b"]],
    );
}

#[test]
fn after_a_seam_where_it_begins_anew_nothing_is_left_of_what_came_before() {
    let seam = || Event::Seam { target: "m@elsewhere".into(), restart: true };
    check(
        [start(), text(0, 0), say(0, "a"), end(0), seam(), say(0, "lost"), text(0, 0), say(0, "b")],
        &[&["b"]],
    );
}

#[test]
fn choices_are_bounded() {
    const LAST: usize = Response::MOST_CHOICES - 1;
    let events = [start(), text(0, LAST), say(0, "a"), text(1, LAST + 1), say(1, "b")];
    let events = events.into_iter().chain([text(2, usize::MAX), end(LAST + 1), end(LAST)]);
    let response: Response = events.collect();
    assert_eq!(response.choices.len(), Response::MOST_CHOICES);
    assert_eq!(response.choices[LAST].parts, ["a".into()]);
    assert_eq!(response.choices[LAST].reason, Some(FinishReason::Stop));
}

#[test]
fn usage_grows_by_snapshots_and_the_last_word_is_the_finish() {
    let count = |input, output| Box::new(Usage { input, output, ..Usage::default() });
    let mut response: Response =
        [start(), Event::Usage(count(Some(7), Some(1))), Event::Usage(count(None, Some(5)))]
            .into_iter()
            .collect();
    assert_eq!(*response.usage, *count(Some(7), Some(5)));
    response.extend([
        end(0),
        Event::Finish { usage: Arc::from(count(Some(7), Some(6))), extra: Extras::new() },
    ]);
    assert_eq!(*response.usage, *count(Some(7), Some(6)));
}

#[test]
fn an_answer_that_is_still_coming_can_be_read_as_far_as_it_is() {
    let mut response: Response = [start(), text(0, 0), say(0, "Hel")].into_iter().collect();
    assert_eq!((response.text().as_str(), response.reason()), ("Hel", None));
    response.extend([say(0, "lo"), close(0), end(0), finish()]);
    assert_eq!((response.text().as_str(), response.reason()), ("Hello", Some(&FinishReason::Stop)));
}

#[test]
fn text_thinking_and_calls_of_the_first_choice_are_at_hand() {
    let thought = Content::Reasoning(Reasoning::text(Issuer::default(), "Hm. "));
    let call = ToolCall::new("call_1", "weather", "");
    let arguments = Event::Delta { part: 2, piece: Piece::Arguments("{}".into()) };
    let response: Response = [
        start(),
        open(0, 0, thought),
        say(0, "Yes."),
        text(1, 0),
        say(1, "Wait."),
        open(2, 0, Content::ToolCall(call)),
        arguments,
        text(3, 1),
        say(3, "Another."),
    ]
    .into_iter()
    .collect();
    assert_eq!((response.reasoning(), response.text()), ("Hm. Yes.".into(), "Wait.".into()));
    let calls: Vec<&ToolCall> = response.tool_calls().collect();
    assert_eq!(calls, [&ToolCall::new("call_1", "weather", "{}")]);
}

#[test]
fn nothing_is_said_before_anything_is() {
    let response = Response::default();
    assert_eq!((response.parts(), response.reason(), response.text()), (&[][..], None, "".into()));
}
