//! The same answers in every dialect, written by hand, whole and as a stream.

mod gemini;
mod responses;

use nohop_tests::hosts::Host;
use nohop_types::FinishReason;
use nohop_wire::Mode;
use nohop_wire::dialect::{Anthropic, Gemini, OpenAiChat, OpenAiResponses};
use serde_json::Value;

/// What an answer says, whoever tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) thinking: String,
    /// Why the model will not answer.
    pub(super) refusal: String,
    /// The id, the name and the arguments of each call.
    pub(super) calls: Vec<[String; 3]>,
    pub(super) reason: FinishReason,
    /// Tokens read afresh, read from a cache, written to one, shown, and spent thinking.
    pub(super) usage: [Option<u64>; 5],
}

/// One answer of a host.
pub(super) struct Answer {
    pub(super) kind: &'static str,
    /// What it says in the words of its dialect, once it is complete: a message, blocks, items or parts.
    pub(super) turn: Value,
    pub(super) said: Said,
    whole: String,
    stream: String,
}

impl Answer {
    pub(super) fn body(&self, mode: Mode) -> &str {
        match mode {
            Mode::Whole => &self.whole,
            Mode::Stream => &self.stream,
        }
    }
}

/// What the answers of each kind say, and how they end.
fn said(kind: &str) -> Said {
    let call = |id: &str, name: &str, arguments: &str| [id, name, arguments].map(str::to_owned);
    let weather = || call("call_a", "weather", WEATHER);
    let (text, thinking, calls, reason) = match kind {
        "text" => ("Four, \"or\" 五.\n", "", vec![], FinishReason::Stop),
        "thought" => ("Four.", "Two and two.", vec![], FinishReason::Stop),
        "call" => ("", "", vec![weather()], FinishReason::ToolCalls),
        "calls" => {
            let time = call("call_b", "time", "{}");
            ("Both.", "", vec![weather(), time], FinishReason::ToolCalls)
        }
        "signed" => {
            let again = call("call_b", "weather", "{\"city\":\"Rome\"}");
            ("", "Päris\nfirst.", vec![weather(), again], FinishReason::ToolCalls)
        }
        "filtered" => ("I", "", vec![], FinishReason::ContentFilter),
        "cut" => ("Fo", "", vec![], FinishReason::Length),
        "refused" => ("No.", "", vec![], FinishReason::Stop),
        "signed apart" => ("So", "", vec![weather()], FinishReason::ToolCalls),
        "signed last" => ("So", "", vec![], FinishReason::Stop),
        "unnamed" => {
            let first = call("nohop_g1_0", "time", "{}");
            let second = call("nohop_g1_1", "time", "{\"zone\":1}");
            ("", "", vec![first, second], FinishReason::ToolCalls)
        }
        other => panic!("there is no answer that is {other}"),
    };
    let usage = [Some(4), Some(4), Some(2), Some(4), Some(3)];
    let (text, refusal) = if kind == "refused" { ("", text) } else { (text, "") };
    let (text, thinking, refusal) = (text.into(), thinking.into(), refusal.into());
    Said { text, thinking, refusal, calls, reason, usage }
}

/// Arguments that are not as a machine would write them.
const WEATHER: &str = r#"{"city": "Paris", "n": 1e3}"#;

/// All answers of `host`.
pub(super) fn answers(host: &dyn Host) -> Vec<Answer> {
    match host.dialect().name() {
        OpenAiChat::NAME => CHAT.iter().map(chat).collect(),
        Anthropic::NAME => ANTHROPIC.iter().map(anthropic).collect(),
        OpenAiResponses::NAME => responses::TOLD.iter().map(responses::answer).collect(),
        Gemini::NAME => gemini::TOLD.iter().map(gemini::answer).collect(),
        other => panic!("no answers of {other} are written yet"),
    }
}

