use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::history;
use crate::Script;
use crate::dialect::{Refusal, signature};
use crate::script::prompt;

/// The documented word for calls that the model can not have signed.
const EXCUSE: &str = "skip_thought_signature_validator";

/// The fields of a request; any other is refused.
const FIELDS: [&str; 9] = [
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "safetySettings",
    "generationConfig",
    "cachedContent",
    "serviceTier",
    "store",
];

/// Refuses a key that is missing or wrong.
pub(super) fn key(script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || text(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let key = text("x-goog-api-key").or_else(bearer).unwrap_or_default();
    match key {
        _ if script.accepts(key) => Ok(()),
        "" => Err(Refusal::new(
            ErrorKind::Auth,
            403,
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
        )),
        _ => Err(wrong_key()),
    }
}

/// Refuses what Google refuses of a body.
pub(super) fn body(script: &Script, model: &str, body: &Value) -> Result<(), Refusal> {
    self::model(script, model)?;
    let Some(fields) = body.as_object() else {
        return Err(invalid("Invalid JSON payload received. Expected an object."));
    };
    if let Some(unknown) = fields.keys().find(|key| !FIELDS.contains(&&***key)) {
        return Err(invalid(format!(
            "Invalid JSON payload received. Unknown name \"{unknown}\": Cannot find field."
        )));
    }
    let contents = body["contents"].as_array().filter(|contents| !contents.is_empty());
    let Some(contents) = contents else {
        return Err(invalid("* GenerateContentRequest.contents: contents is not specified"));
    };
    let current = history::current(contents);
    for (index, content) in contents.iter().enumerate() {
        if parts(content).next().is_none() {
            return Err(invalid(format!(
                "* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty."
            )));
        }
        let before = index.checked_sub(1).map(|before| &contents[before]);
        calls(content, before, contents.get(index + 1))?;
        history::turn(index, content, before)?;
        signatures(script, model, index, content, index >= current)?;
    }
    let tokens = prompt(body);
    match script.context.filter(|context| tokens > *context) {
        Some(context) => Err(too_long(tokens, context)),
        None => Ok(()),
    }
}

/// Refuses a model that nobody knows.
pub(super) fn model(script: &Script, model: &str) -> Result<(), Refusal> {
    match script.models.is_empty() || script.models.iter().any(|known| known == model) {
        true => Ok(()),
        false => Err(no_model(model)),
    }
}

/// Holds the calls of a turn to the results of the next, and to a turn of the user's before it.
fn calls(content: &Value, before: Option<&Value>, after: Option<&Value>) -> Result<(), Refusal> {
    let count = |content: Option<&Value>, key: &str| {
        content.into_iter().flat_map(parts).filter(|part| part.get(key).is_some()).count()
    };
    let (calls, results) = (count(Some(content), "functionCall"), count(after, "functionResponse"));
    if calls > 0 && before.is_none_or(|before| before["role"] == "model") {
        return Err(invalid(
            "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
        ));
    }
    let stray = count(Some(content), "functionResponse") > 0 && count(before, "functionCall") == 0;
    if stray || (calls > 0 && calls != results) {
        return Err(invalid(
            "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
        ));
    }
    Ok(())
}

/// Accepts signatures only as this provider wrote them, and wants one where the model is of the third
/// generation: on the first of a step's calls, since the person spoke last.
fn signatures(
    script: &Script,
    model: &str,
    index: usize,
    content: &Value,
    is_current: bool,
) -> Result<(), Refusal> {
    let excuse = STANDARD.encode(EXCUSE);
    for part in parts(content) {
        let Some(signature) = part["thoughtSignature"].as_str() else { continue };
        // It stands on a call by its name, and on a picture by what is seen in it.
        let named = part["functionCall"]["name"].as_str();
        let signed = named.or_else(|| part["inlineData"]["data"].as_str()).unwrap_or_default();
        let is_own = signature == signature::of(&script.salt, signed);
        if !is_own && signature != EXCUSE && signature != excuse {
            return Err(invalid("Corrupted thought signature."));
        }
    }
    let first = parts(content).find(|part| part.get("functionCall").is_some());
    let is_unsigned = first.is_some_and(|call| call.get("thoughtSignature").is_none());
    if is_unsigned && is_current && model.starts_with("gemini-3") {
        return Err(invalid(format!(
            "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `{}` , position {}.",
            first.and_then(|call| call["functionCall"]["name"].as_str()).unwrap_or_default(),
            index + 1,
        )));
    }
    Ok(())
}

pub(super) fn wrong_key() -> Refusal {
    let message = "API key not valid. Please pass a valid API key.";
    Refusal::new(ErrorKind::Auth, 400, "INVALID_ARGUMENT", message).code("API_KEY_INVALID")
}

pub(super) fn no_model(model: &str) -> Refusal {
    let message = format!(
        "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see the list of available models and their supported methods."
    );
    Refusal::new(ErrorKind::NotFound, 404, "NOT_FOUND", message)
}

pub(super) fn too_long(tokens: u64, context: u64) -> Refusal {
    let message = format!(
        "The input token count ({tokens}) exceeds the maximum number of tokens allowed ({context})."
    );
    Refusal::new(ErrorKind::ContextLength, 400, "INVALID_ARGUMENT", message)
}

pub(super) fn parts(content: &Value) -> impl Iterator<Item = &Value> {
    content["parts"].as_array().into_iter().flatten()
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, "INVALID_ARGUMENT", message)
}
