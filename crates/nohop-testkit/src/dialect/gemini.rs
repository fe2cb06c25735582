mod check;
mod history;
mod tasks;

use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::{Asked, Call, Frame, Refusal, Speech, Told, quoted, schema, signature};
use crate::script::{Part, Tokens, base64, halves, pieces};
use crate::{Departure, Script};

/// Google's generateContent.
pub(super) struct Gemini;

impl Speech for Gemini {
    fn is_call(&self, path: &str) -> bool {
        path.ends_with(":generateContent") || path.ends_with(STREAM)
    }

    fn does(&self, path: &str) -> bool {
        [tasks::ONE, tasks::BATCH, tasks::PREDICT].iter().any(|method| path.ends_with(method))
    }

    fn told(&self, asked: &Asked<'_>) -> Result<Told, Refusal> {
        tasks::told(asked)
    }

    fn streams(&self, head: &Parts, _: &Value) -> bool {
        let is_sse =
            || head.uri.query().is_some_and(|query| query.split('&').any(|it| it == "alt=sse"));
        head.uri.path().ends_with(STREAM) && is_sse()
    }

    fn model<'a>(&self, head: &'a Parts, _: &'a Value) -> &'a str {
        let (path, _) = head.uri.path().rsplit_once(':').unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    fn id(&self, number: u64) -> String {
        format!("testkit{number:08}")
    }

    fn admit(&self, script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
        check::key(script, headers)
    }

    fn check(&self, script: &Script, head: &Parts, body: &Value) -> Result<(), Refusal> {
        check::body(script, self.model(head, body), body)?;
        schema::gemini(body)
    }

    fn ends_in_crlf(&self) -> bool {
        true
    }

    fn whole(&self, call: &Call<'_>) -> String {
        let whole = frame(call, &parts(call, Words::Whole), Some(finish(call))).data;
        let whole = whole.unwrap_or_default();
        // A stream that nobody asked to have as events is a list.
        let is_list = call.head.uri.path().ends_with(STREAM);
        if is_list { format!("[{whole}]") } else { whole }
    }

    fn frames(&self, call: &Call<'_>) -> Vec<Frame> {
        let mut parts = parts(call, Words::Each);
        let last = parts.pop_if(|_| call.has(Departure::Together));
        let last = last.unwrap_or_else(|| {
            Piece::text("", None, call.answer.has_thinking().then(|| sign(call, TEXT)))
        });
        // The first says nothing, as it often does.
        let mut frames = vec![frame(call, &[Piece::text("", None, None)], None)];
        frames[0].content = None;
        frames.extend(parts.iter().map(|piece| frame(call, std::slice::from_ref(piece), None)));
        frames.push(frame(call, &[last], Some(finish(call))));
        frames
    }

    fn hollow(&self, call: &Call<'_>) -> (String, Vec<Frame>) {
        let hollow = envelope(call, None, &usage(call.tokens));
        (hollow.clone(), vec![Frame::data(hollow)])
    }

    fn refusal(&self, kind: ErrorKind) -> Refusal {
        let refusal = |status, word, message: &str| Refusal::new(kind, status, word, message);
        let spent = "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.";
        match kind {
            ErrorKind::Auth => check::wrong_key(),
            ErrorKind::Quota => refusal(429, "RESOURCE_EXHAUSTED", spent)
                .code("GenerateRequestsPerDayPerProjectPerModel"),
            ErrorKind::RateLimit => refusal(429, "RESOURCE_EXHAUSTED", spent)
                .code("GenerateRequestsPerMinutePerProjectPerModel"),
            ErrorKind::InvalidRequest => refusal(
                400,
                "INVALID_ARGUMENT",
                "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type",
            ),
            ErrorKind::ContextLength => check::too_long(200_001, 200_000),
            // What the provider does not read, it answers with nothing.
            ErrorKind::ContentFilter => refusal(200, "PROHIBITED_CONTENT", ""),
            ErrorKind::NotFound => check::no_model("gone"),
            ErrorKind::Overloaded => {
                refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
            }
            ErrorKind::Timeout => {
                refusal(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again.")
            }
            _ => refusal(
                500,
                "INTERNAL",
                "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
            ),
        }
    }

    fn error(&self, refusal: &Refusal, id: &str) -> String {
        let Refusal { status, word, .. } = refusal;
        let message = quoted(&refusal.message);
        if refusal.kind == ErrorKind::ContentFilter {
            return format!(
                r#"{{"promptFeedback":{{"blockReason":"{word}","blockReasonMessage":{message}}},"usageMetadata":{{"promptTokenCount":3,"totalTokenCount":3}},"modelVersion":"testkit","responseId":"{id}"}}"#
            );
        }
        let details = details(refusal).join(",");
        format!(
            r#"{{"error":{{"code":{status},"message":{message},"status":"{word}","details":[{details}]}}}}"#
        )
    }

    fn error_type(&self, head: &Parts) -> &'static str {
        if self.streams(head, &Value::Null) {
            "text/event-stream"
        } else {
            "application/json; charset=UTF-8"
        }
    }

    fn error_frame(&self, refusal: &Refusal, id: &str) -> Frame {
        Frame::data(self.error(refusal, id))
    }

    fn ping(&self) -> Frame {
        Frame::comment()
    }

    fn models(&self, models: &[String]) -> String {
        let model = |id: &String| {
            format!(
                r#"{{"name":{},"displayName":{},"inputTokenLimit":1048576,"outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"]}}"#,
                quoted(&format!("models/{id}")),
                quoted(id),
            )
        };
        let models: Vec<String> = models.iter().map(model).collect();
        format!(r#"{{"models":[{}]}}"#, models.join(","))
    }

    fn headers(&self, _: &str) -> Vec<(&'static str, String)> {
        vec![
            ("server-timing", "gfet4t7; dur=21".to_owned()),
            ("x-gemini-service-tier", "standard".to_owned()),
            ("vary", "Origin".to_owned()),
        ]
    }

    fn reset(&self, _: Duration) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn comes_back(&self, after: Duration) -> String {
        format!("Please retry in {}s.", after.as_secs_f64())
    }
}

const STREAM: &str = ":streamGenerateContent";

/// What is signed where a text is.
const TEXT: &str = "";

/// One part of a frame, and how much text it has for the caller.
struct Piece {
    spelled: String,
    content: String,
}

impl Piece {
    /// A text of the model's, or a thought of its.
    fn text(text: &str, thought: Option<()>, signature: Option<String>) -> Self {
        let mut spelled = format!(r#"{{"text":{}"#, quoted(text));
        if thought.is_some() {
            spelled += r#","thought":true"#;
        }
        if let Some(signature) = signature {
            spelled += &format!(r#","thoughtSignature":"{signature}""#);
        }
        let content = if thought.is_some() { "" } else { text };
        Self { spelled: spelled + "}", content: content.to_owned() }
    }
}

/// How a text is cut.
#[derive(Clone, Copy, PartialEq)]
enum Words {
    Whole,
    Each,
}

/// The answer's parts. A call is signed if it is the first of those made together.
fn parts(call: &Call<'_>, words: Words) -> Vec<Piece> {
    let cut = |text: &String| match words {
        Words::Whole => vec![text.clone()],
        Words::Each => pieces(text, call.script.tokens_per_event),
    };
    let mut parts = Vec::new();
    let mut is_signed = false;
    for part in &call.answer.parts {
        match part {
            Part::Text(text) | Part::Refusal(text) => {
                parts.extend(cut(text).iter().map(|text| Piece::text(text, None, None)));
            }
            Part::Thinking(text) => {
                parts.extend(cut(text).iter().map(|text| Piece::text(text, Some(()), None)));
            }
            Part::Call { name, arguments } => {
                let arguments = if arguments.is_empty() { "{}" } else { arguments };
                let call_of = format!(r#"{{"name":{},"args":{arguments}}}"#, quoted(name));
                let signature = match is_signed {
                    true => String::new(),
                    false => format!(r#","thoughtSignature":"{}""#, sign(call, name)),
                };
                is_signed = true;
                let spelled = format!(r#"{{"functionCall":{call_of}{signature}}}"#);
                parts.push(Piece { spelled, content: String::new() });
            }
            Part::Picture(bytes) => {
                let data = base64(bytes);
                let signature = sign(call, &data);
                let spelled = format!(
                    r#"{{"inlineData":{{"mimeType":"image/png","data":"{data}"}},"thoughtSignature":"{signature}"}}"#
                );
                parts.push(Piece { spelled, content: String::new() });
            }
            Part::Sound { bytes, .. } => {
                let heard = match words {
                    Words::Whole => vec![base64(bytes)],
                    Words::Each => halves(bytes).to_vec(),
                };
                parts.extend(heard.iter().map(|data| Piece {
                    spelled: format!(
                        r#"{{"inlineData":{{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"{data}"}}}}"#
                    ),
                    content: String::new(),
                }));
            }
        }
    }
    parts
}

fn sign(call: &Call<'_>, what: &str) -> String {
    signature::of(&call.script.salt, what)
}

fn frame(call: &Call<'_>, pieces: &[Piece], finish: Option<&str>) -> Frame {
    let parts: Vec<&str> = pieces.iter().map(|piece| &*piece.spelled).collect();
    let parts = match parts.is_empty() {
        true => String::new(),
        false => format!(r#""parts":[{}],"#, parts.join(",")),
    };
    let reason = finish
        .map_or_else(String::new, |word| format!(r#","finishReason":{}"#, reason(call, word)));
    let candidate = format!(r#"{{"content":{{{parts}"role":"model"}}{reason},"index":0}}"#);
    let Tokens { input, .. } = call.tokens;
    let counts = match finish {
        Some(_) => usage(call.tokens),
        None => format!(r#"{{"promptTokenCount":{input},"totalTokenCount":{input}}}"#),
    };
    let mut frame = Frame::data(envelope(call, Some(&candidate), &counts));
    let content: String = pieces.iter().map(|piece| &*piece.content).collect();
    if finish.is_none() || call.has(Departure::Together) {
        frame = frame.content(&content);
    }
    frame.finishes = finish.is_some();
    frame
}

fn envelope(call: &Call<'_>, candidate: Option<&str>, usage: &str) -> String {
    let candidates = candidate.map_or_else(String::new, |it| format!(r#""candidates":[{it}],"#));
    format!(
        r#"{{{candidates}"usageMetadata":{usage},"modelVersion":{},"responseId":"{}"}}"#,
        quoted(call.model),
        Gemini.id(call.number),
    )
}

/// The counts; what is zero is not said.
fn usage(tokens: Tokens) -> String {
    let Tokens { input, cached, output, reasoned } = tokens;
    let total = input + output;
    let counts = [
        ("promptTokenCount", input),
        ("cachedContentTokenCount", cached),
        ("candidatesTokenCount", output - reasoned),
        ("thoughtsTokenCount", reasoned),
        ("totalTokenCount", total),
    ];
    let said = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = said.map(|(name, count)| format!(r#""{name}":{count}"#)).collect();
    format!("{{{}}}", counts.join(","))
}

/// The reason as it is spelled, in a word or by its number.
fn reason(call: &Call<'_>, word: &str) -> String {
    let number = match word {
        "STOP" => 1,
        "MAX_TOKENS" => 2,
        "SAFETY" => 3,
        _ => return quoted(word),
    };
    if call.has(Departure::Numbered) { format!("{number}") } else { quoted(word) }
}

fn finish<'a>(call: &'a Call<'_>) -> &'a str {
    call.answer.finish.as_deref().unwrap_or("STOP")
}

/// What is said beside an error, each in an object of its own.
fn details(refusal: &Refusal) -> Vec<String> {
    let mut details = Vec::new();
    match (refusal.kind, refusal.code) {
        (ErrorKind::Auth, Some(reason)) => details.push(format!(
            r#"{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{reason}","domain":"googleapis.com","metadata":{{"service":"generativelanguage.googleapis.com"}}}}"#
        )),
        (_, Some(quota)) => details.push(format!(
            r#"{{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{{"quotaMetric":"generativelanguage.googleapis.com/generate_requests","quotaId":"{quota}","quotaValue":"50"}}]}}"#
        )),
        _ => {}
    }
    if let Some(after) = refusal.retry_after {
        details.push(format!(
            r#"{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{}s"}}"#,
            after.as_secs_f64()
        ));
    }
    details
}
