//! Where a request goes: the path names the model and what is done with it.

use std::borrow::Cow;

use nohop_types::{Error, ErrorKind, Result};

use crate::Mode;
use crate::call::address::escape;

const PLACE: &str = "{model}";
const WHOLE: &str = ":generateContent";
const STREAM: &str = ":streamGenerateContent";
const VECTOR: &str = ":embedContent";
const BATCH: &str = ":batchEmbedContents";
const PREDICT: &str = ":predict";

/// The path of a call, below the endpoint's base URL.
///
/// A path that already says what is done says it for this `mode`. A streamed answer is asked for as
/// server-sent events; without that, it would be one JSON array.
pub(super) fn path(way: &str, model: &str, mode: Mode) -> Result<String> {
    match mode {
        Mode::Stream => method(way, model, |_| STREAM, Some("alt=sse")),
        Mode::Whole => method(way, model, |_| WHOLE, None),
    }
}

/// The path of a call for vectors: of one input, unless the path asks for those of a batch, or of
/// several.
pub(super) fn vectors(way: &str, model: &str, several: bool) -> Result<String> {
    let chosen = |own: &str| if several || own == BATCH { BATCH } else { VECTOR };
    method(way, model, chosen, None)
}

/// The path of a call for the vectors of instances.
pub(super) fn instances(way: &str, model: &str) -> Result<String> {
    method(way, model, |_| PREDICT, None)
}

/// Whether a path for vectors asks for those of a batch.
pub(super) fn is_batch(path: &str) -> bool {
    path.split('?').next().is_some_and(|path| path.ends_with(BATCH))
}

/// The path `way` for `model` with the method that `choose` takes in the place of its own, and what is
/// `asked` in its query.
fn method(
    way: &str,
    model: &str,
    choose: impl Fn(&str) -> &'static str,
    asked: Option<&str>,
) -> Result<String> {
    let (way, query) = way.split_once('?').map_or((way, None), |(way, query)| (way, Some(query)));
    let mut path = match way.split_once(PLACE) {
        None => way.to_owned(),
        Some((before, after)) => format!("{}{after}", named(before, model)?),
    };
    let own = [WHOLE, STREAM, VECTOR, BATCH, PREDICT].into_iter().find(|own| path.ends_with(own));
    path.truncate(path.len() - own.map_or(0, str::len));
    path.push_str(choose(own.unwrap_or_default()));
    let kept = query.into_iter().flat_map(|query| query.split('&'));
    let kept = kept.filter(|pair| !pair.is_empty() && *pair != "alt=sse");
    for (place, pair) in kept.chain(asked).enumerate() {
        path.push(if place == 0 { '?' } else { '&' });
        path.push_str(pair);
    }
    Ok(path)
}

/// What stands `before` the model, and the model.
///
/// A model that is named with its collection, as `tunedModels/mine`, takes the place of the path's
/// own.
fn named(before: &str, model: &str) -> Result<String> {
    let model = model.strip_prefix("models/").unwrap_or(model);
    let mut path = match before.strip_suffix("models/").filter(|_| model.contains('/')) {
        Some(root) => root.to_owned(),
        None => before.to_owned(),
    };
    for (place, segment) in model.split('/').enumerate() {
        if matches!(segment, "" | "." | "..") {
            let message = format!("model: the path names the model, and {model:?} names none");
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        if place > 0 {
            path.push('/');
        }
        escape(&mut path, segment);
    }
    Ok(path)
}

/// What the path of a request says.
pub(super) struct Asked<'a> {
    /// The model, if the path names one.
    pub(super) model: Option<Cow<'a, str>>,
    pub(super) mode: Mode,
    /// Whether a streamed answer is wanted as one JSON array.
    pub(super) array: bool,
}

/// Reads the path of a request.
pub(super) fn asked(path: &str) -> Asked<'_> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (before, method) = match path.rsplit_once(':') {
        Some((before, method)) if !method.contains('/') => (before, method),
        _ => (path, ""),
    };
    let mode = if method == &STREAM[1..] { Mode::Stream } else { Mode::Whole };
    let model = match before.rsplit_once("/tunedModels/") {
        Some((_, name)) => Some(Cow::Owned(format!("tunedModels/{}", decoded(name)))),
        None => before.rsplit_once("models/").map(|(_, name)| decoded(name)),
    };
    let sse = query.split('&').any(|pair| pair.eq_ignore_ascii_case("alt=sse"));
    Asked { model, mode, array: mode == Mode::Stream && !sse }
}

/// The text that a path spells with `%`.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |place: usize| char::from(*tail.get(place)?).to_digit(16);
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
