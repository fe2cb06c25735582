use serde_json::{Value, json};

use super::ask;
use crate::Script;

fn cohere(script: &Script, body: &Value) -> (u16, String) {
    ask(script, &[("authorization", "Bearer sk-1")], "/v2/chat", body)
}

#[test]
fn cohere_refuses_as_cohere_does() {
    let check = |script: Script, body: Value, status: u16, message: &str| {
        let (found, said) = cohere(&script, &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let plain = Script::cohere;
    let user = json!({"role": "user", "content": "a"});
    let body = |messages: Value| json!({"model": "m", "messages": messages});
    let with = |key: &str, value: Value| {
        let mut body = body(json!([user]));
        body[key] = value;
        body
    };
    check(plain(), body(json!([user])), 200, "");
    check(plain().key("sk-1"), body(json!([user])), 200, "");
    check(plain().key("sk-2"), body(json!([user])), 401, "invalid api token");
    check(plain().model("n"), body(json!([user])), 404, "model 'm' not found");
    check(plain(), json!({"messages": [user]}), 400, "model is required");
    check(plain(), body(json!([])), 400, "list of messages must not be empty");
    check(plain(), json!("no"), 400, "invalid json syntax");
    check(plain(), with("n", json!(2)), 422, "unknown field: parameter 'n' is not a valid field.");
    check(plain(), with("p", json!(1)), 400, "p must be between 0.01 and 0.99");
    check(plain(), with("k", json!(501)), 400, "k must be between 0 and 500");
    let words = json!(["a", "b", "c", "d", "e", "f"]);
    check(plain(), with("stop_sequences", words), 400, "a maximum of 5");
    check(plain(), with("tool_choice", json!("auto")), 400, "'REQUIRED' or 'NONE'");
    let tools = json!([{"type": "function", "function": {"name": "f", "strict": true}}]);
    check(plain(), with("tools", tools), 422, "parameter 'strict'");
    let empty = json!({"role": "user", "content": ""});
    check(plain(), body(json!([empty])), 400, "at least 1 token long");
    let silent = json!({"role": "assistant", "content": []});
    check(plain(), body(json!([user, silent, user])), 400, "must have a message");
    let call = json!({"role": "assistant", "tool_calls": [{"id": "x"}, {"id": "y"}]});
    let result = |id| json!({"role": "tool", "tool_call_id": id, "content": "1"});
    check(plain(), body(json!([user, call, result("y"), result("x")])), 200, "");
    check(plain(), body(json!([user, call, result("z")])), 400, "tool_call_id 'z'");
    check(plain(), body(json!([user, result("x")])), 400, "tool_call_id 'x'");
    let long = body(json!([{"role": "user", "content": "a".repeat(80)}]));
    check(plain().context(20), long, 400, "too many tokens: size limit exceeded by 1 tokens.");
    let keyless = ask(&plain(), &[], "/v2/chat", &body(json!([user])));
    assert_eq!(keyless, (401, "no api key supplied".to_owned()));
}
