use nohop_types::{CacheMark, Effort, Json, OutputFormat, Schema, Visibility};
use serde_json::value::RawValue;

use super::rows::{FormatRow, MarkRow};
use crate::dialect::{Marks, lifetime};
use crate::json;

/// What the answer shall look like; `None` for what the vocabulary has no word for.
pub(super) fn format(raw: &RawValue) -> Option<OutputFormat> {
    let row: FormatRow<'_> = serde_json::from_str(raw.get()).ok()?;
    let bare = row.name.is_none() && row.description.is_none() && row.strict.is_none();
    match (row.r#type.as_deref()?, row.schema) {
        _ if !row.rest.is_empty() => None,
        ("text", None) if bare => Some(OutputFormat::Text),
        ("json_object", None) if bare => Some(OutputFormat::JsonObject),
        ("json_schema", Some(schema)) => {
            let mut read = Schema::new(row.name?.0, Json::from(schema));
            read.description = row.description.map(|text| text.0.into_owned());
            read.strict = row.strict;
            Some(OutputFormat::JsonSchema(read))
        }
        _ => None,
    }
}

/// The effort that a word names.
pub(super) fn effort(raw: &RawValue) -> Option<Effort> {
    Effort::parse(&json::text_of(raw)?)
}

/// How much of its thinking the model shall show.
pub(super) fn summary(word: &str) -> Option<Visibility> {
    matches!(word, "\"auto\"" | "\"concise\"" | "\"detailed\"").then_some(Visibility::Summary)
}

/// The mark that a `prompt_cache_breakpoint` is, to a host that marks by it.
pub(super) fn breakpoint(marks: Marks, raw: &RawValue) -> Option<CacheMark> {
    mark(raw, "explicit", &[1_800, 43_200]).filter(|_| marks == Marks::Breakpoint)
}

/// The mark that a `cache_control` is, to a host that marks by it.
pub(super) fn control(marks: Marks, raw: &RawValue) -> Option<CacheMark> {
    mark(raw, "ephemeral", &[300, 3_600]).filter(|_| marks == Marks::Control)
}

fn mark(raw: &RawValue, r#type: &str, known: &[u64]) -> Option<CacheMark> {
    let row: MarkRow<'_> = serde_json::from_str(raw.get()).ok()?;
    if row.r#type.as_deref() != Some(r#type) || !row.rest.is_empty() {
        return None;
    }
    let Some(ttl) = row.ttl.as_deref() else { return Some(CacheMark::new()) };
    let lasting = lifetime(ttl).filter(|lifetime| known.contains(&lifetime.as_secs()))?;
    Some(CacheMark::lasting(lasting))
}
