mod check;
mod deepseek;
mod mistral;
mod tasks;

use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::{Asked, Call, Frame, Maker, Refusal, Speech, Told, interleave, quoted, schema};
use crate::fault::go_duration;
use crate::script::{Part, Tokens, base64, fragments, halves, pieces};
use crate::{Departure, Script};

/// OpenAI's chat completions.
pub(super) struct OpenAi {
    pub(super) maker: Maker,
}

impl OpenAi {
    pub(super) const INVENTOR: Self = Self { maker: Maker::Inventor };
}

pub(super) const CREATED: u64 = 1_780_000_000;

impl Speech for OpenAi {
    fn is_call(&self, path: &str) -> bool {
        // Some hosts leave the second word out.
        path.ends_with("/chat/completions") || path.ends_with("/chat")
    }

    fn does(&self, path: &str) -> bool {
        tasks::does(path)
    }

    fn told(&self, asked: &Asked<'_>) -> Result<Told, Refusal> {
        tasks::told(asked)
    }

    fn id(&self, number: u64) -> String {
        format!("req_{number:032x}")
    }

    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
        check::key(script, headers)
    }

    fn check(&self, script: &Script, _: &Parts, body: &Value) -> Result<(), Refusal> {
        check::body(script, body)?;
        match self.maker {
            Maker::Inventor => check::history(body).and_then(|()| schema::chat(body)),
            Maker::Host => check::tools(body),
            Maker::Mistral => mistral::body(body),
            Maker::DeepSeek => deepseek::body(body),
        }
    }

    fn states_usage(&self, call: &Call<'_>, streams: bool) -> bool {
        !streams || call.has(Departure::Together) || includes_usage(call)
    }

    fn whole(&self, call: &Call<'_>) -> String {
        let choice = format!(
            r#"{{"index":0,"message":{},"logprobs":null,"finish_reason":{}}}"#,
            message(call),
            quoted(finish(call)),
        );
        completion(call, &choice)
    }

    fn frames(&self, call: &Call<'_>) -> Vec<Frame> {
        let role = r#"{"role":"assistant","content":"","refusal":null}"#;
        let mut frames = vec![chunk(call, role, None)];
        let (mut calls, mut pictures) = (Vec::new(), 0);
        for part in &call.answer.parts {
            match part {
                Part::Text(text) => frames.extend(texts(call, "content", text)),
                Part::Refusal(text) => frames.extend(texts(call, "refusal", text)),
                Part::Thinking(text) if call.script.maker == Maker::Mistral => {
                    let delta = format!(r#"{{"content":{}}}"#, mistral::thinking(text));
                    frames.push(chunk(call, &delta, None).content(""));
                }
                Part::Thinking(text) => frames.extend(texts(call, "reasoning_content", text)),
                Part::Call { name, arguments } => {
                    calls.push(tool_call(call, calls.len(), name, arguments));
                }
                Part::Picture(bytes) => {
                    let delta = format!(r#"{{"images":[{}]}}"#, picture(pictures, bytes));
                    frames.push(chunk(call, &delta, None).content(""));
                    pictures += 1;
                }
                Part::Sound { bytes, said } => frames.extend(sound(call, bytes, said)),
            }
        }
        if call.has(Departure::Interleaved) {
            frames.extend(interleave(calls));
        } else {
            frames.extend(calls.into_iter().flatten());
        }
        ending(call, &mut frames);
        if !call.has(Departure::NoDone) {
            frames.push(done());
        }
        frames
    }

    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>) {
        (completion(call, ""), vec![Frame::data(envelope(call, "", "")), done()])
    }

    fn refusal(&self, kind: ErrorKind) -> Refusal {
        let invalid =
            |status, message: &str| Refusal::new(kind, status, "invalid_request_error", message);
        let server = |status, message: &str| Refusal::new(kind, status, "server_error", message);
        match kind {
            ErrorKind::Auth => invalid(401, "Incorrect API key provided: sk-***. You can find your API key at https://platform.openai.com/account/api-keys.")
                .code("invalid_api_key"),
            ErrorKind::Quota => Refusal::new(kind, 429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.")
                .code("insufficient_quota"),
            ErrorKind::RateLimit => Refusal::new(kind, 429, "requests", "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1.")
                .code("rate_limit_exceeded"),
            ErrorKind::InvalidRequest => invalid(400, "Invalid schema for function 'lookup': In context=(), 'additionalProperties' is required to be supplied and to be false.")
                .param("tools[0].function.parameters")
                .code("invalid_function_parameters"),
            ErrorKind::ContextLength => invalid(400, "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.")
                .param("messages")
                .code("context_length_exceeded"),
            ErrorKind::ContentFilter => invalid(400, "Invalid prompt: your prompt was flagged as potentially violating our usage policy.")
                .code("content_policy_violation"),
            ErrorKind::NotFound => invalid(404, "The model `gone` does not exist or you do not have access to it.")
                .code("model_not_found"),
            ErrorKind::Overloaded => server(529, "The engine is currently overloaded, please try again later."),
            ErrorKind::Timeout => server(504, "The request timed out."),
            _ => server(500, "The server had an error while processing your request. Sorry about that!"),
        }
    }

    fn error(&self, refusal: &Refusal, _: &str) -> String {
        if self.maker == Maker::Mistral {
            return mistral::error(refusal);
        }
        let retry_after = refusal.retry_after.map_or_else(String::new, |after| {
            format!(",\n    \"retry_after\": {}", after.as_secs_f64())
        });
        format!(
            "{{\n    \"error\": {{\n        \"message\": {},\n        \"type\": {},\n        \"param\": {},\n        \"code\": {}{retry_after}\n    }}\n}}\n",
            quoted(&refusal.message),
            quoted(refusal.word),
            or_null(refusal.param.as_deref()),
            or_null(refusal.code),
        )
    }

    fn error_frame(&self, refusal: &Refusal, _: &str) -> Frame {
        Frame::data(format!(
            r#"{{"error":{{"message":{},"type":{},"param":{},"code":{}}}}}"#,
            quoted(&refusal.message),
            quoted(refusal.word),
            or_null(refusal.param.as_deref()),
            or_null(refusal.code),
        ))
    }

    fn ping(&self) -> Frame {
        Frame::comment()
    }

    fn models(&self, models: &[String]) -> String {
        let model = |id: &String| {
            let id = quoted(id);
            format!(r#"{{"id":{id},"object":"model","created":{CREATED},"owned_by":"testkit"}}"#)
        };
        let models: Vec<String> = models.iter().map(model).collect();
        format!(r#"{{"object":"list","data":[{}]}}"#, models.join(","))
    }

    fn headers(&self, id: &str) -> Vec<(&'static str, String)> {
        vec![
            ("x-request-id", id.to_owned()),
            ("openai-processing-ms", "21".to_owned()),
            ("openai-version", "2020-10-01".to_owned()),
            ("x-ratelimit-limit-requests", "10000".to_owned()),
            ("x-ratelimit-remaining-requests", "9999".to_owned()),
        ]
    }

    fn reset(&self, after: Duration) -> Vec<(&'static str, String)> {
        vec![
            ("x-ratelimit-remaining-requests", "0".to_owned()),
            ("x-ratelimit-reset-requests", go_duration(after)),
        ]
    }
}

fn message(call: &Call<'_>) -> String {
    let parts = &call.answer.parts;
    let said = |wanted: fn(&Part) -> Option<&str>| {
        let said: Vec<&str> = parts.iter().filter_map(wanted).collect();
        or_null((!said.is_empty()).then(|| said.concat()).as_deref())
    };
    let refusal = said(|part| match part {
        Part::Refusal(text) => Some(text),
        _ => None,
    });
    let mut content = said(|part| match part {
        Part::Text(text) => Some(text),
        _ => None,
    });
    if call.script.maker == Maker::Mistral && call.answer.has_thinking() {
        content = mistral::content(parts);
    }
    let (mut reasoning, mut audio) = (String::new(), String::new());
    let (mut calls, mut pictures) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Text(_) | Part::Refusal(_) => {}
            Part::Thinking(_) if call.script.maker == Maker::Mistral => {}
            Part::Thinking(text) => reasoning.push_str(text),
            Part::Call { name, arguments } => calls.push(format!(
                r#"{{"id":"{}","type":"function","function":{{"name":{},"arguments":{}}}}}"#,
                call_id(call, calls.len()),
                quoted(name),
                quoted(arguments),
            )),
            Part::Picture(bytes) => pictures.push(picture(pictures.len(), bytes)),
            Part::Sound { bytes, said } => {
                audio = format!(
                    r#","audio":{{"id":"{}","data":"{}","expires_at":{CREATED},"transcript":{}}}"#,
                    audio_id(call),
                    base64(bytes),
                    quoted(said),
                );
            }
        }
    }
    let mut message = format!(r#"{{"role":"assistant","content":{content}"#);
    if !reasoning.is_empty() {
        message += &format!(r#","reasoning_content":{}"#, quoted(&reasoning));
    }
    if !calls.is_empty() {
        message += &format!(r#","tool_calls":[{}]"#, calls.join(","));
    }
    if !pictures.is_empty() {
        message += &format!(r#","images":[{}]"#, pictures.join(","));
    }
    message += &audio;
    message + &format!(r#","refusal":{refusal},"annotations":[]}}"#)
}

fn completion(call: &Call<'_>, choices: &str) -> String {
    format!(
        r#"{{"id":"{}","object":"chat.completion","created":{CREATED},"model":{},"choices":[{choices}],"usage":{},"service_tier":"default","system_fingerprint":"fp_testkit"}}"#,
        id(call),
        quoted(call.model),
        usage(call.tokens),
    )
}

/// The reason and the usage: in events of their own, or in that of the last content.
fn ending(call: &Call<'_>, frames: &mut Vec<Frame>) {
    let usage = usage(call.tokens);
    let last = frames.last_mut().filter(|frame| frame.content.is_some());
    if let Some(Frame { data: Some(data), finishes, .. }) =
        last.filter(|_| call.has(Departure::Together))
    {
        // No text can look like this: its quotes are escaped.
        let reason = format!(r#""finish_reason":{}}}],"usage":{usage}"#, quoted(finish(call)));
        *data = data.replace(r#","usage":null"#, "").replace(r#""finish_reason":null}]"#, &reason);
        *finishes = true;
        return;
    }
    frames.push(chunk(call, "{}", Some(finish(call))));
    if includes_usage(call) {
        frames.push(Frame::data(envelope(call, "", &format!(r#","usage":{usage}"#))));
    }
}

fn texts(call: &Call<'_>, field: &str, text: &str) -> Vec<Frame> {
    let frame = |piece: String| {
        let delta = format!(r#"{{"{field}":{}}}"#, quoted(&piece));
        chunk(call, &delta, None).content(if field == "content" { &piece } else { "" })
    };
    pieces(text, call.script.tokens_per_event).into_iter().map(frame).collect()
}

/// A picture, as gateways to those who paint tell it.
fn picture(index: usize, bytes: &[u8]) -> String {
    format!(
        r#"{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{}"}},"index":{index}}}"#,
        base64(bytes),
    )
}

/// A sound, whose words come before it is heard.
fn sound(call: &Call<'_>, bytes: &[u8], said: &str) -> Vec<Frame> {
    let frame = |fields: String| chunk(call, &format!(r#"{{"audio":{{{fields}}}}}"#), None);
    let mut frames = vec![frame(format!(r#""id":"{}","transcript":"""#, audio_id(call)))];
    let words = pieces(said, call.script.tokens_per_event);
    let words = words.iter().map(|piece| format!(r#""transcript":{}"#, quoted(piece)));
    let heard = halves(bytes).into_iter().map(|data| format!(r#""data":"{data}""#));
    frames.extend(words.chain(heard).map(|fields| frame(fields).content("")));
    frames.push(frame(format!(r#""expires_at":{CREATED}"#)));
    frames
}

fn audio_id(call: &Call<'_>) -> String {
    format!("audio_testkit{:08}", call.number)
}

fn tool_call(call: &Call<'_>, index: usize, name: &str, arguments: &str) -> Vec<Frame> {
    let opening = format!(
        r#"{{"tool_calls":[{{"index":{index},"id":"{}","type":"function","function":{{"name":{},"arguments":""}}}}]}}"#,
        call_id(call, index),
        quoted(name),
    );
    let fragment = |piece: String| {
        let piece = quoted(&piece);
        let delta =
            format!(r#"{{"tool_calls":[{{"index":{index},"function":{{"arguments":{piece}}}}}]}}"#);
        chunk(call, &delta, None).content("")
    };
    let mut frames = vec![chunk(call, &opening, None).content("")];
    frames.extend(fragments(arguments, call.script.tokens_per_event).into_iter().map(fragment));
    frames
}

fn chunk(call: &Call<'_>, delta: &str, finish: Option<&str>) -> Frame {
    let choice = format!(
        r#"{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{}}}"#,
        or_null(finish)
    );
    let usage = if includes_usage(call) { r#","usage":null"# } else { "" };
    Frame::data(envelope(call, &choice, usage))
}

fn envelope(call: &Call<'_>, choices: &str, usage: &str) -> String {
    format!(
        r#"{{"id":"{}","object":"chat.completion.chunk","created":{CREATED},"model":{},"service_tier":"default","system_fingerprint":"fp_testkit","choices":[{choices}]{usage},"obfuscation":"kR4"}}"#,
        id(call),
        quoted(call.model),
    )
}

fn usage(tokens: Tokens) -> String {
    let Tokens { input, cached, output, reasoned } = tokens;
    let total = input + output;
    format!(
        r#"{{"prompt_tokens":{input},"completion_tokens":{output},"total_tokens":{total},"prompt_tokens_details":{{"cached_tokens":{cached},"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":{reasoned},"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}}"#
    )
}

fn finish<'a>(call: &'a Call<'_>) -> &'a str {
    let usual = if call.answer.has_calls() { "tool_calls" } else { "stop" };
    call.answer.finish.as_deref().unwrap_or(usual)
}

fn includes_usage(call: &Call<'_>) -> bool {
    // Mistral states it unasked.
    call.script.maker == Maker::Mistral || call.body["stream_options"]["include_usage"] == true
}

fn done() -> Frame {
    Frame::data("[DONE]".to_owned())
}

fn id(call: &Call<'_>) -> String {
    format!("chatcmpl-testkit{:08}", call.number)
}

fn call_id(call: &Call<'_>, index: usize) -> String {
    match call.script.maker {
        Maker::Inventor | Maker::Host => format!("call_testkit{:08}{index:02}", call.number),
        Maker::Mistral => format!("m{:06}{index:02}", call.number),
        Maker::DeepSeek => format!("call_{index:02}_testkit{:08}", call.number),
    }
}

pub(super) fn or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quoted)
}
