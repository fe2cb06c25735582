use nohop_types::Json;
use serde_json::value::RawValue;

use crate::dialect::anthropic::rows::AnyRow;
use crate::json;

/// A block that is passed on as it stands once it is complete.
pub(super) struct Gathered {
    raw: Json,
    /// The block's fields in their order, once one of them grew.
    fields: Vec<(String, String)>,
    /// The fragments of its `input`.
    input: String,
}

impl Gathered {
    pub(super) fn new(raw: &RawValue) -> Self {
        Self { raw: raw.into(), fields: Vec::new(), input: String::new() }
    }

    /// Takes a delta: a text is appended to a text, and anything else takes the field's place.
    pub(super) fn grow(&mut self, delta: AnyRow<'_>) {
        for (key, value) in delta.rest {
            match (&*key, json::text_of(value)) {
                (_, None) => (),
                ("partial_json", Some(text)) => self.input.push_str(&text),
                (key, Some(text)) => {
                    let field = self.field(key);
                    let both = field.starts_with('"') && value.get().starts_with('"');
                    *field = match serde_json::from_str::<String>(field).ok().filter(|_| both) {
                        Some(before) => quoted(&(before + &text)),
                        None => value.get().to_owned(),
                    };
                }
            }
        }
    }

    /// The block with all it grew by.
    pub(super) fn complete(mut self) -> Json {
        if !self.input.is_empty() {
            let input = std::mem::take(&mut self.input);
            let is_json = serde_json::from_str::<&RawValue>(&input).is_ok();
            *self.field("input") = if is_json { input } else { quoted(&input) };
        }
        if self.fields.is_empty() {
            return self.raw;
        }
        let fields = self.fields.iter().map(|(key, value)| format!("{}:{value}", quoted(key)));
        let text = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
        Json::new(text).unwrap_or(self.raw)
    }

    /// The field `key`, which is added if need be.
    fn field(&mut self, key: &str) -> &mut String {
        if self.fields.is_empty()
            && let Ok(row) = serde_json::from_str::<AnyRow<'_>>(self.raw.as_str())
        {
            let r#type = row.r#type.map(|r#type| ("type".to_owned(), quoted(&r#type)));
            let rest = row.rest.into_iter();
            let rest = rest.map(|(key, value)| (key.into_owned(), value.get().to_owned()));
            self.fields = r#type.into_iter().chain(rest).collect();
        }
        let place = self.fields.iter().position(|(name, _)| name == key);
        let place = place.unwrap_or_else(|| {
            self.fields.push((key.to_owned(), "null".to_owned()));
            self.fields.len() - 1
        });
        &mut self.fields[place].1
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
