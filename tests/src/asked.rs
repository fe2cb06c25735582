//! Recorded requests of the dialects that are spoken and not served, read into the vocabulary.
//!
//! A surface would do the same; here it serves only to see whether what we write is what was read. What
//! a request is not recorded to say is not read.

pub mod cohere;
pub mod converse;
pub mod embeddings;
pub mod ollama;
pub mod rerankings;

use std::borrow::Cow;

use nohop_types::{
    Content, Error, ErrorKind, Extra, ExtraScope, Extras, Issuer, Json, Opaque, Part, Result,
};
use nohop_wire::{Call, Dialect, Incoming, Loss, RequestHead, laws};
use serde_json::{Map, Value};

/// An object, of which fields are taken until only those are left that nobody knows.
struct Fields {
    dialect: &'static str,
    map: Map<String, Value>,
}

impl Fields {
    fn of(dialect: &'static str, value: Value) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self { dialect, map }),
            other => Err(wrong(&format!("{other} is no object"))),
        }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key)
    }

    /// The field, if it is what `read` takes it for; otherwise it stays.
    fn maybe<T>(&mut self, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let read = read(self.map.get(key)?)?;
        self.map.remove(key);
        Some(read)
    }

    fn text(&mut self, key: &str) -> Option<String> {
        self.maybe(key, |value| value.as_str().map(str::to_owned))
    }

    fn list(&mut self, key: &str) -> Option<Vec<Value>> {
        self.maybe(key, |value| value.as_array().cloned())
    }

    /// What is left, with `prefix` before each name.
    fn rest(self, prefix: &str) -> impl Iterator<Item = Extra> {
        let named = self.map.into_iter();
        named.map(move |(key, value)| extra(self.dialect, &format!("{prefix}{key}"), value))
    }
}

/// A field for those who speak `dialect`.
fn extra(dialect: &'static str, key: &str, value: Value) -> Extra {
    Extra::new(ExtraScope::Dialect(Cow::Borrowed(dialect)), key, Json::from(value))
}

/// A part that holds `content`, and what else is said of it.
fn part(content: impl Into<Part>, extras: impl IntoIterator<Item = Extra>) -> Part {
    let mut part = content.into();
    part.extra = Extras::from_iter(extras);
    part
}

/// What only those who speak `dialect` understand.
fn opaque(dialect: &'static str, value: Value) -> Part {
    Content::Opaque(Opaque::new(Issuer::speaking(dialect), value.into())).into()
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, what)
}

/// The differences between a request and the same, as it was read and as `dialect` writes it again.
///
/// # Errors
///
/// The dialect's own, when it refuses the request.
pub fn there_and_back(
    incoming: &Incoming,
    dialect: &dyn Dialect,
    head: &RequestHead,
    body: &[u8],
) -> Result<(Vec<laws::Difference>, Vec<Loss>)> {
    let (request, issuer) = (&incoming.request, Issuer::speaking(dialect.name()));
    let call = Call::new(request, &request.model, &head.path, &issuer).mode(incoming.mode);
    let encoded = dialect.encode(&call)?;
    let json = |bytes| serde_json::from_slice(bytes).unwrap_or(Value::Null);
    Ok((laws::differences(&json(body), &json(&encoded.body)), encoded.losses))
}
