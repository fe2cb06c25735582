//! Streams that break and go on elsewhere, for those who ask for it.

use nohop::policy::Broken;
use nohop::wire::{Abilities, Ability};
use nohop::{Error, Event};
use nohop_testkit::Received;
use serde_json::Value;

use super::*;

const RESUMING: Limits = Limits { broken: Broken::Resume, ..LIMITS };

/// What the first says before it breaks, and what the second goes on with.
const SAID: &str = "One two three";
const REST: &str = " four five six seven.";

/// Reads an answer to its end.
async fn events_of(router: &Router) -> (Vec<Event>, Option<Error>) {
    let mut answer = router.stream(hello()).await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = answer.next().await {
        match event {
            Ok(event) => events.push(event),
            Err(error) => return (events, Some(error)),
        }
    }
    (events, None)
}

/// Who went on where the answer broke.
fn seams(events: &[Event]) -> Vec<String> {
    let target = |event: &Event| match event {
        Event::Seam { target, .. } => Some(target.clone()),
        _ => None,
    };
    events.iter().filter_map(target).collect()
}

/// The role and the text of the last turn of a call.
fn last_turn(call: &Received) -> (String, String) {
    let body = call.json();
    let turns = ["messages", "input", "contents"].iter().find_map(|key| body[*key].as_array());
    let last = turns.and_then(|turns| turns.last()).unwrap();
    let text = |block: &Value| block["text"].as_str().unwrap().to_owned();
    let content = match [&last["content"], &last["parts"]] {
        [Value::Array(blocks), _] | [_, Value::Array(blocks)] => blocks.iter().map(text).collect(),
        [content, _] => content.as_str().unwrap().to_owned(),
    };
    let role = last["role"].as_str().unwrap();
    (role.replace("model", "assistant"), content)
}

