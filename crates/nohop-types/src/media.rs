use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use crate::Issuer;
use crate::words::words;

/// Where an image, a sound, a film or a document is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// Here.
    Bytes {
        /// Its type, such as `image/png`.
        media_type: String,
        /// Itself.
        #[serde(with = "crate::base64")]
        bytes: Bytes,
    },
    /// Uploaded to the provider before.
    File {
        /// The provider's id for it.
        id: String,
        /// Who knows the id, if it is known who does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issuer: Option<Issuer>,
    },
    /// On the web: the provider fetches it.
    Url(String),
}

impl Media {
    /// Media of `media_type`, here.
    pub fn bytes(media_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::Bytes { media_type: media_type.into(), bytes: bytes.into() }
    }

    /// Media that was uploaded to the provider before, under `id`.
    pub fn file(id: impl Into<String>) -> Self {
        Self::File { id: id.into(), issuer: None }
    }

    /// How many bytes are here.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }

    /// Whether nothing is here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A picture.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where it is.
    pub media: Media,
    /// How closely to look, in the provider's word: `low`, `high`, `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Image {
    /// The picture in `media`.
    pub fn new(media: Media) -> Self {
        Self { media, detail: None }
    }

    /// Says how closely to look.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// A sound.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Audio {
    /// Where it is; `None` when the provider kept it and gave only an id.
    pub media: Option<Media>,
    /// The provider's id for a sound the model made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is said in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
}

impl Audio {
    /// The sound in `media`.
    pub fn new(media: impl Into<Option<Media>>) -> Self {
        Self { media: media.into(), id: None, transcript: None }
    }
}

/// A film.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Video {
    /// Where it is.
    pub media: Media,
}

impl Video {
    /// The film in `media`.
    pub fn new(media: Media) -> Self {
        Self { media }
    }
}

/// A document: a PDF, a text, a spreadsheet.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Where it is.
    pub media: Media,
    /// Its name or title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Document {
    /// The document in `media`.
    pub fn new(media: Media) -> Self {
        Self { media, name: None }
    }

    /// Names it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

words! {
    /// A kind of content that is priced, asked for or offered.
    pub enum Modality {
        /// Sound.
        Audio = "audio",
        /// Documents.
        Document = "document",
        /// Pictures.
        Image = "image",
        /// Text.
        Text = "text",
        /// Film.
        Video = "video",
    }
}

impl Audio {
    /// Appends a fragment of the sound.
    pub(crate) fn push(&mut self, piece: Bytes) {
        match &mut self.media {
            Some(Media::Bytes { bytes, .. }) => {
                // Only while an answer is folded is it ours alone, and then nothing is copied.
                let mut whole = match std::mem::take(bytes).try_into_mut() {
                    Ok(whole) => whole,
                    Err(shared) => BytesMut::from(shared),
                };
                whole.extend_from_slice(&piece);
                *bytes = whole.freeze();
            }
            media => *media = Some(Media::bytes("audio/*", piece)),
        }
    }
}

#[cfg(test)]
mod tests;
