use serde_json::{Value, json};

use super::ask;
use crate::{Fault, Outcome, Script};

const KEY: &[(&str, &str)] = &[("authorization", "Bearer sk-1"), ("x-goog-api-key", "sk-1")];

/// The request is answered with this status, and a refusal says this.
fn check(script: &Script, path: &str, body: &Value, status: u16, message: &str) {
    let (found, said) = ask(script, KEY, path, body);
    assert_eq!(found, status, "{path}: {said}");
    assert!(said.contains(message), "{path}: {said}");
}

/// The body with one more field.
fn with(body: &Value, key: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[key] = value;
    body
}

fn many(count: usize) -> Value {
    json!(vec!["a"; count])
}

#[test]
fn openai_refuses_what_it_makes_no_vectors_of() {
    let check = |body: &Value, status, message| {
        check(&Script::openai(), "/v1/embeddings", body, status, message);
    };
    let good = json!({"model": "m", "input": ["a"]});
    check(&good, 200, "");
    check(&with(&good, "input", json!("a")), 200, "");
    check(&with(&good, "input", json!([1, 2])), 200, "");
    check(&with(&good, "input", json!([[1, 2], [3]])), 200, "");
    check(&with(&good, "encoding_format", json!("base64")), 200, "");
    check(&with(&good, "encoding_format", json!("int8")), 400, "encoding_format");
    check(&with(&good, "input", many(2_048)), 200, "");
    check(&with(&good, "input", many(2_049)), 400, "array too long");
    check(&with(&good, "input", json!([])), 400, "'$.input' is invalid");
    check(&with(&good, "input", json!([""])), 400, "empty string");
    check(&with(&good, "dimensions", json!(9)), 400, "Must be between 1 and 8");
    check(&with(&good, "dimensions", json!(0)), 400, "Must be between 1 and 8");
    check(&json!({"input": "a"}), 400, "you must provide a model");
    let known = Script::openai().model("n");
    self::check(&known, "/v1/embeddings", &good, 404, "The model `m` does not exist");
    let keyed = Script::openai().key("sk-2");
    self::check(&keyed, "/v1/embeddings", &good, 401, "Incorrect API key");
}

#[test]
fn a_host_that_ranks_refuses_what_it_can_not_rank() {
    let check = |body: &Value, status, message| {
        check(&Script::openai(), "/v1/rerank", body, status, message);
    };
    let good = json!({"model": "m", "query": "q", "documents": ["a"]});
    check(&good, 200, "");
    check(&with(&good, "query", json!("")), 400, "query");
    check(&with(&good, "documents", json!([])), 400, "documents");
}

#[test]
fn cohere_refuses_what_it_makes_no_vectors_of_and_can_not_rank() {
    let cohere = |path: &str, body: &Value, status, message| {
        check(&Script::cohere(), path, body, status, message);
    };
    let good = json!({"model": "m", "texts": ["a"], "input_type": "search_query"});
    let embed = |body: &Value, status, message| cohere("/v2/embed", body, status, message);
    embed(&good, 200, "");
    embed(&with(&good, "texts", many(96)), 200, "");
    embed(&with(&good, "texts", many(97)), 400, "at most 96");
    embed(&with(&good, "input_type", Value::Null), 400, "valid input_type");
    embed(&with(&good, "output_dimension", json!(9)), 400, "output_dimension");
    embed(&with(&good, "input", json!("a")), 422, "parameter 'input'");
    embed(&json!({"texts": ["a"]}), 400, "model is required");
    let good = json!({"model": "m", "query": "q", "documents": ["a"]});
    let rerank = |body: &Value, status, message| cohere("/v2/rerank", body, status, message);
    rerank(&good, 200, "");
    rerank(&with(&good, "query", json!("")), 400, "query must not be empty");
    rerank(&with(&good, "documents", json!([])), 400, "documents must not be empty");
    rerank(&with(&good, "top_n", json!(0)), 400, "top_n");
    rerank(&with(&good, "texts", json!([])), 422, "parameter 'texts'");
}

