use serde_json::Value;

use super::{each, is, list, named};

/// Whether an object that does not say so is closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Closed {
    Meant,
    Said,
}

/// What is permitted of a schema that must be followed.
const PERMITTED: &[&str] = &[
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "anyOf",
    "const",
    "default",
    "definitions",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
];

const FORMATS: &[&str] =
    &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// What OpenAI says of a schema that need not be followed.
pub(super) fn loose(schema: &Value) -> Result<(), String> {
    if schema["type"] != "object" {
        let told = schema["type"].as_str().unwrap_or("None");
        return Err(format!(
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{told}\"'."
        ));
    }
    if ["oneOf", "anyOf", "allOf", "enum", "not"].iter().any(|key| schema.get(key).is_some()) {
        return Err(
            "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."
                .to_owned(),
        );
    }
    if schema.get("properties").is_none() {
        return Err("In context=(), object schema missing properties.".to_owned());
    }
    each(schema, "", &mut |schema, path| {
        if is(schema, "array")
            && schema.get("items").is_none()
            && schema.get("prefixItems").is_none()
        {
            return Err(format!("In context=({path}), array schema missing items."));
        }
        for key in ["exclusiveMinimum", "exclusiveMaximum"] {
            if schema[key].is_boolean() {
                return Err(format!("{} is not of type 'number'.", schema[key]));
            }
        }
        match schema["items"].is_array() {
            true => Err(format!("{} is not of type 'object', 'boolean'.", schema["items"])),
            false => Ok(()),
        }
    })
}

/// What OpenAI says of a schema that must be followed.
pub(super) fn strict(schema: &Value, closed: Closed) -> Result<(), String> {
    let (mut properties, mut values, mut characters) = (0, 0, 0);
    each(schema, "", &mut |inner, path| {
        let context = format!("In context=({path})");
        let Some(fields) = inner.as_object() else {
            return Err(format!("{context}, schema must be an object."));
        };
        if let Some(key) = fields.keys().find(|key| !PERMITTED.contains(&&***key)) {
            return Err(format!("{context}, '{key}' is not permitted."));
        }
        if let Some(reference) = inner["$ref"].as_str() {
            if let Some(other) = fields.keys().find(|key| *key != "$ref") {
                return Err(format!("{context}, $ref cannot have keywords {{'{other}'}}."));
            }
            return match named(schema, reference) {
                Some(_) => Ok(()),
                None => Err(format!(
                    "{context}, reference to component '{reference}' which was not found in the schema."
                )),
            };
        }
        if inner.get("type").is_none() && inner.get("anyOf").is_none() {
            return Err(format!("{context}, schema must have a 'type' key."));
        }
        if is(inner, "string")
            && let Some(format) = inner["format"].as_str()
            && !FORMATS.contains(&format)
        {
            return Err(format!("{context}, '{format}' is not a valid format."));
        }
        values += list(&inner["enum"]).count();
        if is(inner, "array") && inner.get("items").is_none() {
            return Err(format!("{context}, array schema missing items."));
        }
        if !is(inner, "object") {
            return Ok(());
        }
        let open = match inner.get("additionalProperties") {
            None => closed == Closed::Said,
            Some(said) => said != false,
        };
        if open {
            return Err(format!(
                "{context}, 'additionalProperties' is required to be supplied and to be false."
            ));
        }
        let named: Vec<&String> =
            inner["properties"].as_object().into_iter().flat_map(|p| p.keys()).collect();
        let required: Vec<&str> = list(&inner["required"]).filter_map(Value::as_str).collect();
        properties += named.len();
        characters += named.iter().map(|name| name.len()).sum::<usize>();
        if let Some(missing) = named.iter().find(|name| !required.contains(&name.as_str())) {
            return Err(format!(
                "{context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '{missing}'."
            ));
        }
        match required.iter().find(|name| !named.iter().any(|known| known == *name)) {
            Some(extra) => Err(format!("{context}, 'required' has an extra key '{extra}'.")),
            None => Ok(()),
        }
    })?;
    match (properties > 5_000, values > 1_000, characters > 120_000) {
        (true, ..) => Err("schema has more than 5000 object properties.".to_owned()),
        (_, true, _) => Err("schema has more than 1000 enum values.".to_owned()),
        (.., true) => Err("schema has more than 120000 characters of names.".to_owned()),
        _ => Ok(()),
    }
}
