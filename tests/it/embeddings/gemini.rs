//! Gemini's own: the vector of one text, or of a batch.

use nohop_types::{EmbedRequest, ErrorKind, ExtraScope, Purpose};
use nohop_wire::Dialect;
use nohop_wire::dialect::Gemini;
use serde_json::{Value, json};

use super::{PURPOSES, asks, fails, tells, two, unsaid};

const GEMINI: &dyn Dialect = &Gemini::PLAIN;

const WAY: &str = "/models/{model}";

fn one() -> EmbedRequest {
    EmbedRequest::new("m").text("a")
}

fn item(text: &str) -> Value {
    json!({ "model": "models/m", "content": { "parts": [{ "text": text }] } })
}

#[test]
fn one_text_is_asked_for_by_itself_and_several_are_a_batch() {
    let alone = json!({ "content": { "parts": [{ "text": "a" }] } });
    asks(GEMINI, &one(), WAY, ("/models/m:embedContent", &alone), &[]);
    let way = "/models/{model}:generateContent?alt=sse&x=1";
    asks(GEMINI, &one(), way, ("/models/m:embedContent?x=1", &alone), &[]);
    let batch = json!({ "requests": [item("a"), item("b")] });
    let place = "/models/m:batchEmbedContents";
    asks(GEMINI, &two(), WAY, (place, &batch), &[]);
    asks(GEMINI, &two(), "/models/{model}:embedContent", (place, &batch), &[]);
    let batch = json!({ "requests": [item("a")] });
    asks(GEMINI, &one(), "/models/{model}:batchEmbedContents", (place, &batch), &[]);
}

#[test]
fn every_purpose_has_a_word_in_gemini() {
    let words = [
        "CLASSIFICATION",
        "CLUSTERING",
        "RETRIEVAL_DOCUMENT",
        "RETRIEVAL_QUERY",
        "SEMANTIC_SIMILARITY",
    ];
    let own = (Purpose::from("CODE_RETRIEVAL_QUERY"), "CODE_RETRIEVAL_QUERY");
    for (purpose, word) in PURPOSES.into_iter().zip(words).chain([own]) {
        let body = json!({
            "content": { "parts": [{ "text": "a" }] }, "taskType": word, "outputDimensionality": 8,
        });
        let request = one().purpose(purpose).dimensions(8).by("u");
        let lost = ["user: dropped: the dialect has no word for it"];
        asks(GEMINI, &request, WAY, ("/models/m:embedContent", &body), &lost);
    }
}

#[test]
fn extra_fields_are_said_of_each_text() {
    let own = || ExtraScope::dialect(Gemini::NAME);
    let request =
        two().extra(own(), "title", json!("t")).extra(own(), "content.role", json!("user"));
    let mut items = [item("a"), item("b")];
    for item in &mut items {
        item["title"] = "t".into();
        item["content"]["role"] = "user".into();
    }
    let body = json!({ "requests": items });
    asks(GEMINI, &request, WAY, ("/models/m:batchEmbedContents", &body), &[]);
}

#[test]
fn gemini_takes_no_tokens() {
    let error = unsaid(GEMINI, &one().tokens([1]));
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().starts_with("inputs[1]: "), "{error}");
}

#[test]
fn the_vectors_of_one_text_and_of_a_batch_are_read() {
    tells(GEMINI, r#"{"embedding":{"values":[1,-2.5]}}"#, &[&[1.0, -2.5]], "");
    let body = r#"{"embeddings":[{"values":[1]},{"values":[2]}],"usageMetadata":
        {"promptTokenCount":4,"promptTokenDetails":[{"modality":"TEXT","tokenCount":4}]}}"#;
    tells(GEMINI, body, &[&[1.0], &[2.0]], "in=4 text=4");
}

#[test]
fn what_is_no_answer_of_gemini_s_is_an_error() {
    fails(GEMINI, "{}", "protocol: the answer has no vectors: `embeddings` is missing");
    fails(GEMINI, r#"{"embeddings":[{},{}]}"#, "protocol: the item 0 has no `values`");
    let few = r#"{"embedding":{"values":[1]}}"#;
    fails(GEMINI, few, "protocol: the answer has 1 vectors for 2 inputs");
    let error = r#"{"error":{"code":429,"message":"wait","status":"RESOURCE_EXHAUSTED"}}"#;
    fails(GEMINI, error, "rate limit: wait");
}
