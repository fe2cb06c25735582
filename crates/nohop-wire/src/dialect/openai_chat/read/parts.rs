use nohop_types::{
    Audio, CacheMark, Content, Document, Image, Input, Media, Opaque, Part, Reasoning, Result,
    Summary, ToolCall, Video,
};
use serde_json::value::RawValue;

use super::OWN;
use super::rows::{AudioRow, CallRow, DetailRow, MarkRow, PartRow, UrlRow};
use crate::dialect::carried::unload;
use crate::dialect::openai_chat::OpenAiChat;
use crate::dialect::openai_chat::chunks::thinking_text;
use crate::dialect::own::read;
use crate::dialect::{lifetime, media};
use crate::json::{self, Rest, Str};

/// Reads an item of a content that is a list; what the vocabulary has no word for stays as it is.
pub(super) fn part(raw: &RawValue) -> Result<Part> {
    let mut row: PartRow<'_> = read(raw.get(), "a part")?;
    let opaque = || Content::Opaque(Opaque::new(OWN.issuer(), raw.into())).into();
    let (cache_control, breakpoint) = (row.cache_control.take(), row.breakpoint.take());
    let r#type = row.r#type.take();
    let Some((content, inner, form)) = content(r#type.as_deref().unwrap_or_default(), &mut row)
    else {
        return Ok(opaque());
    };
    // A field of another type of part means something only there.
    let PartRow {
        text: None,
        refusal: None,
        image: None,
        audio: None,
        file: None,
        video: None,
        document: None,
        document_name: None,
        thinking: None,
        rest,
        ..
    } = row
    else {
        return Ok(opaque());
    };
    let mut part = Part::new(content);
    part.extra = OWN.rest(rest);
    if let Some((prefix, rest)) = inner {
        let inner = OWN.rest(rest);
        part.extra.extend(
            inner.iter().map(|e| {
                json::entry(OpenAiChat::NAME, format!("{prefix}{}", e.key), e.value.clone())
            }),
        );
    }
    if let Some(form) = form {
        OWN.mark(&mut part.extra, form);
    }
    part.cache = match (cache_control, breakpoint) {
        (Some(raw), _) => mark_of(raw),
        (None, Some(raw)) => breakpoint_of(raw),
        (None, None) => None,
    };
    match part.cache.is_none() && (cache_control.is_some() || breakpoint.is_some()) {
        true => Ok(opaque()),
        false => Ok(part),
    }
}

/// What a part holds, what its inner object has besides, and in which form it was written.
type Held<'a> = (Content, Option<(&'static str, Rest<'a>)>, Option<&'static str>);

fn content<'a>(r#type: &str, row: &mut PartRow<'a>) -> Option<Held<'a>> {
    let held = match r#type {
        "text" => (Content::Text(row.text.take()?.0.into_owned()), None, None),
        "refusal" => (Content::Refusal(row.refusal.take()?.0.into_owned()), None, Some("type")),
        "image_url" => {
            let raw = row.image.take()?;
            if raw.get().starts_with('"') {
                let image = Image::new(media::from_url(&json::text_of(raw)?));
                (Content::Image(image), None, Some("image_url"))
            } else {
                let url: UrlRow<'_> = serde_json::from_str(raw.get()).ok()?;
                let mut image = Image::new(media::from_url(&url.url?));
                image.detail = url.detail.map(|detail| detail.0.into_owned());
                (Content::Image(image), Some(("image_url.", url.rest)), None)
            }
        }
        "input_audio" => {
            let raw = row.audio.take()?;
            if raw.get().starts_with('"') {
                let bytes = media::decode(&json::text_of(raw)?)?;
                let audio = Audio::new(Media::bytes("audio/*", bytes));
                (Content::Audio(audio), None, Some("input_audio"))
            } else {
                let audio: AudioRow<'_> = serde_json::from_str(raw.get()).ok()?;
                let media_type = format!("audio/{}", &*audio.format?);
                let bytes = media::decode(&audio.data?)?;
                let rest = audio.rest;
                let audio = Audio::new(Media::bytes(media_type, bytes));
                (Content::Audio(audio), Some(("input_audio.", rest)), None)
            }
        }
        "file" => {
            let file = row.file.take()?;
            let media = match (file.id, file.data) {
                (Some(id), None) => {
                    Media::File { id: id.0.into_owned(), issuer: Some(OWN.issuer()) }
                }
                (None, Some(data)) => media::from_url(&data),
                _ => return None,
            };
            let mut document = Document::new(media);
            document.name = file.name.and_then(Str::said);
            // Bytes always go with a name: where there was none, the part stays as it was.
            if document.name.is_none() && matches!(document.media, Media::Bytes { .. }) {
                return None;
            }
            (Content::Document(document), Some(("file.", file.rest)), None)
        }
        "document_url" => {
            let mut document = Document::new(media::from_url(&row.document.take()?));
            document.name = row.document_name.take().and_then(Str::said);
            (Content::Document(document), None, None)
        }
        "video_url" => {
            let video = row.video.take()?;
            let held = Content::Video(Video::new(media::from_url(&video.url?)));
            (held, Some(("video_url.", video.rest)), None)
        }
        "thinking" => {
            let raw = row.thinking.take()?;
            // Thinking in several pieces is one thought here, and stays in pieces there.
            let pieces = vec![("thinking".into(), raw)];
            let thought = Reasoning::text(OWN.issuer(), thinking_text(raw));
            (Content::Reasoning(thought), Some(("", pieces)), Some("type"))
        }
        _ => return None,
    };
    Some(held)
}

