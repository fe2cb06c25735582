//! OpenAI's shape, and how its hosts depart from it.

use http::StatusCode;
use nohop_types::{EmbedRequest, ErrorKind, ExtraScope, Purpose};
use nohop_wire::Dialect;
use nohop_wire::dialect::{OpenAiChat, OpenAiEmbeddings, VectorForm};
use serde_json::{Value, json};

use super::{PURPOSES, answered, asks, fails, tells, two, unsaid};

const OPENAI: &dyn Dialect = &OpenAiChat::PLAIN;

const HOSTED: &dyn Dialect = &OpenAiChat::HOSTED;

/// A host with words of its own.
const OWN: &dyn Dialect = &OpenAiChat {
    embeddings: OpenAiEmbeddings {
        dimensions: "output_dimension",
        path: "/v1/embeddings",
        purpose: Some("input_type"),
        refuses: &["user"],
        ..OpenAiEmbeddings::HOSTED
    },
    ..OpenAiChat::HOSTED
};

/// A host whose base64 holds bytes.
const BYTES: &dyn Dialect = &OpenAiChat {
    embeddings: OpenAiEmbeddings { form: VectorForm::Bytes, ..OpenAiEmbeddings::HOSTED },
    ..OpenAiChat::HOSTED
};

fn check(dialect: &dyn Dialect, request: &EmbedRequest, body: &Value, losses: &[&str]) {
    asks(dialect, request, "/embeddings", ("/embeddings", body), losses);
}

fn own(request: EmbedRequest, key: &str, value: Value) -> EmbedRequest {
    request.extra(ExtraScope::dialect(OpenAiEmbeddings::NAME), key, value)
}

#[test]
fn vectors_are_asked_for_in_base64_where_the_host_takes_it() {
    let body = json!({ "model": "m", "input": ["a", "b"], "encoding_format": "base64" });
    check(OPENAI, &two(), &body, &[]);
    check(HOSTED, &two(), &json!({ "model": "m", "input": ["a", "b"] }), &[]);
    let body = json!({ "model": "m", "input": ["a", "b"], "encoding_format": "float" });
    check(OPENAI, &own(two(), "encoding_format", json!("float")), &body, &[]);
}

#[test]
fn what_the_request_says_is_said_in_the_host_s_own_words() {
    let request = two().dimensions(8).by("u");
    let body = json!({ "model": "m", "input": ["a", "b"], "dimensions": 8, "user": "u" });
    check(HOSTED, &request, &body, &[]);
    let body = json!({
        "model": "m", "input": ["a", "b"], "output_dimension": 8, "input_type": "query",
    });
    let refused = ["user: dropped: the host refuses the field"];
    check(OWN, &request.purpose(Purpose::Query), &body, &refused);
}

#[test]
fn a_purpose_without_a_word_is_a_loss() {
    let plain = json!({ "model": "m", "input": ["a", "b"] });
    for purpose in PURPOSES {
        let request = two().purpose(purpose.clone());
        check(HOSTED, &request, &plain, &["purpose: dropped: the host has no word for it"]);
        let known = matches!(purpose, Purpose::Document | Purpose::Query);
        let mut body = plain.clone();
        let lost: &[&str] = match known {
            true => {
                body["input_type"] = purpose.as_str().into();
                &[]
            }
            false => &["purpose: dropped: the host knows documents and queries only"],
        };
        check(OWN, &request, &body, lost);
    }
    let body = json!({ "model": "m", "input": ["a", "b"], "input_type": "code" });
    check(OWN, &two().purpose(Purpose::from("code")), &body, &[]);
}

#[test]
fn a_text_alone_is_a_text_where_the_caller_wrote_it_so() {
    let one = || EmbedRequest::new("m").text("a");
    check(HOSTED, &one(), &json!({ "model": "m", "input": ["a"] }), &[]);
    check(HOSTED, &own(one(), "input", json!("")), &json!({ "model": "m", "input": "a" }), &[]);
    let body = json!({ "model": "m", "input": ["a", "b"] });
    check(HOSTED, &own(two(), "input", json!("")), &body, &[]);
}

