//! Every departure of every host is read as its fixture says.

use nohop_types::Response;

use crate::fixtures::{self, Fixture, told};

fn check(fixtures: &[Fixture]) {
    let mut wrong = String::new();
    for fixture in fixtures {
        let (events, ended) = fixture.sample(|sample| sample.read(usize::MAX));
        let response: Response = events.into_iter().collect();
        let found = told(&response, ended.err().as_ref());
        if found != fixture.told {
            wrong +=
                &format!("{}\n  expected {}\n  found    {found}\n", fixture.name, fixture.told);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn hosts_of_openai_chat_are_read_whatever_their_departures() {
    check(fixtures::openai_chat::FIXTURES);
    check(fixtures::openai_chat::FAILURES);
}

#[test]
fn hosts_of_anthropic_are_read_whatever_their_departures() {
    check(fixtures::anthropic::FIXTURES);
}

#[test]
fn hosts_of_converse_are_read_whatever_their_departures() {
    check(fixtures::converse::FIXTURES);
}

#[test]
fn hosts_of_gemini_are_read_whatever_their_departures() {
    check(fixtures::gemini::FIXTURES);
}

#[test]
fn hosts_of_openai_responses_are_read_whatever_their_departures() {
    check(fixtures::openai_responses::FIXTURES);
}

#[test]
fn cohere_is_read_whatever_it_departs_from() {
    check(fixtures::cohere::FIXTURES);
}

#[test]
fn ollama_is_read_whatever_it_departs_from() {
    check(fixtures::ollama::FIXTURES);
}
