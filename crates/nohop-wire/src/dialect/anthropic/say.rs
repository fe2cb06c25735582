//! An answer, as servers of this dialect send it.

mod stream;
mod usage;
mod whole;

use http::StatusCode;
use nohop_types::{
    Citation, Content, Error, ErrorKind, Extras, FinishReason, Opaque, Part, Response, ToolCall,
};

use super::{Anthropic, reason_of};
use crate::dialect::carried::carry;
use crate::dialect::status;
use crate::dialect::whole::Whole;
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Encoder, Incoming, Mode, Reply, Stamp};

/// Opens the answer to `incoming`.
pub(super) fn encoder(incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder> {
    match incoming.mode {
        Mode::Stream => Box::new(stream::Stream::new(stamp)),
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
    // The inventor has a status of its own for this, which clients know.
    let overloaded = StatusCode::from_u16(529).ok();
    let status = match error.kind() {
        ErrorKind::Overloaded => overloaded.unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
        kind => status::reply(kind),
    };
    Reply::json(status, out.into_bytes())
}

fn failure(out: &mut Writer, error: &Error) {
    let r#type = match error.kind() {
        ErrorKind::Auth => "authentication_error",
        ErrorKind::Budget | ErrorKind::Quota => "billing_error",
        ErrorKind::ContentFilter
        | ErrorKind::ContextLength
        | ErrorKind::InvalidRequest
        | ErrorKind::Unsupported => "invalid_request_error",
        ErrorKind::NotFound => "not_found_error",
        ErrorKind::RateLimit => "rate_limit_error",
        ErrorKind::Overloaded => "overloaded_error",
        ErrorKind::Timeout => "timeout_error",
        _ => "api_error",
    };
    out.object().field("type", "error").key("error").object().field("type", r#type);
    out.field("message", error.message()).end_object();
    out.field("request_id", error.request_id()).end_object();
}

/// The word for why an answer ended: the provider's own where it is one of this dialect.
///
/// An answer that failed on the way was cut short, and so is told as one that was.
fn stop_word<'a>(reason: &'a FinishReason, raw: Option<&'a str>, extra: &Extras) -> &'a str {
    if let Some(raw) = raw.filter(|raw| reason_of(raw) == *reason) {
        return raw;
    }
    match reason {
        FinishReason::Stop if extra.get(Anthropic::NAME, "", "stop_sequence").is_some() => {
            "stop_sequence"
        }
        FinishReason::Length | FinishReason::Error => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter => "refusal",
        FinishReason::Pause => "pause_turn",
        FinishReason::Other(word) => word,
        _ => "end_turn",
    }
}

/// Writes the extra fields of this dialect's own; what others said beside an answer has no place
/// here.
fn extras(out: &mut Writer, extras: &Extras, prefix: &str, inner: &[&str]) {
    let own = extras.latest().into_iter().filter(|e| e.scope.covers(Anthropic::NAME, ""));
    let own = own.collect();
    let reach = Reach { dialect: Anthropic::NAME, endpoint: "" };
    out.extras(&own, prefix, inner, reach, &mut Losses::default());
}

fn is_own(opaque: &Opaque) -> bool {
    opaque.issuer.dialect == Anthropic::NAME
}

/// Whether a part can be shown.
fn is_shown(part: &Part) -> bool {
    match &part.content {
        Content::Opaque(opaque) => is_own(opaque),
        Content::Reasoning(_) | Content::Refusal(_) | Content::Text(_) | Content::ToolCall(_) => {
            true
        }
        _ => false,
    }
}

/// Whether a citation can be shown.
fn is_cited(citation: &Citation) -> bool {
    citation.url.is_some() || citation.raw.as_ref().is_some_and(is_own)
}

fn citation(out: &mut Writer, citation: &Citation) {
    if let Some(raw) = citation.raw.as_ref().filter(|raw| is_own(raw)) {
        return out.raw(raw.json.as_str()).done();
    }
    out.object().field("type", "web_search_result_location");
    out.field("cited_text", citation.quote.as_deref().unwrap_or_default());
    out.maybe("url", citation.url.as_ref()).field("title", citation.title.as_ref());
    // Only the inventor can prove a citation; without the proof it is not sent back to it.
    out.field("encrypted_index", "").end_object();
}

/// Writes a block as it is once it is complete, or with what it grows by left out.
fn block(out: &mut Writer, part: &Part, complete: bool) {
    match &part.content {
        Content::Text(text) | Content::Refusal(text) => {
            let text = if complete { text } else { "" };
            out.object().field("type", "text").field("text", text);
            if complete && part.citations.iter().any(is_cited) {
                out.key("citations").array();
                part.citations.iter().filter(|c| is_cited(c)).for_each(|c| citation(out, c));
                out.end_array();
            }
        }
        Content::Reasoning(reasoning) => match &reasoning.sealed {
            Some(data) => {
                let data = carry(part, Anthropic::NAME, data);
                out.object().field("type", "redacted_thinking").field("data", data);
            }
            None => {
                let signature = reasoning.signature.as_deref().unwrap_or_default();
                let (text, signature) = match complete {
                    true => (&*reasoning.text, carry(part, Anthropic::NAME, signature)),
                    false => ("", "".into()),
                };
                out.object().field("type", "thinking").field("thinking", text);
                out.field("signature", signature);
            }
        },
        Content::ToolCall(call) => {
            out.object().field("type", "tool_use").field("id", &call.id);
            out.field("name", &call.name).key("input");
            if complete { input(out, call) } else { out.raw("{}").done() }
        }
        Content::Opaque(opaque) => return out.raw(opaque.json.as_str()).done(),
        _ => return out.raw("{}").done(),
    }
    extras(out, &part.extra, "", &[]);
    out.end_object();
}

/// Writes the arguments of a call; those that are no JSON are told as a text.
fn input(out: &mut Writer, call: &ToolCall) {
    let text = call.arguments.trim();
    let is_json = || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    match text {
        "" | "null" => out.raw("{}").done(),
        text if !text.starts_with('"') && is_json() => out.raw(text).done(),
        _ => out.string(&call.arguments).done(),
    }
}
