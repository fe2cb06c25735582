//! Requests of our own making, and what each dialect makes of them: the body, and what is lost.
//!
//! Recordings show what others send; these show what we say for every word of the vocabulary.

mod abilities;
mod carried;
mod cohere;
mod content;
mod converse;
mod gemini;
mod media;
mod ollama;
mod options;
mod responses;
mod thinking;
mod tools;

use nohop_types::{Issuer, Request, Result};
use nohop_wire::dialect::{
    Anthropic, Cap, Files, History, Marks, OpenAiChat, Required, StreamUsage, ThinkingField,
};
use nohop_wire::{Abilities, Call, Dialect, Mode, laws};
use serde_json::Value;

/// The inventor of the dialect most providers claim to speak.
const OPENAI: &dyn Dialect = &OpenAiChat::PLAIN;

/// A host of open models.
const HOSTED: &dyn Dialect = &OpenAiChat::HOSTED;

/// A host with departures of its own.
const MISTRAL: &dyn Dialect = &OpenAiChat {
    cap: Cap::MaxTokens,
    history: History::Parts,
    required: Required::Any,
    files: Files::DocumentUrl,
    seed: "random_seed",
    session: Some("prompt_cache_key"),
    stream_usage: StreamUsage::Unasked,
    ..OpenAiChat::HOSTED
};

/// A gateway to everyone.
const GATEWAY: &dyn Dialect = &OpenAiChat {
    thinking: &[ThinkingField::Object, ThinkingField::Effort],
    history: History::Details,
    marks: Marks::Control,
    ..OpenAiChat::PLAIN
};

const ANTHROPIC: &dyn Dialect = &Anthropic::PLAIN;

/// The request as `dialect` says it has this `body`, but for the model, and these `losses`.
fn check(dialect: &dyn Dialect, request: &Request, body: Value, losses: &[&str]) {
    let found = sent(dialect, request, Mode::Whole, &Abilities::default());
    expect(found, body, losses);
}

/// The request as `dialect` says it to a model with these `abilities`, and its losses.
fn sent(
    dialect: &dyn Dialect,
    request: &Request,
    mode: Mode,
    abilities: &Abilities,
) -> Result<(Value, Vec<String>)> {
    let issuer = Issuer::new(dialect.name(), "here", &request.model);
    let call = Call::new(request, &request.model, "/", &issuer).mode(mode).abilities(abilities);
    let encoded = dialect.encode(&call)?;
    let losses = encoded.losses.iter().map(ToString::to_string).collect();
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

fn expect(found: Result<(Value, Vec<String>)>, mut body: Value, losses: &[&str]) {
    let (sent, lost) = found.unwrap();
    body["model"] = "m".into();
    let differences = laws::differences(&body, &sent);
    let shown: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{shown:#?} in {sent:#}");
    assert_eq!(lost, losses, "{sent:#}");
}

/// A conversation that begins.
fn hi() -> Request {
    Request::new("m").user("Hi")
}
