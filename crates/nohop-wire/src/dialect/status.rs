//! What an HTTP status means where the provider says no more.

use http::StatusCode;
use nohop_types::{Error, ErrorKind, Recovery, Scope};

use crate::{Head, wait};

/// The kind that `status` alone tells.
pub(super) fn kind(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::Auth,
        402 => ErrorKind::Quota,
        404 | 405 | 410 => ErrorKind::NotFound,
        408 | 504 | 524 => ErrorKind::Timeout,
        413 => ErrorKind::ContextLength,
        429 => ErrorKind::RateLimit,
        498 | 503 | 529 => ErrorKind::Overloaded,
        // A conflict, a failed dependency, a body that came too early or a connection that somebody
        // between us closed: all pass when tried again.
        409 | 424 | 425 | 499.. => ErrorKind::Server,
        _ => ErrorKind::InvalidRequest,
    }
}

/// The status that a surface answers an error of `kind` with.
pub(super) fn reply(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Auth => StatusCode::UNAUTHORIZED,
        ErrorKind::Budget | ErrorKind::Quota => StatusCode::PAYMENT_REQUIRED,
        ErrorKind::ContentFilter
        | ErrorKind::ContextLength
        | ErrorKind::InvalidRequest
        | ErrorKind::Unsupported => StatusCode::BAD_REQUEST,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::RateLimit => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Config => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_GATEWAY,
    }
}

/// Whether `message` says that the prompt does not fit the model.
pub(super) fn says_too_long(message: &str) -> bool {
    const PHRASES: &[&str] = &[
        "context length",
        "context window",
        "context size",
        "context_length",
        "maximum context",
        "prompt is too long",
        "input is too long",
        "input tokens exceed",
        "input length and `max_tokens` exceed",
        "longer than the model",
        "longest supported",
        "maximum prompt length",
        "maximum number of tokens",
        "too many tokens in the prompt",
        "too large for model with",
        "exceeds the model's maximum",
        "exceeds the limit of tokens",
        "reduce the length of the messages",
        "request too large",
        "token limit exceeded",
        "tokens exceeds",
    ];
    let message = message.to_lowercase();
    PHRASES.iter().any(|phrase| message.contains(phrase))
}

/// Completes an error with what the head says: status, waits, ids and headers.
pub(super) fn described(error: Error, head: &Head, body: &[u8]) -> Error {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    const IDS: &[&str] = &[
        "x-request-id",
        "request-id",
        "apim-request-id",
        "x-generation-id",
        "mistral-correlation-id",
        "cf-ray",
    ];
    let id = IDS.iter().find_map(|name| head.text(name)).map(str::to_owned);
    let id = error.request_id().map(str::to_owned).or(id);
    let delay = error.retry_after().or_else(|| wait::asked(head, error.kind()));
    let headers = head.headers.iter().filter_map(text).collect();
    let error = error
        .with_status(head.status.as_u16())
        .with_retry_after(delay)
        .with_request_id(id)
        .with_headers(headers)
        .with_body(body);
    match head.text("x-should-retry") {
        Some("true") => error.with_recovery(Recovery::Retry),
        Some("false") if error.recovery() == Recovery::Retry => {
            error.with_recovery(Recovery::Elsewhere)
        }
        _ => error,
    }
}

/// An error that an intermediary sent in the provider's place: plain text or a page.
pub(super) fn plain(head: &Head, body: &[u8]) -> Error {
    let status = head.status.as_u16();
    let text = String::from_utf8_lossy(&body[..body.len().min(512)]);
    let text = text.trim();
    let message = match text {
        "" => "the provider says no more".to_owned(),
        page if page.starts_with('<') => format!("the answer is a page, not JSON ({status})"),
        text => text.to_owned(),
    };
    let kind = match kind(status) {
        ErrorKind::InvalidRequest if says_too_long(&message) => ErrorKind::ContextLength,
        kind => kind,
    };
    let error = Error::new(kind, message);
    // A wrong path answers with a page: it tells nothing about the model.
    match kind == ErrorKind::NotFound && text.starts_with('<') {
        true => error.with_scope(Scope::Endpoint),
        false => error,
    }
}
