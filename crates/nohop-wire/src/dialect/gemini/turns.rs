//! The conversation, as this dialect writes it.

use nohop_types::{Content, Extras, Message, Part, Result, Role, ToolCall};

use super::calls::is_made;
use super::proof::Place;
use super::write::Body;
use super::{BEGINS, Unsigned, proof};
use crate::Ability;
use crate::dialect::calls::turn_end;
use crate::dialect::{invalid, silent};

/// Writes `systemInstruction` and `contents`.
pub(super) fn write(body: &mut Body<'_>) -> Result<()> {
    let messages = &body.call.request.messages;
    let late = |message: &Message| message.role != Role::System;
    let first = messages.iter().position(late).unwrap_or(messages.len());
    system(body, &messages[..first])?;
    if first == messages.len() && body.form("contents").is_none() {
        return Err(silent(first));
    }
    let current = current(messages);
    body.out.key("contents").array();
    let mut place = first;
    while place < messages.len() {
        let end = turn_end(messages, place);
        let turn = Turn { place, end, last: end == messages.len(), current: place >= current };
        write_turn(body, messages, turn)
            .map_err(|error| error.at(format_args!("messages[{place}]")))?;
        place = end;
    }
    body.out.end_array();
    Ok(())
}

/// Some messages that are one turn in this dialect.
#[derive(Clone, Copy)]
struct Turn {
    place: usize,
    end: usize,
    last: bool,
    /// Whether it follows what the person said last, so that its calls have to be signed.
    current: bool,
}

/// Where what the person said last stands: what follows it is one step of the model after another.
fn current(messages: &[Message]) -> usize {
    let says = |part: &Part| !matches!(part.content, Content::ToolResult(_));
    let spoke = |message: &Message| message.role == Role::User && message.parts.iter().any(says);
    messages.iter().rposition(spoke).unwrap_or(0)
}

fn system(body: &mut Body<'_>, messages: &[Message]) -> Result<()> {
    let Some(first) = messages.first() else { return Ok(()) };
    let mut parts: Vec<&Part> = messages.iter().flat_map(|message| &message.parts).collect();
    parts.retain(|part| body.keeps(part, Role::System));
    if messages.iter().any(|message| message.name.is_some()) {
        body.losses.dropped("name", "the dialect has no names of speakers");
    }
    let extra = &first.extra;
    let said = body.form_in(extra, "parts").is_some() || body.form_in(extra, "role").is_some();
    if parts.is_empty() && !said {
        return Ok(());
    }
    let reach = &body.call.request.extra;
    body.key(reach, "", "systemInstruction", "system_instruction").object();
    list(body, &parts, extra, None)?;
    if let Some(form) = body.form_in(extra, "role") {
        body.out.key("role").raw(form);
    }
    others(body, messages);
    body.out.end_object();
    Ok(())
}

/// Writes the extra fields of some messages; in which form others said what is said is nothing here.
fn others(body: &mut Body<'_>, messages: &[Message]) {
    body.out.take("role");
    for message in messages {
        if body.form_in(&message.extra, "content").is_none() {
            body.out.take("content");
        }
        body.out.extras(&message.extra, "", &[], body.reach, &mut body.losses);
    }
}

/// Writes `parts`, a list, or one alone where the caller wrote it so; an empty list only where the caller
/// wrote one.
fn list(
    body: &mut Body<'_>,
    parts: &[&Part],
    extra: &Extras,
    excuse: Option<&'static str>,
) -> Result<()> {
    if parts.is_empty() && body.form_in(extra, "parts").is_some() {
        return Ok(());
    }
    let single = parts.len() == 1 && body.form_in(extra, "parts") == Some("{}");
    body.out.key("parts");
    if !single {
        body.out.array();
    }
    body.parts(parts, excuse)?;
    if !single {
        body.out.end_array();
    }
    Ok(())
}

