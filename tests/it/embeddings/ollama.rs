//! Ollama's own.

use nohop_types::{EmbedRequest, ExtraScope, Purpose};
use nohop_wire::Dialect;
use nohop_wire::dialect::Ollama;
use serde_json::{Value, json};

use super::{asks, fails, tells, two, unsaid};

const OLLAMA: &dyn Dialect = &Ollama::PLAIN;

fn check(request: &EmbedRequest, body: &Value, losses: &[&str]) {
    asks(OLLAMA, request, "/api/chat", ("/api/embed", body), losses);
}

#[test]
fn ollama_is_asked_for_all_texts_at_once() {
    check(&two(), &json!({ "model": "m", "input": ["a", "b"] }), &[]);
    let own = || ExtraScope::dialect(Ollama::NAME);
    let one = EmbedRequest::new("m").text("a").extra(own(), "input", json!(""));
    let body = json!({ "model": "m", "input": "a", "dimensions": 8, "keep_alive": "5m" });
    check(&one.dimensions(8).extra(own(), "keep_alive", json!("5m")), &body, &[]);
    assert!(unsaid(OLLAMA, &two().tokens([1])).message().starts_with("inputs[2]: "));
}

#[test]
fn ollama_has_no_word_for_purposes_and_users() {
    let lost = [
        "purpose: dropped: the dialect has no word for it",
        "user: dropped: the dialect has no word for it",
    ];
    let request = two().purpose(Purpose::Query).by("u");
    check(&request, &json!({ "model": "m", "input": ["a", "b"] }), &lost);
}

#[test]
fn vectors_of_ollama_are_read_the_older_one_too() {
    let body =
        r#"{"model":"m","embeddings":[[1],[-0.5]],"total_duration":9,"prompt_eval_count":4}"#;
    tells(OLLAMA, body, &[&[1.0], &[-0.5]], "model=m in=4 total_duration=9");
    tells(OLLAMA, r#"{"embedding":[1,2]}"#, &[&[1.0, 2.0]], "");
}

#[test]
fn what_is_no_answer_of_ollama_s_is_an_error() {
    fails(OLLAMA, "{}", "protocol: the answer has no vectors: `embeddings` is missing");
    let few = r#"{"embeddings":[[1]]}"#;
    fails(OLLAMA, few, "protocol: the answer has 1 vectors for 2 inputs");
    fails(OLLAMA, r#"{"error":"it broke"}"#, "server: it broke");
}
