mod check;
mod history;
mod tasks;

use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use nohop_types::{ErrorKind, Usage};
use serde_json::Value;

use super::{
    Asked, Call, Frame, Framing, Refusal, Speech, Told, interleave, quoted, schema, signature,
};
use crate::script::{Part, Tokens, base64, fragments, pieces};
use crate::{Departure, Script};

/// Amazon Bedrock's Converse, of a model that signs its thinking.
pub(super) struct Converse;

impl Speech for Converse {
    fn is_call(&self, path: &str) -> bool {
        path.ends_with("/converse") || path.ends_with(STREAM)
    }

    fn does(&self, path: &str) -> bool {
        path.ends_with("/invoke")
    }

    fn told(&self, asked: &Asked<'_>) -> Result<Told, Refusal> {
        tasks::told(asked)
    }

    fn lists_models(&self, path: &str) -> bool {
        path.ends_with("/foundation-models")
    }

    fn streams(&self, head: &Parts, _: &Value) -> bool {
        head.uri.path().ends_with(STREAM)
    }

    fn framing(&self) -> Framing {
        Framing::Messages
    }

    /// The model as the path spells it.
    fn model<'a>(&self, head: &'a Parts, _: &'a Value) -> &'a str {
        let (path, _) = head.uri.path().rsplit_once('/').unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    fn id(&self, number: u64) -> String {
        format!("00000000-0000-4000-8000-{number:012x}")
    }

    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
        check::key(script, headers)
    }

    fn check(&self, script: &Script, head: &Parts, body: &Value) -> Result<(), Refusal> {
        check::body(script, self.model(head, body), body)?;
        schema::converse(body)
    }

    /// It does not count what it thought.
    fn usage(&self, tokens: Tokens) -> Usage {
        let mut usage = tokens.usage();
        usage.output = Some(tokens.output);
        usage.reasoning = None;
        usage
    }

