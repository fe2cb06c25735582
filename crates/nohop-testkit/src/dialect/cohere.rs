mod check;
mod tasks;

use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use nohop_types::{ErrorKind, Usage};
use serde_json::Value;

use super::{Asked, Call, Frame, Refusal, Speech, Told, interleave, quoted, schema};
use crate::script::{Part, Tokens, fragments, pieces};
use crate::{Departure, Script};

pub(super) use tasks::MOST as MOST_TEXTS;

/// Cohere's chat, in the second version of its API.
pub(super) struct Cohere;

/// What the provider puts around every prompt, and does not bill.
const TEMPLATE: u64 = 487;

impl Speech for Cohere {
    fn is_call(&self, path: &str) -> bool {
        path.ends_with("/v2/chat")
    }

    fn does(&self, path: &str) -> bool {
        path.ends_with("/v2/embed") || path.ends_with("/v2/rerank")
    }

    fn told(&self, asked: &Asked<'_>) -> Result<Told, Refusal> {
        tasks::told(asked)
    }

    fn id(&self, number: u64) -> String {
        format!("00000000-0000-4000-8000-{number:012x}")
    }

    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
        check::key(script, headers)
    }

    fn check(&self, script: &Script, _: &Parts, body: &Value) -> Result<(), Refusal> {
        check::body(script, body)?;
        schema::cohere(body)
    }

    /// What was cached is told of all tokens, and so nothing of those that are billed.
    fn usage(&self, tokens: Tokens) -> Usage {
        let mut usage = tokens.usage();
        usage.input = Some(tokens.input);
        usage.cache_read = None;
        usage
    }

    fn whole(&self, call: &Call<'_>) -> String {
        let reason = format!(r#","finish_reason":{}"#, quoted(finish(call)));
        envelope(call, &message(call), &reason)
    }

    fn frames(&self, call: &Call<'_>) -> Vec<Frame> {
        let mut frames = vec![message_start(call)];
        let (mut contents, mut calls) = (0, Vec::new());
        for part in &call.answer.parts {
            match part {
                Part::Thinking(plan) if plans(call) => frames.extend(tool_plan(call, plan)),
                Part::Text(text) | Part::Refusal(text) => {
                    frames.extend(content(call, contents, "text", text));
                    contents += 1;
                }
                Part::Thinking(text) => {
                    frames.extend(content(call, contents, "thinking", text));
                    contents += 1;
                }
                Part::Call { name, arguments } => {
                    calls.push(tool_call(call, calls.len(), name, arguments));
                }
                // No script of this dialect has one.
                Part::Picture(_) | Part::Sound { .. } => (),
            }
        }
        if call.has(Departure::Interleaved) {
            frames.extend(interleave(calls));
        } else {
            frames.extend(calls.into_iter().flatten());
        }
        frames.push(event(
            "message-end",
            &format!(
                r#","delta":{{"finish_reason":{},"usage":{}}}"#,
                quoted(finish(call)),
                usage(call.tokens)
            ),
        ));
        if !call.has(Departure::NoDone) {
            frames.push(done());
        }
        frames
    }

    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>) {
        let whole = envelope(call, r#"{"role":"assistant"}"#, "");
        (whole, vec![message_start(call), done()])
    }

    fn refusal(&self, kind: ErrorKind) -> Refusal {
        let refusal = |status, message: &str| Refusal::new(kind, status, "", message);
        match kind {
            ErrorKind::Auth => check::wrong_key(),
            ErrorKind::Quota => refusal(
                429,
                "You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'.",
            ),
            ErrorKind::RateLimit => refusal(
                429,
                "You are using a Trial key, which is limited to 20 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'.",
            ),
            ErrorKind::InvalidRequest => refusal(
                400,
                "invalid request: tools[0].function.parameters: the schema is not a valid JSON schema.",
            ),
            ErrorKind::ContextLength => check::too_long(200_001, 128_000),
            ErrorKind::ContentFilter => {
                refusal(498, "blocked input: the request may violate our usage guidelines.")
            }
            ErrorKind::NotFound => check::no_model("gone"),
            ErrorKind::Overloaded => refusal(503, "service unavailable, please try again later."),
            ErrorKind::Timeout => refusal(504, "the request timed out."),
            _ => refusal(500, "internal server error, this has been reported to our developers."),
        }
    }

    fn error(&self, refusal: &Refusal, id: &str) -> String {
        let kind =
            refusal.code.map_or_else(String::new, |code| format!(r#","error_type":"{code}""#));
        let retry_after = refusal
            .retry_after
            .map_or_else(String::new, |after| format!(r#","retry_after":{}"#, after.as_secs_f64()));
        format!(r#"{{"id":"{id}","message":{}{kind}{retry_after}}}"#, quoted(&refusal.message))
    }

    /// An answer ends with its error, and nothing else tells it.
    fn error_frame(&self, refusal: &Refusal, _: &str) -> Frame {
        let message = quoted(&refusal.message);
        let delta = format!(r#"{{"finish_reason":"ERROR","error":{message},"usage":{{}}}}"#);
        event("message-end", &format!(r#","delta":{delta}"#))
    }

    fn ping(&self) -> Frame {
        Frame::comment()
    }

    fn models(&self, models: &[String]) -> String {
        let model = |id: &String| {
            format!(
                r#"{{"name":{},"endpoints":["chat"],"finetuned":false,"context_length":128000,"features":["tools"],"default_endpoints":[]}}"#,
                quoted(id)
            )
        };
        let models: Vec<String> = models.iter().map(model).collect();
        format!(r#"{{"models":[{}]}}"#, models.join(","))
    }

    fn headers(&self, id: &str) -> Vec<(&'static str, String)> {
        vec![
            ("x-debug-trace-id", id.replace('-', "")),
            ("x-endpoint-monthly-call-limit", "1000".to_owned()),
            ("x-trial-endpoint-call-limit", "20".to_owned()),
            ("x-trial-endpoint-call-remaining", "19".to_owned()),
        ]
    }

    fn reset(&self, _: Duration) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

fn envelope(call: &Call<'_>, message: &str, reason: &str) -> String {
    format!(
        r#"{{"id":"{}","message":{message}{reason},"usage":{}}}"#,
        Cohere.id(call.number),
        usage(call.tokens),
    )
}

/// The whole message; what it has none of is not there.
fn message(call: &Call<'_>) -> String {
    let (mut contents, mut plan, mut tool_calls) = (Vec::new(), String::new(), Vec::new());
    for part in &call.answer.parts {
        match part {
            Part::Thinking(text) if plans(call) => plan.push_str(text),
            Part::Thinking(text) => {
                contents.push(format!(r#"{{"type":"thinking","thinking":{}}}"#, quoted(text)));
            }
            Part::Text(text) | Part::Refusal(text) => {
                contents.push(format!(r#"{{"type":"text","text":{}}}"#, quoted(text)));
            }
            Part::Call { name, arguments } => tool_calls.push(format!(
                r#"{{"id":{},"type":"function","function":{{"name":{},"arguments":{}}}}}"#,
                call_id(call, tool_calls.len(), name),
                quoted(name),
                quoted(arguments),
            )),
            // No script of this dialect has one.
            Part::Picture(_) | Part::Sound { .. } => (),
        }
    }
    let mut message = r#"{"role":"assistant""#.to_owned();
    if !contents.is_empty() {
        message += &format!(r#","content":[{}]"#, contents.join(","));
    }
    if !plan.is_empty() {
        message += &format!(r#","tool_plan":{}"#, quoted(&plan));
    }
    if !tool_calls.is_empty() {
        message += &format!(r#","tool_calls":[{}]"#, tool_calls.join(","));
    }
    message + "}"
}

fn message_start(call: &Call<'_>) -> Frame {
    let data = format!(
        r#"{{"id":"{}","type":"message-start","delta":{{"message":{{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}}}}"#,
        Cohere.id(call.number),
    );
    Frame::data(data).named("message-start")
}

/// One content: its start, its deltas, its end.
fn content(call: &Call<'_>, index: usize, kind: &str, text: &str) -> Vec<Frame> {
    let start = format!(r#"{{"type":"{kind}","{kind}":""}}"#);
    let delta = |piece: &String| {
        let delta = format!(r#"{{"{kind}":{}}}"#, quoted(piece));
        grows("content-delta", index, "content", &delta).content(if kind == "text" {
            piece
        } else {
            ""
        })
    };
    let mut frames = vec![grows("content-start", index, "content", &start)];
    frames.extend(pieces(text, call.script.tokens_per_event).iter().map(delta));
    frames.push(event("content-end", &format!(r#","index":{index}"#)));
    frames
}

fn tool_plan(call: &Call<'_>, plan: &str) -> Vec<Frame> {
    let delta = |piece: &String| {
        let piece = quoted(piece);
        let delta = format!(r#","delta":{{"message":{{"tool_plan":{piece}}}}}"#);
        event("tool-plan-delta", &delta).content("")
    };
    pieces(plan, call.script.tokens_per_event).iter().map(delta).collect()
}

fn tool_call(call: &Call<'_>, index: usize, name: &str, arguments: &str) -> Vec<Frame> {
    let start = format!(
        r#"{{"id":{},"type":"function","function":{{"name":{},"arguments":""}}}}"#,
        call_id(call, index, name),
        quoted(name),
    );
    let delta = |piece: &String| {
        let delta = format!(r#"{{"function":{{"arguments":{}}}}}"#, quoted(piece));
        grows("tool-call-delta", index, "tool_calls", &delta).content("")
    };
    let mut frames = vec![grows("tool-call-start", index, "tool_calls", &start).content("")];
    frames.extend(fragments(arguments, call.script.tokens_per_event).iter().map(delta));
    frames.push(event("tool-call-end", &format!(r#","index":{index}"#)));
    frames
}

/// An event by which one of the message's lists grows.
fn grows(name: &'static str, index: usize, list: &str, by: &str) -> Frame {
    event(name, &format!(r#","index":{index},"delta":{{"message":{{"{list}":{by}}}}}"#))
}

fn event(name: &'static str, rest: &str) -> Frame {
    Frame::data(format!(r#"{{"type":"{name}"{rest}}}"#)).named(name)
}

fn done() -> Frame {
    Frame::data("[DONE]".to_owned())
}

/// The tokens that are billed, and all of them.
fn usage(tokens: Tokens) -> String {
    let Tokens { input, cached, output, reasoned } = tokens;
    let all = input + TEMPLATE;
    let reasoned = match reasoned {
        0 => String::new(),
        reasoned => format!(r#","reasoning_tokens":{reasoned}"#),
    };
    format!(
        r#"{{"billed_units":{{"input_tokens":{input},"output_tokens":{output}}},"tokens":{{"input_tokens":{all},"output_tokens":{}{reasoned}}},"cached_tokens":{cached}}}"#,
        output + 3,
    )
}

/// Whether the model says what it thinks as its plan for the calls: those that reason do not.
fn plans(call: &Call<'_>) -> bool {
    call.answer.has_calls() && !call.model.contains("reasoning")
}

fn finish<'a>(call: &'a Call<'_>) -> &'a str {
    let usual = if call.answer.has_calls() { "TOOL_CALL" } else { "COMPLETE" };
    call.answer.finish.as_deref().unwrap_or(usual)
}

fn call_id(call: &Call<'_>, index: usize, name: &str) -> String {
    quoted(&format!("{name}_testkit{:08}{index:02}", call.number))
}
