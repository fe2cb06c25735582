//! JSON, a level at a time, with every number as its text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::Error;
use crate::load::MOST_BYTES;

/// What is nested deeper than this is no catalog.
const DEEPEST: usize = 32;

/// A value as its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a>(&'a str);

/// The text of a catalog.
pub(super) fn text(bytes: &[u8]) -> Result<Value<'_>, Error> {
    if bytes.len() > MOST_BYTES {
        return Err(Error::new("the file", format!("has more than {MOST_BYTES} bytes")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::new("the file", "is not text"))?;
    Ok(Value(text.trim()))
}

impl<'a> Value<'a> {
    /// Its fields, in order, each once.
    pub(super) fn object(self, row: &str) -> Result<Vec<(Cow<'a, str>, Self)>, Error> {
        let fields: Fields<'a> = self.read(row)?;
        let twice = match fields.0.len() {
            // Few names are compared sooner than sorted.
            0..64 => (1..fields.0.len())
                .find(|place| fields.0[..*place].iter().any(|(key, _)| *key == fields.0[*place].0)),
            _ => {
                let mut known = BTreeSet::new();
                fields.0.iter().position(|(key, _)| !known.insert(key.as_ref()))
            }
        };
        match twice {
            Some(place) => Err(Error::new(join(row, &fields.0[place].0), "is there twice")),
            None => Ok(fields.0),
        }
    }

    /// Its items.
    pub(super) fn array(self, row: &str) -> Result<Vec<Self>, Error> {
        self.read::<Items<'a>>(row).map(|items| items.0)
    }

    /// Its field, if it has it and it is not null.
    pub(super) fn field(self, row: &str, name: &str) -> Result<Option<Self>, Error> {
        let found = self.object(row)?.into_iter().find(|(key, _)| key == name);
        Ok(found.map(|(_, value)| value).filter(|value| !value.is_null()))
    }

    pub(super) fn string(self, row: &str) -> Result<Cow<'a, str>, Error> {
        // Most have nothing to be read anew.
        let plain = self.0.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match plain.filter(|text| !text.bytes().any(|byte| byte == b'\\')) {
            Some(text) => Ok(text.into()),
            None => self.read::<Text<'a>>(row).map(|text| text.0),
        }
    }

    /// The items of a list of strings.
    pub(super) fn strings(self, row: &str) -> Result<Vec<Cow<'a, str>>, Error> {
        self.array(row)?.into_iter().map(|item| item.string(row)).collect()
    }

    /// A number as its text, whether it is one or a string of one.
    pub(super) fn number(self, row: &str) -> Result<Cow<'a, str>, Error> {
        match self.0.as_bytes().first() {
            Some(b'"') => self.string(row),
            Some(b'-' | b'0'..=b'9') => Ok(self.0.into()),
            _ => Err(Error::new(row, format!("is {}, and not a number", self.kind()))),
        }
    }

    /// A count of tokens; whatever is none counts as not told.
    pub(super) fn count(self) -> u32 {
        let whole = self.0.strip_suffix(".0").unwrap_or(self.0);
        whole.parse().unwrap_or_default()
    }

    pub(super) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(super) fn is_true(self) -> bool {
        self.0 == "true"
    }

    pub(super) fn is_false(self) -> bool {
        self.0 == "false"
    }

    pub(super) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    pub(super) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    /// Refuses what is nested too deeply to be a row.
    pub(super) fn shallow(self, row: &str) -> Result<(), Error> {
        // What has few brackets is not deep.
        // The two differ in one bit, and so many at once are counted in bytes.
        let few =
            |bytes: &[u8]| bytes.iter().fold(0_u8, |all, byte| all + u8::from(byte | 0x20 == b'{'));
        let brackets: usize =
            self.0.as_bytes().chunks(255).map(|bytes| usize::from(few(bytes))).sum();
        if brackets <= DEEPEST {
            return Ok(());
        }
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for byte in self.0.bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEEPEST {
                return Err(Error::new(row, "is nested too deeply"));
            }
        }
        Ok(())
    }

    fn read<T: Deserialize<'a>>(self, row: &str) -> Result<T, Error> {
        serde_json::from_str(self.0).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Eof => "ends too early".to_owned(),
                serde_json::error::Category::Data => {
                    format!("is {}, and not what it should be", self.kind())
                }
                // Serde says what of the text it met, which is at most a byte.
                _ => "is no JSON".to_owned(),
            };
            Error::new(row, what)
        })
    }

    fn kind(self) -> &'static str {
        match self.0.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            Some(b'-' | b'0'..=b'9') => "a number",
            _ => "nothing",
        }
    }
}

/// The name of a field of a row.
pub(super) fn join(row: &str, field: &str) -> String {
    // A name that is not short is none, and the error that names it should be.
    let field = field.char_indices().nth(120).map_or(field, |(end, _)| &field[..end]);
    let field = field.to_owned();
    if row.is_empty() { field } else { format!("{row}/{field}") }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Fields<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fold;
        impl<'de> Visitor<'de> for Fold {
            type Value = Vec<(Cow<'de, str>, Value<'de>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(32);
                while let Some((key, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    fields.push((key.0, Value(value.get())));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fold).map(Self)
    }
}

struct Items<'a>(Vec<Value<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fold;
        impl<'de> Visitor<'de> for Fold {
            type Value = Vec<Value<'de>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element::<&'de RawValue>()? {
                    items.push(Value(item.get()));
                }
                Ok(items)
            }
        }
        deserializer.deserialize_seq(Fold).map(Self)
    }
}
