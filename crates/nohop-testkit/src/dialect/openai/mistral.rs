//! What Mistral does in its own way. What it refuses is that of its published validator.

use nohop_types::ErrorKind;
use serde_json::Value;

use super::or_null;
use crate::dialect::{Refusal, quoted};
use crate::script::Part;

/// The fields of a request; any other is refused.
const FIELDS: [&str; 22] = [
    "frequency_penalty",
    "guardrails",
    "max_tokens",
    "messages",
    "metadata",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_mode",
    "random_seed",
    "reasoning_effort",
    "response_format",
    "safe_prompt",
    "stop",
    "stream",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
];

/// Refuses what Mistral refuses of a body.
pub(super) fn body(body: &Value) -> Result<(), Refusal> {
    let mut fields = body.as_object().into_iter().flat_map(|fields| fields.keys());
    if let Some(unknown) = fields.find(|field| !FIELDS.contains(&&***field)) {
        let message = "Extra inputs are not permitted";
        let refusal = Refusal::new(ErrorKind::InvalidRequest, 422, "extra_forbidden", message);
        return Err(refusal.param(unknown));
    }
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    for pair in messages.windows(2) {
        order(&pair[0], &pair[1])?;
    }
    messages.iter().try_for_each(said)?;
    counts(messages)?;
    last(messages)
}

fn order(before: &Value, message: &Value) -> Result<(), Refusal> {
    let (before, role) = (text(&before["role"]), text(&message["role"]));
    let expected: &[&str] = match before {
        "system" => &["user", "assistant", "system"],
        "user" => &["assistant", "system", "user"],
        "assistant" => &["assistant", "user", "tool"],
        _ => &["assistant", "tool", "user"],
    };
    match expected.contains(&role) {
        true => Ok(()),
        false => Err(misplaced(format!("Unexpected role '{role}' after role '{before}'"))),
    }
}

/// Holds a turn to what it may say, and its ids to their form.
fn said(message: &Value) -> Result<(), Refusal> {
    let content = &message["content"];
    let has = |kinds: &[&str]| {
        let items = content.as_array().into_iter().flatten();
        items.map(|item| text(&item["type"])).find(|kind| !kinds.contains(kind)).map(str::to_owned)
    };
    let calls = || message["tool_calls"].as_array().into_iter().flatten();
    let (role, other) = match text(&message["role"]) {
        "assistant" => {
            let silent = content.as_str().is_none_or(str::is_empty)
                && content.as_array().is_none_or(Vec::is_empty);
            if silent && calls().next().is_none() {
                return Err(invalid(
                    "invalid_request_assistant_message",
                    "Assistant message must have either content or tool_calls, but not none.",
                    "3240",
                ));
            }
            calls().try_for_each(|call| id(text(&call["id"])))?;
            ("assistant", has(&["text", "thinking"]))
        }
        "tool" => {
            id(text(&message["tool_call_id"]))?;
            ("tool", has(&["text"]))
        }
        "system" => ("system", has(&["text", "thinking"])),
        _ => ("user", has(&["text", "image_url", "document_url", "input_audio", "file"])),
    };
    match other {
        None => Ok(()),
        Some(kind) => {
            let message =
                format!("Unexpected content chunk '{kind}' in a message of role '{role}'");
            Err(invalid("invalid_request_error", message, "3051"))
        }
    }
}

fn id(id: &str) -> Result<(), Refusal> {
    if id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let message = format!("Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9.");
    Err(invalid("invalid_function_call", message, "3280"))
}

/// Holds the calls of a turn to as many results, each by its id.
fn counts(messages: &[Value]) -> Result<(), Refusal> {
    let mut asked: Vec<&str> = Vec::new();
    for message in messages {
        if message["role"] == "tool" {
            let id = text(&message["tool_call_id"]);
            let Some(place) = asked.iter().position(|known| *known == id) else {
                return Err(misplaced(format!("Unexpected tool call id {id} in tool results")));
            };
            asked.swap_remove(place);
            continue;
        }
        if !asked.is_empty() {
            break;
        }
        let calls = message["tool_calls"].as_array().into_iter().flatten();
        for id in calls.map(|call| text(&call["id"])) {
            if asked.contains(&id) {
                return Err(misplaced(format!("Duplicate tool call id {id} in assistant message")));
            }
            asked.push(id);
        }
    }
    match asked.is_empty() {
        true => Ok(()),
        false => Err(misplaced("Not the same number of function calls and responses")),
    }
}

fn last(messages: &[Value]) -> Result<(), Refusal> {
    let Some(last) = messages.last() else { return Ok(()) };
    match last["role"] == "assistant" && last["prefix"] != true {
        true => Err(misplaced(
            "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
        )),
        false => Ok(()),
    }
}

/// What was thought, as a content of its own.
pub(super) fn thinking(text: &str) -> String {
    format!("[{}]", thought(text))
}

fn thought(text: &str) -> String {
    let text = quoted(text);
    format!(r#"{{"type":"thinking","thinking":[{{"type":"text","text":{text}}}],"closed":true}}"#)
}

/// The content of an answer that was thought over.
pub(super) fn content(parts: &[Part]) -> String {
    let item = |part: &Part| match part {
        Part::Text(text) | Part::Refusal(text) => {
            Some(format!(r#"{{"type":"text","text":{}}}"#, quoted(text)))
        }
        Part::Thinking(text) => Some(thought(text)),
        Part::Call { .. } | Part::Picture(_) | Part::Sound { .. } => None,
    };
    let items: Vec<String> = parts.iter().filter_map(item).collect();
    format!("[{}]", items.join(","))
}

/// The body of an error.
pub(super) fn error(refusal: &Refusal) -> String {
    let message = quoted(&refusal.message);
    match refusal.status {
        401 => r#"{"detail":"Invalid API Key"}"#.to_owned(),
        422 => format!(
            r#"{{"detail":[{{"type":{},"loc":["body",{}],"msg":{message}}}]}}"#,
            quoted(refusal.word),
            or_null(refusal.param.as_deref()),
        ),
        status => format!(
            r#"{{"object":"error","message":{message},"type":{},"param":null,"code":{},"raw_status_code":{status}}}"#,
            quoted(refusal.word),
            or_null(refusal.code),
        ),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn misplaced(message: impl Into<String>) -> Refusal {
    invalid("invalid_request_message_order", message, "3230")
}

fn invalid(word: &'static str, message: impl Into<String>, code: &'static str) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, word, message).code(code)
}
