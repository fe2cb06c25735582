//! What becomes of each keyword at each target: a row for each.

use nohop_types::Json;
use nohop_wire::Dialect;
use nohop_wire::dialect::OpenAiChat;
use nohop_wire::schema::Subsets;
use serde_json::Value;

use super::Use::{self, Answer, StrictAnswer, StrictTool, Tool};
use super::{CHAT, CLAUDE, COHERE, CONVERSE, EARLY, GEMINI, OLLAMA, RESPONSES, asking, send, told};

/// The schema of a field, who is told it and as what, how it goes out, and what is lost of it.
type Row = (&'static str, &'static dyn Dialect, Use, &'static str, &'static [&'static str]);

/// A server that makes grammars of patterns that are anchored.
const LOCAL: &dyn Dialect = &OpenAiChat { schemas: &Subsets::GGML, ..OpenAiChat::HOSTED };
const HOSTED: &dyn Dialect = &OpenAiChat::HOSTED;

/// How a field goes out that goes out as it came.
const SAME: &str = "";

/// Holds that the field `a` of a closed object goes out as each row says.
fn check(rows: &[Row]) {
    for (before, dialect, r#use, after, losses) in rows {
        let schema = format!(
            r#"{{"type":"object","properties":{{"a":{before}}},"required":["a"],"additionalProperties":false,"$defs":{{"d":{{"type":"string"}},"e":{{"type":"object","properties":{{"x":{{"type":"string"}}}},"required":["x"],"additionalProperties":false}}}}}}"#
        );
        let request = asking(&Json::new(schema).unwrap(), *r#use);
        let (body, lost) = send(*dialect, &request).unwrap();
        let found = &told(&body).unwrap()["properties"]["a"];
        let after = if *after == SAME { before } else { after };
        let what = format!("{before} at {} as {use:?}", dialect.name());
        assert_eq!(*found, after.parse::<Value>().unwrap(), "{what}");
        let place = match r#use {
            Answer | StrictAnswer => "output.schema.properties.a.",
            _ => "tools[0].schema.properties.a.",
        };
        let lost: Vec<_> = lost.iter().filter_map(|loss| loss.strip_prefix(place)).collect();
        assert_eq!(lost, *losses, "{what}");
    }
}

#[test]
fn bounds_of_numbers_are_told_where_they_are_known() {
    const A: &str = r#"{"type":"integer","minimum":1,"maximum":9}"#;
    const BARE: &str = r#"{"type":"integer"}"#;
    const LOST: &[&str] = &[
        "minimum: dropped: the target has no word for it",
        "maximum: dropped: the target has no word for it",
    ];
    check(&[
        (A, CHAT, Tool, SAME, &[]),
        (A, CHAT, StrictTool, SAME, &[]),
        (A, CHAT, Answer, SAME, &[]),
        (A, CHAT, StrictAnswer, SAME, &[]),
        (A, RESPONSES, StrictTool, SAME, &[]),
        (A, RESPONSES, StrictAnswer, SAME, &[]),
        (A, CLAUDE, Tool, SAME, &[]),
        (A, CLAUDE, StrictTool, BARE, LOST),
        (A, CLAUDE, Answer, BARE, LOST),
        (A, CONVERSE, Tool, SAME, &[]),
        (A, CONVERSE, Answer, BARE, LOST),
        (A, GEMINI, Tool, SAME, &[]),
        (A, GEMINI, Answer, SAME, &[]),
        (A, EARLY, Answer, r#"{"type":"INTEGER","minimum":1,"maximum":9}"#, &[]),
        (A, COHERE, Tool, SAME, &[]),
        (A, COHERE, StrictTool, BARE, LOST),
        (A, COHERE, Answer, BARE, LOST),
        (A, OLLAMA, Answer, SAME, &[]),
        (A, HOSTED, StrictTool, SAME, &[]),
    ]);
}

#[test]
fn the_length_of_lists_and_texts_is_told_where_it_is_known() {
    const LIST: &str = r#"{"type":"array","items":{"type":"string"},"minItems":3,"maxItems":9,"uniqueItems":true}"#;
    const TEXT: &str = r#"{"type":"string","minLength":1}"#;
    check(&[
        (LIST, CHAT, Tool, SAME, &[]),
        (
            LIST,
            CHAT,
            StrictTool,
            r#"{"type":"array","items":{"type":"string"},"minItems":3,"maxItems":9}"#,
            &["uniqueItems: dropped: the target has no word for it"],
        ),
        (
            LIST,
            CLAUDE,
            Answer,
            r#"{"type":"array","items":{"type":"string"},"minItems":1}"#,
            &[
                "minItems: clamped: the target asks for 1 at most",
                "maxItems: dropped: the target has no word for it",
                "uniqueItems: dropped: the target has no word for it",
            ],
        ),
        (TEXT, CHAT, StrictAnswer, SAME, &[]),
        (
            TEXT,
            CLAUDE,
            StrictTool,
            r#"{"type":"string"}"#,
            &["minLength: dropped: the target has no word for it"],
        ),
        (TEXT, GEMINI, Tool, SAME, &[]),
    ]);
}

#[test]
fn formats_and_expressions_are_told_where_they_are_known() {
    const URI: &str = r#"{"type":"string","format":"uri"}"#;
    const WIDTH: &str = r#"{"type":"integer","format":"int64"}"#;
    const WORD: &str = r#"{"type":"string","pattern":"^[a-z]+$"}"#;
    const PART: &str = r#"{"type":"string","pattern":"[a-z]"}"#;
    const AHEAD: &str = r#"{"type":"string","pattern":"^(?=a)b"}"#;
    const TEXT: &str = r#"{"type":"string"}"#;
    const NO_FORMAT: &[&str] = &["format: dropped: the target knows no such format"];
    const NO_PATTERN: &[&str] = &["pattern: dropped: the target takes no such expression"];
    check(&[
        (URI, CHAT, Tool, SAME, &[]),
        (URI, CHAT, StrictTool, TEXT, NO_FORMAT),
        (URI, CLAUDE, StrictTool, SAME, &[]),
        (URI, COHERE, Answer, TEXT, NO_FORMAT),
        (WIDTH, RESPONSES, StrictAnswer, SAME, &[]),
        (WIDTH, CLAUDE, Answer, SAME, &[]),
        (WORD, CLAUDE, Answer, SAME, &[]),
        (AHEAD, CLAUDE, Answer, TEXT, NO_PATTERN),
        (WORD, COHERE, Answer, TEXT, NO_PATTERN),
        (PART, COHERE, Answer, SAME, &[]),
        (WORD, OLLAMA, Answer, SAME, &[]),
        (PART, OLLAMA, Answer, TEXT, NO_PATTERN),
        (PART, LOCAL, Tool, TEXT, NO_PATTERN),
    ]);
}

#[test]
fn alternatives_parts_and_constants_are_put_as_the_target_puts_them() {
    const ONE: &str = r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#;
    const ANY: &str = r#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#;
    const ALL: &str = r#"{"allOf":[{"type":"string","title":"T"}]}"#;
    const MADE: &str = r#"{"type":"string","title":"T"}"#;
    const PAIR: &str = r#"{"type":"array","prefixItems":[{"type":"string"},{"type":"null"}]}"#;
    const CONST: &str = r#"{"const":"x"}"#;
    const ANY_OF: &[&str] =
        &["oneOf: translated: any of them, for the target does not know just one"];
    const PARTS: &[&str] = &["allOf: translated: said as one schema: the target knows no parts"];
    const LIST_OF_ANY: &str =
        r#"{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"null"}]}}"#;
    const PLACES: &[&str] =
        &["prefixItems: translated: any of them in any place, for the target knows no places"];
    check(&[
        (ONE, CHAT, Tool, SAME, &[]),
        (ONE, CHAT, StrictTool, ANY, ANY_OF),
        (ONE, CLAUDE, StrictTool, ANY, ANY_OF),
        (ONE, COHERE, Answer, ANY, ANY_OF),
        (ONE, GEMINI, Answer, SAME, &[]),
        (ALL, CHAT, Tool, SAME, &[]),
        (ALL, CHAT, StrictTool, MADE, PARTS),
        (ALL, CONVERSE, StrictTool, MADE, PARTS),
        (ALL, COHERE, Answer, MADE, PARTS),
        (PAIR, CHAT, Tool, SAME, &[]),
        (PAIR, CHAT, StrictTool, LIST_OF_ANY, PLACES),
        (PAIR, COHERE, Answer, LIST_OF_ANY, PLACES),
        (CONST, CLAUDE, StrictTool, SAME, &[]),
        (
            CONST,
            CHAT,
            StrictTool,
            r#"{"type":"string","const":"x"}"#,
            &["type: translated: said, for the target must be told"],
        ),
        (CONST, EARLY, Tool, r#"{"enum":["x"]}"#, &["const: translated: said as the only value"]),
        (CONST, COHERE, Answer, SAME, &[]),
    ]);
}

#[test]
fn references_stand_where_and_as_the_target_follows_them() {
    const REF: &str = r##"{"$ref":"#/$defs/d"}"##;
    const TOLD: &str = r##"{"$ref":"#/$defs/d","description":"D"}"##;
    const APART: &str = r##"{"anyOf":[{"$ref":"#/$defs/d"}],"description":"D"}"##;
    const SET_APART: &[&str] = &["$ref: translated: set apart: the target takes nothing beside it"];
    check(&[
        (REF, CHAT, Tool, SAME, &[]),
        (REF, CHAT, StrictTool, SAME, &[]),
        (REF, CLAUDE, Answer, SAME, &[]),
        (REF, GEMINI, Tool, SAME, &[]),
        (REF, COHERE, Answer, SAME, &[]),
        (TOLD, CHAT, Tool, SAME, &[]),
        (TOLD, CHAT, StrictTool, APART, SET_APART),
        (TOLD, CLAUDE, Answer, APART, SET_APART),
        (TOLD, GEMINI, Answer, SAME, &[]),
        (
            TOLD,
            EARLY,
            Answer,
            r#"{"description":"D","type":"STRING"}"#,
            &["$ref: translated: written out in its place: the target follows none"],
        ),
    ]);
}

#[test]
fn null_is_spelled_as_the_target_spells_it() {
    const TYPES: &str = r#"{"type":["string","null"]}"#;
    const FLAG: &str = r#"{"type":"string","nullable":true}"#;
    check(&[
        (TYPES, CHAT, StrictTool, SAME, &[]),
        (TYPES, CLAUDE, StrictTool, SAME, &[]),
        (TYPES, GEMINI, Tool, SAME, &[]),
        (TYPES, EARLY, Tool, r#"{"type":"STRING","nullable":true}"#, &[]),
        (FLAG, HOSTED, StrictTool, SAME, &[]),
        (FLAG, CHAT, StrictTool, TYPES, &["nullable: translated: said by a type"]),
        (FLAG, CLAUDE, Answer, TYPES, &["nullable: translated: said by a type"]),
    ]);
}

#[test]
fn what_older_drafts_say_is_said_as_the_draft_of_2020_says_it() {
    const BOUND: &str = r#"{"type":"number","minimum":0,"exclusiveMinimum":true}"#;
    const NEWER: &str = r#"{"type":"number","exclusiveMinimum":0}"#;
    const SAID: &[&str] = &["exclusiveMinimum: translated: said as the draft of 2020 says it"];
    const PAIR: &str = r#"{"type":"array","items":[{"type":"string"}],"additionalItems":false}"#;
    check(&[
        (BOUND, CHAT, Tool, NEWER, SAID),
        (BOUND, CHAT, StrictTool, NEWER, SAID),
        (BOUND, CLAUDE, Tool, NEWER, SAID),
        (BOUND, HOSTED, Tool, SAME, &[]),
        (
            PAIR,
            CLAUDE,
            Tool,
            r#"{"type":"array","prefixItems":[{"type":"string"}],"items":false}"#,
            &["items: translated: said as the draft of 2020 says it"],
        ),
    ]);
}

#[test]
fn lists_say_of_what_they_are_where_they_must() {
    const LIST: &str = r#"{"type":"array"}"#;
    check(&[
        (
            LIST,
            CHAT,
            Tool,
            r#"{"type":"array","items":{}}"#,
            &["items: translated: the target must be told of what the list is: of anything"],
        ),
        (LIST, CLAUDE, Tool, SAME, &[]),
        (LIST, GEMINI, Tool, SAME, &[]),
    ]);
}

#[test]
fn objects_are_closed_and_their_fields_required_where_they_must() {
    const OPEN: &str = r#"{"type":"object","properties":{"x":{"type":"string"},"y":{"type":["null","string"]},"z":{"type":"string"}},"required":["x"]}"#;
    const ALL: &str = r#"{"type":"object","properties":{"x":{"type":"string"},"y":{"type":["null","string"]},"z":{"type":["string","null"]}},"required":["x","y","z"],"additionalProperties":false}"#;
    const CLOSED: &str = r#"{"type":"object","properties":{"x":{"type":"string"},"y":{"type":["null","string"]},"z":{"type":"string"}},"required":["x"],"additionalProperties":false}"#;
    const ENUM: &str = r#"{"type":"object","properties":{"x":{"type":"string","enum":["a"]}},"additionalProperties":false}"#;
    const NO_FIELD: &str =
        "additionalProperties: translated: said, for the target takes listed fields only";
    const LEFT_OUT: &str = "properties.z: translated: required, for the target wants that: null says that it is left out";
    const THERE: &str = "properties.y: translated: required, for the target wants that";
    check(&[
        (OPEN, CHAT, Tool, SAME, &[]),
        (OPEN, CHAT, StrictTool, ALL, &[NO_FIELD, THERE, LEFT_OUT]),
        (OPEN, CLAUDE, Tool, SAME, &[]),
        (OPEN, CLAUDE, StrictTool, CLOSED, &[NO_FIELD]),
        (OPEN, COHERE, Answer, SAME, &[]),
        (
            ENUM,
            CHAT,
            StrictTool,
            r#"{"type":"object","properties":{"x":{"type":["string","null"],"enum":["a",null]}},"additionalProperties":false,"required":["x"]}"#,
            &[
                "properties.x: translated: required, for the target wants that: null says that it is left out",
            ],
        ),
        (
            ENUM,
            COHERE,
            Answer,
            r#"{"type":"object","properties":{"x":{"type":["string","null"],"enum":["a",null]}},"additionalProperties":false,"required":["x"]}"#,
            &[
                "properties.x: translated: required, for the target wants that: null says that it is left out",
            ],
        ),
    ]);
}

#[test]
fn what_stands_beside_alternatives_is_said_in_each_where_objects_are_closed() {
    const MIXED: &str = r##"{"type":"object","properties":{"k":{"type":"string"}},"required":["k"],"anyOf":[{"$ref":"#/$defs/e"},{"properties":{"y":{"type":"integer"}},"required":["y"]}]}"##;
    check(&[
        (
            r#"{"description":"M","type":"object","properties":{"k":{"type":"string"}},"required":["k"],"oneOf":[{"properties":{"x":{"type":"string"}},"required":["x"]},{"properties":{"y":{"type":"integer"}},"required":["y"]}]}"#,
            CHAT,
            StrictAnswer,
            r#"{"description":"M","anyOf":[{"type":"object","properties":{"k":{"type":"string"},"x":{"type":"string"}},"required":["k","x"],"additionalProperties":false},{"type":"object","properties":{"k":{"type":"string"},"y":{"type":"integer"}},"required":["k","y"],"additionalProperties":false}]}"#,
            &[
                "oneOf: translated: each alternative says what stands beside them",
                "anyOf[0].additionalProperties: translated: said, for the target takes listed fields only",
                "anyOf[1].additionalProperties: translated: said, for the target takes listed fields only",
            ],
        ),
        (MIXED, GEMINI, Answer, SAME, &[]),
    ]);
}
