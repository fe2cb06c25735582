use nohop_types::ErrorKind;
use serde_json::Value;

use super::history;
use crate::Script;
use crate::dialect::{Refusal, signature};
use crate::script::prompt;

/// The fields of a request; any other is refused.
const FIELDS: [&str; 26] = [
    "background",
    "context_management",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_options",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
];

pub(super) const TOO_LONG: &str =
    "Your input exceeds the context window of this model. Please adjust your input and try again.";

/// Refuses what OpenAI refuses of a body. Nothing is remembered here.
pub(super) fn body(script: &Script, body: &Value) -> Result<(), Refusal> {
    let Some(fields) = body.as_object() else {
        return Err(invalid(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
        ));
    };
    if let Some(unknown) = fields.keys().find(|key| !FIELDS.contains(&&***key)) {
        let message = format!("Unknown parameter: '{unknown}'.");
        return Err(invalid(&message).param(unknown).code("unknown_parameter"));
    }
    let Some(model) = body["model"].as_str().filter(|model| !model.is_empty()) else {
        return Err(missing("model"));
    };
    if !script.models.is_empty() && !script.models.iter().any(|known| known == model) {
        let message = format!("The requested model '{model}' does not exist.");
        let refusal = Refusal::new(ErrorKind::NotFound, 400, "invalid_request_error", message);
        return Err(refusal.param("model").code("model_not_found"));
    }
    if let Some(id) = body["previous_response_id"].as_str() {
        let message = format!("Previous response with id '{id}' not found.");
        return Err(invalid(&message)
            .param("previous_response_id")
            .code("previous_response_not_found"));
    }
    if let Some(most) = body["max_output_tokens"].as_u64().filter(|most| *most < 16) {
        let message = format!(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got {most} instead."
        );
        return Err(invalid(&message).param("max_output_tokens").code("integer_below_min_value"));
    }
    match &body["input"] {
        Value::String(_) => {}
        Value::Array(items) => {
            history::items(items)?;
            reasoning(script, items)?;
            calls(items)?;
        }
        _ => return Err(missing("input")),
    }
    context(script, body)
}

/// Accepts thinking only as this provider sealed it, and only in front of what it led to.
fn reasoning(script: &Script, items: &[Value]) -> Result<(), Refusal> {
    let thoughts = items.iter().enumerate().filter(|(_, item)| item["type"] == "reasoning");
    for (index, item) in thoughts {
        let id = item["id"].as_str().unwrap_or_default();
        let Some(seal) = item["encrypted_content"].as_str() else {
            let message = format!(
                "Item with id '{id}' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input."
            );
            let refusal = Refusal::new(ErrorKind::NotFound, 404, "invalid_request_error", message);
            return Err(refusal.param("input"));
        };
        let summary = item["summary"].as_array().into_iter().flatten();
        let text: String = summary.filter_map(|part| part["text"].as_str()).collect();
        if seal != signature::of(&script.salt, &text) {
            let message = format!(
                "The encrypted content for item {id} could not be verified. Reason: Encrypted content could not be decrypted or parsed."
            );
            return Err(invalid(&message).code("invalid_encrypted_content"));
        }
        let follows = items.get(index + 1);
        let follows = follows.is_some_and(|next| {
            next["role"] == "assistant"
                || matches!(next["type"].as_str(), Some("function_call" | "reasoning"))
        });
        if !follows {
            let message = format!(
                "Item '{id}' of type 'reasoning' was provided without its required following item."
            );
            return Err(invalid(&message).param("input"));
        }
    }
    Ok(())
}

/// Holds every result to a call before it, and every call to a result.
fn calls(items: &[Value]) -> Result<(), Refusal> {
    let of = |item: &Value, kind: &str| item["type"] == kind;
    for (index, item) in items.iter().enumerate() {
        let id = item["call_id"].as_str().unwrap_or_default();
        let is_other = |other: &&Value, kind| of(other, kind) && other["call_id"] == *id;
        if of(item, "function_call_output")
            && !items[..index].iter().any(|other| is_other(&other, "function_call"))
        {
            let message = format!("No tool call found for function call output with call_id {id}.");
            return Err(invalid(&message).param("input"));
        }
        if of(item, "function_call")
            && !items[index..].iter().any(|other| is_other(&other, "function_call_output"))
        {
            let message = format!("No tool output found for function call {id}.");
            return Err(invalid(&message).param("input"));
        }
    }
    Ok(())
}

fn context(script: &Script, body: &Value) -> Result<(), Refusal> {
    if script.context.is_none_or(|context| prompt(body) <= context) {
        return Ok(());
    }
    let refusal = Refusal::new(ErrorKind::ContextLength, 400, "invalid_request_error", TOO_LONG);
    Err(refusal.param("input").code("context_length_exceeded"))
}

fn missing(parameter: &'static str) -> Refusal {
    let message = format!("Missing required parameter: '{parameter}'.");
    invalid(&message).param(parameter).code("missing_required_parameter")
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, "invalid_request_error", message)
}
