//! Requests: what is sent back exactly, what is dropped and said so, and what is refused.

use nohop_types::{
    Content, ErrorKind, Extra, ExtraScope, Issuer, Json, Part, Reasoning, Request, Role, Tool,
};
use nohop_wire::dialect::{Anthropic, History, OpenAiChat};
use nohop_wire::laws;
use nohop_wire::{Call, Mode, RequestHead};
use serde_json::json;

use crate::speak::{answer, heard, issuer, sent, told};

const OPENAI: &OpenAiChat = &OpenAiChat::PLAIN;
const ANTHROPIC: &Anthropic = &Anthropic::PLAIN;
const HOSTED: &OpenAiChat = &OpenAiChat::HOSTED;
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
fn a_signature_on_an_openai_call_goes_back_with_it() {
    let signed = r#"{"google":{"thought_signature":"c2ln/+=="}}"#;
    let body = format!(
        r#"{{"choices":[{{"message":{{"content":null,"tool_calls":[{{"id":"t","function":{{"name":"f","arguments":"{{}}"}},"extra_content":{signed}}}]}},"finish_reason":"tool_calls"}}]}}"#
    );
    let (response, _) = answer(OPENAI, Mode::Whole, &body);
    let request = Request::new("m").user("Go").answer(&response).result("t", "done");
    let (body, losses) = sent(OPENAI, &request).unwrap();
    assert_eq!(losses, [""; 0]);
    assert_eq!(body["messages"][1]["tool_calls"][0]["extra_content"].to_string(), signed);
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

#[test]
fn anthropic_thinking_goes_back_to_its_issuer_byte_for_byte() {
    let (body, losses) = sent(ANTHROPIC, &thought(issuer(ANTHROPIC))).unwrap();
    assert_eq!(losses, [""; 0]);
    let blocks = &body["messages"][1]["content"];
    let thinking = json!({"type": "thinking", "thinking": "H\u{e4}\"m\n", "signature": "c2ln/+=="});
    assert_eq!(blocks[0], thinking);
    assert_eq!(blocks[1], json!({"type": "redacted_thinking", "data": "Z0FB"}));
    assert_eq!(blocks[2]["type"], "tool_use");
}

#[test]
fn anthropic_thinking_that_is_signed_and_empty_goes_back_as_it_was() {
    let body = r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Go"},{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"c2ln"},{"type":"redacted_thinking","data":"Z0FB"},{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"done"}]}]}"#;
    let head = RequestHead::default();
    let issuer = issuer(ANTHROPIC);
    let (differences, _) =
        laws::there_and_back(ANTHROPIC, ANTHROPIC, &head, body.as_bytes(), &issuer).unwrap();
    assert_eq!(differences, []);
}

#[test]
fn thinking_of_another_issuer_is_dropped_from_anthropic_requests_and_said_so() {
    for other in [Issuer::new("anthropic", "elsewhere", "m"), Issuer::speaking("openai-chat")] {
        let (body, losses) = sent(ANTHROPIC, &thought(other)).unwrap();
        assert!(!body.to_string().contains("c2ln"), "{body}");
        assert_eq!(losses.len(), 1, "{losses:?}");
        assert!(losses[0].starts_with("reasoning: dropped: "), "{losses:?}");
    }
}

#[test]
fn anthropic_arguments_are_an_object_or_the_callers_fault() {
    let called = |arguments: &str| {
        let call = nohop_types::ToolCall::new("t", "f", arguments);
        let request = Request::new("m").user("Go").assistant(Part::new(Content::ToolCall(call)));
        sent(ANTHROPIC, &request.result("t", "done"))
    };
    for empty in ["", "null", "{}"] {
        assert_eq!(called(empty).unwrap().0["messages"][1]["content"][0]["input"], json!({}));
    }
    for broken in ["{\"cut\": ", "[1]", "\"text\"", "{} {}"] {
        let error = called(broken).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{broken}");
        assert!(error.message().contains('t'), "{error}");
    }
}

#[test]
fn an_anthropic_request_that_can_not_be_read_is_the_callers_fault_and_says_where() {
    let check = |body: &str, place: &str| {
        let error = heard(ANTHROPIC, body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{body}");
        assert!(error.message().contains(place), "{body}: {}", error.message());
    };
    check("", "the request");
    check("[]", "an object");
    check("{\"messages\":\"Hi\"}", "messages");
    check("{\"messages\":[{\"content\":\"Hi\"}]}", "messages[0]");
    check("{\"messages\":[{\"role\":\"ghost\",\"content\":\"Hi\"}]}", "messages[0]");
    check("{\"messages\":[],\"max_tokens\":\"many\"}", "max_tokens");
    check("{\"messages\":[\"Hi\"]}", "messages[0]");
}

#[test]
fn an_anthropic_schema_goes_out_as_it_came() {
    let schema = "{\"type\": \"object\",  \"properties\":{\"b\":{\"const\":1.50},\"a\":{}}}";
    let request =
        Request::new("m").user("Hi").tool(Tool::function("f", Json::new(schema).unwrap()));
    let issuer = issuer(ANTHROPIC);
    let call = Call::new(&request, "m", "/", &issuer);
    let encoded = nohop_wire::Dialect::encode(ANTHROPIC, &call).unwrap();
    assert!(String::from_utf8(encoded.body).unwrap().contains(schema));
}

#[test]
fn what_anthropic_can_not_be_told_is_a_loss_and_never_silence() {
    let request = Request::new("m").user("Hi").temperature(2.0).sampling(|sampling| {
        sampling.n = Some(2);
        sampling.seed = Some(7);
        sampling.frequency_penalty = Some(0.1);
        sampling.presence_penalty = Some(0.1);
        sampling.repetition_penalty = Some(1.1);
        sampling.min_p = Some(0.1);
        sampling.logprobs = Some(2);
        sampling.logit_bias.insert("5".to_owned(), 1.0);
    });
    let (body, losses) = sent(ANTHROPIC, &request).unwrap();
    assert_eq!(body["temperature"], 1.0);
    let lost: Vec<_> = losses.iter().map(|loss| loss.split(':').next().unwrap()).collect();
    for field in ["temperature", "n", "seed", "frequency_penalty", "presence_penalty"] {
        assert!(lost.contains(&field), "{field} in {losses:?}");
    }
    for field in ["repetition_penalty", "min_p", "logprobs", "logit_bias"] {
        assert!(lost.contains(&field), "{field} in {losses:?}");
    }
}

#[test]
fn anthropic_fields_nobody_knows_come_through_byte_for_byte() {
    let body = r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"Hi","novel":{"z": 1e3,"a":[ ]}}],"odd":null}],"tools":[{"name":"f","input_schema":{"type":"object"},"odd":1},{"type":"novel_20990101","name":"n","x":{"z": 1.0}}],"temperature":null,"novel":{"z": 1.0,"a":"\u00e9"}}"#;
    let head = RequestHead::default();
    let (differences, encoded) =
        laws::there_and_back(ANTHROPIC, ANTHROPIC, &head, body.as_bytes(), &issuer(ANTHROPIC))
            .unwrap();
    assert_eq!(differences, []);
    let back = String::from_utf8(encoded.body).unwrap();
    for raw in [r#"{"z": 1e3,"a":[ ]}"#, r#"{"z": 1.0,"a":"\u00e9"}"#, r#"{"z": 1.0}"#] {
        assert!(back.contains(raw), "{back}");
    }
}

