use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use nohop_types::ErrorKind;
use serde_json::Value;

use crate::Script;
use crate::dialect::Refusal;
use crate::script::prompt;

/// Refuses a key that is not one of those named; where none is, nobody needs one.
pub(super) fn key(script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match script.keys.is_empty() || script.accepts(key) {
        true => Ok(()),
        false => Err(unauthorized()),
    }
}

/// Refuses what Ollama refuses of a body. Fields that it does not know it passes over.
pub(super) fn body(script: &Script, body: &Value) -> Result<(), Refusal> {
    model(script, body)?;
    for message in body["messages"].as_array().into_iter().flatten() {
        self::message(message)?;
    }
    let think = &body["think"];
    if let Some(word) = think.as_str()
        && !["low", "medium", "high", "max"].contains(&word)
    {
        return Err(invalid(format!(
            "invalid think value: \"{word}\" (must be \"high\", \"medium\", \"low\", \"max\", true, or false)"
        )));
    }
    match script.context.is_some_and(|context| prompt(body) > context) {
        true => Err(too_long()),
        false => Ok(()),
    }
}

/// The model of a body; refuses one that is not there, or that nobody knows.
pub(super) fn model<'a>(script: &Script, body: &'a Value) -> Result<&'a str, Refusal> {
    if !body.is_object() {
        return Err(invalid("invalid character 'n' looking for beginning of value"));
    }
    let Some(model) = body["model"].as_str().filter(|model| !model.is_empty()) else {
        return Err(invalid("model is required"));
    };
    match script.models.is_empty() || script.models.iter().any(|known| known == model) {
        true => Ok(model),
        false => Err(no_model(model)),
    }
}

/// Holds a message to the types that its fields have.
fn message(message: &Value) -> Result<(), Refusal> {
    typed(&message["content"], "content", "string", Value::is_string)?;
    for image in message["images"].as_array().into_iter().flatten() {
        if image.as_str().is_none_or(|image| STANDARD.decode(image).is_err()) {
            return Err(invalid("illegal base64 data at input byte 4"));
        }
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let (field, kind) = ("tool_calls.function.arguments", "api.ToolCallFunctionArguments");
        typed(&call["function"]["arguments"], field, kind, Value::is_object)?;
    }
    Ok(())
}

fn typed(value: &Value, field: &str, kind: &str, is: fn(&Value) -> bool) -> Result<(), Refusal> {
    if value.is_null() || is(value) {
        return Ok(());
    }
    let found = match value {
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    Err(invalid(format!(
        "json: cannot unmarshal {found} into Go struct field ChatRequest.messages.{field} of type {kind}"
    )))
}

pub(super) fn unauthorized() -> Refusal {
    Refusal::new(ErrorKind::Auth, 401, "", "unauthorized")
}

pub(super) fn no_model(model: &str) -> Refusal {
    let message = format!("model '{model}' not found");
    Refusal::new(ErrorKind::NotFound, 404, "", message)
}

pub(super) fn too_long() -> Refusal {
    let message = "the input length exceeds the context length";
    Refusal::new(ErrorKind::ContextLength, 400, "", message)
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, "", message)
}
