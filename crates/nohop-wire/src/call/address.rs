//! The places of a way's path.

use std::fmt::Write;

use nohop_types::{Error, ErrorKind, Result};

use crate::{Call, Mode};

impl Call<'_> {
    /// The path with its places filled.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` when the path names the model, and there is none.
    pub(crate) fn address(&self) -> Result<String> {
        address(self.path, self.model, self.mode)
    }
}

/// The path `way` with its places filled: `{model}` is the model, and of `{this|that}` the first is for
/// a whole answer, the second for one that arrives as it is made.
///
/// # Errors
///
/// `InvalidRequest` when the path names the model, and there is none.
pub(crate) fn address(way: &str, model: &str, mode: Mode) -> Result<String> {
    let mut path = String::with_capacity(way.len());
    let mut rest = way;
    while let Some((before, (place, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        path.push_str(before);
        match (place, place.split_once('|'), mode) {
            ("model", ..) => segment(&mut path, model)?,
            (_, Some((whole, _)), Mode::Whole) => path.push_str(whole),
            (_, Some((_, stream)), Mode::Stream) => path.push_str(stream),
            (other, ..) => drop(write!(path, "{{{other}}}")),
        }
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// Writes `model` as one segment of a path.
fn segment(path: &mut String, model: &str) -> Result<()> {
    if matches!(model, "" | "." | "..") {
        let message = format!("model: the path names the model, and {model:?} names none");
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    escape(path, model);
    Ok(())
}

/// Writes `text` as a part of a segment or of a query.
pub(crate) fn escape(path: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' | b'@' => path.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => path.push(char::from(byte)),
            // Writing to a string never fails.
            byte => drop(write!(path, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests;
