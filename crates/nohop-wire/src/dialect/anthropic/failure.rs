//! Errors, as hosts of this dialect send them.

use nohop_types::{Error, ErrorKind};
use serde_json::Value;

use crate::dialect::{openai_chat, status};
use crate::wait;

/// The error that the JSON `text` is; `None` when it is none.
///
/// `status` is the HTTP status, where the error is the answer and does not stand within one. Gateways
/// answer in shapes of the other dialect too.
pub(super) fn read(text: &str, status: Option<u16>) -> Option<Error> {
    let body: Value = serde_json::from_str(text).ok()?;
    let read = || {
        let inner = body.get("error")?;
        let r#type = inner.get("type")?.as_str()?;
        let message = inner.get("message")?.as_str()?;
        let code = inner.pointer("/details/error_code").and_then(Value::as_str);
        let kind = kind(r#type, message, code.or_else(|| inner.get("code")?.as_str()), status)?;
        let wait = match kind {
            ErrorKind::RateLimit | ErrorKind::Overloaded => {
                openai_chat::failure::stated(inner).or_else(|| wait::told(message))
            }
            _ => None,
        };
        let id = body.get("request_id").and_then(Value::as_str).map(str::to_owned);
        let error = Error::new(kind, message)
            .with_code(code.unwrap_or(r#type).to_owned())
            .with_retry_after(wait)
            .with_request_id(id);
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

/// The kind that the provider's own words tell; `None` for words of another dialect.
fn kind(r#type: &str, message: &str, code: Option<&str>, status: Option<u16>) -> Option<ErrorKind> {
    let kind = match r#type {
        "invalid_request_error" if status::says_too_long(message) => ErrorKind::ContextLength,
        "invalid_request_error" if message.contains("credit balance is too low") => {
            ErrorKind::Quota
        }
        "invalid_request_error" if message.contains("content filtering policy") => {
            ErrorKind::ContentFilter
        }
        // Some hosts say this word of everything: their status is more telling.
        "invalid_request_error" => match status {
            Some(400 | 422) | None => ErrorKind::InvalidRequest,
            Some(status) => status::kind(status),
        },
        "authentication_error" | "permission_error" => ErrorKind::Auth,
        "billing_error" => ErrorKind::Quota,
        "not_found_error" => ErrorKind::NotFound,
        "request_too_large" => ErrorKind::ContextLength,
        // A limit on spending does not pass by waiting.
        "rate_limit_error"
            if code.is_some_and(|code| code.contains("spend_limit") || code == "1113") =>
        {
            ErrorKind::Quota
        }
        "rate_limit_error" => ErrorKind::RateLimit,
        "api_error" | "conflict_error" => ErrorKind::Server,
        "overloaded_error" => ErrorKind::Overloaded,
        "timeout_error" => ErrorKind::Timeout,
        _ => return None,
    };
    Some(kind)
}
