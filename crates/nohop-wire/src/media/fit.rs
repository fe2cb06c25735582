//! Whether the media of a request fit the host that it goes to.

use std::borrow::Cow;

use bytes::Bytes;
use nohop_types::{
    Change, Content, Document, Error, ErrorKind, Loss, Media, Part, Request, Result, Role,
};

use super::sniff::{self, Format, essence};
use super::{Kind, Place, Source, Taken, Takes, held, held_mut};
use crate::{Call, Encoded};

/// Encodes `call` with media that the host takes: labelled as what they are, none too large or too many.
///
/// What the host does not take of earlier turns and of what tools answered is left out: a conversation may
/// move to a host that sees less. A document of text is told as one.
///
/// # Errors
///
/// `Unsupported` for what the host does not take of what the person and the application show since the
/// model spoke last.
pub(crate) fn fitting(
    call: &Call<'_>,
    takes: &Takes,
    encode: impl Fn(&Call<'_>) -> Result<Encoded>,
) -> Result<Encoded> {
    let mut mended = mended(call, takes)?;
    if mended.is_empty() {
        return encode(call);
    }
    let mut request = call.request.clone();
    // From the last to the first: what is taken out moves only what stands behind it.
    mended.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    let losses: Vec<Loss> = mended.iter().filter_map(|it| it.1.loss(it.0)).rev().collect();
    for (place, mend) in mended {
        mend.apply(place, &mut request);
    }
    let mut encoded = encode(&Call { request: &request, ..*call })?;
    encoded.losses.splice(..0, losses);
    Ok(encoded)
}

/// Media that a host can not fetch, but would take as bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Wanted<'a> {
    /// Where it is.
    pub url: &'a str,
    place: Place,
}

/// The media of `request` that a host which `takes` so much wants fetched for it.
pub fn wanted<'a>(request: &'a Request, takes: &Takes) -> Vec<Wanted<'a>> {
    let mut wanted = Vec::new();
    for (place, part) in shown(request) {
        if let Some((kind, Some(Media::Url(url)))) = held(part) {
            let taken = takes.of(kind);
            if taken.types.is_empty() || !taken.from.contains(&Source::Bytes) || taken.fetches(url)
            {
                continue;
            }
            wanted.push(Wanted { url, place });
        }
    }
    wanted
}

impl Wanted<'_> {
    /// Puts what was fetched in the place of its address.
    pub fn put(&self, request: &mut Request, media_type: impl Into<String>, bytes: Bytes) {
        if let Some(media) = self.place.part_of(request).and_then(held_mut) {
            *media = Media::bytes(media_type, bytes);
        }
    }

    /// Where in the request it stands.
    pub fn path(&self) -> String {
        self.place.to_string()
    }
}

/// What is done to a part before it is sent.
enum Mend {
    /// It has another label, and that may have to be told.
    Label(&'static str, Option<&'static str>),
    /// It is left out.
    Out(Kind),
    /// It is told as a text.
    Text(String),
}

const CONTRADICTED: &str = "the bytes are of another type than they are labelled";
const SPELLED: &str = "the host knows its type by another name";
const LEFT_OUT: &str = "the host does not take it";
const AS_TEXT: &str = "the host does not take it, and it is told as a text";

impl Mend {
    /// What is told of it.
    fn loss(&self, place: Place) -> Option<Loss> {
        match self {
            Self::Label(_, why) => {
                why.map(|why| Loss::new(place.to_string(), Change::Translated, why))
            }
            Self::Out(kind) => Some(Loss::new(kind.field(), Change::Dropped, LEFT_OUT)),
            Self::Text(_) => Some(Loss::new(Kind::Document.field(), Change::Translated, AS_TEXT)),
        }
    }

    fn apply(self, place: Place, request: &mut Request) {
        match self {
            Self::Label(label, _) => {
                let media = place.part_of(request).and_then(held_mut);
                if let Some(Media::Bytes { media_type, .. }) = media {
                    label.clone_into(media_type);
                }
            }
            Self::Out(_) => place.take_out(request),
            Self::Text(text) => {
                if let Some(part) = place.part_of(request) {
                    part.content = Content::Text(text);
                }
            }
        }
    }
}

