mod check;
mod history;
mod items;

use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::openai::{CREATED, OpenAi, or_null};
use super::{Asked, Call, Frame, Refusal, Speech, Told, interleave, quoted, schema};
use crate::script::{Part, Tokens};
use crate::{Departure, Script};
use items::Item;

/// OpenAI's responses, whose keys, errors and limits are those of its chat completions.
pub(super) struct Responses;

impl Speech for Responses {
    fn is_call(&self, path: &str) -> bool {
        path.ends_with("/responses")
    }

    fn does(&self, path: &str) -> bool {
        OpenAi::INVENTOR.does(path)
    }

    fn told(&self, asked: &Asked<'_>) -> Result<Told, Refusal> {
        OpenAi::INVENTOR.told(asked)
    }

    fn id(&self, number: u64) -> String {
        OpenAi::INVENTOR.id(number)
    }

    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
        OpenAi::INVENTOR.admit(script, headers)
    }

    fn check(&self, script: &Script, _: &Parts, body: &Value) -> Result<(), Refusal> {
        check::body(script, body)?;
        schema::responses(body)
    }

    fn whole(&self, call: &Call<'_>) -> String {
        let items: Vec<String> = items(call).iter().map(Item::done).collect();
        response(call, State::of(call), &items.join(","))
    }

    fn frames(&self, call: &Call<'_>) -> Vec<Frame> {
        let mut frames = opening(call);
        let mut calls = Vec::new();
        for item in items(call) {
            if item.is_call() && call.has(Departure::Interleaved) {
                calls.push(item.frames());
            } else {
                frames.extend(item.frames());
            }
        }
        frames.extend(interleave(calls));
        let items: Vec<String> = items(call).iter().map(Item::done).collect();
        let output = if call.has(Departure::Bare) { String::new() } else { items.join(",") };
        let state = State::of(call);
        frames.push(lifecycle(state.event(), &response(call, state, &output)));
        numbered(frames)
    }

    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>) {
        (response(call, State::InProgress, ""), numbered(opening(call)))
    }

    fn refusal(&self, kind: ErrorKind) -> Refusal {
        let invalid = |message: &str| Refusal::new(kind, 400, "invalid_request_error", message);
        match kind {
            ErrorKind::InvalidRequest => invalid("Invalid schema for function 'lookup': In context=(), 'additionalProperties' is required to be supplied and to be false.")
                .param("tools[0].parameters")
                .code("invalid_function_parameters"),
            ErrorKind::ContextLength => invalid(check::TOO_LONG).param("input").code("context_length_exceeded"),
            ErrorKind::ContentFilter => invalid("Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.")
                .code("invalid_prompt"),
            // This API calls it a bad request.
            ErrorKind::NotFound => invalid("The requested model 'gone' does not exist.")
                .param("model")
                .code("model_not_found"),
            ErrorKind::Server => OpenAi::INVENTOR.refusal(kind).code("server_error"),
            ErrorKind::Overloaded => OpenAi::INVENTOR.refusal(kind).code("server_is_overloaded"),
            _ => OpenAi::INVENTOR.refusal(kind),
        }
    }

    fn error(&self, refusal: &Refusal, id: &str) -> String {
        OpenAi::INVENTOR.error(refusal, id)
    }

    fn error_frame(&self, refusal: &Refusal, _: &str) -> Frame {
        let error = format!(
            r#"{{"type":{},"code":{},"message":{},"param":{}}}"#,
            quoted(refusal.word),
            or_null(refusal.code),
            quoted(&refusal.message),
            or_null(refusal.param.as_deref()),
        );
        // Whatever came before it, the number is a mere hint.
        Frame::data(format!(r#"{{"type":"error","sequence_number":2,"error":{error}}}"#))
            .named("error")
    }

    fn ping(&self) -> Frame {
        Frame::data(r#"{"type":"keepalive","sequence_number":2}"#.to_owned()).named("keepalive")
    }

    fn models(&self, models: &[String]) -> String {
        OpenAi::INVENTOR.models(models)
    }

    fn headers(&self, id: &str) -> Vec<(&'static str, String)> {
        OpenAi::INVENTOR.headers(id)
    }

    fn reset(&self, after: Duration) -> Vec<(&'static str, String)> {
        OpenAi::INVENTOR.reset(after)
    }
}

/// How far a response has come.
#[derive(Clone, Copy)]
enum State<'a> {
    InProgress,
    Completed,
    /// The reason why it is not complete.
    Incomplete(&'a str),
}

impl<'a> State<'a> {
    fn of(call: &Call<'a>) -> Self {
        match call.answer.finish.as_deref() {
            None | Some("completed") => Self::Completed,
            Some(reason) => Self::Incomplete(reason),
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::InProgress => "response.in_progress",
            Self::Completed => "response.completed",
            Self::Incomplete(_) => "response.incomplete",
        }
    }
}

fn items<'a>(call: &'a Call<'a>) -> Vec<Item<'a>> {
    let parts: &'a [Part] = &call.answer.parts;
    parts.iter().enumerate().map(|(index, part)| Item { call, index, part }).collect()
}

fn opening(call: &Call<'_>) -> Vec<Frame> {
    let begun = response(call, State::InProgress, "");
    vec![lifecycle("response.created", &begun), lifecycle("response.in_progress", &begun)]
}

fn lifecycle(name: &'static str, response: &str) -> Frame {
    event(name, &format!(r#""response":{response}"#))
}

/// An event with these fields, which has no number yet.
fn event(name: &'static str, fields: &str) -> Frame {
    Frame::data(format!(r#"{{"type":"{name}",{fields}"#)).named(name)
}

/// Counts the events.
fn numbered(mut frames: Vec<Frame>) -> Vec<Frame> {
    for (number, frame) in frames.iter_mut().enumerate() {
        if let Some(data) = &mut frame.data {
            data.push_str(&format!(r#","sequence_number":{number}}}"#));
        }
    }
    frames
}

fn response(call: &Call<'_>, state: State<'_>, output: &str) -> String {
    let (status, details) = match state {
        State::InProgress => ("in_progress", "null".to_owned()),
        State::Completed => ("completed", "null".to_owned()),
        State::Incomplete(reason) => ("incomplete", format!(r#"{{"reason":{}}}"#, quoted(reason))),
    };
    let usage = match state {
        State::InProgress => "null".to_owned(),
        _ => usage(call.tokens),
    };
    format!(
        r#"{{"id":"resp_testkit{:08}","object":"response","created_at":{CREATED},"status":"{status}","background":false,"error":null,"incomplete_details":{details},"instructions":null,"max_output_tokens":null,"model":{},"output":[{output}],"parallel_tool_calls":true,"previous_response_id":null,"reasoning":{{"effort":null,"summary":null}},"service_tier":"default","store":false,"temperature":1.0,"text":{{"format":{{"type":"text"}},"verbosity":"medium"}},"tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":{usage},"user":null,"metadata":{{}}}}"#,
        call.number,
        quoted(call.model),
    )
}

fn usage(tokens: Tokens) -> String {
    let Tokens { input, cached, output, reasoned } = tokens;
    let total = input + output;
    format!(
        r#"{{"input_tokens":{input},"input_tokens_details":{{"cached_tokens":{cached}}},"output_tokens":{output},"output_tokens_details":{{"reasoning_tokens":{reasoned}}},"total_tokens":{total}}}"#
    )
}
