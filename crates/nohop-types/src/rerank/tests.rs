use serde_json::{Value, json};

use super::*;

fn check(request: &RerankRequest, expected: Value) {
    assert_eq!(serde_json::to_value(request).unwrap(), expected);
    assert_eq!(serde_json::from_value::<RerankRequest>(expected).unwrap(), *request);
}

fn refused(request: &RerankRequest, word: &str) {
    let error = request.check().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains(word), "{error}");
}

#[test]
fn a_request_for_an_order_survives_its_text() {
    check(&RerankRequest::new("m", "q"), json!({ "model": "m", "query": "q", "documents": [] }));
    let request = RerankRequest::new("m", "q").document("a").documents(["bc"]).top(1).by("u");
    let expected = json!({
        "model": "m",
        "query": "q",
        "documents": ["a", "bc"],
        "top": 1,
        "user": "u",
        "tags": { "team": "search" },
    });
    check(&request.clone().tag("team", "search"), expected);
    assert_eq!((request.len(), request.is_empty()), (4, false));
}

#[test]
fn no_more_is_wanted_than_there_is() {
    let request = RerankRequest::new("m", "q").documents(["a", "b"]);
    assert_eq!(request.wanted(), 2);
    assert_eq!(request.clone().top(1).wanted(), 1);
    assert_eq!(request.top(99).wanted(), 2);
}

#[test]
fn a_key_is_never_written() {
    let request = RerankRequest::new("m", "q").key("sk-1").header("x", "sk-2");
    let expected = json!({ "model": "m", "query": "q", "documents": [] });
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
    assert!(!format!("{request:?}").contains("sk-"), "{request:?}");
}

#[test]
fn what_everybody_would_refuse_is_refused() {
    refused(&RerankRequest::new("m", "").document("a"), "query");
    refused(&RerankRequest::new("m", "q"), "RerankRequest::document");
    refused(&RerankRequest::new("m", "q").document("a").top(0), "top");
    assert!(RerankRequest::new("m", "q").document("").check().is_ok());
}
