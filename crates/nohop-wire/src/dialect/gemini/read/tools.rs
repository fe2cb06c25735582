use nohop_types::{Extras, Function, Json, Result, Tool, ToolChoice, ToolKind};
use serde_json::value::RawValue;

use super::rows::{CallingRow, FunctionRow, ToolConfigRow, ToolRow};
use super::{OWN, inside};
use crate::dialect::gemini::{Gemini, schema};
use crate::dialect::invalid;
use crate::dialect::own::read;
use crate::json;

/// Reads an object of tools: the functions that it declares, or one tool of the provider's own.
pub(super) fn tools(raw: &RawValue, tools: &mut Vec<Tool>) -> Result<()> {
    let row: ToolRow<'_> = read(raw.get(), "a tool")?;
    let functions = row.functions.unwrap_or_default();
    if functions.is_empty() {
        tools.push(Tool::native(Gemini::NAME, Json::from(raw)));
        return Ok(());
    }
    let apart = matches!(tools.last(), Some(Tool { kind: ToolKind::Function(_), .. }));
    let mut beside: Extras = OWN.inner("tool.", row.rest).collect();
    if apart {
        OWN.mark(&mut beside, "tool.functionDeclarations");
    }
    for (place, raw) in functions.iter().enumerate() {
        let mut tool =
            function(raw).map_err(|error| error.at(format!("functionDeclarations[{place}]")))?;
        // What stands beside the functions is kept with the first of them.
        tool.extra.extend(std::mem::take(&mut beside));
        tools.push(tool);
    }
    Ok(())
}

fn function(raw: &RawValue) -> Result<Tool> {
    let row: FunctionRow<'_> = read(raw.get(), "a function")?;
    let name = row.name.ok_or_else(|| invalid("name: a function needs one"))?;
    let mut extra = OWN.rest(row.rest);
    let told = match (row.parameters, row.schema) {
        (Some(raw), None) => {
            let (read, capitals) = schema::lowered(raw);
            match capitals {
                true => extra.push(OWN.scope(), "parameters", serde_json::Value::from("").into()),
                false => OWN.mark(&mut extra, "parameters"),
            }
            Some(read)
        }
        (beside, told) => {
            if let Some(raw) = beside {
                OWN.keep(&mut extra, "parameters", raw);
            }
            told.map(Json::from)
        }
    };
    let mut read = Function::new(name.0, told);
    read.description = row.description.map(|text| text.0.into_owned());
    let mut tool = Tool::new(ToolKind::Function(read));
    tool.extra = extra;
    Ok(tool)
}

/// Which tools shall be called; what the vocabulary has no word for is kept.
pub(super) fn config(extra: &mut Extras, raw: &RawValue) -> Result<Option<ToolChoice>> {
    let row: ToolConfigRow<'_> = read(raw.get(), "toolConfig")?;
    inside(extra, "toolConfig", raw, row.rest);
    let Some(raw) = row.calling else { return Ok(None) };
    let key = "toolConfig.functionCallingConfig";
    let row: CallingRow<'_> = read(raw.get(), "functionCallingConfig")?;
    let (mode, names) = (row.mode, row.names);
    inside(extra, key, raw, row.rest);
    let word: Option<String> = mode.and_then(json::lax);
    let listed: Option<Vec<String>> = names.and_then(json::lax);
    let read = names.is_some() == listed.is_some();
    let choice = match (word.as_deref(), listed) {
        (Some("AUTO"), None) if read => Some(ToolChoice::Auto),
        (Some("NONE"), None) if read => Some(ToolChoice::None),
        (Some("ANY"), None) if read => Some(ToolChoice::Required),
        (Some("ANY"), Some(mut names)) if names.len() == 1 => names.pop().map(ToolChoice::Named),
        (Some("ANY"), Some(names)) => Some(ToolChoice::RequiredOf(names)),
        (Some("VALIDATED"), Some(names)) => Some(ToolChoice::Allowed(names)),
        _ => None,
    };
    if choice.is_none() {
        let prefix = "toolConfig.functionCallingConfig.";
        for (key, raw) in [("mode", mode), ("allowedFunctionNames", names)] {
            if let Some(raw) = raw {
                super::keep(extra, prefix, key, raw);
            }
        }
    }
    Ok(choice)
}
