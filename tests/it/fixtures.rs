//! Answers of our own making, one for each way in which hosts depart from their dialect.

pub(crate) mod anthropic;
pub(crate) mod cohere;
pub(crate) mod converse;
pub(crate) mod gemini;
pub(crate) mod ollama;
pub(crate) mod openai_chat;
pub(crate) mod openai_responses;

use std::fmt::Write;

use http::{HeaderMap, StatusCode};
use nohop_types::{Content, Error, Issuer, Media, Part, Request, Response, Summary};
use nohop_wire::dialect::Converse;
use nohop_wire::laws::{Order, Sample};
use nohop_wire::{Call, Head, Mode};

use nohop_tests::hosts::Host;

/// One answer, and what it tells.
pub(crate) struct Fixture {
    /// The departure it shows, as a sentence.
    pub(crate) name: &'static str,
    pub(crate) host: &'static dyn Host,
    pub(crate) mode: Mode,
    pub(crate) body: &'static str,
    /// What [`told`] makes of it.
    pub(crate) told: &'static str,
}

impl Fixture {
    /// The bytes of an answer that is written as `text`, which is how fixtures are read and spoilt.
    pub(crate) fn bytes(&self, text: &[u8]) -> Vec<u8> {
        match (self.host.dialect().name(), self.mode) {
            (Converse::NAME, Mode::Stream) => converse::messages(text),
            _ => text.to_vec(),
        }
    }

    /// Calls `look` with the answer as a sample.
    pub(crate) fn sample<T>(&self, look: impl FnOnce(Sample<'_>) -> T) -> T {
        let dialect = self.host.dialect();
        let (request, issuer) = (Request::new("m"), Issuer::new(dialect.name(), "here", "m"));
        let call = Call::new(&request, "m", "/", &issuer).mode(self.mode);
        let head = Head::new(StatusCode::OK, HeaderMap::new());
        look(Sample::new(dialect, call, &head, &self.bytes(self.body.as_bytes())))
    }

    /// Whether an answer in one piece tells the order of its parts in this dialect.
    pub(crate) fn order(&self) -> Order {
        match self.host.dialect().name() {
            "openai-chat" => Order::ByKind,
            _ => Order::Told,
        }
    }
}

/// The fixture of an answer in one piece.
const fn whole(
    name: &'static str,
    host: &'static dyn Host,
    body: &'static str,
    told: &'static str,
) -> Fixture {
    Fixture { name, host, mode: Mode::Whole, body, told }
}

/// The fixture of an answer that is streamed.
const fn stream(
    name: &'static str,
    host: &'static dyn Host,
    body: &'static str,
    told: &'static str,
) -> Fixture {
    Fixture { name, host, mode: Mode::Stream, body, told }
}

/// An answer and its end, in a few words.
pub(crate) fn told(response: &Response, error: Option<&Error>) -> String {
    let mut told = String::new();
    for (index, choice) in response.choices.iter().enumerate() {
        if index > 0 {
            told.push_str("| ");
        }
        for part in &choice.parts {
            tell(&mut told, part);
        }
        if let Some(reason) = &choice.reason {
            write!(told, "{reason}").unwrap();
            if let Some(raw) = choice.raw.as_deref().filter(|raw| *raw != reason.as_str()) {
                write!(told, "({raw})").unwrap();
            }
            told.push(' ');
        }
    }
    let usage = &response.usage;
    let counts = [
        ("in", usage.input),
        ("read", usage.cache_read),
        ("written", usage.cache_write),
        ("out", usage.output),
        ("thought", usage.reasoning),
        ("tools", usage.tool_prompt),
    ];
    for (name, count) in counts {
        if let Some(count) = count {
            write!(told, "{name}={count} ").unwrap();
        }
    }
    if let Some(cost) = usage.cost {
        write!(told, "{cost} ").unwrap();
    }
    if let Some(error) = error {
        write!(told, "! {error}").unwrap();
    }
    told.trim_end().to_owned()
}

fn tell(told: &mut String, part: &Part) {
    match &part.content {
        Content::Text(text) => write!(told, "{text:?} ").unwrap(),
        Content::Refusal(text) => write!(told, "refusal {text:?} ").unwrap(),
        Content::Reasoning(reasoning) => {
            let kind = if reasoning.summary == Summary::Summary { "summary" } else { "thinks" };
            write!(told, "{kind} {:?}", reasoning.text).unwrap();
            for (name, text) in [("signed", &reasoning.signature), ("sealed", &reasoning.sealed)] {
                if let Some(text) = text {
                    write!(told, " {name} {text:?}").unwrap();
                }
            }
            told.push(' ');
        }
        Content::ToolCall(call) => {
            write!(told, "{}:{}({}) ", call.id, call.name, call.arguments).unwrap();
        }
        Content::Audio(audio) => {
            let bytes = audio.media.as_ref().map_or(0, Media::len);
            write!(told, "audio of {bytes} saying {:?} ", audio.transcript).unwrap();
        }
        Content::Image(image) => write!(told, "image of {} ", image.media.len()).unwrap(),
        Content::Opaque(opaque) => write!(told, "{} ", opaque.json.as_str()).unwrap(),
        other => write!(told, "{other:?} ").unwrap(),
    }
    for citation in &part.citations {
        write!(told, "[{}] ", citation.url.as_deref().unwrap_or("?")).unwrap();
    }
    if !part.logprobs.is_empty() {
        write!(told, "{} logprobs ", part.logprobs.len()).unwrap();
    }
}
