//! What each provider refuses of a conversation that began elsewhere.

use serde_json::{Value, json};

use super::{anthropic, ask, gemini, openai, responses};
use crate::Script;

/// Asks each time with these turns, and holds the answer to a status and a part of its message.
fn check(asked: impl Fn(&Value) -> (u16, String), cases: &[(Value, u16, &str)]) {
    for (turns, status, message) in cases {
        let (found, said) = asked(turns);
        assert_eq!(found, *status, "{said}: {turns}");
        assert!(said.contains(message), "{said}: {turns}");
    }
}

fn call(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}})
}

fn result(id: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": "1"})
}

#[test]
fn openai_holds_turns_to_what_they_may_say_and_ids_to_their_length() {
    let user = json!({"role": "user", "content": "a"});
    let turn = |role: &str, content: Value| json!({"role": role, "content": content});
    let picture = json!([{"type": "image_url", "image_url": {"url": "data:image/png;base64,aa"}}]);
    let (fits, long) = ("i".repeat(40), "i".repeat(41));
    let called = |id: &str| json!({"role": "assistant", "tool_calls": [call(id)]});
    let asked =
        |turns: &Value| openai(&Script::openai(), &json!({"model": "m", "messages": turns}));
    check(
        asked,
        &[
            (json!([turn("user", picture.clone())]), 200, ""),
            (json!([user, turn("assistant", picture), user]), 400, "Invalid value: 'image_url'."),
            (json!([user, turn("assistant", json!([])), user]), 400, "empty array"),
            (json!([user, turn("assistant", Value::Null), user]), 400, "got null"),
            (json!([user, {"role": "assistant", "refusal": "No."}, user]), 200, ""),
            (json!([turn("model", json!("a"))]), 400, "Invalid value: 'model'."),
            (json!([user, called(&fits), result(&fits)]), 200, ""),
            (
                json!([user, called(&long), result(&long)]),
                400,
                "maximum length 40, but got a string",
            ),
        ],
    );
}

#[test]
fn mistral_refuses_as_mistral_does() {
    let user = json!({"role": "user", "content": "a"});
    let turn = |role: &str, content: &str| json!({"role": role, "content": content});
    let called = |ids: &[&str]| {
        let calls: Vec<Value> = ids.iter().map(|id| call(id)).collect();
        json!({"role": "assistant", "content": "", "tool_calls": calls})
    };
    let (one, two) = ("abcdefgh1", "abcdefgh2");
    let asked =
        |turns: &Value| openai(&Script::mistral(), &json!({"model": "m", "messages": turns}));
    let picture = json!([{"type": "image_url", "image_url": "data:image/png;base64,aa"}]);
    let shown = json!({"role": "tool", "tool_call_id": one, "content": picture});
    check(
        asked,
        &[
            (json!([user]), 200, ""),
            (json!([user, called(&[one, two]), result(two), result(one), user]), 200, ""),
            (json!([user, called(&[one, two]), result(two)]), 400, "Not the same number"),
            (json!([user, called(&[one]), user]), 400, "Not the same number"),
            (json!([user, called(&[one]), result(two)]), 400, "Unexpected tool call id"),
            (json!([user, called(&[one, one]), result(one)]), 400, "Duplicate tool call id"),
            (json!([user, called(&["call_1"]), result("call_1")]), 400, "with a length of 9."),
            (json!([user, called(&[one]), shown]), 400, "Unexpected content chunk 'image_url'"),
            (json!([user, result(one)]), 400, "Unexpected role 'tool' after role 'user'"),
            (json!([user, turn("system", "b"), user]), 200, ""),
            (
                json!([user, turn("assistant", "b"), turn("system", "c"), user]),
                400,
                "Unexpected role 'system' after role 'assistant'",
            ),
            (json!([user, turn("assistant", ""), user]), 400, "either content or tool_calls"),
            (json!([user, turn("assistant", "b")]), 400, "Expected last role User or Tool"),
        ],
    );
    let body = json!({"model": "m", "messages": [user], "user": "u"});
    assert_eq!(openai(&Script::mistral(), &body).0, 422);
}

