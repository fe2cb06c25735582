use nohop_types::{Part, Request, ToolCall};

use super::*;

/// What an answer of these parts is like, the arguments of whose calls come in two pieces.
fn check(parts: &[Content]) -> (bool, bool, bool, bool) {
    let schema = Json::new(r#"{"type":"object"}"#).unwrap();
    let request = Request::new("m").tool(Tool::function("look", schema));
    let mut listener = Listener::default();
    for (part, content) in parts.iter().enumerate() {
        let mut content = content.clone();
        let mut piece = String::new();
        if let Content::ToolCall(call) = &mut content {
            piece = call.arguments.split_off(call.arguments.len() / 2);
        }
        let start = Box::new(Part::new(content));
        for event in [
            Event::Open { part, choice: 0, start },
            Event::Delta { part, piece: Piece::Arguments(piece) },
            Event::Close { part },
        ] {
            let is_call = matches!(parts[part], Content::ToolCall(_));
            if is_call || !matches!(event, Event::Delta { .. }) {
                listener.hear(&event, &request.tools);
            }
        }
    }
    let Manner { called, malformed, refused, empty, .. } =
        listener.manner(&Usage::default(), Duration::ZERO, None);
    (called, malformed, refused, empty)
}

fn call(name: &str, arguments: &str) -> Content {
    Content::ToolCall(ToolCall::new("1", name, arguments))
}

#[test]
fn a_call_of_no_tool_or_without_arguments_is_malformed() {
    let right = (true, false, false, false);
    let wrong = (true, true, false, false);
    assert_eq!(check(&[call("look", r#" {"at": [1]} "#)]), right);
    assert_eq!(check(&[call("look", "")]), right);
    assert_eq!(check(&[call("listen", "{}")]), wrong);
    for arguments in [r#"{"at": "#, "at", "[1]", "{} {}", "\"{}\""] {
        assert_eq!(check(&[call("look", arguments)]), wrong, "{arguments}");
    }
    assert_eq!(check(&[call("look", "{}"), call("look", "{")]), wrong);
}

#[test]
fn what_is_refused_and_what_is_empty_are_told_from_an_answer() {
    assert_eq!(check(&[]), (false, false, false, true));
    assert_eq!(check(&[Content::Text(String::new())]), (false, false, false, true));
    assert_eq!(check(&[Content::Text("Hello!".to_owned())]), (false, false, false, false));
    assert_eq!(check(&[Content::Refusal("No.".to_owned())]), (false, false, true, false));
    let mut listener = Listener::default();
    let reason = FinishReason::ContentFilter;
    listener.hear(&Event::End { choice: 0, reason, raw: None, extra: Default::default() }, &[]);
    assert!(listener.manner(&Usage::default(), Duration::ZERO, None).refused);
}
