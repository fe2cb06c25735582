//! The same of Gemini's generateContent: its answers, its failures, and what is sent back to it.

use std::time::Duration;

use nohop_types::{
    Content, ErrorKind, Event, FinishReason, Issuer, Json, Message, Part, Reasoning, Recovery,
    Request, Role, Tool, ToolCall,
};
use nohop_wire::dialect::{Anthropic, Gemini, OpenAiChat};
use nohop_wire::{Dialect, Mode, RequestHead, laws};
use serde_json::{Value, json};

use crate::speak::{answer, error, events, heard, issuer, sent, told};

const GEMINI: &Gemini = &Gemini::PLAIN;

/// A stream of these frames.
fn frames(data: &[&str]) -> String {
    data.iter().map(|data| format!("data: {data}\r\n\r\n")).collect()
}

const START: &str = r#"{"usageMetadata":{"promptTokenCount":9},"responseId":"r"}"#;
const HI: &str = r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"}}]}"#;
const STOP: &str = r#"{"candidates":[{"content":{"role":"model"},"finishReason":"STOP"}]}"#;
const OVERLOADED: &str = r#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#;

/// A whole answer of these parts.
fn whole(parts: &str) -> String {
    format!(
        r#"{{"candidates":[{{"content":{{"parts":[{parts}],"role":"model"}},"finishReason":"STOP"}}],"responseId":"r"}}"#
    )
}

#[test]
fn a_gemini_error_before_any_content_is_an_error_without_content() {
    let (events, error) = events(GEMINI, Mode::Stream, frames(&[START, OVERLOADED]).as_bytes());
    assert!(!events.iter().any(Event::is_content));
    assert_eq!(error.unwrap().kind(), ErrorKind::Overloaded);
}

#[test]
fn a_gemini_end_without_a_reason_is_a_truncation() {
    for body in [frames(&[HI]), frames(&[HI, "[DONE]"]), format!("[{HI}]"), String::new()] {
        let (_, error) = answer(GEMINI, Mode::Stream, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn a_gemini_end_after_a_reason_is_a_success() {
    let (response, error) = answer(GEMINI, Mode::Stream, &frames(&[HI, STOP]));
    assert_eq!((response.text(), error.is_none()), ("Hi".to_owned(), true));
}

#[test]
fn gemini_usage_and_empty_texts_are_no_content() {
    let empty = r#"{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"}}]}"#;
    let body = format!(": ping\r\n\r\n{}", frames(&[START, empty]));
    let (events, _) = events(GEMINI, Mode::Stream, body.as_bytes());
    assert!(!events.is_empty() && !events.iter().any(Event::is_content), "{events:?}");
}

#[test]
fn a_gemini_error_keeps_its_kind_in_a_stream() {
    let limited = r#"{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}"#;
    let (response, error) = answer(GEMINI, Mode::Stream, &frames(&[HI, limited]));
    let error = error.unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::RateLimit, "slow down"));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(34_400)));
    assert_eq!(response.text(), "Hi");
}

#[test]
fn a_gemini_filter_is_told_from_a_stop() {
    const FILTERED: &[&str] = &[
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
    ];
    for word in FILTERED {
        let body = format!(r#"{{"candidates":[{{"finishReason":"{word}"}}]}}"#);
        let (response, error) = answer(GEMINI, Mode::Whole, &body);
        assert_eq!(response.reason(), Some(&FinishReason::ContentFilter), "{word}");
        assert_eq!((response.choices[0].raw.as_deref(), error.is_none()), (Some(*word), true));
    }
}

#[test]
fn a_prompt_that_gemini_refuses_is_told_from_a_stop() {
    let refused = r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#;
    for (mode, body) in [(Mode::Whole, refused.to_owned()), (Mode::Stream, frames(&[refused]))] {
        let (response, error) = answer(GEMINI, mode, &body);
        assert_eq!(response.reason(), Some(&FinishReason::ContentFilter));
        assert!(error.is_none() && response.parts().is_empty());
    }
}

#[test]
fn a_gemini_last_frame_may_carry_text_reason_and_usage_at_once() {
    let last = r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}}"#;
    let (response, _) = answer(GEMINI, Mode::Stream, &frames(&[last]));
    assert_eq!(
        (response.text(), response.reason()),
        ("Hi".to_owned(), Some(&FinishReason::Length))
    );
    assert_eq!((response.usage.input, response.usage.output), (Some(1), Some(2)));
}

