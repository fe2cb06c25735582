//! What each turn has to be.

use serde_json::Value;

use super::check::{invalid, parts};
use crate::dialect::Refusal;

/// Where the person spoke last: what follows are steps of one turn.
pub(super) fn current(contents: &[Value]) -> usize {
    let speaks = |content: &Value| {
        content["role"] != "model"
            && parts(content).any(|part| part.get("functionResponse").is_none())
    };
    contents.iter().rposition(speaks).unwrap_or(0)
}

/// Refuses speakers that are none, parts that hold nothing, and results of nobody's call.
pub(super) fn turn(index: usize, content: &Value, before: Option<&Value>) -> Result<(), Refusal> {
    let role = content["role"].as_str().unwrap_or("user");
    if !matches!(role, "user" | "model" | "function") {
        return Err(invalid("Please use a valid role: user, model."));
    }
    for (at, part) in parts(content).enumerate() {
        let place = format!("contents[{index}].parts[{at}]");
        let fields = ["text", "inlineData", "fileData", "functionCall", "functionResponse"];
        if fields.iter().all(|field| part.get(*field).is_none()) {
            return Err(invalid(format!(
                "* GenerateContentRequest.{place}.data: required oneof field 'data' must have one initialized field"
            )));
        }
        if part["text"] == "" && part.get("thoughtSignature").is_none() {
            return Err(invalid(
                "Unable to submit request because it has an empty text parameter. Add a value to the parameter and try again. Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini",
            ));
        }
        object(&part["functionCall"]["args"], &format!("{place}.function_call.args"))?;
        result(&part["functionResponse"], &place, before)?;
    }
    Ok(())
}

fn result(result: &Value, place: &str, before: Option<&Value>) -> Result<(), Refusal> {
    if result.is_null() {
        return Ok(());
    }
    if result["name"].as_str().is_none_or(str::is_empty) {
        return Err(invalid(format!(
            "* GenerateContentRequest.{place}.function_response.name: Name cannot be empty."
        )));
    }
    object(&result["response"], &format!("{place}.function_response.response"))?;
    let calls = || before.into_iter().flat_map(parts).map(|part| &part["functionCall"]);
    let is_answer = |call: &Value| {
        call["name"] == result["name"] && (result["id"].is_null() || call["id"] == result["id"])
    };
    match calls().any(is_answer) {
        true => Ok(()),
        false => Err(invalid(
            "Please ensure that function response turn comes immediately after a function call turn.",
        )),
    }
}

fn object(value: &Value, place: &str) -> Result<(), Refusal> {
    match value.is_null() || value.is_object() {
        true => Ok(()),
        false => Err(invalid(format!(
            "Invalid value at '{place}' (type.googleapis.com/google.protobuf.Struct)"
        ))),
    }
}
