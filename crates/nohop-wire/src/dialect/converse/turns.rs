//! The conversation, as this dialect writes it.

use nohop_types::{Content, Message, Part, Result, Role};

use super::write::Body;
use crate::Ability;
use crate::dialect::LateSystem;
use crate::dialect::{invalid, silent};

/// Why a turn is left out.
const SILENT: &str = "a turn that says nothing is refused";

/// Writes `system` and `messages`.
pub(super) fn write(body: &mut Body<'_>) -> Result<()> {
    let messages = &body.call.request.messages;
    let late = |message: &Message| message.role != Role::System;
    let first = messages.iter().position(late).unwrap_or(messages.len());
    system(body, &messages[..first]);
    if first == messages.len() {
        return Err(silent(first));
    }
    body.out.key("messages").array();
    let mut place = first;
    while place < messages.len() {
        let end = turn_end(body, messages, place);
        turn(body, &messages[place..end], end == messages.len())
            .map_err(|error| error.at(format_args!("messages[{place}]")))?;
        place = end;
    }
    body.out.end_array();
    Ok(())
}

/// Where the turn that begins at `place` ends: two turns of one speaker in a row are refused, so they
/// are told as one, unless the caller wrote them so in this dialect.
fn turn_end(body: &mut Body<'_>, messages: &[Message], place: usize) -> usize {
    let role = role(body, &messages[place]);
    let mut end = place + 1;
    while let Some(message) = messages.get(end) {
        let apart = body.reach.form(&message.extra, "role").is_some();
        // A turn that says nothing is left out, and those around it are neighbours.
        let silent = role != "assistant" && is_silent(body, message);
        if apart || !(silent || self::role(body, message) == role) {
            break;
        }
        if silent {
            body.losses.dropped("messages", SILENT);
        }
        end += 1;
    }
    end
}

/// Whether nothing of a turn of the model's can be said.
fn is_silent(body: &mut Body<'_>, message: &Message) -> bool {
    let role = message.role;
    role == Role::Assistant && !message.parts.iter().any(|part| body.keeps(part, role))
}

fn role(body: &Body<'_>, message: &Message) -> &'static str {
    match message.role {
        Role::Assistant => "assistant",
        Role::System if stays(body) => "system",
        _ => "user",
    }
}

/// Whether a turn of the application amid the conversation stays one.
fn stays(body: &Body<'_>) -> bool {
    let able = body.call.abilities.late_system == Ability::Able;
    body.dialect.late_system == LateSystem::Inside && able
}

fn system(body: &mut Body<'_>, messages: &[Message]) {
    let mut parts: Vec<&Part> = messages.iter().flat_map(|message| &message.parts).collect();
    parts.retain(|part| body.keeps(part, Role::System));
    for message in messages {
        if message.name.is_some() {
            body.losses.dropped("name", "the dialect has no names of speakers");
        }
        for extra in &message.extra {
            if !extra.value.is_empty() {
                body.losses.dropped(extra.key.clone(), "the system prompt has no place for it");
            }
        }
    }
    if parts.is_empty() {
        return;
    }
    body.out.key("system").array();
    for part in parts {
        match &part.content {
            Content::Text(text) | Content::Refusal(text) => {
                body.out.object().text("text", text);
                body.out.extras(&part.extra, "", &[], body.reach, &mut body.losses).end_object();
            }
            Content::Opaque(opaque) => body.out.raw(opaque.json.as_str()).done(),
            _ => (),
        }
        body.mark(part.cache);
    }
    body.out.end_array();
}

fn turn(body: &mut Body<'_>, messages: &[Message], last: bool) -> Result<()> {
    let [message, ..] = messages else { return Ok(()) };
    let role = role(body, message);
    if role == "assistant"
        && last
        && !body.call.abilities.prefill.allows("prefill", &mut body.losses)?
    {
        return Ok(());
    }
    if messages.iter().any(|message| message.role == Role::System) && !stays(body) {
        late_system(body)?;
    }
    let empty = messages.iter().all(|message| message.parts.is_empty());
    let mut parts: Vec<&Part> = Vec::new();
    for message in messages {
        parts.extend(message.parts.iter().filter(|part| body.keeps(part, message.role)));
    }
    // Answers stand in front, wherever the caller put them.
    if role != "assistant" {
        parts.sort_by_key(|part| !matches!(part.content, Content::ToolResult(_)));
    }
    if parts.is_empty() {
        // A model that said nothing is no mistake of the caller's.
        if empty && message.extra.is_empty() && message.role != Role::Assistant {
            return Err(invalid("a turn without parts says nothing"));
        }
        body.losses.dropped("messages", SILENT);
        return Ok(());
    }
    body.out.object().text("role", role).key("content").array();
    let mut bare = bare(&parts);
    for part in parts {
        if matches!(part.content, Content::Document(_))
            && let Some(name) = bare.take()
        {
            let why = "the dialect wants a text beside a document: its name";
            body.losses.translated("document", why);
            body.out.object().text("text", name).end_object();
        }
        body.block(part)?;
    }
    // The whole prompt ends with the last turn.
    if last && role == "user" {
        body.mark(body.call.request.cache);
    } else if last && body.call.request.cache.is_some() {
        body.losses.dropped("cache", "a turn that the model goes on from can not be marked");
    }
    body.out.end_array();
    for message in messages {
        if message.name.is_some() && message.role != Role::Tool {
            body.losses.dropped("name", "the dialect has no names of speakers");
        }
        body.out.extras(&message.extra, "", &[], body.reach, &mut body.losses);
    }
    body.out.end_object();
    Ok(())
}

/// What the first of the documents in a turn is called, if the turn has no text beside them: it is refused
/// without one.
fn bare<'p>(parts: &[&'p Part]) -> Option<&'p str> {
    let said = |part: &&Part| matches!(part.content, Content::Text(_) | Content::Refusal(_));
    let document = parts.iter().find_map(|part| match &part.content {
        Content::Document(document) => Some(document),
        _ => None,
    })?;
    let name = document.name.as_deref().filter(|name| !name.trim().is_empty());
    (!parts.iter().any(said)).then(|| name.unwrap_or("document"))
}

/// Tells a turn of the application amid the conversation as the person's: an instruction in the wrong
/// voice is better than none.
fn late_system(body: &mut Body<'_>) -> Result<()> {
    let able = body.call.abilities.late_system;
    if able == Ability::Refuse {
        able.allows("late_system", &mut body.losses)?;
    }
    body.losses.translated("late_system", "a late turn of the application is told as the user's");
    Ok(())
}
