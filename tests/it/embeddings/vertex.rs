//! Vertex AI's, which has two ways to make them.

use nohop_types::{EmbedRequest, ExtraScope, Purpose};
use nohop_wire::dialect::Gemini;
use nohop_wire::{Dialect, EmbedCall};
use serde_json::{Value, json};

use super::{asks, fails, tells, two, unsaid};

const VERTEX: &dyn Dialect = &Gemini::VERTEX;

const WAY: &str = "/publishers/google/models/{model}";

fn own(request: EmbedRequest, key: &str, value: Value) -> EmbedRequest {
    request.extra(ExtraScope::dialect(Gemini::NAME), key, value)
}

#[test]
fn texts_are_instances_of_one_prediction() {
    let place = "/publishers/google/models/m:predict";
    let body = json!({ "instances": [{ "content": "a" }, { "content": "b" }] });
    asks(VERTEX, &two(), WAY, (place, &body), &[]);
    let request = two().purpose(Purpose::Query).dimensions(8).by("u");
    let request = own(own(request, "title", json!("T")), "parameters.autoTruncate", json!(false));
    let instance = |text| json!({ "content": text, "task_type": "RETRIEVAL_QUERY", "title": "T" });
    let body = json!({
        "instances": [instance("a"), instance("b")],
        "parameters": { "outputDimensionality": 8, "autoTruncate": false },
    });
    asks(VERTEX, &request, WAY, (place, &body), &["user: dropped: the dialect has no word for it"]);
    assert!(unsaid(VERTEX, &two().tokens([1])).message().starts_with("inputs[2]: "));
}

#[test]
fn a_younger_model_is_asked_for_one_content_at_a_time() {
    let mut request = EmbedRequest::new("gemini-embedding-2").text("a").dimensions(8);
    request = own(request.purpose(Purpose::Document), "autoTruncate", json!(false));
    let place = "/publishers/google/models/gemini-embedding-2:embedContent";
    let body = json!({
        "content": { "parts": [{ "text": "a" }] },
        "embedContentConfig": {
            "taskType": "RETRIEVAL_DOCUMENT", "outputDimensionality": 8, "autoTruncate": false,
        },
    });
    asks(VERTEX, &request, WAY, (place, &body), &[]);
    tells(
        VERTEX,
        r#"{"embedding":{"values":[1,2]},"truncated":true}"#,
        &[&[1.0, 2.0]],
        "truncated=true",
    );
}

#[test]
fn a_call_has_as_many_texts_as_the_model_takes() {
    let most = |model| Gemini::VERTEX.embed().unwrap().most(model);
    assert_eq!(most("text-embedding-005"), 250);
    assert_eq!(most("gemini-embedding-001"), 1);
    assert_eq!(most("gemini-embedding-2"), 1);
    assert_eq!(most("intfloat/multilingual-e5-large-instruct-maas"), 1);
    assert_eq!(Gemini::PLAIN.embed().unwrap().most("gemini-embedding-2"), 100);
    assert!(Gemini::VERTEX.models(WAY, None).is_none(), "the row knows where");
}

#[test]
fn predictions_are_read_with_the_tokens_of_all_texts() {
    let body = r#"{"predictions":[
        {"embeddings":{"values":[1,2],"statistics":{"token_count":3,"truncated":false}}},
        {"embeddings":{"values":[3,4],"statistics":{"token_count":4.0,"truncated":true}}}],
        "metadata":{"billableCharacterCount":20}}"#;
    let told = r#"in=7 metadata={"billableCharacterCount":20} predictions.embeddings.statistics.truncated=true"#;
    tells(VERTEX, body, &[&[1.0, 2.0], &[3.0, 4.0]], told);
    let silent = r#"{"predictions":[{"embeddings":{"values":[1]}}]}"#;
    tells(VERTEX, silent, &[&[1.0]], "");
}

#[test]
fn what_is_no_prediction_is_an_error() {
    let why = "protocol: the answer has no vectors: a prediction has no `embeddings.values`";
    fails(VERTEX, r#"{"predictions":[{},{}]}"#, why);
    let few = r#"{"predictions":[{"embeddings":{"values":[1]}}]}"#;
    fails(VERTEX, few, "protocol: the answer has 1 vectors for 2 inputs");
    let error =
        r#"{"predictions":[],"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}"#;
    fails(VERTEX, error, "invalid request: no");
    let call = EmbedRequest::new("").text("a");
    let call = EmbedCall::new(&call, "", WAY);
    assert!(VERTEX.embed().unwrap().encode(&call).is_err());
}
