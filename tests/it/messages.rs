//! Amazon's binary event streams, against the vectors of its own SDKs.
//!
//! The vectors are no part of the project: the tests beside the framing hold what a stranger needs.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop_tests::{hosts, recording};
use nohop_types::{ErrorKind, Response};
use nohop_wire::{Framer, Framing, Mode, Uncut};
use serde_json::Value;

use crate::speak;

/// Headers that are text, and data.
type Message = (Vec<(String, String)>, Vec<u8>);

/// What is made of `body` in two reads, as far as it goes; of headers, those that are `wanted`.
fn cut(body: &[u8], at: usize, wanted: &[Vec<String>]) -> (Vec<Message>, Option<Uncut>, usize) {
    let mut framer = Framer::new(Framing::AwsEventStream, 1 << 20);
    let mut messages: Vec<Message> = Vec::new();
    for mut read in [&body[..at], &body[at..]] {
        loop {
            match framer.next(&mut read) {
                Ok(Some(frame)) => {
                    let names = wanted.get(messages.len()).into_iter().flatten();
                    let header = |name: &String| Some((name.clone(), frame.header(name)?.into()));
                    messages.push((names.filter_map(header).collect(), frame.data.to_vec()));
                }
                Ok(None) => break,
                Err(uncut) => return (messages, Some(uncut), 0),
            }
        }
    }
    (messages, None, framer.arriving())
}

/// The same, once it is sure that cuts do not matter.
fn cut_anywhere(body: &[u8], wanted: &[Vec<String>]) -> (Vec<Message>, Option<Uncut>, usize) {
    let whole = cut(body, body.len(), wanted);
    for at in 0..body.len() {
        assert_eq!(cut(body, at, wanted), whole, "cut at {at}");
    }
    whole
}

#[test]
fn messages_of_the_reference_are_read_and_those_it_corrupts_are_not() {
    let Some(folder) = shared("event-stream") else { return };
    let read = |path: &str| fs::read(folder.join(path)).unwrap();
    let names = |path: &str| {
        let entries = fs::read_dir(folder.join(path)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<Vec<_>>()
    };
    let good = names("encoded/positive");
    for name in &good {
        let told: Value =
            serde_json::from_slice(&read(&format!("decoded/positive/{name}"))).unwrap();
        let headers = told["headers"].as_array().unwrap().iter();
        let texts = headers.filter(|header| header["type"] == 7).map(|header| {
            let text = String::from_utf8(decoded(&header["value"])).unwrap();
            (header["name"].as_str().unwrap().to_owned(), text)
        });
        let texts: Vec<_> = texts.collect();
        let wanted = [texts.iter().map(|(name, _)| name.clone()).collect()];
        let body = read(&format!("encoded/positive/{name}"));
        let (messages, uncut, _) = cut_anywhere(&body, &wanted);
        assert_eq!((messages, uncut), (vec![(texts, decoded(&told["payload"]))], None), "{name}");
    }
    let bad = names("encoded/negative");
    for name in &bad {
        let told = String::from_utf8(read(&format!("decoded/negative/{name}"))).unwrap();
        let why = match told.contains("Prelude") {
            true => "the check sum of a message's lengths is wrong",
            false => "the check sum of a message is wrong",
        };
        let body = read(&format!("encoded/negative/{name}"));
        assert_eq!(cut_anywhere(&body, &[]), (Vec::new(), Some(Uncut::Broken(why)), 0), "{name}");
    }
    assert_eq!((good.len(), bad.len()), (5, 4));
}

#[test]
fn streams_as_bedrock_sends_them_are_read_message_by_message() {
    let Some(file) = shared("bedrock_eventstream_vectors.json") else { return };
    let streams: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(streams.len(), 7);
    for stream in streams {
        let name = &stream["name"];
        let told: Vec<Message> =
            stream["messages"].as_array().into_iter().flatten().map(message).collect();
        let names = |(headers, _): &Message| headers.iter().map(|(name, _)| name.clone()).collect();
        let wanted: Vec<Vec<String>> = told.iter().map(names).collect();
        let (messages, uncut, left) = cut_anywhere(&decoded(&stream["bytes_b64"]), &wanted);
        match stream["error"].as_str() {
            Some("truncated") => assert!(uncut.is_none() && left > 0, "{name}"),
            Some(_) => assert!(matches!(uncut, Some(Uncut::Broken(_))), "{name}"),
            None => assert_eq!((messages, uncut, left), (told, None, 0), "{name}"),
        }
    }
}

#[test]
fn streams_as_bedrock_sends_them_are_answers_or_errors_of_the_right_kind() {
    let Some(file) = shared("bedrock_eventstream_vectors.json") else { return };
    let streams: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    for stream in streams {
        let body = decoded(&stream["bytes_b64"]);
        let (events, error) = speak::events(&hosts::CONVERSE, Mode::Stream, &body);
        let response = Response::from_iter(events);
        let kind = error.map(|error| error.kind());
        let expected = match stream["name"].as_str().unwrap() {
            "text" => None,
            "reasoning_tools" => {
                assert_eq!((&*response.reasoning(), response.tool_calls().count()), ("hmm", 2));
                None
            }
            "throttled_mid_stream" => Some(ErrorKind::RateLimit),
            "model_stream_error" | "error_frame" => Some(ErrorKind::Server),
            "corrupt_crc" => Some(ErrorKind::Protocol),
            "truncated" => Some(ErrorKind::Truncated),
            other => panic!("{other} is new"),
        };
        assert_eq!(kind, expected, "{}", stream["name"]);
    }
}

fn message(told: &Value) -> Message {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let headers = told["headers"].as_object().unwrap().iter();
    (
        headers.map(|(name, value)| (name.clone(), text(value))).collect(),
        text(&told["payload"]).into(),
    )
}

fn decoded(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// The shared vectors at `path`.
fn shared(path: &str) -> Option<PathBuf> {
    let found = recording::shared().map(|shared| shared.join("specs/aws").join(path));
    let found = found.filter(|path| path.exists());
    if found.is_none() {
        skipped(&format!("there is no specs/aws/{path} in the shared folder"));
    }
    found
}

#[allow(clippy::print_stderr, reason = "a test that looked at nothing has to say so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
