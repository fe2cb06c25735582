//! What every whole answer is held to, whatever it is about.

use nohop_types::{ErrorKind, Result};
use serde_json::Value;

/// Law 4: every prefix of the body is cut, and says so.
pub(crate) fn cut<T: std::fmt::Debug>(
    body: &[u8],
    read: impl Fn(&[u8]) -> Result<T>,
) -> Result<(), String> {
    for end in ends(body) {
        match read(&body[..end]) {
            Err(error) if error.kind() == ErrorKind::Truncated => (),
            other => return Err(format!("law 4: cut at byte {end}, it is read as {other:?}")),
        }
    }
    Ok(())
}

/// Where a body is cut: at places all over it, and at all near its end.
pub(crate) fn ends(body: &[u8]) -> impl Iterator<Item = usize> {
    let length = body.trim_ascii_end().len();
    let near = length.saturating_sub(8)..length;
    (0..length).step_by((length / 32).max(1)).chain(near)
}

/// Law 6: the first string or number of `told` that is nowhere in `kept`, but for those that `passed`
/// says of by their path.
pub(crate) fn lost(told: &Value, kept: &Value, passed: impl Fn(&str) -> bool) -> Option<String> {
    let mut known = Vec::new();
    leaves("$", kept, &mut |_, leaf| known.push(leaf.clone()));
    let mut lost = None;
    leaves("$", told, &mut |path, leaf| {
        if !passed(path) && !known.contains(leaf) {
            lost.get_or_insert(format!("law 6: {path}: {leaf} is nowhere"));
        }
    });
    lost
}

/// Calls `found` with every string and number that says something, and its path.
fn leaves(path: &str, value: &Value, found: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Array(items) => {
            items.iter().for_each(|item| leaves(&format!("{path}[]"), item, found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, found));
        }
        Value::String(text) if !text.is_empty() => found(path, value),
        Value::Number(_) => found(path, value),
        _ => (),
    }
}