fn mended(call: &Call<'_>, takes: &Takes) -> Result<Vec<(Place, Mend)>> {
    let mut mended = Vec::new();
    // Most requests show nothing.
    if !parts(call.request).any(|(_, part, _)| held(part).is_some()) {
        return Ok(mended);
    }
    let mut counted = Counted::default();
    let spoke = call.request.messages.iter().rposition(|it| it.role == Role::Assistant);
    let (mut parts, now): (Vec<_>, Vec<_>) =
        parts(call.request).partition(|(place, ..)| Some(place.turn) < spoke);
    // What is asked now goes before what was shown earlier, where there may be only so much.
    parts.extend(now.into_iter().rev());
    for (place, part, role) in parts.into_iter().rev() {
        let Some((kind, media)) = held(part) else { continue };
        let taken = takes.of(kind);
        // What the model said is for its dialect to tell, or to leave out.
        let shown = role != Role::Assistant;
        let checked = match media {
            Some(Media::Bytes { media_type, bytes }) => {
                let found = label(kind, taken, media_type, bytes);
                let sent = found.as_ref().map_or(&**media_type, |(label, _)| label);
                let fits = if shown {
                    counted.bytes(place, kind, takes, sent, bytes.len())
                } else {
                    Ok(())
                };
                let label = found.map(|(label, loss)| (place, Mend::Label(label, loss)));
                mended.extend(label.filter(|_| fits.is_ok()));
                fits
            }
            Some(media) if shown => counted.other(place, kind, takes, media, call),
            _ => Ok(()),
        };
        let Err(message) = checked else { continue };
        if let Some(text) = text_of(part) {
            mended.push((place, Mend::Text(text.to_owned())));
        } else if Some(place.turn) < spoke || place.inner.is_some() {
            mended.push((place, Mend::Out(kind)));
        } else {
            let error = Error::new(ErrorKind::Unsupported, message);
            return Err(error.at(format_args!("{place}")));
        }
    }
    Ok(mended)
}

/// The text of a document that is one.
fn text_of(part: &Part) -> Option<&str> {
    match &part.content {
        Content::Document(Document { media: Media::Bytes { media_type, bytes }, .. })
            if media_type.starts_with("text/") =>
        {
            std::str::from_utf8(bytes).ok()
        }
        _ => None,
    }
}

/// The label to send instead of `declared`, if it is another.
fn label(
    kind: Kind,
    taken: &Taken,
    declared: &str,
    bytes: &[u8],
) -> Option<(&'static str, Option<&'static str>)> {
    let format = sniff::format(bytes)?;
    if !format.covers(declared) {
        // A text may begin like anything.
        let text = essence(declared).get(..5).is_some_and(|it| it.eq_ignore_ascii_case("text/"));
        if text && std::str::from_utf8(bytes).is_ok() {
            return None;
        }
        return Some((spelled(format, kind, taken), Some(CONTRADICTED)));
    }
    let unsure = essence(declared).ends_with('*');
    if unsure {
        return Some((spelled(format, kind, taken), None));
    }
    if taken.takes(declared) {
        return None;
    }
    let known = format.labels.iter().find(|label| taken.takes(label))?;
    Some((known, Some(SPELLED)))
}

