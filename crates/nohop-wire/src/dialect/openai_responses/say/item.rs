//! The items that an answer consists of.

use nohop_types::{
    Citation, Content, Extras, Input, Logprob, Opaque, Part, Reasoning, Summary, TokenLogprob,
    ToolCall,
};

use super::extras;
use crate::dialect::carried::carry;
use crate::dialect::media::Base64;
use crate::dialect::openai_responses::{BEGINS, OpenAiResponses, is_said, pictures};
use crate::json::Writer;

/// How far an item is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum As {
    /// It has only begun.
    Begun,
    /// It is complete.
    Done,
    /// It was cut short.
    Cut,
}

/// Whether a part can be shown.
pub(super) fn is_shown(part: &Part) -> bool {
    match &part.content {
        Content::Opaque(opaque) => is_own(opaque),
        Content::Reasoning(_) | Content::Refusal(_) | Content::Text(_) | Content::ToolCall(_) => {
            true
        }
        _ => pictures::bytes(part).is_some(),
    }
}

fn is_own(opaque: &Opaque) -> bool {
    opaque.issuer.dialect == OpenAiResponses::NAME
}

/// The type of the item that `part` stands in.
pub(super) fn type_of(part: &Part) -> &'static str {
    match &part.content {
        Content::Reasoning(_) => "reasoning",
        Content::ToolCall(call) if call.input == Input::Text => "custom_tool_call",
        Content::ToolCall(_) => "function_call",
        Content::Image(_) => pictures::TYPE,
        _ => "message",
    }
}

/// The id of the item `index` that begins with `first`: its own, or one made of the answer's.
pub(super) fn id(first: &Part, index: usize, answer: &str) -> String {
    let own = match type_of(first) {
        "reasoning" | pictures::TYPE => first.extra.get(OpenAiResponses::NAME, "", "id"),
        _ => None,
    };
    let own = own.and_then(|own| serde_json::from_str::<Option<String>>(own.as_str()).ok()?);
    own.unwrap_or_else(|| {
        let kind = match type_of(first) {
            "reasoning" => "rs",
            "custom_tool_call" => "ctc",
            "function_call" => "fc",
            pictures::TYPE => "ig",
            _ => "msg",
        };
        format!("{kind}_{}_{index}", answer.strip_prefix("resp_").unwrap_or(answer))
    })
}

/// Writes the item that consists of `parts`.
pub(super) fn write(out: &mut Writer, parts: &[&Part], index: usize, answer: &str, as_is: As) {
    let [first, ..] = parts else { return };
    if let Content::Opaque(opaque) = &first.content
        && is_raw(first)
    {
        return out.raw(opaque.json.as_str()).done();
    }
    let (begun, none) = (as_is == As::Begun, Extras::new());
    let status = match as_is {
        As::Begun => "in_progress",
        As::Done => "completed",
        As::Cut => "incomplete",
    };
    out.object().field("id", id(first, index, answer)).field("type", type_of(first));
    match &first.content {
        Content::Reasoning(reasoning) => {
            thoughts(out, if begun { &[] } else { parts }, first, reasoning);
            extras(out, &first.extra, "", &[BEGINS]);
        }
        Content::ToolCall(call) => {
            out.field("status", status).field("call_id", &call.id).field("name", &call.name);
            out.field(arguments_key(call), if begun { "" } else { &call.arguments });
            extras(out, &first.extra, "", &[]);
        }
        Content::Image(_) => {
            let bytes = pictures::bytes(first).filter(|_| !begun);
            out.field("status", status).field("result", bytes.map(Base64));
            extras(out, if begun { &none } else { &first.extra }, "", &[]);
        }
        _ => {
            out.field("status", status).field("role", "assistant").key("content").array();
            if !begun {
                parts.iter().for_each(|part| piece(out, part, true));
            }
            out.end_array();
            extras(out, &first.extra, "message.", &[]);
        }
    }
    out.end_object();
}

/// The field that holds the arguments of a call.
pub(super) fn arguments_key(call: &ToolCall) -> &'static str {
    if call.input == Input::Text { "input" } else { "arguments" }
}

