//! What holds of any schema at any target.

use nohop_types::Json;
use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Map, Value, json};

use super::Use::{Answer, StrictAnswer, StrictTool, Tool};
use super::{CHAT, CONVERSE, RESPONSES, TARGETS, USES, asking, send, told};

/// A schema that people write: typed, with definitions, references to them and alternatives.
fn sane(depth: u32) -> BoxedStrategy<Value> {
    let text =
        (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(format, pattern, length)| {
            let mut schema = json!({ "type": "string" });
            if format {
                schema["format"] = "date".into();
            }
            if pattern {
                schema["pattern"] = "^[a-z]*$".into();
            }
            if length {
                schema["maxLength"] = 12.into();
            }
            schema
        });
    let number = (any::<bool>(), -5..5_i64, any::<bool>()).prop_map(|(whole, least, old)| {
        let kind = if whole { "integer" } else { "number" };
        match old {
            true => json!({ "type": kind, "minimum": least, "exclusiveMinimum": true }),
            false => json!({ "type": kind, "minimum": least, "maximum": 100 }),
        }
    });
    let values = prop::collection::vec("[a-c]{1,2}", 1..4)
        .prop_map(|of| json!({ "type": "string", "enum": of }));
    let reference = (0..3_usize, any::<bool>()).prop_map(|(number, told)| match told {
        true => json!({ "$ref": format!("#/$defs/d{number}"), "description": "told" }),
        false => json!({ "$ref": format!("#/$defs/d{number}") }),
    });
    let leaf = Union::new([
        text.boxed(),
        number.boxed(),
        values.boxed(),
        reference.boxed(),
        Just(json!({ "type": "boolean" })).boxed(),
        Just(json!({ "type": ["string", "null"] })).boxed(),
        Just(json!({ "const": "fixed" })).boxed(),
    ]);
    leaf.prop_recursive(depth, 40, 4, |inner| {
        let list = (inner.clone(), 0..3_u64).prop_map(|(of, least)| {
            json!({ "type": "array", "items": of, "minItems": least, "uniqueItems": false })
        });
        let choice = prop::collection::vec(inner.clone(), 1..3);
        let choice = (choice, any::<bool>()).prop_map(|(of, one)| match one {
            true => json!({ "oneOf": of }),
            false => json!({ "anyOf": of }),
        });
        let part = inner.clone().prop_map(|of| json!({ "allOf": [of] }));
        prop_oneof![object(inner), list, choice, part]
    })
    .boxed()
}

/// An object with fields of this kind, some of which it requires.
fn object(field: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let fields = prop::collection::btree_map("[a-e]", (field, any::<bool>()), 1..4);
    (fields, 0..3_u8).prop_map(|(fields, others)| {
        let required = fields.iter().filter(|(_, (_, needed))| *needed);
        let required: Vec<_> = required.map(|(name, _)| name.clone()).collect();
        let named: Map<_, _> = fields.into_iter().map(|(name, (of, _))| (name, of)).collect();
        let mut schema = json!({ "type": "object", "properties": named });
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        match others {
            0 => schema["additionalProperties"] = false.into(),
            1 => schema["additionalProperties"] = true.into(),
            _ => (),
        }
        schema
    })
}

/// A whole schema: an object, and what it names, in which nothing names itself.
fn whole() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(json!({ "type": "string", "minLength": 1 })),
        Just(json!({ "type": "integer", "exclusiveMaximum": 9 })),
        Just(json!({ "type": "object", "properties": { "x": { "type": "boolean" } } })),
    ];
    let definitions = prop::collection::vec(plain, 3);
    (object(sane(3)), definitions).prop_map(|(mut schema, definitions)| {
        let named = definitions.into_iter().enumerate();
        let named: Map<_, _> = named.map(|(number, of)| (format!("d{number}"), of)).collect();
        schema["$defs"] = named.into();
        schema
    })
}