#[test]
fn an_empty_gemini_answer_is_an_answer() {
    let (response, error) = answer(GEMINI, Mode::Whole, STOP);
    assert!(error.is_none() && response.parts().is_empty());
    let (response, error) = answer(GEMINI, Mode::Stream, &frames(&[STOP]));
    assert!(error.is_none() && response.parts().is_empty());
}

#[test]
fn gemini_calls_made_in_parallel_stay_apart() {
    let calls = r#"{"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"f","args":{"b":2}}}"#;
    let (response, _) = answer(GEMINI, Mode::Whole, &whole(calls));
    let calls: Vec<_> = response.tool_calls().collect();
    assert_eq!((&*calls[0].arguments, &*calls[1].arguments), (r#"{"a":1}"#, r#"{"b":2}"#));
    assert_ne!(calls[0].id, calls[1].id);

    // Who answers them out of order is understood by the order of the calls.
    let request = Request::new("m").user("Go").answer(&response);
    let request = request.result(&calls[1].id, "two").result(&calls[0].id, "one");
    let (body, _) = sent(GEMINI, &request).unwrap();
    assert_eq!(
        body["contents"][2]["parts"],
        json!([
            { "functionResponse": { "name": "f", "response": { "output": "one" } } },
            { "functionResponse": { "name": "f", "response": { "output": "two" } } },
        ])
    );
    assert!(!body.to_string().contains("nohop_"), "{body}");
}

#[test]
fn a_gemini_stop_with_calls_waits_for_their_results() {
    let (response, _) =
        answer(GEMINI, Mode::Whole, &whole(r#"{"functionCall":{"name":"f","args":{}}}"#));
    assert_eq!(response.reason(), Some(&FinishReason::ToolCalls));
    assert_eq!(response.choices[0].raw.as_deref(), Some("STOP"));
}

#[test]
fn a_gemini_answer_that_is_cut_by_its_limit_says_so() {
    let cut =
        r#"{"candidates":[{"content":{"parts":[{"text":"He"}]},"finishReason":"MAX_TOKENS"}]}"#;
    let (response, _) = answer(GEMINI, Mode::Whole, cut);
    assert_eq!(response.reason(), Some(&FinishReason::Length));
}

/// An answer that was thought over, with signatures on a text and on a call.
const SIGNED: &str = r#"{"text":"H\u00e4\"m\n","thought":true,"thoughtSignature":"c2ln/+=="},{"text":"So","thoughtSignature":"dGV4dA=="},{"functionCall":{"name":"f","args":{"x": 1e3}},"thoughtSignature":"Y2FsbA=="},{"functionCall":{"name":"f","args":{}}}"#;

fn signed(issuer: &Issuer) -> Request {
    let (mut response, _) = answer(GEMINI, Mode::Whole, &whole(SIGNED));
    for part in &mut response.choices[0].parts {
        if let Content::Reasoning(reasoning) = &mut part.content {
            reasoning.issuer = issuer.clone();
        }
    }
    Request::new("m").user("Go").answer(&response)
}

#[test]
fn gemini_thinking_and_signatures_go_back_to_their_issuer_byte_for_byte() {
    let (body, losses) = sent(GEMINI, &signed(&issuer(GEMINI))).unwrap();
    assert_eq!(losses, [""; 0]);
    let parts = serde_json::from_str::<Value>(&format!("[{SIGNED}]")).unwrap();
    assert_eq!(body["contents"][1]["parts"], parts);
}

#[test]
fn a_signature_on_a_gemini_call_goes_back_with_it_whole_and_streamed() {
    let call = r#"{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}"#;
    let apart = r#"{"text":"Hm","thought":true}"#;
    let trailing = r#"{"text":"","thoughtSignature":"c2ln"}"#;
    for parts in [
        call.to_owned(),
        format!("{apart},{call}"),
        format!("{apart},{{\"text\":\"Hi\"}},{trailing}"),
    ] {
        for (mode, body) in
            [(Mode::Whole, whole(&parts)), (Mode::Stream, frames(&[&whole(&parts)]))]
        {
            let (response, _) = answer(GEMINI, mode, &body);
            let request = Request::new("m").user("Go").answer(&response);
            let (body, _) = sent(GEMINI, &request).unwrap();
            let parts = serde_json::from_str::<Value>(&format!("[{parts}]")).unwrap();
            assert_eq!(body["contents"][1]["parts"], parts, "{mode:?}");
        }
    }
}

#[test]
fn a_signature_told_through_another_surface_finds_back_to_its_call() {
    let parts =
        r#"{"text":"So"},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}"#;
    let message = told(&OpenAiChat::PLAIN, GEMINI, &whole(parts))["choices"][0]["message"].clone();
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "Go"}, message]});
    let content = told(&Anthropic::PLAIN, GEMINI, &whole(parts))["content"].clone();
    let turn = json!({"role": "assistant", "content": content});
    let messages = json!({"model": "m", "messages": [{"role": "user", "content": "Go"}, turn]});
    for request in [
        heard(&OpenAiChat::PLAIN, &chat.to_string()).unwrap(),
        heard(&Anthropic::PLAIN, &messages.to_string()).unwrap(),
    ] {
        let (body, _) = sent(GEMINI, &request).unwrap();
        let expected = serde_json::from_str::<Value>(&format!("[{parts}]")).unwrap();
        assert_eq!(body["contents"][1]["parts"], expected);
    }
}

