//! The same of Cohere's chat: its answers, its failures, and what is sent back to it.

use nohop_tests::hosts::COHERE;
use nohop_types::{ErrorKind, Event, FinishReason, Json, Part, Request, Tool, ToolCall};
use nohop_wire::{Mode, laws};
use serde_json::{Value, json};

use crate::speak::{answer, error, events, sent};

/// A stream of these events.
fn frames(data: &[&str]) -> String {
    data.iter().map(|data| format!("data: {data}\n\n")).collect()
}

const START: &str =
    r#"{"id":"1","type":"message-start","delta":{"message":{"role":"assistant","content":[]}}}"#;
const OPEN: &str = r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}"#;
const HI: &str =
    r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hi"}}}}"#;
const END: &str = r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE"}}"#;

/// A whole answer of this message, which ends with `word`.
fn whole(message: &str, word: &str) -> String {
    format!(r#"{{"id":"1","message":{{"role":"assistant",{message}}},"finish_reason":"{word}"}}"#)
}

const CALLS: &str = r#""tool_plan":"I will.","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},{"id":"2","type":"function","function":{"name":"f","arguments":"{\"b\""}}]"#;

#[test]
fn a_cohere_error_before_any_content_is_an_error_without_content() {
    let failed = r#"{"type":"message-end","delta":{"finish_reason":"ERROR","usage":{},"error":"no","error_type":"INVALID_TOOL_GENERATION"}}"#;
    let (events, error) = events(&COHERE, Mode::Stream, frames(&[START, failed]).as_bytes());
    assert!(!events.iter().any(Event::is_content));
    let error = error.unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "no"));
    assert_eq!(error.code(), Some("INVALID_TOOL_GENERATION"));
}

