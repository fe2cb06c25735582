//! Which schemas of tools and answers a provider refuses, and what it says of them.
//!
//! Written from references and recorded refusals, and from nothing that adjusts schemas.

mod grammar;
mod open_api;
mod strict;

use nohop_types::ErrorKind;
use serde_json::Value;

use super::Refusal;

/// Where a schema stands in a request.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    /// What the provider calls it.
    name: &'a str,
    /// The path of its field.
    param: &'a str,
}

/// Refuses what OpenAI's Chat Completions refuses.
pub(super) fn chat(body: &Value) -> Result<(), Refusal> {
    for (index, tool) in list(&body["tools"]).enumerate() {
        let function = &tool["function"];
        let name = format!("function '{}'", function["name"].as_str().unwrap_or_default());
        let param = format!("tools[{index}].function.parameters");
        let place = Place { name: &name, param: &param };
        openai(&function["parameters"], &function["strict"], strict::Closed::Said, place)
            .map_err(|refusal| refusal.code("invalid_function_parameters"))?;
    }
    let format = &body["response_format"]["json_schema"];
    let name = format!("response_format '{}'", format["name"].as_str().unwrap_or_default());
    let place = Place { name: &name, param: "response_format" };
    openai(&format["schema"], &format["strict"], strict::Closed::Said, place)
}

/// Refuses what OpenAI's Responses refuses.
pub(super) fn responses(body: &Value) -> Result<(), Refusal> {
    for (index, tool) in list(&body["tools"]).enumerate() {
        let name = format!("function '{}'", tool["name"].as_str().unwrap_or_default());
        let param = format!("tools[{index}].parameters");
        let place = Place { name: &name, param: &param };
        openai(&tool["parameters"], &tool["strict"], strict::Closed::Meant, place)
            .map_err(|refusal| refusal.code("invalid_function_parameters"))?;
    }
    let format = &body["text"]["format"];
    let name = format!("response_format '{}'", format["name"].as_str().unwrap_or_default());
    let place = Place { name: &name, param: "text.format.schema" };
    openai(&format["schema"], &format["strict"], strict::Closed::Said, place)
        .map_err(|refusal| refusal.code("invalid_json_schema"))
}

fn openai(
    schema: &Value,
    must: &Value,
    closed: strict::Closed,
    place: Place<'_>,
) -> Result<(), Refusal> {
    if schema.is_null() {
        return Ok(());
    }
    let found = strict::loose(schema).and_then(|()| match must == true {
        true => strict::strict(schema, closed),
        false => Ok(()),
    });
    found.map_err(|why| {
        let message = format!("Invalid schema for {}: {why}", place.name);
        Refusal::new(ErrorKind::InvalidRequest, 400, "invalid_request_error", message)
            .param(place.param)
    })
}

/// Refuses what Anthropic refuses.
pub(super) fn anthropic(body: &Value) -> Result<(), Refusal> {
    let refuse = |message: String| {
        Err(Refusal::new(ErrorKind::InvalidRequest, 400, "invalid_request_error", message))
    };
    let strict = list(&body["tools"]).filter(|tool| tool["strict"] == true).count();
    if strict > 20 {
        return refuse(format!(
            "Too many strict tools ({strict}). The maximum number of strict tools supported is 20. Try reducing the number of tools marked as strict."
        ));
    }
    for (index, tool) in list(&body["tools"]).enumerate() {
        let Some(schema) = tool.get("input_schema") else { continue };
        if let Err(why) = grammar::object(schema) {
            return refuse(format!("tools.{index}.custom.{why}"));
        }
        if tool["strict"] == true
            && let Err(why) = grammar::grammar(schema)
        {
            return refuse(format!("tools.{index}.custom: {why}"));
        }
    }
    // The older field is still read.
    for (name, format) in [
        ("output_config.format.schema", &body["output_config"]["format"]),
        ("output_format.schema", &body["output_format"]),
    ] {
        if let Some(Err(why)) = format.get("schema").map(grammar::grammar) {
            return refuse(format!("{name}: {why}"));
        }
    }
    Ok(())
}

