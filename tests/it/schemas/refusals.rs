//! What can not be told is refused before it is sent, by its path.

use nohop_types::{ErrorKind, Json};
use nohop_wire::Dialect;

use super::Use::{self, Answer, StrictAnswer, StrictTool, Tool};
use super::{CHAT, CLAUDE, COHERE, CONVERSE, EARLY, GEMINI, OLLAMA, asking, send};

/// Holds that `schema` is refused with this kind of error, in whose message all of `said` stands.
fn check(schema: &str, dialect: &dyn Dialect, r#use: Use, kind: ErrorKind, said: &[&str]) {
    let request = asking(&Json::new(schema).unwrap(), r#use);
    let what = format!("{schema} at {} as {use:?}", dialect.name());
    let error = send(dialect, &request).expect_err(&what);
    assert_eq!(error.kind(), kind, "{what}: {error}");
    for said in said {
        assert!(error.message().contains(said), "{what}: {error}");
    }
}

const UNSUPPORTED: ErrorKind = ErrorKind::Unsupported;
const INVALID: ErrorKind = ErrorKind::InvalidRequest;

#[test]
fn a_circle_is_refused_where_there_may_be_none() {
    let circle = r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/n"}},"required":["a"],"additionalProperties":false,"$defs":{"n":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["next"],"additionalProperties":false}}}"##;
    let path = ["output.schema.properties.a", "$ref", "write it out"];
    check(circle, CLAUDE, Answer, UNSUPPORTED, &path);
    check(circle, CONVERSE, Answer, UNSUPPORTED, &path);
    check(circle, EARLY, Answer, UNSUPPORTED, &["output.schema.properties.a", "$ref"]);
    let tool = ["tools[0].schema.properties.a.$ref"];
    check(circle, CLAUDE, StrictTool, UNSUPPORTED, &tool);
    // OpenAI's models follow it, and so do Gemini's, and who need not follow it is told it.
    for (dialect, r#use) in
        [(CHAT, StrictAnswer), (GEMINI, Answer), (CLAUDE, Tool), (COHERE, Answer)]
    {
        let (_, losses) = send(dialect, &asking(&Json::new(circle).unwrap(), r#use)).unwrap();
        assert_eq!(losses, [""; 0], "{}", dialect.name());
    }
}

#[test]
fn a_reference_to_elsewhere_or_to_nothing_is_refused() {
    let elsewhere = r#"{"type":"object","properties":{"a":{"$ref":"https://a.example/s.json"}}}"#;
    let nothing = r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/none"}}}"##;
    let path = "properties.a.$ref";
    let targets =
        [(CHAT, StrictTool), (CLAUDE, Answer), (GEMINI, Tool), (COHERE, Answer), (OLLAMA, Tool)];
    for (dialect, r#use) in targets {
        check(elsewhere, dialect, r#use, UNSUPPORTED, &[path, "elsewhere", "$defs"]);
        check(nothing, dialect, r#use, INVALID, &[path, "names nothing"]);
    }
}

#[test]
fn a_schema_that_is_none_is_the_callers_mistake() {
    for schema in ["true", "false"] {
        for dialect in [CHAT, CLAUDE, GEMINI, COHERE] {
            check(schema, dialect, Tool, INVALID, &["tools[0].schema", "say an object"]);
            check(schema, dialect, StrictAnswer, INVALID, &["output.schema", "say an object"]);
        }
    }
    check("[]", CHAT, Tool, INVALID, &["tools[0].schema: it is no schema"]);
    let inner =
        r#"{"type":"object","properties":{"a":7},"required":["a"],"additionalProperties":false}"#;
    check(inner, CHAT, StrictTool, INVALID, &["tools[0].schema.properties.a: it is no schema"]);
}

#[test]
fn what_is_no_object_is_refused_where_one_is_wanted() {
    let list = r#"{"type":"array","items":{"type":"string"}}"#;
    let union = r#"{"anyOf":[{"type":"object","properties":{}},{"type":"object","properties":{"a":{"type":"string"}}}]}"#;
    for r#use in [Tool, StrictTool, Answer, StrictAnswer] {
        check(list, CHAT, r#use, UNSUPPORTED, &["it is that of no object", "put it into a field"]);
    }
    check(list, CLAUDE, Tool, UNSUPPORTED, &["tools[0].schema: it is that of no object"]);
    check(list, COHERE, Answer, UNSUPPORTED, &["output.schema: it is that of no object"]);
    check(union, CHAT, StrictAnswer, UNSUPPORTED, &["output.schema: it is a union"]);
}

#[test]
fn a_map_or_any_value_is_refused_where_fields_must_be_listed() {
    let map = r#"{"type":"object","properties":{"a":{"type":"object","additionalProperties":{"type":"string"}}}}"#;
    let free = r#"{"type":"object","properties":{"a":{"type":"object"}}}"#;
    let any = r#"{"type":"object","properties":{"a":{"description":"anything"}}}"#;
    for (dialect, r#use) in [(CHAT, StrictTool), (CLAUDE, StrictTool), (CONVERSE, Answer)] {
        let said = ["schema.properties.a.additionalProperties", "list of pairs"];
        check(map, dialect, r#use, UNSUPPORTED, &said);
        check(free, dialect, r#use, UNSUPPORTED, &["schema.properties.a", "list of pairs"]);
        check(any, dialect, r#use, UNSUPPORTED, &["schema.properties.a:", "give it a `type`"]);
    }
    check("{}", CHAT, StrictAnswer, UNSUPPORTED, &["output.schema"]);
}

#[test]
fn parts_that_contradict_each_other_are_refused() {
    let parts =
        r#"{"type":"object","properties":{"a":{"allOf":[{"type":"string"},{"type":"integer"}]}}}"#;
    check(parts, CHAT, StrictTool, UNSUPPORTED, &["properties.a.allOf", "type stands in several"]);
    let named = r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a","b"]}"#;
    check(named, CHAT, StrictTool, UNSUPPORTED, &["tools[0].schema.required", "list the field"]);
}
