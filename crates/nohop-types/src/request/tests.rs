use proptest::prelude::*;
use serde_json::{Value, json};

use crate::*;

fn check(request: &Request, expected: Value) {
    assert_eq!(serde_json::to_value(request).unwrap(), expected);
}

fn refused(text: &str, field: &str) {
    let error = serde_json::from_str::<Request>(text).unwrap_err().to_string();
    assert!(error.contains(&format!("`{field}`")), "{text}: {error}");
}

proptest! {
    #![proptest_config(strategies::config())]

    #[test]
    fn a_request_survives_its_text(request in strategies::request()) {
        let text = serde_json::to_string(&request).unwrap();
        let read: Request = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &request, "{}", text);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}

#[test]
fn what_is_not_said_is_not_written() {
    check(&Request::new("m"), json!({ "model": "m", "messages": [], "sampling": {} }));
}

#[test]
fn a_request_may_say_only_what_it_means() {
    let request: Request = serde_json::from_str(r#"{"max_tokens":64}"#).unwrap();
    assert_eq!(request, Request::default().max_tokens(64));
}

#[test]
fn a_field_nobody_knows_is_refused_by_its_name() {
    refused(r#"{"model":"m","max_token":64}"#, "max_token");
    refused(r#"{"sampling":{"temprature":1}}"#, "temprature");
}

#[test]
fn the_callers_key_and_headers_are_never_shown() {
    let request = Request::new("m").key("sk-mine").header("x-team", "blue-7");
    let text = serde_json::to_string(&request).unwrap();
    let shown = format!("{request:?} {request:#?} {text}");
    for secret in ["sk-mine", "blue-7"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    check(&request, json!({ "model": "m", "messages": [], "sampling": {} }));
}

#[test]
fn the_callers_key_and_headers_are_never_read() {
    refused(r#"{"key":"sk-mine"}"#, "key");
    refused(r#"{"headers":[["x-team","blue-7"]]}"#, "headers");
}

#[test]
fn turns_stand_in_the_order_they_were_added() {
    let request = Request::new("m")
        .system("Be terse.")
        .user("2+2?")
        .assistant("4")
        .user(Content::Image(Image::new(Media::Url("https://example.com/a.png".into()))))
        .result("call_1", "21");
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::User, Role::Tool]);
    assert_eq!(request.messages[2].parts, ["4".into()]);
}

#[test]
fn an_answer_becomes_the_models_turn_with_all_its_parts() {
    let thought = Reasoning::text(Issuer::speaking("d"), "Hm.").signed("s");
    let parts = [Content::Reasoning(thought).into(), Part::text("4")];
    let opened = parts.iter().cloned().enumerate();
    let response: Response = opened
        .map(|(part, start)| Event::Open { part, choice: 0, start: Box::new(start) })
        .collect();
    let request = Request::new("m").user("2+2?").answer(&response);
    assert_eq!(request.messages[1], Message::new(Role::Assistant, parts));
}

#[test]
fn the_last_word_counts_and_words_of_a_kind_add_up() {
    let request = Request::new("m")
        .max_tokens(1)
        .max_tokens(2)
        .effort(Effort::Low)
        .thinking(Thinking::budget(1024))
        .metadata("k", "1")
        .metadata("k", "2")
        .metadata("l", "3")
        .extra(ExtraScope::Any, "store", json!(true))
        .extra(ExtraScope::Any, "store", json!(false));
    check(
        &request,
        json!({
            "model": "m",
            "messages": [],
            "sampling": {},
            "max_tokens": 2,
            "thinking": { "budget": 1024 },
            "metadata": { "k": "2", "l": "3" },
            "extra": [
                { "scope": "any", "key": "store", "value": true },
                { "scope": "any", "key": "store", "value": false },
            ],
        }),
    );
}

#[test]
fn a_conversation_is_as_long_as_its_content() {
    let image = Content::Image(Image::new(Media::bytes("image/png", vec![0; 7])));
    let request = Request::new("a long name").system("12").user(image).result("call_1", "345");
    assert_eq!((request.len(), request.is_empty()), (12, false));
    assert!(Request::new("m").user("").is_empty());
}

#[test]
fn a_tools_answer_needs_its_call_before_it() {
    let check = |request: Request| request.check().map_err(|error| error.message().to_owned());
    let call = |id: &str| Part::new(Content::ToolCall(ToolCall::new(id, "weather", "{}")));
    let asked = Request::new("m").user("Rain?");

    assert_eq!(check(asked.clone().assistant(call("c1")).result("c1", "No.")), Ok(()));
    // A history may begin with the turn of the model.
    assert_eq!(check(Request::new("m").assistant(call("c1")).result("c1", "No.")), Ok(()));
    for request in [
        asked.clone().result("c1", "No."),
        asked.clone().assistant(call("c2")).result("c1", "No."),
        asked.clone().user(call("c1")).result("c1", "No."),
        asked.result("c1", "No.").assistant(call("c1")),
    ] {
        let message = check(request).unwrap_err();
        assert!(message.starts_with("messages["), "{message}");
        assert!(message.contains("].parts[0]: a tool's answer to a call"), "{message}");
    }
}

#[test]
fn a_conversation_without_a_message_is_refused() {
    let error = Request::new("m").check().unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::InvalidRequest, Scope::Request));
}
