use nohop_types::{Function, Json, Result, Tool, ToolChoice, ToolKind};
use serde_json::value::RawValue;

use super::OWN;
use super::rows::{ChoiceRow, KindRow, ToolRow};
use crate::dialect::openai_responses::OpenAiResponses;
use crate::dialect::own::read;

/// Reads a tool; one that is no function is the provider's own.
pub(super) fn tool(raw: &RawValue) -> Result<Tool> {
    let native = || Ok(Tool::native(OpenAiResponses::NAME, Json::from(raw)));
    let kind: KindRow<'_> = read(raw.get(), "a tool")?;
    if kind.r#type.as_deref() != Some("function") {
        return native();
    }
    let row: ToolRow<'_> = read(raw.get(), "a tool")?;
    let Some(name) = row.name else { return native() };
    let mut function = Function::new(name.0, row.parameters.map(Json::from));
    function.description = row.description.map(|text| text.0.into_owned());
    function.strict = row.strict;
    let mut tool = Tool::new(ToolKind::Function(function));
    tool.extra = OWN.rest(row.rest);
    Ok(tool)
}

/// Which tools shall be called; `None` for what the vocabulary has no word for.
pub(super) fn choice(raw: &RawValue) -> Option<ToolChoice> {
    match raw.get() {
        "\"auto\"" => return Some(ToolChoice::Auto),
        "\"none\"" => return Some(ToolChoice::None),
        "\"required\"" => return Some(ToolChoice::Required),
        _ => (),
    }
    let row: ChoiceRow<'_> = serde_json::from_str(raw.get()).ok()?;
    if let (None, None) = (&row.mode, &row.tools) {
        return named(row).map(ToolChoice::Named);
    }
    if row.r#type.as_deref() != Some("allowed_tools") || row.name.is_some() || !row.rest.is_empty()
    {
        return None;
    }
    let names = row.tools?.into_iter().map(named).collect::<Option<Vec<_>>>()?;
    match row.mode.as_deref()? {
        "auto" => Some(ToolChoice::Allowed(names)),
        "required" => Some(ToolChoice::RequiredOf(names)),
        _ => None,
    }
}

/// The function that a choice names, if it says no more than that.
fn named(row: ChoiceRow<'_>) -> Option<String> {
    let plain = row.r#type.as_deref() == Some("function")
        && row.rest.is_empty()
        && row.mode.is_none()
        && row.tools.is_none();
    Some(row.name.filter(|_| plain)?.0.into_owned())
}