#[test]
fn tokens_are_sent_as_they_are_but_not_beside_texts() {
    let tokens = || EmbedRequest::new("m").tokens([1, 2]).tokens([3]);
    check(HOSTED, &tokens(), &json!({ "model": "m", "input": [[1, 2], [3]] }), &[]);
    let error = unsaid(HOSTED, &tokens().text("a"));
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn an_extra_field_goes_to_those_it_is_meant_for() {
    let request = own(two(), "provider", json!({ "sort": "price" }));
    let request = request.extra(ExtraScope::endpoint("here"), "x", json!(1));
    let request = request.extra(ExtraScope::endpoint("there"), "y", json!(2));
    let body =
        json!({ "model": "m", "input": ["a", "b"], "provider": { "sort": "price" }, "x": 1 });
    check(HOSTED, &request, &body, &["y: dropped: the extra field is meant for others"]);
}

#[test]
fn they_are_beside_the_chat_or_where_the_way_says() {
    let body = json!({ "input": ["a"] });
    let request = EmbedRequest::new("").text("a");
    let check = |path, place| asks(HOSTED, &request, path, (place, &body), &[]);
    check("/v1/chat/completions?api-version=1", "/v1/embeddings?api-version=1");
    check("/v1/embeddings", "/v1/embeddings");
    check("/embed", "/embed");
    asks(OWN, &request, "/chat/completions", ("/v1/embeddings", &body), &[]);
    let body = json!({ "model": "m 1", "input": ["a"] });
    let request = EmbedRequest::new("m 1").text("a");
    let path = "/deployments/{model}/chat/completions";
    asks(HOSTED, &request, path, ("/deployments/m%201/embeddings", &body), &[]);
}

#[test]
fn vectors_are_read_in_every_form_and_in_the_order_of_the_inputs() {
    let expected: &[&[f32]] = &[&[1.0, -2.5], &[0.0, 4.0]];
    let told = "model=e in=3";
    let usage = r#""object":"list","model":"e","usage":{"prompt_tokens":3,"total_tokens":3}"#;
    let numbers = r#"{"object":"embedding","index":1,"embedding":[0,4.0]},{"index":0,"embedding":[1, -25e-1]}"#;
    let base64 = r#"{"index":0,"embedding":"AACAPwAAIMA="},{"index":1,"embedding":"AAAAAAAAgEA="}"#;
    let bare = r#"{"embedding":[1,-2.5]},{"embedding":"AAAAAAAAgEA="}"#;
    for dialect in [OPENAI, HOSTED] {
        for items in [numbers, base64, bare] {
            tells(dialect, &format!("{{\"data\":[{items}],{usage}}}"), expected, told);
        }
    }
    let bytes = r#"{"data":[{"embedding":"AX+A/w=="}]}"#;
    tells(BYTES, bytes, &[&[1.0, 127.0, -128.0, -1.0]], "");
}

#[test]
fn what_else_an_answer_says_is_kept() {
    let data = r#""data":[{"embedding":[1],"truncated":true},{"embedding":[2],"truncated":true}]"#;
    let body = format!(
        "{{{data},\"id\":\"e-1\",\"provider\":\"P\",\"usage\":{{\"prompt_tokens\":2,\
         \"completion_tokens\":0,\"cost\":1.5e-7,\"is_byok\":false,\"request_count\":null}}}}"
    );
    let told =
        "id=e-1 in=2 out=0 cost=$0.00000015 is_byok=false data.truncated=true provider=\"P\"";
    tells(HOSTED, &body, &[&[1.0], &[2.0]], told);
    let body = format!("{{{data},\"usage\":{{\"total_tokens\":7}}}}");
    tells(HOSTED, &body, &[&[1.0], &[2.0]], "in=7 data.truncated=true");
    let body = format!("{{{data},\"usage\":\"none\"}}");
    tells(HOSTED, &body, &[&[1.0], &[2.0]], "data.truncated=true");
}

#[test]
fn an_answer_that_is_not_whole_is_an_error_in_clear_words() {
    let check = |data: &str, expected: &str| {
        fails(HOSTED, &format!("{{\"data\":{data}}}"), &format!("protocol: {expected}"));
    };
    let says = "the body is not what the dialect says";
    check(r#"[{"embedding":[1]}]"#, "the answer has 1 vectors for 2 inputs");
    check(r"[{},{},{}]", &format!("{says}: more than 2 items"));
    check(r#"[{"embedding":[1],"index":2},{}]"#, "a vector is said to be of the input 2");
    let twice = r#"[{"embedding":[1],"index":1},{"embedding":[1]}]"#;
    check(twice, "two vectors are of the input 1");
    check("[{},{}]", "the item 0 has no `embedding`");
    check(r#"[{"embedding":[1]},{"embedding":[]}]"#, "the vector of the input 1 is empty");
    let ragged = r#"[{"embedding":[1]},{"embedding":[1,2]}]"#;
    check(ragged, "one vector has 1 numbers, that of the input 1 2");
    let null = r#"[{"embedding":[1]},{"embedding":[null]}]"#;
    check(null, &format!("{says}: invalid type: null, expected f32"));
    let huge = r#"[{"embedding":[1]},{"embedding":[1e300]}]"#;
    check(huge, &format!("{says}: number out of range"));
    let nan = r#"[{"embedding":[1]},{"embedding":"AADAfw=="}]"#;
    check(nan, "the vector of the input 1 holds what is no number");
    let short = r#"[{"embedding":"AACA"},{}]"#;
    check(short, "the base64 of a vector has 3 bytes, and a number has four");
    let text = r#"[{"embedding":"*"},{}]"#;
    check(text, "a vector is a text that is no base64: Invalid symbol 42, offset 0.");
    check("{}", &format!("{says}: invalid type: map, expected a list"));
}

#[test]
fn a_body_without_vectors_is_an_error() {
    fails(HOSTED, "{}", "protocol: the answer has no vectors: `data` is missing");
    fails(
        HOSTED,
        "<html>",
        "protocol: the body is not what the dialect says: expected value at line 1 column 1",
    );
    fails(HOSTED, r#"{"error":{"message":"no such model"}}"#, "server: no such model");
}

#[test]
fn an_error_is_read_as_the_dialect_s_own() {
    let body = r#"{"error":{"message":"wait","code":"rate_limit_exceeded"}}"#;
    let error = answered(HOSTED, 1, StatusCode::TOO_MANY_REQUESTS, body).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!(error.code(), Some("rate_limit_exceeded"));
}
