//! Keywords one by one.

use std::borrow::Cow;

use nohop_types::{Change, ErrorKind, Result};
use serde_json::value::RawValue;

use super::fields::{Keys, Part, has, items, types, word};
use super::fit::Fit;
use super::tree::Tree;
use super::{Patterns, Untyped, Words};
use crate::json;

/// The keyword as it is written, and what may stand beside it in its place.
type Written<'a> = Vec<(Cow<'a, str>, Tree<'a>)>;

fn written<'a>(key: impl Into<Cow<'a, str>>, tree: Tree<'a>) -> Written<'a> {
    vec![(key.into(), tree)]
}

impl<'a> Fit<'_, 'a> {
    /// One keyword of a schema of `types`, as the target takes it.
    pub(super) fn keyword(
        &mut self,
        key: &str,
        part: &Part<'a>,
        types: &[String],
    ) -> Result<Written<'a>> {
        if !self.takes(key) {
            return self.foreign(key, part);
        }
        let owned = Cow::Owned(key.to_owned());
        let Some(raw) = part.raw() else {
            return Ok(match (key, part) {
                ("properties", _) => written(owned, self.properties(part)?),
                ("anyOf" | "oneOf", Part::Choices(_)) => written(owned, self.schemas(key, part)?),
                (_, Part::Names(names)) => written(owned, Tree::words(names)),
                _ => Vec::new(),
            });
        };
        let text = || Tree::text(raw.get());
        Ok(match key {
            "type" => self.types(raw),
            "properties" => written(owned, self.properties(part)?),
            "$defs" | "definitions" | "patternProperties" | "dependentSchemas" | "defs" => {
                written(owned, self.named_schemas(key, part)?)
            }
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => written(owned, self.schemas(key, part)?),
            "items" if raw.get().starts_with('[') => written(owned, self.schemas(key, part)?),
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "additionalItems" => written(owned, self.under(key, raw)?),
            "enum" => {
                let values = items(raw).unwrap_or_default();
                self.values(&values)?;
                let texts = values.into_iter().map(|value| Tree::text(value.get()));
                written(owned, Tree::List(texts.collect()))
            }
            "const" => {
                self.values(&[raw])?;
                written(owned, text())
            }
            "format" => match self.format(raw, types) {
                true => written(owned, text()),
                false => {
                    self.lost(Change::Dropped, key, "the target knows no such format");
                    Vec::new()
                }
            },
            "pattern" => match self.pattern(raw) {
                true => written(owned, text()),
                false => {
                    self.lost(Change::Dropped, key, "the target takes no such expression");
                    Vec::new()
                }
            },
            "minItems" => {
                let most = self.subset.min_items;
                match json::lax::<u64>(raw).filter(|least| *least > most) {
                    Some(_) => {
                        let why = format!("the target asks for {most} at most");
                        self.lost(Change::Clamped, key, why);
                        written(owned, Tree::text(most.to_string()))
                    }
                    None => written(owned, text()),
                }
            }
            _ => written(owned, text()),
        })
    }

    /// A keyword that the target has no word for, put otherwise where that says the same.
    fn foreign(&mut self, key: &str, part: &Part<'a>) -> Result<Written<'a>> {
        match (key, part.raw()) {
            ("const", Some(raw)) if self.takes("enum") => {
                self.lost(Change::Translated, key, "said as the only value");
                Ok(written("enum", Tree::List(vec![Tree::text(raw.get())])))
            }
            ("oneOf", _) if self.takes("anyOf") => {
                let why = "any of them, for the target does not know just one";
                self.lost(Change::Translated, key, why);
                Ok(written("anyOf", self.schemas(key, part)?))
            }
            ("prefixItems", Some(raw)) if self.takes("items") => {
                let why = "any of them in any place, for the target knows no places";
                self.lost(Change::Translated, key, why);
                let schemas = items(raw).unwrap_or_default();
                Ok(written("items", self.any(key, &schemas)?))
            }
            // What is not listed is spoken of with the object.
            ("additionalProperties" | "patternProperties" | "unevaluatedProperties", _)
                if self.subset.objects != super::Objects::Open =>
            {
                self.changed = true;
                Ok(Vec::new())
            }
            _ => {
                self.dropped(key);
                Ok(Vec::new())
            }
        }
    }

    /// The schema under a keyword where a flag may stand too.
    fn under(&mut self, key: &str, raw: &'a RawValue) -> Result<Tree<'a>> {
        match raw.get() {
            "true" | "false" if key != "items" || self.any_value_is_taken() => {
                Ok(Tree::text(raw.get()))
            }
            _ => self.one(key, raw),
        }
    }

    fn named_schemas(&mut self, key: &str, part: &Part<'a>) -> Result<Tree<'a>> {
        let mut out = Vec::new();
        for (name, schemas) in part.named() {
            let tree = self.inside(key, |fit| fit.any(&name, &schemas))?;
            out.push((name, tree));
        }
        Ok(Tree::Object(out))
    }

    fn types(&mut self, raw: &RawValue) -> Written<'a> {
        let listed: Option<Vec<String>> = json::lax(raw);
        if self.subset.words == Words::JsonSchema {
            let words =
                |listed: Vec<String>| Tree::List(listed.iter().map(|w| Tree::word(w)).collect());
            let tree = listed.map_or_else(|| Tree::text(raw.get().to_owned()), words);
            return written("type", tree);
        }
        self.changed = true;
        let capital = |word: &str| Tree::word(&word.to_ascii_uppercase());
        if let Some(word) = word(raw) {
            return written("type", capital(&word));
        }
        let listed = listed.unwrap_or_default();
        let null = listed.iter().any(|word| word == "null");
        let others: Vec<_> = listed.iter().filter(|word| *word != "null").collect();
        if let [only] = others[..] {
            let mut typed = written("type", capital(only));
            if null {
                typed.push((Cow::Borrowed("nullable"), Tree::text("true")));
            }
            return typed;
        }
        // Several types are as many schemas.
        let choice = |word: &String| Tree::only("type", capital(word));
        written("anyOf", Tree::List(listed.iter().map(choice).collect()))
    }

    /// Whether the target takes a schema that any value follows.
    pub(super) fn any_value_is_taken(&self) -> bool {
        matches!(self.subset.untyped, Untyped::Scalars | Untyped::Taken)
    }

    fn format(&self, raw: &RawValue, types: &[String]) -> bool {
        let Some(known) = self.subset.formats else { return true };
        let of_text = types.is_empty() || types.iter().any(|word| word == "string");
        !of_text || word(raw).is_some_and(|word| known.contains(&&*word))
    }

    fn pattern(&self, raw: &RawValue) -> bool {
        let Some(text) = word(raw) else { return true };
        match self.subset.patterns {
            Patterns::Any => true,
            Patterns::Anchored => text.starts_with('^') && text.ends_with('$'),
            Patterns::Without(none) => !none.iter().any(|part| text.contains(part)),
        }
    }

    /// Says of a schema that it takes null too.
    pub(super) fn nullable(&self, keys: &mut Keys<'a>) {
        // Whoever is told of null by a word is told of several types by a list.
        let types = types(keys);
        if let [only] = &types[..]
            && only != "null"
            && !has(keys, "enum")
        {
            let names = vec![only.clone(), "null".to_owned()];
            for (key, part) in keys.iter_mut() {
                if key == "type" {
                    *part = Part::Names(names.clone());
                }
            }
        }
    }

    /// Gives a schema a type where the target wants one, and a list what it is of.
    pub(super) fn typed(&mut self, out: &mut Written<'a>, types: &[String]) -> Result<()> {
        let has = |out: &Written<'a>, key: &str| out.iter().any(|(name, _)| name == key);
        let untyped = self.subset.untyped;
        if untyped == Untyped::Taken {
            return Ok(());
        }
        let lists = types.iter().any(|word| word == "array");
        if lists && !has(out, "items") && !has(out, "prefixItems") {
            if untyped != Untyped::Scalars {
                let why = "the target must be told of what the list is; give it `items`";
                return Err(self.refused(ErrorKind::Unsupported, why));
            }
            let why = "the target must be told of what the list is: of anything";
            self.lost(Change::Translated, "items", why);
            out.push((Cow::Borrowed("items"), Tree::Object(Vec::new())));
        }
        let said = ["type", "anyOf", "oneOf", "allOf", "$ref"];
        let valued = untyped == Untyped::Valued && (has(out, "const") || has(out, "enum"));
        if untyped == Untyped::Scalars || valued || said.iter().any(|key| has(out, key)) {
            return Ok(());
        }
        let told = |key: &str| out.iter().find(|(name, _)| name == key).map(|(_, tree)| tree);
        let guessed = match (told("enum"), told("const")) {
            (Some(Tree::List(values)), _) => kinds(values),
            (_, Some(value)) => kinds(std::slice::from_ref(value)),
            _ if has(out, "properties") => vec!["object"],
            _ if has(out, "items") => vec!["array"],
            _ => Vec::new(),
        };
        let tree = match &guessed[..] {
            [] => return Err(self.any_value()),
            [only] => Tree::word(only),
            several => Tree::List(several.iter().map(|word| Tree::word(word)).collect()),
        };
        self.lost(Change::Translated, "type", "said, for the target must be told");
        out.insert(0, (Cow::Borrowed("type"), tree));
        Ok(())
    }
}

/// The types of `values`, each once.
fn kinds(values: &[Tree<'_>]) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    for value in values {
        let Tree::Text(text) = value else { continue };
        let kind = match text.as_bytes().first() {
            Some(b'"') => "string",
            Some(b'{') => "object",
            Some(b'[') => "array",
            Some(b't' | b'f') => "boolean",
            Some(b'n') => "null",
            _ if text.contains(['.', 'e', 'E']) => "number",
            _ => "integer",
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}
