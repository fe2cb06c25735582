//! Any surface to any dialect: a request that came in through one is answered from another, whole and
//! streamed, and goes on through the first.
//!
//! Requests are those of the vendors' own clients, where they are at hand, and a few of ours. Answers
//! are written by hand, and what a request says is read by hand: a mistake of our codec that its own
//! counterpart takes back would be no mistake here.

mod answers;
mod bedrock;
mod clients;
mod conversations;
mod facts;
mod losses;

use std::collections::{BTreeMap, BTreeSet};

use nohop_tests::hosts::Host;
use nohop_types::{Content, Error, Event, Part, Response, ToolCall};
use nohop_wire::dialect::{Anthropic, Gemini, History, OpenAiChat, OpenAiResponses};
use nohop_wire::{Call, Incoming, Mode, Stamp};
use serde_json::Value;

use self::answers::{Answer, Said, answers};
use self::facts::{facts, words};
use crate::speak;

/// A host that shows its thinking and takes it back.
const CHAT: &dyn Host = &OpenAiChat { history: History::Details, ..OpenAiChat::PLAIN };
const HOSTS: [&dyn Host; 4] = [CHAT, &Anthropic::PLAIN, &OpenAiResponses::PLAIN, &Gemini::PLAIN];
const MODES: [Mode; 2] = [Mode::Whole, Mode::Stream];

fn name(host: &dyn Host) -> &'static str {
    host.dialect().name()
}

/// Every surface with every dialect.
fn pairs() -> impl Iterator<Item = (&'static dyn Host, &'static dyn Host)> {
    HOSTS.into_iter().flat_map(|surface| HOSTS.into_iter().map(move |host| (surface, host)))
}

/// What clients of `surface` ask, by name.
fn asked(surface: &dyn Host) -> Vec<(String, Value)> {
    let mut asked = conversations::theirs(surface).unwrap_or_default();
    asked.push(("ours".to_owned(), conversations::ours(surface)));
    asked
}

/// A request of a client of `surface` as `host` is sent it, and what is lost of it.
///
/// # Errors
///
/// Why the host would not take it: those are told by the list of what is lost.
fn sent(
    surface: &dyn Host,
    host: &dyn Host,
    body: &Value,
    mode: Mode,
) -> Result<(Incoming, Value, Vec<String>), Error> {
    let (head, body) = clients::asked(surface, body, mode);
    let incoming = surface.surface().unwrap().decode(&head, body.to_string().as_bytes()).unwrap();
    assert_eq!(incoming.mode, mode);
    let issuer = speak::issuer(host);
    let call = Call::new(&incoming.request, "m", "/", &issuer).mode(mode);
    let encoded = host.dialect().encode(&call)?;
    let losses = encoded.losses.iter().map(ToString::to_string).collect();
    let body = serde_json::from_slice(&encoded.body).unwrap();
    Ok((incoming, body, losses))
}

/// What a client of `surface` is told of an answer of `host`.
fn told(surface: &dyn Host, incoming: &Incoming, host: &dyn Host, answer: &Answer) -> Vec<u8> {
    let mode = incoming.mode;
    let mut encoder = surface.surface().unwrap().encoder(incoming, Stamp::new("n1", 0));
    let mut out = Vec::new();
    let events = read(host, mode, answer.body(mode).as_bytes());
    events.iter().for_each(|event| encoder.event(event, &mut out));
    out
}

fn read(host: &dyn Host, mode: Mode, body: &[u8]) -> Vec<Event> {
    let (events, error) = speak::events(host, mode, body);
    assert!(error.is_none(), "{error:?}: {}", String::from_utf8_lossy(body));
    events
}

/// What an answer says.
fn said(events: Vec<Event>) -> Said {
    let response: Response = events.into_iter().collect();
    let refusal = |part: &'_ Part| match &part.content {
        Content::Refusal(text) => text.clone(),
        _ => String::new(),
    };
    let call = |call: &ToolCall| [call.id.clone(), call.name.clone(), call.arguments.clone()];
    let usage = &response.usage;
    Said {
        text: response.text(),
        thinking: response.reasoning(),
        refusal: response.parts().iter().map(refusal).collect(),
        calls: response.tool_calls().map(call).collect(),
        reason: response.reason().cloned().unwrap_or_default(),
        usage: [usage.input, usage.cache_read, usage.cache_write, usage.output, usage.reasoning],
    }
}

/// What is left of an answer that goes out through `surface`: all of it, but for these.
fn through(surface: &dyn Host, mut said: Said) -> Said {
    if matches!(name(surface), Anthropic::NAME | Gemini::NAME) {
        // A refusal has no place of its own there, and is told as text.
        said.text += &std::mem::take(&mut said.refusal);
    }
    if name(surface) == Gemini::NAME {
        // What was written to a cache is counted with what was read afresh.
        let written = said.usage[2].take();
        said.usage[0] = said.usage[0].map(|fresh| fresh + written.unwrap_or(0));
    }
    said
}

#[test]
fn the_hosts_of_these_tests_say_what_they_are_taken_to_say() {
    for host in HOSTS {
        for answer in answers(host) {
            for mode in MODES {
                let events = read(host, mode, answer.body(mode).as_bytes());
                assert_eq!(said(events), answer.said, "{} {} {mode:?}", name(host), answer.kind);
            }
        }
    }
}

