//! What a conversation has to be beside calls and their results.

use serde_json::Value;

use super::check::{blocks, invalid};
use crate::dialect::Refusal;

/// Refuses texts that say nothing, ids of a wrong form or used twice, results behind other blocks, and
/// calls without the thinking that led to them.
pub(super) fn body(body: &Value, messages: &[Value]) -> Result<(), Refusal> {
    texts("system", &body["system"])?;
    let mut ids: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        texts("messages", &message["content"])?;
        for (at, call) in blocks(message, "tool_use") {
            let place = format!("messages.{index}.content.{at}.tool_use");
            let id = id(&call["id"], &format!("{place}.id"))?;
            if ids.contains(&id) {
                return Err(invalid("messages: `tool_use` ids must be unique"));
            }
            ids.push(id);
            if call.get("input").is_some_and(|input| !input.is_object()) {
                return Err(invalid(format!("{place}.input: Input should be a valid dictionary")));
            }
        }
        results(index, message)?;
    }
    thinking(body, messages)
}

/// A text that is empty or white space is no text, wherever it stands.
fn texts(place: &str, content: &Value) -> Result<(), Refusal> {
    for block in content.as_array().into_iter().flatten() {
        match block["text"].as_str() {
            Some("") => {
                return Err(invalid(format!("{place}: text content blocks must be non-empty")));
            }
            Some(text) if text.trim().is_empty() => {
                return Err(invalid(format!(
                    "{place}: text content blocks must contain non-whitespace text"
                )));
            }
            _ => texts(place, &block["content"])?,
        }
    }
    Ok(())
}

fn id<'a>(id: &'a Value, place: &str) -> Result<&'a str, Refusal> {
    let id = id.as_str().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match !id.is_empty() && id.bytes().all(is_plain) {
        true => Ok(id),
        false => Err(invalid(format!("{place}: String should match pattern '^[a-zA-Z0-9_-]+$'"))),
    }
}

/// Holds results to the front of their turn, and each call to one.
fn results(index: usize, message: &Value) -> Result<(), Refusal> {
    let mut ids: Vec<&str> = Vec::new();
    for (number, (at, result)) in blocks(message, "tool_result").enumerate() {
        let place = format!("messages.{index}.content.{at}");
        let id = id(&result["tool_use_id"], &format!("{place}.tool_result.tool_use_id"))?;
        if at != number {
            return Err(invalid(format!(
                "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {id}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
                index.saturating_sub(1)
            )));
        }
        if ids.contains(&id) {
            return Err(invalid(format!(
                "{place}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}"
            )));
        }
        ids.push(id);
    }
    Ok(())
}

/// Where a budget of thinking was given, a turn whose calls are being answered begins with thinking.
fn thinking(body: &Value, messages: &[Value]) -> Result<(), Refusal> {
    let [.., before, last] = messages else { return Ok(()) };
    let is_answered = blocks(last, "tool_result").next().is_some();
    let first = before["content"][0]["type"].as_str().unwrap_or_default();
    if body["thinking"]["type"] != "enabled" || !is_answered || first.ends_with("thinking") {
        return Ok(());
    }
    Err(invalid(format!(
        "messages.{}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{first}`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking",
        messages.len() - 2
    )))
}
