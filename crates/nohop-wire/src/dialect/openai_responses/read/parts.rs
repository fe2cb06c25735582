use nohop_types::{Audio, CacheMark, Content, Document, Image, Json, Media, Opaque, Part, Result};
use serde_json::Value;
use serde_json::value::RawValue;

use super::rows::PartRow;
use super::{OWN, options};
use crate::dialect::openai_responses::frames::citation;
use crate::dialect::own::read;
use crate::dialect::{Marks, media};
use crate::json;

/// Where the model's own words stand.
pub(super) const ANSWER: &str = "answer";

/// Reads a content: a string or a list. Says the form it has where its parts do not tell: an empty
/// string, or a list of one or none.
pub(super) fn content(
    raw: &RawValue,
    marks: Marks,
    place: &str,
) -> Result<(Vec<Part>, Option<Json>)> {
    let usual = if place == ANSWER { "output_text" } else { "input_text" };
    if raw.get().starts_with('"') {
        let text = json::text_of(raw).unwrap_or_default();
        return Ok(match text.is_empty() {
            true => (Vec::new(), Some(raw.into())),
            false => (vec![Part::text(text)], None),
        });
    }
    let items: Vec<&RawValue> = read(raw.get(), place)?;
    let form = (items.len() < 2).then(|| serde_json::json!([]).into());
    let parts = items.into_iter().enumerate().map(|(number, item)| {
        part(item, marks, usual).map_err(|error| error.at(format_args!("{place}[{number}]")))
    });
    Ok((parts.collect::<Result<_>>()?, form))
}

/// Reads an item of a content that is a list; what the vocabulary has no word for stays as it is.
fn part(raw: &RawValue, marks: Marks, usual: &str) -> Result<Part> {
    let mut row: PartRow<'_> = read(raw.get(), "a part")?;
    let opaque = || Content::Opaque(Opaque::new(OWN.issuer(), raw.into())).into();
    let (breakpoint, control) = (row.breakpoint.take(), row.cache_control.take());
    let Some(mut part) = held(&mut row, usual) else { return Ok(opaque()) };
    // A field of another kind of part is nothing that the vocabulary knows of this one.
    let strange = row.text.is_some()
        || row.refusal.is_some()
        || row.annotations.is_some()
        || row.image.is_some()
        || row.detail.is_some()
        || row.file.is_some()
        || row.url.is_some()
        || row.data.is_some()
        || row.name.is_some()
        || row.audio.is_some();
    if strange {
        return Ok(opaque());
    }
    part.extra.extend(OWN.rest(std::mem::take(&mut row.rest)));
    let mut marked = |key: &str, raw: Option<&RawValue>, mark: Option<CacheMark>| {
        match mark {
            Some(mark) => part.cache = Some(mark),
            None => raw.into_iter().for_each(|raw| OWN.keep(&mut part.extra, key, raw)),
        };
    };
    let mark = breakpoint.and_then(|raw| options::breakpoint(marks, raw));
    marked("prompt_cache_breakpoint", breakpoint, mark);
    let mark = control.and_then(|raw| options::control(marks, raw));
    marked("cache_control", control, mark);
    Ok(part)
}

/// What a part holds; what is taken from the row is said.
fn held(row: &mut PartRow<'_>, usual: &str) -> Option<Part> {
    let r#type = row.r#type.take()?;
    let uploaded =
        |id: json::Str<'_>| Media::File { id: id.0.into_owned(), issuer: Some(OWN.issuer()) };
    let part = match &*r#type {
        "input_text" | "output_text" | "text" => {
            let mut part = Part::text(row.text.take()?.0);
            let annotations = row.annotations.take();
            let none = annotations.as_ref().is_some_and(Vec::is_empty);
            OWN.mark_empty(&mut part.extra, "annotations", none);
            for raw in annotations.into_iter().flatten() {
                part.citations.push(citation(raw, OWN.issuer()));
            }
            if &*r#type != usual {
                part.extra.push(OWN.scope(), "type", Value::from(&*r#type).into());
            }
            part
        }
        "refusal" => Part::new(Content::Refusal(row.refusal.take()?.0.into_owned())),
        "input_image" => {
            let media = match (row.image.take(), row.file.take()) {
                (Some(url), None) => media::from_url(&url),
                (None, Some(id)) => uploaded(id),
                _ => return None,
            };
            let mut image = Image::new(media);
            image.detail = row.detail.take().map(|detail| detail.0.into_owned());
            image.into()
        }
        "input_file" => {
            let name = row.name.take().map(|name| name.0.into_owned());
            let (media, within) = match (row.file.take(), row.url.take(), row.data.take()) {
                (Some(id), None, None) => (uploaded(id), false),
                (None, Some(url), None) => (Media::Url(url.0.into_owned()), false),
                (None, None, Some(data)) => {
                    let media = media::from_url(&data);
                    let odd = name.is_none() || matches!(media, Media::Url(_));
                    (media, odd)
                }
                _ => return None,
            };
            let mut document = Document::new(media);
            document.name = name;
            let mut part = Part::from(document);
            if within {
                OWN.mark(&mut part.extra, "file_data");
            }
            part
        }
        "input_audio" => {
            let audio = row.audio.take().filter(|audio| audio.rest.is_empty())?;
            let media_type = format!("audio/{}", &*audio.format?);
            Audio::new(Media::bytes(media_type, media::decode(&audio.data?)?)).into()
        }
        _ => return None,
    };
    Some(part)
}
