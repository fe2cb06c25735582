//! The walk over a schema.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use nohop_types::{Change, Error, ErrorKind, Json, Result};
use serde_json::value::RawValue;

use super::fields::{
    ANNOTATIONS, Keys, Part, both, fields, has, is_object, items, keys, raw, take, types,
};
use super::limits::Counted;
use super::tree::Tree;
use super::{Keywords, Objects, Refs, Root, Subset, Words};
use crate::json::{Rest, Writer};
use crate::loss::Losses;

/// How deep a schema goes.
pub(super) const DEEPEST: usize = 64;

/// The most schemas that are written for one, references written out among them.
const MOST_SCHEMAS: usize = 20_000;

/// The most bytes that are read for one schema, those again that are read again.
const MOST_READ: usize = 32 << 20;

/// The most bytes of a path that are shown.
const MOST_PATH: usize = 512;

/// `schema` in the words of `subset`.
pub(super) fn fit<'j>(
    subset: &Subset,
    schema: &'j Json,
    role: Role,
    place: impl FnOnce() -> String,
    losses: &mut Losses,
) -> Result<Cow<'j, str>> {
    let raw = schema.as_raw();
    let root = fields(raw).unwrap_or_default();
    let mut fit = Fit {
        subset,
        raw,
        definitions: definitions(&root),
        root,
        path: vec![place()],
        following: Vec::new(),
        sound: BTreeSet::new(),
        told: Vec::new(),
        noted: BTreeSet::new(),
        changed: false,
        schemas: 0,
        read: 0,
        deep: 0,
        counted: Counted::default(),
    };
    let tree = fit.schema(raw, role)?;
    let Fit { told, changed, .. } = fit;
    for (field, change, why) in told {
        losses.note(field, change, why);
    }
    if !changed {
        return Ok(Cow::Borrowed(schema.as_str()));
    }
    let mut out = Writer::with_capacity(schema.as_str().len() + 64);
    tree.write(&mut out);
    let text = String::from_utf8(out.into_bytes());
    Ok(Cow::Owned(text.unwrap_or_else(|_| schema.as_str().to_owned())))
}

fn definitions<'a>(root: &Rest<'a>) -> BTreeMap<String, BTreeMap<String, &'a RawValue>> {
    let named = root.iter().filter(|(key, _)| matches!(&**key, "$defs" | "definitions"));
    named
        .map(|(key, raw)| {
            let fields = fields(raw).unwrap_or_default();
            let table = fields.into_iter().map(|(name, raw)| (name.into_owned(), raw)).collect();
            (key.clone().into_owned(), table)
        })
        .collect()
}

/// What a schema is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// It is the outermost one of an answer.
    Answer,
    /// It is the outermost one of a tool's arguments, of which there may be none.
    Arguments,
    /// It stands in another.
    Inner,
}

