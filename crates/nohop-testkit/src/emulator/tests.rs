mod client;
mod clock;
mod connections;
mod faults;
mod http2;
mod journal;
#[cfg(feature = "tls")]
mod secure;

use std::time::Duration;

use nohop_types::ErrorKind;
use serde_json::{Value, json};

use crate::{Departure, Emulator, Fault, Outcome, Script};
use client::{
    ask, chat, cohere, converse, generate, message, messages, ollama, openai, parse, response,
};

#[tokio::test]
async fn a_whole_answer_of_openai_has_its_shape() {
    let emulator = Emulator::openai().thinks("hm").says("Hello there").start().await.unwrap();

    let seen = openai(&emulator, &chat(false)).await;

    let answer: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(seen.status(), 200);
    assert_eq!(answer["object"], "chat.completion");
    assert_eq!(answer["choices"][0]["message"]["content"], "Hello there");
    assert_eq!(answer["choices"][0]["message"]["reasoning_content"], "hm");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    assert_eq!(answer["usage"]["completion_tokens"], 3);
    assert_eq!(answer["usage"]["completion_tokens_details"]["reasoning_tokens"], 1);
}

#[tokio::test]
async fn a_streamed_answer_of_openai_ends_with_usage_and_done() {
    let script = Emulator::openai().says("One two three").usage(9, 3).cached(4);
    let emulator = script.start().await.unwrap();
    let mut body = chat(true);
    body["stream_options"] = json!({"include_usage": true});

    let seen = openai(&emulator, &body).await;

    let events = parse(&seen.body);
    let text: String = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
        .collect();
    let last = events.last().unwrap();
    assert_eq!(text, "One two three");
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(events[0]["usage"], Value::Null);
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["prompt_tokens_details"]["cached_tokens"], 4);
    assert!(seen.text().ends_with("data: [DONE]\n\n"));
    let Outcome::Answered { text, usage } = emulator.journal().last().unwrap().outcome() else {
        panic!("it was answered");
    };
    assert_eq!(text, "One two three");
    assert_eq!(usage.unwrap().total(), Some(12));
}

