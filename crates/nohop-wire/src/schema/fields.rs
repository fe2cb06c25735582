//! The keywords of one schema, some of which stood in several.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::value::RawValue;

use crate::json::{self, Rest, row};

row! {
    struct AnyRow {}
}

/// The fields of an object, in their order.
pub(crate) fn fields(raw: &RawValue) -> Option<Rest<'_>> {
    json::lax::<AnyRow<'_>>(raw).map(|row| row.rest)
}

/// The string that stands there.
pub(crate) fn word(raw: &RawValue) -> Option<String> {
    json::lax(raw)
}

/// The items of a list.
pub(super) fn items(raw: &RawValue) -> Option<Vec<&RawValue>> {
    json::lax(raw)
}

/// The keywords of one schema.
pub(super) type Keys<'a> = Vec<(Cow<'a, str>, Part<'a>)>;

/// What stands under a keyword.
#[derive(Clone, Debug)]
pub(super) enum Part<'a> {
    /// What was written.
    Raw(&'a RawValue),
    /// Fields, each with the schemas any of which it may follow.
    Fields(Vec<(Cow<'a, str>, Vec<&'a RawValue>)>),
    /// Names.
    Names(Vec<String>),
    /// Fields, and whether each may be null instead of being left out.
    Optional(Vec<(Cow<'a, str>, Vec<&'a RawValue>, bool)>),
    /// Schemas.
    Choices(Vec<Keys<'a>>),
}

impl<'a> Part<'a> {
    /// What was written, where nothing was put together.
    pub(super) fn raw(&self) -> Option<&'a RawValue> {
        match self {
            Self::Raw(raw) => Some(raw),
            _ => None,
        }
    }

    /// The named schemas in it.
    pub(super) fn named(&self) -> Vec<(Cow<'a, str>, Vec<&'a RawValue>)> {
        match self {
            Self::Raw(raw) => {
                let fields = fields(raw).unwrap_or_default();
                fields.into_iter().map(|(name, raw)| (name, vec![raw])).collect()
            }
            Self::Fields(fields) => fields.clone(),
            _ => Vec::new(),
        }
    }

    /// The names in it.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Raw(raw) => json::lax(raw).unwrap_or_default(),
            Self::Names(names) => names.clone(),
            _ => Vec::new(),
        }
    }
}

/// The keywords that are written in `raw`, if it is an object.
pub(super) fn keys(raw: &RawValue) -> Option<Keys<'_>> {
    Some(fields(raw)?.into_iter().map(|(key, raw)| (key, Part::Raw(raw))).collect())
}

pub(super) fn get<'k, 'a>(keys: &'k Keys<'a>, key: &str) -> Option<&'k Part<'a>> {
    // Of two fields of one name, parsers take the last.
    keys.iter().rev().find(|(name, _)| name == key).map(|(_, part)| part)
}

pub(super) fn raw<'a>(keys: &Keys<'a>, key: &str) -> Option<&'a RawValue> {
    get(keys, key)?.raw()
}

pub(super) fn has(keys: &Keys<'_>, key: &str) -> bool {
    get(keys, key).is_some()
}

/// Takes a keyword out.
pub(super) fn take<'a>(keys: &mut Keys<'a>, key: &str) -> Option<Part<'a>> {
    let place = keys.iter().rposition(|(name, _)| name == key)?;
    let (_, part) = keys.remove(place);
    keys.retain(|(name, _)| name != key);
    Some(part)
}

/// The types that a schema names.
pub(super) fn types(keys: &Keys<'_>) -> Vec<String> {
    let Some(part) = get(keys, "type") else { return Vec::new() };
    let word = part.raw().and_then(word);
    word.map_or_else(|| part.names(), |word| vec![word])
}

/// Whether a schema is that of an object, as far as it says.
pub(super) fn is_object(keys: &Keys<'_>) -> bool {
    let types = types(keys);
    match types.is_empty() {
        true => ["properties", "required", "additionalProperties"].iter().any(|key| has(keys, key)),
        false => types.iter().any(|word| word == "object"),
    }
}

