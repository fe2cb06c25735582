//! Where a request to Bedrock goes: the path names the model and how it is answered.

use std::fmt::Write;

use nohop_types::{Error, ErrorKind, Result};

use crate::Mode;

const PLACE: &str = "{model}";

/// The endings of a path: for an answer in one piece, and for one that is streamed.
pub(in crate::dialect) type Endings = [&'static str; 2];

/// The path of a call, below the endpoint's base URL.
pub(in crate::dialect) fn path(
    way: &str,
    model: &str,
    mode: Mode,
    endings: Endings,
) -> Result<String> {
    let mut path = match way.split_once(PLACE) {
        None => way.to_owned(),
        Some((before, after)) => format!("{before}{}{after}", named(model)?),
    };
    let [whole, stream] = endings;
    let root = path.strip_suffix(stream).or_else(|| path.strip_suffix(whole)).map(str::len);
    if let Some(root) = root {
        path.truncate(root);
        path.push_str(match mode {
            Mode::Stream => stream,
            Mode::Whole => whole,
        });
    }
    Ok(path)
}

/// The model as one segment of a path: an ARN has slashes of its own.
fn named(model: &str) -> Result<String> {
    if matches!(model, "" | "." | "..") {
        let message = format!("model: the path names the model, and {model:?} names none");
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    let mut name = String::with_capacity(model.len() + 8);
    for byte in model.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => name.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
            // Writing to a string never fails.
            byte => drop(write!(name, "%{byte:02X}")),
        }
    }
    Ok(name)
}