#[test]
fn deepseek_refuses_as_deepseek_does() {
    let user = json!({"role": "user", "content": "a"});
    let called = json!({"role": "assistant", "content": "", "tool_calls": [call("x")]});
    let mut told = called.clone();
    told["reasoning_content"] = json!("");
    let asked = |thinking: &'static str| {
        move |turns: &Value| {
            let body = json!({"model": "m", "messages": turns, "thinking": {"type": thinking}});
            openai(&Script::deepseek(), &body)
        }
    };
    let picture = json!({"role": "user", "content": [{"type": "image_url", "image_url": "u"}]});
    let silent = json!([user, called, result("x")]);
    check(asked("disabled"), &[(silent.clone(), 200, "")]);
    check(
        asked("enabled"),
        &[
            (silent, 400, "The `reasoning_content` in the thinking mode must be passed back"),
            (json!([user, told, result("x")]), 200, ""),
            (json!([user, {"role": "assistant", "content": "b"}, user]), 200, ""),
            (json!([picture]), 400, "unknown variant `image_url`, expected `text`"),
            (json!([user, told, user]), 400, "did not have response messages: x"),
        ],
    );
}

#[test]
fn items_of_responses_are_held_to_their_ids_and_their_speakers() {
    let user = json!({"role": "user", "content": "a"});
    let called = |id: &str, call: &str| json!({"type": "function_call", "id": id, "call_id": call, "name": "f", "arguments": "{}"});
    let told = |call: &str| json!({"type": "function_call_output", "call_id": call, "output": "1"});
    let says =
        |role: &str, kind: &str| json!({"role": role, "content": [{"type": kind, "text": "b"}]});
    let long = "i".repeat(65);
    let asked =
        |turns: &Value| responses(&Script::responses(), &json!({"model": "m", "input": turns}));
    check(
        asked,
        &[
            (json!([user, called("fc_1", "x"), told("x")]), 200, ""),
            (json!([user, called("call_1", "x"), told("x")]), 400, "begins with 'fc'"),
            (json!([user, called("", ""), told("")]), 400, "empty string"),
            (json!([user, called("", &long), told(&long)]), 400, "maximum length 64"),
            (
                json!([user, called("fc_1", "x"), called("fc_1", "y"), told("x"), told("y")]),
                400,
                "Duplicate item found with id fc_1.",
            ),
            (json!([says("user", "input_text"), says("assistant", "output_text"), user]), 200, ""),
            (json!([user, says("assistant", "input_text"), user]), 400, "'output_text', 'refusal'"),
            (json!([says("tool", "input_text")]), 400, "Invalid value: 'tool'."),
            (json!([{"type": "thought"}]), 400, "Invalid value: 'thought'."),
        ],
    );
}

#[test]
fn anthropic_holds_blocks_to_their_words_their_ids_and_their_order() {
    let user = json!({"role": "user", "content": "a"});
    let turn = |role: &str, blocks: Value| json!({"role": role, "content": blocks});
    let text = |text: &str| json!({"type": "text", "text": text});
    let uses = |id: &str| json!({"type": "tool_use", "id": id, "name": "f", "input": {}});
    let told = |id: &str, content: &str| json!({"type": "tool_result", "tool_use_id": id, "content": [text(content)]});
    let asked = |turns: &Value| {
        let body = json!({"model": "m", "max_tokens": 9, "messages": turns});
        anthropic(&Script::anthropic(), &body)
    };
    let called = |id: &str| turn("assistant", json!([uses(id)]));
    let answered = |blocks: Value| json!([user, called("x"), turn("user", blocks)]);
    check(
        asked,
        &[
            (json!([user, turn("assistant", json!([text("")])), user]), 400, "must be non-empty"),
            (json!([user, turn("assistant", json!([text(" ")])), user]), 400, "non-whitespace"),
            (answered(json!([told("x", "1"), text("b")])), 200, ""),
            (answered(json!([text("b"), told("x", "1")])), 400, "immediately after: x"),
            (answered(json!([told("x", "")])), 400, "must be non-empty"),
            (answered(json!([told("x", "1"), told("x", "2")])), 400, "must have a single result"),
            (
                json!([user, called("f:0"), turn("user", json!([told("f:0", "1")]))]),
                400,
                "messages.1.content.0.tool_use.id: String should match pattern",
            ),
            (
                json!([
                    user,
                    called("x"),
                    turn("user", json!([told("x", "1")])),
                    called("x"),
                    turn("user", json!([told("x", "1")])),
                ]),
                400,
                "ids must be unique",
            ),
        ],
    );
    let budget = json!({"type": "enabled", "budget_tokens": 1024});
    let body = |thinking: &Value| {
        let messages = answered(json!([told("x", "1")]));
        json!({"model": "m", "max_tokens": 9, "messages": messages, "thinking": thinking})
    };
    let (status, said) = anthropic(&Script::anthropic(), &body(&budget));
    assert_eq!(status, 400);
    assert!(said.contains("Expected `thinking` or `redacted_thinking`, but found `tool_use`"));
    assert_eq!(anthropic(&Script::anthropic(), &body(&json!({"type": "adaptive"}))).0, 200);
}

