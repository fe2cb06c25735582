//! Why answers end, and what they count: one table for each, over all dialects.
//!
//! A row is an answer's own word for its end, or its own counts, and what both mean everywhere.

use nohop_tests::hosts::{self, Host};
use nohop_types::{FinishReason, Usage};
use nohop_wire::Mode;
use nohop_wire::dialect::{
    Anthropic, Cohere, Converse, Counted, Gemini, Ollama, OpenAiChat, OpenAiResponses,
};

use crate::speak::answer;

const COHERE: &dyn Host = &hosts::COHERE;
const OLLAMA: &dyn Host = &hosts::OLLAMA;
const CONVERSE: &dyn Host = &hosts::CONVERSE;
const CHAT: &dyn Host = &OpenAiChat::PLAIN;
const ANTHROPIC: &dyn Host = &Anthropic::PLAIN;
const RESPONSES: &dyn Host = &OpenAiResponses::PLAIN;
const GEMINI: &dyn Host = &Gemini::PLAIN;

/// A host that counts thinking beside the answer.
const BESIDE: &dyn Host = &OpenAiChat { counted: Counted::Beside, ..OpenAiChat::PLAIN };

/// An answer of one text in the dialect of `host`, which ends with `word` and counts `usage`.
fn body(host: &dyn Host, word: &str, usage: &str) -> String {
    match host.dialect().name() {
        OpenAiChat::NAME => format!(
            r#"{{"id":"1","choices":[{{"index":0,"message":{{"content":"Hi"}},"finish_reason":"{word}"}}],"usage":{{{usage}}}}}"#
        ),
        Anthropic::NAME => format!(
            r#"{{"id":"1","type":"message","content":[{{"type":"text","text":"Hi"}}],"stop_reason":"{word}","usage":{{{usage}}}}}"#
        ),
        OpenAiResponses::NAME => {
            // Why an answer is incomplete is said beside its status.
            let (status, why) = word.split_once(':').unwrap_or((word, ""));
            let why = match why {
                "" => "null".to_owned(),
                why => format!(r#"{{"reason":"{why}"}}"#),
            };
            format!(
                r#"{{"id":"1","output":[{{"type":"message","content":[{{"type":"output_text","text":"Hi"}}]}}],"status":"{status}","incomplete_details":{why},"usage":{{{usage}}}}}"#
            )
        }
        Converse::NAME => format!(
            r#"{{"output":{{"message":{{"content":[{{"text":"Hi"}}]}}}},"stopReason":"{word}","usage":{{{usage}}}}}"#
        ),
        Cohere::NAME => format!(
            r#"{{"id":"1","message":{{"role":"assistant","content":[{{"type":"text","text":"Hi"}}]}},"finish_reason":"{word}","usage":{{{usage}}}}}"#
        ),
        Gemini::NAME => format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":"Hi"}}],"role":"model"}},"finishReason":"{word}"}}],"usageMetadata":{{{usage}}},"responseId":"1"}}"#
        ),
        Ollama::NAME => {
            let usage = if usage.is_empty() { String::new() } else { format!(",{usage}") };
            format!(
                r#"{{"model":"m","message":{{"role":"assistant","content":"Hi"}},"done":true,"done_reason":"{word}"{usage}}}"#
            )
        }
        other => panic!("no answer of {other} is written yet"),
    }
}

