//! What holds for OpenAI's Responses: answers, failures and requests.

use std::time::Duration;

use nohop_types::{
    Content, ErrorKind, Event, ExtraScope, FinishReason, Issuer, Json, Message, Part, Reasoning,
    Request, Role, Summary, Tool, ToolCall,
};
use nohop_wire::dialect::OpenAiResponses;
use nohop_wire::{Call, Dialect, Mode, RequestHead, laws};
use serde_json::json;

use crate::speak::{answer, error, events, heard, issuer, sent, told};

const RESPONSES: &OpenAiResponses = &OpenAiResponses::PLAIN;
const HOSTED: &OpenAiResponses = &OpenAiResponses::HOSTED;

/// A stream of these events.
fn stream(data: &[&str]) -> String {
    data.iter().map(|data| format!("data: {data}\n\n")).collect()
}

/// A whole answer with this output, and these fields beside it.
fn whole(output: &str, beside: &str) -> String {
    format!(r#"{{"id":"1","model":"m","output":[{output}],{beside}}}"#)
}

const CREATED: &str = r#"{"type":"response.created","response":{"id":"1","model":"m"}}"#;
const ADDED: &str = r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg","role":"assistant","content":[]}}"#;
const PART: &str = r#"{"type":"response.content_part.added","output_index":0,"item_id":"msg","content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#;
const HI: &str = r#"{"type":"response.output_text.delta","output_index":0,"item_id":"msg","content_index":0,"delta":"Hi"}"#;
const COMPLETED: &str = r#"{"type":"response.completed","response":{"id":"1","model":"m","status":"completed","output":[],"usage":{"input_tokens":3,"output_tokens":2}}}"#;
const SAID: &str = r#"{"type":"message","id":"msg","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}"#;

#[test]
fn a_responses_error_before_any_content_is_an_error_without_content() {
    let failed = r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"insufficient_quota","message":"none left"}}}"#;
    let body = stream(&[CREATED, ADDED, PART, failed]);
    let (events, error) = events(RESPONSES, Mode::Stream, body.as_bytes());
    assert!(!events.iter().any(Event::is_content));
    assert_eq!(error.unwrap().kind(), ErrorKind::Quota);
}

#[test]
fn a_responses_end_without_a_terminal_event_is_a_truncation() {
    let done = r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"Hi"}]}}"#;
    for body in [stream(&[CREATED, ADDED, HI]), stream(&[CREATED, done, "[DONE]"]), String::new()] {
        let (_, error) = answer(RESPONSES, Mode::Stream, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn a_responses_end_after_its_terminal_event_is_a_success_whatever_follows() {
    for after in ["", "data: [DONE]\n\n", "data: {\"type\":\"error\"}\n\n"] {
        let body = stream(&[CREATED, ADDED, HI, COMPLETED]) + after;
        let (response, error) = answer(RESPONSES, Mode::Stream, &body);
        assert_eq!((response.text(), error.is_none()), ("Hi".to_owned(), true));
    }
}

#[test]
fn responses_items_parts_and_signs_of_life_are_no_content() {
    let alive = r#"{"type":"keepalive","sequence_number":3}"#;
    let body = format!(": PROCESSING\n\n{}: ping\n\n", stream(&[CREATED, ADDED, PART, alive]));
    let (events, _) = events(RESPONSES, Mode::Stream, body.as_bytes());
    assert!(!events.is_empty() && !events.iter().any(Event::is_content), "{events:?}");
}

#[test]
fn a_responses_error_keeps_its_kind_in_a_stream() {
    let limited = r#"{"type":"error","code":"rate_limit_exceeded","message":"slow down"}"#;
    let (response, error) =
        answer(RESPONSES, Mode::Stream, &stream(&[CREATED, ADDED, HI, limited]));
    let error = error.unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::RateLimit, "slow down"));
    assert_eq!(response.text(), "Hi");
}

#[test]
fn a_responses_content_filter_is_told_from_a_stop() {
    let ended = r#""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#;
    let (response, error) = answer(RESPONSES, Mode::Whole, &whole(SAID, ended));
    assert_eq!((response.reason(), error.is_none()), (Some(&FinishReason::ContentFilter), true));
    let kind = |code: &str, message: &str| {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#);
        self::error(RESPONSES, 400, &[], &body).kind()
    };
    assert_eq!(kind("image_content_policy_violation", "no"), ErrorKind::ContentFilter);
    assert_eq!(kind("invalid_prompt", "your prompt was flagged"), ErrorKind::ContentFilter);
    assert_eq!(kind("invalid_prompt", "a tool has no name"), ErrorKind::InvalidRequest);
}

