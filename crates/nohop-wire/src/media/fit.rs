//! Whether the media of a request fit the host that it goes to.

use std::borrow::Cow;

use bytes::Bytes;
use nohop_types::{Change, Content, Error, ErrorKind, Loss, Media, Part, Request, Result, Role};

use super::sniff::{self, Format, essence};
use super::{Kind, Place, Source, Taken, Takes, held, held_mut};
use crate::{Call, Encoded};

/// Encodes `call` with media that the host takes: labelled as what they are, none too large or too many.
///
/// # Errors
///
/// `Unsupported` for what the host does not take of what the person, the application or a tool shows.
pub(crate) fn fitting(
    call: &Call<'_>,
    takes: &Takes,
    encode: impl Fn(&Call<'_>) -> Result<Encoded>,
) -> Result<Encoded> {
    let relabelled = relabelled(call, takes)?;
    if relabelled.is_empty() {
        return encode(call);
    }
    let mut request = call.request.clone();
    let mut losses = Vec::new();
    for Relabelled { place, label, loss } in relabelled {
        let media = place.part_of(&mut request).and_then(held_mut);
        if let Some(Media::Bytes { media_type, .. }) = media {
            label.clone_into(media_type);
            losses.extend(loss.map(|why| Loss::new(place.to_string(), Change::Translated, why)));
        }
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

/// A part whose label is not the one to send.
struct Relabelled {
    place: Place,
    label: &'static str,
    /// What is to be told of it.
    loss: Option<&'static str>,
}

const CONTRADICTED: &str = "the bytes are of another type than they are labelled";
const SPELLED: &str = "the host knows its type by another name";

fn relabelled(call: &Call<'_>, takes: &Takes) -> Result<Vec<Relabelled>> {
    let mut relabelled = Vec::new();
    let mut counted = Counted::default();
    for (place, part, role) in parts(call.request) {
        let Some((kind, media)) = held(part) else { continue };
        let taken = takes.of(kind);
        // What the model said is history: what can not be told of it is a loss, and no reason to refuse.
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
                relabelled.extend(found.map(|(label, loss)| Relabelled { place, label, loss }));
                fits
            }
            Some(media) if shown => counted.other(place, kind, takes, media, call),
            _ => Ok(()),
        };
        checked.map_err(|message| {
            Error::new(ErrorKind::Unsupported, message).at(format_args!("{place}"))
        })?;
    }
    Ok(relabelled)
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
