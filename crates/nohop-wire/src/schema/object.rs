//! What must be said of objects: which fields they have, and which of them they must.

use std::borrow::Cow;
use std::collections::BTreeSet;

use nohop_types::{Change, Error, ErrorKind, Result};
use serde_json::value::RawValue;

use super::fields::{Keys, Part, get, has, is_object, raw, take};
use super::fit::{Fit, Role};
use super::tree::{Tree, or_null, takes_null};
use super::{Objects, Requires};

impl<'a> Fit<'_, 'a> {
    /// Closes an object and requires its fields, as far as the target wants that.
    pub(super) fn object(&mut self, keys: &mut Keys<'a>, role: Role) -> Result<()> {
        if !is_object(keys) {
            return Ok(());
        }
        if self.subset.objects != Objects::Open {
            self.closed(keys, role)?;
        }
        match self.subset.required {
            Requires::Any => Ok(()),
            Requires::All => self.all_required(keys),
            Requires::One => {
                self.one_required(keys);
                Ok(())
            }
        }
    }

    fn closed(&mut self, keys: &mut Keys<'a>, role: Role) -> Result<()> {
        const KEY: &str = "additionalProperties";
        let listed = has(keys, "properties");
        let fields = get(keys, "properties").is_some_and(|part| !part.named().is_empty());
        let patterns = raw(keys, "patternProperties").and_then(super::fields::fields);
        let patterns = patterns.is_some_and(|patterns| !patterns.is_empty());
        let others = match raw(keys, KEY).map(RawValue::get) {
            None => Others::Unsaid,
            Some("false") => Others::None,
            Some("true" | "{}") => Others::Any,
            Some(_) => return Err(self.map(KEY)),
        };
        if patterns && !listed {
            return Err(self.map("patternProperties"));
        }
        if patterns {
            self.lost(Change::Dropped, "patternProperties", "the target takes listed fields only");
        }
        if others != Others::None && !listed && role != Role::Arguments {
            return Err(self.map(KEY));
        }
        match others {
            Others::None => return Ok(()),
            Others::Unsaid if self.subset.objects == Objects::Implied => return Ok(()),
            Others::Unsaid if self.subset.objects == Objects::Listed && !fields => return Ok(()),
            Others::Unsaid => {
                let why = "said, for the target takes listed fields only";
                self.lost(Change::Translated, KEY, why);
            }
            Others::Any => {
                self.lost(Change::Dropped, KEY, "the target takes listed fields only");
            }
        }
        take(keys, KEY);
        keys.push((Cow::Borrowed(KEY), Part::Raw(RawValue::FALSE)));
        Ok(())
    }

    /// The error of an object whose fields have any names.
    fn map(&self, key: &str) -> Error {
        let why = "the target takes objects with listed fields only; list them under `properties`, \
                   say a list of pairs, or do not ask for strictness";
        self.inside_error(key, ErrorKind::Unsupported, why)
    }

    fn all_required(&self, keys: &mut Keys<'a>) -> Result<()> {
        let named = get(keys, "properties").map(Part::named).unwrap_or_default();
        let required: BTreeSet<String> =
            get(keys, "required").map(Part::names).unwrap_or_default().into_iter().collect();
        let listed: BTreeSet<&str> = named.iter().map(|(name, _)| &**name).collect();
        if required.iter().any(|name| !listed.contains(&**name)) {
            let why = "it names a field without a schema; list the field under `properties`";
            return Err(self.inside_error("required", ErrorKind::Unsupported, why));
        }
        if listed.len() == required.len() {
            return Ok(());
        }
        let names = named.iter().map(|(name, _)| name.clone().into_owned()).collect();
        self.require(keys, named, names, &required);
        Ok(())
    }

    fn one_required(&self, keys: &mut Keys<'a>) {
        let named = get(keys, "properties").map(Part::named).unwrap_or_default();
        let required = get(keys, "required").map(Part::names).unwrap_or_default();
        let first = named.first().map(|(name, _)| name.clone().into_owned());
        if let Some(first) = first.filter(|_| required.is_empty()) {
            self.require(keys, named, vec![first], &BTreeSet::new());
        }
    }

    /// Requires `names`, of which those that were not in `required` may be null instead.
    fn require(
        &self,
        keys: &mut Keys<'a>,
        named: Vec<(Cow<'a, str>, Vec<&'a RawValue>)>,
        names: Vec<String>,
        required: &BTreeSet<String>,
    ) {
        let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let optional = |name: &str| wanted.contains(name) && !required.contains(name);
        let fields = named.into_iter().map(|(name, of)| {
            let optional = optional(&name);
            (name, of, optional)
        });
        let mut fields: Vec<_> = fields.collect();
        take(keys, "required");
        for (_, part) in keys.iter_mut().filter(|(key, _)| key == "properties") {
            *part = Part::Optional(std::mem::take(&mut fields));
        }
        keys.push((Cow::Borrowed("required"), Part::Names(names)));
    }

    /// The fields of an object, each with its schema.
    pub(super) fn properties(&mut self, part: &Part<'a>) -> Result<Tree<'a>> {
        let fields = match part {
            Part::Optional(fields) => fields.clone(),
            part => part.named().into_iter().map(|(name, of)| (name, of, false)).collect(),
        };
        self.counted.depth += 1;
        self.counts(fields.len(), 0, fields.iter().map(|(name, ..)| name.len()).sum())?;
        let mut out = Vec::with_capacity(fields.len());
        for (name, schemas, optional) in fields {
            let mut tree = self.inside("properties", |fit| fit.any(&name, &schemas))?;
            if optional {
                let null = takes_null(&tree);
                let why = match null {
                    true => "required, for the target wants that",
                    false => "required, for the target wants that: null says that it is left out",
                };
                self.lost(Change::Translated, &format!("properties.{name}"), why);
                if !null {
                    tree = or_null(tree);
                }
            }
            out.push((name, tree));
        }
        self.counted.depth -= 1;
        Ok(Tree::Object(out))
    }
}

/// What an object says of fields that are not listed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Others {
    Any,
    None,
    Unsaid,
}
