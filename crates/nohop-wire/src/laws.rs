//! What every dialect and surface must obey: ours, and yours.
//!
//! Each law takes a recorded [`Sample`] and says where it is broken. They are functions and not tests,
//! so that a dialect written elsewhere can be held to them with recordings of its own.
//!
//! 1. [`cuts_do_not_matter`]: however the bytes are split, the events are the same.
//! 2. [`whole_and_stream_agree`]: an answer, written by a surface whole and as a stream, reads the
//!    same.
//! 3. [`events_follow_the_grammar`].
//! 4. [`a_cut_answer_never_finishes`]: every prefix before the answer is complete is an error.
//! 5. [`there_and_back`]: a request read by a surface and written again is the same JSON.
//! 6. [`nothing_is_lost`]: every string of the answer is in the response.
//! 7. No input panics: what the fuzz targets look for.

mod json;

use std::fmt;

use nohop_types::{Content, Error, Event, Grammar, Response};
use serde_json::Value;

use crate::{
    Call, Dialect, Encoded, Frame, Framer, Framing, Head, Incoming, Mode, Reader, RequestHead,
};
use crate::{Stamp, State, Strictness, Surface};

pub use json::{Difference, differences};

/// One recorded answer, with the call it answered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The dialect it is written in.
    pub dialect: &'a dyn Dialect,
    /// The call it answered.
    pub call: Call<'a>,
    /// What preceded its body.
    pub head: &'a Head,
    /// Its body.
    pub body: &'a [u8],
}

impl<'a> Sample<'a> {
    /// The answer `body` that began with `head`.
    pub fn new(dialect: &'a dyn Dialect, call: Call<'a>, head: &'a Head, body: &'a [u8]) -> Self {
        Self { dialect, call, head, body }
    }

    /// The events of the body in pieces of `size`, and how it ended.
    pub fn read(&self, size: usize) -> (Vec<Event>, Result<(), Error>) {
        self.read_prefix(self.body.len(), size)
    }

    /// The first frame that a lenient reader passes over, as a strict one says it.
    pub fn skipped(&self) -> Option<Error> {
        let mut events = Vec::new();
        let mut read = || {
            let reader = Reader::open(self.dialect, &self.call, self.head)?;
            let mut reader = reader.strictness(Strictness::Strict);
            reader.push(self.body, &mut events)?;
            reader.end(&mut events)
        };
        let (_, lenient) = self.read(usize::MAX);
        read().err().filter(|_| lenient.is_ok())
    }

    fn read_prefix(&self, end: usize, size: usize) -> (Vec<Event>, Result<(), Error>) {
        let mut events = Vec::new();
        let mut read = || {
            let mut reader = Reader::open(self.dialect, &self.call, self.head)?;
            for piece in self.body[..end].chunks(size.max(1)) {
                reader.push(piece, &mut events)?;
            }
            reader.end(&mut events)
        };
        let ended = read();
        (events, ended)
    }

    /// How many bytes it takes until nothing more must come; all of them when that never happens.
    fn enough(&self) -> Result<usize, Error> {
        let mut reader = Reader::open(self.dialect, &self.call, self.head)?;
        let mut events = Vec::new();
        for (place, byte) in self.body.iter().enumerate() {
            if reader.push(&[*byte], &mut events)? != State::Open {
                return Ok(place + 1);
            }
        }
        Ok(self.body.len())
    }
}

/// A law that was broken, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Breach {
    /// The number of the law.
    pub law: u8,
    /// What was found.
    pub what: String,
}

impl Breach {
    fn new(law: u8, what: impl Into<String>) -> Self {
        Self { law, what: what.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "law {}: {}", self.law, self.what)
    }
}

impl std::error::Error for Breach {}

/// Law 1: however the bytes are split, the events are the same.
///
/// # Errors
///
/// Names the size of the pieces that change something.
pub fn cuts_do_not_matter(sample: &Sample<'_>) -> Result<(), Breach> {
    let shown = |ended: Result<(), Error>| ended.map_err(|error| error.to_string());
    let (once, ended) = sample.read(usize::MAX);
    let ended = shown(ended);
    // Byte by byte finds most, but takes a call per byte.
    let sizes: &[usize] =
        if sample.body.len() < 20_000 { &[1, 2, 7, 61, 1_400] } else { &[7, 997] };
    for size in sizes {
        let (events, cut) = sample.read(*size);
        if events != once {
            let same = events.iter().zip(&once).take_while(|(a, b)| a == b).count();
            return Err(Breach::new(1, format!("in pieces of {size}, event {same} differs")));
        }
        let cut = shown(cut);
        if cut != ended {
            return Err(Breach::new(
                1,
                format!("in pieces of {size} it ends as {cut:?}, not {ended:?}"),
            ));
        }
    }
    Ok(())
}

