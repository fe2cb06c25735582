//! An answer, as servers of this dialect send it.

mod parts;
mod stream;
mod usage;
mod whole;

use std::time::Duration;

use nohop_types::{
    Choice, Citation, Error, ErrorKind, Extras, FinishReason, Logprob, Response, TokenLogprob,
};

use super::{Gemini, reason_of};
use crate::dialect::status;
use crate::dialect::whole::Whole;
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Encoder, Incoming, Mode, Reply, Stamp};

/// Opens the answer to `incoming`.
pub(super) fn encoder(incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder> {
    match incoming.mode {
        Mode::Stream => {
            let array = incoming.request.extra.get(Gemini::NAME, "", "alt").is_some();
            Box::new(stream::Stream::new(stamp, array))
        }
        Mode::Whole => {
            let write = move |out: &mut Writer, response: &Response| {
                whole::write(out, &stamp, response);
            };
            Box::new(Whole::new(write, failure))
        }
    }
}

/// Writes a failure in the answer's place.
pub(super) fn error(error: &Error) -> Reply {
    let mut out = Writer::default();
    failure(&mut out, error);
    Reply::json(status::reply(error.kind()), out.into_bytes())
}

fn failure(out: &mut Writer, error: &Error) {
    let word = match error.kind() {
        ErrorKind::Auth => "PERMISSION_DENIED",
        ErrorKind::Budget | ErrorKind::Quota | ErrorKind::RateLimit => "RESOURCE_EXHAUSTED",
        ErrorKind::ContentFilter
        | ErrorKind::ContextLength
        | ErrorKind::InvalidRequest
        | ErrorKind::Unsupported => "INVALID_ARGUMENT",
        ErrorKind::NotFound => "NOT_FOUND",
        ErrorKind::Overloaded => "UNAVAILABLE",
        ErrorKind::Timeout => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    };
    out.object().key("error").object();
    out.field("code", status::reply(error.kind()).as_u16());
    out.field("message", error.message()).field("status", word);
    if let Some(wait) = error.retry_after() {
        out.key("details").array().object();
        out.field("@type", "type.googleapis.com/google.rpc.RetryInfo");
        out.field("retryDelay", delay(wait)).end_object().end_array();
    }
    out.end_object().end_object();
}

fn delay(wait: Duration) -> String {
    format!("{}s", wait.as_secs_f64())
}

/// The word for why a choice ended: the provider's own where it is one of this dialect.
fn finish_word<'a>(reason: &'a FinishReason, raw: Option<&'a str>) -> &'a str {
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(raw) = raw.filter(|raw| reason_of(raw) == *reason && !number(raw)) {
        return raw;
    }
    match reason {
        FinishReason::Length => "MAX_TOKENS",
        FinishReason::ContentFilter => "SAFETY",
        FinishReason::Error => "MALFORMED_RESPONSE",
        FinishReason::Pause => "CONTINUATION",
        FinishReason::Other(word) => word,
        _ => "STOP",
    }
}

/// Writes the extra fields of this dialect's own; what others said beside an answer has no place
/// here.
fn extras(out: &mut Writer, extras: &Extras, prefix: &str, inner: &[&str]) {
    let own = extras.latest().into_iter().filter(|e| e.scope.covers(Gemini::NAME, ""));
    let own = own.collect();
    let reach = Reach { dialect: Gemini::NAME, endpoint: "" };
    out.extras(&own, prefix, inner, reach, &mut Losses::default());
}

/// Whether the prompt was refused: there is no candidate then.
fn is_blocked(choice: &Choice, extra: &Extras) -> bool {
    let feedback = extra.get(Gemini::NAME, "", "promptFeedback");
    choice.parts.is_empty()
        && choice.reason == Some(FinishReason::ContentFilter)
        && choice.extra.is_empty()
        && feedback.is_some_and(|feedback| feedback.as_str().contains("\"blockReason\""))
}

/// Writes how a candidate ended, and what is said of it.
fn end(
    out: &mut Writer,
    index: usize,
    reason: &FinishReason,
    raw: Option<&str>,
    extra: &Extras,
    citations: &[Citation],
) {
    out.field("finishReason", finish_word(reason, raw)).field("index", index);
    grounding(out, extra, citations);
    extras(out, extra, "", &["content."]);
}

/// Tells where what was said comes from, unless the provider has said it in this dialect.
fn grounding(out: &mut Writer, extra: &Extras, citations: &[Citation]) {
    let told = ["groundingMetadata", "citationMetadata"];
    if told.iter().any(|key| extra.get(Gemini::NAME, "", key).is_some()) {
        return;
    }
    let cited = || citations.iter().filter(|cited| cited.url.is_some());
    if cited().next().is_none() {
        return;
    }
    out.key("groundingMetadata").object().key("groundingChunks").array();
    for cited in cited() {
        out.object().key("web").object().maybe("uri", cited.url.as_ref());
        out.maybe("title", cited.title.as_ref()).end_object().end_object();
    }
    out.end_array().key("groundingSupports").array();
    for (place, _) in cited().enumerate() {
        out.object().field("groundingChunkIndices", [place]).end_object();
    }
    out.end_array().end_object();
}

fn logprobs(out: &mut Writer, logprobs: &[Logprob]) {
    fn token(out: &mut Writer, token: &TokenLogprob) {
        out.object().field("token", &token.token);
        out.field("logProbability", token.logprob).end_object();
    }
    if logprobs.is_empty() {
        return;
    }
    out.key("logprobsResult").object().key("chosenCandidates").array();
    logprobs.iter().for_each(|logprob| token(out, &logprob.chosen));
    out.end_array().key("topCandidates").array();
    for logprob in logprobs {
        out.object().key("candidates").array();
        logprob.top.iter().for_each(|top| token(out, top));
        out.end_array().end_object();
    }
    out.end_array().end_object();
}
