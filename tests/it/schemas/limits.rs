//! However large a schema is, the work on it is bounded.

use std::time::{Duration, Instant};

use nohop_types::{ErrorKind, Json};
use serde_json::{Map, Value, json};

use super::Use::{StrictAnswer, StrictTool, Tool};
use super::{CHAT, CLAUDE, EARLY, RESPONSES, TARGETS, USES, asking, send, told};

/// Far more than the work takes, and far less than it would take without a bound.
const LONG: Duration = Duration::from_secs(20);

#[test]
fn references_that_double_with_each_step_do_not_explode() {
    let mut defs = Map::new();
    for step in 0..40 {
        let next = json!({ "$ref": format!("#/$defs/d{}", step + 1) });
        let fields = json!({ "a": next, "b": next });
        defs.insert(format!("d{step}"), json!({ "type": "object", "properties": fields }));
    }
    defs.insert("d40".to_owned(), json!({ "type": "string" }));
    let bomb: Json =
        json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/d0" } }, "$defs": defs })
            .into();
    let began = Instant::now();
    for (_, dialect, _) in TARGETS {
        for r#use in USES {
            // What comes of it is each target's own; that something does is what counts.
            drop(send(dialect, &asking(&bomb, r#use)));
        }
    }
    let error = send(EARLY, &asking(&bomb, Tool)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("too large"), "{error}");
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
}

#[test]
fn a_schema_that_goes_too_deep_is_refused_where_it_must_be_read() {
    let mut deep = json!({ "type": "string" });
    for _ in 0..120 {
        deep = json!({ "type": "array", "items": deep });
    }
    let deep: Json = json!({ "type": "object", "properties": { "a": deep }, "required": ["a"], "additionalProperties": false }).into();
    for dialect in [CHAT, CLAUDE, RESPONSES] {
        let error = send(dialect, &asking(&deep, StrictTool)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("goes deeper"), "{error}");
        assert!(error.message().starts_with("tools[0].schema.properties.a.items"), "{error}");
    }
}

#[test]
fn more_fields_values_or_objects_than_are_taken_are_refused() {
    let object = |fields: Map<String, Value>| {
        let required: Vec<_> = fields.keys().cloned().collect();
        json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": false })
    };
    let fields = |count: usize| {
        object((0..count).map(|n| (format!("f{n}"), json!({ "type": "string" }))).collect())
    };
    let values = |count: usize| {
        let of: Vec<_> = (0..count).map(|n| n.to_string()).collect();
        object(Map::from_iter([("a".to_owned(), json!({ "type": "string", "enum": of }))]))
    };
    let nested = |depth: usize| {
        (1..depth).fold(fields(1), |inner, _| object(Map::from_iter([("a".to_owned(), inner)])))
    };
    for (fits, over, what) in [
        (fields(5_000), fields(5_001), "5000 fields"),
        (values(1_000), values(1_001), "1000 values"),
        (nested(10), nested(11), "10 objects"),
    ] {
        let (body, losses) = send(CHAT, &asking(&fits.clone().into(), StrictAnswer)).unwrap();
        assert_eq!((told(&body), losses), (Some(fits), vec![]));
        let error = send(CHAT, &asking(&over.into(), StrictAnswer)).unwrap_err();
        assert!(error.message().contains(what), "{error}");
    }
}

#[test]
fn no_more_tools_are_strict_than_the_host_takes() {
    let schema = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    let mut request = asking(&schema.into(), StrictTool);
    let tool = request.tools[0].clone();
    request.tools = vec![tool; 22];
    let (body, losses) = send(CLAUDE, &request).unwrap();
    let strict = |tool: &&Value| tool["strict"] == true;
    assert_eq!(body["tools"].as_array().unwrap().iter().filter(strict).count(), 20);
    let why = "dropped: the host takes 20 tools that are strict";
    assert_eq!(losses, [format!("tools[20].strict: {why}"), format!("tools[21].strict: {why}")]);
    assert_eq!(send(CHAT, &request).unwrap().1, [""; 0]);
}
