//! JSON as providers write it: rows that keep what they do not know.

mod few;
mod list;
mod quote;
mod told;
mod unquote;
mod vector;
mod writer;

use std::borrow::Cow;
use std::fmt;

use nohop_types::{Error, ErrorKind, Extra, ExtraScope, Extras, Json, Result};
use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};
use serde_json::value::RawValue;

pub(crate) use few::Few;
pub(crate) use list::at_most;
pub(crate) use told::Told;
use unquote::unquote;
pub(crate) use vector::{Packed, vector};
pub(crate) use writer::{Reach, Writer};

/// Fields a row does not know, in their order.
pub(crate) type Rest<'a> = Vec<Field<'a>>;

/// One of them: its name, and what it is.
pub(crate) type Field<'a> = (Cow<'a, str>, &'a RawValue);

/// Declares a row: a JSON object whose known fields are optional, whose `noise` is passed over, and
/// whose other fields are kept in `rest`.
///
/// Serde's own way to keep the rest, `flatten`, parses every value twice and loses raw text. A row
/// marked `nulls` also keeps the known fields that are null, since a request says something by them;
/// one marked `spelled` does so too, and keeps a null under the other name of a field that is said
/// by it.
macro_rules! row {
    ($(#[$meta:meta])* struct $($body:tt)*) => {
        $crate::json::row! { @ false false $(#[$meta])* $($body)* }
    };
    ($(#[$meta:meta])* nulls struct $($body:tt)*) => {
        $crate::json::row! { @ true false $(#[$meta])* $($body)* }
    };
    ($(#[$meta:meta])* spelled struct $($body:tt)*) => {
        $crate::json::row! { @ true true $(#[$meta])* $($body)* }
    };
    (
        @ $nulls:literal $spelled:literal
        $(#[$meta:meta])*
        $name:ident $(<const $flag:ident>)? {
            $( $(#[$doc:meta])* $field:ident: $type:ty = $key:literal $(| $alias:literal)*, )*
        }
        $(noise: $($noise:literal)|+)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(super) struct $name<'a $(, const $flag: bool)?> {
            $( $(#[$doc])* pub(super) $field: Option<$type>, )*
            pub(super) rest: $crate::json::Rest<'a>,
        }

        impl<'de: 'a, 'a $(, const $flag: bool)?> serde::Deserialize<'de>
            for $name<'a $(, $flag)?>
        {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields<'a $(, const $flag: bool)?>(std::marker::PhantomData<&'a ()>);

                impl<'de: 'a, 'a $(, const $flag: bool)?> serde::de::Visitor<'de>
                    for Fields<'a $(, $flag)?>
                {
                    type Value = $name<'a $(, $flag)?>;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<Self::Value, A::Error> {
                        let mut row = Self::Value::default();
                        while let Some(key) = map.next_key::<$crate::json::Str<'de>>()? {
                            match &*key.0 {
                                $( $key $(| $alias)* => {
                                    match map.next_value::<Option<$type>>() {
                                        Ok(None) if $nulls => {
                                            row.rest.push((key.0, $crate::json::NULL));
                                        }
                                        Ok(None) => (),
                                        Ok(value) => {
                                            row.$field = value;
                                            if $spelled && &*key.0 != $key {
                                                row.rest.push((key.0, $crate::json::NULL));
                                            }
                                        }
                                        Err(error) => {
                                            return Err($crate::json::in_field(&key.0, &error));
                                        }
                                    }
                                } )*
                                $( $($noise)|+ => {
                                    map.next_value::<serde::de::IgnoredAny>()?;
                                } )?
                                _ => row.rest.push((key.0, map.next_value()?)),
                            }
                        }
                        Ok(row)
                    }
                }

                deserializer.deserialize_map(Fields$(::<$flag>)?(std::marker::PhantomData))
            }
        }
    };
}

pub(crate) use row;

/// What a row marked `nulls` keeps of a field that is null.
pub(crate) const NULL: &RawValue = RawValue::NULL;

/// Names the field that `error` is in.
pub(crate) fn in_field<E: serde::de::Error>(key: &str, error: &E) -> E {
    let text = error.to_string();
    // The outermost error says where; the places inside a field would only pile up.
    let text = text.split(" at line ").next().unwrap_or_default();
    E::custom(format_args!("{key}: {text}"))
}

/// A string, borrowed from the JSON where it has no escapes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Str<'a>(pub(crate) Cow<'a, str>);

impl Str<'_> {
    /// The string, if it says anything.
    pub(crate) fn said(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.into_owned())
    }
}

impl std::ops::Deref for Str<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }

        deserializer.deserialize_str(Text).map(Self)
    }
}

/// Reads `text`.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| {
        // Asked of the text, for a row that names the field hides that it was the end.
        let ends = |text| serde_json::from_str::<IgnoredAny>(text).is_err_and(|e| e.is_eof());
        // A number that ends where more of it must come is no number for the parser.
        let cut = ends(text) || ends(text.trim_end_matches(['-', '+', '.', 'e', 'E']));
        let kind = if cut { ErrorKind::Truncated } else { ErrorKind::Protocol };
        Error::new(kind, format!("the body is not what the dialect says: {source}"))
    })
}

/// The error of what is JSON, and not what the dialect says.
fn said(source: &serde_json::Error) -> Error {
    let text = source.to_string();
    // Places in a part of the body would be taken for places in the whole.
    let text = text.split(" at line ").next().unwrap_or_default();
    Error::new(ErrorKind::Protocol, format!("the body is not what the dialect says: {text}"))
}

/// What `raw` is, if it is that.
pub(crate) fn lax<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// The string that `raw` is, or the raw text of whatever else it is; `null` is no string.
pub(crate) fn text_of(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get() {
        "null" => None,
        text if text.starts_with('"') => unquote(text),
        other => Some(Cow::Borrowed(other)),
    }
}

/// What a row did not know, as extra fields for those who speak `dialect`; nothing said is nothing
/// kept.
pub(crate) fn extras(dialect: &'static str, rest: Rest<'_>) -> Extras {
    let said = rest.into_iter().map(|(key, value)| (key, Json::from(value)));
    said.filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| entry(dialect, key, value))
        .collect()
}

/// What the field `key` is called where `prefix` says which object it stood in.
pub(crate) fn within(prefix: &str, key: Cow<'_, str>) -> String {
    match prefix {
        "" => key.into_owned(),
        prefix => {
            let mut within = String::with_capacity(prefix.len() + key.len());
            within.push_str(prefix);
            within.push_str(&key);
            within
        }
    }
}

/// One extra field for those who speak `dialect`.
pub(crate) fn entry(dialect: &'static str, key: impl Into<String>, value: Json) -> Extra {
    Extra::new(ExtraScope::Dialect(Cow::Borrowed(dialect)), key, value)
}
