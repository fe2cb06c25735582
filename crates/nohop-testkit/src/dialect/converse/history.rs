//! What a conversation has to be beside calls and their results.

use serde_json::Value;

use super::check::{blocks, invalid, model_says};
use crate::dialect::Refusal;

/// The most characters of a call's id.
const LONGEST: usize = 64;

/// The most characters of a document's name.
const LONGEST_NAME: usize = 200;

/// Refuses ids and names of a wrong form or used twice, what a role can not say, and calls without the
/// thinking that led to them.
pub(super) fn body(body: &Value, messages: &[Value]) -> Result<(), Refusal> {
    let mut names: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let place = format!("messages.{index}.content");
        ids(&place, message, "toolUse")?;
        ids(&place, message, "toolResult")?;
        media(&place, message)?;
        for (_, document) in documents(message) {
            name(document, &mut names)?;
        }
        for (at, result) in blocks(message, "toolResult") {
            let texts = result["content"].as_array().into_iter().flatten();
            let mut texts = texts.filter_map(|part| part["text"].as_str());
            if texts.any(|text| text.trim().is_empty()) {
                return Err(invalid(format!(
                    "The text field in the ToolResultContentBlock object at {place}.{at}.toolResult.content is blank. Add text to the text field, and try again."
                )));
            }
        }
    }
    thinking(body, messages)
}

fn ids(place: &str, message: &Value, kind: &'static str) -> Result<(), Refusal> {
    let mut ids: Vec<&str> = Vec::new();
    for (at, block) in blocks(message, kind) {
        let id = block["toolUseId"].as_str().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
        let rule = match id {
            "" => Some("Member must have length greater than or equal to 1"),
            _ if id.len() > LONGEST => Some("Member must have length less than or equal to 64"),
            _ if !id.chars().all(plain) => {
                Some("Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+")
            }
            _ => None,
        };
        if let Some(rule) = rule {
            return Err(invalid(format!(
                "1 validation error detected: Value '{id}' at '{place}.{at}.member.{kind}.toolUseId' failed to satisfy constraint: {rule}"
            )));
        }
        if ids.contains(&id) {
            return Err(invalid(format!(
                "The {kind} blocks at {place} contain duplicate Ids: {id}"
            )));
        }
        ids.push(id);
    }
    Ok(())
}

/// Media are the person's; a document has a text beside it.
fn media(place: &str, message: &Value) -> Result<(), Refusal> {
    let has = |kind| blocks(message, kind).next().is_some();
    if message["role"] != "user" && (has("image") || has("document") || has("toolResult")) {
        return Err(model_says(&format!("{place}: unexpected block in an assistant turn")));
    }
    if has("document") && !has("text") {
        return Err(invalid(format!(
            "A text block must be included with a document at {place}. Add a text block to the content field, and try again."
        )));
    }
    Ok(())
}

/// The documents of a turn, and those that tools answered with.
fn documents(message: &Value) -> impl Iterator<Item = (usize, &Value)> {
    let results = blocks(message, "toolResult").flat_map(|(at, result)| {
        let parts = result["content"].as_array().into_iter().flatten();
        parts.filter_map(move |part| Some((at, part.get("document")?)))
    });
    blocks(message, "document").chain(results)
}

fn name<'a>(document: &'a Value, names: &mut Vec<&'a str>) -> Result<(), Refusal> {
    let name = document["name"].as_str().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || " _-()[]".contains(c);
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'document.name' failed to satisfy constraint: Member must have length between 1 and {LONGEST_NAME}"
        )));
    }
    if !name.chars().all(plain) || name.contains("  ") {
        return Err(invalid(
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name conforms to these restrictions and retry your request.",
        ));
    }
    if names.contains(&name) {
        return Err(invalid(
            "Messages can't contain duplicate document names. Rename the document and retry your request.",
        ));
    }
    names.push(name);
    Ok(())
}

/// Where a budget of thinking was given, a turn whose calls are being answered begins with thinking.
fn thinking(body: &Value, messages: &[Value]) -> Result<(), Refusal> {
    let [.., before, last] = messages else { return Ok(()) };
    let is_answered = blocks(last, "toolResult").next().is_some();
    let begins = before["content"][0].get("reasoningContent").is_some();
    let kind = &body["additionalModelRequestFields"]["thinking"]["type"];
    if kind != "enabled" || !is_answered || begins {
        return Ok(());
    }
    Err(model_says(&format!(
        "messages.{}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).",
        messages.len() - 2
    )))
}
