use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::*;

/// A line of an order.
#[derive(Debug, Deserialize, PartialEq, JsonSchema)]
struct Line {
    /// What was ordered.
    sku: String,
    count: u32,
    gift: Option<bool>,
}

#[derive(Debug, Deserialize, PartialEq, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Payment {
    Card { last: String },
    Invoice { days: Option<u8> },
}

#[derive(Debug, Deserialize, PartialEq, JsonSchema)]
#[schemars(rename = "the order")]
struct Order {
    lines: Vec<Line>,
    payment: Payment,
    #[serde(default)]
    note: String,
    prices: Option<BTreeMap<String, f64>>,
}

fn check<T: Shaped>(text: &str) -> Result<T> {
    Schema::of::<T>().read(text)
}

/// Holds that `text` is refused with this sentence, in which nothing of it is shown.
fn refused<T: Shaped + std::fmt::Debug>(text: &str, said: &str) {
    let error = check::<T>(text).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Shape, said));
    assert!(!format!("{error} {error:?} {error:#?}").contains("secret"), "{error:#?}");
}

#[test]
fn a_schema_says_what_the_type_and_its_comments_say() {
    let schema = Schema::of::<Line>();
    assert_eq!(schema.name.as_deref(), Some("Line"));
    assert_eq!(schema.description.as_deref(), Some("A line of an order."));
    let told: Value = serde_json::from_str(schema.schema.as_str()).unwrap();
    assert_eq!(told["properties"]["sku"]["description"], "What was ordered.");
    assert_eq!(told["required"], json!(["sku", "count"]));
    assert_eq!(told.get("$schema"), None);
    assert_eq!(told.get("description"), None);
    let OutputFormat::JsonSchema(strict) = OutputFormat::of::<Line>() else {
        panic!("it is no schema")
    };
    assert_eq!(strict.strict, Some(true));
    assert_eq!(Schema::of::<Order>().name.as_deref(), Some("the_order"));
}

#[test]
fn a_tool_has_the_name_and_the_comment_of_its_type() {
    let crate::ToolKind::Function(function) = Tool::of::<Line>().kind else {
        panic!("it is no function")
    };
    assert_eq!(function.name, "Line");
    assert_eq!(function.description.as_deref(), Some("A line of an order."));
    assert_eq!(function.schema, Some(Schema::of::<Line>().schema));
}

#[test]
fn what_follows_the_schema_is_read() {
    let text = r#" {"lines":[{"sku":"a","count":2}],"payment":{"kind":"card","last":"1"}} "#;
    let order = check::<Order>(text).unwrap();
    assert_eq!(order.lines, [Line { sku: "a".into(), count: 2, gift: None }]);
    assert_eq!(order.payment, Payment::Card { last: "1".into() });
}

#[test]
fn a_field_that_is_null_for_being_left_out_is_left_out() {
    let text = r#"{"lines":[{"sku":"a","count":2,"gift":null}],"payment":{"kind":"invoice","days":null},"note":null,"prices":null}"#;
    let order = check::<Order>(text).unwrap();
    assert_eq!((&*order.note, order.prices), ("", None));
    assert_eq!(order.payment, Payment::Invoice { days: None });
    // What may not be left out may not be null either.
    refused::<Line>(r#"{"sku":null,"count":1}"#, "sku: it is not what `type` says in the schema");
}

#[test]
fn what_does_not_follow_the_schema_is_refused_by_its_place_and_never_shown() {
    refused::<Line>(r#"{"sku":"secret"}"#, "the whole: the field \"count\" is missing");
    refused::<Line>(
        r#"{"sku":"a","count":"secret"}"#,
        "count: it is not what `type` says in the schema",
    );
    refused::<Order>(
        r#"{"lines":[{"sku":"a","count":-1}],"payment":{"kind":"card","last":"1"}}"#,
        "lines.0.count: it is not what `minimum` says in the schema",
    );
    refused::<Order>(
        r#"{"lines":[],"payment":{"kind":"card","last":"1"},"prices":{"secret":"much"}}"#,
        "prices.*: it is not what `type` says in the schema",
    );
}

#[test]
fn what_is_no_json_is_refused_by_its_place() {
    refused::<Line>("secret", "the text is not JSON, at line 1 column 1");
    refused::<Line>(r#"{"sku":"secret"#, "the text ends before its JSON does");
    refused::<Line>("", "the text ends before its JSON does");
}

#[test]
fn a_call_is_read_as_the_type_of_its_tool() {
    let call = |arguments: &str| ToolCall::new("1", "Line", arguments);
    assert_eq!(call(r#"{"sku":"a","count":2}"#).read::<Line>().unwrap().count, 2);
    let error = call(r#"{"sku":"secret"}"#).read::<Line>().unwrap_err();
    assert_eq!(error.message(), "arguments: the whole: the field \"count\" is missing");

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Nothing {}
    call("").read::<Nothing>().unwrap();
}

#[test]
fn a_schema_that_is_none_is_the_callers_mistake() {
    let schema = Schema::anonymous(json!({ "type": "novel" }));
    let error = schema.read::<Value>("1").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn references_in_circles_end() {
    let node = json!({ "anyOf": [{ "$ref": "#" }, { "$ref": "#/$defs/a" }], "$defs": { "a": { "$ref": "#/$defs/a" } } });
    let mut value = json!({ "a": null, "b": [{ "c": null }] });
    pruned::prune(&mut value, &node);
    assert_eq!(value, json!({ "a": null, "b": [{ "c": null }] }));
}
