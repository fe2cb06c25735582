use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop_types::{Error, ErrorKind, Result};
use serde_json::value::RawValue;

use super::{Str, list, said};

/// What the base64 of a vector holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Packed {
    /// Numbers of four bytes each, the lowest first.
    Floats,
    /// Numbers of one byte each, with a sign.
    Bytes,
}

/// The vector that `raw` is: a list of numbers, or their base64.
///
/// # Errors
///
/// `Protocol` when it is neither.
pub(crate) fn vector(raw: &RawValue, packed: Packed) -> Result<Vec<f32>> {
    let text = raw.get();
    if !text.starts_with('"') {
        return list::numbers(raw);
    }
    let text: Str<'_> = serde_json::from_str(text).map_err(|error| said(&error))?;
    let bytes = STANDARD.decode(text.as_bytes()).map_err(|error| {
        Error::new(ErrorKind::Protocol, format!("a vector is a text that is no base64: {error}"))
    })?;
    match packed {
        Packed::Bytes => Ok(bytes.into_iter().map(|byte| f32::from(byte.cast_signed())).collect()),
        Packed::Floats => {
            let (numbers, rest) = bytes.as_chunks::<4>();
            if !rest.is_empty() {
                let message = format!(
                    "the base64 of a vector has {} bytes, and a number has four",
                    bytes.len()
                );
                return Err(Error::new(ErrorKind::Protocol, message));
            }
            Ok(numbers.iter().copied().map(f32::from_le_bytes).collect())
        }
    }
}
