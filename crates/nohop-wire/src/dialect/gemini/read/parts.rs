use nohop_types::{
    Content, Extras, Json, Media, Opaque, Part, Reasoning, Result, Summary, ToolCall, ToolResult,
};
use serde_json::value::RawValue;

use super::OWN;
use super::rows::{CallRow, FileRow, InlineRow, OutputRow, PartRow, ResultRow};
use super::turns::Calls;
use crate::dialect::gemini::media;
use crate::dialect::gemini::proof::{self, Place};
use crate::dialect::invalid;
use crate::dialect::own::read;
use crate::json::{self, Rest, Str};

/// Reads a part, and the signature on it as one before it; what the vocabulary has no word for stays
/// as it is.
pub(super) fn part(raw: &RawValue, calls: &mut Calls, parts: &mut Vec<Part>) -> Result<()> {
    let row: PartRow<'_> = read(raw.get(), "a part")?;
    let thought = row.thought.is_some_and(|raw| raw.get() == "true");
    let held = [
        row.text.is_some(),
        row.call.is_some(),
        row.result.is_some(),
        row.inline.is_some(),
        row.file.is_some(),
    ];
    let mut rest = row.rest;
    if let Some(raw) = row.thought.filter(|_| !thought) {
        rest.push(("thought".into(), raw));
    }
    let signature = row.signature;
    let read = match (held.iter().filter(|held| **held).count(), row.text) {
        (1, Some(text)) if thought => Some(thinking(text, signature.clone(), &mut rest)),
        (1, Some(text)) => {
            self::text(text, signature, rest, parts);
            return Ok(());
        }
        (1, None) if !thought => match (row.call, row.result, row.inline, row.file) {
            (Some(call), ..) => Some(self::call(call, calls)?),
            (_, Some(answer), ..) if signature.is_none() => Some(result(answer, calls)?),
            (.., Some(inline), _) => inline_media(inline),
            (.., Some(file)) => file_media(file),
            _ => None,
        },
        _ => None,
    };
    let Some(mut read) = read else {
        parts.push(Content::Opaque(Opaque::new(OWN.issuer(), raw.into())).into());
        return Ok(());
    };
    if let Some(signature) = signature.filter(|_| !thought) {
        let place =
            if matches!(read.content, Content::ToolCall(_)) { Place::Call } else { Place::Media };
        parts.push(sealed(&signature, place, &mut rest));
    }
    read.extra.extend(OWN.rest(rest));
    parts.push(read);
    Ok(())
}

/// The part that a signature is; how it is spelled is noted there.
fn sealed(signature: &str, place: Place, rest: &mut Rest<'_>) -> Part {
    let carried = proof::unload(signature);
    let mut seal = proof::seal(carried.issuer, carried.proof, place);
    seal.extra.extend(carried.extra);
    spelled(&mut seal.extra, rest);
    seal
}

/// Takes the note of how a signature is spelled.
fn spelled(extra: &mut Extras, rest: &mut Rest<'_>) {
    let before = rest.len();
    rest.retain(|(key, raw)| key != "thought_signature" || raw.get() != "null");
    if rest.len() < before {
        OWN.mark(extra, "thought_signature");
    }
}

fn text(text: Str<'_>, signature: Option<Str<'_>>, mut rest: Rest<'_>, parts: &mut Vec<Part>) {
    if let Some(signature) = signature {
        let alone = text.is_empty() && rest.iter().all(|(key, _)| key == "thought_signature");
        let place = if alone { Place::Alone } else { Place::Text };
        parts.push(sealed(&signature, place, &mut rest));
        if alone {
            return;
        }
    }
    let mut part = Part::text(text.0);
    if part.is_empty() {
        OWN.mark(&mut part.extra, "text");
    }
    part.extra.extend(OWN.rest(rest));
    parts.push(part);
}