#[test]
fn thinking_told_to_a_client_of_gemini_finds_back_to_its_issuer() {
    let answer = r#"{"type":"message","content":[{"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"redacted_thinking","data":"Z0FB"},{"type":"tool_use","id":"t","name":"f","input":{}}],"stop_reason":"tool_use"}"#;
    let content = told(GEMINI, &Anthropic::PLAIN, answer)["candidates"][0]["content"].clone();
    let asked = json!({"role": "user", "parts": [{"text": "Go"}]});
    let request = heard(GEMINI, &json!({"contents": [asked, content]}).to_string()).unwrap();
    let (body, _) = sent(&Anthropic::PLAIN, &request).unwrap();
    let blocks = body["messages"][1]["content"].as_array().unwrap();
    assert_eq!(blocks[0], json!({"type": "thinking", "thinking": "Hm", "signature": "c2ln"}));
    assert_eq!(blocks[1], json!({"type": "redacted_thinking", "data": "Z0FB"}));
    assert_eq!(blocks[2]["id"], "t");
}

#[test]
fn thinking_of_another_issuer_is_dropped_from_gemini_requests_and_calls_are_excused() {
    for other in [Issuer::new("gemini", "elsewhere", "m"), Issuer::speaking("anthropic")] {
        let (body, losses) = sent(GEMINI, &signed(&other)).unwrap();
        assert_eq!(losses, ["reasoning: dropped: another issuer's thinking means nothing here"]);
        let parts = &body["contents"][1]["parts"];
        assert_eq!(parts[0], json!({"text": "So"}));
        assert_eq!(parts[1]["thoughtSignature"], "skip_thought_signature_validator");
        assert_eq!(parts[2].get("thoughtSignature"), None);
    }
}

#[test]
fn gemini_arguments_are_an_object_or_the_callers_fault() {
    let called = |arguments: &str| {
        let call = ToolCall::new("t", "f", arguments);
        let request = Request::new("m").user("Go").assistant(Part::new(Content::ToolCall(call)));
        sent(GEMINI, &request.result("t", "done"))
    };
    let call =
        |arguments| called(arguments).unwrap().0["contents"][1]["parts"][0]["functionCall"].clone();
    assert_eq!(call("{\"x\": 1}"), json!({"id": "t", "name": "f", "args": {"x": 1}}));
    for empty in ["", "null"] {
        assert_eq!(call(empty), json!({"id": "t", "name": "f"}));
    }
    for broken in ["{\"cut\": ", "[1]", "\"text\"", "{} {}"] {
        let error = called(broken).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{broken}");
        assert!(error.message().contains('t'), "{error}");
    }
}

