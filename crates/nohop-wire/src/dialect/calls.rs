//! Calls in dialects that want more of them than a text, or less: arguments that are an object, ids of a
//! form, or no ids.
//!
//! Whoever answers a call has to name it. A call without an id gets one of our own making: the same
//! for the same answer, unlike those of other answers, and never sent back.

use std::borrow::Cow;
use std::fmt::Display;

use nohop_types::{
    Content, Error, ErrorKind, Input, Issuer, Message, Part, Result, Role, ToolCall,
};
use serde::de::IgnoredAny;

pub(super) use ids::{IdRule, Ids};

use crate::loss::Losses;

mod ids;

/// Why a model is not told to think.
pub(super) const UNTHOUGHT: &str =
    "the model does not think on behind calls that another thought over";

const MADE: &str = "nohop_";

/// An id for the call `number` of what `told` names.
pub(super) fn make(told: impl Display, number: usize) -> String {
    let mut id = format!("{MADE}{told}_{number}");
    // Other dialects know only these characters in an id, and a conversation may go on there.
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        id = id.chars().map(plain).collect();
    }
    id
}

/// Whether an id is of our own making.
pub(super) fn is_made(id: &str) -> bool {
    id.starts_with(MADE)
}

/// Where the turn that begins at `place` ends, in dialects where the answers to calls that were made
/// together are told together: they belong in one turn, with what the person says to them.
///
/// Answers that the person gives are as the caller put them.
pub(super) fn turn_end(messages: &[Message], place: usize) -> usize {
    let is = |place: usize, role| messages.get(place).is_some_and(|m: &Message| m.role == role);
    let end = run_end(messages, place, |message| message.role == Role::Tool);
    match is(end - 1, Role::Tool) && is(end, Role::User) {
        true => end + 1,
        false => end,
    }
}

/// Where the turns end, from `place` on, that answer calls; just behind it, if it answers none.
pub(super) fn answered(messages: &[Message], place: usize) -> usize {
    run_end(messages, place, answers)
}

fn run_end(messages: &[Message], place: usize, answers: fn(&Message) -> bool) -> usize {
    let rest = messages.get(place..).unwrap_or_default();
    // The person may speak before a tool answers, but only where somebody spoke to them.
    let spoken = place.checked_sub(1).is_some_and(|before| messages[before].role != Role::User);
    if !spoken && !rest.first().is_some_and(answers) {
        return place + 1;
    }
    let run = rest.iter().take_while(|message| matches!(message.role, Role::Tool | Role::User));
    let last = run.enumerate().filter(|(_, message)| answers(message)).last();
    place + last.map_or(1, |(last, _)| last + 1)
}

fn answers(message: &Message) -> bool {
    let mut parts = message.parts.iter();
    message.role == Role::Tool || parts.any(|part| matches!(part.content, Content::ToolResult(_)))
}

/// Whether the last turns answer calls that were not made with thinking of `issuer`'s in front of them.
///
/// Claude refuses to think within a budget there, for it would have thought already.
pub(super) fn answers_unthought(messages: &[Message], issuer: &Issuer) -> bool {
    // What is left of a turn: the rest is left out, and so is a turn that says nothing.
    let told = |part: &&Part| match &part.content {
        Content::Reasoning(reasoning) => issuer.is(&reasoning.issuer),
        Content::Opaque(opaque) => issuer.is(&opaque.issuer),
        Content::Refusal(text) | Content::Text(text) => !text.trim().is_empty(),
        _ => true,
    };
    let spoke = |message: &Message| {
        message.role == Role::Assistant && message.parts.iter().any(|p| told(&p))
    };
    let Some(place) = messages.iter().rposition(spoke) else { return false };
    let parts = &messages[place].parts;
    let called = parts.iter().any(|part| matches!(part.content, Content::ToolCall(_)));
    if !called || !messages[place..].iter().any(answers) {
        return false;
    }
    let first = parts.iter().find(told);
    !first.is_some_and(|part| matches!(part.content, Content::Reasoning(_)))
}

/// The JSON object that a call's arguments are; `None` where it has none.
///
/// # Errors
///
/// `InvalidRequest` when they are something else.
pub(super) fn object<'a>(call: &'a ToolCall, losses: &mut Losses) -> Result<Option<Cow<'a, str>>> {
    if call.input == Input::Text {
        losses.translated("tool_call", "the dialect has no calls in free text");
        let text = serde_json::Value::from(&*call.arguments);
        return Ok(Some(Cow::Owned(format!("{{\"input\":{text}}}"))));
    }
    match call.arguments.trim() {
        "" | "null" => Ok(None),
        text if is_object(text) => Ok(Some(Cow::Borrowed(text))),
        _ => {
            let (id, name) = (&call.id, &call.name);
            let message = format!("the arguments of call {id:?} of {name:?} are no JSON object");
            Err(Error::new(ErrorKind::InvalidRequest, message))
        }
    }
}

/// Whether a text is a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}