#[test]
fn an_answer_of_any_dialect_goes_out_through_any_surface_as_it_came_but_for_a_list() {
    for (surface, host) in pairs() {
        for (case, body) in asked(surface) {
            for mode in MODES {
                let Ok((incoming, ..)) = sent(surface, host, &body, mode) else { continue };
                for answer in answers(host) {
                    let out = told(surface, &incoming, host, &answer);
                    let (from, to) = (name(host), name(surface));
                    let what = format!("{} of {from} to {to}, {case} {mode:?}", answer.kind);
                    let expected = through(surface, answer.said);
                    assert_eq!(said(read(surface, mode, &out)), expected, "{what}");
                }
            }
        }
    }
}

#[test]
fn what_an_answer_said_comes_back_to_its_issuer_through_any_surface_but_for_a_list() {
    let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    let mut lost = BTreeSet::new();
    for (surface, host) in pairs() {
        for body in
            asked(surface).into_iter().map(|(_, body)| body).filter(|body| asks(surface, body))
        {
            for mode in MODES {
                let Ok((incoming, first, before)) = sent(surface, host, &body, mode) else {
                    continue;
                };
                for answer in answers(host) {
                    let out = told(surface, &incoming, host, &answer);
                    let calls = said(read(surface, mode, &out)).calls;
                    let kept = clients::kept(surface, mode, &out);
                    let next = clients::goes_on(surface, &body, kept, &calls);
                    let (_, next, losses) = sent(surface, host, &next, mode).unwrap();

                    let native = clients::native(host, &answer.turn);
                    let native = clients::goes_on(host, &first, native, &own(&answer.said.calls));
                    // What was said before is told again; once the person spoke, it is excused no more.
                    let new = |body| facts(host, body).split_off(facts(host, &first).len());
                    let lines = differences(&new(&native), &new(&next));
                    found
                        .entry((name(surface), name(host), answer.kind))
                        .or_default()
                        .extend(lines);
                    let new = losses.into_iter().filter(|loss| !before.contains(loss));
                    lost.extend(new.map(|loss| (name(surface), name(host), loss)));
                }
            }
        }
    }
    found.retain(|_, lines| !lines.is_empty());
    let known = losses::OF_TURNS.iter().map(|(surface, host, kind, lines)| {
        let lines: BTreeSet<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        ((*surface, *host, *kind), lines)
    });
    assert_eq!(found, known.collect());
    let known = losses::OF_ITEMS.iter().map(|(s, h, loss)| (*s, *h, (*loss).to_owned()));
    assert_eq!(lost, known.collect());
}

/// Whether somebody else spoke last: the model's own turn would go on with its answer.
fn asks(surface: &dyn Host, body: &Value) -> bool {
    facts(surface, body).last().is_none_or(|last| !last.starts_with("assistant "))
}

/// The calls as their issuer knows them: an id that we made is none of its own.
fn own(calls: &[[String; 3]]) -> Vec<[String; 3]> {
    let made = |id: &str| if id.starts_with("nohop_") { String::new() } else { id.to_owned() };
    calls.iter().map(|[id, name, said]| [made(id), name.clone(), said.clone()]).collect()
}

/// The lines that are missing and those that are new; what only stands elsewhere is named as such.
fn differences(expected: &[String], found: &[String]) -> Vec<String> {
    let missing = expected.iter().filter(|line| !found.contains(line)).map(|l| format!("- {l}"));
    let new = found.iter().filter(|line| !expected.contains(line)).map(|l| format!("+ {l}"));
    let lines: Vec<String> = missing.chain(new).collect();
    match lines.is_empty() && expected != found {
        true => vec!["in another order".to_owned()],
        false => lines,
    }
}

#[test]
fn a_request_goes_from_any_surface_to_any_dialect_with_the_losses_listed() {
    for host in HOSTS {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut cases = BTreeSet::new();
        for surface in HOSTS {
            for (case, body) in asked(surface) {
                cases.insert(case.clone());
                let [whole, streamed] = MODES.map(|mode| sent(surface, host, &body, mode));
                let (_, whole, losses) = match whole {
                    Ok(sent) => sent,
                    Err(error) => {
                        assert_eq!(error.to_string(), streamed.unwrap_err().to_string());
                        found.entry(error.to_string()).or_default().insert(case);
                        continue;
                    }
                };
                let (_, streamed, others) = streamed.unwrap();
                assert_eq!(losses, others, "{case} from {} to {}", name(surface), name(host));
                let (before, after) = (words(surface, &body), words(host, &whole));
                assert_eq!(after, words(host, &streamed));
                let lines = differences(&before, &after);
                match losses.iter().any(|loss| loss.starts_with("late_system: translated")) {
                    false => {
                        let what = format!("{case} from {} to {}", name(surface), name(host));
                        assert_eq!(lines, [""; 0], "{what}");
                    }
                    // All that is said late is said, but as the person's.
                    true => assert_eq!(lines.len(), 2, "{lines:?}"),
                }
                for loss in losses {
                    found.entry(loss).or_default().insert(case.clone());
                }
            }
        }
        // Without the recordings, only our own conversations are held to the list.
        let mut known = losses::of_requests(host);
        known.values_mut().for_each(|of| of.retain(|case| cases.contains(case)));
        known.retain(|_, of| !of.is_empty());
        assert_eq!(found, known, "{}", name(host));
    }
}
