use http::HeaderMap;
use http::header::AUTHORIZATION;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::{VALIDATION, history};
use crate::Script;
use crate::dialect::{Refusal, credential, signature};
use crate::script::prompt;

/// Refuses a key that is missing or wrong. A signature is not checked: it stands for the key that it
/// names.
pub(super) fn key(script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
    let told = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = told.and_then(credential).unwrap_or_default();
    let word = "MissingAuthenticationTokenException";
    match key {
        _ if script.accepts(key) => Ok(()),
        "" => Err(Refusal::new(ErrorKind::Auth, 403, word, "Missing Authentication Token")),
        _ => Err(wrong_key()),
    }
}

/// Refuses what Bedrock refuses of a body.
pub(super) fn body(script: &Script, model: &str, body: &Value) -> Result<(), Refusal> {
    self::model(script, model)?;
    let messages = body["messages"].as_array().filter(|messages| !messages.is_empty());
    let Some(messages) = messages else {
        return Err(invalid(
            "1 validation error detected: Value at 'messages' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ));
    };
    for (index, message) in messages.iter().enumerate() {
        turn(index, message, index.checked_sub(1).map(|before| &messages[before]))?;
        thinking(script, index, message)?;
        calls(index, message, messages.get(index + 1))?;
    }
    history::body(body, messages)?;
    let has_tools = |message| {
        blocks(message, "toolUse").next().is_some()
            || blocks(message, "toolResult").next().is_some()
    };
    if body["toolConfig"].is_null() && messages.iter().any(has_tools) {
        return Err(invalid(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        ));
    }
    let temperature = &body["inferenceConfig"]["temperature"];
    if temperature.as_f64().is_some_and(|temperature| temperature > 1.0) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{temperature}' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1"
        )));
    }
    match script.context.is_some_and(|context| prompt(body) > context) {
        true => Err(too_long()),
        false => Ok(()),
    }
}

/// Refuses a model that nobody knows.
pub(super) fn model(script: &Script, model: &str) -> Result<(), Refusal> {
    match script.models.is_empty() || script.models.iter().any(|known| *known == decoded(model)) {
        true => Ok(()),
        false => Err(no_model()),
    }
}

/// Holds turns to their order, and each to something it says.
fn turn(index: usize, message: &Value, before: Option<&Value>) -> Result<(), Refusal> {
    match before {
        None if message["role"] != "user" => {
            return Err(invalid(
                "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
            ));
        }
        Some(before) if before["role"] == message["role"] => {
            return Err(invalid(
                "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
            ));
        }
        _ => {}
    }
    let Some(content) = message["content"].as_array() else {
        return Err(Refusal::new(
            ErrorKind::InvalidRequest,
            400,
            "SerializationException",
            "Unexpected field type",
        ));
    };
    if content.is_empty() {
        return Err(invalid(format!(
            "The content field in the Message object at messages.{index} is empty. Add a ContentBlock object to the content field and try again."
        )));
    }
    let is_blank = |block: &Value| block["text"].as_str().is_some_and(|it| it.trim().is_empty());
    match content.iter().position(is_blank) {
        Some(at) => Err(invalid(format!(
            "The text field in the ContentBlock object at messages.{index}.content.{at} is blank. Add text to the text field, and try again."
        ))),
        None => Ok(()),
    }
}

/// Accepts thinking only as this provider signed it.
fn thinking(script: &Script, index: usize, message: &Value) -> Result<(), Refusal> {
    for (at, block) in blocks(message, "reasoningContent") {
        // This provider never redacts, so that what is redacted is another's.
        let thought = &block["reasoningText"];
        let text = thought["text"].as_str().unwrap_or_default();
        let place = format!("messages.{index}.content.{at}");
        let Some(signature) = thought["signature"].as_str() else {
            return Err(model_says(&format!("{place}.thinking.signature: Field required")));
        };
        if signature != signature::of(&script.salt, text) {
            return Err(model_says(&format!("{place}: Invalid `signature` in `thinking` block")));
        }
    }
    Ok(())
}

/// Holds the calls of a turn to the results of the next.
fn calls(index: usize, message: &Value, after: Option<&Value>) -> Result<(), Refusal> {
    let mut asked = Vec::new();
    for (at, call) in blocks(message, "toolUse") {
        if !call["input"].is_object() {
            return Err(invalid(format!(
                "The format of the value at messages.{index}.content.{at}.toolUse.input is invalid. Provide a json object for the field and try again."
            )));
        }
        asked.push(call["toolUseId"].as_str().unwrap_or_default());
    }
    let results = after.into_iter().flat_map(|after| blocks(after, "toolResult"));
    let results: Vec<_> = results.filter_map(|(_, it)| it["toolUseId"].as_str()).collect();
    let next = index + 1;
    let missing: Vec<&str> = asked.iter().filter(|id| !results.contains(id)).copied().collect();
    if !missing.is_empty() {
        return Err(invalid(format!(
            "Expected toolResult blocks at messages.{next}.content for the following Ids: {}",
            missing.join(", ")
        )));
    }
    let is_first = index == 0 && blocks(message, "toolResult").next().is_some();
    if is_first || results.len() > asked.len() {
        let place = if is_first { index } else { next };
        return Err(invalid(format!(
            "The number of toolResult blocks at messages.{place}.content exceeds the number of toolUse blocks of previous turn."
        )));
    }
    Ok(())
}

pub(super) fn blocks<'a>(
    message: &'a Value,
    kind: &'static str,
) -> impl Iterator<Item = (usize, &'a Value)> + 'a {
    let blocks = message["content"].as_array().into_iter().flatten().enumerate();
    blocks.filter_map(move |(at, block)| Some((at, block.get(kind)?)))
}

/// A segment of a path without its escapes.
fn decoded(segment: &str) -> String {
    let mut pieces = segment.split('%');
    let mut decoded = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(byte.unwrap_or(b'%'));
        let digits = if byte.is_some() { 2 } else { 0 };
        decoded.extend_from_slice(&piece.as_bytes()[digits..]);
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

pub(super) fn wrong_key() -> Refusal {
    let (word, message) =
        ("UnrecognizedClientException", "The security token included in the request is invalid.");
    Refusal::new(ErrorKind::Auth, 403, word, message)
}

pub(super) fn no_model() -> Refusal {
    let message = "The provided model identifier is invalid.";
    Refusal::new(ErrorKind::NotFound, 400, VALIDATION, message)
}

pub(super) fn too_long() -> Refusal {
    let refusal = model_says("Input is too long for requested model.");
    Refusal { kind: ErrorKind::ContextLength, ..refusal }
}

/// What the model refuses, and not the API before it.
pub(super) fn model_says(message: &str) -> Refusal {
    invalid(format!("The model returned the following errors: {message}"))
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, VALIDATION, message)
}
