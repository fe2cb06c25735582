//! What each item of a conversation has to be, wherever it stands.

use nohop_types::ErrorKind;
use serde_json::Value;

use crate::dialect::Refusal;

/// The most characters of a call's id.
const LONGEST: usize = 64;

/// Refuses items that are none, ids of a wrong form, and items that stand there twice.
pub(super) fn items(items: &[Value]) -> Result<(), Refusal> {
    let mut ids: Vec<&str> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let (prefix, id) = match text(item, "type") {
            "function_call" => ("fc", call_id(index, item)?),
            "function_call_output" => ("fc", call_id(index, item)?),
            "reasoning" => ("rs", text(item, "id")),
            "image_generation_call" => ("ig", text(item, "id")),
            "message" | "" => {
                message(index, item)?;
                ("msg", text(item, "id"))
            }
            "item_reference" => continue,
            other => {
                let message = format!("Invalid value: '{other}'.");
                return Err(invalid(&message, format!("input[{index}].type"), "invalid_value"));
            }
        };
        if !id.is_empty() && !id.starts_with(prefix) {
            let message = format!(
                "Invalid 'input[{index}].id': '{id}'. Expected an ID that begins with '{prefix}'."
            );
            return Err(invalid(&message, format!("input[{index}].id"), "invalid_value"));
        }
        if !id.is_empty() && ids.contains(&id) {
            let message = format!(
                "Duplicate item found with id {id}. Remove duplicate items from your input and try again."
            );
            return Err(invalid(&message, "input".to_owned(), "duplicate_item"));
        }
        ids.push(id);
    }
    Ok(())
}

/// Holds the id that a call is answered by to its length; gives the item's own.
fn call_id(index: usize, item: &Value) -> Result<&str, Refusal> {
    let place = format!("input[{index}].call_id");
    match text(item, "call_id").chars().count() {
        0 => {
            let message = format!(
                "Invalid '{place}': empty string. Expected a string with minimum length 1, but got an empty string instead."
            );
            Err(invalid(&message, place, "empty_string"))
        }
        long if long > LONGEST => {
            let message = format!(
                "Invalid '{place}': string too long. Expected a string with maximum length {LONGEST}, but got a string with length {long} instead."
            );
            Err(invalid(&message, place, "string_above_max_length"))
        }
        _ => Ok(text(item, "id")),
    }
}

/// Holds what is said to those who say it.
fn message(index: usize, item: &Value) -> Result<(), Refusal> {
    let taken: &[&str] = match text(item, "role") {
        "assistant" => &["output_text", "refusal"],
        "user" | "system" | "developer" => &["input_text", "input_image", "input_file"],
        other => {
            let message = format!(
                "Invalid value: '{other}'. Supported values are: 'assistant', 'system', 'developer', and 'user'."
            );
            return Err(invalid(&message, format!("input[{index}].role"), "invalid_value"));
        }
    };
    let content = item["content"].as_array().into_iter().flatten();
    match content.map(|part| text(part, "type")).find(|kind| !taken.contains(kind)) {
        None => Ok(()),
        Some(other) => {
            let message = format!(
                "Invalid value: '{other}'. Supported values are: '{}'.",
                taken.join("', '")
            );
            Err(invalid(&message, format!("input[{index}].content"), "invalid_value"))
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn invalid(message: &str, param: String, code: &'static str) -> Refusal {
    let kind = ErrorKind::InvalidRequest;
    Refusal::new(kind, 400, "invalid_request_error", message).param(param).code(code)
}