#[test]
fn a_response_that_was_cancelled_is_an_error_whatever_its_status() {
    let cancelled = r#"{"type":"response.cancelled","response":{"id":"1","status":"gone"}}"#;
    let (response, error) =
        answer(RESPONSES, Mode::Stream, &stream(&[CREATED, ADDED, HI, cancelled]));
    assert!(error.is_some() && response.reason().is_none(), "{response:?}");
}

#[test]
fn a_response_that_is_still_to_be_made_is_no_answer() {
    for status in ["queued", "in_progress"] {
        let (response, error) =
            answer(RESPONSES, Mode::Whole, &whole("", &format!(r#""status":"{status}""#)));
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated);
        assert!(response.parts().is_empty());
    }
}

#[test]
fn a_responses_last_event_may_carry_output_reason_and_usage_at_once() {
    let last = format!(
        r#"{{"type":"response.incomplete","response":{}}}"#,
        whole(
            SAID,
            r#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":1,"output_tokens":2}"#
        )
    );
    let (response, _) = answer(RESPONSES, Mode::Stream, &stream(&[CREATED, &last]));
    assert_eq!(
        (response.text(), response.reason()),
        ("Hi".to_owned(), Some(&FinishReason::Length))
    );
    assert_eq!((response.usage.input, response.usage.output), (Some(1), Some(2)));
}

#[test]
fn an_empty_responses_answer_is_an_answer() {
    let (response, error) = answer(RESPONSES, Mode::Whole, &whole("", r#""status":"completed""#));
    assert_eq!((response.text(), response.reason()), (String::new(), Some(&FinishReason::Stop)));
    assert!(error.is_none() && response.usage.output.is_none());
}

/// A conversation whose last answer was thought over by `issuer` before it called a tool.
fn thought(issuer: Issuer) -> Request {
    let mut summary = Reasoning::text(issuer.clone(), "H\u{e4}\"m\n").signed("c2ln/+==");
    summary.summary = Summary::Summary;
    let sealed = Reasoning::new(issuer).sealed("Z0FB");
    let call = Content::ToolCall(ToolCall::new("t", "f", "{\"x\": 1e3}"));
    let parts = [Content::Reasoning(summary), Content::Reasoning(sealed), call];
    let turn = Message::new(Role::Assistant, parts.map(Part::new));
    Request::new("m").user("Go").message(turn).result("t", "done")
}

#[test]
fn responses_thinking_goes_back_to_its_issuer_byte_for_byte_before_the_call_it_led_to() {
    let (body, losses) = sent(RESPONSES, &thought(issuer(RESPONSES))).unwrap();
    assert_eq!(losses, [""; 0]);
    let summary = json!([{ "type": "summary_text", "text": "H\u{e4}\"m\n" }]);
    let expected = json!([
        { "role": "user", "content": "Go" },
        { "type": "reasoning", "summary": summary, "encrypted_content": "c2ln/+==" },
        { "type": "reasoning", "summary": [], "encrypted_content": "Z0FB" },
        { "type": "function_call", "call_id": "t", "name": "f", "arguments": "{\"x\": 1e3}" },
        { "type": "function_call_output", "call_id": "t", "output": "done" },
    ]);
    assert_eq!(body["input"], expected);
    assert_eq!(body["include"], json!(["reasoning.encrypted_content"]));
    assert_eq!(body["store"], json!(false));
}

#[test]
fn an_answer_of_responses_goes_back_as_it_was_but_for_what_is_told_by_place() {
    let reasoning = r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"A"},{"type":"summary_text","text":"B"}],"encrypted_content":"c2VhbA=="}"#;
    let search =
        r#"{"type":"web_search_call","id":"ws_1","status":"completed","action":{"query": 1.50}}"#;
    let message = r#"{"type":"message","id":"msg_1","status":"completed","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"Hi","annotations":[]}]}"#;
    let output = [reasoning, search, message].join(",");
    let (response, _) = answer(RESPONSES, Mode::Whole, &whole(&output, r#""status":"completed""#));
    let request = Request::new("m").user("Go").answer(&response).user("On");
    let (body, losses) = sent(RESPONSES, &request).unwrap();
    assert_eq!(losses, [""; 0]);
    assert_eq!(body["input"][1], serde_json::from_str::<serde_json::Value>(reasoning).unwrap());
    assert_eq!(body["input"][2], serde_json::from_str::<serde_json::Value>(search).unwrap());
    let message = json!({ "role": "assistant", "phase": "commentary", "content": "Hi" });
    assert_eq!(body["input"][3], message);
}

#[test]
fn thinking_of_another_issuer_is_dropped_from_responses_requests_and_said_so() {
    for other in [Issuer::new("openai-responses", "elsewhere", "m"), Issuer::speaking("anthropic")]
    {
        let (body, losses) = sent(RESPONSES, &thought(other)).unwrap();
        assert!(!body.to_string().contains("c2ln"), "{body}");
        assert_eq!(losses, ["reasoning: dropped: another issuer's thinking means nothing here"]);
    }
}

#[test]
fn responses_thinking_without_a_seal_goes_back_only_where_it_is_read() {
    let thinking = |host| Content::Reasoning(Reasoning::text(issuer(host), "Hm."));
    let request =
        |host| Request::new("m").user("Go").assistant(Part::new(thinking(host))).user("On");
    let (body, losses) = sent(RESPONSES, &request(RESPONSES)).unwrap();
    assert_eq!(body["input"].as_array().unwrap().len(), 2);
    let why = "reasoning: dropped: the host takes no thinking back without its seal";
    let nothing = "messages: dropped: nothing of the turn can be said here";
    assert_eq!(losses, [why, nothing]);

    let (body, losses) = sent(HOSTED, &request(HOSTED)).unwrap();
    let content = json!([{ "type": "reasoning_text", "text": "Hm." }]);
    let expected = json!({ "type": "reasoning", "summary": [], "content": content });
    assert_eq!((&body["input"][1], losses), (&expected, Vec::new()));
}

#[test]
fn responses_calls_made_in_parallel_stay_apart() {
    let added = |index: u8, id: &str| {
        format!(
            r#"{{"type":"response.output_item.added","output_index":{index},"item":{{"type":"function_call","call_id":"{id}","name":"f","arguments":""}}}}"#
        )
    };
    let delta = |index: u8, text: &str| {
        format!(
            r#"{{"type":"response.function_call_arguments.delta","output_index":{index},"delta":"{text}"}}"#
        )
    };
    let body = stream(&[
        CREATED,
        &added(0, "a"),
        &added(1, "b"),
        &delta(1, "[2"),
        &delta(0, "[1"),
        &delta(1, "]"),
        &delta(0, "]"),
        COMPLETED,
    ]);
    let (response, _) = answer(RESPONSES, Mode::Stream, &body);
    let calls: Vec<_> = response.tool_calls().map(|c| (&*c.id, &*c.arguments)).collect();
    assert_eq!(calls, [("a", "[1]"), ("b", "[2]")]);
}

#[test]
fn a_responses_completion_with_calls_waits_for_their_results() {
    let call = r#"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}"#;
    let body = whole(call, r#""status":"completed""#);
    let (response, _) = answer(RESPONSES, Mode::Whole, &body);
    assert_eq!(response.reason(), Some(&FinishReason::ToolCalls));
    assert_eq!(told(RESPONSES, RESPONSES, &body)["status"], "completed");
}

#[test]
fn responses_arguments_stay_the_text_the_model_wrote() {
    for arguments in ["{\"x\": 1e3}", "", "null", "{\"cut\": "] {
        let call = ToolCall::new("t", "f", arguments);
        let request = Request::new("m").user("Go").assistant(Part::new(Content::ToolCall(call)));
        let (body, _) = sent(RESPONSES, &request.result("t", "done")).unwrap();
        assert_eq!(body["input"][1]["arguments"], arguments);
    }
}

#[test]
fn a_responses_request_that_can_not_be_read_is_the_callers_fault_and_says_where() {
    let check = |body: &str, place: &str| {
        let error = heard(RESPONSES, body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{body}");
        assert!(error.message().contains(place), "{body}: {}", error.message());
    };
    check("", "the request");
    check("[]", "an object");
    check("{\"input\":{}}", "input");
    check("{\"input\":[{\"content\":\"Hi\"}]}", "input[0]: type");
    check("{\"input\":[{\"role\":\"ghost\",\"content\":\"Hi\"}]}", "input[0]: role");
    check("{\"input\":[{\"role\":\"user\"}]}", "input[0]: content");
    check("{\"input\":[{\"type\":\"function_call_output\"}]}", "input[0]: call_id");
    check("{\"input\":\"Hi\",\"temperature\":\"hot\"}", "temperature");
    check("{\"input\":\"Hi\",\"text\":[]}", "text");
    check("\u{0}", "the request");
}

#[test]
fn a_responses_answer_that_is_cut_by_its_limit_says_so() {
    let call = r#"{"type":"function_call","call_id":"c","name":"f","arguments":"{\"x\":"}"#;
    let ended = r#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#;
    let body = whole(call, ended);
    let (response, _) = answer(RESPONSES, Mode::Whole, &body);
    assert_eq!(response.reason(), Some(&FinishReason::Length));
    let told = told(RESPONSES, RESPONSES, &body);
    assert_eq!(told["incomplete_details"], json!({ "reason": "max_output_tokens" }));
    assert_eq!(told["output"][0]["status"], "incomplete");
}

#[test]
fn a_responses_schema_goes_out_as_it_came() {
    let schema =
        "{\"type\": \"object\",  \"properties\":{\"b\":{\"const\":1.50},\"a\":{}},\"$defs\":{}}";
    let tool = Tool::function("f", Json::new(schema).unwrap());
    let request = Request::new("m").user("Hi").tool(tool);
    let issuer = issuer(RESPONSES);
    let encoded = RESPONSES.encode(&Call::new(&request, "m", "/", &issuer)).unwrap();
    assert!(String::from_utf8(encoded.body).unwrap().contains(schema));
}

#[test]
fn what_a_responses_host_can_not_be_told_is_a_loss_and_never_silence() {
    const HOST: &OpenAiResponses =
        &OpenAiResponses { refuses: &["temperature", "store"], ..OpenAiResponses::HOSTED };
    let mut request = Request::new("m").user("Hi").session("s").temperature(0.5);
    request = request.stop(["END"]).seed(7).sampling(|sampling| {
        sampling.n = Some(2);
        sampling.top_k = Some(4);
        sampling.frequency_penalty = Some(0.5);
        sampling.logit_bias.insert("5".to_owned(), 1.0);
    });
    request.cache = Some(nohop_types::CacheMark::new());
    request = request.extra(ExtraScope::Dialect("other".into()), "odd", json!(1));
    let (body, losses) = sent(HOST, &request).unwrap();
    assert_eq!(body, json!({ "model": "m", "input": "Hi" }));
    let unheard = |field: &str| format!("{field}: dropped: the dialect has no word for it");
    let mut expected = vec!["temperature: dropped: the host refuses the field".to_owned()];
    let fields = ["frequency_penalty", "top_k", "stop", "seed", "logit_bias", "n"];
    expected.extend(fields.map(unheard));
    expected.extend([
        "session: dropped: the host has no word for sessions".to_owned(),
        "cache: dropped: the host caches whole prompts by itself".to_owned(),
        "odd: dropped: the extra field is meant for others".to_owned(),
    ]);
    assert_eq!(losses, expected);
}

#[test]
fn a_responses_prompt_that_is_too_long_is_recognised() {
    let bodies = [
        r#"{"error":{"message":"Your input exceeds the context window of this model.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}"#,
        r#"{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","code":null}}"#,
    ];
    for body in bodies {
        assert_eq!(error(RESPONSES, 400, &[], body).kind(), ErrorKind::ContextLength, "{body}");
    }
}

#[test]
fn a_responses_failure_keeps_body_status_id_and_headers() {
    let body = r#"{"error":{"type":"usage_limit_reached","message":"enough for today","resets_in_seconds":90}}"#;
    let headers = [("x-request-id", "req_1"), ("x-ratelimit-limit-requests", "5")];
    let error = error(RESPONSES, 429, &headers, body);
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!((error.body(), error.request_id()), (Some(body), Some("req_1")));
    assert_eq!((error.code(), error.message()), (Some("usage_limit_reached"), "enough for today"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(90)));
    assert_eq!(error.headers().len(), headers.len());
}

#[test]
fn responses_fields_nobody_knows_come_through_byte_for_byte() {
    let bodies = [
        r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"Hi","novel":{"z": 1e3,"a":[ ]}}],"odd":null},{"type":"novel_call","x":1.50},{"type":"message","role":"assistant","id":"msg","status":"completed","phase":"commentary","content":[{"type":"output_text","text":"A","annotations":[],"logprobs":[]},{"type":"refusal","refusal":"No"},{"type":"novel"}]},{"role":"assistant","content":"B"},{"type":"function_call","id":"fc","call_id":"c","name":"f","arguments":"{}","status":"completed","namespace":"n"},{"type":"function_call_output","call_id":"c","output":"","status":"completed"}],"tools":[{"type":"function","name":"f","parameters":null,"strict":null,"novel":true},{"type":"novel"}],"temperature":null,"novel":{"z": 1.0,"a":"\u00e9"},"text":{"novel":1,"verbosity":null},"reasoning":{"novel":[],"effort":"novel","summary":"concise"},"include":["novel"],"metadata":{"a":1}}"#,
        r#"{"model":"m","instructions":"Be brief.","input":"Hi","store":true,"stream":true,"text":{},"reasoning":{},"previous_response_id":"resp_1","tools":[],"user":"u","safety_identifier":"s","top_logprobs":0,"max_output_tokens":16}"#,
        r#"{"model":"m","instructions":"","input":[],"store":null,"stream":false,"tool_choice":{"type":"mcp","server_label":"s"},"include":["message.output_text.logprobs"],"top_logprobs":2,"prompt_cache_key":null,"reasoning":{"effort":"low","summary":"auto","context":"all_turns"}}"#,
        r#"{"model":"m","input":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"A"},{"type":"summary_text","text":"B"}],"encrypted_content":"c2VhbA=="},{"type":"reasoning","summary":[],"encrypted_content":null},{"type":"reasoning","id":"rs_2","summary":[],"content":[{"type":"reasoning_text","text":"C"}]},{"type":"reasoning","summary":[{"type":"summary_text","text":""}]},{"type":"custom_tool_call","call_id":"c","name":"sh","input":"ls"},{"type":"custom_tool_call_output","call_id":"c","output":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"https://a.example/b.png","detail":"low"}]},{"type":"custom_tool_call_output","call_id":"d","output":[]},{"type":"item_reference","id":"x"},{"role":"developer","content":"D"},{"type":"message","role":"system","content":[]},{"role":"assistant","content":""},{"role":"assistant","content":[]}]}"#,
        r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"Hi","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}},{"type":"input_image","file_id":"file-1"},{"type":"input_image","image_url":"data:image/png;base64,aGk="},{"type":"input_file","file_url":"https://a.example/b.pdf"},{"type":"input_file","file_data":"data:application/pdf;base64,aGk="},{"type":"input_file","filename":"c.pdf","file_data":"data:application/pdf;base64,aGk="},{"type":"input_file","file_id":"file-2"},{"type":"input_audio","input_audio":{"data":"aGk=","format":"wav"}},{"type":"input_text","text":"x","file_id":"odd"}]}],"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]},"parallel_tool_calls":false,"text":{"format":{"type":"json_schema","name":"o","schema":{"type":"object","properties":{},"additionalProperties":false},"strict":true},"verbosity":"low"},"service_tier":"default","metadata":{"k":"v"}}"#,
    ];
    for body in bodies {
        let (differences, encoded) = laws::there_and_back(
            RESPONSES,
            RESPONSES,
            &RequestHead::default(),
            body.as_bytes(),
            &issuer(RESPONSES),
        )
        .unwrap();
        assert_eq!(differences, [], "{body}");
        assert_eq!(encoded.losses, [], "{body}");
    }
}