#[test]
fn every_word_for_an_end_means_the_same_everywhere() {
    use FinishReason::{ContentFilter, Error, Length, Pause, Stop, ToolCalls};
    let other = |word: &str| FinishReason::Other(word.to_owned());
    let table = [
        (CHAT, "stop", Stop),
        (CHAT, "eos", Stop),
        (CHAT, "eos_token", Stop),
        (CHAT, "length", Length),
        (CHAT, "model_length", Length),
        (CHAT, "tool_calls", ToolCalls),
        (CHAT, "function_call", ToolCalls),
        (CHAT, "content_filter", ContentFilter),
        (CHAT, "error", Error),
        (CHAT, "insufficient_system_resource", Error),
        (CHAT, "novel", other("novel")),
        (ANTHROPIC, "end_turn", Stop),
        (ANTHROPIC, "stop_sequence", Stop),
        (ANTHROPIC, "max_tokens", Length),
        (ANTHROPIC, "model_context_window_exceeded", Length),
        (ANTHROPIC, "tool_use", ToolCalls),
        (ANTHROPIC, "refusal", ContentFilter),
        (ANTHROPIC, "pause_turn", Pause),
        (ANTHROPIC, "novel", other("novel")),
        (COHERE, "COMPLETE", Stop),
        (COHERE, "STOP_SEQUENCE", Stop),
        (COHERE, "MAX_TOKENS", Length),
        (COHERE, "TOOL_CALL", ToolCalls),
        (COHERE, "ERROR", Error),
        (COHERE, "TIMEOUT", Error),
        (COHERE, "NOVEL", other("NOVEL")),
        (OLLAMA, "stop", Stop),
        (OLLAMA, "length", Length),
        (OLLAMA, "load", other("load")),
        (OLLAMA, "unload", other("unload")),
        (OLLAMA, "novel", other("novel")),
        (CONVERSE, "end_turn", Stop),
        (CONVERSE, "stop_sequence", Stop),
        (CONVERSE, "max_tokens", Length),
        (CONVERSE, "model_context_window_exceeded", Length),
        (CONVERSE, "tool_use", ToolCalls),
        (CONVERSE, "content_filtered", ContentFilter),
        (CONVERSE, "guardrail_intervened", ContentFilter),
        (CONVERSE, "malformed_model_output", Error),
        (CONVERSE, "malformed_tool_use", Error),
        (CONVERSE, "novel", other("novel")),
        (RESPONSES, "completed", Stop),
        (RESPONSES, "complete", Stop),
        (RESPONSES, "incomplete:max_output_tokens", Length),
        (RESPONSES, "incomplete:content_filter", ContentFilter),
        (RESPONSES, "incomplete:max_messages", other("max_messages")),
        (RESPONSES, "incomplete:steered", other("steered")),
        (RESPONSES, "incomplete", Length),
        (RESPONSES, "queued", other("queued")),
        (RESPONSES, "in_progress", other("in_progress")),
        (RESPONSES, "novel", other("novel")),
        (GEMINI, "STOP", Stop),
        (GEMINI, "MAX_TOKENS", Length),
        (GEMINI, "SAFETY", ContentFilter),
        (GEMINI, "RECITATION", ContentFilter),
        (GEMINI, "LANGUAGE", ContentFilter),
        (GEMINI, "BLOCKLIST", ContentFilter),
        (GEMINI, "PROHIBITED_CONTENT", ContentFilter),
        (GEMINI, "SPII", ContentFilter),
        (GEMINI, "MODEL_ARMOR", ContentFilter),
        (GEMINI, "IMAGE_SAFETY", ContentFilter),
        (GEMINI, "IMAGE_PROHIBITED_CONTENT", ContentFilter),
        (GEMINI, "IMAGE_RECITATION", ContentFilter),
        (GEMINI, "IMAGE_OTHER", ContentFilter),
        (GEMINI, "MALFORMED_FUNCTION_CALL", Error),
        (GEMINI, "UNEXPECTED_TOOL_CALL", Error),
        (GEMINI, "TOO_MANY_TOOL_CALLS", Error),
        (GEMINI, "MISSING_THOUGHT_SIGNATURE", Error),
        (GEMINI, "MALFORMED_RESPONSE", Error),
        (GEMINI, "NO_IMAGE", Error),
        (GEMINI, "CONTINUATION", Pause),
        (GEMINI, "OTHER", other("OTHER")),
        (GEMINI, "NOVEL", other("NOVEL")),
    ];
    for (host, word, reason) in table {
        let (response, error) = answer(host, Mode::Whole, &body(host, word, ""));
        let name = host.dialect().name();
        assert!(error.is_none(), "{name} {word}: {error:?}");
        assert_eq!(response.reason(), Some(&reason), "{name} {word}");
    }
}

