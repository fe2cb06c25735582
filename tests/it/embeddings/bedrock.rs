//! Bedrock's, each in the words of the model's maker.

use http::{HeaderMap, HeaderValue, StatusCode};
use nohop_types::{EmbedRequest, Error, ErrorKind, ExtraScope, Purpose, Result, Vectors};
use nohop_wire::dialect::{Anthropic, Cohere, Converse};
use nohop_wire::{Dialect, EmbedCall, Head, vectors};
use serde_json::{Value, json};

use super::asks;

const BEDROCK: &dyn Dialect = &Converse::PLAIN;

const WAY: &str = "/model/{model}/{converse|converse-stream}";

const TITAN: &str = "amazon.titan-embed-text-v2:0";

const COHERE: &str = "us.cohere.embed-v4:0";

const NOVA: &str = "amazon.nova-2-multimodal-embeddings-v1:0";

fn check(request: &EmbedRequest, body: &Value, losses: &[&str]) {
    let path = format!("/model/{}/invoke", request.model.replace(':', "%3A"));
    asks(BEDROCK, request, WAY, (&path, body), losses);
}

fn own(request: EmbedRequest, key: &str, value: Value) -> EmbedRequest {
    request.extra(ExtraScope::dialect(Converse::NAME), key, value)
}

/// The answer `body` of `model`, whose head counts seven tokens.
fn read(model: &str, inputs: usize, body: &str) -> Result<Vectors> {
    let request = EmbedRequest::new(model).texts(vec!["a"; inputs]);
    let call = EmbedCall::new(&request, model, WAY);
    let count = ("x-amzn-bedrock-input-token-count", HeaderValue::from_static("7"));
    let headers = HeaderMap::from_iter([(count.0.parse().unwrap(), count.1)]);
    vectors(BEDROCK, &call, &Head::new(StatusCode::OK, headers), body.as_bytes())
}

fn refused(request: &EmbedRequest) -> Error {
    let call = EmbedCall::new(request, &request.model, WAY);
    BEDROCK.embed().unwrap().encode(&call).unwrap_err()
}

#[test]
fn titan_is_asked_for_one_text() {
    let text = || EmbedRequest::new(TITAN).text("a");
    check(&text(), &json!({ "inputText": "a" }), &[]);
    let request = own(text().dimensions(256), "normalize", json!(false));
    check(&request, &json!({ "inputText": "a", "dimensions": 256, "normalize": false }), &[]);
    let lost = [
        "user: dropped: the dialect has no word for it",
        "purpose: dropped: the dialect has no word for it",
    ];
    check(&text().purpose(Purpose::Query).by("u"), &json!({ "inputText": "a" }), &lost);
    let image = EmbedRequest::new("amazon.titan-embed-image-v1").text("a").dimensions(256);
    let body = json!({ "inputText": "a", "embeddingConfig": { "outputEmbeddingLength": 256 } });
    check(&image, &body, &[]);
    let two = refused(&text().text("b"));
    assert_eq!(two.kind(), ErrorKind::Unsupported);
    assert!(two.message().contains("one text"), "{two}");
}

#[test]
fn cohere_is_asked_in_its_own_words_without_the_model() {
    let scope = || ExtraScope::dialect(Cohere::NAME);
    let request = EmbedRequest::new(COHERE).texts(["a", "b"]).purpose(Purpose::Query).dimensions(8);
    let body = json!({
        "texts": ["a", "b"], "input_type": "search_query", "output_dimension": 8,
        "embedding_types": ["float"], "truncate": "END",
    });
    check(&request.extra(scope(), "truncate", json!("END")), &body, &[]);
}

#[test]
fn nova_is_told_what_becomes_of_long_texts() {
    let text = || EmbedRequest::new(NOVA).text("a");
    let body = |purpose: &str, mode: &str| {
        json!({
            "taskType": "SINGLE_EMBEDDING",
            "singleEmbeddingParams": {
                "embeddingPurpose": purpose, "text": { "value": "a", "truncationMode": mode },
            },
        })
    };
    check(&text(), &body("GENERIC_INDEX", "NONE"), &[]);
    check(&text().purpose(Purpose::Document), &body("GENERIC_INDEX", "NONE"), &[]);
    check(&text().purpose(Purpose::Query), &body("GENERIC_RETRIEVAL", "NONE"), &[]);
    check(&text().purpose(Purpose::Classification), &body("CLASSIFICATION", "NONE"), &[]);
    check(&text().purpose(Purpose::Clustering), &body("CLUSTERING", "NONE"), &[]);
    check(&text().purpose(Purpose::from("TEXT_RETRIEVAL")), &body("TEXT_RETRIEVAL", "NONE"), &[]);
    let nearest = ["purpose: translated: the model has no word for it; clustering is the nearest"];
    check(&text().purpose(Purpose::Similarity), &body("CLUSTERING", "NONE"), &nearest);
    let cut = own(text(), "singleEmbeddingParams.text.truncationMode", json!("END"));
    check(&cut, &body("GENERIC_INDEX", "END"), &[]);
    let mut long = body("GENERIC_INDEX", "NONE");
    long["singleEmbeddingParams"]["embeddingDimension"] = 256.into();
    check(&text().dimensions(256), &long, &[]);
}

#[test]
fn vectors_of_every_maker_are_read() {
    let check = |model, inputs, body, expected: &[&[f32]], count| {
        let answer = read(model, inputs, body).unwrap();
        assert_eq!(answer.vectors, expected, "{body}");
        assert_eq!(answer.usage.input, Some(count), "{body}");
        answer
    };
    let titan = r#"{"embedding":[1,2],"embeddingsByType":{"float":[1,2]},"inputTextTokenCount":4}"#;
    check(TITAN, 1, titan, &[&[1.0, 2.0]], 4);
    check(TITAN, 1, r#"{"embeddingsByType":{"float":[1],"binary":[0]}}"#, &[&[1.0]], 7);
    check(NOVA, 1, r#"{"embeddings":[{"embedding":[1],"embeddingType":"TEXT"}]}"#, &[&[1.0]], 7);
    let list = r#"{"id":"e","embeddings":[[1,2],[3,4]],"response_type":"embeddings_floats"}"#;
    let answer = check("cohere.embed-english-v3", 2, list, &[&[1.0, 2.0], &[3.0, 4.0]], 7);
    assert_eq!(answer.id.as_deref(), Some("e"));
    check(COHERE, 1, r#"{"embeddings":{"float":[[1]]}}"#, &[&[1.0]], 7);
}

#[test]
fn what_is_no_answer_of_bedrock_s_is_an_error() {
    let check = |model, inputs, body, expected: &str| {
        assert_eq!(read(model, inputs, body).unwrap_err().to_string(), expected, "{body}");
    };
    let missing = "protocol: the answer has no vector: `embedding` is missing";
    for body in ["{}", r#"{"embeddings":[]}"#, r#"{"embeddingsByType":{"binary":[0]}}"#] {
        check(TITAN, 1, body, missing);
    }
    check(COHERE, 2, r#"{"embeddings":[[1]]}"#, "protocol: the answer has 1 vectors for 2 inputs");
}

#[test]
fn a_model_of_an_unknown_maker_is_refused_before_anybody_is_asked() {
    let error = refused(&EmbedRequest::new("acme.embed-v1").text("a"));
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("words of their makers"), "{error}");
    assert!(Anthropic::INVOKE.embed().is_none());
    let most = |model| BEDROCK.embed().unwrap().most(model);
    assert_eq!((most(TITAN), most(COHERE), most(NOVA)), (1, 96, 1));
}
