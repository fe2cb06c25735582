use std::error::Error as StdError;
use std::fmt;

use http::{HeaderMap, HeaderValue};
use nohop_types::{Error, ErrorKind, Secret};

/// The secrets of one call, to be removed from whatever is shown of it.
pub(super) struct Secrets(Vec<Secret>);

impl Secrets {
    pub(super) fn new(mut secrets: Vec<Secret>) -> Self {
        secrets.retain(|secret| !secret.expose().is_empty());
        // A secret may be part of another, which must go first and whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self(secrets)
    }

    /// Removes every secret of the call from `error`: plain or encoded, in message, body, headers and
    /// source.
    #[must_use]
    pub(super) fn redact(&self, error: Error) -> Error {
        let error = self.0.iter().fold(error, |error, secret| error.redact(secret.expose()));
        let shown = deeper(&error).any(|text| self.clean(&text) != text);
        match shown {
            true => error.with_source("[redacted]"),
            false => error,
        }
    }

    /// The text without secrets.
    pub(super) fn clean(&self, text: &str) -> String {
        // What an error removes from its message is what has to be removed anywhere.
        let error = Error::new(ErrorKind::Protocol, text);
        let error = self.0.iter().fold(error, |error, secret| error.redact(secret.expose()));
        error.message().to_owned()
    }

    /// The headers without secrets.
    pub(super) fn clean_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let Ok(text) = std::str::from_utf8(value.as_bytes()) else { continue };
            let clean = self.clean(text);
            if clean != text {
                let redacted = HeaderValue::from_static("[redacted]");
                *value = HeaderValue::from_str(&clean).unwrap_or(redacted);
            }
        }
    }
}

/// What the causes behind the first say, which `Error::redact` looks at only as far as the first shows.
fn deeper(error: &Error) -> impl Iterator<Item = String> {
    let first = error.source();
    std::iter::successors(first, |&cause| cause.source()).map(|cause| format!("{cause} {cause:?}"))
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}
