use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::history;
use crate::Script;
use crate::dialect::{Refusal, signature};
use crate::script::prompt;

/// Refuses a key that is missing or wrong; both of Anthropic's headers are read.
pub(super) fn key(script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || text(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let key = text("x-api-key").or_else(bearer).unwrap_or_default();
    let refuse = |message| Err(Refusal::new(ErrorKind::Auth, 401, "authentication_error", message));
    match key {
        _ if script.accepts(key) => Ok(()),
        "" => refuse("x-api-key header is required"),
        _ => refuse("invalid x-api-key"),
    }
}

/// The model in the path, as at Google, where it is not in the body.
pub(super) fn named(head: &Parts) -> Option<&str> {
    let (path, _) = head.uri.path().rsplit_once(':')?;
    path.rsplit('/').next()
}

/// Refuses a missing version, and what a version no longer takes. Google has one of its own, in the body.
pub(super) fn version(headers: &HeaderMap, body: &Value) -> Result<(), Refusal> {
    if body["anthropic_version"] == "vertex-2023-10-16" {
        return Ok(());
    }
    let Some(version) = headers.get("anthropic-version") else {
        return Err(invalid("anthropic-version: header is required"));
    };
    if version != "2023-06-01" && version != "2026-10-21" {
        let version = String::from_utf8_lossy(version.as_bytes());
        return Err(invalid(format!("anthropic-version: \"{version}\" is not a valid version")));
    }
    let sampling = ["temperature", "top_p", "top_k"].into_iter();
    match sampling.filter(|_| version == "2026-10-21").find(|name| body.get(*name).is_some()) {
        Some(name) => Err(invalid(format!("{name}: Extra inputs are not permitted"))),
        None => Ok(()),
    }
}

/// Refuses what Anthropic refuses of a body.
pub(super) fn body(script: &Script, model: &str, body: &Value) -> Result<(), Refusal> {
    if !body.is_object() {
        return Err(invalid("The request body is not valid JSON: expected value: line 1 column 1"));
    }
    if model.is_empty() {
        return Err(invalid("model: Field required"));
    }
    if body.get("max_tokens").is_none() {
        return Err(invalid("max_tokens: Field required"));
    }
    let Some(messages) = body["messages"].as_array() else {
        return Err(invalid("messages: Field required"));
    };
    if messages.is_empty() {
        return Err(invalid("messages: at least one message is required"));
    }
    if !script.models.is_empty() && !script.models.iter().any(|known| known == model) {
        let message = format!("model: {model}");
        return Err(Refusal::new(ErrorKind::NotFound, 404, "not_found_error", message));
    }
    for (index, message) in messages.iter().enumerate() {
        content(index, message, index + 1 == messages.len())?;
        thinking(script, index, message)?;
        let before = index.checked_sub(1).map(|before| &messages[before]);
        results(index, message, before)?;
        uses(index, message, messages.get(index + 1))?;
    }
    history::body(body, messages)?;
    prefill(messages)?;
    context(script, body)
}

/// Refuses a last turn of the model's own that ends in white space.
fn prefill(messages: &[Value]) -> Result<(), Refusal> {
    let last = messages.last().filter(|message| message["role"] == "assistant");
    let text = last.and_then(|message| match &message["content"] {
        Value::Array(blocks) => blocks.last()?["text"].as_str(),
        content => content.as_str(),
    });
    match text.is_some_and(|text| text.ends_with(char::is_whitespace)) {
        true => {
            Err(invalid("messages: final assistant content cannot end with trailing whitespace"))
        }
        false => Ok(()),
    }
}

fn content(index: usize, message: &Value, is_last: bool) -> Result<(), Refusal> {
    let empty = match &message["content"] {
        Value::String(text) => text.is_empty(),
        Value::Array(blocks) => blocks.is_empty(),
        _ => {
            return Err(invalid(format!("messages.{index}.content: Input should be a valid list")));
        }
    };
    if empty && !(is_last && message["role"] == "assistant") {
        return Err(invalid(format!(
            "messages.{index}: all messages must have non-empty content except for the optional final assistant message"
        )));
    }
    Ok(())
}

/// Accepts thinking only as this provider signed it.
fn thinking(script: &Script, index: usize, message: &Value) -> Result<(), Refusal> {
    for (at, block) in blocks(message, "thinking") {
        let place = format!("messages.{index}.content.{at}");
        let Some(signature) = block["signature"].as_str() else {
            return Err(invalid(format!("{place}.thinking.signature: Field required")));
        };
        let text = block["thinking"].as_str().unwrap_or_default();
        if signature != signature::of(&script.salt, text) {
            return Err(invalid(format!("{place}: Invalid `signature` in `thinking` block")));
        }
    }
    // This provider never redacts, so that what is redacted is another's.
    match blocks(message, "redacted_thinking").next() {
        Some((at, _)) => Err(invalid(format!(
            "messages.{index}.content.{at}: Invalid `data` in `redacted_thinking` block"
        ))),
        None => Ok(()),
    }
}

/// Holds every tool result to a call in the message before.
fn results(index: usize, message: &Value, before: Option<&Value>) -> Result<(), Refusal> {
    for (at, result) in blocks(message, "tool_result") {
        let id = &result["tool_use_id"];
        let mut calls = before.into_iter().flat_map(|before| blocks(before, "tool_use"));
        if !calls.any(|(_, call)| call["id"] == *id) {
            let id = id.as_str().unwrap_or_default();
            return Err(invalid(format!(
                "messages.{index}.content.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
            )));
        }
    }
    Ok(())
}

/// Holds every call to its result in the message after.
fn uses(index: usize, message: &Value, after: Option<&Value>) -> Result<(), Refusal> {
    let has_result = |call: &Value| {
        let mut results = after.into_iter().flat_map(|after| blocks(after, "tool_result"));
        results.any(|(_, result)| result["tool_use_id"] == call["id"])
    };
    let missing: Vec<&str> = blocks(message, "tool_use")
        .filter(|(_, call)| !has_result(call))
        .map(|(_, call)| call["id"].as_str().unwrap_or_default())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    Err(invalid(format!(
        "messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {missing}. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
    )))
}

fn context(script: &Script, body: &Value) -> Result<(), Refusal> {
    let tokens = prompt(body);
    let Some(context) = script.context.filter(|context| tokens > *context) else {
        return Ok(());
    };
    let message = format!("prompt is too long: {tokens} tokens > {context} maximum");
    Err(Refusal::new(ErrorKind::ContextLength, 400, "invalid_request_error", message))
}

pub(super) fn blocks<'a>(
    message: &'a Value,
    kind: &'static str,
) -> impl Iterator<Item = (usize, &'a Value)> + 'a {
    let blocks = message["content"].as_array().into_iter().flatten().enumerate();
    blocks.filter(move |(_, block)| block["type"] == kind)
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, "invalid_request_error", message)
}
