//! An answer, as servers of this dialect send it.

mod stream;
mod usage;
mod whole;

use nohop_types::{
    Citation, Content, Error, ErrorKind, Extras, FinishReason, Input, Logprob, Opaque, Part,
    Reasoning, Response, ServiceTier, Summary, TokenLogprob, ToolCall,
};

use super::OpenAiChat;
use crate::dialect::carried::carry;
use crate::dialect::status;
use crate::dialect::whole::Whole;
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Encoder, Incoming, Mode, Reply, Stamp};

/// Opens the answer to `incoming`.
pub(super) fn encoder(dialect: OpenAiChat, incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder> {
    match incoming.mode {
        Mode::Stream => Box::new(stream::Stream::new(dialect, incoming, stamp)),
        Mode::Whole => {
            let write = move |out: &mut Writer, response: &Response| {
                whole::write(out, &dialect, &stamp, response);
            };
            Box::new(Whole::new(write, failure))
        }
    }
}

/// Writes a failure in the answer's place.
pub(in crate::dialect) fn error(error: &Error) -> Reply {
    let mut out = Writer::default();
    failure(&mut out, error);
    Reply::json(status::reply(error.kind()), out.into_bytes())
}

/// The tier that a word of this dialect names.
pub(in crate::dialect) fn tier_of(word: &str) -> ServiceTier {
    match word {
        "default" => ServiceTier::Standard,
        word => ServiceTier::from(word),
    }
}

/// The word for a tier.
pub(in crate::dialect) fn tier_word(tier: &ServiceTier) -> &str {
    match tier {
        ServiceTier::Standard => "default",
        tier => tier.as_str(),
    }
}

/// The word for why a choice ended.
fn finish_word(reason: &FinishReason) -> &str {
    match reason {
        FinishReason::Pause => "stop",
        reason => reason.as_str(),
    }
}

pub(in crate::dialect) fn failure(out: &mut Writer, error: &Error) {
    let (r#type, code) = match error.kind() {
        ErrorKind::Auth => ("authentication_error", Some("invalid_api_key")),
        ErrorKind::ContentFilter => ("invalid_request_error", Some("content_filter")),
        ErrorKind::ContextLength => ("invalid_request_error", Some("context_length_exceeded")),
        ErrorKind::InvalidRequest | ErrorKind::Unsupported => ("invalid_request_error", None),
        ErrorKind::NotFound => ("invalid_request_error", Some("model_not_found")),
        ErrorKind::Budget | ErrorKind::Quota => ("insufficient_quota", Some("insufficient_quota")),
        ErrorKind::RateLimit => ("rate_limit_error", Some("rate_limit_exceeded")),
        ErrorKind::Overloaded => ("server_error", Some("overloaded_error")),
        ErrorKind::Timeout => ("server_error", Some("timeout")),
        _ => ("server_error", None),
    };
    out.object().key("error").object().field("message", error.message()).field("type", r#type);
    out.field("param", None::<&str>).field("code", code).end_object().end_object();
}

/// The fields of this dialect's own that are kept with something.
fn reach() -> Reach<'static> {
    Reach { dialect: OpenAiChat::NAME, endpoint: "" }
}

fn extras(out: &mut Writer, extras: &Extras, prefix: &str, inner: &[&str]) {
    // What other dialects said beside an answer has no place here.
    let own = extras.latest().into_iter().filter(|e| e.scope.covers(OpenAiChat::NAME, ""));
    let own = own.collect();
    out.extras(&own, prefix, inner, reach(), &mut Losses::default());
}

/// Under which field thinking is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shown {
    /// Under this one, as plain text.
    Plain(&'static str),
    /// As an item of `reasoning_details`, and as plain text for those who read no details.
    Detail,
    /// Among the items of `content`.
    Item,
}

fn shown(part: &Part) -> Shown {
    let form = |key: &str| part.extra.get(OpenAiChat::NAME, "", key);
    let names = ["reasoning_content", "reasoning", "reasoning_text"];
    match names.into_iter().find(|name| form(name).is_some()) {
        Some(name) => Shown::Plain(name),
        None if form("type").is_some_and(|r#type| r#type.as_str() == "\"thinking\"") => Shown::Item,
        None => Shown::Detail,
    }
}

/// Writes an item of `reasoning_details`; `place` is its index where it has none of its own.
fn detail(
    out: &mut Writer,
    part: &Part,
    reasoning: &Reasoning,
    text: &str,
    signature: Option<&str>,
    place: usize,
) {
    let (r#type, key) = match reasoning {
        Reasoning { sealed: Some(_), .. } => ("reasoning.encrypted", None),
        Reasoning { summary: Summary::Summary, .. } => ("reasoning.summary", Some("summary")),
        _ => ("reasoning.text", Some("text")),
    };
    out.object().field("type", r#type);
    if let Some(key) = key {
        out.field(key, text);
    }
    out.maybe("data", reasoning.sealed.as_ref()).maybe("signature", signature);
    if reasoning.issuer.dialect != OpenAiChat::NAME {
        out.field("format", carry(part, OpenAiChat::NAME, ""));
    }
    match part.extra.get(OpenAiChat::NAME, "", "index") {
        Some(index) => out.field("index", index).done(),
        None => out.field("index", place).done(),
    }
    extras(out, &part.extra, "", &[]);
    out.end_object();
}

/// Writes an item of a `content` that is a list; `false` for what has no place there.
fn item(out: &mut Writer, part: &Part) -> bool {
    match &part.content {
        Content::Text(text) => {
            out.object().field("type", "text").field("text", text);
        }
        Content::Reasoning(reasoning) if shown(part) == Shown::Item => {
            out.object().field("type", "thinking").key("thinking").array();
            out.object().field("type", "text").field("text", &reasoning.text).end_object();
            out.end_array();
        }
        Content::Opaque(opaque) if is_own(opaque) => {
            out.raw(opaque.json.as_str());
            return true;
        }
        _ => return false,
    }
    extras(out, &part.extra, "", &[]);
    out.end_object();
    true
}

fn is_own(opaque: &Opaque) -> bool {
    opaque.issuer.dialect == OpenAiChat::NAME
}

/// Whether a citation can be shown.
fn is_shown(citation: &Citation) -> bool {
    citation.url.is_some() || citation.raw.as_ref().is_some_and(is_own)
}

fn citation(out: &mut Writer, citation: &Citation) {
    if let Some(raw) = citation.raw.as_ref().filter(|raw| is_own(raw)) {
        out.raw(raw.json.as_str());
        return;
    }
    out.object().field("type", "url_citation").key("url_citation").object();
    out.maybe("url", citation.url.as_ref()).maybe("title", citation.title.as_ref());
    out.maybe("content", citation.quote.as_ref());
    out.maybe("start_index", citation.span.map(|span| span.start));
    out.maybe("end_index", citation.span.map(|span| span.end)).end_object().end_object();
}

/// The list that the logprobs of a part belong to.
fn logprobs_key(part: &Part) -> &'static str {
    match &part.content {
        Content::Refusal(_) => "refusal",
        Content::Reasoning(_) => "reasoning_content",
        _ => "content",
    }
}

fn logprobs(out: &mut Writer, key: &'static str, logprobs: &[Logprob]) {
    fn token(out: &mut Writer, token: &TokenLogprob) {
        out.field("token", &token.token).field("logprob", token.logprob);
        out.field("bytes", token.bytes.as_ref());
    }
    out.key(key).array();
    for logprob in logprobs {
        token(out.object(), &logprob.chosen);
        out.key("top_logprobs").array();
        for top in &logprob.top {
            token(out.object(), top);
            out.end_object();
        }
        out.end_array().end_object();
    }
    out.end_array();
}

/// The fields of a tool call that come before its arguments.
fn call_head(out: &mut Writer, part: &Part, call: &ToolCall, place: usize) {
    out.object().field("index", place).field("id", &call.id);
    out.field("type", if call.input == Input::Text { "custom" } else { "function" });
    extras(out, &part.extra, "", &["function.", "function_call"]);
}

/// Whether a call was made in the way of the time before `tool_calls`, to who asked in that way.
fn is_legacy(part: &Part) -> bool {
    part.extra.get(OpenAiChat::NAME, "", "function_call").is_some()
}

/// The object that a call is written as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Called {
    Custom,
    Function,
    Legacy,
}

impl Called {
    fn of(part: &Part, call: &ToolCall) -> Self {
        match call.input {
            _ if is_legacy(part) => Self::Legacy,
            Input::Text => Self::Custom,
            _ => Self::Function,
        }
    }
}

/// The function of a call, or a fragment of its arguments.
fn called(out: &mut Writer, called: Called, part: Option<&Part>, name: Option<&str>, text: &str) {
    let (object, field) = match called {
        Called::Custom => ("custom", "input"),
        Called::Function => ("function", "arguments"),
        Called::Legacy => ("function_call", "arguments"),
    };
    out.key(object).object().maybe("name", name).field(field, text);
    if let Some(part) = part {
        extras(out, &part.extra, "function.", &[]);
    }
    out.end_object();
}
