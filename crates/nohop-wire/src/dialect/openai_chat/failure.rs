//! Errors, in each of the shapes that hosts of this dialect send.

use nohop_types::{Error, ErrorKind};
use serde_json::Value;

use crate::dialect::status;
use crate::wait;

/// The error that the JSON `text` is; `None` when it is none.
///
/// `status` is the HTTP status, where the error is the answer and does not stand within one.
pub(in crate::dialect) fn read(text: &str, status: Option<u16>) -> Option<Error> {
    let body: Value = serde_json::from_str(text).ok()?;
    // Some hosts wrap the one error in a list.
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(&body);
    let inner = body.get("error").filter(|error| error.is_object()).unwrap_or(body);
    let places = [inner, body];
    let message = places.iter().find_map(|place| message(place))?;
    let codes = codes(&places);
    let upstream = inner.pointer("/metadata/raw").map(spelled).unwrap_or_default();

    // Within an answer, the status is one that the error itself tells.
    let told = codes.iter().find_map(|code| code.parse().ok().filter(|c| (400..600).contains(c)));
    let status = status.filter(|status| *status >= 400).or(told);
    // A name or an id that is too long is no prompt that is.
    let names =
        text_at(inner, "param").is_some_and(|it| it.ends_with("id") || it.ends_with("name"));
    let mut telling = codes.iter().filter(|code| !(names && *code == "string_above_max_length"));
    let kind = telling.find_map(|code| kind_of(code, status)).or_else(|| said(&message, status));
    let kind =
        kind.or_else(|| said(&upstream, status).filter(|kind| *kind == ErrorKind::ContextLength));
    let kind = kind.unwrap_or_else(|| status.map_or(ErrorKind::Server, status::kind));
    let wait = match kind {
        ErrorKind::RateLimit | ErrorKind::Overloaded | ErrorKind::Quota => {
            stated(inner).or_else(|| wait::told(&message))
        }
        _ => None,
    };
    let error = Error::new(kind, message)
        .with_code(codes.into_iter().next())
        .with_retry_after(wait)
        .with_request_id(["request_id", "id"].iter().find_map(|key| text_at(body, key)));
    Some(error.with_status(status).with_body(text.as_bytes()))
}

/// The sentence, wherever it stands.
fn message(place: &Value) -> Option<String> {
    const KEYS: &[&str] = &["message", "error", "detail", "msg", "details", "reason"];
    let nested =
        ["/base_resp/status_msg", "/detail/0/msg", "/details/0/msg", "/message/detail/0/msg"];
    let direct = KEYS.iter().find_map(|key| text_at(place, key));
    direct
        .or_else(|| nested.iter().find_map(|path| place.pointer(path)?.as_str().map(str::to_owned)))
        .or_else(|| {
            KEYS.iter().find_map(|key| {
                let found = place.get(key).filter(|found| found.is_object() || found.is_array())?;
                Some(found.to_string())
            })
        })
}

/// The words that say what is wrong, the most telling first.
fn codes(places: &[&Value]) -> Vec<String> {
    const PATHS: &[&str] = &[
        "/metadata/error_type",
        "/innererror/code",
        "/inner_error/code",
        "/code",
        "/type",
        "/error_type",
        "/status",
        "/status_code",
        "/base_resp/status_code",
    ];
    let found = PATHS.iter().flat_map(|path| places.iter().filter_map(|p| p.pointer(path)));
    let mut codes: Vec<_> = found.map(spelled).filter(|code| !code.is_empty()).collect();
    codes.dedup();
    codes
}

/// The kind that the provider's own word tells; words that say no more than the status tell none.
fn kind_of(code: &str, status: Option<u16>) -> Option<ErrorKind> {
    let kind = match code.to_lowercase().as_str() {
        "context_length_exceeded"
        | "context_window_exceeded"
        | "exceed_context_size_error"
        | "string_above_max_length"
        | "model_max_prompt_tokens_exceeded" => ErrorKind::ContextLength,
        "insufficient_quota"
        | "credit_limit"
        | "insufficient_credits"
        | "payment_required"
        | "billing_hard_limit_reached"
        | "insufficient_balance"
        | "1113"
        | "billing_not_active" => ErrorKind::Quota,
        // One host says the same word of a prompt that is larger than its limit will ever be.
        "rate_limit_exceeded" | "rate_limited" | "rate_limit_error" if status != Some(413) => {
            ErrorKind::RateLimit
        }
        "engine_overloaded_error"
        | "service_tier_capacity_exceeded"
        | "overloaded_error"
        | "server_overloaded"
        | "provider_overloaded"
        | "capacity_exceeded"
        | "model_overloaded" => ErrorKind::Overloaded,
        "content_filter"
        | "content_policy_violation"
        | "responsibleaipolicyviolation"
        | "data_inspection_failed"
        | "content_filter_error" => ErrorKind::ContentFilter,
        "model_not_found" | "deploymentnotfound" | "model_not_available" | "unknown_model" => {
            ErrorKind::NotFound
        }
        "invalid_api_key"
        | "authentication_error"
        | "unauthorized"
        | "invalid_authentication_error"
        | "permission_denied" => ErrorKind::Auth,
        // The model, not the caller, wrote what could not be read.
        "tool_use_failed" | "json_validate_failed" | "output_parse_failed" => ErrorKind::Server,
        // Beside a status that says more, such as 529, these say nothing.
        "server_error" | "internal_server_error" | "api_error" | "provider_unavailable"
            if status.is_none_or(|status| status == 500) =>
        {
            ErrorKind::Server
        }
        "timeout" | "timeout_error" | "request_timeout" => ErrorKind::Timeout,
        _ => return None,
    };
    Some(kind)
}

/// What hosts say of content that they filter.
const FILTERED: &[&str] = &[
    "content management policy",
    "response was filtered",
    "content filter",
    "violating our usage policy",
];

/// The kind that the sentence tells, for hosts whose words say nothing.
fn said(message: &str, status: Option<u16>) -> Option<ErrorKind> {
    let lower = message.to_lowercase();
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    let refused = status.is_none_or(|status| matches!(status, 400 | 403 | 413 | 422 | 500));
    if refused && status::says_too_long(message) {
        Some(ErrorKind::ContextLength)
    } else if refused && has(FILTERED) {
        Some(ErrorKind::ContentFilter)
    } else if status == Some(400)
        && has(&["incorrect api key", "api key not valid", "invalid api key"])
    {
        Some(ErrorKind::Auth)
    } else if has(&["insufficient balance", "exceeded your current quota", "no balance"]) {
        Some(ErrorKind::Quota)
    } else if status == Some(400)
        && has(&["model not found", "does not exist", "is not a valid model"])
    {
        Some(ErrorKind::NotFound)
    } else {
        None
    }
}

/// The wait that the body states.
pub(in crate::dialect) fn stated(inner: &Value) -> Option<std::time::Duration> {
    let wait = inner.get("retry_after").or_else(|| inner.pointer("/metadata/retry_after"))?;
    let spelled = spelled(wait);
    wait::number(&spelled, 1.0).or_else(|| wait::duration(&spelled))
}

fn text_at(place: &Value, key: &str) -> Option<String> {
    let text = place.get(key)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// A string or a number as text.
fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