/// Whether an answer in one piece tells in which order parts of different kinds came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Order {
    /// It has a field for each kind, and tells the order within it.
    ByKind,
    /// It is a list of parts.
    Told,
}

impl Order {
    /// The response without the order that can not be told.
    fn of(self, mut response: Response) -> Response {
        if self == Self::ByKind {
            for choice in &mut response.choices {
                choice.parts.sort_by_key(|part| match part.content {
                    Content::Reasoning(_) => 0,
                    Content::ToolCall(_) => 2,
                    _ => 1,
                });
            }
        }
        response
    }
}

/// Law 2: an answer, written by a surface whole and as a stream, reads the same.
///
/// # Errors
///
/// Says where the two responses differ.
pub fn whole_and_stream_agree(
    surface: &dyn Surface,
    dialect: &dyn Dialect,
    call: &Call<'_>,
    events: &[Event],
    order: Order,
) -> Result<(), Breach> {
    let whole = retold(surface, dialect, call, events, Mode::Whole)?;
    let stream = retold(surface, dialect, call, events, Mode::Stream)?;
    same(2, &order.of(whole), &order.of(stream), |_| false)
}

/// The response that a client of `surface` gets, when it is answered with `events` in `mode`.
///
/// # Errors
///
/// Says why the surface's own bytes could not be read.
pub fn retold(
    surface: &dyn Surface,
    dialect: &dyn Dialect,
    call: &Call<'_>,
    events: &[Event],
    mode: Mode,
) -> Result<Response, Breach> {
    let mut incoming = Incoming::new(call.request.clone(), mode);
    // Whoever wants to compare usage must have asked for it.
    let asked = serde_json::json!({ "include_usage": true });
    incoming.request =
        incoming.request.extra(nohop_types::ExtraScope::Any, "stream_options", asked);
    let mut encoder = surface.encoder(&incoming, Stamp::new("retold", 0));
    let mut body = Vec::new();
    for event in events {
        encoder.event(event, &mut body);
    }
    let label = http::HeaderValue::from_static(encoder.content_type());
    let headers = http::HeaderMap::from_iter([(http::header::CONTENT_TYPE, label)]);
    let head = Head::new(http::StatusCode::OK, headers);
    let (events, ended) = Sample::new(dialect, call.mode(mode), &head, &body).read(usize::MAX);
    match ended {
        Ok(()) => Ok(events.into_iter().collect()),
        Err(error) => Err(Breach::new(2, format!("{mode:?}, as the surface wrote it: {error}"))),
    }
}

/// Laws 2 and 5, for answers: what a client of the surface reads is what the provider said, but for
/// the `losses`, as paths in a response.
///
/// # Errors
///
/// Says where the two responses differ.
pub fn retelling_is_faithful(
    surface: &dyn Surface,
    dialect: &dyn Dialect,
    call: &Call<'_>,
    events: &[Event],
    order: Order,
    losses: &[&str],
) -> Result<(), Breach> {
    let mut told: Response = events.iter().cloned().collect();
    // What a stream said otherwise later is told once.
    told.extra = told.extra.latest();
    for choice in &mut told.choices {
        choice.extra = choice.extra.latest();
    }
    let retold = retold(surface, dialect, call, events, Mode::Whole)?;
    same(5, &order.of(told), &order.of(retold), |path| losses.contains(&path))
}

fn same(
    law: u8,
    one: &Response,
    other: &Response,
    lost: impl Fn(&str) -> bool,
) -> Result<(), Breach> {
    let json = |response| serde_json::to_value(response).unwrap_or(Value::Null);
    let found = differences(&json(one), &json(other)).into_iter().find(|d| !lost(&d.path));
    found.map_or(Ok(()), |difference| Err(Breach::new(law, difference.to_string())))
}

/// Law 3: events follow the grammar of an answer.
///
/// # Errors
///
/// Says which rule is broken.
pub fn events_follow_the_grammar(events: &[Event]) -> Result<(), Breach> {
    let mut grammar = Grammar::default();
    for event in events {
        grammar.event(event).map_err(|rule| Breach::new(3, rule))?;
    }
    Ok(())
}