/// A stream that breaks with `kind` goes on at the second behind a seam, and nothing is said twice.
async fn check_resumes(fault: Fault, kind: ErrorKind) {
    for case in Case::streams().filter(|case| case.errs(kind)) {
        let second = |_| Script::new(case.other()).says(REST);
        let road = case.road_of(|first| first.fault(fault.clone()), second, RESUMING).await;
        let (events, error) = events_of(&road.router).await;

        assert!(error.is_none(), "{error:?}");
        assert_eq!(seams(&events), ["m2@second"]);
        assert_eq!(Response::from_iter(events).text(), FIRST);
        let asked = last_turn(&road.second.journal().last().unwrap());
        assert_eq!(asked, ("assistant".to_owned(), SAID.to_owned()));
        check_calls(&road, 1, 1);
        let entries = road.ledger.entries();
        let ended: Vec<_> = entries.iter().map(|entry| entry.outcome).collect();
        assert_eq!(ended, [Outcome::Failed(kind), Outcome::Finished]);
        assert!(entries[0].usage.estimated && !entries[1].usage.estimated);
        assert!(road.is_clear());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_goes_on_elsewhere_where_that_is_asked_for() {
    check_resumes(Fault::ResetAfter { events: 3 }, ErrorKind::Transport).await;
    check_resumes(Fault::CloseAfter { events: 3 }, ErrorKind::Transport).await;
    check_resumes(Fault::EofAfter { events: 3 }, ErrorKind::Truncated).await;
    check_resumes(Fault::StallAfter { events: 3 }, ErrorKind::Timeout).await;
    for kind in TOLD {
        check_resumes(Fault::ErrorAfter { events: 3, kind }, kind).await;
    }
}

#[tokio::test]
async fn a_resumed_answer_says_nothing_twice_however_often_it_breaks() {
    for case in Case::streams() {
        let breaks = Fault::ResetAfter { events: 2 };
        let first = |it: Script| it.fault(breaks.clone());
        let second = |_| Script::new(case.other()).says(" three four five").fault(breaks.clone());
        // Without pauses, it is the first's turn again.
        let limits = Limits { backoff: Duration::ZERO, ..RESUMING };
        let road = case.road_of(first, second, limits).await;
        let mut answer = road.router.stream(hello()).await.unwrap();
        let mut events = Vec::new();
        while let Some(event) = answer.next().await {
            if matches!(event, Ok(Event::Seam { .. })) {
                road.first.becomes(Script::new(case.dialect).says(" five six seven."));
            }
            events.push(event.unwrap());
        }

        assert_eq!(seams(&events), ["m2@second", "m1@first"]);
        assert_eq!(Response::from_iter(events).text(), FIRST);
        let turn = last_turn(&road.first.journal().last().unwrap());
        assert_eq!(turn, ("assistant".to_owned(), "One two three four".to_owned()));
        check_calls(&road, 2, 1);
        drop(answer);
        assert!(road.is_clear());
    }
}

#[tokio::test]
async fn white_space_before_the_break_is_said_once_and_refused_by_nobody() {
    for case in Case::streams() {
        let code = Script::new(case.dialect).says("def f(): \n\n");
        let first = |_| code.fault(Fault::ErrorAfter { events: 3, kind: ErrorKind::Quota });
        let second = |_| Script::new(case.other()).says(" \n\n    return 1");
        let road = case.road_of(first, second, RESUMING).await;
        let (events, error) = events_of(&road.router).await;

        assert!(error.is_none(), "{error:?}");
        assert_eq!(Response::from_iter(events).text(), "def f(): \n\n    return 1");
        assert_eq!(last_turn(&road.second.journal().last().unwrap()).1, "def f():");
    }
}

/// An answer with a call that breaks after so many events of content.
async fn broken_call(case: Case, events: usize, broken: Broken) -> Road {
    let calls = |it: Script| it.calls("look", r#"{"where":"everywhere"}"#);
    let first = |it| calls(it).fault(Fault::ResetAfter { events });
    let second = |_| Script::new(case.other()).says(" So.");
    case.road_of(first, second, Limits { broken, ..LIMITS }).await
}

#[tokio::test]
async fn half_a_call_is_never_told_and_the_answer_goes_on_without_it() {
    for case in Case::streams() {
        // Seven words and the beginning of the call, which some tell in one piece.
        let at_once = matches!(case.dialect, Dialect::Gemini | Dialect::Ollama);
        let events = if at_once { 7 } else { 8 };
        let road = broken_call(case, events, Broken::Resume).await;
        let (events, error) = events_of(&road.router).await;

        assert!(error.is_none(), "{case:?}: {error:?}");
        assert_eq!(seams(&events), ["m2@second"]);
        let said = Response::from_iter(events);
        assert_eq!((said.text(), said.tool_calls().count()), (format!("{FIRST} So."), 0));
        check_calls(&road, 1, 1);
        assert!(road.is_clear());
    }
}

#[tokio::test]
async fn an_answer_with_a_whole_call_goes_on_nowhere_and_may_begin_anew() {
    let case = Case { dialect: Dialect::Gemini, mode: Mode::Stream };
    let road = broken_call(case, 8, Broken::Resume).await;
    let (events, error) = events_of(&road.router).await;
    let error = error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Transport);
    let said = Response::from_iter(events);
    assert_eq!((said.text().as_str(), said.tool_calls().count()), (FIRST, 1));
    assert_eq!(error.response().unwrap().choices, said.choices);
    check_calls(&road, 1, 0);

    let road = broken_call(case, 8, Broken::Restart).await;
    let (events, error) = events_of(&road.router).await;
    assert!(error.is_none(), "{error:?}");
    assert!(events.iter().any(|event| matches!(event, Event::Seam { restart: true, .. })));
    let said = Response::from_iter(events);
    assert_eq!((said.text().as_str(), said.tool_calls().count()), (" So.", 0));
    check_calls(&road, 1, 1);
}

#[tokio::test]
async fn text_that_was_told_is_not_taken_back() {
    for case in Case::streams() {
        let first = |it: Script| it.fault(Fault::ResetAfter { events: 3 });
        let road = case.road_of(first, |it| it, Limits { broken: Broken::Restart, ..LIMITS }).await;
        let whole = Abilities { prefill: Ability::Drop, ..Abilities::default() };
        let targets = [Target::new("m1@first"), Target::new("m2@second").abilities(whole)];
        let router = Router::builder()
            .endpoint(endpoint("first", case.dialect, &road.first))
            .endpoint(endpoint("second", case.other(), &road.second))
            .route(Route::new("both", targets).limits(Limits { broken: Broken::Restart, ..LIMITS }))
            .build()
            .unwrap();
        let whole = router.stream(hello()).await.unwrap().response().await.unwrap();
        assert_eq!(whole.text(), SECOND, "an answer that is folded begins anew");
        let mut text = router.stream(hello()).await.unwrap().text();
        let mut told = String::new();
        let error = loop {
            match text.next().await.unwrap() {
                Ok(piece) => told.push_str(&piece),
                Err(error) => break error,
            }
        };
        assert_eq!((told.as_str(), error.kind()), (SAID, ErrorKind::Truncated));
        assert!(text.next().await.is_none());
    }
}

#[tokio::test]
async fn who_can_not_go_on_from_an_unfinished_turn_is_not_asked_to() {
    for case in Case::streams() {
        let fault = Fault::ErrorAfter { events: 3, kind: ErrorKind::Quota };
        let road = case.road(|first| first.fault(fault)).await;
        let whole = Abilities { prefill: Ability::Drop, ..Abilities::default() };
        let targets = [Target::new("m1@first"), Target::new("m2@second").abilities(whole)];
        let router = Router::builder()
            .endpoint(endpoint("first", case.dialect, &road.first))
            .endpoint(endpoint("second", case.other(), &road.second))
            .route(Route::new("both", targets).limits(RESUMING));
        let (events, error) = events_of(&router.build().unwrap()).await;

        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert_eq!(error.earlier()[0].kind(), ErrorKind::Quota);
        assert_eq!(Response::from_iter(events).text(), SAID);
        check_calls(&road, 1, 0);
    }
}
