use std::borrow::Cow;

use nohop_types::{
    Content, Extras, Input, Json, Message, Opaque, Part, Reasoning, Result, Role, Summary,
    ToolCall, ToolResult,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::rows::{CallRow, KindRow, MessageRow, ResultRow, TextPartRow, ThoughtRow};
use super::{OWN, parts};
use crate::dialect::Marks;
use crate::dialect::carried::unload;
use crate::dialect::invalid;
use crate::dialect::openai_responses::{BEGINS, OpenAiResponses, goes_on, pictures};
use crate::dialect::own::read;
use crate::json;

/// Reads one item of the conversation: a turn, or what goes on the model's last turn.
pub(super) fn item(messages: &mut Vec<Message>, marks: Marks, raw: &RawValue) -> Result<()> {
    let kind: KindRow<'_> = read(raw.get(), "an item")?;
    match (kind.r#type.as_deref(), kind.role.as_deref()) {
        (None | Some("message"), Some("assistant")) => answer(messages, marks, raw),
        (None | Some("message"), Some("developer" | "system" | "user")) => {
            messages.push(message(marks, raw)?);
            Ok(())
        }
        (None | Some("message"), Some(other)) => {
            let known = "say user, assistant, system or developer";
            Err(invalid(format!("role: no {other:?} is known; {known}")))
        }
        (None, None) => Err(invalid("type: an item needs one, or a role")),
        (Some("function_call" | "custom_tool_call"), _) => {
            let part = call(raw)?.unwrap_or_else(|| opaque(raw));
            go_on(messages, [part]);
            Ok(())
        }
        (Some("function_call_output" | "custom_tool_call_output"), _) => {
            let result = result(messages, marks, raw)?;
            messages.push(Message::new(Role::Tool, [result]));
            Ok(())
        }
        (Some("reasoning"), _) => {
            let thought = thought(raw).unwrap_or_else(|| vec![opaque(raw)]);
            go_on(messages, thought);
            Ok(())
        }
        _ => {
            let part = pictures::read(raw, false).unwrap_or_else(|| opaque(raw));
            go_on(messages, [part]);
            Ok(())
        }
    }
}

/// What only those who speak the dialect understand.
fn opaque(raw: &RawValue) -> Part {
    Content::Opaque(Opaque::new(OWN.issuer(), raw.into())).into()
}

/// Adds the parts of an item to the model's last turn, which is begun if need be.
fn go_on(messages: &mut Vec<Message>, parts: impl IntoIterator<Item = Part>) {
    if messages.last().is_none_or(|last| last.role != Role::Assistant) {
        messages.push(Message::new(Role::Assistant, []));
    }
    let Some(last) = messages.last_mut() else { return };
    let mut first = true;
    for mut part in parts {
        // It begins an item, although the part before could go on.
        let merges = last.parts.last().is_some_and(|before| goes_on(before, &part));
        if std::mem::take(&mut first) && merges {
            OWN.mark(&mut part.extra, BEGINS);
        }
        last.parts.push(part);
    }
}

/// Reads a turn of the application or of the person.
fn message(marks: Marks, raw: &RawValue) -> Result<Message> {
    let row: MessageRow<'_> = read(raw.get(), "a message")?;
    let role = if row.role.as_deref() == Some("user") { Role::User } else { Role::System };
    let mut message = Message::new(role, []);
    message.extra = OWN.rest(row.rest);
    match row.role.as_deref() {
        Some("developer") => {
            message.extra.push(OWN.scope(), "role", Value::from("developer").into());
        }
        // It stood among the turns and not before them.
        Some("system") => OWN.mark(&mut message.extra, "role"),
        _ => (),
    }
    if row.r#type.is_some() {
        OWN.mark(&mut message.extra, "type");
    }
    let content = row.content.ok_or_else(|| invalid("content: a message needs one"))?;
    let (parts, form) = parts::content(content, marks, "content")?;
    message.parts = parts;
    if let Some(form) = form {
        message.extra.push(OWN.scope(), "content", form);
    }
    Ok(message)
}

/// Reads a turn of the model's own.
fn answer(messages: &mut Vec<Message>, marks: Marks, raw: &RawValue) -> Result<()> {
    let row: MessageRow<'_> = read(raw.get(), "a message")?;
    let content = row.content.ok_or_else(|| invalid("content: a message needs one"))?;
    let (mut said, form) = match content.get() {
        "\"\"" => (vec![Part::text("")], None),
        _ => parts::content(content, marks, parts::ANSWER)?,
    };
    let Some(first) = said.first_mut() else {
        go_on(messages, [opaque(raw)]);
        return Ok(());
    };
    first.extra.extend(OWN.inner("message.", row.rest));
    if row.r#type.is_some() {
        OWN.mark(&mut first.extra, "message.type");
    }
    if let Some(form) = form {
        first.extra.push(OWN.scope(), "message.content", form);
    }
    for part in &mut said {
        if matches!(part.content, Content::Opaque(_)) {
            // It is no item of its own.
            OWN.mark(&mut part.extra, "content");
        }
    }
    go_on(messages, said);
    Ok(())
}

