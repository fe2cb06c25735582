mod check;
mod tasks;

use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use nohop_types::{ErrorKind, Usage};
use serde_json::Value;

use super::{Asked, Call, Frame, Framing, Refusal, Speech, Told, quoted};
use crate::script::{Part, Tokens, base64, pieces};
use crate::{Departure, Script};

/// Ollama's own chat.
pub(super) struct Ollama;

impl Speech for Ollama {
    fn is_call(&self, path: &str) -> bool {
        path.ends_with("/api/chat")
    }

    fn does(&self, path: &str) -> bool {
        path.ends_with("/api/embed")
    }

    fn told(&self, asked: &Asked<'_>) -> Result<Told, Refusal> {
        tasks::told(asked)
    }

    fn lists_models(&self, path: &str) -> bool {
        path.ends_with("/api/tags")
    }

    /// It streams, unless it is told not to.
    fn streams(&self, _: &Parts, body: &Value) -> bool {
        body["stream"] != false
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn id(&self, number: u64) -> String {
        format!("testkit{number:08}")
    }

    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
        check::key(script, headers)
    }

    fn check(&self, script: &Script, _: &Parts, body: &Value) -> Result<(), Refusal> {
        check::body(script, body)
    }

    /// It counts neither what was cached nor what it thought.
    fn usage(&self, tokens: Tokens) -> Usage {
        let mut usage = Usage::default();
        usage.input = Some(tokens.input);
        usage.output = Some(tokens.output);
        usage
    }

