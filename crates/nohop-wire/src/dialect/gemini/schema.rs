//! Schemas: JSON Schema, and the subset of OpenAPI that this dialect began with.
//!
//! The vocabulary has JSON Schema, and how that is told in the subset is [`Subset`](crate::schema::Subset)'s
//! to say. All of this goes front to back over the text, so that the order of properties, in which a
//! model answers, stays what it was.

use nohop_types::Json;
use serde_json::value::RawValue;

use crate::json::{self, Rest, Writer};
use crate::schema::fields;

/// How deep a schema goes; what is deeper is left as it is.
const DEEPEST: usize = 64;

/// The JSON Schema that an OpenAPI `schema` says, and whether its types were in capitals.
pub(super) fn lowered(schema: &RawValue) -> (Json, bool) {
    let mut out = Writer::default();
    let mut walk = Lowered { out: &mut out, capitals: false };
    walk.schema(schema, 0);
    let capitals = walk.capitals;
    let text = String::from_utf8(out.into_bytes()).ok();
    let read = text.and_then(|text| Json::new(text).ok());
    match (read, capitals) {
        (Some(read), true) => (read, true),
        _ => (schema.into(), false),
    }
}

/// Writes what [`lowered`] has read, as it was.
pub(super) fn restored(out: &mut Writer, schema: &Json, capitals: bool) {
    match capitals {
        true => Restored { out }.schema(schema.as_raw(), 0),
        false => out.raw(schema.as_str()).done(),
    }
}

/// Whether a schema asks for an object without properties, for which the subset has no words.
pub(super) fn says_nothing(schema: &Json) -> bool {
    let fields = fields(schema.as_raw()).unwrap_or_default();
    let properties = fields.iter().find(|(key, _)| key == "properties");
    properties.is_none_or(|(_, raw)| self::fields(raw).is_none_or(|fields| fields.is_empty()))
        && !fields.iter().any(|(key, _)| matches!(&**key, "$ref" | "anyOf" | "oneOf" | "allOf"))
}

/// What stands under a keyword.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Under {
    /// A list of schemas.
    List,
    /// An object whose fields are schemas.
    Named,
    /// A schema.
    One,
    /// Something else.
    Other,
}

fn under(key: &str) -> Under {
    match key {
        "items" | "additionalProperties" | "not" => Under::One,
        "anyOf" | "oneOf" | "allOf" | "prefixItems" => Under::List,
        "properties" | "$defs" | "definitions" | "defs" => Under::Named,
        _ => Under::Other,
    }
}

/// Writes a schema field by field.
trait Walk {
    fn out(&mut self) -> &mut Writer;

    /// Writes the fields of one schema.
    fn walk(&mut self, fields: Rest<'_>, depth: usize);

    fn schema(&mut self, raw: &RawValue, depth: usize) {
        match fields(raw).filter(|_| depth < DEEPEST) {
            Some(fields) => {
                self.out().object();
                self.walk(fields, depth);
                self.out().end_object();
            }
            None => self.out().raw(raw.get()).done(),
        }
    }

    /// Writes the field `key` with the schemas in it.
    fn field(&mut self, key: &str, raw: &RawValue, depth: usize) {
        self.out().name(key);
        match under(key) {
            Under::One => self.schema(raw, depth + 1),
            Under::List => match json::lax::<Vec<&RawValue>>(raw) {
                Some(items) => {
                    self.out().array();
                    items.into_iter().for_each(|item| self.schema(item, depth + 1));
                    self.out().end_array();
                }
                None => self.out().raw(raw.get()).done(),
            },
            Under::Named => match fields(raw) {
                Some(fields) => {
                    self.out().object();
                    for (name, schema) in fields {
                        self.out().name(&name);
                        self.schema(schema, depth + 1);
                    }
                    self.out().end_object();
                }
                None => self.out().raw(raw.get()).done(),
            },
            Under::Other => self.out().raw(raw.get()).done(),
        }
    }
}

fn word(raw: &RawValue) -> Option<String> {
    json::lax(raw)
}

const NULLABLE: &str = "nullable";

struct Lowered<'o> {
    out: &'o mut Writer,
    capitals: bool,
}

impl Walk for Lowered<'_> {
    fn out(&mut self) -> &mut Writer {
        self.out
    }

    fn walk(&mut self, fields: Rest<'_>, depth: usize) {
        let typed = fields.iter().any(|(key, raw)| key == "type" && capital(raw).is_some());
        let nullable = |(key, raw): &(_, &RawValue)| *key == NULLABLE && raw.get() == "true";
        let nullable = typed && fields.iter().any(nullable);
        for (key, raw) in fields {
            match capital(raw).filter(|_| key == "type") {
                Some(word) => {
                    self.capitals = true;
                    self.out.name("type");
                    let word = word.to_ascii_lowercase();
                    match nullable {
                        true => self.out.value([&*word, "null"]).done(),
                        false => self.out.string(&word).done(),
                    }
                }
                None if nullable && key == NULLABLE => (),
                None => self.field(&key, raw, depth),
            }
        }
    }
}

/// A type that is written in capitals.
fn capital(raw: &RawValue) -> Option<String> {
    word(raw).filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()))
}

struct Restored<'o> {
    out: &'o mut Writer,
}

impl Walk for Restored<'_> {
    fn out(&mut self) -> &mut Writer {
        self.out
    }

    fn walk(&mut self, fields: Rest<'_>, depth: usize) {
        for (key, raw) in fields {
            // A word in other letters was left as it is when it was read.
            let small = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase());
            match types(raw).filter(|(word, _)| key == "type" && small(word)) {
                Some((r#type, nullable)) => typed(self.out, &r#type, nullable),
                None => self.field(&key, raw, depth),
            }
        }
    }
}

/// The one type that is named, and whether it may be null.
fn types(raw: &RawValue) -> Option<(String, bool)> {
    if let Some(word) = word(raw) {
        return Some((word, false));
    }
    let words: Vec<String> = json::lax(raw)?;
    let null = words.iter().any(|word| word == "null");
    let mut others = words.into_iter().filter(|word| word != "null");
    let only = others.next()?;
    others.next().is_none().then_some((only, null))
}

fn typed(out: &mut Writer, r#type: &str, nullable: bool) {
    out.name("type").string(&r#type.to_ascii_uppercase());
    if nullable {
        out.name(NULLABLE).value(true);
    }
}
