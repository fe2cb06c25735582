use std::time::Duration;

use nohop_types::ErrorKind;
use serde_json::{Value, json};

use super::client::{Ending, Seen, ask, call, chat, contents, openai, parse, payloads};
use crate::{Departure, Dialect, Emulator, End, Fault, Outcome, RetryAfter, Script};

const TEXT: &str = "One two three four five six seven";

/// What is said only at the end of an answer.
const ENDS: [&str; 7] = [
    "[DONE]",
    "message_delta",
    "response.completed",
    "finishReason",
    "COMPLETE",
    r#""done":true"#,
    "messageStop",
];

/// The answer in each dialect under the fault.
async fn every(fault: &Fault, streams: bool) -> [(Seen, Outcome); Dialect::ALL.len()] {
    let mut pairs = Vec::new();
    for dialect in Dialect::ALL {
        let script = Script::new(dialect).says(TEXT).fault(fault.clone());
        let emulator = script.start().await.unwrap();
        let seen = call(dialect, &emulator, streams).await;
        pairs.push((seen, emulator.journal().last().unwrap().outcome()));
    }
    pairs.try_into().unwrap()
}

#[tokio::test(start_paused = true)]
async fn errors_have_the_providers_status_and_shape() {
    // Status and word: chat completions and messages, then responses, then Google, then the status
    // of those that have no words, Cohere and Ollama, and that of Bedrock, whose word is a header.
    type Told = (u16, &'static str);
    async fn check(fault: Fault, told: [Told; 4], wordless: u16, bedrock: Told) {
        for streams in [false, true] {
            let seen = every(&fault, streams).await;
            let places = ["/error/code", "/error/type", "/error/code", "/error/status"];
            let wordless = [((wordless, ""), "/error/code"); 2];
            let told = told.into_iter().zip(places).chain(wordless);
            let word = seen[6].0.header("x-amzn-errortype").unwrap().split(':').next();
            assert_eq!((seen[6].0.status(), word), (bedrock.0, Some(bedrock.1)), "{fault:?}");
            for ((seen, outcome), ((status, word), place)) in seen.into_iter().zip(told) {
                assert_eq!(seen.status(), status, "{fault:?}");
                let body: Value = serde_json::from_slice(&seen.body).unwrap();
                let found = body.pointer(place).and_then(Value::as_str).unwrap_or_default();
                assert_eq!(found, word, "{fault:?}");
                assert!(body.get("error").is_some() || body["message"].is_string());
                assert!(matches!(outcome, Outcome::Failed(_)));
            }
        }
    }
    let invalid = (400, "invalid_request_error");
    let spent = (429, "RESOURCE_EXHAUSTED");
    let argument = (400, "INVALID_ARGUMENT");
    let limited = (429, "rate_limit_exceeded");
    let (quiet, throttled) =
        (Fault::RateLimited(RetryAfter::Missing), (429, "ThrottlingException"));
    check(quiet, [limited, (429, "rate_limit_error"), limited, spent], 429, throttled).await;
    let quota = (429, "insufficient_quota");
    let told = [quota, (429, "rate_limit_error"), quota, spent];
    check(Fault::InsufficientQuota, told, 429, throttled).await;
    let schema = (400, "invalid_function_parameters");
    let validation = (400, "ValidationException");
    check(Fault::BadSchema, [schema, invalid, schema, argument], 400, validation).await;
    let long = (400, "context_length_exceeded");
    check(Fault::ContextLength, [long, invalid, long, argument], 400, validation).await;
    let key = (401, "invalid_api_key");
    let told = [key, (401, "authentication_error"), key, argument];
    check(Fault::Unauthorized, told, 401, (403, "UnrecognizedClientException")).await;
    let gone = |status| (status, "model_not_found");
    let told = [gone(404), (404, "not_found_error"), gone(400), (404, "NOT_FOUND")];
    check(Fault::UnknownModel, told, 404, validation).await;
    let failed = (500, "server_error");
    let told = [(500, ""), (500, "api_error"), failed, (500, "INTERNAL")];
    check(Fault::ServerError, told, 500, (500, "InternalServerException")).await;
    let (busy, shed) = ((529, "server_is_overloaded"), (529, "overloaded_error"));
    let told = [(529, ""), shed, busy, (503, "UNAVAILABLE")];
    check(Fault::Overloaded, told, 503, (503, "ServiceUnavailableException")).await;
    let under = (200, "server_error");
    let told = [(200, ""), (200, "api_error"), under, (200, "INTERNAL")];
    check(Fault::ErrorUnder200, told, 200, (200, "InternalServerException")).await;
}

#[tokio::test(start_paused = true)]
async fn a_prompt_is_filtered_in_the_providers_way() {
    for streams in [false, true] {
        let [(chat, _), (anthropic, _), (responses, _), (google, outcome), (cohere, _), ..] =
            every(&Fault::ContentFilter, streams).await;
        let status = [&chat, &anthropic, &responses, &google, &cohere].map(Seen::status);
        assert_eq!(status, [400, 400, 400, 200, 498]);
        assert!(cohere.text().contains("blocked input"));
        assert!(chat.text().contains("content_policy_violation"));
        assert!(anthropic.text().contains("content filtering policy"));
        assert!(responses.text().contains("invalid_prompt"));
        assert!(google.text().contains(r#""promptFeedback":{"blockReason":"PROHIBITED_CONTENT""#));
        assert_eq!(google.text().starts_with("data: "), streams);
        assert_eq!(outcome, Outcome::Failed(ErrorKind::ContentFilter));
    }
}

#[tokio::test(start_paused = true)]
async fn limits_say_when_to_come_back_in_every_form() {
    let after = Duration::from_millis(61_500);
    let limited = |form| async move { every(&Fault::RateLimited(form), false).await };

    let [(date, _), ..] = limited(RetryAfter::Date(after)).await;
    let [(reset, _), (rfc, _), _, (delay, _), (wait, _), ..] =
        limited(RetryAfter::Reset(after)).await;
    let [(prose, _), _, _, (google, _), ..] = limited(RetryAfter::Prose(after)).await;
    let [(field, _), ..] = limited(RetryAfter::Field(after)).await;
    let [(seconds, _), ..] = limited(RetryAfter::Seconds(after)).await;

    assert!(httpdate::parse_http_date(date.header("retry-after").unwrap()).is_ok());
    assert_eq!(reset.header("x-ratelimit-reset-requests"), Some("1m1.5s"));
    assert!(rfc.header("anthropic-ratelimit-requests-reset").unwrap().ends_with('Z'));
    assert!(wait.text().contains(r#""retry_after":61.5"#));
    assert!(delay.text().contains(r#""retryDelay":"61.5s""#));
    assert!(google.text().contains("Please retry in 61.5s."));
    assert!(prose.text().contains("Please try again in 1m1.5s."));
    assert!(field.text().contains(r#""retry_after": 61.5"#));
    assert_eq!(seconds.header("retry-after"), Some("62"));
}

#[tokio::test(start_paused = true)]
async fn any_status_comes_with_its_headers_and_body() {
    let fault = Fault::status(418, "teapot").header("x-should-retry", "false");

    let [(seen, outcome), ..] = every(&fault, false).await;

    assert_eq!((seen.status(), seen.text().as_str()), (418, "teapot"));
    assert_eq!(seen.header("x-should-retry"), Some("false"));
    assert_eq!(outcome, Outcome::Failed(ErrorKind::InvalidRequest));
}

#[tokio::test(start_paused = true)]
async fn a_page_of_html_is_no_json() {
    let [(seen, _), ..] = every(&Fault::HtmlPage, true).await;

    assert_eq!((seen.status(), seen.header("content-type")), (503, Some("text/html")));
    assert!(seen.text().starts_with("<html>"));
}

#[tokio::test(start_paused = true)]
async fn broken_bodies_come_under_200() {
    for (truncated, _) in every(&Fault::TruncatedJson, false).await {
        assert_eq!((truncated.status(), truncated.end), (200, Ending::Complete));
        assert!(serde_json::from_slice::<Value>(&truncated.body).is_err());
    }
    for (truncated, outcome) in every(&Fault::TruncatedJson, true).await {
        assert_eq!(truncated.end, Ending::Complete);
        assert_eq!(outcome, Outcome::Cut { text: "One".to_owned() });
    }
    let hollow = every(&Fault::NoChoices, false).await;
    let [chat, anthropic, responses, google, cohere, ollama, bedrock] =
        hollow.map(|(seen, _)| serde_json::from_slice::<Value>(&seen.body).unwrap());
    assert_eq!((&chat["choices"], &anthropic["stop_reason"]), (&json!([]), &Value::Null));
    assert_eq!((&responses["status"], &responses["output"]), (&json!("in_progress"), &json!([])));
    assert!(google.get("candidates").is_none() && google["usageMetadata"].is_object());
    assert_eq!(cohere["message"], json!({"role": "assistant"}));
    assert!(cohere.get("finish_reason").is_none());
    assert_eq!(bedrock["output"]["message"]["content"], json!([]));
    assert!(bedrock.get("stopReason").is_none());
    assert_eq!((&ollama["message"]["content"], &ollama["done"]), (&json!(""), &json!(false)));
    let [(null, outcome), ..] = every(&Fault::NullContent, false).await;
    let null = &serde_json::from_slice::<Value>(&null.body).unwrap()["choices"][0];
    assert_eq!(
        (&null["message"]["content"], &null["finish_reason"]),
        (&Value::Null, &json!("stop"))
    );
    assert!(matches!(outcome, Outcome::Answered { text, .. } if text.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn connections_end_before_the_head() {
    for streams in [false, true] {
        for (fault, end) in [
            (Fault::Reset, Ending::Reset),
            (Fault::Close, Ending::Eof),
            (Fault::Hang, Ending::Silence),
        ] {
            for (seen, _) in every(&fault, streams).await {
                assert_eq!((seen.head.as_str(), seen.end), ("", end), "{fault:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn streams_break_after_the_head_and_before_content() {
    for (seen, outcome) in every(&Fault::CutBeforeFirst, true).await {
        assert_eq!((seen.status(), seen.body.len(), seen.end), (200, 0, Ending::Reset));
        assert_eq!(outcome, Outcome::Failed(ErrorKind::Transport));
    }
    for (seen, outcome) in every(&Fault::StallAfterHead, true).await {
        assert_eq!((seen.status(), seen.body.len(), seen.end), (200, 0, Ending::Silence));
        assert_eq!(outcome, Outcome::Failed(ErrorKind::Timeout));
    }
    for (seen, outcome) in every(&Fault::ErrorFirst(ErrorKind::Quota), true).await {
        let events = parse(&seen.body);
        assert_eq!((events.len(), seen.end), (1, Ending::Complete));
        assert!(tells_an_error(&events[0]));
        assert_eq!(outcome, Outcome::Failed(ErrorKind::Quota));
    }
    let role_then_error = Fault::ErrorAfter { events: 0, kind: ErrorKind::Server };
    for ((seen, outcome), dialect) in
        every(&role_then_error, true).await.into_iter().zip(Dialect::ALL)
    {
        let events = parse(&seen.body);
        // One says its role with the content.
        let least = if dialect == Dialect::Ollama { 1 } else { 2 };
        assert!(events.len() >= least && contents(&seen.body) == 0);
        assert!(tells_an_error(events.last().unwrap()));
        assert_eq!(outcome, Outcome::Failed(ErrorKind::Server));
    }
}

/// Whether an event is an error, or the end of an answer that failed.
fn tells_an_error(event: &Value) -> bool {
    event["error"].is_object()
        || event["error"].is_string()
        || (event["delta"]["finish_reason"] == "ERROR" && event["delta"]["error"].is_string())
}

#[tokio::test(start_paused = true)]
async fn streams_break_after_five_events() {
    for (fault, end) in [
        (Fault::ResetAfter { events: 5 }, Ending::Reset),
        (Fault::CloseAfter { events: 5 }, Ending::Eof),
        (Fault::EofAfter { events: 5 }, Ending::Complete),
        (Fault::StallAfter { events: 5 }, Ending::Silence),
        (Fault::ErrorAfter { events: 5, kind: ErrorKind::Overloaded }, Ending::Complete),
    ] {
        for (seen, outcome) in every(&fault, true).await {
            assert_eq!((contents(&seen.body), seen.end), (5, end), "{fault:?}: {}", seen.text());
            assert!(!ENDS.iter().any(|end| seen.text().contains(end)), "{}", seen.text());
            assert_eq!(outcome, Outcome::Cut { text: "One two three four five".to_owned() });
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whole_answers_break_in_the_middle() {
    for (fault, end) in [
        (Fault::ResetAfter { events: 1 }, Ending::Reset),
        (Fault::CloseAfter { events: 1 }, Ending::Eof),
        (Fault::EofAfter { events: 1 }, Ending::Complete),
        (Fault::StallAfter { events: 1 }, Ending::Silence),
    ] {
        for (seen, outcome) in every(&fault, false).await {
            assert_eq!(seen.end, end, "{fault:?}");
            assert!(!seen.body.is_empty());
            assert!(serde_json::from_slice::<Value>(&seen.body).is_err());
            assert!(matches!(outcome, Outcome::Failed(_)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_malformed_line_stands_among_good_ones() {
    for (seen, outcome) in every(&Fault::MalformedAfter { events: 2 }, true).await {
        let is_bad = |data: &&String| serde_json::from_str::<Value>(data).is_err();
        let bad = payloads(&seen.body).iter().filter(is_bad).count();
        assert_eq!((bad, contents(&seen.body)), (1, 7));
        assert_eq!(outcome, Outcome::Undecided);
    }
}

#[tokio::test(start_paused = true)]
async fn a_huge_answer_is_as_huge_as_told() {
    for streams in [false, true] {
        let seen = every(&Fault::Oversized { bytes: 3_000_000 }, streams).await;
        for ((seen, _), dialect) in seen.into_iter().zip(Dialect::ALL) {
            assert_eq!(seen.end, Ending::Complete);
            // A stream of responses says every text five times.
            let repeats = streams && dialect == Dialect::OpenAiResponses;
            let times = if repeats { 5 } else { 1 };
            assert_eq!(seen.text().matches('x').count() / 1_000, 3_000 * times);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_leads_where_told() {
    let fault = Fault::Redirect { status: 308, to: "https://other.example".to_owned() };

    let [(seen, _), ..] = every(&fault, false).await;

    assert_eq!(seen.status(), 308);
    assert_eq!(seen.header("location"), Some("https://other.example/v1/chat/completions"));
}

#[tokio::test(start_paused = true)]
async fn an_echoed_key_is_in_body_headers_and_url() {
    let key = "sk-secret/+=é1";
    let emulator = Emulator::openai().fault(Fault::KeyEchoed).start().await.unwrap();
    let bearer = format!("Bearer {}", "sk-secret/+=1");
    let headers = [("authorization", bearer.as_str())];

    let body = chat(false).to_string();
    let seen = ask(&emulator, "POST", "/v1/chat/completions", &headers, &body).await;

    assert_eq!(seen.status(), 401);
    assert!(seen.text().contains("sk-secret/+=1"));
    assert_eq!(seen.header("x-planted"), Some("sk-secret/+=1"));
    assert_eq!(seen.header("x-planted-base64"), Some("c2stc2VjcmV0Lys9MQ=="));
    assert!(seen.header("link").unwrap().contains("sk-secret%2F%2B%3D1"));

    let planted = Emulator::openai().plants(key).fault(Fault::ServerError).start().await.unwrap();
    assert!(openai(&planted, &chat(false)).await.text().contains(key));
}

#[tokio::test(start_paused = true)]
async fn departures_change_the_bytes_and_not_the_events() {
    let script = || Emulator::openai().calls("a", r#"{"x":"yyyy"}"#).calls("b", r#"{"z":[1,2]}"#);
    let plain = script().start().await.unwrap();
    let expected = parse(&openai(&plain, &chat(true)).await.body);
    for departure in Departure::ALL {
        let emulator = script().departs(departure).start().await.unwrap();

        let seen = openai(&emulator, &chat(true)).await;

        let (text, events) = (seen.text(), parse(&seen.body));
        match departure {
            Departure::Crlf => assert!(!text.replace("\r\n", "").contains('\n')),
            Departure::NoSpace => assert!(text.starts_with("data:{")),
            Departure::Comments => assert!(text.starts_with(": OPENROUTER PROCESSING\n\n")),
            Departure::NoDone => assert!(!text.contains("[DONE]")),
            Departure::Interleaved => {
                let index =
                    |at: usize| &events[at]["choices"][0]["delta"]["tool_calls"][0]["index"];
                assert_eq!((index(1), index(2), index(3)), (&json!(0), &json!(1), &json!(0)));
                continue;
            }
            Departure::Together => {
                let last = events.last().unwrap();
                assert_eq!(last["choices"][0]["finish_reason"], "tool_calls");
                assert!(last["usage"].is_object() && events.len() == expected.len() - 1);
                continue;
            }
            Departure::Padded
            | Departure::Bytewise
            | Departure::Nameless
            | Departure::Bare
            | Departure::Rotating
            | Departure::Numbered => {}
        }
        assert_eq!(events, expected, "{departure:?}");
    }
    let padded = Emulator::openai().says("a").departs(Departure::Padded).start().await.unwrap();
    assert!(openai(&padded, &chat(false)).await.text().starts_with("\n         \n"));
}

#[tokio::test(start_paused = true)]
async fn schedules_say_which_call_fails() {
    async fn check(script: Script, expected: [u16; 4]) {
        let emulator = script.says("a").start().await.unwrap();
        for status in expected {
            assert_eq!(openai(&emulator, &chat(false)).await.status(), status);
        }
    }
    let (five, four) = (Fault::ServerError, Fault::Unauthorized);
    check(Script::openai().fault(five.clone()), [500; 4]).await;
    check(Script::openai().fault_times(2, five.clone()), [500, 500, 200, 200]).await;
    check(Script::openai().fault_at(3, five.clone()), [200, 200, 500, 200]).await;
    check(Script::openai().faults([five.clone(), four.clone()]), [500, 401, 200, 200]).await;
    let schedule = [Some(five.clone()), None, Some(four)];
    check(Script::openai().faults(schedule).fault(five), [500, 200, 401, 500]).await;
}

#[tokio::test(start_paused = true)]
async fn the_socket_carries_what_the_script_says() {
    for fault in Fault::all() {
        for departure in [Departure::Comments, Departure::Bytewise] {
            if departure == Departure::Bytewise && matches!(fault, Fault::Oversized { .. }) {
                continue;
            }
            for streams in [false, true] {
                let script = || Script::openai().says(TEXT).departs(departure).fault(fault.clone());
                let emulator = script().start().await.unwrap();
                let request = http::Request::post("/v1/chat/completions")
                    .header("authorization", "Bearer sk-1")
                    .body(chat(streams).to_string().into())
                    .unwrap();

                let (seen, said) =
                    (openai(&emulator, &chat(streams)).await, script().respond(request));

                let end = match said.end {
                    End::Complete => Ending::Complete,
                    End::Close => Ending::Eof,
                    End::Reset => Ending::Reset,
                    End::Stall { .. } => Ending::Silence,
                };
                assert_eq!((&seen.body, seen.end), (&said.body().to_vec(), end), "{fault:?}");
                let status = said.head.map_or(0, |head| head.status.as_u16());
                assert_eq!(seen.status(), status, "{fault:?}");
                let received = emulator.journal().last().unwrap();
                assert_eq!(received.served.bytes, seen.body.len(), "{fault:?}");
                assert_eq!(received.served.whole, end == Ending::Complete, "{fault:?}");
            }
        }
    }
}
