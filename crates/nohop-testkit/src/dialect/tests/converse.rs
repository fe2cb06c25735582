use serde_json::{Value, json};

use super::ask;
use crate::{Outcome, Script};

const PATH: &str = "/model/us.anthropic.claude-v1%3A0/converse";

fn converse(script: &Script, body: &Value) -> (u16, String) {
    ask(script, &[("authorization", "Bearer sk-1")], PATH, body)
}

#[test]
fn bedrock_refuses_as_bedrock_does() {
    let check = |script: Script, body: Value, status: u16, message: &str| {
        let (found, said) = converse(&script, &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let plain = Script::converse;
    let user = json!({"role": "user", "content": [{"text": "a"}]});
    let model = |block: Value| json!({"role": "assistant", "content": [block]});
    let body = |messages: Value| json!({"messages": messages, "toolConfig": {"tools": []}});
    check(plain(), body(json!([user])), 200, "");
    check(plain().key("sk-2"), body(json!([user])), 403, "security token included");
    check(plain().model("us.anthropic.claude-v1:0"), body(json!([user])), 200, "");
    check(plain().model("other"), body(json!([user])), 400, "model identifier is invalid");
    check(plain(), json!({"messages": []}), 400, "Member must have length greater than");
    let text = json!({"role": "user", "content": "a"});
    check(plain(), body(json!([text])), 400, "Unexpected field type");
    check(plain(), body(json!([model(json!({"text": "a"}))])), 400, "must start with a user");
    check(plain(), body(json!([user, user])), 400, "must alternate between user and assistant");
    let empty = json!({"role": "user", "content": []});
    check(plain(), body(json!([empty])), 400, "messages.0 is empty");
    let blank = json!({"role": "user", "content": [{"text": " \n"}]});
    check(plain(), body(json!([blank])), 400, "messages.0.content.0 is blank");
    let call = model(json!({"toolUse": {"toolUseId": "x", "name": "f", "input": {}}}));
    let result = json!({"role": "user", "content": [{"toolResult": {"toolUseId": "x"}}]});
    check(plain(), body(json!([user, call, result])), 200, "");
    check(plain(), body(json!([user, call, user])), 400, "messages.2.content for the following");
    check(plain(), body(json!([result])), 400, "exceeds the number of toolUse blocks");
    let said = model(json!({"text": "a"}));
    check(plain(), body(json!([user, said, result])), 400, "toolResult blocks at messages.2");
    let bare = json!({"messages": [user, call, result]});
    check(plain(), bare, 400, "toolConfig field must be defined");
    let spelled = model(json!({"toolUse": {"toolUseId": "x", "name": "f", "input": "{}"}}));
    check(plain(), body(json!([user, spelled, result])), 400, "toolUse.input is invalid");
    let hot = json!({"messages": [user], "inferenceConfig": {"temperature": 1.5}});
    check(plain(), hot, 400, "Value '1.5' at 'inferenceConfig.temperature'");
    let long = body(json!([{"role": "user", "content": [{"text": "a".repeat(80)}]}]));
    check(plain().context(20), long, 400, "Input is too long for requested model.");
}

#[test]
fn a_signature_stands_for_the_key_that_it_names() {
    let body = json!({"messages": [{"role": "user", "content": [{"text": "a"}]}]});
    let signed = |id: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={id}/20261101/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
        )
    };
    let check = |script: Script, authorization: &str, status: u16, message: &str| {
        let (found, said) = ask(&script, &[("authorization", authorization)], PATH, &body);
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    check(Script::converse(), &signed("AKIA1"), 200, "");
    check(Script::converse().key("AKIA1"), &signed("AKIA1"), 200, "");
    check(Script::converse().key("AKIA2"), &signed("AKIA1"), 403, "security token included");
    check(Script::converse(), "AWS4-HMAC-SHA256 Signature=00", 403, "Missing Authentication Token");
    let keyless = ask(&Script::converse(), &[], PATH, &body);
    assert_eq!(keyless, (403, "Missing Authentication Token".to_owned()));
}

#[test]
fn thinking_comes_back_to_bedrock_only_as_it_was_signed() {
    let script = Script::converse().thinks("deep").says("done");
    let user = json!({"role": "user", "content": [{"text": "a"}]});
    let asked = json!({"messages": [user]}).to_string();
    let request = http::Request::post(PATH).header("authorization", "Bearer k");
    let reply = script.respond(request.body(asked.into()).unwrap());
    assert!(matches!(reply.outcome, Outcome::Answered { .. }));
    let answer: Value = serde_json::from_slice(&reply.body()).unwrap();
    let check = |script: &Script, blocks: &Value, status: u16, message: &str| {
        let messages = json!([user, {"role": "assistant", "content": blocks}, user]);
        let (found, said) = converse(script, &json!({"messages": messages}));
        assert_eq!(found, status, "{said}");
        assert!(said.contains(message), "{said}");
    };
    let blocks = &answer["output"]["message"]["content"];
    let (mut changed, mut unsigned) = (blocks.clone(), blocks.clone());
    let thought = "/0/reasoningContent/reasoningText";
    changed.pointer_mut(thought).unwrap()["text"] = json!("deeper");
    unsigned.pointer_mut(thought).unwrap().as_object_mut().unwrap().remove("signature");

    check(&script, blocks, 200, "");
    check(&script, &changed, 400, "messages.1.content.0: Invalid `signature`");
    check(&script, &unsigned, 400, "signature: Field required");
    check(&Script::converse().signs("another"), blocks, 400, "Invalid `signature`");
}
