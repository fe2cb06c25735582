mod check;
mod history;

use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::{Call, Frame, Refusal, Speech, interleave, quoted, schema, signature};
use crate::fault::rfc3339;
use crate::script::{Part, Tokens, fragments, pieces};
use crate::{Departure, Script};

/// Anthropic's messages.
pub(super) struct Anthropic;

impl Speech for Anthropic {
    fn is_call(&self, path: &str) -> bool {
        ["/messages", ":rawPredict", ":streamRawPredict"].iter().any(|end| path.ends_with(end))
    }

    fn model<'a>(&self, head: &'a Parts, body: &'a Value) -> &'a str {
        body["model"].as_str().or_else(|| check::named(head)).unwrap_or_default()
    }

    fn id(&self, number: u64) -> String {
        format!("req_011Testkit{number:014}")
    }

    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
        check::key(script, headers)
    }

    fn check(&self, script: &Script, head: &Parts, body: &Value) -> Result<(), Refusal> {
        check::version(&head.headers, body)?;
        check::body(script, self.model(head, body), body)?;
        schema::anthropic(body)
    }

    fn whole(&self, call: &Call<'_>) -> String {
        let blocks = call.answer.parts.iter().enumerate().map(|(index, part)| match part {
            Part::Text(text) | Part::Refusal(text) => format!(r#"{{"type":"text","text":{}}}"#, quoted(text)),
            Part::Thinking(text) => {
                let signature = signature::of(&call.script.salt, text);
                let text = quoted(text);
                format!(r#"{{"type":"thinking","thinking":{text},"signature":"{signature}"}}"#)
            }
            Part::Call { name, arguments } => {
                let arguments = if arguments.is_empty() { "{}" } else { arguments };
                format!(
                    r#"{{"type":"tool_use","id":"{}","name":{},"input":{arguments},"caller":{{"type":"direct"}}}}"#,
                    call_id(call, index),
                    quoted(name),
                )
            }
            // No script of this dialect has one.
            Part::Picture(_) | Part::Sound { .. } => String::new(),
        });
        let blocks: Vec<String> = blocks.collect();
        message(call, &blocks.join(","), &quoted(finish(call)))
    }

    fn frames(&self, call: &Call<'_>) -> Vec<Frame> {
        let mut frames = vec![message_start(call)];
        let mut calls = Vec::new();
        for (index, part) in call.answer.parts.iter().enumerate() {
            let block = block(call, index, part);
            if matches!(part, Part::Call { .. }) && call.has(Departure::Interleaved) {
                calls.push(block);
            } else {
                frames.extend(block);
            }
        }
        frames.extend(interleave(calls));
        if frames.len() > 1 {
            frames.insert(2, self.ping());
        }
        let Tokens { input, cached, output, reasoned } = call.tokens;
        frames.push(event(
            "message_delta",
            format!(
                r#"{{"type":"message_delta","delta":{{"stop_reason":{},"stop_sequence":null,"stop_details":null}},"usage":{{"input_tokens":{},"cache_creation_input_tokens":0,"cache_read_input_tokens":{cached},"output_tokens":{output},"output_tokens_details":{{"thinking_tokens":{reasoned}}}}}  }}"#,
                quoted(finish(call)),
                input - cached,
            ),
        ));
        if !call.has(Departure::NoDone) {
            frames.push(message_stop());
        }
        frames
    }

    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>) {
        (message(call, "", "null"), vec![message_start(call), message_stop()])
    }

    fn refusal(&self, kind: ErrorKind) -> Refusal {
        let (status, word, message) = match kind {
            ErrorKind::Auth => (401, "authentication_error", "invalid x-api-key"),
            ErrorKind::Quota => (
                429,
                "rate_limit_error",
                "You have reached your specified API usage limits. You will regain access on 2027-01-01 at 00:00 UTC.",
            ),
            ErrorKind::RateLimit => (
                429,
                "rate_limit_error",
                "This request would exceed your organization's rate limit of 50 requests per minute.",
            ),
            ErrorKind::InvalidRequest => (
                400,
                "invalid_request_error",
                "tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12.",
            ),
            ErrorKind::ContextLength => {
                (400, "invalid_request_error", "prompt is too long: 200001 tokens > 200000 maximum")
            }
            ErrorKind::ContentFilter => {
                (400, "invalid_request_error", "Output blocked by content filtering policy")
            }
            ErrorKind::NotFound => (404, "not_found_error", "model: gone"),
            ErrorKind::Overloaded => (529, "overloaded_error", "Overloaded"),
            ErrorKind::Timeout => (504, "timeout_error", "Request timed out"),
            _ => (500, "api_error", "Internal server error"),
        };
        let refusal = Refusal::new(kind, status, word, message);
        match kind {
            ErrorKind::Quota => refusal.code("enforced_spend_limit_reached"),
            _ => refusal,
        }
    }

    fn error(&self, refusal: &Refusal, id: &str) -> String {
        let details = refusal
            .code
            .map_or_else(String::new, |code| format!(r#","details":{{"error_code":"{code}"}}"#));
        let retry_after = refusal
            .retry_after
            .map_or_else(String::new, |after| format!(r#","retry_after":{}"#, after.as_secs_f64()));
        format!(
            r#"{{"type":"error","error":{{"type":"{}","message":{}{details}{retry_after}}},"request_id":"{id}"}}"#,
            refusal.word,
            quoted(&refusal.message),
        )
    }

    fn error_frame(&self, refusal: &Refusal, id: &str) -> Frame {
        let details = refusal
            .code
            .map_or_else(|| "null".to_owned(), |code| format!(r#"{{"error_code":"{code}"}}"#));
        event(
            "error",
            format!(
                r#"{{"type":"error","error":{{"details":{details},"type":"{}","message":{}}},"request_id":"{id}"}}"#,
                refusal.word,
                quoted(&refusal.message),
            ),
        )
    }

    fn ping(&self) -> Frame {
        event("ping", r#"{"type": "ping"}"#.to_owned())
    }

    fn models(&self, models: &[String]) -> String {
        let model = |id: &String| {
            let id = quoted(id);
            format!(
                r#"{{"type":"model","id":{id},"display_name":{id},"created_at":"2026-01-01T00:00:00Z"}}"#
            )
        };
        let listed: Vec<String> = models.iter().map(model).collect();
        let end = |id: Option<&String>| id.map_or_else(|| "null".to_owned(), |id| quoted(id));
        format!(
            r#"{{"data":[{}],"has_more":false,"first_id":{},"last_id":{}}}"#,
            listed.join(","),
            end(models.first()),
            end(models.last()),
        )
    }

    fn headers(&self, id: &str) -> Vec<(&'static str, String)> {
        vec![
            ("request-id", id.to_owned()),
            ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000".to_owned()),
            ("anthropic-ratelimit-requests-limit", "50".to_owned()),
            ("anthropic-ratelimit-requests-remaining", "49".to_owned()),
        ]
    }

    fn reset(&self, after: Duration) -> Vec<(&'static str, String)> {
        vec![
            ("anthropic-ratelimit-requests-remaining", "0".to_owned()),
            ("anthropic-ratelimit-requests-reset", rfc3339(after)),
        ]
    }
}

fn message(call: &Call<'_>, blocks: &str, stop_reason: &str) -> String {
    let Tokens { input, cached, output, reasoned } = call.tokens;
    format!(
        r#"{{"model":{},"id":"{}","type":"message","role":"assistant","content":[{blocks}],"stop_reason":{stop_reason},"stop_sequence":null,"stop_details":null,"usage":{{"input_tokens":{},"cache_creation_input_tokens":0,"cache_read_input_tokens":{cached},"cache_creation":{{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0}},"output_tokens":{output},"output_tokens_details":{{"thinking_tokens":{reasoned}}},"service_tier":"standard","inference_geo":"global"}}}}"#,
        quoted(call.model),
        id(call),
        input - cached,
    )
}

fn message_start(call: &Call<'_>) -> Frame {
    let Tokens { input, cached, .. } = call.tokens;
    event(
        "message_start",
        format!(
            r#"{{"type":"message_start","message":{{"model":{},"id":"{}","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":{{"input_tokens":{},"cache_creation_input_tokens":0,"cache_read_input_tokens":{cached},"cache_creation":{{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0}},"output_tokens":1,"service_tier":"standard","inference_geo":"global"}}}}       }}"#,
            quoted(call.model),
            id(call),
            input - cached,
        ),
    )
}

fn message_stop() -> Frame {
    event("message_stop", r#"{"type":"message_stop"      }"#.to_owned())
}

/// One block: its start, its deltas, its stop.
fn block(call: &Call<'_>, index: usize, part: &Part) -> Vec<Frame> {
    let each = call.script.tokens_per_event;
    let mut frames = Vec::new();
    match part {
        Part::Text(text) | Part::Refusal(text) => {
            frames.push(start(index, r#"{"type":"text","text":""}"#));
            frames.extend(pieces(text, each).iter().map(|piece| {
                delta(index, &format!(r#"{{"type":"text_delta","text":{}}}"#, quoted(piece)))
                    .content(piece)
            }));
        }
        Part::Thinking(text) => {
            frames.push(start(index, r#"{"type":"thinking","thinking":"","signature":""}"#));
            frames.extend(pieces(text, each).iter().map(|piece| {
                let piece = quoted(piece);
                delta(index, &format!(r#"{{"type":"thinking_delta","thinking":{piece}}}"#))
                    .content("")
            }));
            let signature = signature::of(&call.script.salt, text);
            let signed = format!(r#"{{"type":"signature_delta","signature":"{signature}"}}"#);
            frames.push(delta(index, &signed));
        }
        Part::Call { name, arguments } => {
            let tool_use = format!(
                r#"{{"type":"tool_use","id":"{}","name":{},"input":{{}},"caller":{{"type":"direct"}}}}"#,
                call_id(call, index),
                quoted(name),
            );
            frames.push(start(index, &tool_use).content(""));
            let fragment = |piece: &str| {
                let piece = quoted(piece);
                delta(index, &format!(r#"{{"type":"input_json_delta","partial_json":{piece}}}"#))
                    .content("")
            };
            frames.push(fragment(""));
            frames.extend(fragments(arguments, each).iter().map(|piece| fragment(piece)));
        }
        // No script of this dialect has one.
        Part::Picture(_) | Part::Sound { .. } => return frames,
    }
    let stop = format!(r#"{{"type":"content_block_stop","index":{index}   }}"#);
    frames.push(event("content_block_stop", stop));
    frames
}

fn start(index: usize, block: &str) -> Frame {
    let data = format!(
        r#"{{"type":"content_block_start","index":{index},"content_block":{block}         }}"#
    );
    event("content_block_start", data)
}

fn delta(index: usize, delta: &str) -> Frame {
    let data = format!(r#"{{"type":"content_block_delta","index":{index},"delta":{delta}     }}"#);
    event("content_block_delta", data)
}

fn event(name: &'static str, data: String) -> Frame {
    Frame::data(data).named(name)
}

fn finish<'a>(call: &'a Call<'_>) -> &'a str {
    let usual = if call.answer.has_calls() { "tool_use" } else { "end_turn" };
    call.answer.finish.as_deref().unwrap_or(usual)
}

fn id(call: &Call<'_>) -> String {
    format!("msg_testkit{:08}", call.number)
}

fn call_id(call: &Call<'_>, index: usize) -> String {
    format!("toolu_testkit{:08}{index:02}", call.number)
}
