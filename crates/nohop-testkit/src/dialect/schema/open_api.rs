use serde_json::Value;

use super::{each, is, named};

/// The fields of Google's `Schema`.
const FIELDS: &[&str] = &[
    "anyOf",
    "default",
    "description",
    "enum",
    "example",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "nullable",
    "pattern",
    "properties",
    "propertyOrdering",
    "property_ordering",
    "required",
    "title",
    "type",
];

/// What Google says of a schema in the subset of OpenAPI.
pub(super) fn open_api(schema: &Value, place: &str) -> Result<(), String> {
    each(schema, place, &mut |schema, path| {
        let Some(fields) = schema.as_object() else {
            return Err(format!(
                "Invalid value at '{path}' (type.googleapis.com/google.ai.generativelanguage.v1beta.Schema)"
            ));
        };
        if let Some(unknown) = fields.keys().find(|key| !FIELDS.contains(&&***key)) {
            return Err(format!(
                "Invalid JSON payload received. Unknown name \"{unknown}\" at '{path}': Cannot find field."
            ));
        }
        if schema["type"].is_array() {
            return Err(format!(
                "Invalid JSON payload received. Unknown name \"type\" at '{path}': Proto field is not repeating, cannot start list."
            ));
        }
        match is(schema, "ARRAY") && schema.get("items").is_none() {
            true => Err(format!("* GenerateContentRequest.{path}.items: missing field.")),
            false => Ok(()),
        }
    })
}

/// What Google says of a JSON Schema.
pub(super) fn json_schema(schema: &Value, place: &str) -> Result<(), String> {
    if !schema.is_object() {
        return Err(format!("* GenerateContentRequest.{place}: must be a JSON Schema object."));
    }
    each(schema, place, &mut |inner, path| {
        let Some(reference) = inner["$ref"].as_str() else { return Ok(()) };
        match named(schema, reference) {
            Some(_) => Ok(()),
            None => Err(format!(
                "* GenerateContentRequest.{path}: reference to undefined schema: {reference}"
            )),
        }
    })
}
