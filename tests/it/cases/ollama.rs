//! The same of Ollama's own chat: its answers, its failures, and what is sent back to it.

use nohop_tests::hosts::OLLAMA;
use nohop_types::{ErrorKind, Event, FinishReason, Json, Part, Request, Tool, ToolCall};
use nohop_wire::{Mode, laws};
use serde_json::{Value, json};

use crate::speak::{answer, error, events, heard, sent};

/// A line with this message.
fn line(message: &str) -> String {
    format!(
        r#"{{"model":"m","created_at":"t","message":{{"role":"assistant",{message}}},"done":false}}"#
    ) + "\n"
}

/// The last line, or a whole answer, with this message and `word`.
fn last(message: &str, word: &str) -> String {
    format!(
        r#"{{"model":"m","created_at":"t","message":{{"role":"assistant",{message}}},"done":true,"done_reason":"{word}","prompt_eval_count":9,"eval_count":2}}"#
    ) + "\n"
}

const HI: &str = r#""content":"Hi""#;
const NOTHING: &str = r#""content":"""#;
const CALLS: &str = r#""content":"","tool_calls":[{"function":{"name":"f","arguments":{"a": 1}}},{"function":{"name":"f","arguments":{"b":2}}}]"#;

#[test]
fn an_ollama_error_before_any_content_is_an_error_without_content() {
    let body = line(NOTHING) + "{\"error\":\"out of memory\"}\n";
    let (events, error) = events(&OLLAMA, Mode::Stream, body.as_bytes());
    assert!(!events.iter().any(Event::is_content));
    let error = error.unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "out of memory"));
}