/// Anything that could stand in a schema's place.
fn soup() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "type",
        "properties",
        "required",
        "items",
        "anyOf",
        "oneOf",
        "allOf",
        "$ref",
        "$defs",
        "enum",
        "const",
        "additionalProperties",
        "minItems",
        "format",
        "pattern",
        "not",
        "nullable",
        "prefixItems",
        "exclusiveMinimum",
        "patternProperties",
        "a",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(vec![
            "object",
            "array",
            "string",
            "null",
            "#",
            "#/$defs/a",
            "#/properties/a",
            "a",
            "^(?=x)",
            "https://a.example",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(words.clone(), inner, 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(key, of)| (key.to_owned(), of))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_out_is_what_the_provider_takes(schema in whole()) {
        let told_so: Json = schema.clone().into();
        for (name, dialect, spoken) in TARGETS {
            for r#use in USES {
                let Ok((body, losses)) = send(dialect, &asking(&told_so, r#use)) else { continue };
                let refused = spoken.schema_refusal(&body);
                prop_assert_eq!(refused, None, "{} as {:?}", name, r#use);
                // And what it takes as it came goes out as it came.
                let losses = of_schema(&losses);
                let found = told(&body);
                let early = name == "gemini, early";
                prop_assert_eq!(losses.is_empty() && !early, found == Some(schema.clone()), "{:?}", losses);
            }
        }
    }

    #[test]
    fn what_was_adjusted_is_not_adjusted_again(schema in whole()) {
        let told_so: Json = schema.into();
        for (name, dialect, _) in TARGETS.into_iter().filter(|(name, ..)| *name != "gemini, early") {
            for r#use in USES {
                let Ok((body, _)) = send(dialect, &asking(&told_so, r#use)) else { continue };
                let once: Json = told(&body).unwrap().into();
                let (body, losses) = send(dialect, &asking(&once, r#use)).unwrap();
                prop_assert_eq!(of_schema(&losses), [""; 0], "{} as {:?}", name, r#use);
                prop_assert_eq!(told(&body).unwrap().to_string(), once.as_str());
            }
        }
    }

    #[test]
    fn no_schema_panics_or_goes_on_for_ever(schema in soup()) {
        let told_so: Json = schema.into();
        for (_, dialect, _) in TARGETS {
            for r#use in USES {
                drop(send(dialect, &asking(&told_so, r#use)));
            }
        }
    }

    #[test]
    fn a_value_of_the_adjusted_schema_is_one_of_the_original(schema in whole(), seed in any::<u64>()) {
        let told_so: Json = schema.clone().into();
        for (dialect, r#use) in [(CHAT, StrictTool), (RESPONSES, StrictAnswer), (CONVERSE, Answer), (CHAT, Tool)] {
            let Ok((body, losses)) = send(dialect, &asking(&told_so, r#use)) else { continue };
            let adjusted = told(&body).unwrap();
            let mut chance = seed;
            let Some(value) = sample(&adjusted, &adjusted, &mut chance, 0) else { continue };
            let taken = |schema: &Value| jsonschema::draft202012::is_valid(schema, &value);
            // Expressions and bounds are not sampled: a value that breaks them shows nothing.
            if !taken(&adjusted) {
                continue;
            }
            // What was dropped is not held to, and alternatives may both hold.
            let loosened = losses.iter().any(|loss| {
                loss.contains(": dropped: ") || loss.contains(": clamped: ") || loss.contains("oneOf")
            });
            let old = schema.to_string().contains("exclusiveMinimum\":true");
            if loosened || old {
                continue;
            }
            let read: nohop_types::Result<Value> =
                nohop_types::Schema::anonymous(schema.clone()).read(&value.to_string());
            prop_assert!(read.is_ok(), "{:?} for {} by {}", read, value, adjusted);
        }
    }
}

/// Those of `losses` that are of a schema.
fn of_schema(losses: &[String]) -> Vec<&str> {
    losses.iter().map(String::as_str).filter(|loss| loss.contains(".schema")).collect()
}

/// A value that follows `schema`, but for what expressions and formats say.
fn sample(schema: &Value, root: &Value, chance: &mut u64, depth: usize) -> Option<Value> {
    if depth > 12 {
        return None;
    }
    let mut pick = |of: usize| {
        *chance =
            chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*chance >> 33) as usize % of.max(1)
    };
    if let Some(reference) = schema["$ref"].as_str() {
        return sample(root.pointer(&reference[1..])?, root, chance, depth + 1);
    }
    if let Some(choices) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        let choice = &choices[pick(choices.len())];
        return sample(choice, root, chance, depth + 1);
    }
    if let Some(constant) = schema.get("const") {
        return Some(constant.clone());
    }
    if let Some(values) = schema["enum"].as_array() {
        return Some(values[pick(values.len())].clone());
    }
    let kind = match &schema["type"] {
        Value::Array(types) => types[pick(types.len())].as_str()?.to_owned(),
        kind => kind.as_str()?.to_owned(),
    };
    Some(match kind.as_str() {
        "string" if schema["format"] == "date" => "2026-03-31".into(),
        "string" => "abc".into(),
        "integer" | "number" => 7.into(),
        "boolean" => (pick(2) == 0).into(),
        "null" => Value::Null,
        "array" => {
            let count = pick(3) + schema["minItems"].as_u64().unwrap_or(0) as usize;
            let of = &schema["items"];
            (0..count)
                .map(|_| sample(of, root, chance, depth + 1))
                .collect::<Option<Vec<_>>>()?
                .into()
        }
        "object" => {
            let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
            let mut fields = Map::new();
            for (name, of) in schema["properties"].as_object()? {
                let needed = required.iter().any(|one| *one == name);
                let skipped = (*chance).is_multiple_of(3);
                if needed || !skipped {
                    fields.insert(name.clone(), sample(of, root, chance, depth + 1)?);
                }
            }
            fields.into()
        }
        _ => return None,
    })
}
