use std::borrow::Cow;

use memchr::memchr;

use super::Str;

/// The string that `quoted`, which is a JSON string, is; `None` where it is half a character.
///
/// Whoever has the raw text had it checked, so that only its escapes have to be found.
pub(super) fn unquote(quoted: &str) -> Option<Cow<'_, str>> {
    let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inside.map(|inside| (inside, memchr(b'\\', inside.as_bytes()))) {
        Some((inside, None)) => Some(Cow::Borrowed(inside)),
        Some((inside, Some(first))) => match unescape(inside, first) {
            Some(text) => Some(Cow::Owned(text)),
            None => parsed(quoted),
        },
        None => parsed(quoted),
    }
}

/// The text in `inside`, whose first escape is at `first`, if all of them are of one letter.
fn unescape(inside: &str, first: usize) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let (mut rest, mut next) = (inside, Some(first));
    while let Some(place) = next {
        let letter = match rest.as_bytes().get(place + 1)? {
            b'"' => '"',
            b'/' => '/',
            b'\\' => '\\',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ => return None,
        };
        text.push_str(&rest[..place]);
        text.push(letter);
        rest = &rest[place + 2..];
        next = memchr(b'\\', rest.as_bytes());
    }
    text.push_str(rest);
    Some(text)
}

/// The same for strings with numbered characters, some of which need two.
fn parsed(quoted: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Str<'_>>(quoted).ok().map(|text| text.0)
}

#[cfg(test)]
mod tests;