#[test]
fn thinking_told_through_a_surface_of_another_dialect_finds_back_to_its_issuer() {
    let answer = r#"{"type":"message","content":[{"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"redacted_thinking","data":"Z0FB"},{"type":"tool_use","id":"t","name":"f","input":{}}],"stop_reason":"tool_use"}"#;
    let message = told(OPENAI, ANTHROPIC, answer)["choices"][0]["message"].clone();
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Go"}, message]});
    let request = heard(OPENAI, &body.to_string()).unwrap();
    let (body, _) = sent(ANTHROPIC, &request).unwrap();
    let blocks = body["messages"][1]["content"].as_array().unwrap();
    assert_eq!(blocks[0], json!({"type": "thinking", "thinking": "Hm", "signature": "c2ln"}));
    assert_eq!(blocks[1], json!({"type": "redacted_thinking", "data": "Z0FB"}));

    let answer = r#"{"choices":[{"message":{"content":"Hi","reasoning_content":"Hm"},"finish_reason":"stop"}]}"#;
    let content = told(ANTHROPIC, OPENAI, answer)["content"].clone();
    let turn = json!({"role": "assistant", "content": content});
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Go"}, turn]});
    let request = heard(ANTHROPIC, &body.to_string()).unwrap();
    let (body, losses) = sent(ANTHROPIC, &request).unwrap();
    assert_eq!(body["messages"][1]["content"], "Hi");
    assert!(losses[0].starts_with("reasoning: dropped"), "{losses:?}");
    assert_eq!(sent(HOSTED, &request).unwrap().0["messages"][1]["reasoning_content"], "Hm");
}
