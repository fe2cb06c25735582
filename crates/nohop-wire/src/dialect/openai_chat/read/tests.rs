use nohop_types::Issuer;
use serde_json::{Value, json};

use super::*;
use crate::{Call, Dialect, Encoded};

/// The request, read and written again, and how many losses are told.
fn again(dialect: &dyn Dialect, body: &Value) -> (Value, usize) {
    let incoming = request(&OpenAiChat::PLAIN, &body.to_string()).unwrap();
    let issuer = Issuer::new(dialect.name(), "e", "m");
    let call = Call::new(&incoming.request, "m", "/", &issuer);
    let Encoded { body, losses, .. } = dialect.encode(&call).unwrap();
    (serde_json::from_slice(&body).unwrap(), losses.len())
}

#[track_caller]
fn comes_back(mut request: Value) {
    request["model"] = "m".into();
    assert_eq!(again(&OpenAiChat::PLAIN, &request), (request, 0));
}

#[test]
fn what_only_the_model_says_stays_as_it_is_in_the_turns_of_others() {
    let said = [
        ("refusal", json!("No")),
        ("reasoning_content", json!("Hm")),
        ("reasoning_details", json!([{ "type": "reasoning.text", "text": "Hm" }])),
        ("tool_calls", json!([{ "id": "t", "function": { "name": "f", "arguments": "{}" } }])),
    ];
    for role in ["developer", "function", "system", "tool", "user"] {
        for (key, value) in &said {
            comes_back(json!({ "messages": [{ "role": role, "content": "Hi", *key: value }] }));
        }
    }
}

#[test]
fn the_id_of_a_call_stays_where_no_tool_answers() {
    for role in ["assistant", "system", "user"] {
        comes_back(json!({ "messages": [{ "role": role, "content": "Hi", "tool_call_id": "t" }] }));
    }
}

#[test]
fn what_the_turn_of_another_holds_for_the_model_is_lost_aloud_in_another_dialect() {
    let turn = json!({ "role": "user", "content": "Hi", "refusal": "No" });
    let request = json!({ "model": "m", "messages": [turn] });
    let (body, losses) = again(&crate::dialect::Anthropic::PLAIN, &request);
    assert_eq!((body["messages"][0]["content"].as_str(), losses), (Some("Hi"), 1));
}

#[test]
fn what_another_type_of_part_or_call_says_stays_as_it_is() {
    let image = json!({ "type": "text", "text": "Hi", "image_url": { "url": "https://a/b.png" } });
    let file = json!({ "type": "image_url", "image_url": { "url": "https://a/b.png" }, "file": { "file_id": "f" } });
    comes_back(json!({ "messages": [{ "role": "user", "content": [image, file] }] }));
    let custom = json!({ "name": "f", "input": "Go", "novel": 1 });
    let call = json!({ "id": "t", "type": "custom", "custom": custom });
    comes_back(json!({ "messages": [{ "role": "assistant", "tool_calls": [call] }] }));
}

#[test]
fn messages_that_are_none_stay_as_they_were_written() {
    for none in [json!(null), json!([])] {
        comes_back(json!({ "messages": none }));
    }
}

#[test]
fn a_null_of_the_older_cap_does_not_name_the_newer() {
    let messages = json!([{ "role": "user", "content": "Hi" }]);
    let caps = |older, newer| json!({ "messages": messages, "max_tokens": older, "max_completion_tokens": newer });
    comes_back(caps(json!(7), json!(5)));
    comes_back(caps(json!(7), json!(null)));
    let (body, _) = again(&OpenAiChat::PLAIN, &caps(json!(null), json!(5)));
    assert_eq!((&body["max_tokens"], &body["max_completion_tokens"]), (&json!(null), &json!(5)));
    let (body, _) = again(&OpenAiChat::HOSTED, &caps(json!(7), json!(5)));
    assert_eq!((&body["max_tokens"], body.get("max_completion_tokens")), (&json!(5), None));
}

#[test]
fn marks_that_are_none_of_ours_stay_as_they_are() {
    let (mark, function) = (json!({ "type": "novel" }), json!({ "name": "f", "arguments": "{}" }));
    let call =
        json!({ "id": "t", "type": "function", "function": function, "cache_control": mark });
    let tool = json!({ "type": "function", "function": { "name": "f" }, "cache_control": mark });
    let turn = json!({ "role": "assistant", "tool_calls": [call] });
    comes_back(json!({ "messages": [turn], "tools": [tool], "modalities": [] }));
}

#[test]
fn a_field_whose_name_begins_like_one_of_ours_is_kept() {
    let call = json!([{ "id": "c", "type": "function", "function_called": 1, "function": {
        "name": "f", "arguments": "{}" } }]);
    comes_back(json!({ "messages": [
        { "role": "assistant", "cache_controls": [1], "tool_calls": call },
        { "role": "user", "content": "Hi", "cache_control_": { "type": "x" } },
    ] }));
}

#[test]
fn a_mark_on_a_turn_that_nobody_knows_stays_there() {
    let novel = json!({ "type": "novel" });
    for role in ["assistant", "system", "tool", "user"] {
        comes_back(
            json!({ "messages": [{ "role": role, "content": "Hi", "cache_control": novel }] }),
        );
    }
}
