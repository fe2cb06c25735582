//! What the outermost schema must be.

use std::borrow::Cow;

use nohop_types::{Change, Error, ErrorKind, Json, Result};
use serde_json::value::RawValue;

use super::fields::{
    Keys, Part, both, fields, has, is_object, items, joined, raw, take, types, word,
};
use super::fit::{Fit, Role};
use super::{Keywords, Objects, Patterns, Refs, Requires, Root, Subset, Untyped, Words};

impl Subset {
    /// Whether nothing would be changed or refused, whatever the schema.
    pub(super) fn takes_anything(&self) -> bool {
        self.passes_over()
            && self.keywords == Keywords::All
            && self.refs == Refs::Any
            && self.root == Root::Any
            && self.untyped == Untyped::Taken
    }

    /// Whether nothing would be changed or refused of `schema`, as far as a glance tells: most tools are
    /// offered so.
    pub(super) fn plainly_takes(&self, schema: &Json) -> bool {
        let text = schema.as_str();
        let odd = ["\"array\"", "\"items\"", "\"exclusiveM", "\"$ref\""];
        if !self.passes_over() || odd.iter().any(|word| text.contains(word)) {
            return false;
        }
        let Some(fields) = fields(schema.as_raw()) else { return false };
        let is = |key: &str| fields.iter().rev().find(|(name, _)| name == key).map(|(_, raw)| *raw);
        let object = is("type").and_then(word).is_some_and(|word| word == "object");
        let union = UNIONS.iter().chain(&["enum", "not"]).any(|key| is(key).is_some());
        object && is("properties").is_some() && !union
    }

    /// Whether the inner schemas may be what they are, but for what drafts and lists need.
    fn passes_over(&self) -> bool {
        matches!(self.keywords, Keywords::All | Keywords::Latest)
            && self.formats.is_none()
            && self.patterns == Patterns::Any
            && self.min_items == u64::MAX
            && self.objects == Objects::Open
            && self.required == Requires::Any
            && matches!(self.untyped, Untyped::Scalars | Untyped::Taken)
            && self.words == Words::JsonSchema
            && self.most == super::Most::ANY
    }
}

const UNIONS: &[&str] = &["anyOf", "oneOf", "allOf"];

impl<'a> Fit<'_, 'a> {
    /// The keywords of the outermost schema, as those of an object where the target wants one.
    pub(super) fn outermost(&mut self, mut keys: Keys<'a>, role: Role) -> Result<Keys<'a>> {
        if self.subset.root == Root::Any {
            return Ok(keys);
        }
        for key in ["anyOf", "oneOf"] {
            keys = self.no_union(keys, key)?;
        }
        for key in ["enum", "not"] {
            if take(&mut keys, key).is_some() {
                self.lost(Change::Dropped, key, "the target takes it further inside only");
            }
        }
        let types = types(&keys);
        match &types[..] {
            [only] if only == "object" => (),
            [] if is_object(&keys) || !speaks_of_others(&keys) => {
                self.lost(Change::Translated, "type", "said, for the target must be told");
                keys.insert(0, (Cow::Borrowed("type"), Part::Raw(object())));
            }
            several if several.iter().any(|word| word == "object") => {
                let why = "the outermost schema is that of an object alone";
                self.lost(Change::Translated, "type", why);
                for (_, part) in keys.iter_mut().filter(|(key, _)| key == "type") {
                    *part = Part::Raw(object());
                }
            }
            _ => return Err(self.no_object("it is that of no object")),
        }
        let told = matches!(self.subset.untyped, Untyped::Refused | Untyped::Scalars);
        if told && role == Role::Arguments && !has(&keys, "properties") {
            self.lost(Change::Translated, "properties", "said, for the target must be told");
            keys.push((Cow::Borrowed("properties"), Part::Fields(Vec::new())));
        }
        Ok(keys)
    }

    /// What any of the alternatives under `key` takes, where that can be said without a union.
    fn no_union(&mut self, mut keys: Keys<'a>, key: &'static str) -> Result<Keys<'a>> {
        let Some(choices) = raw(&keys, key).and_then(items) else { return Ok(keys) };
        let several = choices.len() > 1;
        if several && self.subset.root != Root::Joined {
            return Err(self.no_object("it is a union"));
        }
        take(&mut keys, key);
        let why = "what any of them takes, for the outermost schema may be no union";
        self.lost(Change::Translated, key, why);
        let mut resolved = Vec::with_capacity(choices.len());
        for (place, choice) in choices.into_iter().enumerate() {
            let choice = self.inside(&format!("{key}[{place}]"), |fit| fit.resolved(choice))?;
            if speaks_of_others(&choice) || UNIONS.iter().any(|key| has(&choice, key)) {
                return Err(self.no_object("it is a union of more than plain objects"));
            }
            resolved.push(choice);
        }
        if several {
            return Ok(joined(keys, resolved));
        }
        let choice = resolved.pop().unwrap_or_default();
        both(keys, choice).map_err(|inner| {
            let why = format!("what stands beside it says another {inner}");
            self.inside_error(key, ErrorKind::Unsupported, why)
        })
    }

    fn no_object(&self, what: &str) -> Error {
        let why = format!(
            "{what}, and the target wants an object there; put it into a field of an object"
        );
        self.refused(ErrorKind::Unsupported, why)
    }
}

/// Whether a schema is not, or not only, one of objects.
fn speaks_of_others(keys: &Keys<'_>) -> bool {
    let types = types(keys);
    match types.is_empty() {
        true => ["items", "prefixItems", "const", "enum", "$ref"].iter().any(|key| has(keys, key)),
        false => types.iter().any(|word| word != "object"),
    }
}

/// The word for an object.
fn object() -> &'static RawValue {
    serde_json::from_str("\"object\"").unwrap_or(RawValue::NULL)
}
