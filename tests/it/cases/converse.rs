//! The same of Bedrock's Converse: its failures, before an answer and amid one.

use nohop_tests::hosts::{self, Host};
use nohop_types::{ErrorKind, Event, Recovery, Scope};
use nohop_wire::Mode;

use crate::fixtures::converse::messages;
use crate::speak::{answer, error, events};

const CONVERSE: &dyn Host = &hosts::CONVERSE;

const START: &str = "messageStart {\"role\":\"assistant\"}\n";
const HI: &str = "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hi\"}}\n";
const STOP: &str = "messageStop {\"stopReason\":\"end_turn\"}\n";
const COUNTS: &str = "metadata {\"usage\":{\"inputTokens\":1,\"outputTokens\":1}}\n";
const LIMIT: &str = "!throttlingException {\"message\":\"slow down\"}\n";

fn streamed(lines: &[&str]) -> (Vec<Event>, Option<nohop_types::Error>) {
    events(CONVERSE, Mode::Stream, &messages(lines.concat().as_bytes()))
}

#[test]
fn a_converse_error_before_any_content_is_an_error_without_content() {
    let (events, error) = streamed(&[START, LIMIT]);
    assert!(!events.iter().any(Event::is_content));
    let error = error.unwrap();
    assert_eq!((error.kind(), error.recovery()), (ErrorKind::RateLimit, Recovery::Retry));
    assert_eq!(error.body(), Some("{\"message\":\"slow down\"}"));
}

#[test]
fn a_converse_end_without_a_reason_is_a_truncation() {
    for lines in [&[START, HI][..], &[START], &[], &[HI, COUNTS]] {
        let (_, error) = streamed(lines);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{lines:?}");
    }
}

#[test]
fn a_converse_end_after_a_reason_is_a_success_without_counts() {
    let (events, error) = streamed(&[START, HI, STOP]);
    assert!(error.is_none() && matches!(events.last(), Some(Event::Finish { .. })));
}

#[test]
fn a_converse_stream_is_read_until_its_counts_and_no_further() {
    let (_, error) = streamed(&[START, HI, STOP, COUNTS, LIMIT]);
    assert!(error.is_none(), "{error:?}");
    let (_, error) = streamed(&[START, HI, STOP, LIMIT]);
    assert_eq!(error.unwrap().kind(), ErrorKind::RateLimit);
}

#[test]
fn converse_starts_and_empty_texts_are_no_content() {
    let empty = "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"\"}}\n";
    let (events, _) = streamed(&[START, empty]);
    assert!(!events.is_empty() && !events.iter().any(Event::is_content), "{events:?}");
}

#[test]
fn a_converse_stream_that_is_spoilt_is_an_error_and_what_came_is_kept() {
    let mut body = messages([START, HI, HI, STOP].concat().as_bytes());
    let place = body.len() / 2;
    body[place] ^= 1;
    let (events, error) = events(CONVERSE, Mode::Stream, &body);
    assert_eq!(error.unwrap().kind(), ErrorKind::Protocol);
    assert!(events.iter().any(Event::is_content));
}

#[test]
fn every_exception_in_a_converse_stream_keeps_its_kind() {
    let table = [
        ("throttlingException", "slow down", ErrorKind::RateLimit),
        ("throttlingException", "Too many tokens per day", ErrorKind::Quota),
        ("serviceUnavailableException", "busy", ErrorKind::Overloaded),
        ("internalServerException", "oh", ErrorKind::Server),
        ("modelStreamErrorException", "oh", ErrorKind::Server),
        ("modelTimeoutException", "late", ErrorKind::Timeout),
        ("validationException", "no", ErrorKind::InvalidRequest),
        ("validationException", "prompt is too long: 9 tokens", ErrorKind::ContextLength),
        ("novelException", "oh", ErrorKind::Server),
    ];
    for (name, message, kind) in table {
        let line = format!("!{name} {{\"message\":\"{message}\"}}\n");
        let error = streamed(&[START, &line]).1.unwrap();
        assert_eq!((error.kind(), error.message()), (kind, message), "{name}");
        assert_eq!(error.code(), Some(name));
    }
    for payload in ["", "no JSON", "{}"] {
        let error = streamed(&[&format!("!throttlingException {payload}\n")]).1.unwrap();
        assert_eq!(error.kind(), ErrorKind::RateLimit, "{payload}");
    }
}