#[test]
fn thinking_of_another_dialect_goes_through_a_responses_client_and_back() {
    let anthropic = &nohop_wire::dialect::Anthropic::PLAIN;
    let body = r#"{"id":"1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"thinking","thinking":"","signature":"ZW1wdHk="},{"type":"redacted_thinking","data":"c2VhbA=="},{"type":"tool_use","id":"t","name":"f","input":{"x":1}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2}}"#;
    let mut input = vec![json!({ "role": "user", "content": "Go" })];
    input.extend(told(RESPONSES, anthropic, body)["output"].as_array().unwrap().clone());
    input.push(json!({ "type": "function_call_output", "call_id": "t", "output": "done" }));
    let request = heard(RESPONSES, &json!({ "model": "m", "input": input }).to_string()).unwrap();
    let (body, _) = sent(anthropic, &request).unwrap();
    let thinking =
        |text, signature| json!({ "type": "thinking", "thinking": text, "signature": signature });
    let content = body["messages"][1]["content"].as_array().unwrap();
    assert_eq!(content[0], thinking("Hm", "c2ln"));
    assert_eq!(content[1], thinking("", "ZW1wdHk="));
    assert_eq!(content[2], json!({ "type": "redacted_thinking", "data": "c2VhbA==" }));
    assert_eq!(content[3]["input"], json!({ "x": 1 }));
}
