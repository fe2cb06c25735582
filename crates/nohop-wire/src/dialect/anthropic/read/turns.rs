use nohop_types::{Message, Part, Result, Role};
use serde_json::value::RawValue;

use super::rows::MessageRow;
use super::{OWN, parts};
use crate::dialect::invalid;
use crate::dialect::own::read;
use crate::json;

/// Reads one turn.
pub(super) fn message(raw: &RawValue) -> Result<Message> {
    let row: MessageRow<'_> = read(raw.get(), "a message")?;
    let role = match row.role.as_deref() {
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        Some("user") => Role::User,
        Some(other) => {
            let message = format!("role: no {other:?} is known; say user, assistant or system");
            return Err(invalid(message));
        }
        None => return Err(invalid("role: a message needs one")),
    };
    let mut message = Message::new(role, []);
    message.extra = OWN.rest(row.rest);
    if role == Role::System {
        // It stood in the conversation and not before it.
        OWN.mark(&mut message.extra, "role");
    }
    let raw = row.content.ok_or_else(|| invalid("content: a message needs one"))?;
    content(&mut message, raw, "content")?;
    Ok(message)
}

/// Takes the content of a turn, and notes the form it has.
pub(super) fn content(message: &mut Message, raw: &RawValue, place: &str) -> Result<()> {
    let (parts, form) = parts_of(raw, place)?;
    message.parts = parts;
    match form {
        Form::Empty => OWN.keep(&mut message.extra, "content", raw),
        Form::List => message.extra.push(OWN.scope(), "content", serde_json::json!([]).into()),
        Form::Usual => (),
    }
    Ok(())
}

/// The form of a content, where its parts do not tell.
pub(super) enum Form {
    /// An empty string.
    Empty,
    /// A list, although it has no two parts.
    List,
    /// A string, or a list of several parts.
    Usual,
}

/// Reads a content: a string or a list.
pub(super) fn parts_of(raw: &RawValue, place: &str) -> Result<(Vec<Part>, Form)> {
    if raw.get().starts_with('"') {
        let text = json::text_of(raw).unwrap_or_default();
        return Ok(match text.is_empty() {
            true => (Vec::new(), Form::Empty),
            false => (vec![Part::text(text)], Form::Usual),
        });
    }
    let items: Vec<&RawValue> = read(raw.get(), place)?;
    let form = if items.len() < 2 { Form::List } else { Form::Usual };
    let parts = items.into_iter().enumerate().map(|(number, item)| {
        parts::part(item).map_err(|error| error.at(format_args!("{place}[{number}]")))
    });
    Ok((parts.collect::<Result<_>>()?, form))
}
