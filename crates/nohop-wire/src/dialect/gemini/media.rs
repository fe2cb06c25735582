//! Pictures, sounds, films and documents, which this dialect tells apart by their labels.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use nohop_types::{Audio, Content, Document, Extra, Image, Media, Video};
use serde::{Serialize, Serializer};

use super::Gemini;
use crate::dialect::media::{self, Base64};
use crate::json;

/// The bytes that `text` is in base64, and whether it is spelled for URLs, as some clients do.
pub(super) fn decode(text: &str) -> Option<(Bytes, bool)> {
    let plain = media::decode(text).map(|bytes| (bytes, false));
    plain.or_else(|| Some((URL_SAFE.decode(text).ok()?.into(), true)))
}

/// What tells that bytes were spelled for URLs.
pub(super) fn url_safe() -> Extra {
    json::entry(Gemini::NAME, SPELLED, json::NULL.into())
}

/// The field that tells how bytes were spelled.
pub(super) const SPELLED: &str = "inlineData.data";

/// Bytes, to be written in one alphabet or the other.
pub(super) struct Spelled<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) url_safe: bool,
}

impl Serialize for Spelled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.url_safe {
            true => serializer.serialize_str(&URL_SAFE.encode(self.bytes)),
            false => Base64(self.bytes).serialize(serializer),
        }
    }
}

/// What media of this label is.
pub(super) fn content(label: &str, media: Media) -> Content {
    match label.split('/').next() {
        Some("audio") => Content::Audio(Audio::new(media)),
        Some("image") => Content::Image(Image::new(media)),
        Some("video") => Content::Video(Video::new(media)),
        _ => Content::Document(Document::new(media)),
    }
}

/// The label that the address of media suggests.
pub(super) fn label(uri: &str) -> Option<Cow<'static, str>> {
    const LABELS: &[(&str, &str)] = &[
        ("aac", "audio/aac"),
        ("csv", "text/csv"),
        ("flac", "audio/flac"),
        ("gif", "image/gif"),
        ("heic", "image/heic"),
        ("html", "text/html"),
        ("jpeg", "image/jpeg"),
        ("jpg", "image/jpeg"),
        ("md", "text/markdown"),
        ("mov", "video/quicktime"),
        ("mp3", "audio/mpeg"),
        ("mp4", "video/mp4"),
        ("mpeg", "video/mpeg"),
        ("ogg", "audio/ogg"),
        ("pdf", "application/pdf"),
        ("png", "image/png"),
        ("txt", "text/plain"),
        ("wav", "audio/wav"),
        ("webm", "video/webm"),
        ("webp", "image/webp"),
    ];
    let path = uri.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit_once('.')?;
    let known = LABELS.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known))?;
    Some(known.1.into())
}

/// Where media is that `uri` names: what the inventor keeps is nobody else's to fetch.
pub(super) fn place(uri: &str) -> Media {
    let path = uri.split_once("://").and_then(|(_, rest)| Some(rest.split_once('/')?.1));
    let uploaded = path.is_some_and(|path| {
        let inside = path.split_once('/').filter(|(version, _)| version.starts_with("v1"));
        inside.is_some_and(|(_, rest)| rest.starts_with("files/"))
    });
    let kept = uri.starts_with("gs://") || uploaded || !uri.contains("://");
    match kept {
        true => Media::File {
            id: uri.to_owned(),
            issuer: Some(nohop_types::Issuer::speaking(Gemini::NAME)),
        },
        false => Media::Url(uri.to_owned()),
    }
}
