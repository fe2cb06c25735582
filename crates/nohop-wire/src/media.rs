//! What media a host takes, and what is found out of them before they are sent.

mod fit;
mod sniff;

use std::fmt;

use nohop_types::{Content, Media, Part, Request};

pub(crate) use fit::fitting;
pub use fit::{Wanted, wanted};
pub use sniff::{is_of, sniff};

/// What media a host takes.
///
/// What the person, the application or a tool shows is refused before it is sent where the host would
/// not take it: the refusal names the part and says what to do, and another target may take it. What the
/// model itself said earlier is history, and is left out with a loss instead.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Takes {
    /// Pictures.
    pub image: Taken,
    /// Sounds.
    pub audio: Taken,
    /// Films.
    pub video: Taken,
    /// Documents.
    pub document: Taken,
    /// The most bytes of all of them together, those that are sent along.
    pub together: Option<usize>,
}

/// What a host takes of one kind of media.
#[derive(Clone, Copy)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Taken {
    /// Its types, such as `image/png` or `text/*`; none where the host does not take the kind at all.
    pub types: &'static [&'static str],
    /// Where it may be.
    pub from: &'static [Source],
    /// The most bytes of one.
    pub bytes: Option<usize>,
    /// The most of them in one turn.
    pub turn: Option<usize>,
    /// The most of them in one request.
    pub request: Option<usize>,
}

/// Where media may be that a host takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Source {
    /// In the request.
    Bytes,
    /// Uploaded before: the request names the host's own id.
    File,
    /// At an address that begins like this: the host fetches it.
    Url(&'static str),
}

/// Where a host usually finds media that fetches from the web.
pub(crate) const WEB: &[Source] = &[
    Source::Bytes,
    Source::Url("https://"),
    Source::Url("http://"),
    // What could not be read as bytes is the host's to read.
    Source::Url("data:"),
];

/// The same, for hosts that keep files.
pub(crate) const WEB_AND_FILES: &[Source] = &[
    Source::Bytes,
    Source::File,
    Source::Url("https://"),
    Source::Url("http://"),
    Source::Url("data:"),
];

/// The pictures that nearly everybody takes.
pub(crate) const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/webp", "image/gif"];

impl Takes {
    /// Everything, from everywhere: what is not known to be refused is sent.
    pub const ANY: Self = Self {
        image: Taken::ANY,
        audio: Taken::ANY,
        video: Taken::ANY,
        document: Taken::ANY,
        together: None,
    };

    /// Nothing but text.
    pub const NONE: Self = Self {
        image: Taken::NONE,
        audio: Taken::NONE,
        video: Taken::NONE,
        document: Taken::NONE,
        together: None,
    };

    fn of(&self, kind: Kind) -> &Taken {
        match kind {
            Kind::Audio => &self.audio,
            Kind::Document => &self.document,
            Kind::Image => &self.image,
            Kind::Video => &self.video,
        }
    }
}

impl Taken {
    /// All of the kind, from everywhere.
    pub const ANY: Self = Self::some(&["*/*"], &[Source::Bytes, Source::File, Source::Url("")]);

    /// Nothing of the kind.
    pub const NONE: Self = Self::some(&[], &[]);

    /// These types, from these places, however large and many.
    pub const fn some(types: &'static [&'static str], from: &'static [Source]) -> Self {
        Self { types, from, bytes: None, turn: None, request: None }
    }

    /// Whether media labelled `label` are taken; in a label that ends in `*` nothing contradicts it.
    pub fn takes(&self, label: &str) -> bool {
        let label = sniff::essence(label);
        self.types.iter().any(|known| match known.strip_suffix('*') {
            Some("*/") => true,
            Some(kind) => label.get(..kind.len()).is_some_and(|it| it.eq_ignore_ascii_case(kind)),
            None => match label.strip_suffix('*') {
                Some(kind) => {
                    known.get(..kind.len()).is_some_and(|it| it.eq_ignore_ascii_case(kind))
                }
                None => known.eq_ignore_ascii_case(label),
            },
        })
    }

    /// Whether the host fetches from `url`.
    pub fn fetches(&self, url: &str) -> bool {
        self.from.iter().any(|source| match source {
            Source::Url(start) => {
                url.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start))
            }
            _ => false,
        })
    }
}

/// One line, for tables: `image/png image/jpeg as bytes, at https://`.
impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.types.is_empty() {
            return f.write_str("none");
        }
        let places = self.from.iter().map(|source| match source {
            Source::Bytes => "bytes",
            Source::File => "file",
            Source::Url("") => "any URL",
            Source::Url(start) => start,
        });
        let places: Vec<_> = places.collect();
        write!(f, "{} as {}", self.types.join(" "), places.join(" or "))?;
        let limits = [("bytes", self.bytes), ("a turn", self.turn), ("a request", self.request)];
        for (what, most) in limits {
            if let Some(most) = most {
                write!(f, "; {most} {what}")?;
            }
        }
        Ok(())
    }
}

/// A kind of media.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Audio,
    Document,
    Image,
    Video,
}

impl Kind {
    /// How labels of the kind begin; those of documents begin in several ways.
    fn prefix(self) -> &'static str {
        match self {
            Self::Audio => "audio/",
            Self::Document => "application/",
            Self::Image => "image/",
            Self::Video => "video/",
        }
    }

    fn one(self) -> &'static str {
        match self {
            Self::Audio => "a sound",
            Self::Document => "a document",
            Self::Image => "a picture",
            Self::Video => "a film",
        }
    }

    fn many(self) -> &'static str {
        match self {
            Self::Audio => "sounds",
            Self::Document => "documents",
            Self::Image => "pictures",
            Self::Video => "films",
        }
    }
}

/// The kind of media that `part` is, and where it is; a sound that only an id tells of is nowhere.
fn held(part: &Part) -> Option<(Kind, Option<&Media>)> {
    Some(match &part.content {
        Content::Audio(audio) => (Kind::Audio, audio.media.as_ref()),
        Content::Document(document) => (Kind::Document, Some(&document.media)),
        Content::Image(image) => (Kind::Image, Some(&image.media)),
        Content::Video(video) => (Kind::Video, Some(&video.media)),
        _ => return None,
    })
}

/// The same, to be changed.
fn held_mut(part: &mut Part) -> Option<&mut Media> {
    match &mut part.content {
        Content::Audio(audio) => audio.media.as_mut(),
        Content::Document(document) => Some(&mut document.media),
        Content::Image(image) => Some(&mut image.media),
        Content::Video(video) => Some(&mut video.media),
        _ => None,
    }
}

/// Where a part stands: its turn, its place there, and its place within what a tool answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Place {
    turn: usize,
    part: usize,
    inner: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "messages[{}].parts[{}]", self.turn, self.part)?;
        match self.inner {
            Some(inner) => write!(f, ".parts[{inner}]"),
            None => Ok(()),
        }
    }
}

impl Place {
    /// The part that stands there.
    fn part_of(self, request: &mut Request) -> Option<&mut Part> {
        let part = request.messages.get_mut(self.turn)?.parts.get_mut(self.part)?;
        let Some(inner) = self.inner else { return Some(part) };
        match &mut part.content {
            Content::ToolResult(result) => result.parts.get_mut(inner),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
