//! Errors, as hosts of this dialect send them.

use std::time::Duration;

use nohop_types::{Error, ErrorKind};
use serde_json::Value;

use crate::dialect::{openai_chat, status};
use crate::wait;

/// The error that the JSON `text` is; `None` when it is none.
///
/// `status` is the HTTP status, where the error is the answer and does not stand within one. An error
/// may stand in a list, or in an event, as the answer in its place would have.
pub(super) fn read(text: &str, status: Option<u16>) -> Option<Error> {
    let text = text.trim();
    let text = text.strip_prefix("data:").map_or(text, str::trim_start);
    let body: Value = serde_json::from_str(text).ok()?;
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(&body);
    let read = || {
        let inner = body.get("error")?;
        let message = inner.get("message")?.as_str()?;
        let code = inner.get("status")?.as_str()?;
        let told = inner.get("code").and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok());
        let status = status.filter(|status| *status >= 400).or(told);
        let details = Details(inner.get("details").and_then(Value::as_array));
        let kind = kind(code, message, &details, status);
        let wait = match kind {
            ErrorKind::RateLimit | ErrorKind::Overloaded | ErrorKind::Quota => {
                details.wait().or_else(|| wait::told(message))
            }
            _ => None,
        };
        let code = details.text("/reason").unwrap_or(code).to_owned();
        let error = Error::new(kind, message).with_code(code).with_retry_after(wait);
        Some(error.with_status(status).with_body(text.as_bytes()))
    };
    read().or_else(|| openai_chat::failure::read(text, status))
}

/// The error that a frame of an answer tells.
pub(super) fn within(text: &str) -> Error {
    read(text, None).unwrap_or_else(|| {
        Error::new(ErrorKind::Server, "the provider failed and does not say why")
    })
}

/// What is said beside an error, each in an object of its own.
struct Details<'a>(Option<&'a Vec<Value>>);

impl<'a> Details<'a> {
    fn find<T>(&self, look: impl FnMut(&'a Value) -> Option<T>) -> Option<T> {
        self.0.into_iter().flatten().find_map(look)
    }

    fn text(&self, path: &str) -> Option<&'a str> {
        self.find(|detail| detail.pointer(path)?.as_str())
    }

    fn wait(&self) -> Option<Duration> {
        wait::duration(self.text("/retryDelay")?)
    }

    /// Whether a limit was reached that does not pass soon: one of a day, or one of nothing.
    fn is_lasting(&self) -> bool {
        self.find(|detail| {
            detail.get("violations")?.as_array()?.iter().find(|violation| {
                let text = |key| violation.get(key).and_then(Value::as_str).unwrap_or_default();
                text("quotaId").contains("PerDay") || text("quotaValue") == "0"
            })
        })
        .is_some()
    }
}

/// The kind that the provider's own words tell.
fn kind(code: &str, message: &str, details: &Details<'_>, status: Option<u16>) -> ErrorKind {
    let lower = message.to_lowercase();
    let reason = details.text("/reason").unwrap_or_default();
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    match code {
        _ if matches!(
            reason,
            "API_KEY_INVALID" | "API_KEY_EXPIRED" | "API_KEY_SERVICE_BLOCKED"
        ) =>
        {
            ErrorKind::Auth
        }
        "INVALID_ARGUMENT" if has(&["api key not valid", "api key expired"]) => ErrorKind::Auth,
        "INVALID_ARGUMENT" | "OUT_OF_RANGE" | "INTERNAL" if status::says_too_long(message) => {
            ErrorKind::ContextLength
        }
        "RESOURCE_EXHAUSTED" if details.is_lasting() => ErrorKind::Quota,
        "RESOURCE_EXHAUSTED" => ErrorKind::RateLimit,
        "UNAUTHENTICATED" | "PERMISSION_DENIED" => ErrorKind::Auth,
        "NOT_FOUND" => ErrorKind::NotFound,
        "UNAVAILABLE" => ErrorKind::Overloaded,
        "DEADLINE_EXCEEDED" => ErrorKind::Timeout,
        "INTERNAL" | "UNKNOWN" | "ABORTED" | "CANCELLED" | "DATA_LOSS" => ErrorKind::Server,
        // Where somebody is, or has not paid, hinders nobody else.
        "FAILED_PRECONDITION" if has(&["billing"]) => ErrorKind::Quota,
        "FAILED_PRECONDITION" if has(&["location"]) => ErrorKind::Unsupported,
        "UNIMPLEMENTED" => ErrorKind::Unsupported,
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => ErrorKind::InvalidRequest,
        _ => status.map_or(ErrorKind::Server, status::kind),
    }
}