#[test]
fn a_gemini_request_that_can_not_be_read_is_the_callers_fault_and_says_where() {
    let check = |body: &str, place: &str| {
        let error = heard(GEMINI, body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{body}");
        assert!(error.message().contains(place), "{body}: {}", error.message());
    };
    check("", "the request");
    check("[]", "an object");
    check("{\"contents\":\"Hi\"}", "contents");
    check("{\"contents\":[{\"role\":\"ghost\"}]}", "contents[0]: role");
    check("{\"contents\":[{\"parts\":\"Hi\"}]}", "contents[0]: parts");
    check("{\"contents\":[{\"parts\":[\"Hi\"]}]}", "contents[0]: parts[0]");
    check("{\"contents\":[{\"parts\":[{\"functionCall\":{}}]}]}", "functionCall.name");
    check("{\"contents\":[],\"generationConfig\":{\"temperature\":\"hot\"}}", "temperature");
    check(
        "{\"contents\":[],\"tools\":[{\"functionDeclarations\":[{}]}]}",
        "tools[0]: functionDeclarations[0]: name",
    );
}

#[test]
fn a_gemini_schema_goes_out_as_it_came_or_in_the_subset_its_model_knows() {
    let schema = "{\"type\": \"object\",  \"properties\":{\"b\":{\"const\":1.50},\"a\":{}}}";
    let tool = Tool::function("f", Json::new(schema).unwrap());
    let request = Request::new("gemini-3-pro").user("Hi").tool(tool);
    let issuer = issuer(GEMINI);
    let call = nohop_wire::Call::new(&request, &request.model, "/", &issuer);
    let encoded = GEMINI.encode(&call).unwrap();
    assert!(String::from_utf8(encoded.body).unwrap().contains(schema));

    let mut early = request.clone();
    early.model = "gemini-1.5-pro".into();
    let (body, losses) = sent(GEMINI, &early).unwrap();
    let told = json!({"type": "OBJECT", "properties": {"b": {"enum": [1.5]}, "a": {}}});
    assert_eq!(body["tools"][0]["functionDeclarations"][0]["parameters"], told);
    let losses: Vec<_> = losses.iter().map(ToString::to_string).collect();
    assert_eq!(losses, ["tools[0].schema.properties.b.const: translated: said as the only value"]);
}

#[test]
fn a_gemini_schema_with_a_word_that_nobody_knows_goes_out_as_it_came() {
    let schema = r#"{"type":"OBJECT","properties":{"a":{"type":"NUMbER","nullable":true}}}"#;
    let body = format!(
        r#"{{"contents":[{{"role":"user","parts":[{{"text":"Hi"}}]}}],"tools":[{{"functionDeclarations":[{{"name":"f","parameters":{schema}}}]}}]}}"#
    );
    let (told, _) = sent(GEMINI, &heard(GEMINI, &body).unwrap()).unwrap();
    let schema: Value = schema.parse().unwrap();
    assert_eq!(told["tools"][0]["functionDeclarations"][0]["parameters"], schema);
}

#[test]
fn a_gemini_function_with_two_schemas_goes_out_with_both() {
    let function =
        r#"{"name":"f","parameters":{"type":"OBJECT"},"parametersJsonSchema":{"type":"object"}}"#;
    let body = format!(
        r#"{{"contents":[{{"role":"user","parts":[{{"text":"Hi"}}]}}],"tools":[{{"functionDeclarations":[{function}]}}]}}"#
    );
    let (told, _) = sent(GEMINI, &heard(GEMINI, &body).unwrap()).unwrap();
    let function: Value = function.parse().unwrap();
    assert_eq!(told["tools"][0]["functionDeclarations"][0], function);
}

#[test]
fn what_gemini_can_not_be_told_is_a_loss_and_never_silence() {
    let mut request = Request::new("m").user("Hi").session("s").by("u").sampling(|sampling| {
        sampling.min_p = Some(0.1);
        sampling.repetition_penalty = Some(1.1);
        sampling.logit_bias.insert("5".to_owned(), 1.0);
    });
    request.cache = Some(nohop_types::CacheMark::new());
    let request = request.metadata("k", "v").prediction("p");
    let (body, losses) = sent(GEMINI, &request).unwrap();
    assert_eq!(body, json!({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}));
    let lost: Vec<_> = losses.iter().map(|loss| loss.split(':').next().unwrap()).collect();
    let expected = [
        "min_p",
        "repetition_penalty",
        "logit_bias",
        "metadata",
        "cache",
        "prediction",
        "session",
        "user",
    ];
    assert_eq!(lost, expected);
}

#[test]
fn a_gemini_prompt_that_is_too_long_is_recognised() {
    let body = r#"{"error":{"code":400,"message":"The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#;
    let error = error(GEMINI, 400, &[], body);
    assert_eq!(error.kind(), ErrorKind::ContextLength);
    assert_eq!(error.recovery(), Recovery::Elsewhere);
}

#[test]
fn a_gemini_failure_keeps_body_status_and_headers() {
    let body = r#"{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}"#;
    let headers = [("retry-after", "2"), ("x-gemini-service-tier", "standard")];
    let error = error(GEMINI, 429, &headers, body);
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!((error.body(), error.code()), (Some(body), Some("RESOURCE_EXHAUSTED")));
    assert_eq!(error.message(), "slow down");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
    assert_eq!(error.headers().len(), headers.len());
}

#[test]
fn a_gemini_failure_is_read_by_its_word_and_its_details() {
    let check = |status: u16, word: &str, message: &str, details: Value, kind| {
        let body = json!({"error": {"code": status, "message": message, "status": word, "details": details}});
        for body in [body.to_string(), format!("[{body}]"), format!("data: {body}\r\n\r\n")] {
            let error = error(GEMINI, status, &[("content-type", "text/event-stream")], &body);
            assert_eq!((error.kind(), error.message()), (kind, message), "{body}");
        }
    };
    let reason = |reason: &str| json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]);
    let quota = |id: &str| json!([{"violations": [{"quotaId": id}]}]);
    check(400, "INVALID_ARGUMENT", "no", reason("API_KEY_INVALID"), ErrorKind::Auth);
    check(400, "INVALID_ARGUMENT", "no", json!([]), ErrorKind::InvalidRequest);
    check(403, "PERMISSION_DENIED", "no", reason("SERVICE_DISABLED"), ErrorKind::Auth);
    check(404, "NOT_FOUND", "no", json!([]), ErrorKind::NotFound);
    check(429, "RESOURCE_EXHAUSTED", "no", quota("RequestsPerMinute"), ErrorKind::RateLimit);
    check(429, "RESOURCE_EXHAUSTED", "no", quota("RequestsPerDayPerModel"), ErrorKind::Quota);
    check(500, "INTERNAL", "no", json!([]), ErrorKind::Server);
    check(503, "UNAVAILABLE", "no", json!([]), ErrorKind::Overloaded);
    check(504, "DEADLINE_EXCEEDED", "no", json!([]), ErrorKind::Timeout);
}

