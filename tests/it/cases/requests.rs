//! Requests: what is sent back exactly, what is dropped and said so, and what is refused.

use nohop_types::{
    Content, ErrorKind, Extra, ExtraScope, Issuer, Json, Part, Reasoning, Request, Role, Tool,
};
use nohop_wire::dialect::{History, OpenAiChat};
use nohop_wire::laws;
use nohop_wire::{Call, RequestHead};
use serde_json::json;

use crate::speak::{heard, issuer, sent};

const OPENAI: &OpenAiChat = &OpenAiChat::PLAIN;
const GATEWAY: &OpenAiChat = &OpenAiChat { history: History::Details, ..OpenAiChat::PLAIN };

/// A conversation whose last answer was thought over by `issuer` before it called a tool.
fn thought(issuer: Issuer) -> Request {
    let thinking = Reasoning::text(issuer.clone(), "H\u{e4}\"m\n").signed("c2ln/+==");
    let sealed = Reasoning::new(issuer).sealed("Z0FB");
    let call = Content::ToolCall(nohop_types::ToolCall::new("t", "f", "{\"x\": 1e3}"));
    let parts = [Content::Reasoning(thinking), Content::Reasoning(sealed), call];
    let turn = nohop_types::Message::new(Role::Assistant, parts.map(Part::new));
    Request::new("m").user("Go").message(turn).result("t", "done")
}

#[test]
fn openai_thinking_goes_back_to_its_issuer_byte_for_byte() {
    let (body, losses) = sent(GATEWAY, &thought(issuer(GATEWAY))).unwrap();
    assert_eq!(losses, [""; 0]);
    let details = &body["messages"][1]["reasoning_details"];
    assert_eq!(details[0]["text"], "H\u{e4}\"m\n");
    assert_eq!(details[0]["signature"], "c2ln/+==");
    assert_eq!(details[1]["data"], "Z0FB");
}

#[test]
fn thinking_of_another_issuer_is_dropped_from_openai_requests_and_said_so() {
    for other in [Issuer::new("openai-chat", "elsewhere", "m"), Issuer::speaking("anthropic")] {
        let (body, losses) = sent(GATEWAY, &thought(other)).unwrap();
        assert!(!body.to_string().contains("c2ln"), "{body}");
        assert_eq!(losses, ["reasoning: dropped: another issuer's thinking means nothing here"]);
    }
}

#[test]
fn openai_arguments_stay_the_text_the_model_wrote() {
    for arguments in ["{\"x\": 1e3}", "", "null", "{\"cut\": "] {
        let call = nohop_types::ToolCall::new("t", "f", arguments);
        let request = Request::new("m").user("Go").assistant(Part::new(Content::ToolCall(call)));
        let (body, _) = sent(OPENAI, &request.result("t", "done")).unwrap();
        assert_eq!(body["messages"][1]["tool_calls"][0]["function"]["arguments"], arguments);
    }
}

#[test]
fn an_openai_request_that_can_not_be_read_is_the_callers_fault_and_says_where() {
    let check = |body: &str, place: &str| {
        let error = heard(OPENAI, body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{body}");
        assert!(error.message().contains(place), "{body}: {}", error.message());
    };
    check("", "the request");
    check("[]", "an object");
    check("{\"messages\":\"Hi\"}", "messages");
    check("{\"messages\":[{\"content\":\"Hi\"}]}", "messages[0]: role");
    check("{\"messages\":[{\"role\":\"ghost\"}]}", "messages[0]: role");
    check("{\"messages\":[],\"temperature\":\"hot\"}", "temperature");
    check(
        "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\"}}]}",
        "messages[0]: content",
    );
    check(
        "{\"messages\":[],\"tools\":[{\"type\":\"function\",\"function\":{}}]}",
        "tools[0]: function.name",
    );
    check("\u{0}", "the request");
}

#[test]
fn an_openai_schema_goes_out_as_it_came() {
    let schema =
        "{\"type\": \"object\",  \"properties\":{\"b\":{\"const\":1.50},\"a\":{}},\"$defs\":{}}";
    let tool = Tool::function("f", Json::new(schema).unwrap());
    let request = Request::new("m").user("Hi").tool(tool);
    let issuer = issuer(OPENAI);
    let call = Call::new(&request, "m", "/", &issuer);
    let encoded = nohop_wire::Dialect::encode(OPENAI, &call).unwrap();
    assert!(String::from_utf8(encoded.body).unwrap().contains(schema));
}

#[test]
fn what_an_openai_host_can_not_be_told_is_a_loss_and_never_silence() {
    const HOST: &OpenAiChat = &OpenAiChat { refuses: &["logit_bias", "n"], ..OpenAiChat::HOSTED };
    let mut request = Request::new("m").user("Hi").session("s").sampling(|sampling| {
        sampling.n = Some(2);
        sampling.logit_bias.insert("5".to_owned(), 1.0);
    });
    request.cache = Some(nohop_types::CacheMark::new());
    request = request.extra(ExtraScope::Dialect("other".into()), "odd", json!(1));
    let (body, losses) = sent(HOST, &request).unwrap();
    assert_eq!(body, json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]}));
    assert_eq!(
        losses,
        [
            "logit_bias: dropped: the host refuses the field",
            "n: dropped: the host refuses the field",
            "session: dropped: the host has no word for sessions",
            "cache: dropped: the host caches whole prompts by itself",
            "odd: dropped: the extra field is meant for others",
        ]
    );
}

#[test]
fn openai_fields_nobody_knows_come_through_byte_for_byte() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Hi","novel":{"z": 1e3,"a":[ ]}}],"odd":null}],"tools":[{"type":"function","function":{"name":"f","novel":true},"odd":1}],"temperature":null,"novel":{"z": 1.0,"a":"\u00e9"}}"#;
    let (differences, encoded) = laws::there_and_back(
        OPENAI,
        OPENAI,
        &RequestHead::default(),
        body.as_bytes(),
        &issuer(OPENAI),
    )
    .unwrap();
    assert_eq!(differences, []);
    let back = String::from_utf8(encoded.body).unwrap();
    for raw in [r#"{"z": 1e3,"a":[ ]}"#, r#"{"z": 1.0,"a":"\u00e9"}"#] {
        assert!(back.contains(raw), "{back}");
    }
}

#[test]
fn an_extra_field_never_overwrites_a_typed_one() {
    let request = Request::new("m").user("Hi").temperature(0.5);
    let request = request.extra(ExtraScope::Any, "temperature", json!(2));
    let (body, _) = sent(OPENAI, &request).unwrap();
    assert_eq!(body["temperature"], 0.5);
    let entry = Extra::new(ExtraScope::Any, "temperature", json!(2).into());
    assert!(request.extra.iter().any(|extra| *extra == entry));
}
