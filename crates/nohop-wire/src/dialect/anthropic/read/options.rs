use nohop_types::{
    CacheMark, Effort, Extras, Json, OutputFormat, Result, Schema, ServiceTier, Thinking,
    Visibility,
};
use serde_json::value::RawValue;

use super::OWN;
use super::rows::{ConfigRow, FormatRow, MarkRow, ThinkingRow, UserRow};
use crate::dialect::lifetime;
use crate::dialect::own::read;
use crate::json;

/// Takes what `thinking` says; `false` when it says something the vocabulary has no words for.
pub(super) fn thinking(wish: &mut Thinking, raw: &RawValue) -> bool {
    let Ok(row) = serde_json::from_str::<ThinkingRow<'_>>(raw.get()) else { return false };
    let visibility = match row.display.as_deref() {
        None => None,
        Some("omitted") => Some(Visibility::Hidden),
        Some("summarized") => Some(Visibility::Summary),
        Some(_) => return false,
    };
    let enabled = match (row.r#type.as_deref(), row.budget, visibility) {
        (Some("adaptive"), None, _) => true,
        (Some("disabled"), None, None) => false,
        // A budget that is too small is the caller's mistake, and not ours to correct.
        (Some("enabled"), Some(1_024..), _) => true,
        _ => return false,
    };
    if row.rest.is_empty() {
        wish.enabled = Some(enabled);
        (wish.budget, wish.visibility) = (row.budget, visibility);
    }
    row.rest.is_empty()
}

/// Takes what `output_config` says: an effort, a format, and what the vocabulary has no word for.
pub(super) fn output_config(
    wish: &mut Thinking,
    output: &mut Option<OutputFormat>,
    extra: &mut Extras,
    raw: &RawValue,
) -> Result<()> {
    let row: ConfigRow<'_> = read(raw.get(), "output_config")?;
    if let Some(raw) = row.effort {
        let effort = json::text_of(raw).and_then(|word| Effort::parse(&word));
        wish.effort = effort.filter(|e| !matches!(e, Effort::None | Effort::Minimal));
        if wish.effort.is_none() {
            extra.push(OWN.scope(), "output_config.effort", Json::from(raw));
        }
    }
    if let Some(raw) = row.format {
        *output = format(raw);
        if output.is_none() {
            extra.push(OWN.scope(), "output_config.format", Json::from(raw));
        }
    }
    for (key, value) in &row.rest {
        extra.push(OWN.scope(), format!("output_config.{key}"), Json::from(*value));
    }
    match raw.get().trim_matches(|c: char| "{}".contains(c) || c.is_whitespace()) {
        "" => extra.push(OWN.scope(), "output_config", Json::from(raw)),
        _ => OWN.mark(extra, "output_config"),
    }
    Ok(())
}

fn format(raw: &RawValue) -> Option<OutputFormat> {
    let row: FormatRow<'_> = serde_json::from_str(raw.get()).ok()?;
    let plain = row.rest.is_empty() && row.r#type.as_deref() == Some("json_schema");
    let schema = row.schema.filter(|_| plain)?;
    Some(OutputFormat::JsonSchema(Schema::anonymous(Json::from(schema))))
}

/// The tier that a word names; `None` for one that would be written differently.
pub(super) fn tier(word: &str) -> Option<ServiceTier> {
    match word {
        "auto" => Some(ServiceTier::Auto),
        "standard_only" => Some(ServiceTier::Standard),
        "flex" | "priority" | "standard" => None,
        other => Some(ServiceTier::Other(other.to_owned())),
    }
}

/// Who asks, if that is all that the metadata say.
pub(super) fn user(raw: &RawValue) -> Option<String> {
    let row: UserRow<'_> = serde_json::from_str(raw.get()).ok()?;
    let user = row.user.filter(|_| row.rest.is_empty())?;
    Some(user.0.into_owned())
}

/// The mark that a `cache_control` is; `None` for another thing under that name.
pub(super) fn mark_of(raw: &RawValue) -> Option<CacheMark> {
    let row: MarkRow<'_> = serde_json::from_str(raw.get()).ok()?;
    match (row.r#type.as_deref(), row.ttl.as_deref()) {
        (Some("ephemeral"), ttl) if row.rest.is_empty() => match ttl {
            None => Some(CacheMark::new()),
            Some(ttl) => lifetime(ttl).map(CacheMark::lasting),
        },
        _ => None,
    }
}