/// Refuses what Converse refuses.
pub(super) fn converse(body: &Value) -> Result<(), Refusal> {
    let refuse = |message: String| {
        Err(Refusal::new(ErrorKind::InvalidRequest, 400, "ValidationException", message))
    };
    for (index, tool) in list(&body["toolConfig"]["tools"]).enumerate() {
        let spec = &tool["toolSpec"];
        let Some(schema) = spec["inputSchema"].get("json") else { continue };
        if schema["type"] != "object" {
            return refuse(format!(
                "The value at toolConfig.tools.{index}.toolSpec.inputSchema.json.type must be one of the following: object."
            ));
        }
        if let Err(why) = grammar::object(schema) {
            return refuse(format!(
                "The model returned the following errors: tools.{index}.custom.{why}"
            ));
        }
        if spec["strict"] == true
            && let Err(why) = grammar::grammar(schema)
        {
            return refuse(format!(
                "The model returned the following errors: tools.{index}.custom: {why}"
            ));
        }
    }
    let format = &body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"];
    let Some(text) = format.as_str() else { return Ok(()) };
    let read = serde_json::from_str(text).map_err(|error| error.to_string());
    match read.and_then(|schema: Value| grammar::grammar(&schema)) {
        Err(why) => refuse(format!(
            "The model returned the following errors: output_config.format.schema: {why}"
        )),
        Ok(()) => Ok(()),
    }
}

/// Refuses what Gemini refuses.
pub(super) fn gemini(body: &Value) -> Result<(), Refusal> {
    let refuse = |message: String| {
        Err(Refusal::new(ErrorKind::InvalidRequest, 400, "INVALID_ARGUMENT", message))
    };
    for (at, tool) in list(&body["tools"]).enumerate() {
        for (index, function) in list(&tool["functionDeclarations"]).enumerate() {
            let place = |key: &str| format!("tools[{at}].function_declarations[{index}].{key}");
            if let Some(schema) = function.get("parameters")
                && let Err(why) = open_api::open_api(schema, &place("parameters"))
            {
                return refuse(why);
            }
            if let Some(schema) = function.get("parametersJsonSchema")
                && let Err(why) = open_api::json_schema(schema, &place("parameters_json_schema"))
            {
                return refuse(why);
            }
        }
    }
    let config = &body["generationConfig"];
    let told = config.get("responseSchema");
    let told = told.map(|schema| open_api::open_api(schema, "generation_config.response_schema"));
    let json = config.get("responseJsonSchema");
    let json =
        json.map(|schema| open_api::json_schema(schema, "generation_config.response_json_schema"));
    match told.or(json) {
        Some(Err(why)) => refuse(why),
        _ => Ok(()),
    }
}

/// Refuses what Cohere refuses.
pub(super) fn cohere(body: &Value) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(ErrorKind::InvalidRequest, 400, "", message));
    if body["strict_tools"] == true {
        for (index, tool) in list(&body["tools"]).enumerate() {
            if let Err(why) = grammar::cohere(&tool["function"]["parameters"]) {
                return refuse(format!(
                    "invalid request: tools[{index}].function.parameters: {why}"
                ));
            }
        }
    }
    match body["response_format"].get("json_schema").map(grammar::cohere) {
        Some(Err(why)) => refuse(format!(
            "invalid request: response_format validation: invalid 'json_schema' provided: {why}"
        )),
        _ => Ok(()),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The schema that `reference` names in `root`.
fn named<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

/// Calls `found` with each schema in `schema` and its path, outermost first, until one is refused.
fn each(
    schema: &Value,
    path: &str,
    found: &mut dyn FnMut(&Value, &str) -> Result<(), String>,
) -> Result<(), String> {
    found(schema, path)?;
    let Some(fields) = schema.as_object() else { return Ok(()) };
    for (key, value) in fields {
        match key.as_str() {
            "items" | "additionalProperties" | "not" if value.is_object() => {
                each(value, &format!("{path}.{key}"), found)?;
            }
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                for (index, schema) in list(value).enumerate() {
                    each(schema, &format!("{path}.{key}[{index}]"), found)?;
                }
            }
            "properties" | "$defs" | "definitions" => {
                for (name, schema) in value.as_object().into_iter().flatten() {
                    each(schema, &format!("{path}.{key}.{name}"), found)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether one of the types of `schema` is `word`.
fn is(schema: &Value, word: &str) -> bool {
    schema["type"] == word || list(&schema["type"]).any(|one| one == word)
}
