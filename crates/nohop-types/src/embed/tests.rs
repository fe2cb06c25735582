use serde_json::{Value, json};

use super::*;

fn check(request: &EmbedRequest, expected: Value) {
    assert_eq!(serde_json::to_value(request).unwrap(), expected);
    assert_eq!(serde_json::from_value::<EmbedRequest>(expected).unwrap(), *request);
}

fn refused(request: &EmbedRequest, word: &str) {
    let error = request.check().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains(word), "{error}");
}

#[test]
fn a_request_for_vectors_survives_its_text() {
    check(&EmbedRequest::new("m"), json!({ "model": "m", "inputs": [] }));
    let request = EmbedRequest::new("m").text("a").tokens([1, 2]).dimensions(8).by("u");
    let request = request.purpose(Purpose::Query).tag("team", "search");
    let expected = json!({
        "model": "m",
        "inputs": [{ "text": "a" }, { "tokens": [1, 2] }],
        "dimensions": 8,
        "purpose": "query",
        "user": "u",
        "tags": { "team": "search" },
    });
    check(&request, expected);
    assert_eq!((request.len(), request.is_empty()), (9, false));
}

#[test]
fn a_purpose_nobody_knows_is_kept() {
    check(
        &EmbedRequest::new("m").purpose(Purpose::from("code")),
        json!({ "model": "m", "inputs": [], "purpose": "code" }),
    );
}

#[test]
fn a_key_is_never_written() {
    let request = EmbedRequest::new("m").key("sk-1").header("x", "sk-2");
    assert_eq!(serde_json::to_value(&request).unwrap(), json!({ "model": "m", "inputs": [] }));
    assert!(!format!("{request:?}").contains("sk-"), "{request:?}");
}

#[test]
fn what_everybody_would_refuse_is_refused() {
    refused(&EmbedRequest::new("m"), "EmbedRequest::text");
    refused(&EmbedRequest::new("m").text("a").dimensions(0), "dimensions");
    assert!(EmbedRequest::new("m").text("").check().is_ok());
}
