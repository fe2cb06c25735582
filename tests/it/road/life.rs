//! The life of a stream, from the call to its end, whoever breaks wherever: enumerated and not sampled.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request as HttpRequest, Response as HttpResponse};
use nohop::policy::{Broken, Clocks, Hedge, Window};
use nohop::providers::{Body, Transport};
use nohop::wire::{Abilities, Ability, Strictness};
use nohop::{Error, ErrorKind, Event, Piece};
use nohop_testkit::Fault;
use nohop_types::Grammar;
use serde_json::Value;

use super::scripted::{paused, played};
use super::*;

const SECOND: Duration = Duration::from_secs(1);
const HOSTS: [&str; 3] = ["first", "second", "third"];
/// The letters that they end their words with.
const VOICES: [char; 3] = ['a', 'b', 'c'];
/// How many words each of them says.
const WORDS: usize = 4;

/// What is said by the candidate of this number, or of any.
fn full(voice: char) -> String {
    let words = (0..WORDS).map(|word| format!("w{word}{voice}"));
    words.collect::<Vec<_>>().join(" ")
}

/// The same whoever said it.
fn plain(text: &str) -> String {
    text.replace(VOICES, "?")
}

/// Providers that go on from what was said before, and break as they are told to.
struct Actors {
    faults: [Option<Fault>; 3],
    calls: Mutex<Vec<usize>>,
}

impl fmt::Debug for Actors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.faults.fmt(f)
    }
}

#[async_trait]
impl Transport for Actors {
    async fn send(&self, request: HttpRequest<Bytes>) -> Result<HttpResponse<Body>> {
        let host = request.uri().host().unwrap();
        let number = HOSTS.iter().position(|name| *name == host).unwrap();
        self.calls.lock().unwrap().push(number);
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let last = body["messages"].as_array().unwrap().last().unwrap();
        let said = match last["role"].as_str().unwrap() {
            "assistant" => last["content"].as_str().unwrap().len(),
            _ => 0,
        };
        let rest = full(VOICES[number]).split_off(said);
        let script = Script::openai().says(rest).usage(7, 9).delay(SECOND / 10).pause(SECOND / 10);
        let script = self.faults[number].iter().cloned().fold(script, Script::fault);
        played(script.respond(request)).await
    }
}

/// What a consumer saw, and what is left behind.
struct Seen {
    events: Vec<Event>,
    error: Option<Error>,
    calls: usize,
}

async fn live(faults: [Option<Fault>; 3], limits: Limits, able: [bool; 3]) -> Seen {
    let actors = Arc::new(Actors { faults, calls: Mutex::default() });
    let ledger = Arc::new(Memory::new().budget(Money::DOLLAR));
    let target = |number: usize| {
        let prefill = if able[number] { Ability::Able } else { Ability::Drop };
        let abilities = Abilities { prefill, ..Abilities::default() };
        Target::new(format!("m@{}", HOSTS[number])).price(price()).abilities(abilities)
    };
    let endpoints = HOSTS.map(|host| {
        let endpoint = Endpoint::new(table::OPENAI).id(host).base_url(format!("http://{host}"));
        endpoint.key("sk").strictness(Strictness::Strict)
    });
    let builder = endpoints.into_iter().fold(Router::builder(), Builder::endpoint);
    let router = builder
        .route(Route::new("both", (0..3).map(target)).limits(limits))
        .transport(Shared(actors.clone()))
        .ledger(ledger.clone())
        .catalog(None)
        .build()
        .unwrap();
    let (mut events, mut error, mut trace) = (Vec::new(), None, None);
    match router.stream(hello()).await {
        Err(failed) => error = Some(failed),
        Ok(mut answer) => {
            while let Some(event) = answer.next().await {
                match event {
                    Ok(event) => events.push(event),
                    Err(failed) => error = Some(failed),
                }
            }
            trace = Some(answer.trace());
        }
    }
    let calls = actors.calls.lock().unwrap().len();
    let trace = trace.or_else(|| error.as_ref()?.trace().cloned()).unwrap();
    let sent = trace.attempts.iter().filter(|attempt| attempt.sent.is_some()).count();
    let entries = ledger.entries();
    assert_eq!((sent, entries.len()), (calls, calls), "each call is on the trace and the ledger");
    let costs = entries.iter().filter_map(|entry| Some(entry.cost?.amount));
    let cost = trace.cost().map(|cost| cost.amount);
    assert_eq!(cost.unwrap_or_default(), costs.fold(Money::ZERO, |sum, cost| sum + cost));
    assert_eq!((router.running(), ledger.held()), (0, Money::ZERO), "nothing is left behind");
    Seen { events, error, calls }
}

/// A transport that is looked at from outside.
#[derive(Debug)]
struct Shared(Arc<Actors>);

#[async_trait]
impl Transport for Shared {
    async fn send(&self, request: HttpRequest<Bytes>) -> Result<HttpResponse<Body>> {
        self.0.send(request).await
    }
}