#[test]
fn google_refuses_what_it_makes_no_vectors_of() {
    let gemini = |path: &str, body: &Value, status, message| {
        check(&Script::gemini(), path, body, status, message);
    };
    let good = json!({"content": {"parts": [{"text": "a"}]}, "taskType": "CLUSTERING"});
    let one = |body: &Value, status, message| {
        gemini("/v1beta/models/m:embedContent", body, status, message);
    };
    one(&good, 200, "");
    one(&with(&good, "taskType", json!("clustering")), 400, "Invalid value");
    one(&with(&good, "outputDimensionality", json!(9)), 400, "not in the range");
    one(&with(&good, "purpose", json!("x")), 400, "Unknown name \"purpose\"");
    one(&json!({}), 400, "contents is not specified");
    let vertex = "/v1/publishers/google/models/m:embedContent";
    gemini(vertex, &good, 400, "Unknown name \"taskType\"");
    let config =
        json!({"content": good["content"], "embedContentConfig": {"taskType": "CLUSTERING"}});
    gemini(vertex, &config, 200, "");

    let batch = |count: usize, model: &str| {
        let request = with(&good, "model", json!(model));
        let body = json!({"requests": vec![request; count]});
        ask(&Script::gemini(), KEY, "/v1beta/models/m:batchEmbedContents", &body)
    };
    assert_eq!(batch(100, "models/m").0, 200);
    assert_eq!(batch(101, "models/m").0, 400);
    assert_eq!(batch(0, "models/m").0, 400);
    assert_eq!(batch(1, "m").0, 400);

    let predict = |count: usize| {
        let body = json!({"instances": vec![json!({"content": "a"}); count]});
        ask(&Script::gemini(), KEY, "/v1/publishers/google/models/m:predict", &body).0
    };
    assert_eq!((predict(250), predict(251), predict(0)), (200, 400, 400));
}

#[test]
fn ollama_and_bedrock_refuse_what_they_make_no_vectors_of() {
    let ollama = |body: &Value, status, message| {
        check(&Script::ollama(), "/api/embed", body, status, message);
    };
    ollama(&json!({"model": "m", "input": ["a"]}), 200, "");
    ollama(&json!({"model": "m", "input": "a"}), 200, "");
    ollama(&json!({"model": "m", "input": 1}), 400, "invalid input type");
    ollama(&json!({"input": "a"}), 400, "model is required");
    ollama(&json!({"model": "m", "input": "a", "dimensions": 9}), 400, "dimensions");

    let bedrock = |model: &str, body: &Value, status, message| {
        check(&Script::converse(), &format!("/model/{model}/invoke"), body, status, message);
    };
    let titan = "amazon.titan-embed-text-v2%3A0";
    bedrock(titan, &json!({"inputText": "a", "normalize": true}), 200, "");
    bedrock(titan, &json!({"inputText": ""}), 400, "minLength");
    bedrock(titan, &json!({"texts": ["a"]}), 400, "required key [inputText]");
    bedrock(titan, &json!({"inputText": "a", "model": "m"}), 400, "extraneous key [model]");
    let cohere = "cohere.embed-english-v3";
    let good = json!({"texts": ["a"], "input_type": "search_query"});
    bedrock(cohere, &good, 200, "");
    bedrock(cohere, &with(&good, "texts", many(97)), 400, "maximum item count: 96");
    let good = json!({"query": "q", "documents": ["a"]});
    bedrock("amazon.rerank-v1%3A0", &good, 200, "");
    bedrock("cohere.rerank-v3-5%3A0", &good, 400, "required key [api_version]");
    bedrock("meta.llama", &good, 400, "required key [messages]");
}

#[test]
fn what_is_asked_counts_as_a_call_and_fails_as_one() {
    let script = Script::openai().fault_at(2, Fault::Overloaded);
    let body = json!({"model": "m", "input": ["a"]});
    let status = || ask(&script, KEY, "/v1/embeddings", &body).0;
    assert_eq!((status(), status(), status()), (200, 529, 200));
    let request = http::Request::post("/v1/embeddings").header("authorization", "Bearer k");
    let reply = script.respond(request.body(body.to_string().into()).unwrap());
    let Outcome::Answered { usage: Some(usage), .. } = reply.outcome else { panic!("{reply:?}") };
    assert_eq!((usage.input, usage.output), (Some(1), None));
}
