use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Audio, Citation, Document, Extras, Image, Issuer, Json, Logprob, Piece, Reasoning, ToolCall,
    ToolResult, Video,
};

/// One part of a message or of a choice.
///
/// Content is an ordered list of parts, because answers interleave thinking, text and tool calls,
/// and providers reject a history whose order changed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What it holds.
    pub content: Content,
    /// The prompt up to here is worth caching.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheMark>,
    /// Where what it says comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// How likely its tokens were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logprobs: Vec<Logprob>,
    /// What else its issuer says of it.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl Part {
    /// A part that holds `content`.
    pub fn new(content: Content) -> Self {
        Self {
            content,
            cache: None,
            citations: Vec::new(),
            logprobs: Vec::new(),
            extra: Extras::new(),
        }
    }

    /// A part of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Content::Text(text.into()))
    }

    /// Marks the end of a prompt worth caching.
    #[must_use]
    pub fn cached(mut self, mark: CacheMark) -> Self {
        self.cache = Some(mark);
        self
    }

    /// The text, if that is what it holds.
    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How many bytes it holds.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Audio(audio) => audio.media.as_ref().map_or(0, |media| media.len()),
            Content::Document(document) => document.media.len(),
            Content::Image(image) => image.media.len(),
            Content::Opaque(opaque) => opaque.json.as_str().len(),
            Content::Reasoning(reasoning) => {
                reasoning.text.len() + reasoning.sealed.as_ref().map_or(0, String::len)
            }
            Content::Refusal(text) | Content::Text(text) => text.len(),
            Content::ToolCall(call) => call.name.len() + call.arguments.len(),
            Content::ToolResult(result) => result.parts.iter().map(Self::len).sum(),
            Content::Video(video) => video.media.len(),
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends `piece`; a piece that does not belong in this part is ignored.
    pub(crate) fn push(&mut self, piece: Piece) {
        match (&mut self.content, piece) {
            (_, Piece::Citation(citation)) => self.citations.push(*citation),
            (_, Piece::Logprobs(logprobs)) => self.logprobs.extend(logprobs),
            (Content::Text(text) | Content::Refusal(text), Piece::Text(piece)) => {
                append(text, piece);
            }
            (Content::Reasoning(reasoning), Piece::Text(piece)) => {
                append(&mut reasoning.text, piece);
            }
            (Content::Reasoning(reasoning), Piece::Signature(piece)) => {
                append(reasoning.signature.get_or_insert_default(), piece);
            }
            (Content::ToolCall(call), Piece::Arguments(piece)) => {
                append(&mut call.arguments, piece);
            }
            (Content::Audio(audio), Piece::Text(piece)) => {
                append(audio.transcript.get_or_insert_default(), piece);
            }
            (Content::Audio(audio), Piece::Bytes(piece)) => audio.push(piece),
            _ => (),
        }
    }
}

/// Appends `piece`; a first one, which is all of a whole answer's, is taken as it is.
fn append(text: &mut String, piece: String) {
    match text.is_empty() {
        true => *text = piece,
        false => text.push_str(&piece),
    }
}

impl From<Content> for Part {
    fn from(content: Content) -> Self {
        Self::new(content)
    }
}

/// A part that holds nothing but that.
macro_rules! part_from {
    ($($content:ident($held:ty),)*) => {
        $(
            impl From<$held> for Part {
                fn from(held: $held) -> Self {
                    Self::new(Content::$content(held))
                }
            }
        )*
    };
}

part_from! {
    Audio(Audio),
    Document(Document),
    Image(Image),
    Opaque(Opaque),
    Reasoning(Reasoning),
    ToolCall(ToolCall),
    ToolResult(ToolResult),
    Video(Video),
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// What a part holds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A sound.
    Audio(Audio),
    /// A document.
    Document(Document),
    /// A picture.
    Image(Image),
    /// Something only its issuer understands, byte for byte.
    Opaque(Opaque),
    /// Thinking.
    Reasoning(Reasoning),
    /// Why the model will not answer.
    Refusal(String),
    /// Text for the reader.
    Text(String),
    /// A call the model wants made.
    ToolCall(ToolCall),
    /// What a tool answered.
    ToolResult(ToolResult),
    /// A film.
    Video(Video),
}

/// JSON that only its issuer understands, kept byte for byte.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Opaque {
    /// Who may be sent it back.
    pub issuer: Issuer,
    /// The JSON.
    pub json: Json,
}

impl Opaque {
    /// The `json` of `issuer`.
    pub fn new(issuer: Issuer, json: Json) -> Self {
        Self { issuer, json }
    }
}

/// The prompt up to here is worth caching.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CacheMark {
    /// For how long; `None` leaves it to the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Duration>,
}

impl CacheMark {
    /// Worth caching for as long as the provider usually does.
    pub const fn new() -> Self {
        Self { lifetime: None }
    }

    /// Worth caching for `lifetime`.
    pub const fn lasting(lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime) }
    }
}

#[cfg(test)]
mod tests;
