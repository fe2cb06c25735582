use nohop_types::{Content, Error, ErrorKind, Message, Part, Reasoning, Result, Role, ToolResult};
use serde_json::value::RawValue;

use super::rows::{CallRow, DetailRow, MessageRow};
use super::{OWN, parts};
use crate::dialect::own::read;
use crate::json::{self, Str};

/// Reads one turn.
pub(super) fn message(raw: &RawValue) -> Result<Message> {
    let row: MessageRow<'_> = read(raw.get(), "a message")?;
    let role = match row.role.as_deref() {
        Some("assistant") => Role::Assistant,
        Some("system" | "developer") => Role::System,
        Some("tool" | "function") => Role::Tool,
        Some("user") => Role::User,
        Some(other) => {
            let message =
                format!("role: no {other:?} is known; say system, user, assistant or tool");
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        None => return Err(Error::new(ErrorKind::InvalidRequest, "role: a message needs one")),
    };
    let mut message = Message::new(role, []);
    message.name = row.name.map(|name| name.0.into_owned());
    message.extra = OWN.rest(row.rest);
    if let Some(word @ ("developer" | "function")) = row.role.as_deref() {
        message.extra.push(OWN.scope(), "role", serde_json::Value::from(word).into());
    }
    let thought = [
        ("reasoning_content", row.reasoning_content),
        ("reasoning", row.reasoning),
        ("reasoning_text", row.reasoning_text),
    ];
    match role {
        Role::Assistant => reasoning(&mut message, thought, row.details)?,
        _ => foreign(&mut message, thought.into_iter().chain([("reasoning_details", row.details)])),
    }

    let mut parts = Vec::new();
    match row.content {
        None => (),
        Some(raw) if matches!(raw.get(), "null" | "\"\"") => {
            OWN.keep(&mut message.extra, "content", raw)
        }
        Some(raw) if raw.get().starts_with('"') => {
            parts.push(Part::text(json::text_of(raw).unwrap_or_default()));
        }
        Some(raw) => {
            let items: Vec<&RawValue> = read(raw.get(), "content")?;
            // A list of one would be written as a string.
            if items.len() < 2 {
                message.extra.push(OWN.scope(), "content", serde_json::json!([]).into());
            }
            for (place, item) in items.into_iter().enumerate() {
                let part =
                    parts::part(item).map_err(|error| error.at(format!("content[{place}]")))?;
                parts.push(part);
            }
        }
    }
    if let Some(raw) = row.cache_control {
        match (parts::mark_of(raw), parts.last_mut()) {
            (Some(mark), Some(last)) => {
                last.cache = Some(mark);
                OWN.mark(&mut message.extra, "cache_control");
            }
            _ => OWN.keep(&mut message.extra, "cache_control", raw),
        }
    }
    if role == Role::Tool {
        let id =
            row.tool_call_id.map(|raw| read::<Str<'_>>(raw.get(), "tool_call_id")).transpose()?;
        let id = id.map(|id| id.0.into_owned()).unwrap_or_default();
        parts = vec![Content::ToolResult(ToolResult::new(id, parts)).into()];
    } else {
        foreign(&mut message, [("tool_call_id", row.tool_call_id)]);
    }
    message.parts.append(&mut parts);
    if role != Role::Assistant {
        foreign(&mut message, [("refusal", row.refusal), ("tool_calls", row.tool_calls)]);
        return Ok(message);
    }
    if let Some(raw) = row.refusal {
        let text = read::<Str<'_>>(raw.get(), "refusal")?;
        message.parts.push(Content::Refusal(text.0.into_owned()).into());
    }
    if let Some(raw) = row.tool_calls {
        let calls: Vec<CallRow<'_>> = read(raw.get(), "tool_calls")?;
        OWN.mark_empty(&mut message.extra, "tool_calls", calls.is_empty());
        let calls = calls.into_iter().enumerate();
        message.parts.extend(calls.map(|(place, row)| parts::call(row, place)));
    }
    Ok(message)
}

/// Keeps as they stand the fields that mean something only in the turn of another role.
fn foreign<'a>(
    message: &mut Message,
    fields: impl IntoIterator<Item = (&'static str, Option<&'a RawValue>)>,
) {
    for (name, raw) in fields {
        if let Some(raw) = raw {
            OWN.keep(&mut message.extra, name, raw);
        }
    }
}

/// Reads thinking of an earlier turn, under whichever of its names.
fn reasoning(
    message: &mut Message,
    thought: [(&'static str, Option<&RawValue>); 3],
    details: Option<&RawValue>,
) -> Result<()> {
    let details: Vec<DetailRow<'_>> = match details {
        Some(raw) => read(raw.get(), "reasoning_details")?,
        None => Vec::new(),
    };
    let mut known = details.iter().any(|detail| detail.text.is_some() || detail.summary.is_some());
    let details: Vec<Part> = details.into_iter().map(parts::detail).collect();
    let foreign = |part: &Part| match &part.content {
        Content::Reasoning(reasoning) => reasoning.issuer != OWN.issuer(),
        _ => false,
    };
    // Thinking of another dialect was told twice, for clients that read no details.
    let double = !details.is_empty() && details.iter().all(foreign);
    for (name, raw) in thought {
        let Some(raw) = raw else { continue };
        let said = json::text_of(raw).filter(|text| raw.get().starts_with('"') && !text.is_empty());
        match said {
            // The same thinking under a second name is kept as it stands.
            Some(text) if !known => {
                known = true;
                let reasoning = Reasoning::text(OWN.issuer(), text);
                let mut part = Part::new(Content::Reasoning(reasoning));
                OWN.mark(&mut part.extra, name);
                message.parts.push(part);
            }
            Some(_) if double => (),
            _ => OWN.keep(&mut message.extra, name, raw),
        }
    }
    message.parts.extend(details);
    Ok(())
}
