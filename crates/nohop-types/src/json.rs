use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{Error, ErrorKind, Result};

/// JSON text, kept as it was written.
///
/// Schemas, tool arguments and unknown fields pass through unparsed, so that key order, number
/// spelling and white space survive.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The JSON `text`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when the text is not JSON.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        RawValue::from_string(text.into()).map(Self).map_err(invalid)
    }

    /// `value` as JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when the value has no JSON form.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<Self> {
        serde_json::value::to_raw_value(value).map(Self).map_err(invalid)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Whether the text says nothing: `null`, `""`, `[]` or `{}`.
    pub fn is_empty(&self) -> bool {
        matches!(self.as_str(), "null" | "\"\"" | "[]" | "{}")
    }

    /// The text, for a serializer or parser of raw values.
    pub fn as_raw(&self) -> &RawValue {
        &self.0
    }
}

fn invalid(source: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("the text is not JSON: {source}"))
}

impl From<&RawValue> for Json {
    fn from(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        let raw = serde_json::value::to_raw_value(&value);
        Self(raw.unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests;