#[test]
fn gemini_holds_parts_to_what_they_hold_and_results_to_their_calls() {
    let turn = |role: &str, part: Value| json!({"role": role, "parts": [part]});
    let user = turn("user", json!({"text": "a"}));
    let called = turn("model", json!({"functionCall": {"id": "x", "name": "f", "args": {}}}));
    let told = |id: &str, name: &str| {
        turn("user", json!({"functionResponse": {"id": id, "name": name, "response": {}}}))
    };
    let asked = |turns: &Value| gemini(&Script::gemini(), "m", &json!({"contents": turns}));
    check(
        asked,
        &[
            (json!([user, called, told("x", "f")]), 200, ""),
            (json!([user, called, told("y", "f")]), 400, "immediately after a function call turn"),
            (json!([user, called, told("x", "g")]), 400, "immediately after a function call turn"),
            (json!([user, turn("model", json!({"text": ""})), user]), 400, "empty text parameter"),
            (json!([user, turn("model", json!({"thought": true})), user]), 400, "required oneof"),
            (json!([turn("assistant", json!({"text": "a"}))]), 400, "valid role: user, model."),
            (
                json!([user, turn("model", json!({"functionCall": {"name": "f", "args": "{}"}}))]),
                400,
                "number of function response parts",
            ),
        ],
    );
    // Only what follows the person's last words has to be signed.
    let asked =
        |turns: &Value| gemini(&Script::gemini(), "gemini-3-pro", &json!({"contents": turns}));
    let step = json!([user, called, told("x", "f")]);
    let past = json!([user, called, told("x", "f"), turn("model", json!({"text": "b"})), user]);
    check(asked, &[(step, 400, "missing a thought_signature"), (past, 200, "")]);
}

#[test]
fn bedrock_holds_ids_names_and_documents_to_their_form() {
    let turn = |role: &str, blocks: Value| json!({"role": role, "content": blocks});
    let (user, text) = (turn("user", json!([{"text": "a"}])), json!({"text": "a"}));
    let uses = |id: &str| json!({"toolUse": {"toolUseId": id, "name": "f", "input": {}}});
    let told = |id: &str, text: &str| json!({"toolResult": {"toolUseId": id, "content": [{"text": text}]}});
    let named = |name: &str| json!({"document": {"name": name, "format": "pdf", "source": {"bytes": "aa"}}});
    let called = |id: &str| {
        json!([user, turn("assistant", json!([uses(id)])), turn("user", json!([told(id, "1")]))])
    };
    let config = json!({"tools": [{"toolSpec": {"name": "f"}}]});
    let asked = |turns: &Value| {
        let headers = [("authorization", "Bearer k")];
        let body = json!({"messages": turns, "toolConfig": config});
        ask(&Script::converse(), &headers, "/model/m/converse", &body)
    };
    let blank =
        json!(
            [user, turn("assistant", json!([uses("x")])), turn("user", json!([told("x", " ")])),]
        );
    check(
        asked,
        &[
            (called("functions.f:0"), 200, ""),
            (called("a b"), 400, "regular expression pattern"),
            (called(&"i".repeat(65)), 400, "less than or equal to 64"),
            (blank, 400, "is blank"),
            (json!([turn("user", json!([text, named("a"), named("b")]))]), 200, ""),
            (
                json!([turn("user", json!([text, named("a"), named("a")]))]),
                400,
                "duplicate document",
            ),
            (json!([turn("user", json!([text, named("a.pdf")]))]), 400, "document file name"),
            (json!([turn("user", json!([named("a")]))]), 400, "text block must be included"),
            (
                json!([user, turn("assistant", json!([{"image": {}}])), user]),
                400,
                "unexpected block",
            ),
        ],
    );
}