#[test]
fn an_ollama_end_without_a_last_line_is_a_truncation() {
    let cut = last(HI, "stop");
    for body in [line(HI), line(HI) + &cut[..cut.len() - 2], String::new()] {
        let (_, error) = answer(&OLLAMA, Mode::Stream, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn ollama_empty_lines_and_texts_are_no_content() {
    let (events, _) = events(&OLLAMA, Mode::Stream, format!("\n{}", line(NOTHING)).as_bytes());
    assert!(!events.is_empty() && !events.iter().any(Event::is_content), "{events:?}");
}

#[test]
fn an_ollama_error_keeps_its_kind_in_a_stream() {
    let long = "{\"error\":\"the prompt is longer than the context length\"}\n";
    let (response, error) = answer(&OLLAMA, Mode::Stream, &(line(HI) + long));
    assert_eq!(error.unwrap().kind(), ErrorKind::ContextLength);
    assert_eq!(response.text(), "Hi");
}

#[test]
fn an_ollama_last_line_may_carry_text_reason_and_usage_at_once() {
    let (response, _) = answer(&OLLAMA, Mode::Stream, &last(HI, "length"));
    assert_eq!(response.text(), "Hi");
    assert_eq!(response.reason(), Some(&FinishReason::Length));
    assert_eq!((response.usage.input, response.usage.output), (Some(9), Some(2)));
}

#[test]
fn an_empty_ollama_answer_is_an_answer() {
    for mode in [Mode::Whole, Mode::Stream] {
        let (response, error) = answer(&OLLAMA, mode, &last(NOTHING, "stop"));
        assert!(error.is_none() && response.parts().is_empty());
    }
}

#[test]
fn ollama_thinking_goes_back_to_its_issuer_byte_for_byte() {
    let message = r#""content":"Hi","thinking":" Hm.\n""#;
    let (response, _) = answer(&OLLAMA, Mode::Whole, &last(message, "stop"));
    let request = Request::new("m").user("Hi").answer(&response).user("And?");
    let (body, losses) = sent(&OLLAMA, &request).unwrap();
    let came = json!({ "role": "assistant", "content": "Hi", "thinking": " Hm.\n" });
    assert_eq!((&body["messages"][1], losses.len()), (&came, 0));
}

#[test]
fn thinking_of_another_issuer_is_dropped_from_ollama_requests_and_said_so() {
    let message = r#""content":"Hi","thinking":"Hm.""#;
    let (mut response, _) = answer(&OLLAMA, Mode::Whole, &last(message, "stop"));
    for part in &mut response.choices[0].parts {
        if let nohop_types::Content::Reasoning(reasoning) = &mut part.content {
            reasoning.issuer.model = Some("another".into());
        }
    }
    let request = Request::new("m").user("Hi").answer(&response).user("And?");
    let (body, losses) = sent(&OLLAMA, &request).unwrap();
    assert_eq!(body["messages"][1], json!({ "role": "assistant", "content": "Hi" }));
    assert_eq!(losses, ["reasoning: dropped: another issuer's thinking means nothing here"]);
}

#[test]
fn ollama_calls_made_in_parallel_stay_apart() {
    let (response, _) = answer(&OLLAMA, Mode::Whole, &last(CALLS, "stop"));
    let calls: Vec<_> = response.tool_calls().collect();
    assert_eq!((&*calls[0].arguments, &*calls[1].arguments), (r#"{"a": 1}"#, r#"{"b":2}"#));
    assert_ne!(calls[0].id, calls[1].id);

    // An id of our own making is never sent back.
    let request = Request::new("m").user("Hi").answer(&response);
    let request = request.result(&calls[0].id, "one").result(&calls[1].id, "two");
    let (body, losses) = sent(&OLLAMA, &request).unwrap();
    assert!(!body.to_string().contains("nohop") && losses.is_empty(), "{body} {losses:?}");
    assert_eq!(body["messages"][3], json!({ "role": "tool", "content": "two", "tool_name": "f" }));
}

#[test]
fn an_ollama_stop_with_calls_waits_for_their_results() {
    let streamed = line(CALLS) + &last(NOTHING, "stop");
    for (mode, body) in [(Mode::Whole, last(CALLS, "stop")), (Mode::Stream, streamed)] {
        let (response, _) = answer(&OLLAMA, mode, &body);
        assert_eq!(response.reason(), Some(&FinishReason::ToolCalls));
    }
}

#[test]
fn ollama_arguments_are_an_object_or_the_callers_fault() {
    let called = |arguments: &str| {
        let call = ToolCall::new("1", "f", arguments);
        let request = Request::new("m").user("Hi").assistant(Part::from(call));
        sent(&OLLAMA, &request.result("1", "done"))
    };
    let (body, _) = called(r#"{ "a": 1.0 }"#).unwrap();
    let arguments = &body["messages"][1]["tool_calls"][0]["function"]["arguments"];
    assert_eq!(arguments, &json!({ "a": 1.0 }));
    for wrong in [r#"{"a""#, "[]", "1", "text"] {
        let error = called(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{wrong}");
        assert!(error.message().contains("messages[1]"), "{error}");
    }
}

#[test]
fn an_ollama_answer_that_is_cut_by_its_limit_says_so() {
    let (response, error) = answer(&OLLAMA, Mode::Whole, &last(HI, "length"));
    assert_eq!((response.reason(), error.is_none()), (Some(&FinishReason::Length), true));
}

#[test]
fn an_ollama_schema_goes_out_as_it_came() {
    let schema = r#"{"type":"object","properties":{"a":{"type":["string","null"],"x-odd":1.0}}}"#;
    let request =
        Request::new("m").user("Hi").tool(Tool::function("f", Json::new(schema).unwrap()));
    let (body, losses) = sent(&OLLAMA, &request).unwrap();
    let schema: Value = serde_json::from_str(schema).unwrap();
    assert_eq!(body["tools"][0]["function"]["parameters"], schema);
    assert!(losses.is_empty());
}

#[test]
fn what_ollama_can_not_be_told_is_a_loss_and_never_silence() {
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
            sampling.logit_bias.insert("1".into(), 1.0);
            sampling.n = Some(2);
        });
    let (body, losses) = sent(&OLLAMA, &request).unwrap();
    let said = json!({
        "model": "m", "messages": [{ "role": "user", "content": "Hi" }], "stream": false,
    });
    assert_eq!(body, said);
    let lost: Vec<&str> = losses.iter().filter_map(|loss| loss.split(':').next()).collect();
    let expected = [
        "name",
        "cache",
        "logit_bias",
        "metadata",
        "modalities",
        "n",
        "prediction",
        "session",
        "tier",
        "user",
        "verbosity",
    ];
    assert_eq!(lost, expected);
}

#[test]
fn an_ollama_prompt_that_is_too_long_is_recognised() {
    for message in [
        "the input length exceeds the context length",
        "prompt too long; exceeded maximum context length by 9 tokens",
    ] {
        let body = json!({ "error": message }).to_string();
        assert_eq!(error(&OLLAMA, 400, &[], &body).kind(), ErrorKind::ContextLength, "{message}");
    }
}

#[test]
fn an_ollama_failure_keeps_body_status_and_headers() {
    let body = r#"{"error":"slow down"}"#;
    let error = error(&OLLAMA, 429, &[("retry-after", "7")], body);
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
    assert_eq!((error.message(), error.body()), ("slow down", Some(body)));
    assert!(error.headers().contains(&("retry-after".to_owned(), "7".to_owned())));
}

#[test]
fn an_ollama_failure_is_read_by_its_status_and_its_words() {
    let table = [
        (400, "invalid message format", ErrorKind::InvalidRequest),
        (400, "\"m\" does not support tools", ErrorKind::Unsupported),
        (401, "unauthorized", ErrorKind::Auth),
        (429, "you've reached your weekly usage limit, please upgrade", ErrorKind::Quota),
        (429, "too many concurrent requests", ErrorKind::RateLimit),
        (404, "model 'm' not found", ErrorKind::NotFound),
        (500, "the runner has stopped", ErrorKind::Server),
        (503, "server busy, please try again", ErrorKind::Overloaded),
    ];
    for (status, message, kind) in table {
        let body = json!({ "error": message }).to_string();
        assert_eq!(error(&OLLAMA, status, &[], &body).kind(), kind, "{status} {message}");
        // Within an answer there is no status, and what only that tells is not told.
        if !matches!(kind, ErrorKind::Auth | ErrorKind::InvalidRequest) {
            let (_, within) = answer(&OLLAMA, Mode::Stream, &format!("{body}\n"));
            assert_eq!(within.unwrap().kind(), kind, "{message}");
        }
    }
}

#[test]
fn ollama_fields_nobody_knows_come_through_byte_for_byte() {
    let body = json!({
        "model": "m", "messages": [{ "role": "user", "content": "Hi", "aside": {} }],
        "stream": false, "keep_alive": -1, "novel": { "a": [1.0, null] }, "options": { "num_gpu": 1 },
    });
    let request = heard(&OLLAMA, &body.to_string()).unwrap();
    let (said, losses) = sent(&OLLAMA, &request).unwrap();
    assert!(laws::differences(&body, &said).is_empty() && losses.is_empty(), "{said} {losses:?}");
}
