//! The same of Anthropic's Messages as Bedrock's InvokeModel wraps them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop_types::{ErrorKind, Issuer, Request};
use nohop_wire::dialect::Anthropic;
use nohop_wire::{Call, Dialect, Framer, Framing, Mode};
use serde_json::Value;

use crate::fixtures::{anthropic, converse::messages};
use crate::speak::{answer, error, events};

const INVOKE: &Anthropic = &Anthropic::INVOKE;

/// The events of a stream, each wrapped in a message.
fn wrapped(body: &str) -> Vec<u8> {
    let (mut framer, mut input, mut lines) =
        (Framer::new(Framing::Sse, 1 << 20), body.as_bytes(), String::new());
    let mut wrap = |data: &[u8]| {
        let bytes = STANDARD.encode(data);
        lines.push_str(&format!("chunk {{\"bytes\":\"{bytes}\",\"p\":\"abcdef\"}}\n"));
    };
    while let Some(frame) = framer.next(&mut input).unwrap() {
        wrap(frame.data);
    }
    while let Some(frame) = framer.last() {
        wrap(frame.data);
    }
    messages(lines.as_bytes())
}

#[test]
fn every_anthropic_stream_reads_the_same_when_it_is_wrapped() {
    let mut compared = 0;
    for fixture in anthropic::FIXTURES.iter().filter(|fixture| fixture.mode == Mode::Stream) {
        let (plain, ended) = events(&Anthropic::PLAIN, Mode::Stream, fixture.body.as_bytes());
        let (found, found_ended) = events(INVOKE, Mode::Stream, &wrapped(fixture.body));
        assert_eq!(found, plain, "{}", fixture.name);
        let shown = |error: Option<nohop_types::Error>| error.map(|error| error.to_string());
        assert_eq!(shown(found_ended), shown(ended), "{}", fixture.name);
        compared += 1;
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn a_whole_answer_is_not_wrapped() {
    for fixture in anthropic::FIXTURES.iter().filter(|fixture| fixture.mode == Mode::Whole) {
        let (plain, _) = answer(&Anthropic::PLAIN, Mode::Whole, fixture.body);
        assert_eq!(answer(INVOKE, Mode::Whole, fixture.body).0, plain, "{}", fixture.name);
    }
}

#[test]
fn an_exception_amid_wrapped_events_keeps_its_kind() {
    let start = r#"{"type":"message_start","message":{"id":"1","model":"m","content":[]}}"#;
    let mut body = wrapped(&format!("data: {start}\n\n"));
    body.extend(messages(
        b"!modelStreamErrorException {\"message\":\"busy\",\"originalStatusCode\":503}\n",
    ));
    let (_, error) = events(INVOKE, Mode::Stream, &body);
    assert_eq!(error.unwrap().kind(), ErrorKind::Overloaded);
}

#[test]
fn a_chunk_that_holds_nothing_to_read_is_passed_over() {
    let stop = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#;
    for chunk in ["{}", "{\"bytes\":\"?\"}", "{\"bytes\":\"bm8=\"}", "[]", "no"] {
        let mut body = messages(format!("chunk {chunk}\n").as_bytes());
        body.extend(wrapped(&format!("data: {stop}\n\n")));
        let (_, error) = events(INVOKE, Mode::Stream, &body);
        assert!(error.is_none(), "{chunk}: {error:?}");
    }
}

#[test]
fn the_path_names_the_model_and_asks_for_a_stream_and_the_body_does_not() {
    let (request, issuer) =
        (Request::new("m").user("Hi").max_tokens(9), Issuer::speaking("anthropic"));
    let check = |mode, path: &str| {
        let call = Call::new(
            &request,
            "a.claude-v1:0",
            "/model/{model}/{invoke|invoke-with-response-stream}",
            &issuer,
        );
        let sent = INVOKE.encode(&call.mode(mode)).unwrap();
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!(sent.path, path);
        assert_eq!(body["anthropic_version"], "bedrock-2023-05-31");
        assert!(body.get("stream").is_none() && body.get("model").is_none(), "{body}");
        assert!(!sent.headers.contains_key("anthropic-version"));
    };
    check(Mode::Whole, "/model/a.claude-v1%3A0/invoke");
    check(Mode::Stream, "/model/a.claude-v1%3A0/invoke-with-response-stream");
}

#[test]
fn a_failure_is_bedrocks_own() {
    let headers = [("x-amzn-errortype", "ThrottlingException:http://internal.example/")];
    let told = error(INVOKE, 429, &headers, r#"{"message":"slow down"}"#);
    assert_eq!((told.kind(), told.code()), (ErrorKind::RateLimit, Some("ThrottlingException")));
}