/// An answer as its dialect tells it: its kind, its own word for its end, what it says in one piece,
/// and the pieces it is streamed in.
type Told = (&'static str, &'static str, &'static str, &'static [&'static str]);

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

const CHAT_USAGE: &str = r#""usage":{"prompt_tokens":10,"completion_tokens":7,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":3}}"#;

const CHAT: &[Told] = &[
    (
        "text",
        "stop",
        r#"{"role":"assistant","content":"Four, \"or\" 五.\n"}"#,
        &[
            r#"{"role":"assistant","content":""}"#,
            r#"{"content":"Four, \"or\""}"#,
            r#"{"content":" 五.\n"}"#,
        ],
    ),
    (
        "thought",
        "stop",
        r#"{"role":"assistant","content":"Four.","reasoning_content":"Two and two."}"#,
        &[
            r#"{"role":"assistant","content":null,"reasoning_content":"Two and"}"#,
            r#"{"reasoning_content":" two."}"#,
            r#"{"content":"Four."}"#,
        ],
    ),
    (
        "call",
        "tool_calls",
        r#"{"role":"assistant","content":null,"tool_calls":[{"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}}]}"#,
        &[
            r#"{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\": \"Pa"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"ris\", \"n\": 1e3}"}}]}"#,
        ],
    ),
    (
        "calls",
        "tool_calls",
        r#"{"role":"assistant","content":"Both.","tool_calls":[{"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}},{"id":"call_b","type":"function","function":{"name":"time","arguments":"{}"}}]}"#,
        &[
            r#"{"role":"assistant","content":"Both."}"#,
            r#"{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}]}"#,
            r#"{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"time","arguments":"{"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}}]}"#,
            r#"{"tool_calls":[{"index":1,"function":{"arguments":"}"}}]}"#,
        ],
    ),
    (
        "signed",
        "tool_calls",
        r#"{"role":"assistant","content":null,"reasoning_details":[{"type":"reasoning.text","text":"Päris\nfirst.","signature":"c2ln/+==","format":"x-v1","index":0},{"type":"reasoning.encrypted","data":"c2VhbA==","id":"rs_1","format":"x-v1","index":1}],"tool_calls":[{"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}},{"id":"call_b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]}"#,
        &[
            r#"{"role":"assistant","content":"","reasoning_details":[{"type":"reasoning.text","text":"Päris\n","format":"x-v1","index":0}]}"#,
            r#"{"reasoning_details":[{"type":"reasoning.text","text":"first.","index":0}]}"#,
            r#"{"reasoning_details":[{"type":"reasoning.text","signature":"c2ln/+==","index":0}]}"#,
            r#"{"reasoning_details":[{"type":"reasoning.encrypted","data":"c2VhbA==","id":"rs_1","format":"x-v1","index":1}]}"#,
            r#"{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}}]}"#,
            r#"{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]}"#,
        ],
    ),
    (
        "refused",
        "stop",
        r#"{"role":"assistant","content":null,"refusal":"No."}"#,
        &[r#"{"role":"assistant","content":null,"refusal":"N"}"#, r#"{"refusal":"o."}"#],
    ),
    (
        "filtered",
        "content_filter",
        r#"{"role":"assistant","content":"I"}"#,
        &[r#"{"role":"assistant","content":"I"}"#],
    ),
    (
        "cut",
        "length",
        r#"{"role":"assistant","content":"Fo"}"#,
        &[r#"{"role":"assistant","content":"F"}"#, r#"{"content":"o"}"#],
    ),
];

fn chat((kind, end, message, deltas): &Told) -> Answer {
    let head = r#""id":"c1","created":1,"model":"m""#;
    let frame = |delta: &str, end: &str| {
        format!(
            "data: {{{head},\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{end}}}]}}\n\n"
        )
    };
    let mut stream: String = deltas.iter().map(|delta| frame(delta, "null")).collect();
    stream += &frame("{}", &format!("\"{end}\""));
    stream += &format!("data: {{{head},\"choices\":[],{CHAT_USAGE}}}\n\ndata: [DONE]\n\n");
    let whole = format!(
        r#"{{{head},"object":"chat.completion","choices":[{{"index":0,"message":{message},"finish_reason":"{end}"}}],{CHAT_USAGE}}}"#
    );
    Answer { kind, turn: read(message), said: said(kind), whole, stream }
}

const ANTHROPIC_INPUT: &str =
    r#""input_tokens":4,"cache_read_input_tokens":4,"cache_creation_input_tokens":2"#;
const ANTHROPIC_OUTPUT: &str = r#""output_tokens":7,"output_tokens_details":{"thinking_tokens":3}"#;

/// In the pieces, a block begins with its type, and each delta with that of its own.
const ANTHROPIC: &[Told] = &[
    (
        "text",
        "end_turn",
        r#"[{"type":"text","text":"Four, \"or\" 五.\n"}]"#,
        &[
            r#"{"type":"text","text":""}"#,
            r#"{"type":"text_delta","text":"Four, \"or\""}"#,
            r#"{"type":"text_delta","text":" 五.\n"}"#,
        ],
    ),
    (
        "thought",
        "end_turn",
        r#"[{"type":"thinking","thinking":"Two and two.","signature":"dHdv"},{"type":"text","text":"Four."}]"#,
        &[
            r#"{"type":"thinking","thinking":"","signature":""}"#,
            r#"{"type":"thinking_delta","thinking":"Two and"}"#,
            r#"{"type":"thinking_delta","thinking":" two."}"#,
            r#"{"type":"signature_delta","signature":"dHdv"}"#,
            r#"{"type":"text","text":""}"#,
            r#"{"type":"text_delta","text":"Four."}"#,
        ],
    ),
    (
        "call",
        "tool_use",
        r#"[{"type":"tool_use","id":"call_a","name":"weather","input":{"city": "Paris", "n": 1e3}}]"#,
        &[
            r#"{"type":"tool_use","id":"call_a","name":"weather","input":{}}"#,
            r#"{"type":"input_json_delta","partial_json":""}"#,
            r#"{"type":"input_json_delta","partial_json":"{\"city\": \"Pa"}"#,
            r#"{"type":"input_json_delta","partial_json":"ris\", \"n\": 1e3}"}"#,
        ],
    ),
    (
        "calls",
        "tool_use",
        r#"[{"type":"text","text":"Both."},{"type":"tool_use","id":"call_a","name":"weather","input":{"city": "Paris", "n": 1e3}},{"type":"tool_use","id":"call_b","name":"time","input":{}}]"#,
        &[
            r#"{"type":"text","text":""}"#,
            r#"{"type":"text_delta","text":"Both."}"#,
            r#"{"type":"tool_use","id":"call_a","name":"weather","input":{}}"#,
            r#"{"type":"input_json_delta","partial_json":"{\"city\": \"Paris\", \"n\": 1e3}"}"#,
            r#"{"type":"tool_use","id":"call_b","name":"time","input":{}}"#,
            r#"{"type":"input_json_delta","partial_json":""}"#,
        ],
    ),
    (
        "signed",
        "tool_use",
        r#"[{"type":"thinking","thinking":"Päris\nfirst.","signature":"c2ln/+=="},{"type":"redacted_thinking","data":"c2VhbA=="},{"type":"thinking","thinking":"","signature":"ZW1wdHk="},{"type":"tool_use","id":"call_a","name":"weather","input":{"city": "Paris", "n": 1e3}},{"type":"tool_use","id":"call_b","name":"weather","input":{"city":"Rome"}}]"#,
        &[
            r#"{"type":"thinking","thinking":"","signature":""}"#,
            r#"{"type":"thinking_delta","thinking":"Päris\n"}"#,
            r#"{"type":"thinking_delta","thinking":"first."}"#,
            r#"{"type":"signature_delta","signature":"c2ln/+=="}"#,
            r#"{"type":"redacted_thinking","data":"c2VhbA=="}"#,
            r#"{"type":"thinking","thinking":"","signature":""}"#,
            r#"{"type":"signature_delta","signature":"ZW1wdHk="}"#,
            r#"{"type":"tool_use","id":"call_a","name":"weather","input":{}}"#,
            r#"{"type":"input_json_delta","partial_json":"{\"city\": \"Paris\", \"n\": 1e3}"}"#,
            r#"{"type":"tool_use","id":"call_b","name":"weather","input":{}}"#,
            r#"{"type":"input_json_delta","partial_json":"{\"city\":\"Rome\"}"}"#,
        ],
    ),
    (
        "filtered",
        "refusal",
        r#"[{"type":"text","text":"I"}]"#,
        &[r#"{"type":"text","text":""}"#, r#"{"type":"text_delta","text":"I"}"#],
    ),
    (
        "cut",
        "max_tokens",
        r#"[{"type":"text","text":"Fo"}]"#,
        &[
            r#"{"type":"text","text":""}"#,
            r#"{"type":"text_delta","text":"F"}"#,
            r#"{"type":"text_delta","text":"o"}"#,
        ],
    ),
];

fn anthropic((kind, end, blocks, pieces): &Told) -> Answer {
    let head = r#""id":"m1","type":"message","role":"assistant","model":"m""#;
    let frame =
        |name: &str, rest: &str| format!("event: {name}\ndata: {{\"type\":\"{name}\",{rest}}}\n\n");
    let mut stream = frame(
        "message_start",
        &format!(
            r#""message":{{{head},"content":[],"stop_reason":null,"stop_sequence":null,"usage":{{{ANTHROPIC_INPUT},"output_tokens":1}}}}"#
        ),
    );
    let mut block = 0;
    for (place, piece) in pieces.iter().enumerate() {
        let delta = piece.contains("_delta\"");
        let (name, key) = match delta {
            true => ("content_block_delta", "delta"),
            false => ("content_block_start", "content_block"),
        };
        stream += &frame(name, &format!(r#""index":{block},"{key}":{piece}"#));
        if pieces.get(place + 1).is_none_or(|next| !next.contains("_delta\"")) {
            stream += &frame("content_block_stop", &format!(r#""index":{block}"#));
            block += 1;
        }
    }
    stream += &frame(
        "message_delta",
        &format!(
            r#""delta":{{"stop_reason":"{end}","stop_sequence":null}},"usage":{{{ANTHROPIC_INPUT},{ANTHROPIC_OUTPUT}}}"#
        ),
    );
    stream += "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let whole = format!(
        r#"{{{head},"content":{blocks},"stop_reason":"{end}","stop_sequence":null,"usage":{{{ANTHROPIC_INPUT},{ANTHROPIC_OUTPUT}}}}}"#
    );
    Answer { kind, turn: read(blocks), said: said(kind), whole, stream }
}