/// Keywords that say something to a reader, and nothing of what is taken.
pub(super) const ANNOTATIONS: &[&str] = &["title", "description", "default"];

/// What two schemas of which both must hold say together; the keyword in which they can not be put
/// together, where there is one.
pub(super) fn both<'a>(mut one: Keys<'a>, other: Keys<'a>) -> Result<Keys<'a>, String> {
    let closed =
        |keys: &Keys<'_>| raw(keys, "additionalProperties").is_some_and(|raw| raw.get() == "false");
    let names = |keys: &Keys<'a>| {
        let named = get(keys, "properties").map(Part::named).unwrap_or_default();
        named.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let (ours, theirs) = (names(&one), names(&other));
    let lacks = |these: &[Cow<'_, str>], of: &[Cow<'_, str>]| of.iter().any(|n| !these.contains(n));
    if (closed(&one) && lacks(&ours, &theirs)) || (closed(&other) && lacks(&theirs, &ours)) {
        return Err("additionalProperties".to_owned());
    }
    for (key, part) in other {
        let Some(place) = one.iter().rposition(|(name, _)| *name == key) else {
            one.push((key, part));
            continue;
        };
        let kept = &mut one[place].1;
        match &*key {
            "properties" => {
                let mut named = kept.named();
                for (name, schemas) in part.named() {
                    let same = |raws: &[&RawValue]| {
                        raws.iter().map(|raw| raw.get().to_owned()).collect::<Vec<_>>()
                    };
                    match named.iter().find(|(known, _)| *known == name) {
                        Some((_, known)) if same(known) == same(&schemas) => (),
                        Some(_) => return Err(format!("properties.{name}")),
                        None => named.push((name, schemas)),
                    }
                }
                *kept = Part::Fields(named);
            }
            "required" => {
                let mut names = kept.names();
                let known: BTreeSet<String> = names.iter().cloned().collect();
                names.extend(part.names().into_iter().filter(|name| !known.contains(name)));
                *kept = Part::Names(names);
            }
            key if ANNOTATIONS.contains(&key) => (),
            key => {
                let text = |part: &Part<'_>| part.raw().map(|raw| raw.get().to_owned());
                let (Some(known), Some(said)) = (text(kept), text(&part)) else {
                    return Err(key.to_owned());
                };
                if known != said {
                    return Err(key.to_owned());
                }
            }
        }
    }
    Ok(one)
}

/// What an object may be that follows any of `choices`: their fields, of which those are required that
/// all of them require.
pub(super) fn joined<'a>(mut base: Keys<'a>, choices: Vec<Keys<'a>>) -> Keys<'a> {
    let mut named: Vec<(Cow<'a, str>, Vec<&'a RawValue>)> =
        take(&mut base, "properties").map(|part| part.named()).unwrap_or_default();
    let mut required = take(&mut base, "required").map(|part| part.names()).unwrap_or_default();
    let all = |choice: &Keys<'a>| get(choice, "required").map(Part::names).unwrap_or_default();
    let mut common = choices.first().map(all).unwrap_or_default();
    for choice in &choices {
        let theirs = all(choice);
        common.retain(|name| theirs.contains(name));
        for (name, schemas) in get(choice, "properties").map(Part::named).unwrap_or_default() {
            match named.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => {
                    for schema in schemas {
                        if !known.iter().any(|one| one.get() == schema.get()) {
                            known.push(schema);
                        }
                    }
                }
                None => named.push((name, schemas)),
            }
        }
    }
    let known: BTreeSet<String> = required.iter().cloned().collect();
    required.extend(common.into_iter().filter(|name| !known.contains(name)));
    base.push((Cow::Borrowed("properties"), Part::Fields(named)));
    if !required.is_empty() {
        base.push((Cow::Borrowed("required"), Part::Names(required)));
    }
    base
}
