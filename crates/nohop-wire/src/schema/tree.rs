//! A schema as it will be written.

use std::borrow::Cow;

use crate::json::Writer;

/// JSON that is partly as it came.
#[derive(Clone, Debug)]
pub(super) enum Tree<'a> {
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Tree<'a> {
    /// What is written in `text`, which is JSON.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// The string `word`, which has nothing to escape.
    pub(super) fn word(word: &str) -> Self {
        Self::text(format!("\"{word}\""))
    }

    /// The strings `words`.
    pub(super) fn words<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Self {
        let quoted = |word: S| Self::text(serde_json::Value::from(word.as_ref()).to_string());
        Self::List(words.into_iter().map(quoted).collect())
    }

    /// An object with the field `key` alone.
    pub(super) fn only(key: &'static str, value: Self) -> Self {
        Self::Object(vec![(Cow::Borrowed(key), value)])
    }

    pub(super) fn write(&self, out: &mut Writer) {
        match self {
            Self::Text(text) => out.raw(text).done(),
            Self::List(items) => {
                out.array();
                items.iter().for_each(|item| item.write(out));
                out.end_array();
            }
            Self::Object(fields) => {
                out.object();
                for (key, value) in fields {
                    out.name(key);
                    value.write(out);
                }
                out.end_object();
            }
        }
    }
}

/// Whether the schema takes null, as far as can be seen in it.
pub(super) fn takes_null(schema: &Tree<'_>) -> bool {
    let Tree::Object(fields) = schema else { return false };
    let told = |key: &str| fields.iter().find(|(name, _)| name == key).map(|(_, tree)| tree);
    let null = |tree: &Tree<'_>| matches!(tree, Tree::Text(text) if matches!(&**text, "null" | "\"null\""));
    let one = |tree: &Tree<'_>| match tree {
        Tree::List(items) => items.iter().any(null),
        text => null(text),
    };
    let typed = told("type").is_none_or(one);
    let valued = told("enum").or(told("const")).is_none_or(one);
    let chosen = told("anyOf").is_none_or(|choices| match choices {
        Tree::List(choices) => choices.iter().any(takes_null),
        _ => false,
    });
    let said = ["type", "enum", "const", "anyOf"].iter().any(|key| told(key).is_some());
    said && typed && valued && chosen
}

/// The schema, made to take null too.
pub(super) fn or_null(schema: Tree<'_>) -> Tree<'_> {
    let Tree::Object(mut fields) = schema else { return either_or_null(schema) };
    let has = |key: &str| fields.iter().any(|(name, _)| name == key);
    if has("const") || has("$ref") || (has("type") && has("anyOf")) {
        return either_or_null(Tree::Object(fields));
    }
    if !has("type") {
        let choices = fields.iter_mut().find(|(name, _)| name == "anyOf");
        if let Some((_, Tree::List(choices))) = choices {
            choices.push(null());
            return Tree::Object(fields);
        }
        return either_or_null(Tree::Object(fields));
    }
    for (key, value) in &mut fields {
        match (&**key, value) {
            ("type", Tree::List(types)) => types.push(Tree::word("null")),
            ("type", value @ Tree::Text(_)) => {
                *value = Tree::List(vec![value.clone(), Tree::word("null")]);
            }
            ("enum", Tree::List(values)) => values.push(Tree::text("null")),
            _ => (),
        }
    }
    Tree::Object(fields)
}

fn either_or_null(schema: Tree<'_>) -> Tree<'_> {
    Tree::only("anyOf", Tree::List(vec![schema, null()]))
}

fn null<'a>() -> Tree<'a> {
    Tree::only("type", Tree::word("null"))
}