/// The name of a format that the host knows, or else its usual one.
fn spelled(format: &'static Format, kind: Kind, taken: &Taken) -> &'static str {
    let usual = format.label(kind);
    if taken.takes(usual) {
        return usual;
    }
    format.labels.iter().find(|label| taken.takes(label)).copied().unwrap_or(usual)
}

/// How much of what there is so far.
#[derive(Default)]
struct Counted {
    turn: usize,
    in_turn: [usize; 4],
    in_request: [usize; 4],
    together: usize,
}

impl Counted {
    fn bytes(
        &mut self,
        place: Place,
        kind: Kind,
        takes: &Takes,
        label: &str,
        length: usize,
    ) -> Result<(), String> {
        let taken = self.one(place, kind, takes)?;
        if !taken.takes(label) {
            return Err(format!(
                "{} is not taken here as {}: {} are; convert it, or add a target that takes it",
                plain(label),
                kind.one(),
                taken.types.join(", ")
            ));
        }
        if let Some(most) = taken.bytes.filter(|most| length > *most) {
            return Err(format!(
                "{length} bytes, and {} here has at most {most}: make it smaller, or add a target that \
                 takes more",
                kind.one()
            ));
        }
        self.together = self.together.saturating_add(length);
        match takes.together.filter(|most| self.together > *most) {
            Some(most) => Err(format!(
                "with it the media of the request have {} bytes, and a request here has at most {most}: \
                 send less, or add a target that takes more",
                self.together
            )),
            None => Ok(()),
        }
    }

    fn other(
        &mut self,
        place: Place,
        kind: Kind,
        takes: &Takes,
        media: &Media,
        call: &Call<'_>,
    ) -> Result<(), String> {
        let taken = self.one(place, kind, takes)?;
        match media {
            Media::Url(url) if taken.fetches(url) => Ok(()),
            Media::Url(_) => Err(format!(
                "the host does not fetch {} from there: send its bytes, or let the router fetch it \
                 (Builder::fetch)",
                kind.one()
            )),
            Media::File { issuer: Some(issuer), .. } if !call.issuer.is(issuer) => Err(
                "the file was uploaded to another provider: send its bytes or its URL, or upload it here"
                    .to_owned(),
            ),
            Media::File { .. } if !taken.from.contains(&Source::File) => Err(format!(
                "the host takes no file id for {}: send its bytes or its URL",
                kind.one()
            )),
            _ => Ok(()),
        }
    }

    /// Counts one more.
    fn one<'t>(&mut self, place: Place, kind: Kind, takes: &'t Takes) -> Result<&'t Taken, String> {
        let (number, taken) = (kind as usize, takes.of(kind));
        if taken.types.is_empty() {
            return Err(format!(
                "{} is not taken here: leave it out, or add a target that takes it",
                kind.one()
            ));
        }
        if self.turn != place.turn {
            (self.turn, self.in_turn) = (place.turn, [0; 4]);
        }
        self.in_turn[number] += 1;
        self.in_request[number] += 1;
        let limits = [
            ("turn", taken.turn, self.in_turn[number]),
            ("request", taken.request, self.in_request[number]),
        ];
        for (whole, most, count) in limits {
            if let Some(most) = most.filter(|most| count > *most) {
                return Err(format!(
                    "a {whole} here has at most {most} {}: send fewer, or add a target that takes more",
                    kind.many()
                ));
            }
        }
        Ok(taken)
    }
}

/// Every part, with its place and who says it; what tools answered is told by its parts.
fn parts(request: &Request) -> impl Iterator<Item = (Place, &Part, Role)> {
    request.messages.iter().enumerate().flat_map(|(turn, message)| {
        message.parts.iter().enumerate().flat_map(move |(part, held)| {
            let inner = match &held.content {
                Content::ToolResult(result) => &result.parts[..],
                _ => &[],
            };
            let inner = inner.iter().enumerate().map(move |(inner, held)| {
                (Place { turn, part, inner: Some(inner) }, held, Role::Tool)
            });
            let own = Place { turn, part, inner: None };
            std::iter::once((own, held, message.role)).chain(inner)
        })
    })
}

/// Every part that the person, the application or a tool shows.
fn shown(request: &Request) -> impl Iterator<Item = (Place, &Part)> {
    let shown = parts(request).filter(|(_, _, role)| *role != Role::Assistant);
    shown.map(|(place, part, _)| (place, part))
}

/// The label, unless it is none: a request's text is in no error.
fn plain(label: &str) -> Cow<'_, str> {
    let label = essence(label);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.+-*_".contains(&byte);
    match label.len() <= 80 && label.contains('/') && label.bytes().all(is_plain) {
        true => Cow::Borrowed(label),
        false => Cow::Borrowed("what is labelled so"),
    }
}
