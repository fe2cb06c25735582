//! What Bedrock's own dialects have in common: failures, and messages that fail.

mod failure;
mod invoke;

use nohop_types::Error;

use super::status;
use crate::{Frame, Head};

pub(super) use failure::read;
pub(super) use invoke::Invoke;

/// The label of an answer that is streamed.
pub(super) const STREAMED: &str = "application/vnd.amazon.eventstream";

/// Reads an answer whose status is not a success.
pub(super) fn error(head: &Head, body: &[u8]) -> Error {
    let told = head.text("x-amzn-errortype");
    let text = std::str::from_utf8(body).ok();
    let error = text.and_then(|text| read(text, told, Some(head.status.as_u16())));
    let error = error.unwrap_or_else(|| status::plain(head, body));
    let id = head.text("x-amzn-requestid").map(str::to_owned);
    status::described(error.with_request_id(id), head, body)
}

/// The failure that a message of a stream is, if it is one.
pub(super) fn failed(frame: Frame<'_>, text: &str) -> Option<Error> {
    let header = |name| frame.header(name).unwrap_or_default();
    match header(":message-type") {
        "exception" => Some(failure::within(header(":exception-type"), text)),
        "error" => Some(failure::named(header(":error-code"), header(":error-message"))),
        _ => None,
    }
}
