//! Errors, as the host sends them.

use nohop_types::{Error, ErrorKind};
use serde_json::Value;

use crate::dialect::openai_chat;

/// The error that the JSON `text` is; `None` when it is none.
///
/// `status` is the HTTP status, where the error is the answer and does not stand within one.
pub(super) fn read(text: &str, status: Option<u16>) -> Option<Error> {
    let error = openai_chat::failure::read(text, status)?;
    let body: Value = serde_json::from_str(text).ok()?;
    let word = body.get("error_type").and_then(Value::as_str).unwrap_or_default();
    Some(match kind(word, error.message(), status) {
        Some(kind) => again(kind, &error, text),
        None => error,
    })
}

/// The error that stands in the place of an answer, or of an event of one.
pub(super) fn within(text: &str) -> Option<Error> {
    let body: Value = serde_json::from_str(text).ok()?;
    let says = |key| body.get(key).is_some_and(|said: &Value| said.is_string() || key == "error");
    (says("message") || says("error")).then(|| read(text, None)).flatten()
}

/// The error that the end of an answer tells.
pub(super) fn ended(text: &str) -> Error {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let said = |key| body.pointer(key).and_then(Value::as_str).unwrap_or_default();
    let (message, word) = (said("/delta/error"), said("/delta/error_type"));
    let message = match message {
        "" => "the provider failed and does not say why",
        message => message,
    };
    let kind = kind(word, message, None).unwrap_or(ErrorKind::Server);
    let code = (!word.is_empty()).then(|| word.to_owned());
    Error::new(kind, message).with_code(code).with_body(text.as_bytes())
}

/// The kind that the provider's own words tell, where its status does not tell it.
fn kind(word: &str, message: &str, status: Option<u16>) -> Option<ErrorKind> {
    let lower = message.to_lowercase();
    match (word, status) {
        ("TOO_MANY_TOKENS", _) => Some(ErrorKind::ContextLength),
        (_, Some(400 | 413 | 422) | None) if lower.starts_with("too many tokens") => {
            Some(ErrorKind::ContextLength)
        }
        // A status of its own, for a text that a list forbids.
        (_, Some(498)) => Some(ErrorKind::ContentFilter),
        // Within an answer there is no status, and the same sentences.
        (_, None) if lower.starts_with("blocked ") => Some(ErrorKind::ContentFilter),
        // A limit on the calls of a month does not pass by waiting.
        (_, Some(429) | None) if lower.contains("/ month") || lower.contains("per month") => {
            Some(ErrorKind::Quota)
        }
        (_, None) if lower.contains("/ minute") || lower.contains("per minute") => {
            Some(ErrorKind::RateLimit)
        }
        (_, Some(400)) if lower.contains("invalid api token") => Some(ErrorKind::Auth),
        _ => None,
    }
}

/// The same error, of another kind.
fn again(kind: ErrorKind, error: &Error, text: &str) -> Error {
    Error::new(kind, error.message())
        .with_code(error.code().map(str::to_owned))
        .with_request_id(error.request_id().map(str::to_owned))
        .with_status(error.status())
        .with_body(text.as_bytes())
}