fn thinking(text: Str<'_>, signature: Option<Str<'_>>, rest: &mut Rest<'_>) -> Part {
    let mut reasoning = Reasoning::text(OWN.issuer(), text.0);
    reasoning.summary = Summary::Summary;
    let mut beside = Extras::new();
    if let Some(signature) = signature {
        let carried = proof::unload(&signature);
        let told = carried.issuer == OWN.issuer() || !carried.proof.is_empty();
        reasoning.signature = told.then(|| carried.proof.into_owned());
        (reasoning.issuer, reasoning.summary) = (carried.issuer, carried.summary);
        beside = carried.extra;
    }
    let mut part = Part::from(reasoning);
    part.extra = beside;
    spelled(&mut part.extra, rest);
    part
}

fn call(row: CallRow<'_>, calls: &mut Calls) -> Result<Part> {
    let name = row.name.ok_or_else(|| invalid("functionCall.name: a call needs one"))?;
    let arguments = row.args.map_or("", RawValue::get);
    if !matches!(arguments.bytes().next(), None | Some(b'{')) {
        return Err(invalid("functionCall.args: the arguments of a call are an object"));
    }
    let id = calls.called(row.id.and_then(Str::said), &name);
    let mut part = Part::from(ToolCall::new(id, name.0, arguments));
    part.extra = OWN.inner("functionCall.", row.rest).collect();
    Ok(part)
}

fn result(row: ResultRow<'_>, calls: &mut Calls) -> Result<Part> {
    let name = row.name.ok_or_else(|| invalid("functionResponse.name: a result needs one"))?;
    let (id, called) = calls.answered(row.id.and_then(Str::said), &name);
    let mut result = ToolResult::new(id, []);
    let mut extra: Extras = OWN.inner("functionResponse.", row.rest).collect();
    if called.as_deref() != Some(&*name) {
        let name = serde_json::Value::from(&*name);
        extra.push(OWN.scope(), "functionResponse.name", name.into());
    }
    match row.response {
        Some(raw) => answer(&mut result, &mut extra, raw),
        None => extra.push(OWN.scope(), "functionResponse.response", serde_json::json!([]).into()),
    }
    let parts = row.parts.unwrap_or_default();
    for (place, raw) in parts.iter().enumerate() {
        part(raw, calls, &mut result.parts)
            .map_err(|error| error.at(format!("functionResponse.parts[{place}]")))?;
    }
    let mut part = Part::from(result);
    part.extra = extra;
    Ok(part)
}

/// Takes what a tool answered: a text under the name that is meant for it, or an object as it is.
fn answer(result: &mut ToolResult, extra: &mut Extras, raw: &RawValue) {
    let row: OutputRow<'_> = json::lax(raw).unwrap_or_default();
    let text = match row {
        OutputRow { output: Some(text), error: None, rest } if rest.is_empty() => {
            if text.trim().starts_with('{') {
                let literal = serde_json::Value::from("");
                extra.push(OWN.scope(), "functionResponse.response", literal.into());
            }
            text.0.into_owned()
        }
        OutputRow { output: None, error: Some(text), rest } if rest.is_empty() => {
            result.failed = Some(true);
            text.0.into_owned()
        }
        _ => raw.get().to_owned(),
    };
    if !text.is_empty() {
        result.parts.push(Part::text(text));
    }
}

/// Media that is here; `None` for what would not be written the same again.
fn inline_media(row: InlineRow<'_>) -> Option<Part> {
    let (label, data) = (row.label?, row.data?);
    let (bytes, url_safe) = media::decode(&data)?;
    let mut part = Part::new(media::content(&label, Media::bytes(&*label, bytes)));
    part.extra = OWN.inner("inlineData.", row.rest).collect();
    if url_safe {
        part.extra.extend([media::url_safe()]);
    }
    Some(part)
}

/// Media that is elsewhere.
fn file_media(row: FileRow<'_>) -> Option<Part> {
    let uri = row.uri?;
    let suggested = media::label(&uri);
    let told = row.label.as_deref();
    let label = told.or(suggested.as_deref()).unwrap_or_default();
    let mut part = Part::new(media::content(label, media::place(&uri)));
    part.extra = OWN.inner("fileData.", row.rest).collect();
    if told != suggested.as_deref() {
        let told = told.map_or(Json::from(json::NULL), |told| serde_json::Value::from(told).into());
        part.extra.push(OWN.scope(), "fileData.mimeType", told);
    }
    Some(part)
}
