use http::HeaderMap;
use http::header::AUTHORIZATION;
use nohop_types::ErrorKind;
use serde_json::Value;

use crate::Script;
use crate::dialect::Refusal;
use crate::script::prompt;

/// The fields of a request; any other is refused.
const FIELDS: [&str; 21] = [
    "model",
    "messages",
    "tools",
    "strict_tools",
    "documents",
    "citation_options",
    "response_format",
    "safety_mode",
    "max_tokens",
    "stop_sequences",
    "temperature",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "k",
    "p",
    "logprobs",
    "tool_choice",
    "thinking",
    "priority",
    "stream",
];

/// Refuses a key that is missing or wrong.
pub(super) fn key(script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match key {
        _ if script.accepts(key) => Ok(()),
        "" => Err(Refusal::new(ErrorKind::Auth, 401, "", "no api key supplied")),
        _ => Err(wrong_key()),
    }
}

/// Refuses what Cohere refuses of a body.
pub(super) fn body(script: &Script, body: &Value) -> Result<(), Refusal> {
    let Some(fields) = body.as_object() else {
        return Err(invalid("invalid json syntax: the body is not an object"));
    };
    known(fields.keys(), &FIELDS)?;
    model(script, body)?;
    let messages = body["messages"].as_array().filter(|messages| !messages.is_empty());
    let Some(messages) = messages else {
        return Err(invalid("invalid request: list of messages must not be empty"));
    };
    tools(body)?;
    sampling(body)?;
    turns(messages)?;
    let tokens = prompt(body);
    match script.context.filter(|context| tokens > *context) {
        Some(context) => Err(too_long(tokens, context)),
        None => Ok(()),
    }
}

/// Refuses a model that is not there, or that nobody knows.
pub(super) fn model(script: &Script, body: &Value) -> Result<(), Refusal> {
    let Some(model) = body["model"].as_str().filter(|model| !model.is_empty()) else {
        return Err(invalid("invalid request: model is required."));
    };
    match script.models.is_empty() || script.models.iter().any(|known| known == model) {
        true => Ok(()),
        false => Err(no_model(model)),
    }
}

/// Refuses fields of tools that are another dialect's, and choices by name.
fn tools(body: &Value) -> Result<(), Refusal> {
    for tool in body["tools"].as_array().into_iter().flatten() {
        known(tool.as_object().into_iter().flat_map(|tool| tool.keys()), &["type", "function"])?;
        let function = tool["function"].as_object().into_iter();
        let fields = ["name", "description", "parameters"];
        known(function.flat_map(|function| function.keys()), &fields)?;
    }
    let choice = &body["tool_choice"];
    match choice.is_null() || choice == "REQUIRED" || choice == "NONE" {
        true => Ok(()),
        false => Err(invalid("invalid request: tool_choice must be one of 'REQUIRED' or 'NONE'.")),
    }
}

fn sampling(body: &Value) -> Result<(), Refusal> {
    let outside = |key: &str, least: f64, most: f64| {
        body[key].as_f64().is_some_and(|value| !(least..=most).contains(&value))
    };
    if outside("p", 0.01, 0.99) {
        return Err(invalid("invalid request: p must be between 0.01 and 0.99 inclusive."));
    }
    if outside("k", 0.0, 500.0) {
        return Err(invalid("invalid request: k must be between 0 and 500 inclusive."));
    }
    if body["stop_sequences"].as_array().is_some_and(|words| words.len() > 5) {
        return Err(invalid("invalid request: a maximum of 5 stop_sequences is allowed."));
    }
    Ok(())
}

/// Holds every turn to something it says, and every tool result to a call before it.
fn turns(messages: &[Value]) -> Result<(), Refusal> {
    let mut asked: Vec<&str> = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        if message["role"] != "tool" {
            answered(&open)?;
            open.clear();
        }
        let calls = message["tool_calls"].as_array().into_iter().flatten();
        match message["role"].as_str().unwrap_or_default() {
            "tool" => {
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                if !asked.contains(&id) {
                    return Err(invalid(format!(
                        "invalid request: tool_call_id '{id}' does not match any of the tool calls before it."
                    )));
                }
                open.retain(|known| *known != id);
            }
            "assistant" => {
                asked = calls.filter_map(|call| call["id"].as_str()).collect();
                open.clone_from(&asked);
                if asked.is_empty() && is_empty(&message["content"]) {
                    return Err(invalid(
                        "invalid request: all elements in history must have a message.",
                    ));
                }
            }
            "system" => {}
            "user" if is_empty(&message["content"]) => {
                return Err(invalid("invalid request: message must be at least 1 token long."));
            }
            "user" => asked.clear(),
            other => {
                return Err(invalid(format!("invalid request: '{other}' is not a valid role.")));
            }
        }
    }
    answered(&open)
}

/// Holds every call to a result.
fn answered(open: &[&str]) -> Result<(), Refusal> {
    match open {
        [] => Ok(()),
        [id, ..] => Err(invalid(format!(
            "invalid request: the tool call with id '{id}' must be followed by a tool message that responds to it."
        ))),
    }
}

fn is_empty(content: &Value) -> bool {
    match content {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(|item| item["text"] == ""),
        _ => true,
    }
}

pub(super) fn known<'a>(
    mut fields: impl Iterator<Item = &'a String>,
    all: &[&str],
) -> Result<(), Refusal> {
    let Some(unknown) = fields.find(|field| !all.contains(&&***field)) else { return Ok(()) };
    let message = format!(
        "unknown field: parameter '{unknown}' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/chat"
    );
    Err(Refusal::new(ErrorKind::InvalidRequest, 422, "", message))
}

pub(super) fn wrong_key() -> Refusal {
    Refusal::new(ErrorKind::Auth, 401, "", "invalid api token")
}

pub(super) fn no_model(model: &str) -> Refusal {
    let message = format!(
        "model '{model}' not found, make sure the correct model ID was used and that you have access to the model."
    );
    Refusal::new(ErrorKind::NotFound, 404, "", message)
}

pub(super) fn too_long(tokens: u64, context: u64) -> Refusal {
    let message = format!(
        "too many tokens: size limit exceeded by {} tokens. Try using shorter or fewer inputs. The limit for this model is {context} tokens.",
        tokens - context
    );
    Refusal::new(ErrorKind::ContextLength, 400, "", message).code("TOO_MANY_TOKENS")
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, "", message)
}
