//! Prints a request in another dialect, and what is lost on the way.
//!
//! ```sh
//! cargo run --example translate -- openai anthropic < request.json
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what an example does")]

use std::io::{self, Read};
use std::process::ExitCode;

use nohop_types::{Error, ErrorKind, Issuer, Result};
use nohop_wire::dialect::{Anthropic, Cohere, Gemini, Ollama, OpenAiChat, OpenAiResponses};
use nohop_wire::{Call, Dialect, RequestHead, Surface};
use serde_json::Value;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (Some(from), Some(to), None) = (words.next(), words.next(), words.next()) else {
        eprintln!(
            "usage: translate FROM TO < request.json, each of them openai, responses, anthropic or gemini, TO also cohere or ollama"
        );
        return ExitCode::from(2);
    };
    match translate(&from, &to) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn translate(from: &str, to: &str) -> Result<()> {
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body).map_err(|source| {
        Error::new(ErrorKind::Config, "standard input can not be read").with_source(source)
    })?;

    // A surface reads what a client of its dialect sends; a dialect writes what its provider takes.
    let incoming = surface(from)?.decode(&RequestHead::default(), &body)?;
    let (dialect, model) = (dialect(to)?, &incoming.request.model);
    let issuer = Issuer::new(dialect.name(), "there", model);
    let call = Call::new(&incoming.request, model, "/", &issuer).mode(incoming.mode);
    let encoded = dialect.encode(&call)?;

    let json: Value = serde_json::from_slice(&encoded.body).unwrap_or_default();
    println!("{json:#}");
    for loss in &encoded.losses {
        eprintln!("loss: {loss}");
    }
    Ok(())
}

fn surface(name: &str) -> Result<&'static dyn Surface> {
    match name {
        "openai" => Ok(&OpenAiChat::PLAIN),
        "responses" => Ok(&OpenAiResponses::PLAIN),
        "anthropic" => Ok(&Anthropic::PLAIN),
        "gemini" => Ok(&Gemini::PLAIN),
        other => Err(unknown(other)),
    }
}

fn dialect(name: &str) -> Result<&'static dyn Dialect> {
    match name {
        "openai" => Ok(&OpenAiChat::PLAIN),
        "responses" => Ok(&OpenAiResponses::PLAIN),
        "anthropic" => Ok(&Anthropic::PLAIN),
        "gemini" => Ok(&Gemini::PLAIN),
        "cohere" => Ok(&Cohere::PLAIN),
        "ollama" => Ok(&Ollama::PLAIN),
        other => Err(unknown(other)),
    }
}

fn unknown(name: &str) -> Error {
    let known = "openai, responses, anthropic or gemini, or where it goes to, cohere or ollama";
    Error::new(ErrorKind::Config, format!("no dialect is called {name:?}: say {known}"))
}