    fn whole(&self, call: &Call<'_>) -> String {
        let blocks = call.answer.parts.iter().enumerate().map(|(index, part)| match part {
            Part::Text(text) | Part::Refusal(text) => format!(r#"{{"text":{}}}"#, quoted(text)),
            Part::Thinking(text) => format!(
                r#"{{"reasoningContent":{{"reasoningText":{{"text":{},"signature":"{}"}}}}}}"#,
                quoted(text),
                signature::of(&call.script.salt, text),
            ),
            Part::Call { name, arguments } => {
                let arguments = if arguments.is_empty() { "{}" } else { arguments };
                let tool_use = tool_use(call, index, name);
                format!(r#"{{"toolUse":{{{tool_use},"input":{arguments}}}}}"#)
            }
            Part::Picture(bytes) => format!(
                r#"{{"image":{{"format":"png","source":{{"bytes":"{}"}}}}}}"#,
                base64(bytes)
            ),
            // No script of this dialect has one.
            Part::Sound { .. } => String::new(),
        });
        let blocks: Vec<String> = blocks.collect();
        envelope(call, &blocks.join(","), &format!(r#""stopReason":{},"#, quoted(finish(call))))
    }

    fn frames(&self, call: &Call<'_>) -> Vec<Frame> {
        let mut frames = vec![message_start()];
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
        let reason = quoted(finish(call));
        frames.push(event("messageStop", format!(r#"{{"stopReason":{reason},"p":"abc"}}"#)));
        frames.push(metadata(call));
        frames
    }

    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>) {
        (envelope(call, "", ""), vec![message_start(), metadata(call)])
    }

    fn refusal(&self, kind: ErrorKind) -> Refusal {
        let refusal = |status, word, message: &str| Refusal::new(kind, status, word, message);
        match kind {
            ErrorKind::Auth => check::wrong_key(),
            ErrorKind::Quota => refusal(
                429,
                "ThrottlingException",
                "Too many tokens per day, please wait before trying again.",
            ),
            ErrorKind::RateLimit => refusal(
                429,
                "ThrottlingException",
                "Too many requests, please wait before trying again.",
            ),
            ErrorKind::InvalidRequest => refusal(
                400,
                VALIDATION,
                "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
            ),
            ErrorKind::ContextLength => check::too_long(),
            ErrorKind::ContentFilter => refusal(
                400,
                VALIDATION,
                "The model returned the following errors: Output blocked by content filtering policy",
            ),
            ErrorKind::NotFound => check::no_model(),
            ErrorKind::Overloaded => refusal(
                503,
                "ServiceUnavailableException",
                "Bedrock is unable to process your request.",
            ),
            ErrorKind::Timeout => refusal(
                408,
                "ModelTimeoutException",
                "Model has timed out in processing the request. Try your request again.",
            ),
            _ => refusal(
                500,
                "InternalServerException",
                "The system encountered an unexpected error during processing. Try your request again.",
            ),
        }
    }

    fn error(&self, refusal: &Refusal, _: &str) -> String {
        let retry_after = refusal
            .retry_after
            .map_or_else(String::new, |after| format!(r#","retry_after":{}"#, after.as_secs_f64()));
        format!(r#"{{"message":{}{retry_after}}}"#, quoted(&refusal.message))
    }

    fn error_headers(&self, refusal: &Refusal) -> Vec<(&'static str, String)> {
        let named =
            format!("{}:http://internal.amazon.com/coral/com.amazon.bedrock/", refusal.word);
        vec![("x-amzn-errortype", named)]
    }

    fn error_frame(&self, refusal: &Refusal, id: &str) -> Frame {
        let name = match refusal.word {
            "ThrottlingException" => "throttlingException",
            VALIDATION => "validationException",
            "ServiceUnavailableException" => "serviceUnavailableException",
            "InternalServerException" => "internalServerException",
            _ => "modelStreamErrorException",
        };
        event(name, self.error(refusal, id))
    }

    fn ping(&self) -> Frame {
        Frame::comment()
    }

    fn models(&self, models: &[String]) -> String {
        let model = |id: &String| {
            format!(
                r#"{{"modelArn":{},"modelId":{id},"modelName":{id},"providerName":"Testkit","inputModalities":["TEXT"],"outputModalities":["TEXT"],"responseStreamingSupported":true,"inferenceTypesSupported":["ON_DEMAND"],"modelLifecycle":{{"status":"ACTIVE"}}}}"#,
                quoted(&format!("arn:aws:bedrock:us-east-1::foundation-model/{id}")),
                id = quoted(id),
            )
        };
        let models: Vec<String> = models.iter().map(model).collect();
        format!(r#"{{"modelSummaries":[{}]}}"#, models.join(","))
    }

    fn headers(&self, id: &str) -> Vec<(&'static str, String)> {
        vec![("x-amzn-requestid", id.to_owned())]
    }

    fn reset(&self, _: Duration) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

const STREAM: &str = "/converse-stream";

/// What most refusals are called.
const VALIDATION: &str = "ValidationException";

/// The id of the key that a request is signed with.
pub(super) fn access_key(authorization: &str) -> Option<&str> {
    let signed = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let (_, credential) = signed.split_once("Credential=")?;
    credential.split('/').next()
}

fn envelope(call: &Call<'_>, blocks: &str, reason: &str) -> String {
    format!(
        r#"{{"metrics":{{"latencyMs":353}},"output":{{"message":{{"content":[{blocks}],"role":"assistant"}}}},{reason}"usage":{}}}"#,
        usage(call.tokens),
    )
}

fn message_start() -> Frame {
    event("messageStart", r#"{"role":"assistant","p":"abcdef"}"#.to_owned())
}

/// One block: its start, if it is a call, its deltas, its stop.
fn block(call: &Call<'_>, index: usize, part: &Part) -> Vec<Frame> {
    let each = call.script.tokens_per_event;
    let mut frames = Vec::new();
    match part {
        Part::Text(text) | Part::Refusal(text) => {
            frames.extend(pieces(text, each).iter().map(|piece| {
                delta(index, &format!(r#"{{"text":{}}}"#, quoted(piece))).content(piece)
            }))
        }
        Part::Thinking(text) => {
            let thought = |field: &str, said: &str| {
                delta(index, &format!(r#"{{"reasoningContent":{{"{field}":{}}}}}"#, quoted(said)))
            };
            frames
                .extend(pieces(text, each).iter().map(|piece| thought("text", piece).content("")));
            frames.push(thought("signature", &signature::of(&call.script.salt, text)));
        }
        Part::Call { name, arguments } => {
            let tool_use = tool_use(call, index, name);
            let start = format!(
                r#"{{"contentBlockIndex":{index},"start":{{"toolUse":{{{tool_use}}}}},"p":"abcd"}}"#
            );
            frames.push(event("contentBlockStart", start).content(""));
            frames.extend(fragments(arguments, each).iter().map(|piece| {
                let piece = quoted(piece);
                delta(index, &format!(r#"{{"toolUse":{{"input":{piece}}}}}"#)).content("")
            }));
        }
        Part::Picture(bytes) => {
            let start = format!(
                r#"{{"contentBlockIndex":{index},"start":{{"image":{{"format":"png"}}}},"p":"abcd"}}"#
            );
            frames.push(event("contentBlockStart", start));
            let source = format!(r#"{{"image":{{"source":{{"bytes":"{}"}}}}}}"#, base64(bytes));
            frames.push(delta(index, &source).content(""));
        }
        // No script of this dialect has one.
        Part::Sound { .. } => return frames,
    }
    let stop = format!(r#"{{"contentBlockIndex":{index},"p":"abcdefgh"}}"#);
    frames.push(event("contentBlockStop", stop));
    frames
}

fn delta(index: usize, delta: &str) -> Frame {
    let data = format!(r#"{{"contentBlockIndex":{index},"delta":{delta},"p":"ab"}}"#);
    event("contentBlockDelta", data)
}

fn metadata(call: &Call<'_>) -> Frame {
    let usage = usage(call.tokens);
    event("metadata", format!(r#"{{"metrics":{{"latencyMs":328}},"usage":{usage},"p":"abcde"}}"#))
}

fn event(name: &'static str, data: String) -> Frame {
    Frame::data(data).named(name)
}

/// The name of a call, and its id.
fn tool_use(call: &Call<'_>, index: usize, name: &str) -> String {
    let id = format!("tooluse_testkit{:08}{index:02}", call.number);
    format!(r#""name":{},"toolUseId":"{id}""#, quoted(name))
}

/// The counts; what was read from the cache is beside the rest, and has two names.
fn usage(tokens: Tokens) -> String {
    let Tokens { input, cached, output, .. } = tokens;
    format!(
        r#"{{"inputTokens":{},"outputTokens":{output},"totalTokens":{},"cacheReadInputTokens":{cached},"cacheReadInputTokenCount":{cached},"cacheWriteInputTokens":0,"cacheWriteInputTokenCount":0,"serverToolUsage":{{}}}}"#,
        input - cached,
        input + output,
    )
}

fn finish<'a>(call: &'a Call<'_>) -> &'a str {
    let usual = if call.answer.has_calls() { "tool_use" } else { "end_turn" };
    call.answer.finish.as_deref().unwrap_or(usual)
}
