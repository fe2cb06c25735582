//! Answers: what is content, what is complete, and what is kept.

use nohop_types::{ErrorKind, Event, FinishReason};
use nohop_wire::Mode;
use nohop_wire::dialect::OpenAiChat;

use crate::speak::{answer, events};

const OPENAI: &OpenAiChat = &OpenAiChat::PLAIN;

/// A stream of OpenAI chat of these events.
fn chunks(data: &[&str]) -> String {
    data.iter().map(|data| format!("data: {data}\n\n")).collect()
}

const ROLE: &str = r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#;
const HI: &str = r#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#;
const STOP: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;

#[test]
fn an_openai_error_before_any_content_is_an_error_without_content() {
    let body = chunks(&[ROLE, r#"{"error":{"message":"none left","code":"insufficient_quota"}}"#]);
    let (events, error) = events(OPENAI, Mode::Stream, body.as_bytes());
    assert!(!events.iter().any(Event::is_content));
    assert_eq!(error.unwrap().kind(), ErrorKind::Quota);
}

#[test]
fn an_openai_end_without_a_reason_is_a_truncation() {
    for body in [chunks(&[HI]), chunks(&[HI, "[DONE]"]), String::new()] {
        let (_, error) = answer(OPENAI, Mode::Stream, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn an_openai_end_after_a_reason_is_a_success_without_done() {
    let (response, error) = answer(OPENAI, Mode::Stream, &chunks(&[HI, STOP]));
    assert_eq!((response.text(), error.is_none()), ("Hi".to_owned(), true));
}

#[test]
fn openai_roles_pings_and_comments_are_no_content() {
    let body = format!(": PROCESSING\n\n{}: ping\n\n", chunks(&[ROLE, ROLE]));
    let (events, _) = events(OPENAI, Mode::Stream, body.as_bytes());
    assert!(!events.is_empty() && !events.iter().any(Event::is_content), "{events:?}");
}

#[test]
fn an_openai_error_keeps_its_kind_in_a_stream() {
    let limited = r#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#;
    let (response, error) = answer(OPENAI, Mode::Stream, &chunks(&[HI, limited]));
    let error = error.unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::RateLimit, "slow down"));
    assert_eq!(response.text(), "Hi");
}

#[test]
fn an_openai_content_filter_is_told_from_a_stop() {
    let filtered = r#"{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}"#;
    let (response, error) = answer(OPENAI, Mode::Whole, filtered);
    assert_eq!((response.reason(), error.is_none()), (Some(&FinishReason::ContentFilter), true));
}

#[test]
fn an_openai_last_chunk_may_carry_text_reason_and_usage_at_once() {
    let last = r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
    let (response, _) = answer(OPENAI, Mode::Stream, &chunks(&[last]));
    assert_eq!(
        (response.text(), response.reason()),
        ("Hi".to_owned(), Some(&FinishReason::Length))
    );
    assert_eq!((response.usage.input, response.usage.output), (Some(1), Some(2)));
}

#[test]
fn an_empty_openai_answer_is_an_answer() {
    let empty = r#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#;
    let (response, error) = answer(OPENAI, Mode::Whole, empty);
    assert!(error.is_none() && response.parts().is_empty());
    let (response, error) = answer(OPENAI, Mode::Stream, &chunks(&[STOP]));
    assert!(error.is_none() && response.parts().is_empty());
}

#[test]
fn openai_calls_made_in_parallel_stay_apart() {
    let first = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}"#;
    let second = r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"f","arguments":"{\"b\":"}}]}}]}"#;
    let both = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}},{"index":1,"function":{"arguments":"2}"}}]}}]}"#;
    let (response, _) = answer(OPENAI, Mode::Stream, &chunks(&[first, second, both, STOP]));
    let calls: Vec<_> = response.tool_calls().map(|call| (&*call.id, &*call.arguments)).collect();
    assert_eq!(calls, [("a", "{}"), ("b", "{\"b\":2}")]);
}

#[test]
fn an_openai_stop_with_calls_waits_for_their_results() {
    let called = r#"{"choices":[{"message":{"content":"","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]}"#;
    let (response, _) = answer(OPENAI, Mode::Whole, called);
    assert_eq!(response.reason(), Some(&FinishReason::ToolCalls));
    assert_eq!(response.choices[0].raw.as_deref(), Some("stop"));
}

#[test]
fn an_openai_answer_that_is_cut_by_its_limit_says_so() {
    let cut = r#"{"choices":[{"message":{"content":"He"},"finish_reason":"length"}]}"#;
    let (response, _) = answer(OPENAI, Mode::Whole, cut);
    assert_eq!(response.reason(), Some(&FinishReason::Length));
}