#[test]
fn gemini_fields_nobody_knows_come_through_byte_for_byte() {
    let body = r#"{"contents":[{"role":"user","parts":[{"text":"Hi","novel":{"z": 1e3,"a":[ ]}},{"novel":1}],"odd":null}],"tools":[{"functionDeclarations":[{"name":"f","odd":1}],"odd":{"z": 1.0}},{"novelTool":{"z": 1.0}}],"toolConfig":{"odd":1},"generationConfig":{"temperature":null,"thinkingConfig":{"odd":2}},"novel":{"z": 1.0,"a":"\u00e9"}}"#;
    let (differences, encoded) = laws::there_and_back(
        GEMINI,
        GEMINI,
        &RequestHead::default(),
        body.as_bytes(),
        &issuer(GEMINI),
    )
    .unwrap();
    assert_eq!(differences, []);
    let back = String::from_utf8(encoded.body).unwrap();
    for raw in [r#"{"z": 1e3,"a":[ ]}"#, r#"{"z": 1.0,"a":"\u00e9"}"#, r#"{"z": 1.0}"#] {
        assert!(back.contains(raw), "{back}");
    }
}

#[test]
fn what_the_application_says_late_is_told_as_the_users() {
    let thought = Part::from(Reasoning::text(issuer(GEMINI), "Hm"));
    let request = Request::new("m")
        .system("S")
        .user("Hi")
        .message(Message::new(Role::Assistant, [thought, Part::text("Ho")]))
        .system("T");
    let (body, losses) = sent(GEMINI, &request).unwrap();
    assert_eq!(body["systemInstruction"], json!({"parts": [{"text": "S"}]}));
    assert_eq!(body["contents"][2], json!({"role": "user", "parts": [{"text": "T"}]}));
    assert_eq!(
        losses,
        ["late_system: translated: a late turn of the application is told as the user's"]
    );
}
