use nohop_types::{Function, Json, Parallel, Result, Tool, ToolChoice, ToolKind};
use serde_json::value::RawValue;

use super::rows::{ChoiceRow, KindRow, ToolRow};
use super::{OWN, options};
use crate::dialect::anthropic::Anthropic;
use crate::dialect::invalid;
use crate::dialect::own::read;

/// Reads a tool; one that is no function is the provider's own.
pub(super) fn tool(raw: &RawValue) -> Result<Tool> {
    let kind: KindRow<'_> = read(raw.get(), "a tool")?;
    if !matches!(kind.r#type.as_deref(), None | Some("custom")) {
        return Ok(Tool::native(Anthropic::NAME, Json::from(raw)));
    }
    let row: ToolRow<'_> = read(raw.get(), "a tool")?;
    let name = row.name.ok_or_else(|| invalid("name: a tool needs one"))?;
    let mut read = Function::new(name.0, row.schema.map(Json::from));
    read.description = row.description.map(|text| text.0.into_owned());
    read.strict = row.strict;
    let mut tool = Tool::new(ToolKind::Function(read));
    tool.extra = OWN.rest(row.rest);
    if let Some(r#type) = row.r#type {
        tool.extra.push(OWN.scope(), "type", serde_json::Value::from(&*r#type).into());
    }
    if let Some(raw) = row.cache_control {
        tool.cache = options::mark_of(raw);
        if tool.cache.is_none() {
            OWN.keep(&mut tool.extra, "cache_control", raw);
        }
    }
    Ok(tool)
}

/// Which tools shall be called, and whether several at once; `None` for what the vocabulary has no
/// word for.
pub(super) fn choice(raw: &RawValue) -> Option<(ToolChoice, Option<Parallel>)> {
    let row: ChoiceRow<'_> = serde_json::from_str(raw.get()).ok()?;
    if !row.rest.is_empty() {
        return None;
    }
    let choice = match (row.r#type.as_deref()?, row.name, row.single) {
        ("auto", None, _) => ToolChoice::Auto,
        ("any", None, _) => ToolChoice::Required,
        ("none", None, None) => ToolChoice::None,
        ("tool", Some(name), _) => ToolChoice::Named(name.0.into_owned()),
        _ => return None,
    };
    let parallel = row.single.map(|single| match single {
        true => Parallel::Forbid,
        false => Parallel::Allow,
    });
    Some((choice, parallel))
}