/// Holds what a consumer saw to what is documented.
fn check(seen: &Seen, limits: &Limits, place: &str) {
    let Seen { events, error, calls } = seen;
    assert!(*calls <= limits.attempts, "{place}");
    let mut grammar = Grammar::default();
    events
        .iter()
        .for_each(|event| grammar.event(event).unwrap_or_else(|why| panic!("{why}: {place}")));
    assert_eq!(
        grammar.is_finished(),
        error.is_none(),
        "it finishes or fails, and not both: {place}"
    );
    let folded = Response::from_iter(events.iter().cloned());
    let text = folded.text();
    assert!(
        full('?').starts_with(&plain(&text)),
        "nothing is lost or said twice: {text:?} {place}"
    );
    match error {
        None => assert_eq!(plain(&text), full('?'), "{place}"),
        Some(error) if events.is_empty() => assert!(error.response().is_none(), "{place}"),
        Some(error) => {
            let partial = error.response().unwrap();
            assert_eq!(partial.choices, folded.choices, "the error has what was told: {place}");
            assert!(text.is_empty() || partial.usage.total().is_some(), "{place}");
        }
    }
    // What stands behind a seam is of one voice, that of whom the seam names.
    let mut voice = None;
    for event in events {
        match event {
            Event::Seam { target, restart } => {
                assert!(limits.broken != Broken::Fail, "nobody asked to resume: {place}");
                let may_restart = limits.broken == Broken::Restart;
                assert!(!restart || may_restart, "nobody asked to restart: {place}");
                let host = target.split_once('@').unwrap().1;
                voice = HOSTS.iter().position(|name| *name == host).map(|number| VOICES[number]);
            }
            Event::Delta { piece: Piece::Text(text), .. } => {
                for letter in text.chars().filter(|letter| VOICES.contains(letter)) {
                    assert_eq!(*voice.get_or_insert(letter), letter, "one at a time: {place}");
                }
            }
            _ => {}
        }
    }
}

/// Every fault at every event, before them, and none.
fn faults() -> Vec<Option<Fault>> {
    let at = |events| {
        [
            Fault::ResetAfter { events },
            Fault::EofAfter { events },
            Fault::StallAfter { events },
            Fault::ErrorAfter { events, kind: ErrorKind::Server },
            Fault::MalformedAfter { events },
        ]
    };
    let amid = (0..=WORDS).flat_map(at);
    let before = [Fault::Overloaded, Fault::Hang, Fault::Late(SECOND * 2)];
    amid.chain(before).map(Some).chain([None]).collect()
}

/// Lives through every pair of faults of the first two, while the third is well or breaks as well.
fn check_all(limits: Limits, able: [bool; 3]) {
    let mut lives = 0;
    for first in faults() {
        for second in faults() {
            for third in [None, Some(Fault::ResetAfter { events: 1 })] {
                let well = third.is_none();
                let faults = [first.clone(), second.clone(), third];
                let place = format!("{faults:?}");
                let seen = paused(live(faults, limits, able));
                check(&seen, &limits, &place);
                let goes_on = match limits.broken {
                    Broken::Resume => able == [true; 3],
                    broken => broken == Broken::Restart,
                };
                let error = seen.error;
                assert!(!goes_on || !well || error.is_none(), "{place}: {error:?}");
                lives += 1;
            }
        }
    }
    assert_eq!(lives, 2 * 29 * 29);
}

const LIMITS: Limits = Limits {
    clocks: Clocks {
        first_content: Duration::from_secs(3),
        silence: Duration::from_secs(2),
        ..Clocks::DEFAULT
    },
    ..Limits::DEFAULT
};
const HEDGED: Limits = Limits { hedge: Some(Hedge::After(SECOND)), ..LIMITS };

#[test]
fn where_a_break_is_the_end_it_is_told_and_nothing_follows() {
    check_all(LIMITS, [true; 3]);
    check_all(HEDGED, [true; 3]);
}

#[test]
fn where_answers_resume_they_go_on_to_the_byte() {
    for limits in [LIMITS, HEDGED] {
        check_all(Limits { broken: Broken::Resume, ..limits }, [true; 3]);
    }
}

#[test]
fn where_some_can_not_go_on_those_are_passed_over() {
    for limits in [LIMITS, HEDGED] {
        check_all(Limits { broken: Broken::Resume, ..limits }, [true, false, true]);
    }
}

#[test]
fn where_answers_restart_what_came_before_is_discarded() {
    for limits in [LIMITS, HEDGED] {
        check_all(Limits { broken: Broken::Restart, ..limits }, [false; 3]);
        check_all(Limits { broken: Broken::Restart, ..limits }, [true, true, false]);
    }
}

#[test]
fn what_is_held_in_a_window_breaks_unseen() {
    let window = Window { time: SECOND / 4, ..Window::NONE };
    for limits in [LIMITS, HEDGED] {
        check_all(Limits { window, ..limits }, [true; 3]);
        check_all(Limits { window, broken: Broken::Resume, ..limits }, [true; 3]);
    }
}
