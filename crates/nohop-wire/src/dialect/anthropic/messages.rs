//! The conversation, as this dialect writes it.

use nohop_types::{Content, Message, Part, Result, Role};

use super::LateSystem;
use super::write::Body;
use crate::Ability;
use crate::dialect::calls::turn_end;
use crate::dialect::{invalid, silent};

/// Writes `system` and `messages`.
pub(super) fn write(body: &mut Body<'_>) -> Result<()> {
    let messages = &body.call.request.messages;
    let late =
        |message: &Message| message.role != Role::System || form(body, message, "role").is_some();
    let first = messages.iter().position(late).unwrap_or(messages.len());
    system(body, &messages[..first])?;
    if first == messages.len() {
        if body.form("messages").is_some() {
            return Ok(());
        }
        return Err(silent(first));
    }
    body.out.key("messages").array();
    let mut place = first;
    while place < messages.len() {
        let end = turn_end(messages, place);
        let last = end == messages.len();
        turn(body, &messages[place..end], last)
            .map_err(|error| error.at(format_args!("messages[{place}]")))?;
        place = end;
    }
    body.out.end_array();
    Ok(())
}

/// The form in which the caller wrote a field of `message`.
fn form<'a>(body: &Body<'_>, message: &'a Message, key: &str) -> Option<&'a str> {
    body.reach.form(&message.extra, key)
}

fn system(body: &mut Body<'_>, messages: &[Message]) -> Result<()> {
    let only = if let [only] = messages { form(body, only, "content") } else { None };
    let only = only.map(str::to_owned);
    let mut parts: Vec<&Part> = messages.iter().flat_map(|message| &message.parts).collect();
    let empty = parts.is_empty();
    parts.retain(|part| body.keeps(part, Role::System));
    for message in messages {
        if message.name.is_some() {
            body.losses.dropped("name", "the dialect has no names of speakers");
        }
        for extra in &message.extra {
            if !["content", "role"].contains(&&*extra.key) && !extra.value.is_empty() {
                body.losses.dropped(extra.key.clone(), "the system prompt has no place for it");
            }
        }
    }
    match only {
        _ if !parts.is_empty() => body.content("system", &parts, only.as_deref()),
        Some(form) if empty => {
            body.out.key("system").raw(&form);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn turn(body: &mut Body<'_>, messages: &[Message], last: bool) -> Result<()> {
    let [message, ..] = messages else { return Ok(()) };
    let role = match message.role {
        Role::Assistant => {
            if last && !body.call.abilities.prefill.allows("prefill", &mut body.losses)? {
                return Ok(());
            }
            "assistant"
        }
        Role::System => late_system(body)?,
        _ => "user",
    };
    let mut parts: Vec<&Part> = messages.iter().flat_map(|message| &message.parts).collect();
    // Answers stand in front, wherever the caller put them.
    if message.role != Role::Assistant {
        parts.sort_by_key(|part| !matches!(part.content, Content::ToolResult(_)));
    }
    let empty = parts.is_empty();
    parts.retain(|part| body.keeps(part, message.role));
    let form = if let [only] = messages { form(body, only, "content") } else { None };
    let form = form.map(str::to_owned);
    if parts.is_empty() && (!empty || form.is_none()) {
        // A model that said nothing is no mistake of the caller's.
        if empty && message.extra.is_empty() && message.role != Role::Assistant {
            return Err(invalid("a turn without parts says nothing"));
        }
        body.losses.dropped("messages", "a turn that says nothing is refused");
        return Ok(());
    }
    body.out.object().text("role", role);
    match form {
        Some(form) if parts.is_empty() => body.out.key("content").raw(&form).done(),
        form => body.content("content", &parts, form.as_deref())?,
    }
    for message in messages {
        if message.name.is_some() {
            body.losses.dropped("name", "the dialect has no names of speakers");
        }
        body.out.extras(&message.extra, "", &[], body.reach, &mut body.losses);
    }
    body.out.end_object();
    Ok(())
}

/// The role of a turn of the application amid the conversation.
fn late_system(body: &mut Body<'_>) -> Result<&'static str> {
    let able = body.call.abilities.late_system;
    if body.dialect.late_system == LateSystem::Inside && able == Ability::Able {
        return Ok("system");
    }
    if able == Ability::Refuse {
        able.allows("late_system", &mut body.losses)?;
    }
    // An instruction in the wrong voice is better than none.
    body.losses.translated("late_system", "a late turn of the application is told as the user's");
    Ok("user")
}
