//! Errors, as hosts of this dialect send them.

use std::time::Duration;

use nohop_types::{Error, ErrorKind};
use serde_json::Value;

use crate::dialect::openai_chat;

/// The error that the JSON `text` is; `None` when it is none.
///
/// `status` is the HTTP status, where the error is the answer and does not stand within one. The words
/// are those of the elder dialect, but for a few.
pub(super) fn read(text: &str, status: Option<u16>) -> Option<Error> {
    let body: Value = serde_json::from_str(text).ok()?;
    let inner = body.get("error").filter(|error| error.is_object()).unwrap_or(&body);
    let word = |key: &str| inner.get(key).and_then(Value::as_str);
    let told = [word("code"), word("type")].into_iter().flatten();
    let known = told.filter_map(|code| Some((code, kind_of(code)?))).next();
    let (Some((code, kind)), Some(message)) = (known, word("message")) else {
        return openai_chat::failure::read(text, status);
    };
    // A prompt that is invalid because of its content is said to be with the same word.
    let is_flagged = code == "invalid_prompt" && message.contains("flagged");
    let kind = if is_flagged { ErrorKind::ContentFilter } else { kind };
    let wait = inner.get("resets_in_seconds").and_then(Value::as_u64).map(Duration::from_secs);
    let error = Error::new(kind, message).with_code(code.to_owned()).with_retry_after(wait);
    Some(error.with_status(status).with_body(text.as_bytes()))
}

/// The error that a frame of an answer tells.
pub(super) fn within(text: &str) -> Error {
    read(text, None).unwrap_or_else(|| {
        Error::new(ErrorKind::Server, "the provider failed and does not say why")
    })
}

/// The kind that a word of this dialect's own tells.
fn kind_of(code: &str) -> Option<ErrorKind> {
    let kind = match code {
        "bio_policy" | "cyber_policy" | "image_content_policy_violation" => {
            ErrorKind::ContentFilter
        }
        "data_residency_mismatch"
        | "empty_image_file"
        | "failed_to_download_image"
        | "image_file_not_found"
        | "image_file_too_large"
        | "image_parse_error"
        | "image_too_large"
        | "image_too_small"
        | "invalid_base64_image"
        | "invalid_image"
        | "invalid_image_format"
        | "invalid_image_mode"
        | "invalid_image_url"
        | "invalid_prompt"
        | "unsupported_image_media_type" => ErrorKind::InvalidRequest,
        "server_is_overloaded" | "slow_down" => ErrorKind::Overloaded,
        "usage_limit_reached" => ErrorKind::RateLimit,
        "usage_not_included" => ErrorKind::Quota,
        "vector_store_timeout" => ErrorKind::Timeout,
        _ => return None,
    };
    Some(kind)
}
