//! Errors, as the server sends them.

use nohop_types::{Error, ErrorKind};

use crate::dialect::openai_chat;

/// The error that the JSON `text` is; `None` when it is none.
///
/// `status` is the HTTP status, where the error is the answer and does not stand within one.
pub(super) fn read(text: &str, status: Option<u16>) -> Option<Error> {
    let error = openai_chat::failure::read(text, status)?;
    let lower = error.message().to_lowercase();
    // The server says so of a model that has no tools, no thinking or no eyes.
    let kind = match status {
        Some(400) | None if lower.contains("does not support") => ErrorKind::Unsupported,
        // Nobody is limited so for a moment: an hour, or a week.
        Some(429) | None if lower.contains("usage limit") => ErrorKind::Quota,
        None if lower.contains("not found") => ErrorKind::NotFound,
        None if lower.contains("too many") => ErrorKind::RateLimit,
        None if lower.contains("server busy") => ErrorKind::Overloaded,
        _ => return Some(error),
    };
    let code = error.code().map(str::to_owned);
    let other = Error::new(kind, error.message()).with_code(code);
    let other = other.with_retry_after(error.retry_after());
    Some(other.with_status(error.status()).with_body(text.as_bytes()))
}

/// The error that a line of an answer tells.
pub(super) fn within(text: &str) -> Error {
    read(text, None).unwrap_or_else(|| {
        Error::new(ErrorKind::Server, "the provider failed and does not say why")
    })
}