/// Counts in disjoint kinds: fresh, read from a cache, written to one, visible, thought, and what
/// the provider's own tools added.
fn kinds(usage: &Usage) -> [Option<u64>; 6] {
    [
        usage.input,
        usage.cache_read,
        usage.cache_write,
        usage.output,
        usage.reasoning,
        usage.tool_prompt,
    ]
}

#[test]
fn every_count_means_the_same_everywhere() {
    let table = [
        // Both totals include their details.
        (
            CHAT,
            r#""prompt_tokens":10,"completion_tokens":7,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":3}"#,
            [Some(4), Some(4), Some(2), Some(4), Some(3), None],
        ),
        (
            RESPONSES,
            r#""input_tokens":10,"output_tokens":7,"total_tokens":17,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"output_tokens_details":{"reasoning_tokens":3}"#,
            [Some(4), Some(4), Some(2), Some(4), Some(3), None],
        ),
        // The prompt's counts are disjoint, and thinking is counted among the answer's.
        (
            ANTHROPIC,
            r#""input_tokens":4,"cache_read_input_tokens":4,"cache_creation_input_tokens":2,"output_tokens":7,"output_tokens_details":{"thinking_tokens":3}"#,
            [Some(4), Some(4), Some(2), Some(4), Some(3), None],
        ),
        // The same, but thinking is not told apart; one count has two names.
        (
            CONVERSE,
            r#""inputTokens":4,"cacheReadInputTokens":4,"cacheReadInputTokenCount":4,"cacheWriteInputTokens":2,"outputTokens":7,"totalTokens":17"#,
            [Some(4), Some(4), Some(2), Some(7), None, None],
        ),
        // What is billed counts, of which nobody says how much was cached.
        (
            COHERE,
            r#""billed_units":{"input_tokens":10,"output_tokens":7},"tokens":{"input_tokens":510,"output_tokens":9,"reasoning_tokens":3},"cached_tokens":448"#,
            [Some(10), None, None, Some(4), Some(3), None],
        ),
        // Thinking that is larger than what is billed of the answer is not billed.
        (
            COHERE,
            r#""billed_units":{"input_tokens":10,"output_tokens":7},"tokens":{"input_tokens":510,"output_tokens":90,"reasoning_tokens":60}"#,
            [Some(10), None, None, Some(7), None, None],
        ),
        // Where nothing is billed, the prompt's total includes what was cached.
        (
            COHERE,
            r#""tokens":{"input_tokens":10,"output_tokens":7},"cached_tokens":4"#,
            [Some(6), Some(4), None, Some(7), None, None],
        ),
        // Thinking is counted among the answer's, and nobody says how much of it.
        (
            OLLAMA,
            r#""prompt_eval_count":10,"eval_count":7,"total_duration":9"#,
            [Some(10), None, None, Some(7), None, None],
        ),
        // A total that is larger than its parts tells that thinking is counted beside them.
        (
            CHAT,
            r#""prompt_tokens":10,"completion_tokens":4,"total_tokens":17,"completion_tokens_details":{"reasoning_tokens":3}"#,
            [Some(10), None, None, Some(4), Some(3), None],
        ),
        (
            RESPONSES,
            r#""input_tokens":10,"output_tokens":4,"total_tokens":17,"output_tokens_details":{"reasoning_tokens":3}"#,
            [Some(10), None, None, Some(4), Some(3), None],
        ),
        // More than the whole prompt can only be cached beside it.
        (
            CHAT,
            r#""prompt_tokens":3,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":7}"#,
            [Some(3), Some(7), None, Some(1), None, None],
        ),
        (
            RESPONSES,
            r#""input_tokens":3,"output_tokens":1,"input_tokens_details":{"cached_tokens":7}"#,
            [Some(3), Some(7), None, Some(1), None, None],
        ),
        (
            GEMINI,
            r#""promptTokenCount":3,"candidatesTokenCount":1,"cachedContentTokenCount":7"#,
            [Some(3), Some(7), None, Some(1), None, None],
        ),
        // Cached tokens go by many names, inside the details and beside them.
        (
            CHAT,
            r#""prompt_tokens":10,"completion_tokens":7,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6"#,
            [Some(6), Some(4), None, Some(7), None, None],
        ),
        (
            CHAT,
            r#""prompt_tokens":10,"completion_tokens":7,"cached_tokens":4"#,
            [Some(6), Some(4), None, Some(7), None, None],
        ),
        (
            CHAT,
            r#""prompt_tokens":10,"completion_tokens":7,"num_cached_tokens":4"#,
            [Some(6), Some(4), None, Some(7), None, None],
        ),
        (
            CHAT,
            r#""prompt_tokens":10,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4,"cache_creation_input_tokens":2}"#,
            [Some(4), Some(4), Some(2), Some(7), None, None],
        ),
        // Thinking is counted beside the answer, and the total tells it or the host is known for it.
        (
            CHAT,
            r#""prompt_tokens":10,"completion_tokens":4,"reasoning_tokens":3,"total_tokens":17"#,
            [Some(10), None, None, Some(4), Some(3), None],
        ),
        (
            BESIDE,
            r#""prompt_tokens":10,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":3}"#,
            [Some(10), None, None, Some(4), Some(3), None],
        ),
        (
            GEMINI,
            r#""promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":4,"thoughtsTokenCount":3,"totalTokenCount":17"#,
            [Some(6), Some(4), None, Some(4), Some(3), None],
        ),
        (
            GEMINI,
            r#""prompt_token_count":10,"cached_content_token_count":4,"candidates_token_count":4,"thoughts_token_count":3"#,
            [Some(6), Some(4), None, Some(4), Some(3), None],
        ),
        // Early models counted it among the answer, as the total tells.
        (
            GEMINI,
            r#""promptTokenCount":10,"candidatesTokenCount":7,"thoughtsTokenCount":3,"totalTokenCount":17"#,
            [Some(10), None, None, Some(4), Some(3), None],
        ),
        // What the provider's own tools added to the prompt stands beside it.
        (
            GEMINI,
            r#""promptTokenCount":10,"candidatesTokenCount":4,"toolUsePromptTokenCount":5,"totalTokenCount":19"#,
            [Some(10), None, None, Some(4), None, Some(5)],
        ),
        // What is not said is not known, and what is said to be nothing is nothing.
        (CHAT, r#""completion_tokens":0"#, [None, None, None, Some(0), None, None]),
        (ANTHROPIC, r#""output_tokens":0"#, [None, None, None, Some(0), None, None]),
        (CONVERSE, r#""outputTokens":0"#, [None, None, None, Some(0), None, None]),
        (RESPONSES, r#""output_tokens":0"#, [None, None, None, Some(0), None, None]),
        (GEMINI, r#""candidatesTokenCount":0"#, [None, None, None, Some(0), None, None]),
    ];
    for (host, usage, expected) in table {
        let end = match host.dialect().name() {
            Anthropic::NAME | Converse::NAME => "end_turn",
            Cohere::NAME => "COMPLETE",
            OpenAiResponses::NAME => "completed",
            Gemini::NAME => "STOP",
            _ => "stop",
        };
        let (response, error) = answer(host, Mode::Whole, &body(host, end, usage));
        let name = host.dialect().name();
        assert!(error.is_none(), "{name} {usage}: {error:?}");
        assert_eq!(kinds(&response.usage), expected, "{name} {usage}");
    }
}