#[tokio::test]
async fn a_streamed_answer_of_anthropic_follows_the_grammar() {
    let script = Emulator::anthropic()
        .thinks("I think")
        .says("Let me see")
        .calls("weather", json!({"city": "Bern"}));
    let emulator = script.start().await.unwrap();

    let seen = message(&emulator, &chat(true)).await;

    let events = parse(&seen.body);
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["message_start", "content_block_start", "ping"]);
    assert_eq!(types[types.len() - 2..], ["message_delta", "message_stop"]);
    let count = |kind| types.iter().filter(|found| **found == kind).count();
    assert_eq!((count("content_block_start"), count("content_block_stop")), (3, 3));
    let arguments: String = events
        .iter()
        .filter_map(|event| event["delta"]["partial_json"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(arguments, r#"{"city":"Bern"}"#);
    assert_eq!(events[events.len() - 2]["delta"]["stop_reason"], "tool_use");
}

#[tokio::test]
async fn a_streamed_answer_of_responses_ends_with_all_of_it() {
    let script = Emulator::responses().thinks("I think").says("One two").calls("f", r#"{"a":1}"#);
    let emulator = script.usage(9, 5).start().await.unwrap();

    let (whole, stream) = (response(&emulator, false).await, response(&emulator, true).await);

    let whole: Value = serde_json::from_slice(&whole.body).unwrap();
    let kinds: Vec<_> = whole["output"].as_array().unwrap().iter().map(|it| &it["type"]).collect();
    assert_eq!(kinds, ["reasoning", "message", "function_call"]);
    assert_eq!(whole["usage"]["output_tokens_details"]["reasoning_tokens"], 2);
    assert!(whole["output"][0]["encrypted_content"].is_string());
    let events = parse(&stream.body);
    let numbers = events.iter().map(|event| event["sequence_number"].as_u64().unwrap());
    assert!(numbers.eq(0..events.len() as u64));
    let (first, last) = (&events[0], events.last().unwrap());
    assert_eq!(
        (&first["type"], &first["response"]["output"]),
        (&json!("response.created"), &json!([]))
    );
    assert_eq!(last["type"], "response.completed");
    assert_eq!(last["response"]["output"][1], whole_but_its_number(&whole)["output"][1]);
    assert!(stream.text().starts_with("event: response.created\ndata: "));
}

/// The first answer as the second has it, whose ids end in another number.
fn whole_but_its_number(answer: &Value) -> Value {
    answer.to_string().replace("testkit00000001", "testkit00000002").parse().unwrap()
}

#[tokio::test]
async fn a_streamed_answer_of_gemini_counts_in_every_frame() {
    let script = Emulator::gemini().thinks("I think").says("One two").calls("f", r#"{"a":1}"#);
    let emulator = script.usage(9, 5).cached(4).start().await.unwrap();

    let (whole, stream) = (generate(&emulator, false).await, generate(&emulator, true).await);

    let whole: Value = serde_json::from_slice(&whole.body).unwrap();
    let parts = whole["candidates"][0]["content"]["parts"].as_array().unwrap();
    assert_eq!((&parts[0]["thought"], &parts[1]["text"]), (&json!(true), &json!("One two")));
    assert!(parts[2]["functionCall"]["id"].is_null() && parts[2]["thoughtSignature"].is_string());
    assert_eq!(
        whole["usageMetadata"],
        json!({
            "promptTokenCount": 9,
            "cachedContentTokenCount": 4,
            "candidatesTokenCount": 3,
            "thoughtsTokenCount": 2,
            "totalTokenCount": 14,
        })
    );
    let frames = parse(&stream.body);
    assert!(frames.iter().all(|frame| frame["usageMetadata"]["promptTokenCount"] == 9));
    let last = frames.last().unwrap();
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
    assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
    assert!(stream.text().ends_with("}\r\n\r\n"));
}

#[tokio::test]
async fn a_streamed_answer_of_cohere_counts_what_is_billed_and_all() {
    let script = Emulator::cohere().thinks("I will look").calls("f", r#"{"a":1}"#);
    let script = script.usage(9, 5).cached(4).then().thinks("Well then").says("One two");
    let emulator = script.start().await.unwrap();

    let (whole, stream) = (cohere(&emulator, false).await, cohere(&emulator, true).await);

    let whole: Value = serde_json::from_slice(&whole.body).unwrap();
    let message = &whole["message"];
    assert_eq!((&message["tool_plan"], &message["content"]), (&json!("I will look"), &Value::Null));
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], r#"{"a":1}"#);
    assert_eq!(whole["finish_reason"], "TOOL_CALL");
    let usage = &whole["usage"];
    assert_eq!(usage["billed_units"], json!({"input_tokens": 9, "output_tokens": 5}));
    assert_eq!(
        (&usage["tokens"]["input_tokens"], &usage["cached_tokens"]),
        (&json!(496), &json!(4))
    );
    let events = parse(&stream.body);
    let mut types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    types.dedup();
    let content = ["content-start", "content-delta", "content-end"];
    let expected = [&["message-start"][..], &content, &content, &["message-end"]].concat();
    assert_eq!(types, expected);
    assert_eq!(events[1]["delta"]["message"]["content"]["type"], "thinking");
    assert_eq!((&events[5]["index"], &events[1]["index"]), (&json!(1), &json!(0)));
    let text = stream.text();
    assert!(text.starts_with("event: message-start\ndata: ") && text.ends_with("data: [DONE]\n\n"));
    let Outcome::Answered { usage, .. } = emulator.journal().requests()[0].outcome() else {
        panic!("it was answered");
    };
    let usage = usage.unwrap();
    assert_eq!((usage.input, usage.cache_read), (Some(9), None));
}

#[tokio::test]
async fn a_call_of_cohere_comes_with_its_plan_or_with_thinking() {
    let emulator = Emulator::cohere().thinks("I will").calls("f", "{}").start().await.unwrap();
    let types = |body: &[u8]| -> Vec<String> {
        parse(body).iter().map(|it| it["type"].as_str().unwrap().to_owned()).collect()
    };
    let reasoning = json!({"model": "command-a-reasoning-08-2025", "stream": true, "messages": [
        {"role": "user", "content": "a"},
    ]});
    let key = [("authorization", "Bearer sk-1")];

    let plain = types(&cohere(&emulator, true).await.body);
    let reasoning = ask(&emulator, "POST", "/v2/chat", &key, &reasoning.to_string()).await;

    let call = ["tool-call-start", "tool-call-delta", "tool-call-end", "message-end"];
    assert_eq!(plain[1..], [&["tool-plan-delta"; 2][..], &call].concat());
    assert_eq!(types(&reasoning.body)[1], "content-start");
}

#[tokio::test]
async fn a_streamed_answer_of_ollama_is_a_line_for_each_piece() {
    let script = Emulator::ollama().thinks("I think").says("One two").calls("f", r#"{"a":1}"#);
    let emulator = script.usage(9, 5).start().await.unwrap();

    let (whole, stream) = (ollama(&emulator, false).await, ollama(&emulator, true).await);

    let whole: Value = serde_json::from_slice(&whole.body).unwrap();
    let message = &whole["message"];
    assert_eq!((&message["content"], &message["thinking"]), (&json!("One two"), &json!("I think")));
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], json!({"a": 1}));
    assert_eq!((&whole["done"], &whole["done_reason"]), (&json!(true), &json!("stop")));
    assert_eq!(stream.header("content-type"), Some("application/x-ndjson"));
    let lines = parse(&stream.body);
    let (last, others) = lines.split_last().unwrap();
    assert!(others.len() == 5 && others.iter().all(|line| line["done"] == false));
    assert_eq!(others[0]["message"]["thinking"], "I");
    assert_eq!(others[4]["message"]["tool_calls"][0]["function"]["name"], "f");
    assert_eq!((&last["prompt_eval_count"], &last["eval_count"]), (&json!(9), &json!(5)));
    assert_eq!((&last["done"], &last["message"]["content"]), (&json!(true), &json!("")));
    assert!(!stream.text().contains("\n\n") && stream.text().ends_with("}\n"));
    let Outcome::Answered { usage, .. } = emulator.journal().last().unwrap().outcome() else {
        panic!("it was answered");
    };
    assert_eq!((usage.as_ref().unwrap().total(), usage.unwrap().reasoning), (Some(14), None));
}

#[tokio::test]
async fn lines_depart_only_as_lines_can() {
    let bytes = async |departure: Option<Departure>| {
        let script = Emulator::ollama().says("One two").calls("f", "{}");
        let script = departure.into_iter().fold(script, Script::departs);
        ollama(&script.start().await.unwrap(), true).await.text()
    };
    let plain = bytes(None).await;
    for departure in Departure::ALL {
        let departed = bytes(Some(departure)).await;
        match departure {
            Departure::Crlf => assert_eq!(departed.replace("\r\n", "\n"), plain),
            Departure::Together => {
                let last = departed.lines().last().unwrap();
                assert!(last.contains("tool_calls") && last.contains(r#""done":true"#));
            }
            _ => assert_eq!(departed, plain, "{departure:?}"),
        }
    }
}

#[tokio::test]
async fn ollama_lists_its_models_at_a_path_of_its_own() {
    let emulator = Emulator::ollama().model("qwen3:4b").start().await.unwrap();

    let tags = ask(&emulator, "GET", "/api/tags", &[], "").await;

    let listed: Value = serde_json::from_slice(&tags.body).unwrap();
    assert_eq!(listed["models"][0]["name"], "qwen3:4b");
    assert_eq!(ask(&emulator, "GET", "/api/models", &[], "").await.status(), 404);
}

#[tokio::test]
async fn a_streamed_answer_of_bedrock_opens_its_calls_and_not_its_texts() {
    let script = Emulator::converse().thinks("I think").says("One two").calls("f", r#"{"a":1}"#);
    let emulator = script.usage(9, 5).cached(4).start().await.unwrap();

    let (whole, stream) = (converse(&emulator, false).await, converse(&emulator, true).await);

    let whole: Value = serde_json::from_slice(&whole.body).unwrap();
    let blocks = &whole["output"]["message"]["content"];
    assert!(blocks[0]["reasoningContent"]["reasoningText"]["signature"].is_string());
    assert_eq!(blocks[1], json!({"text": "One two"}));
    assert_eq!(blocks[2]["toolUse"]["input"], json!({"a": 1}));
    assert_eq!(
        (&whole["stopReason"], &whole["usage"]["inputTokens"]),
        (&json!("tool_use"), &json!(5))
    );
    assert_eq!(whole["usage"]["totalTokens"], 14);
    assert_eq!(stream.header("content-type"), Some("application/vnd.amazon.eventstream"));
    let messages = messages(&stream.body);
    let mut names: Vec<&str> = messages.iter().map(|(name, _)| &**name).collect();
    names.dedup();
    let (delta, stop) = ("contentBlockDelta", "contentBlockStop");
    let texts = ["messageStart", delta, stop, delta, stop];
    let call = ["contentBlockStart", delta, stop, "messageStop", "metadata"];
    assert_eq!(names, [texts, call].concat());
    let events = parse(&stream.body);
    let signed = &events[3]["delta"]["reasoningContent"];
    assert!(signed["signature"].is_string() && signed["text"].is_null());
    assert_eq!(events.last().unwrap()["usage"], whole["usage"]);
    let Outcome::Answered { usage, .. } = emulator.journal().last().unwrap().outcome() else {
        panic!("it was answered");
    };
    let usage = usage.unwrap();
    assert_eq!((usage.input, usage.cache_read, usage.total()), (Some(5), Some(4), Some(14)));
}

#[tokio::test]
async fn an_error_amid_messages_is_an_exception() {
    let fault = Fault::ErrorAfter { events: 1, kind: ErrorKind::RateLimit };
    let emulator = Emulator::converse().says("One two").fault(fault).start().await.unwrap();

    let messages = messages(&converse(&emulator, true).await.body);

    let (name, said) = messages.last().unwrap();
    assert_eq!((messages.len(), &**name), (3, "throttlingException"));
    assert!(said.contains("Too many requests"));
}

#[tokio::test]
async fn messages_depart_only_in_their_order() {
    let bytes = async |departure: Option<Departure>| {
        let script = Emulator::converse().says("One").calls("f", "{}").calls("g", "{}");
        let script = departure.into_iter().fold(script, Script::departs);
        messages(&converse(&script.start().await.unwrap(), true).await.body)
    };
    let mut plain = bytes(None).await;
    for departure in Departure::ALL {
        let mut departed = bytes(Some(departure)).await;
        assert_eq!(departed == plain, departure != Departure::Interleaved, "{departure:?}");
        if departure == Departure::Interleaved {
            departed.sort();
            plain.sort();
            assert_eq!(departed, plain);
            plain = bytes(None).await;
        }
    }
}

#[tokio::test]
async fn the_key_that_signed_is_in_the_journal() {
    let emulator = Emulator::converse().model("m").start().await.unwrap();
    let signed = "AWS4-HMAC-SHA256 Credential=AKIA1/20261101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=00";

    let models =
        ask(&emulator, "GET", "/foundation-models", &[("authorization", signed)], "").await;

    let listed: Value = serde_json::from_slice(&models.body).unwrap();
    assert_eq!(listed["modelSummaries"][0]["modelId"], "m");
    assert_eq!(emulator.journal().last().unwrap().key(), Some("AKIA1"));
}

#[tokio::test]
async fn answers_come_in_turn_and_the_last_repeats() {
    let script = Emulator::openai().calls("weather", "{}").then().says("Sunny");
    let emulator = script.start().await.unwrap();
    let mut reasons = Vec::new();

    for _ in 0..3 {
        let seen = openai(&emulator, &chat(false)).await;
        let answer: Value = serde_json::from_slice(&seen.body).unwrap();
        reasons.push(answer["choices"][0]["finish_reason"].as_str().unwrap().to_owned());
    }

    assert_eq!(reasons, ["tool_calls", "stop", "stop"]);
}

#[tokio::test]
async fn models_are_listed_and_nothing_else_is_found() {
    let emulator = Emulator::openai().model("gpt-4.1").start().await.unwrap();
    let key = [("authorization", "Bearer sk-1")];

    let models = ask(&emulator, "GET", "/v1/models", &key, "").await;
    let nothing = ask(&emulator, "GET", "/v1/nothing", &key, "").await;

    let listed: Value = serde_json::from_slice(&models.body).unwrap();
    assert_eq!(listed["data"][0]["id"], "gpt-4.1");
    assert_eq!(nothing.status(), 404);
    assert_eq!(emulator.journal().calls(), 0);
    assert_eq!(emulator.journal().requests().len(), 2);
}

#[tokio::test]
async fn a_script_can_change_while_it_is_followed() {
    let emulator = Emulator::openai().says("old").start().await.unwrap();
    assert!(openai(&emulator, &chat(false)).await.text().contains("old"));

    emulator.becomes(Emulator::openai().says("new"));

    assert!(openai(&emulator, &chat(false)).await.text().contains("new"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_emulators_run_in_several_threads() {
    let runtime = tokio::runtime::Handle::current();
    let tasks = (0..8).map(|number| {
        runtime.spawn(async move {
            let emulator = Emulator::openai().says(format!("{number}.")).start().await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
            let seen = openai(&emulator, &chat(true)).await;
            assert!(seen.text().contains(&format!("{number}.")));
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}
