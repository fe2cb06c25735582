use nohop_types::{Error, ErrorKind, Function, Json, Result, Tool, ToolChoice, ToolKind};
use serde_json::value::RawValue;

use super::rows::{ChoiceRow, ToolRow};
use super::{OWN, parts};
use crate::dialect::openai_chat::OpenAiChat;
use crate::dialect::own::read;

/// Reads a tool; one that is no function is the provider's own.
pub(super) fn tool(raw: &RawValue) -> Result<Tool> {
    let row: ToolRow<'_> = read(raw.get(), "a tool")?;
    let (Some("function") | None, Some(function)) = (row.r#type.as_deref(), row.function) else {
        return Ok(Tool::native(OpenAiChat::NAME, Json::from(raw)));
    };
    let Some(name) = function.name else {
        return Err(Error::new(ErrorKind::InvalidRequest, "function.name: a function needs one"));
    };
    let mut read = Function::new(name.0, function.parameters.map(Json::from));
    read.description = function.description.map(|text| text.0.into_owned());
    read.strict = function.strict;
    let mut tool = Tool::new(ToolKind::Function(read));
    tool.extra = OWN.rest(row.rest);
    tool.extra.extend(OWN.inner("function.", function.rest));
    let marks = [
        ("cache_control", row.cache_control, row.cache_control.and_then(parts::mark_of)),
        ("prompt_cache_breakpoint", row.breakpoint, row.breakpoint.and_then(parts::breakpoint_of)),
    ];
    for (key, raw, mark) in marks {
        match (mark, raw) {
            (Some(mark), _) if tool.cache.is_none() => tool.cache = Some(mark),
            (_, Some(raw)) => OWN.keep(&mut tool.extra, key, raw),
            (_, None) => (),
        }
    }
    Ok(tool)
}

/// Which tools shall be called; `None` for what the vocabulary has no word for.
pub(super) fn choice(raw: &RawValue) -> Option<ToolChoice> {
    match raw.get() {
        "\"auto\"" => return Some(ToolChoice::Auto),
        "\"none\"" => return Some(ToolChoice::None),
        "\"required\"" | "\"any\"" => return Some(ToolChoice::Required),
        _ => (),
    }
    let row: ChoiceRow<'_> = serde_json::from_str(raw.get()).ok()?;
    let plain = row.rest.is_empty();
    match (row.r#type.as_deref()?, row.function, row.allowed) {
        ("function", Some(named), None) if plain && named.rest.is_empty() => {
            Some(ToolChoice::Named(named.name?.0.into_owned()))
        }
        ("allowed_tools", None, Some(allowed)) if plain && allowed.rest.is_empty() => {
            let names = allowed.tools?.into_iter().map(|tool| {
                let named = tool.function.filter(|f| f.rest.is_empty() && tool.rest.is_empty())?;
                Some(named.name?.0.into_owned())
            });
            let names = names.collect::<Option<Vec<_>>>()?;
            match allowed.mode.as_deref()? {
                "auto" => Some(ToolChoice::Allowed(names)),
                "required" => Some(ToolChoice::RequiredOf(names)),
                _ => None,
            }
        }
        _ => None,
    }
}
