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
    (status, body["error"]["message"].as_str().unwrap_or_default().to_owned())
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
