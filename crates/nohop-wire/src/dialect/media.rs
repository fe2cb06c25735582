//! Media as JSON dialects write it: base64, and data URLs.

use base64::Engine;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use nohop_types::Media;
use serde::{Serialize, Serializer};

/// The bytes that `text` is in base64.
///
/// Only text that the same bytes would be written as again is read: what is spelled otherwise is not
/// ours to correct.
pub(super) fn decode(text: &str) -> Option<Bytes> {
    STANDARD.decode(text).ok().map(Bytes::from)
}

/// The media that `url` leads to, which may be within it.
pub(super) fn from_url(url: &str) -> Media {
    let within = || {
        let (label, text) = url.strip_prefix("data:")?.split_once(',')?;
        Some(Media::bytes(label.strip_suffix(";base64")?, decode(text)?))
    };
    within().unwrap_or_else(|| Media::Url(url.to_owned()))
}

/// Bytes, to be written as base64.
pub(super) struct Base64<'a>(pub(super) &'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0, &STANDARD))
    }
}

/// Where a host finds media: a data URL, another URL, or the id it gave.
pub(super) struct Address<'a>(pub(super) &'a Media);

impl Serialize for Address<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Media::Bytes { media_type, bytes } => {
                let text = Base64Display::new(bytes, &STANDARD);
                serializer.collect_str(&format_args!("data:{media_type};base64,{text}"))
            }
            Media::File { id, .. } => serializer.serialize_str(id),
            Media::Url(url) => serializer.serialize_str(url),
            _ => serializer.serialize_none(),
        }
    }
}
