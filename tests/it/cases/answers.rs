//! Answers: what is content, what is complete, and what is kept.

use nohop_types::{ErrorKind, Event, FinishReason};
use nohop_wire::Mode;
use nohop_wire::dialect::{Anthropic, OpenAiChat};

use crate::speak::{answer, events, told};

const OPENAI: &OpenAiChat = &OpenAiChat::PLAIN;
const ANTHROPIC: &Anthropic = &Anthropic::PLAIN;

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
fn an_openai_answer_without_choices_is_none() {
    let usage = r#""usage":{"prompt_tokens":1,"completion_tokens":0}"#;
    let hollow = format!(r#"{{"id":"1","model":"m","choices":[],{usage}}}"#);
    for (mode, body) in [(Mode::Whole, hollow.clone()), (Mode::Stream, chunks(&[&hollow]))] {
        let (_, error) = answer(OPENAI, mode, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn an_openai_answer_whose_json_is_cut_is_truncated_wherever_it_is() {
    let whole = r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#;
    for end in (1..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let (_, error) = answer(OPENAI, Mode::Whole, &whole[..end]);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{}", &whole[..end]);
    }
    let (_, error) = answer(OPENAI, Mode::Whole, &whole.replace("\"Hi\"", "Hi"));
    assert_eq!(error.unwrap().kind(), ErrorKind::Protocol);
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

/// A stream of Anthropic's with these events.
fn blocks(data: &[&str]) -> String {
    data.iter().map(|data| format!("event: e\ndata: {data}\n\n")).collect()
}

const START: &str = r#"{"type":"message_start","message":{"id":"1","model":"m","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}"#;
const PING: &str = r#"{"type":"ping"}"#;
const TEXT: &str =
    r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
const SAYS: &str =
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#;
const CLOSE: &str = r#"{"type":"content_block_stop","index":0}"#;
const ENDS: &str =
    r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#;

#[test]
fn an_anthropic_error_before_any_content_is_an_error_without_content() {
    let busy = r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#;
    let (events, error) = events(ANTHROPIC, Mode::Stream, blocks(&[START, PING, busy]).as_bytes());
    assert!(!events.iter().any(Event::is_content));
    assert_eq!(error.unwrap().kind(), ErrorKind::Overloaded);
}

#[test]
fn an_anthropic_end_without_a_reason_is_a_truncation() {
    for body in [blocks(&[START, TEXT, SAYS, CLOSE]), blocks(&[START]), String::new()] {
        let (_, error) = answer(ANTHROPIC, Mode::Stream, &body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn an_anthropic_end_after_a_reason_is_a_success_without_message_stop() {
    let body = blocks(&[START, TEXT, SAYS, CLOSE, ENDS]);
    let (response, error) = answer(ANTHROPIC, Mode::Stream, &body);
    assert_eq!((response.text(), error.is_none()), ("Hi".to_owned(), true));
}

#[test]
fn anthropic_starts_and_pings_are_no_content() {
    let (events, _) = events(ANTHROPIC, Mode::Stream, blocks(&[START, PING, PING]).as_bytes());
    assert!(!events.is_empty() && !events.iter().any(Event::is_content), "{events:?}");
}

#[test]
fn an_anthropic_error_keeps_its_kind_in_a_stream() {
    let limited = r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#;
    let body = blocks(&[START, TEXT, SAYS, limited]);
    let (response, error) = answer(ANTHROPIC, Mode::Stream, &body);
    let error = error.unwrap();
    assert_eq!((error.kind(), error.message()), (ErrorKind::RateLimit, "slow down"));
    assert_eq!(response.text(), "Hi");
}

#[test]
fn an_anthropic_refusal_is_told_from_a_stop() {
    let body = r#"{"type":"message","content":[],"stop_reason":"refusal","usage":{}}"#;
    let (response, _) = answer(ANTHROPIC, Mode::Whole, body);
    assert_eq!(response.reason(), Some(&FinishReason::ContentFilter));
    assert_eq!(response.choices[0].raw.as_deref(), Some("refusal"));
}

#[test]
fn an_anthropic_usage_is_merged_and_not_summed() {
    let (response, _) = answer(ANTHROPIC, Mode::Stream, &blocks(&[START, TEXT, SAYS, CLOSE, ENDS]));
    assert_eq!((response.usage.input, response.usage.output), (Some(9), Some(2)));
}

#[test]
fn an_empty_anthropic_answer_is_an_answer() {
    let empty = r#"{"type":"message","content":[],"stop_reason":"end_turn"}"#;
    let (response, error) = answer(ANTHROPIC, Mode::Whole, empty);
    assert!(error.is_none() && response.parts().is_empty());
}

#[test]
fn an_anthropic_answer_with_neither_content_nor_a_reason_is_none() {
    let hollow = r#"{"type":"message","content":[],"stop_reason":null,"usage":{}}"#;
    let stop = blocks(&[START, PING, r#"{"type":"message_stop"}"#]);
    for (mode, body) in [(Mode::Whole, hollow), (Mode::Stream, &stop)] {
        let (_, error) = answer(ANTHROPIC, mode, body);
        assert_eq!(error.unwrap().kind(), ErrorKind::Truncated, "{body}");
    }
}

#[test]
fn anthropic_calls_made_in_parallel_stay_apart() {
    let call = |index, id| {
        format!(
            r#"{{"type":"content_block_start","index":{index},"content_block":{{"type":"tool_use","id":"{id}","name":"f","input":{{}}}}}}"#
        )
    };
    let grow = |index, json: &str| {
        format!(
            r#"{{"type":"content_block_delta","index":{index},"delta":{{"type":"input_json_delta","partial_json":"{json}"}}}}"#
        )
    };
    let stop = |index| format!(r#"{{"type":"content_block_stop","index":{index}}}"#);
    let ends = ENDS.replace("end_turn", "tool_use");
    let (a, b) = (call(0, "a"), call(1, "b"));
    let pieces = [grow(0, "{"), grow(1, "{\\\"b\\\":2}"), grow(0, "}"), stop(0), stop(1)];
    let mut data = vec![START, &a, &b];
    data.extend(pieces.iter().map(String::as_str));
    data.push(&ends);
    let (response, _) = answer(ANTHROPIC, Mode::Stream, &blocks(&data));
    let calls: Vec<_> = response.tool_calls().map(|call| (&*call.id, &*call.arguments)).collect();
    assert_eq!(calls, [("a", "{}"), ("b", "{\"b\":2}")]);
}

#[test]
fn an_anthropic_tool_use_is_a_call_both_ways() {
    let called = r#"{"type":"message","content":[{"type":"tool_use","id":"a","name":"f","input":{}}],"stop_reason":"tool_use"}"#;
    let (response, _) = answer(ANTHROPIC, Mode::Whole, called);
    assert_eq!(response.reason(), Some(&FinishReason::ToolCalls));
    assert_eq!(told(OPENAI, ANTHROPIC, called)["choices"][0]["finish_reason"], "tool_calls");
    let called = r#"{"choices":[{"message":{"content":"","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]}"#;
    assert_eq!(told(ANTHROPIC, OPENAI, called)["stop_reason"], "tool_use");
}

#[test]
fn an_anthropic_answer_that_is_cut_by_its_limit_says_so() {
    let cut =
        r#"{"type":"message","content":[{"type":"text","text":"He"}],"stop_reason":"max_tokens"}"#;
    let (response, _) = answer(ANTHROPIC, Mode::Whole, cut);
    assert_eq!(response.reason(), Some(&FinishReason::Length));
    assert_eq!(told(OPENAI, ANTHROPIC, cut)["choices"][0]["finish_reason"], "length");
}
