mod cohere;
mod converse;
mod history;
mod ollama;
mod tasks;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::{Outcome, Script};

/// The status and the message with which a request is refused, or a status and nothing.
fn ask(script: &Script, headers: &[(&str, &str)], path: &str, body: &Value) -> (u16, String) {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let reply = script.respond(request.body(Bytes::from(body.to_string())).unwrap());
    let status = reply.head.as_ref().unwrap().status.as_u16();
    let body: Value = serde_json::from_slice(&reply.body()).unwrap();
    assert_eq!(status != 200, matches!(reply.outcome, Outcome::Failed(_)));
    let places = [&body["error"]["message"], &body["error"], &body["message"]];
    let said = places.into_iter().find_map(Value::as_str);
    (status, said.unwrap_or_default().to_owned())
}

fn openai(script: &Script, body: &Value) -> (u16, String) {
    ask(script, &[("authorization", "Bearer sk-1")], "/v1/chat/completions", body)
}

fn anthropic(script: &Script, body: &Value) -> (u16, String) {
    let headers = [("x-api-key", "sk-1"), ("anthropic-version", "2023-06-01")];
    ask(script, &headers, "/v1/messages", body)
}

#[test]
fn openai_refuses_as_openai_does() {
    let check = |script: Script, body: Value, status: u16, message: &str| {
        let (found, said) = openai(&script, &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let user = json!({"role": "user", "content": "a"});
    let good = json!({"model": "m", "messages": [user]});
    check(Script::openai(), good.clone(), 200, "");
    check(Script::openai().key("sk-1"), good.clone(), 200, "");
    check(Script::openai().key("sk-2"), good.clone(), 401, "Incorrect API key provided: ****.");
    check(Script::openai().model("m"), good.clone(), 200, "");
    check(Script::openai().model("n"), good, 404, "The model `m` does not exist");
    check(Script::openai(), json!({"messages": [user]}), 400, "you must provide a model");
    check(Script::openai(), json!({"model": "m"}), 400, "Missing required parameter: 'messages'.");
    check(Script::openai(), json!({"model": "m", "messages": []}), 400, "empty array");
    check(Script::openai(), json!("no"), 400, "We could not parse the JSON body");
    let stray = json!({"model": "m", "messages": [
        user, {"role": "tool", "tool_call_id": "x", "content": "1"},
    ]});
    check(Script::openai(), stray, 400, "must be a response to a preceeding message");
    let call = json!({"role": "assistant", "tool_calls": [{"id": "x"}, {"id": "y"}]});
    let result = |id| json!({"role": "tool", "tool_call_id": id, "content": "1"});
    let half = json!({"model": "m", "messages": [user, call, result("x"), user]});
    check(Script::openai(), half, 400, "did not have response messages: y");
    let both = json!({"model": "m", "messages": [user, call, result("y"), result("x"), user]});
    check(Script::openai(), both, 200, "");
    let long = json!({"model": "m", "messages": [{"role": "user", "content": "a".repeat(80)}]});
    check(Script::openai().context(20), long, 400, "maximum context length is 20 tokens");
}

#[test]
fn anthropic_refuses_as_anthropic_does() {
    let check = |script: Script, body: Value, status: u16, message: &str| {
        let (found, said) = anthropic(&script, &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let plain = Script::anthropic;
    let user = json!({"role": "user", "content": "a"});
    let body = |messages: Value| json!({"model": "m", "max_tokens": 9, "messages": messages});
    let good = body(json!([user]));
    check(plain(), good.clone(), 200, "");
    check(plain().key("sk-2"), good.clone(), 401, "invalid x-api-key");
    check(plain().model("n"), good, 404, "model: m");
    check(plain(), json!({"model": "m", "messages": [user]}), 400, "max_tokens: Field required");
    check(plain(), json!({"model": "m", "max_tokens": 9}), 400, "messages: Field required");
    check(plain(), body(json!([])), 400, "at least one message is required");
    let empty = json!([{"role": "user", "content": ""}, user]);
    check(plain(), body(empty), 400, "messages.0: all messages must have non-empty content");
    let result = json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x"}]});
    let call = json!({"role": "assistant", "content": [{"type": "tool_use", "id": "x"}]});
    check(
        plain(),
        body(json!([user, result])),
        400,
        "messages.1.content.0: unexpected `tool_use_id`",
    );
    check(plain(), body(json!([user, call, user])), 400, "without `tool_result` blocks");
    check(plain(), body(json!([user, call, result])), 200, "");
    check(
        plain().context(1),
        body(json!([{"role": "user", "content": "aaaaa"}])),
        400,
        "prompt is too long: 3 tokens > 1 maximum",
    );
}

#[test]
fn headers_are_held_to() {
    let body = json!({"model": "m", "max_tokens": 9, "temperature": 1, "messages": [
        {"role": "user", "content": "a"},
    ]});
    let check = |headers: &[(&str, &str)], status: u16, message: &str| {
        let (found, said) = ask(&Script::anthropic(), headers, "/v1/messages", &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    check(&[("anthropic-version", "2023-06-01")], 401, "x-api-key header is required");
    check(&[("x-api-key", "k")], 400, "anthropic-version: header is required");
    check(&[("authorization", "Bearer k"), ("anthropic-version", "2023-06-01")], 200, "");
    check(&[("x-api-key", "k"), ("anthropic-version", "2026-10-21")], 400, "temperature: ");
    let (status, said) = ask(&Script::openai(), &[], "/v1/chat/completions", &body);
    assert_eq!((status, &said[..29]), (401, "You didn't provide an API key"));
    let keyless = Script::openai().key("");
    assert_eq!(ask(&keyless, &[], "/chat/completions", &body).0, 200);
}

#[test]
fn thinking_comes_back_only_as_it_was_signed() {
    let script = Script::anthropic().thinks("deep").says("done");
    let reply = script.respond(
        Request::post("/v1/messages")
            .header("x-api-key", "k")
            .header("anthropic-version", "2023-06-01")
            .body(
                r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}]}"#.into(),
            )
            .unwrap(),
    );
    let answer: Value = serde_json::from_slice(&reply.body()).unwrap();
    let check = |script: &Script, blocks: &Value, status: u16, message: &str| {
        let messages = json!([
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": blocks},
            {"role": "user", "content": "b"},
        ]);
        let body = json!({"model": "m", "max_tokens": 9, "messages": messages});
        let (found, said) = anthropic(script, &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let blocks = &answer["content"];
    let (mut changed, mut unsigned) = (blocks.clone(), blocks.clone());
    changed[0]["thinking"] = json!("deeper");
    unsigned[0].as_object_mut().unwrap().remove("signature");

    check(&script, blocks, 200, "");
    check(&script, &changed, 400, "messages.1.content.0: Invalid `signature` in `thinking` block");
    check(&script, &unsigned, 400, "signature: Field required");
    check(&Script::anthropic().signs("another"), blocks, 400, "Invalid `signature`");
}

fn responses(script: &Script, body: &Value) -> (u16, String) {
    ask(script, &[("authorization", "Bearer sk-1")], "/v1/responses", body)
}

fn gemini(script: &Script, model: &str, body: &Value) -> (u16, String) {
    let path = format!("/v1beta/models/{model}:generateContent");
    ask(script, &[("x-goog-api-key", "sk-1")], &path, body)
}

#[test]
fn responses_are_refused_as_openai_refuses_them() {
    let check = |script: Script, body: Value, status: u16, message: &str| {
        let (found, said) = responses(&script, &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let plain = Script::responses;
    let user = json!({"role": "user", "content": "a"});
    let body = |input: Value| json!({"model": "m", "input": input});
    check(plain(), body(json!("a")), 200, "");
    check(plain(), body(json!([user])), 200, "");
    check(plain().key("sk-2"), body(json!("a")), 401, "Incorrect API key provided: ****.");
    check(plain().model("n"), body(json!("a")), 400, "The requested model 'm' does not exist.");
    check(plain(), json!({"input": "a"}), 400, "Missing required parameter: 'model'.");
    check(plain(), json!({"model": "m"}), 400, "Missing required parameter: 'input'.");
    check(plain(), json!("no"), 400, "We could not parse the JSON body");
    let elder = json!({"model": "m", "input": "a", "max_tokens": 9});
    check(plain(), elder, 400, "Unknown parameter: 'max_tokens'.");
    let short = json!({"model": "m", "input": "a", "max_output_tokens": 9});
    check(plain(), short, 400, "Expected a value >= 16, but got 9 instead.");
    let later = json!({"model": "m", "input": "a", "previous_response_id": "resp_1"});
    check(plain(), later, 400, "Previous response with id 'resp_1' not found.");
    let call = json!({"type": "function_call", "call_id": "x", "name": "f", "arguments": "{}"});
    let result = json!({"type": "function_call_output", "call_id": "x", "output": "1"});
    check(plain(), body(json!([user, call, result])), 200, "");
    check(plain(), body(json!([user, result])), 400, "No tool call found for function call output");
    check(
        plain(),
        body(json!([user, call, user])),
        400,
        "No tool output found for function call x.",
    );
    let long = body(json!("a".repeat(80)));
    check(plain().context(19), long, 400, "exceeds the context window");
}

#[test]
fn sealed_thinking_comes_back_only_as_it_was_sealed() {
    let script = Script::responses().thinks("deep").calls("f", "{}");
    let asked = json!({"model": "m", "input": "a", "include": ["reasoning.encrypted_content"]});
    let request = Request::post("/v1/responses").header("authorization", "Bearer k");
    let reply = script.respond(request.body(asked.to_string().into()).unwrap());
    let answer: Value = serde_json::from_slice(&reply.body()).unwrap();
    let (thought, call) = (&answer["output"][0], &answer["output"][1]);
    let result = json!({"type": "function_call_output", "call_id": call["call_id"], "output": "1"});
    let check = |script: &Script, input: Value, status: u16, message: &str| {
        let (found, said) = responses(script, &json!({"model": "m", "input": input}));
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let (mut changed, mut open) = (thought.clone(), thought.clone());
    changed["summary"][0]["text"] = json!("deeper");
    open.as_object_mut().unwrap().remove("encrypted_content");

    check(&script, json!([thought, call, result]), 200, "");
    check(&script, json!([changed, call, result]), 400, "could not be verified");
    check(&script, json!([open, call, result]), 404, "not found. Items are not persisted");
    check(&script, json!([call, result, thought]), 400, "without its required following item");
    check(&Script::responses().signs("another"), json!([thought, call, result]), 400, "verified");
}

#[test]
fn gemini_refuses_as_google_does() {
    let check = |script: Script, body: Value, status: u16, message: &str| {
        let (found, said) = gemini(&script, "m", &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let plain = Script::gemini;
    let turn = |role: &str, part: Value| json!({"role": role, "parts": [part]});
    let user = turn("user", json!({"text": "a"}));
    let body = |contents: Value| json!({"contents": contents});
    check(plain(), body(json!([user])), 200, "");
    check(plain().key("sk-2"), body(json!([user])), 400, "API key not valid.");
    check(plain().model("n"), body(json!([user])), 404, "models/m is not found");
    check(plain(), json!({"model": "m", "contents": [user]}), 400, "Unknown name \"model\"");
    check(plain(), json!({}), 400, "contents is not specified");
    check(plain(), body(json!([{"role": "user", "parts": []}])), 400, "must not be empty");
    let call = turn("model", json!({"functionCall": {"name": "f", "args": {}}}));
    let result = turn("user", json!({"functionResponse": {"name": "f", "response": {}}}));
    check(plain(), body(json!([user, call, result])), 200, "");
    check(plain(), body(json!([user, call, user])), 400, "number of function response parts");
    check(plain(), body(json!([user, result])), 400, "number of function response parts");
    check(plain(), body(json!([call, result])), 400, "immediately after a user turn");
    check(
        plain().context(1),
        body(json!([turn("user", json!({"text": "a".repeat(9)}))])),
        400,
        "exceeds",
    );
    let keyless = ask(&plain(), &[], "/v1beta/models/m:generateContent", &body(json!([user])));
    assert_eq!((keyless.0, &keyless.1[..14]), (403, "Method doesn't"));
}

#[test]
fn calls_come_back_to_gemini_with_the_signature_they_had() {
    let signed = |signature: Option<&str>| {
        let mut call = json!({"functionCall": {"name": "f", "args": {}}});
        if let Some(signature) = signature {
            call["thoughtSignature"] = json!(signature);
        }
        json!({"contents": [
            {"role": "user", "parts": [{"text": "a"}]},
            {"role": "model", "parts": [call]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]},
        ]})
    };
    let script = Script::gemini().calls("f", "{}");
    let request = Request::post("/v1beta/models/gemini-3-pro:generateContent");
    let asked = json!({"contents": [{"role": "user", "parts": [{"text": "a"}]}]});
    let request = request.header("x-goog-api-key", "k").body(asked.to_string().into()).unwrap();
    let answer: Value = serde_json::from_slice(&script.respond(request).body()).unwrap();
    let own = answer["candidates"][0]["content"]["parts"][0]["thoughtSignature"].as_str();
    let check = |signature, model: &str, status: u16, message: &str| {
        let (found, said) = gemini(&script, model, &signed(signature));
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };

    check(own, "gemini-3-pro", 200, "");
    check(None, "gemini-3-pro", 400, "Function call is missing a thought_signature");
    check(None, "gemini-2.5-pro", 200, "");
    check(Some("c29tZXRoaW5n"), "gemini-2.5-pro", 400, "Corrupted thought signature.");
    check(Some("skip_thought_signature_validator"), "gemini-3-pro", 200, "");
}