/// Reads the call `place` of an earlier turn.
pub(super) fn call(mut row: CallRow<'_>, place: usize) -> Part {
    let (function, custom) = (row.function.unwrap_or_default(), row.custom.unwrap_or_default());
    let text = |text: Option<Str<'_>>| text.map(|text| text.0.into_owned()).unwrap_or_default();
    let mut call = ToolCall::new(text(row.id), "", "");
    let inner = if custom.name.is_some() && function.name.is_none() {
        (call.name, call.arguments) = (text(custom.name), text(custom.input));
        call.input = Input::Text;
        OWN.inner("custom.", custom.rest)
    } else {
        call.name = text(function.name);
        call.arguments =
            function.arguments.and_then(json::text_of).unwrap_or_default().into_owned();
        OWN.inner("function.", function.rest)
    };
    let mut part = Part::new(Content::ToolCall(call));
    // Clients that add up a stream send the place of a call as well, which says nothing new.
    let before = row.rest.len();
    row.rest.retain(|(key, raw)| key != "index" || raw.get() != place.to_string());
    OWN.mark_empty(&mut part.extra, "index", row.rest.len() < before);
    part.extra.extend(OWN.rest(row.rest));
    part.extra.extend(inner);
    part.cache = row.cache_control.and_then(mark_of);
    if let Some(raw) = row.cache_control.filter(|_| part.cache.is_none()) {
        OWN.keep(&mut part.extra, "cache_control", raw);
    }
    part
}

/// Reads an item of `reasoning_details`.
pub(super) fn detail(row: DetailRow<'_>) -> Part {
    let format = row.rest.iter().find(|(key, _)| key == "format");
    let format = format.and_then(|(_, raw)| json::text_of(raw)).unwrap_or_default();
    let carried = unload(OpenAiChat::NAME, &format);
    let mut reasoning = Reasoning::new(carried.issuer);
    let (text, summary) = (row.text, row.summary);
    if summary.is_some() {
        reasoning.summary = Summary::Summary;
    }
    reasoning.text = text.or(summary).map(|text| text.0.into_owned()).unwrap_or_default();
    reasoning.sealed = row.data.map(|data| data.0.into_owned());
    reasoning.signature = row.signature.map(|signature| signature.0.into_owned());
    let foreign = reasoning.issuer != OWN.issuer();
    let mut part = Part::new(Content::Reasoning(reasoning));
    if foreign {
        // All else that is said of it is what we told the client.
        part.extra = carried.extra;
        return part;
    }
    part.extra = OWN.rest(row.rest);
    let r#type = row.r#type.unwrap_or_default();
    part.extra.extend([json::entry(
        OpenAiChat::NAME,
        "type",
        serde_json::Value::from(&*r#type).into(),
    )]);
    part
}

/// The mark that a `cache_control` is; `None` for another thing under that name.
pub(super) fn mark_of(raw: &RawValue) -> Option<CacheMark> {
    let row: MarkRow<'_> = serde_json::from_str(raw.get()).ok()?;
    let plain = row.rest.is_empty() && row.mode.is_none();
    mark_from(row.ttl.as_deref(), plain && row.r#type.as_deref() == Some("ephemeral"))
}

/// The mark that a `prompt_cache_breakpoint` is.
pub(super) fn breakpoint_of(raw: &RawValue) -> Option<CacheMark> {
    let row: MarkRow<'_> = serde_json::from_str(raw.get()).ok()?;
    let plain = row.rest.is_empty() && row.r#type.is_none();
    mark_from(row.ttl.as_deref(), plain && row.mode.as_deref() == Some("explicit"))
}

fn mark_from(ttl: Option<&str>, known: bool) -> Option<CacheMark> {
    match (known, ttl) {
        (false, _) => None,
        (true, None) => Some(CacheMark::new()),
        (true, Some(ttl)) => lifetime(ttl).map(CacheMark::lasting),
    }
}
