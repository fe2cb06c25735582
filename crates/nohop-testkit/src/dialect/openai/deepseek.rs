//! What DeepSeek refuses: everything but text, and calls that were thought over and do not say what.

use nohop_types::ErrorKind;
use serde_json::Value;

use super::check;
use crate::dialect::Refusal;

/// Refuses what DeepSeek refuses of a body.
pub(super) fn body(body: &Value) -> Result<(), Refusal> {
    check::tools(body)?;
    let messages = body["messages"].as_array().into_iter().flatten();
    for (index, message) in messages.clone().enumerate() {
        let mut items = message["content"].as_array().into_iter().flatten();
        if let Some(other) = items.find(|item| item["type"] != "text") {
            let kind = other["type"].as_str().unwrap_or_default();
            return Err(invalid(format!(
                "Failed to deserialize the JSON body into the target type: messages[{index}]: unknown variant `{kind}`, expected `text` at line 1 column 391"
            )));
        }
    }
    // It thinks unless it is told not to.
    let thinks = body["thinking"]["type"] != "disabled" && body["model"] != "deepseek-chat";
    let mut calls = messages.filter(|message| message["tool_calls"].is_array());
    if thinks && calls.any(|message| !message["reasoning_content"].is_string()) {
        return Err(invalid(
            "The `reasoning_content` in the thinking mode must be passed back to the API.",
        ));
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> Refusal {
    let word = "invalid_request_error";
    Refusal::new(ErrorKind::InvalidRequest, 400, word, message).code(word)
}
