use http::{HeaderMap, StatusCode};
use nohop_types::{Error, ErrorKind, Request, Response};

use super::*;
use crate::laws::{self, Sample};
use crate::{Call, Head, Mode};

/// Reads `body`, and has the surface tell it again, which has to be the same.
fn read(mode: Mode, body: &str) -> Result<Response, Error> {
    let (request, issuer) = (Request::new("m"), Issuer::new(Anthropic::NAME, "e", "m"));
    let call = Call::new(&request, "m", "/", &issuer).mode(mode);
    let head = Head::new(StatusCode::OK, HeaderMap::new());
    let (events, ended) = Sample::new(&Anthropic::PLAIN, call, &head, body.as_bytes()).read(7);
    ended?;
    let (plain, order) = (&Anthropic::PLAIN, laws::Order::Told);
    laws::whole_and_stream_agree(plain, plain, &call, &events, order).unwrap();
    laws::retelling_is_faithful(plain, plain, &call, &events, order, &[]).unwrap();
    Ok(events.into_iter().collect())
}

/// A stream that says nothing but how it ends.
fn ending(delta: &str) -> String {
    format!(
        "data: {{\"type\":\"message_start\",\"message\":{{\"id\":\"1\",\"model\":\"m\",\"content\":[],\"usage\":{{\"input_tokens\":1,\"output_tokens\":1}}}}}}\n\ndata: {{\"type\":\"message_delta\",\"delta\":{delta}}}\n\n"
    )
}

#[test]
fn the_words_of_a_frame_stay_in_the_delta_that_says_them() {
    for word in WORDS {
        for value in ["\"odd\"", "5", "{\"status_code\":5}", "[1]"] {
            let delta = format!(r#"{{"stop_reason":"end_turn","{word}":{value}}}"#);
            let response = read(Mode::Stream, &ending(&delta)).unwrap();
            let kept = response.extra.get(Anthropic::NAME, "", &format!("delta.{word}"));
            assert_eq!(kept.map(|kept| kept.as_str()), Some(value), "{word}");
        }
    }
}

#[test]
fn other_words_of_a_delta_are_the_messages() {
    let delta = r#"{"stop_reason":"end_turn","container":{"id":"c"},"novel":1}"#;
    let response = read(Mode::Stream, &ending(delta)).unwrap();
    let keys: Vec<&str> = response.extra.iter().map(|extra| &*extra.key).collect();
    assert_eq!(keys, ["container", "novel"]);
}

#[test]
fn a_gateway_may_say_beside_an_answer_that_all_went_well() {
    let body = r#"{"id":"1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1},"code":0,"message":"success"}"#;
    let response = read(Mode::Whole, body).unwrap();
    let said = response.extra.get(Anthropic::NAME, "", "message").map(|said| said.as_str());
    assert_eq!((&*response.text(), said), ("Hi", Some("\"success\"")));
}

#[test]
fn a_message_that_is_no_object_and_has_no_content_is_an_error() {
    for r#type in ["message", "message_start", "novel", ""] {
        let body = format!(r#"{{"type":"{type}","code":500,"message":"try later"}}"#);
        for (mode, body) in
            [(Mode::Whole, body.clone()), (Mode::Stream, format!("data: {body}\n\n"))]
        {
            let error = read(mode, &body).unwrap_err();
            assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "try later"), "{body}");
        }
    }
}