fn write_turn(body: &mut Body<'_>, all: &[Message], turn: Turn) -> Result<()> {
    let messages = &all[turn.place..turn.end];
    let [message, ..] = messages else { return Ok(()) };
    let role = match message.role {
        Role::Assistant => {
            let prefill = body.call.abilities.prefill;
            if turn.last && !prefill.allows("prefill", &mut body.losses)? {
                return Ok(());
            }
            "model"
        }
        Role::System => {
            late_system(body)?;
            "user"
        }
        _ => "user",
    };
    let mut parts: Vec<&Part> = messages.iter().flat_map(|message| &message.parts).collect();
    if messages.len() > 1 {
        parts.sort_by_key(|part| !matches!(part.content, Content::ToolResult(_)));
    }
    in_order(&mut parts, &all[..turn.place]);
    let empty = parts.is_empty();
    parts.retain(|part| body.keeps(part, message.role));
    let extra = &message.extra;
    let said = body.form_in(extra, "parts").is_some();
    if parts.is_empty() && (!empty || !said) {
        // A model that said nothing is no mistake of the caller's.
        if empty && extra.is_empty() && message.role != Role::Assistant {
            return Err(invalid("a turn without parts says nothing"));
        }
        body.losses.dropped("messages", "a turn that says nothing is refused");
        return Ok(());
    }
    let mut excuse = (role == "model" && turn.current && excused(body)).then_some(proof::EXCUSE);
    let reach = body.reach;
    let begins = |part: &&Part| reach.form(&part.extra, BEGINS).is_some();
    let again = parts.iter().skip(1).position(begins).map_or(parts.len(), |place| place + 1);
    let later = parts.split_off(again);
    body.out.object();
    match body.form_in(extra, "role") {
        Some("null") => body.out.take("role"),
        Some(form) => body.out.key("role").raw(form).done(),
        None => body.out.field("role", role).done(),
    }
    list(body, &parts, extra, excuse)?;
    for message in messages {
        if message.name.is_some() && message.role != Role::Tool {
            body.losses.dropped("name", "the dialect has no names of speakers");
        }
    }
    others(body, messages);
    body.out.end_object();
    let mut pieces = &later[..];
    while !pieces.is_empty() {
        // All of them are one step of the model's.
        excuse = excuse.filter(|_| !parts.iter().any(|part| Place::Call.fits(part)));
        let again = pieces.iter().skip(1).position(begins).map_or(pieces.len(), |place| place + 1);
        (parts, pieces) = (pieces[..again].to_vec(), &pieces[again..]);
        body.out.object().field("role", role);
        list(body, &parts, &Extras::new(), excuse)?;
        body.out.end_object();
    }
    Ok(())
}

/// Whether a call that nobody signed needs the word that excuses it.
fn excused(body: &Body<'_>) -> bool {
    match body.dialect.unsigned {
        Unsigned::ByModel => body.generation >= 30,
        unsigned => unsigned == Unsigned::Excused,
    }
}

/// Tells a turn of the application amid the conversation as the person's: the dialect has no other
/// place for it, and an instruction in the wrong voice is better than none.
fn late_system(body: &mut Body<'_>) -> Result<()> {
    let able = body.call.abilities.late_system;
    if able == Ability::Refuse {
        able.allows("late_system", &mut body.losses)?;
    }
    body.losses.translated("late_system", "a late turn of the application is told as the user's");
    Ok(())
}

/// Puts the results of calls that have no id of the provider's own in the order of the calls of the
/// same name, by which they are known.
fn in_order(parts: &mut [&Part], before: &[Message]) {
    let made = |part: &&Part| match &part.content {
        Content::ToolResult(result) => is_made(&result.id),
        _ => false,
    };
    if parts.iter().filter(|part| made(part)).count() < 2 {
        return;
    }
    let calls: Vec<&ToolCall> = calls(before).collect();
    let call = |part: &Part| match &part.content {
        Content::ToolResult(result) => calls.iter().rposition(|call| call.id == result.id),
        _ => None,
    };
    let known = parts.iter().enumerate().filter(|(_, part)| made(part));
    let known = known.filter_map(|(place, part)| Some((place, call(part)?)));
    let known: Vec<(usize, usize)> = known.collect();
    let mut sorted = parts.to_vec();
    for (place, number) in &known {
        let name = &calls[*number].name;
        let same = |(_, other): &&(usize, usize)| calls[*other].name == *name;
        let mut numbers: Vec<_> = known.iter().filter(same).collect();
        let rank = numbers.iter().position(|(other, _)| other == place).unwrap_or(0);
        numbers.sort_by_key(|(_, number)| *number);
        sorted[*place] = parts[numbers[rank].0];
    }
    parts.copy_from_slice(&sorted);
}

/// Every call of a conversation.
pub(super) fn calls(messages: &[Message]) -> impl Iterator<Item = &ToolCall> {
    messages.iter().flat_map(|message| &message.parts).filter_map(|part| match &part.content {
        Content::ToolCall(call) => Some(call),
        _ => None,
    })
}
