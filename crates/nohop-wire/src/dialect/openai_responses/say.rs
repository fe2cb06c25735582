//! An answer, as servers of this dialect send it.

mod item;
mod stream;
mod usage;
mod whole;

use nohop_types::{Error, ErrorKind, Extras, Response};

use self::whole::Echo;
use super::OpenAiResponses;
use crate::dialect::openai_chat;
use crate::dialect::whole::Whole;
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Encoder, Incoming, Mode, Stamp};

/// Opens the answer to `incoming`.
pub(super) fn encoder(incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder> {
    let echo = Echo::of(&incoming.request);
    match incoming.mode {
        Mode::Stream => Box::new(stream::Stream::new(echo, stamp)),
        Mode::Whole => {
            let write = move |out: &mut Writer, response: &Response| {
                whole::write(out, &echo, &stamp, response);
            };
            Box::new(Whole::new(write, openai_chat::say::failure))
        }
    }
}

/// The word of this dialect for what went wrong.
fn code(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Auth => "invalid_api_key",
        ErrorKind::Budget | ErrorKind::Quota => "insufficient_quota",
        ErrorKind::ContentFilter => "content_filter",
        ErrorKind::ContextLength => "context_length_exceeded",
        ErrorKind::InvalidRequest | ErrorKind::Unsupported => "invalid_prompt",
        ErrorKind::NotFound => "model_not_found",
        ErrorKind::Overloaded => "server_is_overloaded",
        ErrorKind::RateLimit => "rate_limit_exceeded",
        ErrorKind::Timeout => "timeout",
        _ => "server_error",
    }
}

/// Writes the extra fields of this dialect's own; what others said beside an answer has no place
/// here.
fn extras(out: &mut Writer, extras: &Extras, prefix: &str, inner: &[&str]) {
    let own = extras.latest().into_iter();
    let own = own.filter(|e| e.scope.covers(OpenAiResponses::NAME, "")).collect();
    let reach = Reach { dialect: OpenAiResponses::NAME, endpoint: "" };
    out.extras(&own, prefix, inner, reach, &mut Losses::default());
}
