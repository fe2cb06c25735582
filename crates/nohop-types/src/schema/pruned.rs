//! Nulls that say that a field is left out.

use serde_json::{Map, Value};

/// How deep a value is looked into, and how often one reference after another is followed.
const DEEPEST: usize = 64;

/// Takes fields out of `value` that are null though `schema` neither requires them nor lets them be.
pub(super) fn prune(value: &mut Value, schema: &Value) {
    Pruning { root: schema }.visit(value, schema, 0);
}

struct Pruning<'s> {
    root: &'s Value,
}

impl<'s> Pruning<'s> {
    fn visit(&self, value: &mut Value, schema: &'s Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let mut schemas = Vec::new();
        self.apply(value, schema, &mut schemas, 0);
        match value {
            Value::Array(items) => {
                for schema in schemas {
                    let first = list(&schema["prefixItems"]).count();
                    for (place, item) in items.iter_mut().enumerate() {
                        let of = schema["prefixItems"].get(place);
                        let rest = || schema.get("items").filter(|_| place >= first);
                        if let Some(of) = of.or_else(rest) {
                            self.visit(item, of, depth + 1);
                        }
                    }
                }
            }
            Value::Object(fields) => self.fields(fields, &schemas, depth),
            _ => (),
        }
    }

    fn fields(&self, fields: &mut Map<String, Value>, schemas: &[&'s Value], depth: usize) {
        fields.retain(|name, value| {
            let of = schemas.iter().filter_map(|schema| schema["properties"].get(name));
            let of: Vec<_> = of.collect();
            let required =
                schemas.iter().any(|schema| list(&schema["required"]).any(|one| one == name));
            let left_out = value.is_null()
                && !required
                && !of.is_empty()
                && !of.iter().any(|schema| self.takes_null(schema, 0));
            if !left_out {
                let others =
                    schemas.iter().filter(|schema| schema["properties"].get(name).is_none());
                let others = others.filter_map(|schema| schema.get("additionalProperties"));
                for schema in of.into_iter().chain(others) {
                    self.visit(value, schema, depth + 1);
                }
            }
            !left_out
        });
    }

    /// Every schema that `value` must follow where it follows `schema`, but for alternatives that it can
    /// not mean.
    fn apply(&self, value: &Value, schema: &'s Value, found: &mut Vec<&'s Value>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        found.push(schema);
        if let Some(named) = self.named(schema) {
            self.apply(value, named, found, depth + 1);
        }
        for part in list(&schema["allOf"]) {
            self.apply(value, part, found, depth + 1);
        }
        for choice in list(&schema["anyOf"]).chain(list(&schema["oneOf"])) {
            if self.may_be(value, choice, depth) {
                self.apply(value, choice, found, depth + 1);
            }
        }
    }

    /// Whether `value` may follow `schema`, as far as its type, its fields and their constants tell.
    fn may_be(&self, value: &Value, schema: &'s Value, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        if let Some(named) = self.named(schema) {
            return self.may_be(value, named, depth + 1);
        }
        let kind = match value {
            Value::Object(_) => "object",
            Value::Array(_) => "array",
            // Nothing stands in the others that could be taken out.
            _ => return false,
        };
        let types = &schema["type"];
        if !types.is_null() && types != kind && !list(types).any(|one| one == kind) {
            return false;
        }
        let Value::Object(fields) = value else { return true };
        let has_all = list(&schema["required"])
            .filter_map(Value::as_str)
            .all(|name| fields.contains_key(name));
        let named = schema["properties"].as_object().into_iter().flatten();
        let mut constants = named.filter_map(|(name, of)| Some((fields.get(name)?, of)));
        let knows_all = schema["additionalProperties"] != false
            || fields.keys().all(|name| schema["properties"].get(name).is_some());
        has_all
            && knows_all
            && constants.all(|(value, of)| {
                let one_of = of["enum"].as_array().is_none_or(|values| values.contains(value));
                let constant = of.get("const").is_none_or(|constant| constant == value);
                value.is_null() || (one_of && constant)
            })
    }

    fn takes_null(&self, schema: &'s Value, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        if let Some(named) = self.named(schema) {
            return self.takes_null(named, depth + 1);
        }
        let types = &schema["type"];
        if !types.is_null() {
            return types == "null" || list(types).any(|one| one == "null");
        }
        if let Some(values) = schema["enum"].as_array() {
            return values.iter().any(Value::is_null);
        }
        if let Some(constant) = schema.get("const") {
            return constant.is_null();
        }
        let choices: Vec<_> = list(&schema["anyOf"]).chain(list(&schema["oneOf"])).collect();
        let parts: Vec<_> = list(&schema["allOf"]).collect();
        match (choices.is_empty(), parts.is_empty()) {
            (false, _) => choices.iter().any(|choice| self.takes_null(choice, depth + 1)),
            (_, false) => parts.iter().all(|part| self.takes_null(part, depth + 1)),
            _ => schema != false,
        }
    }

    fn named(&self, schema: &Value) -> Option<&'s Value> {
        self.root.pointer(schema["$ref"].as_str()?.strip_prefix('#')?)
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
