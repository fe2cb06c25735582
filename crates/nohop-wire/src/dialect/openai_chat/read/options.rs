use nohop_types::{Effort, Json, OutputFormat, Schema, Thinking, Visibility};
use serde_json::value::RawValue;

use super::rows::{FormatRow, PredictionRow, ThinkingRow, ToggleRow};
use crate::dialect::openai_chat::ThinkingField;
use crate::json;

/// What the answer shall look like; `None` for what the vocabulary has no word for.
pub(super) fn format(raw: &RawValue) -> Option<OutputFormat> {
    let row: FormatRow<'_> = serde_json::from_str(raw.get()).ok()?;
    match (row.r#type.as_deref()?, row.schema) {
        ("text", None) if row.rest.is_empty() => Some(OutputFormat::Text),
        ("json_object", None) if row.rest.is_empty() => Some(OutputFormat::JsonObject),
        ("json_schema", Some(schema)) if row.rest.is_empty() && schema.rest.is_empty() => {
            let mut read = Schema::new(schema.name?.0, Json::from(schema.schema?));
            read.description = schema.description.map(|text| text.0.into_owned());
            read.strict = schema.strict;
            Some(OutputFormat::JsonSchema(read))
        }
        _ => None,
    }
}

/// Takes what a field says of thinking; `false` when it says something else.
pub(super) fn thinking(wish: &mut Thinking, field: ThinkingField, raw: &RawValue) -> bool {
    match field {
        ThinkingField::Effort => {
            let word = json::text_of(raw).and_then(|word| Effort::parse(&word));
            wish.effort = word.or(wish.effort);
            word.is_some()
        }
        ThinkingField::Enable => {
            let flag = serde_json::from_str::<bool>(raw.get()).ok();
            wish.enabled = flag.or(wish.enabled);
            flag.is_some()
        }
        ThinkingField::Object => {
            let Ok(row) = serde_json::from_str::<ThinkingRow<'_>>(raw.get()) else { return false };
            let effort = row.effort.as_deref().map(Effort::parse);
            if !row.rest.is_empty() || effort == Some(None) || row.exclude == Some(false) {
                return false;
            }
            let said = effort.is_some() || row.max_tokens.is_some() || row.enabled.is_some();
            wish.effort = effort.flatten().or(wish.effort);
            wish.budget = row.max_tokens.or(wish.budget);
            wish.enabled = row.enabled.or(wish.enabled);
            wish.visibility = row.exclude.map(|_| Visibility::Hidden).or(wish.visibility);
            said || row.exclude.is_some()
        }
        ThinkingField::Toggle => {
            let Ok(row) = serde_json::from_str::<ToggleRow<'_>>(raw.get()) else { return false };
            let enabled = match row.r#type.as_deref() {
                Some("enabled") => true,
                Some("disabled") => false,
                _ => return false,
            };
            if row.rest.is_empty() {
                wish.enabled = Some(enabled);
            }
            row.rest.is_empty()
        }
    }
}

/// A text the answer will probably repeat; `None` for a prediction in parts.
pub(super) fn prediction(raw: &RawValue) -> Option<String> {
    let row: PredictionRow<'_> = serde_json::from_str(raw.get()).ok()?;
    let text = row.content.filter(|content| content.get().starts_with('"'))?;
    let plain = row.rest.is_empty() && row.r#type.as_deref() == Some("content");
    plain.then(|| json::text_of(text).unwrap_or_default().into_owned())
}
