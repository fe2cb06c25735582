use nohop_types::{Choice, Content, Media, Part, Response};

use super::{
    Called, Shown, call_head, called, citation, detail, extras, finish_word, is_legacy, is_own,
    is_shown, item, logprobs, logprobs_key, shown, tier_word, usage,
};
use crate::Stamp;
use crate::dialect::media::{Address, Base64};
use crate::dialect::openai_chat::OpenAiChat;
use crate::json::Writer;

/// Writes an answer in one piece.
pub(super) fn write(out: &mut Writer, dialect: &OpenAiChat, stamp: &Stamp, response: &Response) {
    out.object().field("id", response.id.as_ref().unwrap_or(&stamp.id));
    out.field("object", "chat.completion").field("created", stamp.created);
    out.field("model", response.model.as_deref().unwrap_or_default()).key("choices").array();
    for (index, choice) in response.choices.iter().enumerate() {
        write_choice(out, index, choice);
    }
    out.end_array().key("usage");
    usage::write(out, dialect, &response.usage);
    out.maybe("service_tier", response.usage.tier.as_ref().map(tier_word));
    groq(out, &response.extra);
    extras(out, &response.extra, "", &["x_groq."]);
    out.end_object();
}

/// Writes the object in which one host says things of its own.
pub(super) fn groq(out: &mut Writer, extra: &nohop_types::Extras) {
    if extra.iter().any(|entry| entry.key.starts_with("x_groq.")) {
        out.key("x_groq").object();
        extras(out, extra, "x_groq.", &[]);
        out.end_object();
    }
}

fn write_choice(out: &mut Writer, index: usize, choice: &Choice) {
    out.object().field("index", index).key("message").object().field("role", "assistant");
    content(out, &choice.parts);
    reasoning(out, &choice.parts);
    let refusal = choice.parts.iter().filter_map(|part| match &part.content {
        Content::Refusal(text) => Some(text.as_str()),
        _ => None,
    });
    out.maybe("refusal", refusal.map(str::to_owned).reduce(|a, b| a + &b));
    calls(out, &choice.parts);
    media(out, &choice.parts);
    let cited = || choice.parts.iter().flat_map(|part| &part.citations).filter(|c| is_shown(c));
    if cited().next().is_some() {
        out.key("annotations").array();
        cited().for_each(|cited| citation(out, cited));
        out.end_array();
    }
    extras(out, &choice.extra, "message.", &[]);
    out.end_object();
    let counted = || choice.parts.iter().filter(|part| !part.logprobs.is_empty());
    if counted().next().is_some() {
        out.key("logprobs").object();
        counted().for_each(|part| logprobs(out, logprobs_key(part), &part.logprobs));
        out.end_object();
    }
    out.field("finish_reason", choice.reason.as_ref().map(finish_word));
    extras(out, &choice.extra, "", &["message."]);
    out.end_object();
}

fn content(out: &mut Writer, parts: &[Part]) {
    let listed = |part: &&Part| match &part.content {
        Content::Opaque(opaque) => is_own(opaque),
        Content::Reasoning(_) => shown(part) == Shown::Item,
        _ => false,
    };
    if parts.iter().any(|part| listed(&part)) {
        out.key("content").array();
        for part in parts {
            item(out, part);
        }
        out.end_array();
        return;
    }
    let text = parts.iter().filter_map(Part::as_text).map(str::to_owned).reduce(|a, b| a + &b);
    out.field("content", text);
}

fn reasoning(out: &mut Writer, parts: &[Part]) {
    let thoughts = || {
        parts.iter().filter_map(|part| match &part.content {
            Content::Reasoning(reasoning) => Some((part, reasoning, shown(part))),
            _ => None,
        })
    };
    for name in ["reasoning_content", "reasoning", "reasoning_text"] {
        let named = thoughts().filter(|(.., shown)| *shown == Shown::Plain(name));
        let text = named.clone().map(|(_, r, _)| r.text.clone()).reduce(|a, b| a + &b);
        out.maybe(name, text);
        let seal = named.filter_map(|(_, r, _)| r.signature.clone()).next();
        out.maybe("reasoning_opaque", seal);
    }
    let details = || thoughts().filter(|(.., shown)| *shown == Shown::Detail);
    if details().next().is_none() {
        return;
    }
    let plain = thoughts().all(|(.., shown)| shown == Shown::Detail);
    let text: String = details().map(|(_, reasoning, _)| reasoning.text.as_str()).collect();
    out.maybe("reasoning", (plain && !text.is_empty()).then_some(text));
    out.key("reasoning_details").array();
    for (place, (part, reasoning, _)) in details().enumerate() {
        detail(out, part, reasoning, &reasoning.text, reasoning.signature.as_deref(), place);
    }
    out.end_array();
}

fn calls(out: &mut Writer, parts: &[Part]) {
    let calls = || {
        parts.iter().filter_map(|part| match &part.content {
            Content::ToolCall(call) => Some((part, call)),
            _ => None,
        })
    };
    if let Some((_, call)) = calls().find(|(part, _)| is_legacy(part)) {
        called(out, Called::Legacy, None, Some(&call.name), &call.arguments);
    }
    if calls().all(|(part, _)| is_legacy(part)) {
        return;
    }
    out.key("tool_calls").array();
    for (place, (part, call)) in calls().filter(|(part, _)| !is_legacy(part)).enumerate() {
        call_head(out, part, call, place);
        called(out, Called::of(part, call), Some(part), Some(&call.name), &call.arguments);
        out.end_object();
    }
    out.end_array();
}

fn media(out: &mut Writer, parts: &[Part]) {
    for part in parts {
        let Content::Audio(audio) = &part.content else { continue };
        out.key("audio").object().maybe("id", audio.id.as_ref());
        if let Some(Media::Bytes { bytes, .. }) = &audio.media {
            out.field("data", Base64(bytes));
        }
        out.maybe("transcript", audio.transcript.as_ref());
        extras(out, &part.extra, "", &[]);
        out.end_object();
    }
    let images = || parts.iter().filter(|part| matches!(part.content, Content::Image(_)));
    if images().next().is_some() {
        out.key("images").array();
        images().for_each(|part| image(out, part));
        out.end_array();
    }
}

/// Writes an item of `images`.
pub(super) fn image(out: &mut Writer, part: &Part) {
    let Content::Image(image) = &part.content else { return };
    out.object().field("type", "image_url").key("image_url").object();
    out.field("url", Address(&image.media));
    out.end_object();
    extras(out, &part.extra, "", &[]);
    out.end_object();
}
