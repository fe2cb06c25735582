use serde_json::{Value, json};

use super::ask;
use crate::Script;

#[test]
fn ollama_refuses_as_ollama_does() {
    let check = |script: Script, body: Value, status: u16, message: &str| {
        let (found, said) = ask(&script, &[], "/api/chat", &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let plain = Script::ollama;
    let user = json!({"role": "user", "content": "a"});
    let body = |messages: Value| json!({"model": "m", "stream": false, "messages": messages});
    check(plain(), body(json!([user])), 200, "");
    check(plain().key("sk-1"), body(json!([user])), 401, "unauthorized");
    check(plain().model("n"), body(json!([user])), 404, "model 'm' not found");
    check(plain(), json!({"messages": [user]}), 400, "model is required");
    check(plain(), json!("no"), 400, "invalid character");
    let unknown = json!({"model": "m", "stream": false, "messages": [user], "tool_choice": "auto"});
    check(plain(), unknown, 200, "");
    let parts = json!({"role": "user", "content": [{"type": "text", "text": "a"}]});
    check(plain(), body(json!([parts])), 400, "cannot unmarshal array into Go struct field");
    let call = |arguments: Value| {
        let calls = json!([{"function": {"name": "f", "arguments": arguments}}]);
        json!([user, {"role": "assistant", "tool_calls": calls}])
    };
    check(plain(), body(call(json!({"a": 1}))), 200, "");
    check(plain(), body(call(json!("{\"a\":1}"))), 400, "tool_calls.function.arguments of type");
    let image = |data: &str| json!([{"role": "user", "content": "a", "images": [data]}]);
    check(plain(), body(image("AAAA")), 200, "");
    check(plain(), body(image("data:image/png;base64,AAAA")), 400, "illegal base64 data");
    let think = |word: &str| json!({"model": "m", "stream": false, "messages": [], "think": word});
    check(plain(), think("low"), 200, "");
    check(plain(), think("none"), 400, "invalid think value: \"none\"");
    let long = body(json!([{"role": "user", "content": "a".repeat(80)}]));
    check(plain().context(20), long, 400, "exceeds the context length");
}
