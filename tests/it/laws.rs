//! Every law, over every fixture.

use std::collections::BTreeSet;

use http::{HeaderMap, StatusCode};
use nohop_tests::hosts::Host;
use nohop_types::{Event, Issuer, Request, Response};
use nohop_wire::dialect::{Anthropic, OpenAiChat};
use nohop_wire::laws::{self, Order, Sample};
use nohop_wire::{Call, Head, Mode};

use crate::fixtures::{self, Fixture};

fn fixtures() -> impl Iterator<Item = &'static Fixture> {
    fixtures::openai_chat::FIXTURES
        .iter()
        .chain(fixtures::openai_chat::FAILURES)
        .chain(fixtures::anthropic::FIXTURES)
        .chain(fixtures::openai_responses::FIXTURES)
        .chain(fixtures::gemini::FIXTURES)
        .chain(fixtures::cohere::FIXTURES)
        .chain(fixtures::ollama::FIXTURES)
        .chain(fixtures::converse::FIXTURES)
}

/// The fixtures that are complete answers.
fn complete() -> impl Iterator<Item = (&'static Fixture, Vec<Event>)> {
    fixtures().filter_map(|fixture| {
        let (events, ended) = fixture.sample(|sample| sample.read(usize::MAX));
        ended.is_ok().then_some((fixture, events))
    })
}

#[test]
fn law_1_cuts_do_not_matter() {
    for fixture in fixtures() {
        let held = fixture.sample(|sample| laws::cuts_do_not_matter(&sample));
        assert_eq!(held, Ok(()), "{}", fixture.name);
    }
}

#[test]
fn law_2_whole_and_stream_agree() {
    let mut unserved = BTreeSet::new();
    for (fixture, events) in complete() {
        let dialect = fixture.host.dialect();
        let held = match fixture.host.surface() {
            Some(surface) => fixture.sample(|sample| {
                let order = fixture.order();
                laws::whole_and_stream_agree(surface, dialect, &sample.call, &events, order)
            }),
            None => {
                unserved.insert(dialect.name());
                agree_elsewhere(fixture, &events)
            }
        };
        assert_eq!(held, Ok(()), "{}", fixture.name);
    }
    told(&unserved);
}

/// The same of a dialect that is spoken and not served: its answers are told in another.
fn agree_elsewhere(fixture: &Fixture, events: &[Event]) -> Result<(), laws::Breach> {
    let elsewhere: [(&dyn Host, Order); 2] =
        [(&OpenAiChat::PLAIN, Order::ByKind), (&Anthropic::PLAIN, Order::Told)];
    for (host, order) in elsewhere {
        let (dialect, surface) = (host.dialect(), host.surface().unwrap());
        fixture.sample(|sample| {
            laws::whole_and_stream_agree(surface, dialect, &sample.call, events, order)
        })?;
    }
    Ok(())
}

#[allow(clippy::print_stderr, reason = "a law that applies in part has to say so")]
fn told(unserved: &BTreeSet<&str>) {
    eprintln!("spoken and not served, so that law 2 is held to in other dialects: {unserved:?}");
}

#[test]
fn law_3_events_follow_the_grammar() {
    for fixture in fixtures() {
        let (events, _) = fixture.sample(|sample| sample.read(usize::MAX));
        assert_eq!(laws::events_follow_the_grammar(&events), Ok(()), "{}", fixture.name);
    }
}

#[test]
fn law_4_a_cut_answer_never_finishes() {
    for (fixture, _) in complete() {
        let held = fixture.sample(|sample| laws::a_cut_answer_never_finishes(&sample));
        assert_eq!(held, Ok(()), "{}", fixture.name);
    }
}

/// What law 4 finds in a stream of chat.
fn law_4(body: &str) -> Result<(), String> {
    let (request, issuer) = (Request::new("m"), Issuer::speaking(OpenAiChat::NAME));
    let call = Call::new(&request, "m", "/", &issuer).mode(Mode::Stream);
    let head = Head::new(StatusCode::OK, HeaderMap::new());
    let sample = Sample::new(&OpenAiChat::PLAIN, call, &head, body.as_bytes());
    laws::a_cut_answer_never_finishes(&sample).map_err(|breach| breach.to_string())
}

const HI: &str = r#"data: {"choices":[{"delta":{"content":"Hi"}}]}"#;
const STOP: &str = r#"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"#;

#[test]
fn law_4_lets_one_name_be_cut_that_stands_behind_the_data_and_nothing_else() {
    let check = |end: &str| law_4(&format!("{HI}\n\n{STOP}{end}"));
    for end in ["", "\n", "\n\n", "\r\n\r\n", "\nevent: chunk\n\n", "\r\nevent: chunk\r\n\r\n"] {
        assert_eq!(check(end), Ok(()), "{end:?}");
    }
    for end in ["\nevent: a\nevent: b\n\n", "\nid: 1\nevent: a\n\n", "\nid: 1\n\n"] {
        assert!(check(end).is_err(), "{end:?}");
    }
}

#[test]
fn law_6_nothing_is_lost() {
    // The tags themselves are taken away.
    for (fixture, events) in
        complete().filter(|(fixture, _)| fixture.name != "thinking between tags")
    {
        let response: Response = events.into_iter().collect();
        let name = fixture.host.dialect().name().replace('-', "_");
        let name = match &*name {
            "anthropic" => "anthropic_messages".to_owned(),
            "cohere" => "cohere_v2_chat".to_owned(),
            "converse" => "bedrock_converse".to_owned(),
            "gemini" => "gemini_generate".to_owned(),
            "ollama" => "ollama_chat".to_owned(),
            _ => name,
        };
        let noise = nohop_tests::lists::lists(&name).unwrap().noise();
        let held = fixture.sample(|sample| laws::nothing_is_lost(&sample, &response, &noise));
        assert_eq!(held, Ok(()), "{}", fixture.name);
    }
}

#[test]
fn law_7_no_input_panics() {
    for fixture in fixtures() {
        for index in 0..fixture.body.len() {
            for byte in *b"0\"}]\n,\xff" {
                let mut body = fixture.body.as_bytes().to_vec();
                body[index] = byte;
                fixture.sample(|sample| {
                    let Sample { dialect, call, head, .. } = sample;
                    drop(Sample::new(dialect, call, head, &fixture.bytes(&body)).read(64));
                });
            }
        }
    }
}
