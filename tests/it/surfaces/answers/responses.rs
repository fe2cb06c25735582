//! Answers of OpenAI's Responses.

use serde_json::json;

use super::{Answer, Told, read, said};

const USAGE: &str = r#""usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":17}"#;

/// In the pieces, the events between the first of a stream and the last.
pub(super) const TOLD: &[Told] = &[
    (
        "text",
        "completed",
        r#"[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Four, \"or\" 五.\n","annotations":[],"logprobs":[]}]}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Four, \"or\""}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":" 五.\n"}"#,
            r#"{"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"Four, \"or\" 五.\n"}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Four, \"or\" 五.\n","annotations":[],"logprobs":[]}]}}"#,
        ],
    ),
    (
        "thought",
        "completed",
        r#"[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Two and two."}],"encrypted_content":"dHdv"},{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Four.","annotations":[],"logprobs":[]}]}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
            r#"{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
            r#"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"Two and"}"#,
            r#"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":" two."}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Two and two."}],"encrypted_content":"dHdv"}}"#,
            r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":1,"content_index":0,"delta":"Four."}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Four.","annotations":[],"logprobs":[]}]}}"#,
        ],
    ),
    (
        "call",
        "completed",
        r#"[{"type":"function_call","id":"fc_1","status":"completed","call_id":"call_a","name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","status":"in_progress","call_id":"call_a","name":"weather","arguments":""}}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\"city\": \"Pa"}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"ris\", \"n\": 1e3}"}"#,
            r#"{"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":0,"arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","status":"completed","call_id":"call_a","name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}}"#,
        ],
    ),
    (
        "calls",
        "completed",
        r#"[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Both.","annotations":[],"logprobs":[]}]},{"type":"function_call","id":"fc_1","status":"completed","call_id":"call_a","name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"},{"type":"function_call","id":"fc_2","status":"completed","call_id":"call_b","name":"time","arguments":"{}"}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Both."}"#,
            r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_1","status":"in_progress","call_id":"call_a","name":"weather","arguments":""}}"#,
            r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fc_2","status":"in_progress","call_id":"call_b","name":"time","arguments":""}}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_2","output_index":2,"delta":"{}"}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\"city\": \"Paris\", \"n\": 1e3}"}"#,
        ],
    ),
    (
        "signed",
        "completed",
        r#"[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Päris\n"},{"type":"summary_text","text":"first."}],"encrypted_content":"c2ln/+=="},{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"c2VhbA=="},{"type":"function_call","id":"fc_1","status":"completed","call_id":"call_a","name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"},{"type":"function_call","id":"fc_2","status":"completed","call_id":"call_b","name":"weather","arguments":"{\"city\":\"Rome\"}"}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
            r#"{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
            r#"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"Päris\n"}"#,
            r#"{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":1,"part":{"type":"summary_text","text":""}}"#,
            r#"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":1,"delta":"first."}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Päris\n"},{"type":"summary_text","text":"first."}],"encrypted_content":"c2ln/+=="}}"#,
            r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"reasoning","id":"rs_2","summary":[]}}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"c2VhbA=="}}"#,
            r#"{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc_1","status":"completed","call_id":"call_a","name":"weather","arguments":"{\"city\": \"Paris\", \"n\": 1e3}"}}"#,
            r#"{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","id":"fc_2","status":"completed","call_id":"call_b","name":"weather","arguments":"{\"city\":\"Rome\"}"}}"#,
        ],
    ),
    (
        "refused",
        "completed",
        r#"[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"refusal","refusal":"No."}]}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.refusal.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"N"}"#,
            r#"{"type":"response.refusal.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"o."}"#,
        ],
    ),
    (
        "filtered",
        "content_filter",
        r#"[{"type":"message","id":"msg_1","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"I","annotations":[],"logprobs":[]}]}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"I"}"#,
        ],
    ),
    (
        "cut",
        "max_output_tokens",
        r#"[{"type":"message","id":"msg_1","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"Fo","annotations":[],"logprobs":[]}]}]"#,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"F"}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"o"}"#,
        ],
    ),
];

pub(super) fn answer((kind, end, output, events): &Told) -> Answer {
    let head = r#""id":"resp_1","object":"response","created_at":1,"model":"m""#;
    let (status, why) = match *end {
        "completed" => ("completed", "null".to_owned()),
        why => ("incomplete", json!({ "reason": why }).to_string()),
    };
    let whole = format!(
        r#"{{{head},"status":"{status}","error":null,"incomplete_details":{why},"output":{output},{USAGE}}}"#
    );
    let first = format!(
        r#"{{"type":"response.created","response":{{{head},"status":"in_progress","output":[],"usage":null}}}}"#
    );
    let last = format!(r#"{{"type":"response.{status}","response":{whole}}}"#);
    let events = std::iter::once(&*first).chain(events.iter().copied()).chain([&*last]);
    let stream = events.map(|event| format!("data: {event}\n\n")).collect();
    Answer { kind, turn: read(output), said: said(kind), whole, stream }
}