/// Law 4: every prefix before the answer is complete is an error, and every one after is none.
///
/// The answer is complete with the last byte of data of the frame that ends it. Some bodies end
/// without the end of that line, and some hosts write the name of an event behind its data: by then
/// all is said, so that a cut in either is no cut of the answer. One name directly behind the data is
/// all that may be missing.
///
/// # Errors
///
/// Names a prefix that finishes too soon, or one that does not finish although it is complete.
pub fn a_cut_answer_never_finishes(sample: &Sample<'_>) -> Result<(), Breach> {
    let Ok(enough) = sample.enough() else { return Ok(()) };
    let open = sample.dialect.open(&sample.call, sample.head);
    let (framing, _) = open.map_err(|error| Breach::new(4, error.to_string()))?;
    let text = told(&sample.body[..enough], framing);
    for end in cuts(sample.body, text) {
        let (events, ended) = sample.read_prefix(end, usize::MAX);
        if end < text && ended.is_ok() {
            return Err(Breach::new(4, format!("cut at byte {end} of {text}, it still finishes")));
        }
        if end >= enough
            && let Err(error) = &ended
        {
            let what = format!("cut at byte {end}, it fails although it was complete: {error}");
            return Err(Breach::new(4, what));
        }
        let finished = matches!(events.last(), Some(Event::Finish { .. }));
        if ended.is_ok() != finished {
            return Err(Breach::new(4, format!("cut at byte {end}, it ends without a finish")));
        }
    }
    Ok(())
}

/// Where a body is cut: everywhere if it is short. A long one is cut here and there, around the byte
/// `text` with which it is complete, and at the ends of the lines before that, where an answer that
/// lacks little would be taken for a whole one.
fn cuts(body: &[u8], text: usize) -> Vec<usize> {
    if body.len() <= 2_048 {
        return (0..=body.len()).collect();
    }
    let step = (body.len() / 48).max(1);
    let lines = (0..text).rev().filter(|end| body[*end] == b'\n').take(24);
    let near = text.saturating_sub(3)..(text + 4).min(body.len());
    let mut cuts: Vec<usize> = (0..body.len()).step_by(step).collect();
    cuts.extend(lines.flat_map(|end| [end, end + 1]));
    cuts.extend(near);
    cuts.push(body.len());
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// How many bytes of `body` tell its last frame: the end of its line is none of them, nor is the name
/// of an event that stands behind its data.
fn told(body: &[u8], framing: Framing) -> usize {
    let text = body.trim_ascii_end();
    let begins =
        |text: &[u8]| text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let line = begins(text);
    let before = text[..line].strip_suffix(b"\n").unwrap_or_default();
    let before = before.strip_suffix(b"\r").unwrap_or(before);
    let named = framing == Framing::Sse
        && text[line..].starts_with(b"event:")
        && before[begins(before)..].starts_with(b"data:");
    if named { before.len() } else { text.len() }
}

/// Law 5, for requests: the differences between a request and the same, read by a surface and written
/// again for `model` by the dialect.
///
/// # Errors
///
/// The surface's or the dialect's own, when one of them refuses the request.
pub fn there_and_back(
    surface: &dyn Surface,
    dialect: &dyn Dialect,
    head: &RequestHead,
    body: &[u8],
    issuer: &nohop_types::Issuer,
) -> Result<(Vec<Difference>, Encoded), Error> {
    let incoming = surface.decode(head, body)?;
    let model = incoming.request.model.clone();
    let call = Call::new(&incoming.request, &model, &head.path, issuer).mode(incoming.mode);
    let encoded = dialect.encode(&call)?;
    let json = |bytes| serde_json::from_slice(bytes).unwrap_or(Value::Null);
    Ok((differences(&json(body), &json(&encoded.body)), encoded))
}

/// Law 6: every string of the answer is in the response, but for `noise`, as paths in a frame.
///
/// # Errors
///
/// Names a string that is nowhere.
pub fn nothing_is_lost(
    sample: &Sample<'_>,
    response: &Response,
    noise: &[&str],
) -> Result<(), Breach> {
    let open = sample.dialect.open(&sample.call, sample.head);
    let (framing, mut decoder) = open.map_err(|error| Breach::new(6, error.to_string()))?;
    // As text too, for what came in fragments of JSON.
    let mut known = serde_json::to_string(response).unwrap_or_default();
    known += &json::haystack(&serde_json::to_value(response).unwrap_or(Value::Null));
    let mut lost = None;
    let mut look = |data: &[u8]| {
        let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
        json::strings(&value, &mut |path, text| {
            if lost.is_none() && !noise.contains(&path) && !json::is_in(&known, text) {
                lost = Some(format!(
                    "{path}: {:?} is nowhere",
                    text.chars().take(60).collect::<String>()
                ));
            }
        });
    };
    let mut framer = Framer::new(framing, usize::MAX);
    let mut input = sample.body;
    let mut read = |frame: Frame<'_>| {
        // What follows the end is no part of the answer.
        if decoder.state() != State::Done {
            look(frame.data);
            let _ = decoder.frame(frame, &mut Vec::new());
        }
    };
    while let Ok(Some(frame)) = framer.next(&mut input) {
        read(frame);
    }
    while let Some(frame) = framer.last() {
        read(frame);
    }
    lost.map_or(Ok(()), |what| Err(Breach::new(6, what)))
}