    fn whole(&self, call: &Call<'_>) -> String {
        let mut thinking = String::new();
        let (mut calls, mut pictures) = (Vec::new(), Vec::new());
        for part in &call.answer.parts {
            match part {
                Part::Text(_) | Part::Refusal(_) => {}
                Part::Thinking(text) => thinking += text,
                Part::Call { name, arguments } => {
                    calls.push(tool_call(call, calls.len(), name, arguments));
                }
                Part::Picture(bytes) => pictures.push(quoted(&base64(bytes))),
                // No script of this dialect has one.
                Part::Sound { .. } => {}
            }
        }
        let mut rest = String::new();
        if !pictures.is_empty() {
            rest += &format!(r#","images":[{}]"#, pictures.join(","));
        }
        if !thinking.is_empty() {
            rest += &format!(r#","thinking":{}"#, quoted(&thinking));
        }
        if !calls.is_empty() {
            rest += &format!(r#","tool_calls":[{}]"#, calls.join(","));
        }
        last(call, &message(&call.answer.text(), &rest))
    }

    fn frames(&self, call: &Call<'_>) -> Vec<Frame> {
        let mut said = said(call);
        let last_said = said.pop_if(|_| call.has(Departure::Together));
        let line =
            |Said { message, content }: &Said| Frame::data(open(call, message)).content(content);
        let mut frames: Vec<Frame> = said.iter().map(line).collect();
        let mut end = Frame::data(match &last_said {
            Some(said) => last(call, &said.message),
            None => last(call, &message("", "")),
        });
        end.content = last_said.map(|said| said.content);
        end.finishes = true;
        frames.push(end);
        frames
    }

    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>) {
        let hollow = open(call, &message("", ""));
        (hollow.clone(), vec![Frame::data(hollow)])
    }

    fn refusal(&self, kind: ErrorKind) -> Refusal {
        let refusal = |status, message: &str| Refusal::new(kind, status, "", message);
        match kind {
            ErrorKind::Auth => check::unauthorized(),
            ErrorKind::Quota => {
                refusal(429, "you've reached your weekly usage limit, please upgrade to continue")
            }
            ErrorKind::RateLimit => refusal(429, "too many concurrent requests"),
            ErrorKind::InvalidRequest => refusal(
                400,
                "json: cannot unmarshal string into Go struct field ChatRequest.tools.function.parameters of type api.ToolFunctionParameters",
            ),
            ErrorKind::ContextLength => check::too_long(),
            ErrorKind::ContentFilter => {
                refusal(400, "the prompt was stopped by the content filter")
            }
            ErrorKind::NotFound => check::no_model("gone"),
            ErrorKind::Overloaded => {
                refusal(503, "server busy, please try again.  maximum pending requests exceeded")
            }
            ErrorKind::Timeout => {
                refusal(504, "timed out waiting for llama runner to start - progress 0.00 - ")
            }
            _ => refusal(500, "llama runner process has terminated: signal: killed"),
        }
    }

    fn error(&self, refusal: &Refusal, _: &str) -> String {
        let retry_after = refusal
            .retry_after
            .map_or_else(String::new, |after| format!(r#","retry_after":{}"#, after.as_secs_f64()));
        format!(r#"{{"error":{}{retry_after}}}"#, quoted(&refusal.message))
    }

    fn error_type(&self, _: &Parts) -> &'static str {
        "application/json; charset=utf-8"
    }

    fn error_frame(&self, refusal: &Refusal, id: &str) -> Frame {
        Frame::data(self.error(refusal, id))
    }

    fn ping(&self) -> Frame {
        Frame::comment()
    }

    fn models(&self, models: &[String]) -> String {
        let model = |id: &String| {
            let id = quoted(id);
            format!(
                r#"{{"name":{id},"model":{id},"modified_at":"2026-01-01T00:00:00Z","size":2497293931,"digest":"{:064x}","details":{{"parent_model":"","format":"gguf","family":"testkit","families":["testkit"],"parameter_size":"4.0B","quantization_level":"Q4_K_M"}}}}"#,
                id.len()
            )
        };
        let models: Vec<String> = models.iter().map(model).collect();
        format!(r#"{{"models":[{}]}}"#, models.join(","))
    }

    fn headers(&self, _: &str) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn reset(&self, _: Duration) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// One line's message, and how much text it has for the caller.
struct Said {
    message: String,
    content: String,
}

/// The answer, a line for each piece; a call is made in one.
fn said(call: &Call<'_>) -> Vec<Said> {
    let each = call.script.tokens_per_event;
    let mut calls = 0;
    let mut all = Vec::new();
    for part in &call.answer.parts {
        match part {
            Part::Text(text) | Part::Refusal(text) => all.extend(
                pieces(text, each)
                    .into_iter()
                    .map(|piece| Said { message: message(&piece, ""), content: piece }),
            ),
            Part::Thinking(text) => all.extend(pieces(text, each).iter().map(|piece| Said {
                message: message("", &format!(r#","thinking":{}"#, quoted(piece))),
                content: String::new(),
            })),
            Part::Call { name, arguments } => {
                let spelled = tool_call(call, calls, name, arguments);
                calls += 1;
                all.push(Said {
                    message: message("", &format!(r#","tool_calls":[{spelled}]"#)),
                    content: String::new(),
                });
            }
            Part::Picture(bytes) => all.push(Said {
                message: message("", &format!(r#","images":["{}"]"#, base64(bytes))),
                content: String::new(),
            }),
            // No script of this dialect has one.
            Part::Sound { .. } => {}
        }
    }
    all
}

fn message(content: &str, rest: &str) -> String {
    format!(r#"{{"role":"assistant","content":{}{rest}}}"#, quoted(content))
}

fn tool_call(call: &Call<'_>, index: usize, name: &str, arguments: &str) -> String {
    let arguments = if arguments.is_empty() { "{}" } else { arguments };
    format!(
        r#"{{"id":"call_testkit{:08}{index:02}","function":{{"index":{index},"name":{},"arguments":{arguments}}}}}"#,
        call.number,
        quoted(name),
    )
}

/// An object that more will follow.
fn open(call: &Call<'_>, message: &str) -> String {
    format!("{},\"message\":{message},\"done\":false}}", beginning(call))
}

/// The last object, with the reason and the counts; times are in nanoseconds.
fn last(call: &Call<'_>, message: &str) -> String {
    let Tokens { input, output, .. } = call.tokens;
    format!(
        r#"{},"message":{message},"done":true,"done_reason":{},"total_duration":1671921584,"load_duration":140923875,"prompt_eval_count":{input},"prompt_eval_duration":17628625,"eval_count":{output},"eval_duration":746221420}}"#,
        beginning(call),
        quoted(call.answer.finish.as_deref().unwrap_or("stop")),
    )
}

fn beginning(call: &Call<'_>) -> String {
    format!(r#"{{"model":{},"created_at":"2026-01-01T00:00:00.000001Z""#, quoted(call.model))
}