/// One schema, as it is fitted to a subset.
pub(super) struct Fit<'s, 'a> {
    pub(super) subset: &'s Subset,
    /// The outermost schema, and its fields.
    pub(super) raw: &'a RawValue,
    pub(super) root: Rest<'a>,
    /// Its definitions, by the keyword under which they stand.
    pub(super) definitions: BTreeMap<String, BTreeMap<String, &'a RawValue>>,
    /// Where the walk is: the schema's own place, and the names under it.
    path: Vec<String>,
    /// The references that are being written out.
    pub(super) following: Vec<String>,
    /// The references that lead to no circle.
    pub(super) sound: BTreeSet<String>,
    told: Vec<(String, Change, Cow<'static, str>)>,
    noted: BTreeSet<String>,
    pub(super) changed: bool,
    schemas: usize,
    read: usize,
    deep: usize,
    pub(super) counted: Counted,
}

impl<'a> Fit<'_, 'a> {
    /// The schema `raw`, as the target takes it.
    pub(super) fn schema(&mut self, raw: &'a RawValue, role: Role) -> Result<Tree<'a>> {
        self.reads(raw)?;
        let flag = matches!(raw.get(), "true" | "false");
        let open_api = self.subset.words == Words::OpenApi;
        let Some(keys) = keys(raw) else {
            return match (flag, role, self.any_value_is_taken()) {
                (true, Role::Answer | Role::Arguments, _) => Err(self.refused(
                    ErrorKind::InvalidRequest,
                    "the outermost schema is a flag; say an object with a `type`",
                )),
                (true, _, false) => Err(self.any_value()),
                (true, ..) if open_api && raw.get() == "true" => {
                    self.changed = true;
                    Ok(Tree::Object(Vec::new()))
                }
                (true, ..) => Ok(Tree::text(raw.get())),
                // Who takes anything is told it.
                _ if self.subset.keywords == Keywords::All => Ok(Tree::text(raw.get())),
                _ => Err(self.refused(
                    ErrorKind::InvalidRequest,
                    "it is no schema; say an object with a `type`",
                )),
            };
        };
        self.deep += 1;
        if self.deep > DEEPEST {
            let why = format!(
                "it goes deeper than {DEEPEST} schemas, or in a circle where the target takes none; \
                 make it flatter"
            );
            return Err(self.refused(ErrorKind::Unsupported, why));
        }
        let tree = self.of(keys, role);
        self.deep -= 1;
        tree
    }

    /// The schema that consists of `keys`.
    pub(super) fn of(&mut self, keys: Keys<'a>, role: Role) -> Result<Tree<'a>> {
        let followed = self.following.len();
        let tree = self.resolving(keys, role);
        self.following.truncate(followed);
        tree
    }

    fn resolving(&mut self, mut keys: Keys<'a>, role: Role) -> Result<Tree<'a>> {
        if has(&keys, "$ref") {
            match self.reference(keys, role)? {
                Ok(tree) => return Ok(tree),
                Err(named) => keys = named,
            }
        }
        if !self.takes("allOf") || role != Role::Inner {
            keys = self.all_of(keys, role)?;
        }
        if role != Role::Inner {
            keys = self.outermost(keys, role)?;
        }
        keys = self.spread(keys)?;
        self.keywords(keys, role)
    }

    /// Whether the target takes the keyword.
    pub(super) fn takes(&self, key: &str) -> bool {
        match self.subset.keywords {
            Keywords::All | Keywords::Latest => true,
            Keywords::Only(known) => known.contains(&key),
        }
    }

    /// One schema instead of several that must all hold.
    fn all_of(&mut self, mut keys: Keys<'a>, role: Role) -> Result<Keys<'a>> {
        let Some(parts) = raw(&keys, "allOf").and_then(items) else { return Ok(keys) };
        if self.takes("allOf") && role != Role::Inner && self.subset.root == Root::Any {
            return Ok(keys);
        }
        take(&mut keys, "allOf");
        self.lost(Change::Translated, "allOf", "said as one schema: the target knows no parts");
        for (place, part) in parts.into_iter().enumerate() {
            let part = self.inside(&format!("allOf[{place}]"), |fit| fit.resolved(part))?;
            keys = both(keys, part).map_err(|key| {
                let why = format!("the parts can not be put together: {key} stands in several");
                self.inside_error("allOf", ErrorKind::Unsupported, why)
            })?;
        }
        // A part may have parts.
        match has(&keys, "allOf") {
            true => self.all_of(keys, role),
            false => Ok(keys),
        }
    }

    /// The keywords of `raw`, or of what it names.
    pub(super) fn resolved(&mut self, raw: &'a RawValue) -> Result<Keys<'a>> {
        self.reads(raw)?;
        let Some(mut found) = keys(raw) else {
            return Err(self.refused(ErrorKind::Unsupported, "it is no object; write it out"));
        };
        let mut hops = 0;
        while let Some(reference) = super::fields::raw(&found, "$ref") {
            take(&mut found, "$ref");
            let named = self.named(reference)?;
            self.reads(named)?;
            let more = keys(named).unwrap_or_default();
            found = both(found, more).map_err(|key| {
                let why = format!("what it names can not be put together with its {key}");
                self.inside_error("$ref", ErrorKind::Unsupported, why)
            })?;
            hops += 1;
            if hops > DEEPEST {
                return Err(self.refused(ErrorKind::Unsupported, "it names itself; write it out"));
            }
        }
        Ok(found)
    }

    /// What an object says beside its alternatives, said in each of them: where fields that are not
    /// listed are forbidden, neither could hold without the other.
    fn spread(&mut self, mut keys: Keys<'a>) -> Result<Keys<'a>> {
        if self.subset.objects == Objects::Open || !is_object(&keys) {
            return Ok(keys);
        }
        let Some(key) = ["anyOf", "oneOf"].into_iter().find(|key| has(&keys, key)) else {
            return Ok(keys);
        };
        let choices = raw(&keys, key).and_then(items).unwrap_or_default();
        take(&mut keys, key);
        let mut outer: Keys<'a> = Vec::new();
        for annotation in ANNOTATIONS.iter().chain(&["$schema", "$defs", "definitions"]) {
            if let Some(part) = take(&mut keys, annotation) {
                outer.push((Cow::Borrowed(annotation), part));
            }
        }
        self.lost(Change::Translated, key, "each alternative says what stands beside them");
        let mut spread = Vec::new();
        for (place, choice) in choices.into_iter().enumerate() {
            let choice = self.inside(&format!("{key}[{place}]"), |fit| fit.resolved(choice))?;
            spread.push(both(keys.clone(), choice).map_err(|inner| {
                let why = format!("what stands beside the alternatives says another {inner}");
                self.inside_error(key, ErrorKind::Unsupported, why)
            })?);
        }
        outer.push((Cow::Borrowed("anyOf"), Part::Choices(spread)));
        Ok(outer)
    }

    /// Each keyword in turn, and then what must be said of the whole.
    fn keywords(&mut self, mut keys: Keys<'a>, role: Role) -> Result<Tree<'a>> {
        self.tidied(&mut keys);
        self.object(&mut keys, role)?;
        let types = types(&keys);
        let mut out: Vec<(Cow<'a, str>, Tree<'a>)> = Vec::with_capacity(keys.len() + 1);
        for (key, part) in keys {
            out.extend(self.keyword(&key, &part, &types)?);
        }
        self.typed(&mut out, &types)?;
        Ok(Tree::Object(out))
    }

    /// The schemas in `part`, each as the target takes it.
    pub(super) fn schemas(&mut self, key: &str, part: &Part<'a>) -> Result<Tree<'a>> {
        if let Part::Choices(choices) = part {
            let mut written = Vec::with_capacity(choices.len());
            for (place, choice) in choices.iter().enumerate() {
                let choice = choice.clone();
                let at = format!("{key}[{place}]");
                written.push(self.inside(&at, |fit| {
                    fit.reads(fit.raw)?;
                    fit.of(choice, Role::Inner)
                })?);
            }
            return Ok(Tree::List(written));
        }
        let Some(raw) = part.raw() else { return Ok(Tree::text("[]")) };
        let Some(list) = items(raw) else {
            let why = "it is no list of schemas";
            return Err(self.inside_error(key, ErrorKind::InvalidRequest, why));
        };
        let mut written = Vec::with_capacity(list.len());
        for (place, item) in list.into_iter().enumerate() {
            let at = format!("{key}[{place}]");
            written.push(self.inside(&at, |fit| fit.schema(item, Role::Inner))?);
        }
        Ok(Tree::List(written))
    }

    /// The schema under `key`.
    pub(super) fn one(&mut self, key: &str, raw: &'a RawValue) -> Result<Tree<'a>> {
        self.inside(key, |fit| fit.schema(raw, Role::Inner))
    }

    /// Any of `schemas` under `key`.
    pub(super) fn any(&mut self, key: &str, schemas: &[&'a RawValue]) -> Result<Tree<'a>> {
        if let [only] = schemas {
            return self.one(key, only);
        }
        let mut written = Vec::with_capacity(schemas.len());
        for (place, schema) in schemas.iter().enumerate() {
            let at = format!("{key}[{place}]");
            written.push(self.inside(&at, |fit| fit.schema(schema, Role::Inner))?);
        }
        Ok(Tree::only("anyOf", Tree::List(written)))
    }

    /// Notes what became of the keyword `key` of the schema at hand.
    pub(super) fn lost(&mut self, change: Change, key: &str, why: impl Into<Cow<'static, str>>) {
        self.changed = true;
        let field = self.at(key);
        // What is written out in several places is one thing of the request.
        if self.noted.insert(field.clone()) {
            self.told.push((field, change, why.into()));
        }
    }

    pub(super) fn dropped(&mut self, key: &str) {
        self.lost(Change::Dropped, key, "the target has no word for it");
    }

    /// The error of a schema at hand that can not be told.
    pub(super) fn refused(&self, kind: ErrorKind, why: impl std::fmt::Display) -> Error {
        Error::new(kind, why.to_string()).at(self.shown(self.path.join(".")))
    }

    pub(super) fn inside_error(
        &self,
        key: &str,
        kind: ErrorKind,
        why: impl std::fmt::Display,
    ) -> Error {
        Error::new(kind, why.to_string()).at(self.at(key))
    }

    pub(super) fn any_value(&self) -> Error {
        self.refused(
            ErrorKind::Unsupported,
            "the target takes no schema that any value follows; give it a `type`, or do not ask for \
             strictness",
        )
    }

    /// Works on what stands under `key`.
    pub(super) fn inside<T>(
        &mut self,
        key: &str,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.path.push(key.to_owned());
        let done = work(self);
        self.path.pop();
        done
    }

    /// Counts a schema that is read.
    pub(super) fn reads(&mut self, raw: &RawValue) -> Result<()> {
        self.schemas += 1;
        self.read += raw.get().len();
        if self.schemas > MOST_SCHEMAS || self.read > MOST_READ {
            let why = "with all that it names it is too large; say less, or name less";
            return Err(self.refused(ErrorKind::Unsupported, why));
        }
        Ok(())
    }

    pub(super) fn at(&self, key: &str) -> String {
        self.shown(format!("{}.{key}", self.path.join(".")))
    }

    fn shown(&self, mut path: String) -> String {
        if path.len() > MOST_PATH {
            let mut end = MOST_PATH;
            while !path.is_char_boundary(end) {
                end -= 1;
            }
            path.truncate(end);
            path.push('…');
        }
        path
    }

    /// Puts together what drafts before that of 2020 said otherwise.
    fn tidied(&mut self, keys: &mut Keys<'a>) {
        if self.subset.keywords == Keywords::All {
            return;
        }
        for (key, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            let Some(flag) = raw(keys, key).filter(|r| matches!(r.get(), "true" | "false")) else {
                continue;
            };
            let why = "said as the draft of 2020 says it";
            self.lost(Change::Translated, key, why);
            take(keys, key);
            if flag.get() == "true"
                && let Some(part) = take(keys, bound)
            {
                keys.push((Cow::Borrowed(key), part));
            }
        }
        if raw(keys, "items").is_some_and(|raw| raw.get().starts_with('[')) {
            let list = take(keys, "items");
            let more = take(keys, "additionalItems");
            if !has(keys, "prefixItems") {
                keys.extend(list.map(|part| (Cow::Borrowed("prefixItems"), part)));
                keys.extend(more.map(|part| (Cow::Borrowed("items"), part)));
            }
            self.lost(Change::Translated, "items", "said as the draft of 2020 says it");
        }
        let nullable = raw(keys, "nullable").filter(|_| !self.takes("nullable"));
        if let Some(flag) = nullable {
            take(keys, "nullable");
            self.lost(Change::Translated, "nullable", "said by a type");
            if flag.get() == "true" {
                self.nullable(keys);
            }
        }
        if matches!(self.subset.refs, Refs::WrittenOut) {
            take(keys, "$defs");
            take(keys, "definitions");
            take(keys, "$schema");
            self.changed = true;
        }
    }
}