/// Reads a call; `None` for one that the vocabulary has no words for.
fn call(raw: &RawValue) -> Result<Option<Part>> {
    let row: CallRow<'_> = read(raw.get(), "a call")?;
    let custom = row.r#type.as_deref() == Some("custom_tool_call");
    let (Some(id), Some(name)) = (row.call_id, row.name) else { return Ok(None) };
    let (text, other) = match custom {
        true => (row.input, row.arguments),
        false => (row.arguments, row.input),
    };
    let (Some(text), None) = (text, other) else { return Ok(None) };
    let mut call = ToolCall::new(id.0, name.0, text.0);
    if custom {
        call.input = Input::Text;
    }
    let mut part = Part::new(Content::ToolCall(call));
    part.extra = OWN.rest(row.rest);
    Ok(Some(part))
}

/// Reads what a tool answered.
fn result(messages: &[Message], marks: Marks, raw: &RawValue) -> Result<Part> {
    let row: ResultRow<'_> = read(raw.get(), "a result")?;
    let id = row.call_id.ok_or_else(|| invalid("call_id: a result needs one"))?;
    let output = row.output.ok_or_else(|| invalid("output: a result needs one"))?;
    let (parts, form) = parts::content(output, marks, "output")?;
    let custom = |part: &Part| match &part.content {
        Content::ToolCall(call) => call.id == *id && call.input == Input::Text,
        _ => false,
    };
    let known = messages.iter().rev().flat_map(|message| &message.parts).any(custom);
    let mut part = Part::new(Content::ToolResult(ToolResult::new(&*id, parts)));
    part.extra = OWN.rest(row.rest);
    if row.r#type.as_deref() == Some("custom_tool_call_output") && !known {
        part.extra.push(OWN.scope(), "type", Value::from("custom_tool_call_output").into());
    }
    // An empty text is what no text is written as.
    if let Some(form) = form.filter(|form| form.as_str() != "\"\"") {
        part.extra.push(OWN.scope(), "output", form);
    }
    Ok(part)
}

/// Reads thinking; `None` for what would be written differently.
fn thought(raw: &RawValue) -> Option<Vec<Part>> {
    let row: ThoughtRow<'_> = json::lax(raw)?;
    let carried = row.sealed.as_deref().map(|seal| unload(OpenAiResponses::NAME, seal));
    let (issuer, beside, seal) = match carried {
        Some(carried) => (carried.issuer, carried.extra, Some(carried.proof)),
        None => (OWN.issuer(), Extras::new(), None),
    };
    let mine = issuer.dialect == OpenAiResponses::NAME;
    let content = row.content.is_some();
    let summaries = row.summary?.into_iter().map(|row| (row, Summary::Summary, "summary_text"));
    let thinking = row.content.into_iter().flatten();
    let thinking = thinking.map(|row| (row, Summary::Full, "reasoning_text"));
    let mut parts = Vec::new();
    for (row, summary, r#type) in summaries.chain(thinking) {
        let TextPartRow { r#type: Some(told), text: Some(text), rest } = row else { return None };
        if &*told != r#type || !rest.is_empty() || (text.is_empty() && seal.is_none()) {
            return None;
        }
        let mut reasoning = Reasoning::text(issuer.clone(), text.0);
        reasoning.summary = summary;
        parts.push(Part::from(reasoning));
    }
    let empty = |part: &Part| matches!(&part.content, Content::Reasoning(r) if r.text.is_empty());
    if parts.iter().rev().skip(1).any(empty) {
        return None;
    }
    match parts.last_mut().map(|part| &mut part.content) {
        Some(Content::Reasoning(last)) => {
            // Thinking of others that had no proof has none.
            let seal = seal.filter(|seal| mine || !seal.is_empty());
            last.signature = seal.map(Cow::into_owned);
        }
        _ => {
            let mut reasoning = Reasoning::new(issuer);
            reasoning.summary = Summary::Summary;
            reasoning.sealed = seal.map(Cow::into_owned);
            parts.push(reasoning.into());
        }
    }
    let listed = parts
        .iter()
        .any(|part| matches!(&part.content, Content::Reasoning(r) if r.summary == Summary::Full));
    let first = parts.first_mut()?;
    first.extra = beside;
    if mine {
        first.extra = OWN.rest(row.rest);
        if let Some(id) = row.id {
            first.extra.push(OWN.scope(), "id", Value::from(&*id).into());
        }
        if content && !listed {
            first.extra.push(OWN.scope(), "content", Json::from(Value::from(Vec::<Value>::new())));
        }
    }
    Some(parts)
}
