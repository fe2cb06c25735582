use serde_json::Value;

use super::{each, is, list, named};

/// What Anthropic says of a tool's schema.
pub(super) fn object(schema: &Value) -> Result<(), String> {
    if schema["type"] != "object" {
        return Err("input_schema.type: Field required".to_owned());
    }
    if ["oneOf", "allOf", "anyOf"].iter().any(|key| schema.get(key).is_some()) {
        return Err(
            "input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"
                .to_owned(),
        );
    }
    each(schema, "", &mut |schema, _| {
        let old = schema["exclusiveMinimum"].is_boolean()
            || schema["exclusiveMaximum"].is_boolean()
            || schema["items"].is_array();
        match old {
            true => Err("input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12).".to_owned()),
            false => Ok(()),
        }
    })
}

/// What Anthropic says of a schema that must be followed.
pub(super) fn grammar(schema: &Value) -> Result<(), String> {
    const NOWHERE: &[&str] = &[
        "contains",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "if",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "patternProperties",
        "prefixItems",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
    ];
    const FORMATS: &[&str] = &[
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    ];
    each(schema, "", &mut |inner, _| {
        let Some(fields) = inner.as_object() else {
            return Err("Schema must be an object".to_owned());
        };
        let kind = inner["type"].as_str().unwrap_or_default();
        if let Some(key) = fields.keys().find(|key| NOWHERE.contains(&&***key)) {
            return Err(format!("For '{kind}' type, property '{key}' is not supported"));
        }
        if fields.contains_key("oneOf") {
            return Err("Schema type 'oneOf' is not supported".to_owned());
        }
        if let Some(reference) = inner["$ref"].as_str() {
            if !reference.starts_with("#/") {
                return Err(format!("External reference '{reference}' is not supported"));
            }
            return match named(schema, reference) {
                Some(found) if circles(schema, found, &mut vec![reference.to_owned()]) => {
                    Err(format!("Circular reference detected in schema definitions: {reference}"))
                }
                Some(_) => Ok(()),
                None => Err(format!("Reference '{reference}' not found")),
            };
        }
        let typed = ["type", "anyOf", "allOf", "enum", "const"];
        if !typed.iter().any(|key| fields.contains_key(*key)) {
            return Err("Schema must have a 'type', 'anyOf', 'allOf', 'enum' or 'const'".to_owned());
        }
        if let Some(format) = inner["format"].as_str()
            && is(inner, "string")
            && !FORMATS.contains(&format)
        {
            return Err(format!("For 'string' type, format '{format}' is not supported"));
        }
        if inner["minItems"].as_u64().is_some_and(|least| least > 1) {
            return Err("For 'array' type, 'minItems' values other than 0 or 1 are not supported"
                .to_owned());
        }
        if let Some(pattern) = inner["pattern"].as_str()
            && ["(?=", "(?!", "(?<", "\\b"].iter().any(|part| pattern.contains(part))
        {
            return Err("For 'string' type, pattern uses unsupported features".to_owned());
        }
        match is(inner, "object") && inner["additionalProperties"] != false {
            true => {
                Err("For 'object' type, 'additionalProperties' must be explicitly set to false"
                    .to_owned())
            }
            false => Ok(()),
        }
    })
}

/// Whether what `schema` names leads back to where it was.
fn circles(root: &Value, schema: &Value, before: &mut Vec<String>) -> bool {
    let mut found = false;
    let walked = each(schema, "", &mut |inner, _| {
        let Some(reference) = inner["$ref"].as_str() else { return Ok(()) };
        if before.iter().any(|one| one == reference) {
            found = true;
            return Err(String::new());
        }
        before.push(reference.to_owned());
        found = named(root, reference).is_some_and(|next| circles(root, next, before));
        before.pop();
        if found { Err(String::new()) } else { Ok(()) }
    });
    drop(walked);
    found
}

/// What Cohere says of a schema that must be followed.
pub(super) fn cohere(schema: &Value) -> Result<(), String> {
    const UNKNOWN: &[&str] = &[
        "allOf",
        "oneOf",
        "not",
        "maximum",
        "minimum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minLength",
        "maxLength",
        "prefixItems",
        "if",
        "then",
        "else",
        "contains",
        "patternProperties",
        "propertyNames",
    ];
    if schema.get("type").is_none() {
        return Err("missing required field 'type'".to_owned());
    }
    if schema["type"] != "object" {
        return Err("the top level type must be object".to_owned());
    }
    each(schema, "", &mut |inner, _| {
        let fields = inner.as_object().into_iter().flatten();
        if let Some((key, _)) = fields.into_iter().find(|(key, _)| UNKNOWN.contains(&&***key)) {
            return Err(format!("'{key}' is not supported"));
        }
        if let Some(format) = inner["format"].as_str()
            && is(inner, "string")
            && !["date-time", "uuid", "date", "time"].contains(&format)
        {
            return Err(format!("format '{format}' is not supported"));
        }
        if let Some(pattern) = inner["pattern"].as_str()
            && ["^", "$", "?=", "?!"].iter().any(|part| pattern.contains(part))
        {
            return Err("pattern uses unsupported features".to_owned());
        }
        let listed = inner["properties"].as_object().is_some_and(|fields| !fields.is_empty());
        match listed && list(&inner["required"]).next().is_none() {
            true => Err("each object must have at least one required field".to_owned()),
            false => Ok(()),
        }
    })
}
