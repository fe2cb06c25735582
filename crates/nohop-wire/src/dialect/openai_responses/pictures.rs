//! Pictures that the model made: items of a type of their own.

use nohop_types::{Content, Image, Media, Part};
use serde_json::value::RawValue;

use super::OpenAiResponses;
use super::rows::PictureRow;
use crate::dialect::media;
use crate::json::{self, Str};
use crate::sniff;

/// The type of such an item.
pub(super) const TYPE: &str = "image_generation_call";

/// Reads an item that is a picture; `None` for any other, and for one that is not there yet.
///
/// What is said of its state is told by its place, where an answer says it.
pub(super) fn read(raw: &RawValue, answered: bool) -> Option<Part> {
    let row = json::lax::<PictureRow<'_>>(raw)?;
    if row.r#type.as_deref() != Some(TYPE) {
        return None;
    }
    let bytes = media::decode(row.result.as_deref()?).filter(|bytes| !bytes.is_empty())?;
    let format = row.format.and_then(Str::said);
    let label = match (sniff(&bytes), &format) {
        (Some(label), _) => label.to_owned(),
        (None, Some(format)) => format!("image/{format}"),
        (None, None) => "image/*".to_owned(),
    };
    let mut part = Part::new(Content::Image(Image::new(Media::bytes(label, bytes))));
    part.extra = json::extras(OpenAiResponses::NAME, row.rest);
    let told = [("output_format", format), ("status", row.status.and_then(Str::said))];
    for (key, text) in told {
        if let Some(text) = text.filter(|_| !(answered && key == "status")) {
            let value = serde_json::Value::from(text).into();
            part.extra.extend([json::entry(OpenAiResponses::NAME, key, value)]);
        }
    }
    Some(part)
}

/// The bytes of a picture, if it can be told as such an item.
pub(super) fn bytes(part: &Part) -> Option<&[u8]> {
    match &part.content {
        Content::Image(Image { media: Media::Bytes { bytes, .. }, .. }) => Some(bytes),
        _ => None,
    }
}