#[test]
fn a_cohere_end_without_a_last_event_is_a_truncation() {
    for body in [frames(&[START, OPEN, HI]), frames(&[START, HI, "[DONE]"]), String::new()] {
        let (_, error) = answer(&COHERE, Mode::Stream, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn a_cohere_end_after_its_last_event_is_a_success_without_done() {
    let (response, error) = answer(&COHERE, Mode::Stream, &frames(&[START, OPEN, HI, END]));
    assert_eq!((response.text(), error.is_none()), ("Hi".to_owned(), true));
}

#[test]
fn cohere_starts_and_empty_texts_are_no_content() {
    let body = format!(": ping\n\n{}", frames(&[START, OPEN]));
    let (events, _) = events(&COHERE, Mode::Stream, body.as_bytes());
    assert!(!events.is_empty() && !events.iter().any(Event::is_content), "{events:?}");
}

#[test]
fn a_cohere_error_keeps_its_kind_in_a_stream() {
    let long = r#"{"id":"1","message":"too many tokens: size limit exceeded by 9 tokens."}"#;
    let (response, error) = answer(&COHERE, Mode::Stream, &frames(&[START, HI, long]));
    assert_eq!(error.unwrap().kind(), ErrorKind::ContextLength);
    assert_eq!(response.text(), "Hi");
}

#[test]
fn a_cohere_answer_that_fails_midway_is_told_by_its_sentence() {
    let told = [
        ("blocked output: see our guidelines", ErrorKind::ContentFilter),
        ("you are limited to 1000 API calls / month.", ErrorKind::Quota),
        ("you are limited to 20 API calls / minute.", ErrorKind::RateLimit),
        ("rate limit exceeded, limit is 9 tokens per minute", ErrorKind::RateLimit),
        ("too many tokens: size limit exceeded by 9 tokens.", ErrorKind::ContextLength),
        ("internal server error", ErrorKind::Server),
    ];
    for (said, kind) in told {
        let end =
            json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": said}});
        let beside = json!({"id": "1", "message": said});
        for last in [end, beside] {
            let body = frames(&[START, OPEN, HI, &last.to_string()]);
            let (_, error) = answer(&COHERE, Mode::Stream, &body);
            assert_eq!(error.unwrap().kind(), kind, "{last}");
        }
    }
}

#[test]
fn a_whole_cohere_answer_without_a_reason_did_not_end() {
    for message in [r#"{"role":"assistant"}"#, r#"{"content":[{"type":"text","text":"Hi"}]}"#] {
        let body = format!(r#"{{"id":"1","message":{message}}}"#);
        let (_, error) = answer(&COHERE, Mode::Whole, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{message}");
    }
}

#[test]
fn a_cohere_filter_is_told_from_a_stop() {
    let blocked = error(&COHERE, 498, &[], r#"{"id":"1","message":"blocked input"}"#);
    assert_eq!(blocked.kind(), ErrorKind::ContentFilter);
}

#[test]
fn a_cohere_last_event_carries_reason_and_usage_at_once() {
    let last = r#"{"type":"message-end","delta":{"finish_reason":"MAX_TOKENS","usage":{"billed_units":{"input_tokens":1,"output_tokens":2}}}}"#;
    let (response, _) = answer(&COHERE, Mode::Stream, &frames(&[START, HI, last]));
    assert_eq!(response.reason(), Some(&FinishReason::Length));
    assert_eq!((response.usage.input, response.usage.output), (Some(1), Some(2)));
}

#[test]
fn an_empty_cohere_answer_is_an_answer() {
    for (mode, body) in
        [(Mode::Whole, whole(r#""content":[]"#, "COMPLETE")), (Mode::Stream, frames(&[START, END]))]
    {
        let (response, error) = answer(&COHERE, mode, &body);
        assert!(error.is_none() && response.parts().is_empty(), "{body}");
    }
}

#[test]
fn cohere_thinking_plans_and_citations_go_back_as_they_came() {
    let message = r#""content":[{"type":"thinking","thinking":" Hm. "},{"type":"text","text":"Hi"}],"tool_plan":"I will.","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}],"citations":[{"start":0,"end":2,"text":"Hi","sources":[{"type":"tool","id":"0"}],"content_index":1}]"#;
    let (response, _) = answer(&COHERE, Mode::Whole, &whole(message, "TOOL_CALL"));
    let request = Request::new("m").user("Hi").answer(&response).result("1", "done");
    let (body, losses) = sent(&COHERE, &request).unwrap();
    let came: Value = serde_json::from_str(&whole(message, "")).unwrap();
    let differences = laws::differences(&came["message"], &body["messages"][1]);
    assert!(differences.is_empty() && losses.is_empty(), "{differences:?} {losses:?}");
}

#[test]
fn thinking_of_another_issuer_is_dropped_from_cohere_requests_and_said_so() {
    let message = r#""content":[{"type":"thinking","thinking":"Hm."},{"type":"text","text":"Hi"}]"#;
    let (mut response, _) = answer(&COHERE, Mode::Whole, &whole(message, "COMPLETE"));
    for part in &mut response.choices[0].parts {
        if let nohop_types::Content::Reasoning(reasoning) = &mut part.content {
            reasoning.issuer.model = Some("another".into());
        }
    }
    let request = Request::new("m").user("Hi").answer(&response).user("And?");
    let (body, losses) = sent(&COHERE, &request).unwrap();
    assert_eq!(body["messages"][1], json!({ "role": "assistant", "content": "Hi" }));
    assert_eq!(losses, ["reasoning: dropped: another issuer's thinking means nothing here"]);
}

#[test]
fn cohere_calls_made_in_parallel_stay_apart() {
    let (response, _) = answer(&COHERE, Mode::Whole, &whole(CALLS, "TOOL_CALL"));
    let calls: Vec<_> = response.tool_calls().map(|call| (&*call.id, &*call.arguments)).collect();
    assert_eq!(calls, [("1", r#"{"a": 1}"#), ("2", r#"{"b""#)]);
}

#[test]
fn a_cohere_completion_with_calls_waits_for_their_results() {
    for word in ["TOOL_CALL", "COMPLETE"] {
        let (response, _) = answer(&COHERE, Mode::Whole, &whole(CALLS, word));
        assert_eq!(response.reason(), Some(&FinishReason::ToolCalls), "{word}");
    }
}

#[test]
fn cohere_arguments_stay_the_text_the_model_wrote() {
    let call = ToolCall::new("1", "f", r#"{ "a": 1.0e0 }"#);
    let request = Request::new("m").user("Hi").assistant(Part::from(call)).result("1", "done");
    let (body, _) = sent(&COHERE, &request).unwrap();
    let said = &body["messages"][1]["tool_calls"][0]["function"]["arguments"];
    assert_eq!(said, r#"{ "a": 1.0e0 }"#);
}

#[test]
fn a_cohere_answer_that_is_cut_by_its_limit_says_so() {
    let body = whole(r#""content":[{"type":"text","text":"He"}]"#, "MAX_TOKENS");
    let (response, error) = answer(&COHERE, Mode::Whole, &body);
    assert_eq!((response.reason(), error.is_none()), (Some(&FinishReason::Length), true));
}

#[test]
fn a_cohere_schema_goes_out_as_it_came() {
    let schema = r#"{"type":"object","properties":{"a":{"type":["string","null"],"x-odd":1.0}}}"#;
    let request =
        Request::new("m").user("Hi").tool(Tool::function("f", Json::new(schema).unwrap()));
    let (body, losses) = sent(&COHERE, &request).unwrap();
    let schema: Value = serde_json::from_str(schema).unwrap();
    assert_eq!(body["tools"][0]["function"]["parameters"], schema);
    assert!(losses.is_empty());
}

#[test]
fn what_cohere_can_not_be_told_is_a_loss_and_never_silence() {
    let request = Request::new("m")
        .message(nohop_types::Message::user("Hi").name("Ann"))
        .by("ann")
        .session("s")
        .metadata("k", "v")
        .tier(nohop_types::ServiceTier::Flex)
        .prediction("Hi")
        .verbosity(nohop_types::Verbosity::Low)
        .modalities([nohop_types::Modality::Audio])
        .cached(nohop_types::CacheMark::new())
        .sampling(|sampling| {
            sampling.min_p = Some(0.1);
            sampling.repetition_penalty = Some(1.1);
            sampling.logit_bias.insert("1".into(), 1.0);
            sampling.logprobs = Some(2);
            sampling.n = Some(2);
        });
    let (body, losses) = sent(&COHERE, &request).unwrap();
    let said = json!({
        "model": "m", "messages": [{ "role": "user", "content": "Hi" }], "logprobs": true,
    });
    assert_eq!(body, said);
    let lost: Vec<&str> = losses.iter().filter_map(|loss| loss.split(':').next()).collect();
    let expected = [
        "name",
        "min_p",
        "repetition_penalty",
        "logit_bias",
        "top_logprobs",
        "n",
        "cache",
        "metadata",
        "modalities",
        "prediction",
        "session",
        "tier",
        "user",
        "verbosity",
    ];
    assert_eq!(lost, expected);
}

#[test]
fn a_cohere_prompt_that_is_too_long_is_recognised() {
    let typed = r#"{"id":"1","message":"too large","error_type":"TOO_MANY_TOKENS"}"#;
    let said = r#"{"message":"too many tokens: total number of tokens can not exceed 4081"}"#;
    for body in [typed, said] {
        assert_eq!(error(&COHERE, 400, &[], body).kind(), ErrorKind::ContextLength, "{body}");
    }
}

#[test]
fn a_cohere_failure_keeps_body_status_id_and_headers() {
    let body = r#"{"id":"e1","message":"slow down"}"#;
    let error =
        error(&COHERE, 429, &[("retry-after", "7"), ("x-trial-endpoint-call-limit", "20")], body);
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
    assert_eq!((error.request_id(), error.body()), (Some("e1"), Some(body)));
    let limit = ("x-trial-endpoint-call-limit".to_owned(), "20".to_owned());
    assert!(error.headers().contains(&limit));
}

#[test]
fn a_cohere_failure_is_read_by_its_status_and_its_words() {
    let month = "You are using a Trial key, which is limited to 1000 API calls / month.";
    let table = [
        (400, "invalid request: no messages", ErrorKind::InvalidRequest),
        (401, "invalid api token", ErrorKind::Auth),
        (402, "no money", ErrorKind::Quota),
        (404, "model 'x' not found", ErrorKind::NotFound),
        (422, "unknown field", ErrorKind::InvalidRequest),
        (429, "wait a minute", ErrorKind::RateLimit),
        (429, month, ErrorKind::Quota),
        (499, "the request was cancelled", ErrorKind::Server),
        (500, "internal server error", ErrorKind::Server),
        (503, "overloaded", ErrorKind::Overloaded),
        (504, "too late", ErrorKind::Timeout),
    ];
    for (status, message, kind) in table {
        let body = json!({ "id": "1", "message": message }).to_string();
        assert_eq!(error(&COHERE, status, &[], &body).kind(), kind, "{status} {message}");
    }
}

#[test]
fn cohere_fields_nobody_knows_come_through_byte_for_byte() {
    let body = json!({
        "model": "m", "messages": [{ "role": "user", "content": [{ "type": "text", "text": "Hi", "odd": 1 }], "aside": {} }],
        "safety_mode": "OFF", "novel": { "a": [1.0, null] },
    });
    let request = crate::speak::heard(&COHERE, &body.to_string()).unwrap();
    let (said, losses) = sent(&COHERE, &request).unwrap();
    assert!(laws::differences(&body, &said).is_empty() && losses.is_empty(), "{said} {losses:?}");
}
