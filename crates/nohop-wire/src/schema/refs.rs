//! References, and what they name.

use std::borrow::Cow;

use nohop_types::{Change, ErrorKind, Result};
use serde_json::value::RawValue;

use super::fields::{ANNOTATIONS, Keys, both, fields, items, keys, raw, take, word};
use super::fit::{DEEPEST, Fit, Role};
use super::tree::Tree;
use super::{Refs, Root};

/// A schema that is written, or the keywords with which the walk goes on.
type Reference<'a> = std::result::Result<Tree<'a>, Keys<'a>>;

impl<'a> Fit<'_, 'a> {
    /// A schema that names another.
    pub(super) fn reference(&mut self, keys: Keys<'a>, role: Role) -> Result<Reference<'a>> {
        let Some(reference) = raw(&keys, "$ref") else { return Ok(Err(keys)) };
        let outermost = role != Role::Inner && self.subset.root != Root::Any;
        match self.subset.refs {
            _ if outermost => {
                let why = "written out, for the outermost schema must be that of an object";
                self.lost(Change::Translated, "$ref", why);
                self.written_out(keys).map(Err)
            }
            Refs::WrittenOut => {
                let why = "written out in its place: the target follows none";
                self.lost(Change::Translated, "$ref", why);
                self.written_out(keys).map(Err)
            }
            Refs::Any => Ok(Err(keys)),
            Refs::Inside => {
                self.named(reference)?;
                Ok(Err(keys))
            }
            Refs::Acyclic | Refs::Alone => {
                self.named(reference)?;
                let path = word(reference).unwrap_or_default();
                let definition = ["#/$defs/", "#/definitions/"]
                    .iter()
                    .any(|start| path.strip_prefix(start).is_some_and(|name| !name.contains('/')));
                if path != "#" && !definition {
                    let why = "it names no definition; define what it names under `$defs`";
                    return Err(self.inside_error("$ref", ErrorKind::Unsupported, why));
                }
                if self.subset.refs == Refs::Acyclic {
                    self.acyclic(reference)?;
                }
                Ok(Ok(self.alone(&keys, reference)))
            }
        }
    }

    /// A reference beside nothing that the target would refuse there.
    fn alone(&mut self, keys: &Keys<'a>, reference: &'a RawValue) -> Tree<'a> {
        let alone = Tree::only("$ref", Tree::text(reference.get()));
        if keys.len() == 1 {
            return alone;
        }
        self.lost(Change::Translated, "$ref", "set apart: the target takes nothing beside it");
        let mut out = vec![(Cow::Borrowed("anyOf"), Tree::List(vec![alone]))];
        for (key, part) in keys {
            match part.raw() {
                Some(raw) if ANNOTATIONS.contains(&&**key) && self.takes(key) => {
                    out.push((key.clone(), Tree::text(raw.get())));
                }
                _ if key == "$ref" => (),
                _ => {
                    let why = "the target takes nothing beside a reference";
                    self.lost(Change::Dropped, key, why);
                }
            }
        }
        match out.len() {
            1 => Tree::only("$ref", Tree::text(reference.get())),
            _ => Tree::Object(out),
        }
    }

    /// The keywords of what a schema names, beside its own.
    fn written_out(&mut self, mut found: Keys<'a>) -> Result<Keys<'a>> {
        while let Some(reference) = raw(&found, "$ref") {
            take(&mut found, "$ref");
            let path = word(reference).unwrap_or_default();
            self.no_circle(&path)?;
            let named = self.named(reference)?;
            self.following.push(path);
            self.reads(named)?;
            let more = keys(named).unwrap_or_default();
            found = both(found, more).map_err(|key| {
                let why = format!("what it names can not be put together with its {key}");
                self.inside_error("$ref", ErrorKind::Unsupported, why)
            })?;
        }
        Ok(found)
    }

    /// What `reference` names.
    pub(super) fn named(&mut self, reference: &'a RawValue) -> Result<&'a RawValue> {
        let path = word(reference).unwrap_or_default();
        let Some(pointer) = path.strip_prefix('#') else {
            let why = "it names a schema elsewhere; define what it names under `$defs`";
            return Err(self.inside_error("$ref", ErrorKind::Unsupported, why));
        };
        if pointer.is_empty() {
            return Ok(self.raw);
        }
        let found = match pointer.strip_prefix('/') {
            Some(steps) => self.pointed(steps)?,
            None => None,
        };
        found.ok_or_else(|| {
            let why = "it names nothing; define what it names under `$defs`";
            self.inside_error("$ref", ErrorKind::InvalidRequest, why)
        })
    }

    fn pointed(&mut self, steps: &str) -> Result<Option<&'a RawValue>> {
        let mut steps = steps.split('/').map(step);
        let first = steps.next().unwrap_or_default();
        if let Some(table) = self.definitions.get(&first)
            && let Some(second) = steps.clone().next()
        {
            steps.next();
            return match table.get(&second).copied() {
                Some(raw) => self.descend(raw, steps),
                None => Ok(None),
            };
        }
        let found = self.root.iter().rev().find(|(name, _)| *name == first).map(|(_, raw)| *raw);
        match found {
            Some(raw) => self.descend(raw, steps),
            None => Ok(None),
        }
    }

    fn descend(
        &mut self,
        mut raw: &'a RawValue,
        steps: impl Iterator<Item = String>,
    ) -> Result<Option<&'a RawValue>> {
        for step in steps {
            self.reads(raw)?;
            let field = fields(raw).and_then(|fields| {
                fields.into_iter().rev().find(|(name, _)| *name == step).map(|(_, raw)| raw)
            });
            let item = || items(raw)?.get(step.parse::<usize>().ok()?).copied();
            match field.or_else(item) {
                Some(found) => raw = found,
                None => return Ok(None),
            }
        }
        Ok(Some(raw))
    }

    /// Refuses a reference that leads back to itself.
    fn acyclic(&mut self, reference: &'a RawValue) -> Result<()> {
        let path = word(reference).unwrap_or_default();
        if self.sound.contains(&path) {
            return Ok(());
        }
        self.no_circle(&path)?;
        let named = self.named(reference)?;
        let mut within = Vec::new();
        self.references(named, 0, &mut within)?;
        self.following.push(path);
        for reference in within {
            self.acyclic(reference)?;
        }
        if let Some(path) = self.following.pop() {
            self.sound.insert(path);
        }
        Ok(())
    }

    fn no_circle(&self, path: &str) -> Result<()> {
        let why = match path == "#" || self.following.iter().any(|before| before == path) {
            true => {
                "it names itself, and the target takes no circles; write it out as deep as it shall go"
            }
            false if self.following.len() < DEEPEST => return Ok(()),
            false => "it names what names too much more; make it flatter",
        };
        Err(self.inside_error("$ref", ErrorKind::Unsupported, why))
    }

    /// Every reference within `raw`.
    fn references(
        &mut self,
        raw: &'a RawValue,
        depth: usize,
        found: &mut Vec<&'a RawValue>,
    ) -> Result<()> {
        if !raw.get().starts_with(['{', '[']) || !raw.get().contains("$ref") {
            return Ok(());
        }
        self.reads(raw)?;
        if depth > 4 * DEEPEST {
            let why = "it names what goes too deep; make it flatter";
            return Err(self.inside_error("$ref", ErrorKind::Unsupported, why));
        }
        for (key, value) in fields(raw).unwrap_or_default() {
            match key == "$ref" && value.get().starts_with('"') {
                true => found.push(value),
                false => self.references(value, depth + 1, found)?,
            }
        }
        for item in items(raw).unwrap_or_default() {
            self.references(item, depth + 1, found)?;
        }
        Ok(())
    }
}

/// One step of a pointer, as it is called.
fn step(step: &str) -> String {
    let bytes = step.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let hex = bytes.get(place + 1..place + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match decoded.filter(|_| bytes[place] == b'%') {
            Some(byte) => {
                out.push(byte);
                place += 3;
            }
            None => {
                out.push(bytes[place]);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).replace("~1", "/").replace("~0", "~")
}
