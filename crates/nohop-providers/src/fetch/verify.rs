//! What was fetched, whatever it is labelled.

use nohop_wire::{is_of, sniff};

/// The type of `bytes` that were labelled so, if it is one of `types`.
///
/// # Errors
///
/// What is wrong with them, and what to do.
pub(super) fn media_type(
    label: Option<&str>,
    bytes: &[u8],
    types: &[String],
) -> Result<String, &'static str> {
    let label = label.map(|label| label.split(';').next().unwrap_or_default().trim());
    let label = label.map(str::to_ascii_lowercase).filter(|label| !is_silent(label));
    let found = match (label, sniff(bytes)) {
        (None, Some(found)) => found.to_owned(),
        (None, None) => return Err("its bytes do not tell what they are, and nor does a label"),
        (Some(label), _) if label.starts_with("text/") => match is_text(bytes) {
            true => label,
            false => return Err("its bytes are no text, though they are labelled so"),
        },
        // A label that the bytes bear out is more exact than what they begin with.
        (Some(label), Some(_)) if is_of(bytes, &label) && !label.ends_with('*') => label,
        (Some(_), _) => return Err("its bytes are not what they are labelled"),
    };
    match types.iter().any(|known| is_among(known, &found)) {
        true => Ok(found),
        false => Err("its type is not among those that are fetched: allow it with Fetch::types"),
    }
}

/// Whether `label` is `known`, which may stand for many.
fn is_among(known: &str, label: &str) -> bool {
    match known.strip_suffix('*') {
        Some("*/") => true,
        Some(kind) => label.starts_with(kind),
        None => label == known,
    }
}

/// Whether a label tells nothing.
fn is_silent(label: &str) -> bool {
    matches!(label, "" | "*/*" | "application/octet-stream" | "binary/octet-stream")
}

fn is_text(bytes: &[u8]) -> bool {
    sniff(bytes).is_none() && !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}