#[test]
fn a_converse_failure_is_told_by_its_header_its_body_or_its_status() {
    let address = ":http://internal.example/coral/";
    let table = [
        (
            400,
            "ValidationException",
            "The provided model identifier is invalid.",
            ErrorKind::NotFound,
        ),
        (
            400,
            "ValidationException",
            "Invocation of model ID x with on-demand throughput isn\u{2019}t supported.",
            ErrorKind::NotFound,
        ),
        (
            400,
            "ValidationException",
            "Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
            ErrorKind::ContextLength,
        ),
        (
            400,
            "ValidationException",
            "This model doesn't support the video content block.",
            ErrorKind::Unsupported,
        ),
        (400, "ValidationException", "Malformed input request", ErrorKind::InvalidRequest),
        (400, "ServiceQuotaExceededException", "enough", ErrorKind::Quota),
        (403, "AccessDeniedException", "not you", ErrorKind::Auth),
        (
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
            ErrorKind::Auth,
        ),
        (403, "InvalidSignatureException", "Signature expired", ErrorKind::Auth),
        (
            404,
            "ResourceNotFoundException",
            "This model version has reached the end of its life.",
            ErrorKind::NotFound,
        ),
        (408, "ModelTimeoutException", "late", ErrorKind::Timeout),
        (424, "ModelErrorException", "oh", ErrorKind::Server),
        (429, "ThrottlingException", "slow down", ErrorKind::RateLimit),
        (429, "ModelNotReadyException", "warming", ErrorKind::Overloaded),
        (500, "InternalServerException", "oh", ErrorKind::Server),
        (503, "ServiceUnavailableException", "busy", ErrorKind::Overloaded),
    ];
    for (status, name, message, kind) in table {
        let body = serde_json::json!({ "message": message }).to_string();
        let header: &'static str = format!("{name}{address}").leak();
        let headers = [("x-amzn-errortype", header), ("x-amzn-requestid", "r-1")];
        let told = error(CONVERSE, status, &headers, &body);
        assert_eq!((told.kind(), told.status()), (kind, Some(status)), "{name}: {message}");
        assert_eq!((told.message(), told.code()), (message, Some(name)));
        assert_eq!((told.request_id(), told.body()), (Some("r-1"), Some(&*body)));

        let within =
            serde_json::json!({ "Message": message, "__type": format!("com.amazon#{name}") });
        assert_eq!(error(CONVERSE, status, &[], &within.to_string()).kind(), kind, "{within}");
    }
    // Some hosts leave the name out.
    let bare = |status, message: &str| {
        error(CONVERSE, status, &[], &serde_json::json!({ "message": message }).to_string()).kind()
    };
    assert_eq!(bare(400, "The provided model identifier is invalid."), ErrorKind::NotFound);
    assert_eq!(bare(400, "no"), ErrorKind::InvalidRequest);
    assert_eq!(bare(403, "no"), ErrorKind::Auth);
    assert_eq!(bare(429, "no"), ErrorKind::RateLimit);
    assert_eq!(error(CONVERSE, 502, &[], "<html>bad gateway</html>").kind(), ErrorKind::Server);
}

#[test]
fn a_converse_limit_says_when_it_ends_in_its_body() {
    for body in [
        r#"{"message":"Too many requests.","retry_after":7.5}"#,
        r#"{"message":"Too many requests. Please try again in 7.5s."}"#,
    ] {
        let told = error(CONVERSE, 429, &[("x-amzn-errortype", "ThrottlingException")], body);
        assert_eq!(told.kind(), ErrorKind::RateLimit);
        assert_eq!(told.retry_after(), Some(std::time::Duration::from_millis(7_500)), "{body}");
    }
}

#[test]
fn what_stands_in_the_place_of_a_whole_converse_answer_is_no_answer() {
    let table = [
        (r#"{"message":"Too many tokens per day, please wait."}"#, ErrorKind::Quota),
        (r#"{"message":"Too many requests, please wait."}"#, ErrorKind::RateLimit),
        (r#"{"message":"oh"}"#, ErrorKind::Server),
        (r#"{"output":{"message":{"role":"assistant","content":[]}}}"#, ErrorKind::Truncated),
    ];
    for (body, kind) in table {
        let (_, failed) = answer(CONVERSE, Mode::Whole, body);
        assert_eq!(failed.unwrap().kind(), kind, "{body}");
    }
}

#[test]
fn access_is_refused_for_a_model_and_not_for_the_key() {
    let body = r#"{"message":"You don't have access to the model with the specified model ID."}"#;
    let told = error(CONVERSE, 403, &[("x-amzn-errortype", "AccessDeniedException")], body);
    assert_eq!((told.kind(), told.scope()), (ErrorKind::Auth, Scope::Model));
    let body = r#"{"message":"The security token included in the request is invalid."}"#;
    let told = error(CONVERSE, 403, &[("x-amzn-errortype", "UnrecognizedClientException")], body);
    assert_eq!((told.kind(), told.scope()), (ErrorKind::Auth, Scope::Key));
}
