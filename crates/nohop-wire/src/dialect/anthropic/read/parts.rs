use nohop_types::{
    Content, Document, Extras, Image, Media, Opaque, Part, Reasoning, Result, ToolCall, ToolResult,
};
use serde_json::value::RawValue;

use super::rows::{
    CallRow, KindRow, MediaRow, ResultRow, SealedRow, SourceRow, TextRow, ThoughtRow,
};
use super::turns::{Form, parts_of};
use super::{OWN, options};
use crate::dialect::anthropic::Anthropic;
use crate::dialect::anthropic::frames::citation;
use crate::dialect::carried::unload;
use crate::dialect::invalid;
use crate::dialect::media;
use crate::dialect::own::read;
use crate::json::Rest;

/// Reads a block; what the vocabulary has no word for stays as it is.
pub(super) fn part(raw: &RawValue) -> Result<Part> {
    let kind: KindRow<'_> = read(raw.get(), "a block")?;
    let part = match kind.r#type.as_deref() {
        Some("text") => text(raw)?,
        Some("image") => image(raw)?,
        Some("document") => document(raw)?,
        Some("tool_use") => call(raw)?,
        Some("tool_result") => result(raw)?,
        Some("thinking") => {
            let row: ThoughtRow<'_> = read(raw.get(), "a block")?;
            let thinking = row.thinking.ok_or_else(|| invalid("thinking: the block needs one"))?;
            let mut reasoning = Reasoning::text(OWN.issuer(), thinking.0);
            let mut beside = Extras::new();
            if let Some(text) = &row.signature {
                let carried = unload(Anthropic::NAME, text);
                let told = carried.issuer == reasoning.issuer || !carried.proof.is_empty();
                reasoning.signature = told.then(|| carried.proof.into_owned());
                (reasoning.issuer, reasoning.summary) = (carried.issuer, carried.summary);
                beside = carried.extra;
            }
            with(marked(Content::Reasoning(reasoning), row.rest, None), beside)
        }
        Some("redacted_thinking") => {
            let row: SealedRow<'_> = read(raw.get(), "a block")?;
            let data = row.data.ok_or_else(|| invalid("data: the block needs one"))?;
            let carried = unload(Anthropic::NAME, &data);
            let reasoning = Reasoning::new(carried.issuer).sealed(carried.proof);
            with(marked(Content::Reasoning(reasoning), row.rest, None), carried.extra)
        }
        Some(_) => None,
        None => return Err(invalid("type: a block needs one")),
    };
    Ok(part.unwrap_or_else(|| Content::Opaque(Opaque::new(OWN.issuer(), raw.into())).into()))
}

/// The part with what another dialect said beside it.
fn with(part: Option<Part>, beside: Extras) -> Option<Part> {
    part.map(|mut part| {
        part.extra.extend(beside);
        part
    })
}

/// A part with what else was said of it; `None` for a mark that is none of ours.
fn marked(content: Content, rest: Rest<'_>, mark: Option<&RawValue>) -> Option<Part> {
    let mut part = Part::new(content);
    part.extra = OWN.rest(rest);
    if let Some(raw) = mark {
        part.cache = Some(options::mark_of(raw)?);
    }
    Some(part)
}

fn text(raw: &RawValue) -> Result<Option<Part>> {
    let row: TextRow<'_> = read(raw.get(), "a block")?;
    let text = row.text.ok_or_else(|| invalid("text: the block needs one"))?;
    let empty = text.trim().is_empty();
    let Some(mut part) = marked(Content::Text(text.0.into_owned()), row.rest, row.cache_control)
    else {
        return Ok(None);
    };
    if empty {
        OWN.mark(&mut part.extra, "text");
    }
    if let Some(raw) = row.citations {
        let list: Vec<&RawValue> = read(raw.get(), "citations")?;
        if list.is_empty() {
            OWN.keep(&mut part.extra, "citations", raw);
        }
        part.citations = list.into_iter().map(|raw| citation(raw, OWN.issuer())).collect();
        for citation in &mut part.citations {
            // A citation without its proof is one that we showed for somebody else.
            let shown = |raw: &Opaque| raw.json.as_str().contains(r#""encrypted_index":"""#);
            citation.raw.take_if(|raw| shown(raw));
        }
    }
    Ok(Some(part))
}

fn image(raw: &RawValue) -> Result<Option<Part>> {
    let row: MediaRow<'_> = read(raw.get(), "a block")?;
    let source = row.source.ok_or_else(|| invalid("source: the block needs one"))?;
    Ok(match (media(source, false), row.title) {
        (Some(media), None) => {
            marked(Content::Image(Image::new(media)), row.rest, row.cache_control)
        }
        _ => None,
    })
}

fn document(raw: &RawValue) -> Result<Option<Part>> {
    let row: MediaRow<'_> = read(raw.get(), "a block")?;
    let source = row.source.ok_or_else(|| invalid("source: the block needs one"))?;
    let Some(media) = media(source, true) else { return Ok(None) };
    let mut document = Document::new(media);
    document.name = row.title.map(|title| title.0.into_owned());
    Ok(marked(Content::Document(document), row.rest, row.cache_control))
}

/// Where an image or a document is; `None` for what would not be written the same again.
fn media(row: SourceRow<'_>, texts: bool) -> Option<Media> {
    if !row.rest.is_empty() {
        return None;
    }
    match (row.r#type.as_deref()?, row.media_type, row.data, row.url, row.file) {
        ("base64", Some(label), Some(data), None, None)
            if !texts || !label.starts_with("text/") =>
        {
            Some(Media::bytes(label.0, media::decode(&data)?))
        }
        ("text", Some(label), Some(data), None, None) if texts && &*label == "text/plain" => {
            Some(Media::bytes(label.0, data.0.into_owned()))
        }
        ("url", None, None, Some(url), None) => Some(Media::Url(url.0.into_owned())),
        ("file", None, None, None, Some(id)) => {
            Some(Media::File { id: id.0.into_owned(), issuer: Some(OWN.issuer()) })
        }
        _ => None,
    }
}

fn call(raw: &RawValue) -> Result<Option<Part>> {
    let row: CallRow<'_> = read(raw.get(), "a block")?;
    let id = row.id.ok_or_else(|| invalid("id: a call needs one"))?;
    let name = row.name.ok_or_else(|| invalid("name: a call needs one"))?;
    let input = row.input.map_or("", RawValue::get);
    if !input.starts_with('{') {
        return Err(invalid("input: the arguments of a call are an object"));
    }
    let call = ToolCall::new(id.0, name.0, input);
    Ok(marked(Content::ToolCall(call), row.rest, row.cache_control))
}

fn result(raw: &RawValue) -> Result<Option<Part>> {
    let row: ResultRow<'_> = read(raw.get(), "a block")?;
    let id = row.id.ok_or_else(|| invalid("tool_use_id: a result needs one"))?;
    let mut result = ToolResult::new(id.0, []);
    result.failed = row.failed;
    let mut form = None;
    if let Some(raw) = row.content {
        let (parts, said) = parts_of(raw, "content")?;
        result.parts = parts;
        form = match said {
            Form::Empty => Some(raw.into()),
            Form::List => Some(serde_json::json!([]).into()),
            Form::Usual => None,
        };
    }
    let mut part = marked(Content::ToolResult(result), row.rest, row.cache_control);
    if let (Some(part), Some(form)) = (&mut part, form) {
        part.extra.push(OWN.scope(), "content", form);
    }
    Ok(part)
}