/// Writes thinking; that of another dialect carries the name of whose it is.
fn thoughts(out: &mut Writer, parts: &[&Part], begins: &Part, first: &Reasoning) {
    let told = || {
        parts.iter().filter_map(|part| match &part.content {
            Content::Reasoning(reasoning) => Some((*part, reasoning)),
            _ => None,
        })
    };
    let foreign = first.issuer.dialect != OpenAiResponses::NAME;
    let proof = told().find_map(|(_, told)| told.sealed.as_ref().or(told.signature.as_ref()));
    // What has neither text nor proof is no piece of thinking.
    let shown = |kind: Summary| {
        told().filter(move |(_, told)| {
            told.summary == kind
                && told.sealed.is_none()
                && (!told.text.is_empty() || told.signature.is_some())
        })
    };
    out.key("summary").array();
    shown(Summary::Summary).for_each(|(part, _)| piece(out, part, true));
    out.end_array();
    if shown(Summary::Full).next().is_some() {
        out.key("content").array();
        shown(Summary::Full).for_each(|(part, _)| piece(out, part, true));
        out.end_array();
    }
    if proof.is_some() || (foreign && !parts.is_empty()) {
        let proof = proof.map(String::as_str).unwrap_or_default();
        out.field("encrypted_content", carry(begins, OpenAiResponses::NAME, proof));
    }
}

/// Writes a part of an item as it is once it is complete, or with what it grows by left out.
pub(super) fn piece(out: &mut Writer, part: &Part, complete: bool) {
    let text = |text: &str| if complete { text.to_owned() } else { String::new() };
    match &part.content {
        Content::Text(said) => {
            out.object().field("type", "output_text").key("annotations").array();
            let cited = part.citations.iter().filter(|cited| complete && is_cited(cited));
            cited.for_each(|cited| citation(out, cited));
            out.end_array().key("logprobs");
            logprobs(out, if complete { &part.logprobs } else { &[] });
            out.field("text", text(said));
        }
        Content::Refusal(said) => {
            out.object().field("type", "refusal").field("refusal", text(said));
        }
        Content::Reasoning(thought) => {
            let summary = thought.summary == Summary::Summary;
            let r#type = if summary { "summary_text" } else { "reasoning_text" };
            // What else is said of it is said of its item.
            out.object().field("type", r#type).field("text", text(&thought.text)).end_object();
            return;
        }
        Content::Opaque(opaque) => return out.raw(opaque.json.as_str()).done(),
        _ => return out.raw("{}").done(),
    }
    extras(out, &part.extra, "", &["message.", BEGINS]);
    out.end_object();
}

/// Whether a citation can be shown.
pub(super) fn is_cited(citation: &Citation) -> bool {
    citation.url.is_some() || citation.raw.as_ref().is_some_and(is_own)
}

pub(super) fn citation(out: &mut Writer, citation: &Citation) {
    if let Some(raw) = citation.raw.as_ref().filter(|raw| is_own(raw)) {
        return out.raw(raw.json.as_str()).done();
    }
    let span = citation.span.unwrap_or_default();
    out.object().field("type", "url_citation").maybe("url", citation.url.as_ref());
    out.field("title", citation.title.as_deref().unwrap_or_default());
    out.field("start_index", span.start).field("end_index", span.end).end_object();
}

pub(super) fn logprobs(out: &mut Writer, list: &[Logprob]) {
    out.array();
    for logprob in list {
        out.object();
        token(out, &logprob.chosen);
        out.key("top_logprobs").array();
        for other in &logprob.top {
            out.object();
            token(out, other);
            out.end_object();
        }
        out.end_array().end_object();
    }
    out.end_array();
}

fn token(out: &mut Writer, token: &TokenLogprob) {
    out.field("token", &token.token).field("logprob", token.logprob);
    out.maybe("bytes", token.bytes.as_ref());
}

/// Whether `part` is an item as it stands, which only its issuer understands.
pub(super) fn is_raw(part: &Part) -> bool {
    matches!(part.content, Content::Opaque(_)) && !is_said(part)
}
