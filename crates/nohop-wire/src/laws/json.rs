use std::fmt;

use serde_json::Value;

/// Where two JSON values differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The path, with the places in lists left out: `$.messages[].content`.
    pub path: String,
    /// What stands there in the one, if anything.
    pub one: Option<Value>,
    /// What stands there in the other, if anything.
    pub other: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| match value {
            Some(value) => value.to_string().chars().take(80).collect(),
            None => "nothing".to_owned(),
        };
        write!(f, "{}: {} became {}", self.path, shown(&self.one), shown(&self.other))
    }
}

/// Where `one` and `other` differ as JSON; numbers of the same size are the same.
pub fn differences(one: &Value, other: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("$", Some(one), Some(other), &mut found);
    found
}

fn walk(path: &str, one: Option<&Value>, other: Option<&Value>, found: &mut Vec<Difference>) {
    match (one, other) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                walk(&format!("{path}.{key}"), one.get(key), other.get(key), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for place in 0..one.len().max(other.len()) {
                walk(&format!("{path}[]"), one.get(place), other.get(place), found);
            }
        }
        (Some(Value::Number(one)), Some(Value::Number(other)))
            if one.as_f64() == other.as_f64() => {}
        (one, other) if one == other => (),
        (one, other) => found.push(Difference {
            path: path.to_owned(),
            one: one.cloned(),
            other: other.cloned(),
        }),
    }
}

/// Calls `found` with every string in `value` that is not empty, and its path.
pub(super) fn strings(value: &Value, found: &mut dyn FnMut(&str, &str)) {
    leaves("$", value, found);
}

fn leaves(path: &str, value: &Value, found: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) if !text.is_empty() => found(path, text),
        Value::Array(items) => {
            items.iter().for_each(|item| leaves(&format!("{path}[]"), item, found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, found));
        }
        _ => (),
    }
}

/// Every string in `value`, and those within strings that are JSON, one after the other.
pub(super) fn haystack(value: &Value) -> String {
    let mut all = String::new();
    strings(value, &mut |_, text| {
        all.push_str(text);
        all.push('\u{0}');
        if text.starts_with(['{', '['])
            && let Ok(inner) = serde_json::from_str::<Value>(text)
        {
            all.push_str(&haystack(&inner));
        }
    });
    all
}

/// Whether `text`, or what it has in base64, is in `all`.
pub(super) fn is_in(all: &str, text: &str) -> bool {
    all.contains(text) || text.split_once(";base64,").is_some_and(|(_, data)| all.contains(data))
}
