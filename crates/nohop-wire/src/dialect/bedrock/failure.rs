//! Errors, as Bedrock sends them: in place of an answer, and within one.

use nohop_types::{Error, ErrorKind, Scope};
use serde_json::Value;

use crate::dialect::openai_chat::failure::stated;
use crate::dialect::status;
use crate::wait;

/// The error that the JSON `text` is; `None` when it is none.
///
/// What kind it is of says `told`, a header, which some hosts leave out. `status` is the HTTP status,
/// where the error is the answer and does not stand within one.
pub(in crate::dialect) fn read(
    text: &str,
    told: Option<&str>,
    status: Option<u16>,
) -> Option<Error> {
    let body: Value = serde_json::from_str(text).ok()?;
    let field = |key: &str| body.get(key).and_then(Value::as_str);
    let message = field("message").or_else(|| field("Message")).or_else(|| field("errorMessage"));
    let name = told.or_else(|| field("__type")).or_else(|| field("code")).map(bare);
    if message.is_none() && name.is_none() {
        return None;
    }
    let inner = body.get("originalStatusCode").and_then(Value::as_u64);
    let inner = inner.and_then(|status| u16::try_from(status).ok());
    let message = message.unwrap_or("the provider says no more");
    let error = failed(name, message, status, inner).with_body(text.as_bytes());
    let wait = match error.kind() {
        ErrorKind::RateLimit | ErrorKind::Overloaded | ErrorKind::Quota => {
            stated(&body).or_else(|| wait::told(message))
        }
        _ => None,
    };
    Some(error.with_retry_after(wait))
}

/// The error that stands in a stream, under the `name` of an exception.
pub(super) fn within(name: &str, payload: &str) -> Error {
    read(payload, Some(name), None).unwrap_or_else(|| {
        let message = match payload.trim() {
            "" => "the provider says no more",
            text => text,
        };
        failed(Some(bare(name)), message, None, None).with_body(payload.as_bytes())
    })
}

/// The error of that name and message.
pub(super) fn named(name: &str, message: &str) -> Error {
    let message = if message.is_empty() { "the provider says no more" } else { message };
    failed(Some(bare(name)), message, None, None)
}

/// A name without the namespace before it and the address behind it.
fn bare(name: &str) -> &str {
    let name = name.split(':').next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default().trim()
}

fn failed(name: Option<&str>, message: &str, status: Option<u16>, inner: Option<u16>) -> Error {
    let kind = kind(name.unwrap_or_default(), message, status, inner);
    let error = Error::new(kind, message).with_code(name.map(str::to_owned)).with_status(status);
    // Access is granted model by model: the key is good for others.
    match kind == ErrorKind::Auth && message.contains("access to the model") {
        true => error.with_scope(Scope::Model),
        false => error,
    }
}

/// The kind that the provider's own words tell.
fn kind(name: &str, message: &str, status: Option<u16>, inner: Option<u16>) -> ErrorKind {
    let lower = message.to_lowercase();
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    // Names begin in upper case in a header and in lower case in a stream.
    let name = name.to_ascii_lowercase();
    match name.strip_suffix("exception").unwrap_or(&name) {
        "throttling" | "toomanyrequests" if has(&["per day", "daily"]) => ErrorKind::Quota,
        "throttling" | "toomanyrequests" => ErrorKind::RateLimit,
        // In the place of an answer neither a name nor a status tells it.
        "" if status.is_none() && has(&["too many", "throttl"]) => match has(&["per day"]) {
            true => ErrorKind::Quota,
            false => ErrorKind::RateLimit,
        },
        "modelnotready" | "serviceunavailable" => ErrorKind::Overloaded,
        "internalserver" | "internalfailure" | "internalerror" | "conflict" => ErrorKind::Server,
        "modeltimeout" | "requesttimeout" => ErrorKind::Timeout,
        "servicequotaexceeded" => ErrorKind::Quota,
        "resourcenotfound" | "unknownoperation" => ErrorKind::NotFound,
        "accessdenied"
        | "expiredtoken"
        | "incompletesignature"
        | "invalidclienttokenid"
        | "invalidsignature"
        | "missingauthenticationtoken"
        | "optinrequired"
        | "requestexpired"
        | "signaturedoesnotmatch"
        | "unrecognizedclient" => ErrorKind::Auth,
        "modelerror" | "modelstreamerror" => match inner {
            Some(429) => ErrorKind::RateLimit,
            Some(503 | 529) => ErrorKind::Overloaded,
            _ => ErrorKind::Server,
        },
        "validation" | "" if status::says_too_long(message) => ErrorKind::ContextLength,
        "validation" | "" if has(&["content filtering policy"]) => ErrorKind::ContentFilter,
        "validation" | ""
            if has(&[
                "model identifier is invalid",
                "on-demand throughput isn",
                "end of its life",
                "could not resolve the foundation model",
            ]) =>
        {
            ErrorKind::NotFound
        }
        "validation" | "" if has(&["this model doesn't support", "this model doesn’t support"]) => {
            ErrorKind::Unsupported
        }
        "validation" => ErrorKind::InvalidRequest,
        _ => status.map_or(ErrorKind::Server, status::kind),
    }
}
