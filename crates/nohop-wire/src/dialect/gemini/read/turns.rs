use nohop_types::{Content, Message, Part, Reasoning, Result, Role};
use serde_json::value::RawValue;

use super::rows::ContentRow;
use super::{OWN, items, parts};
use crate::dialect::gemini::{BEGINS, calls};
use crate::dialect::invalid;
use crate::dialect::own::read;
use crate::json;

/// The calls of a conversation that have not been answered yet, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// The id and the name of each.
    open: Vec<(String, String)>,
    /// The number of the turn, and how many ids were made in it.
    turn: usize,
    made: usize,
}

impl Calls {
    /// The id of a call; one without gets one.
    pub(super) fn called(&mut self, id: Option<String>, name: &str) -> String {
        let id = id.unwrap_or_else(|| self.make());
        self.open.push((id.clone(), name.to_owned()));
        id
    }

    /// The id of the call that a result answers: its own, or that of the first call of the name; and
    /// the name of the call, if there was one.
    pub(super) fn answered(&mut self, id: Option<String>, name: &str) -> (String, Option<String>) {
        let place = self.open.iter().position(|(open, called)| match &id {
            Some(id) => open == id,
            None => called == name && calls::is_made(open),
        });
        match place.map(|place| self.open.remove(place)) {
            Some((known, called)) => (known, Some(called)),
            None => (id.unwrap_or_else(|| self.make()), None),
        }
    }

    fn make(&mut self) -> String {
        self.made += 1;
        calls::make(format_args!("t{}", self.turn), self.made - 1)
    }
}

/// Reads one turn.
pub(super) fn message(raw: &RawValue, calls: &mut Calls) -> Result<Message> {
    let mut message = Message::new(Role::User, []);
    content(&mut message, raw, "a turn", calls)?;
    (calls.turn, calls.made) = (calls.turn + 1, 0);
    Ok(message)
}

/// Adds a turn; the model's that follows one of its own goes on with it.
///
/// Clients keep each piece of a streamed answer as a turn of its own. In other dialects they are one:
/// there, what tools answer has to follow the turn that called them.
pub(super) fn go_on(messages: &mut Vec<Message>, mut message: Message) {
    let plain = message.role == Role::Assistant && message.extra.is_empty();
    match (messages.last_mut(), message.parts.first_mut()) {
        (Some(last), Some(first))
            if plain && last.role == Role::Assistant && !last.parts.is_empty() =>
        {
            OWN.mark(&mut first.extra, BEGINS);
            last.parts.append(&mut message.parts);
        }
        _ => messages.push(message),
    }
}

/// Joins thinking of other issuers that was told in pieces, of which only the last, an empty one, says
/// whose it is.
pub(super) fn rejoin(message: &mut Message) {
    let mut place = 0;
    while place < message.parts.len() {
        let ends = thinking(&message.parts[place])
            .is_some_and(|last| last.text.is_empty() && last.issuer != OWN.issuer());
        if ends {
            let before: Vec<Part> = message.parts.drain(..place).collect();
            let piece = |part: &Part| {
                thinking(part)
                    .is_some_and(|piece| piece.issuer == OWN.issuer() && piece.signature.is_none())
            };
            let first = before.iter().position(piece).unwrap_or(before.len());
            let (pieces, mut kept): (Vec<Part>, Vec<Part>) = before.into_iter().partition(piece);
            let text: String = pieces.iter().filter_map(thinking).map(|p| &*p.text).collect();
            let mut whole = message.parts.remove(0);
            if let Content::Reasoning(reasoning) = &mut whole.content {
                reasoning.text = text;
            }
            kept.insert(first, whole);
            place = kept.len() - 1;
            message.parts.splice(..0, kept);
        }
        place += 1;
    }
}

/// The thinking that `part` is; a signature of another part is none.
fn thinking(part: &Part) -> Option<&Reasoning> {
    match &part.content {
        Content::Reasoning(reasoning) if reasoning.sealed.is_none() => Some(reasoning),
        _ => None,
    }
}

/// Takes what a turn says, and notes the form it has.
pub(super) fn content(
    message: &mut Message,
    raw: &RawValue,
    place: &str,
    calls: &mut Calls,
) -> Result<()> {
    let row: ContentRow<'_> = read(raw.get(), place)?;
    let system = message.role == Role::System;
    message.extra = OWN.rest(row.rest);
    match row.role {
        Some(raw) if system => OWN.keep(&mut message.extra, "role", raw),
        Some(raw) => match json::lax::<String>(raw).as_deref() {
            Some("user") => (),
            Some("model") => message.role = Role::Assistant,
            // This is how the results of tools were told once.
            Some("function" | "tool") => OWN.keep(&mut message.extra, "role", raw),
            other => {
                let other = other.unwrap_or_default();
                let message = format!("role: no {other:?} is known; say user or model");
                return Err(invalid(message));
            }
        },
        // One that is null is among the rest already.
        None if !system && message.extra.get(super::Gemini::NAME, "", "role").is_none() => {
            OWN.mark(&mut message.extra, "role");
        }
        None => (),
    }
    let Some(raw) = row.parts else {
        if message.extra.get(super::Gemini::NAME, "", "parts").is_none() {
            // The difference between no parts and an empty list is nobody's.
            message.extra.push(OWN.scope(), "parts", serde_json::json!([]).into());
        }
        return Ok(());
    };
    let (list, single) = items(raw, "parts")?;
    for (place, raw) in list.iter().enumerate() {
        parts::part(raw, calls, &mut message.parts)
            .map_err(|error| error.at(format!("parts[{place}]")))?;
    }
    OWN.mark_empty(&mut message.extra, "parts", list.is_empty());
    if single {
        message.extra.push(OWN.scope(), "parts", serde_json::json!({}).into());
    }
    Ok(())
}
