use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON with every field that is written, the repeated ones too.
///
/// `serde_json::Value` keeps the last of those, and what a decoder makes of them is its own affair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Object(Vec<(String, Tree)>),
    Array(Vec<Tree>),
    Text(String),
    Null,
    /// A number or a flag, in which nothing here is interested.
    Other,
}

impl Tree {
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Whether an object in it has a field twice, or one with a dot in its name, or a text begins like
    /// the ids that we make and never send back.
    pub(crate) fn is_odd(&self) -> bool {
        match self {
            Self::Object(fields) => {
                let mut names = BTreeSet::new();
                fields.iter().any(|(name, value)| {
                    name.contains('.') || !names.insert(name) || value.is_odd()
                })
            }
            Self::Array(items) => items.iter().any(Self::is_odd),
            Self::Text(text) => text.starts_with("nohop_"),
            _ => false,
        }
    }

    /// Every value at `key`; nothing for what is no object.
    pub(crate) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Self> {
        let fields = match self {
            Self::Object(fields) => &fields[..],
            _ => &[],
        };
        fields.iter().filter(move |(name, _)| name == key).map(|(_, value)| value)
    }

    /// Every item; nothing for what is no list.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// Whether it is a string that is not empty.
    pub(crate) fn says(&self) -> bool {
        matches!(self, Self::Text(text) if !text.is_empty())
    }

    /// Whether it is the string `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(mine) if mine == text)
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Tree::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }
}
