use nohop_types::{Message, Result, Role};
use serde_json::value::RawValue;

use super::rows::ContentRow;
use super::{OWN, items, parts};
use crate::dialect::gemini::calls;
use crate::dialect::gemini::write::invalid;
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
        None if !system => OWN.mark(&mut message.extra, "role"),
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
