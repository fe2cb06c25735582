//! Cohere's own, in the second version of its API.

use nohop_types::{EmbedRequest, ExtraScope, Purpose};
use nohop_wire::Dialect;
use nohop_wire::dialect::Cohere;
use serde_json::{Value, json};

use super::{PURPOSES, asks, fails, tells, two, unsaid};

const COHERE: &dyn Dialect = &Cohere::PLAIN;

fn check(request: &EmbedRequest, body: &Value, losses: &[&str]) {
    asks(COHERE, request, "/v2/chat", ("/v2/embed", body), losses);
}

fn body(purpose: &str) -> Value {
    json!({
        "model": "m", "texts": ["a", "b"], "input_type": purpose, "embedding_types": ["float"],
    })
}

#[test]
fn texts_without_a_purpose_are_documents() {
    check(&two(), &body("search_document"), &[]);
    let image = two().extra(ExtraScope::dialect(Cohere::NAME), "input_type", json!("image"));
    check(&image, &body("image"), &[]);
}

#[test]
fn a_purpose_is_said_in_cohere_s_word_or_the_nearest() {
    let words =
        ["classification", "clustering", "search_document", "search_query", "clustering", "image"];
    for (purpose, word) in PURPOSES.into_iter().chain([Purpose::from("image")]).zip(words) {
        let nearest =
            ["purpose: translated: the dialect has no word for it; clustering is the nearest"];
        let lost: &[&str] = if purpose == Purpose::Similarity { &nearest } else { &[] };
        check(&two().purpose(purpose), &body(word), lost);
    }
}

#[test]
fn what_else_is_said_to_cohere_has_words_of_its_own() {
    let own = || ExtraScope::dialect(Cohere::NAME);
    let request = two().dimensions(256).by("u").extra(own(), "truncate", json!("NONE"));
    let request = request.extra(own(), "embedding_types", json!(["float", "int8"]));
    let mut body = body("search_document");
    body["output_dimension"] = 256.into();
    body["truncate"] = "NONE".into();
    body["embedding_types"] = json!(["float", "int8"]);
    check(&request, &body, &["user: dropped: the dialect has no word for it"]);
    assert!(unsaid(COHERE, &two().tokens([1])).message().starts_with("inputs[2]: "));
}

#[test]
fn vectors_of_cohere_are_read_with_what_is_billed() {
    let body = r#"{"id":"e","texts":["a","b"],"embeddings":{"float":[[1,2],[3,4]],"int8":[[1,2],[3,4]]},
        "meta":{"api_version":{"version":"2"},"billed_units":{"input_tokens":2,"image_tokens":0}}}"#;
    let told = r#"id=e in=2 billed_units.image_tokens=0 api_version={"version":"2"} embeddings.int8=[[1,2],[3,4]]"#;
    tells(COHERE, body, &[&[1.0, 2.0], &[3.0, 4.0]], told);
    tells(COHERE, r#"{"embeddings":{"base64":["AACAPwAAIMA="]}}"#, &[&[1.0, -2.5]], "");
}

#[test]
fn what_is_no_answer_of_cohere_s_is_an_error() {
    fails(COHERE, "{}", "protocol: the answer has no vectors: `embeddings` is missing");
    let types = r#"{"embeddings":{"int8":[[1],[2]]}}"#;
    let why = "the answer has no vectors of numbers; ask for `float` among the types";
    fails(COHERE, types, &format!("protocol: {why}"));
    let few = r#"{"embeddings":{"float":[[1]]}}"#;
    fails(COHERE, few, "protocol: the answer has 1 vectors for 2 inputs");
}
