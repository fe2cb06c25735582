//! The works that are measured, and the limits they keep.

use std::hint::black_box;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use nohop_types::{Error, ErrorKind, Issuer, Request, Response};
use nohop_wire::dialect::{Anthropic, Cohere, Gemini, Ollama, OpenAiChat, OpenAiResponses};
use nohop_wire::{Call, Dialect, Framer, Framing, Head, Mode, Reader};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bodies::{self, ANSWERS, EVENTS, PACKET, READ};
use crate::floor;

/// Something that is done over and over, and what it may cost.
#[derive(Debug)]
#[non_exhaustive]
pub struct Work {
    /// Its name.
    pub name: &'static str,
    /// What is done in so many passes.
    pub run: fn(usize) -> Result<(), Error>,
    /// How often it is done in one pass.
    pub times: usize,
    /// What it may cost.
    pub limit: Limit,
}

/// What doing something once may cost.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Limit {
    /// Nothing is promised: others are measured by it.
    None,
    /// So many instructions and, if it is said, so many allocations.
    Each(f64, Option<f64>),
    /// So many times the instructions of another work.
    Times(f64, &'static str),
}

/// Every work, in the order of the table; one that others are measured by comes before them.
pub const WORKS: &[Work] = &[
    Work { name: "sse", run: sse, times: EVENTS, limit: Limit::Each(2_000.0, None), ..WORK },
    Work { name: "sse-line-1m", run: |n| sse_lines(n, 1 << 20), ..WORK },
    Work {
        name: "sse-line-4m",
        run: |n| sse_lines(n, 4 << 20),
        limit: Limit::Times(4.4, "sse-line-1m"),
        ..WORK
    },
    Work {
        name: "sse-line-new",
        run: sse_line_new,
        limit: Limit::Each(4_000_000.0, Some(16.0)),
        ..WORK
    },
    Work { name: "floor-json", run: floor_json, times: EVENTS, ..WORK },
    Work {
        name: "chunk-openai",
        run: |n| chunks(n, &OpenAiChat::PLAIN, bodies::openai_head, bodies::openai_stream),
        times: EVENTS,
        limit: CHUNK,
        ..WORK
    },
    Work {
        name: "chunk-anthropic",
        run: |n| chunks(n, &Anthropic::PLAIN, bodies::anthropic_head, bodies::anthropic_stream),
        times: EVENTS,
        limit: CHUNK,
        ..WORK
    },
    Work {
        name: "chunk-gemini",
        run: |n| chunks(n, &Gemini::PLAIN, bodies::gemini_head, bodies::gemini_stream),
        times: EVENTS,
        limit: Limit::Each(10_000.0, None),
        ..WORK
    },
    Work {
        name: "chunk-cohere",
        run: |n| chunks(n, &Cohere::PLAIN, bodies::cohere_head, bodies::cohere_stream),
        times: EVENTS,
        limit: Limit::Each(10_000.0, Some(4.0)),
    },
    Work {
        name: "chunk-ollama",
        run: |n| chunks(n, &Ollama::PLAIN, bodies::ollama_head, bodies::ollama_stream),
        times: EVENTS,
        limit: Limit::Each(10_000.0, Some(4.0)),
    },
    Work {
        name: "chunk-responses",
        run: |n| {
            let (head, stream) = (bodies::responses_head, bodies::responses_stream);
            chunks(n, &OpenAiResponses::PLAIN, head, stream)
        },
        times: EVENTS,
        limit: Limit::Each(10_000.0, Some(4.0)),
    },
    Work { name: "end-responses-256k", run: |n| ends(n, 256 << 10), ..WORK },
    Work {
        name: "end-responses-1m",
        run: |n| ends(n, 1 << 20),
        limit: Limit::Times(4.4, "end-responses-256k"),
        ..WORK
    },
    Work {
        name: "floor-openai",
        run: |n| floor_encode(n, &floor::OpenAiRequest::conversation()),
        ..WORK
    },
    Work {
        name: "encode-openai",
        run: |n| encode(n, &OpenAiChat::PLAIN, &bodies::conversation()),
        limit: Limit::Times(1.3, "floor-openai"),
        ..WORK
    },
    Work {
        name: "floor-anthropic",
        run: |n| floor_encode(n, &floor::AnthropicRequest::conversation()),
        ..WORK
    },
    Work {
        name: "encode-anthropic",
        run: |n| encode(n, &Anthropic::PLAIN, &bodies::capped_conversation()),
        limit: Limit::Times(1.3, "floor-anthropic"),
        ..WORK
    },
    Work { name: "ask-openai", run: ask, times: ANSWERS, ..WORK },
    Work {
        name: "floor-whole-openai",
        run: |n| floor_whole(n, bodies::OPENAI_ANSWER, floor::OpenAiAnswer::sum),
        times: ANSWERS,
        ..WORK
    },
    Work {
        name: "whole-openai",
        run: |n| whole(n, &OpenAiChat::PLAIN, bodies::OPENAI_ANSWER),
        times: ANSWERS,
        limit: Limit::Times(2.3, "floor-whole-openai"),
        ..WORK
    },
    Work {
        name: "floor-whole-anthropic",
        run: |n| floor_whole(n, bodies::ANTHROPIC_ANSWER, floor::AnthropicAnswer::sum),
        times: ANSWERS,
        ..WORK
    },
    Work {
        name: "whole-anthropic",
        run: |n| whole(n, &Anthropic::PLAIN, bodies::ANTHROPIC_ANSWER),
        times: ANSWERS,
        limit: Limit::Times(2.6, "floor-whole-anthropic"),
        ..WORK
    },
];

/// What an event of a stream may cost, from its bytes to what it says.
const CHUNK: Limit = Limit::Each(9_000.0, Some(4.0));

const WORK: Work = Work { name: "", run: |_| Ok(()), times: 1, limit: Limit::None };

/// Cuts an event stream into frames, in reads as a socket hands them out.
fn sse(passes: usize) -> Result<(), Error> {
    let stream = bodies::openai_stream();
    let mut framer = Framer::new(Framing::Sse, Reader::BOUND);
    for _ in 0..passes {
        assert_eq!(frames(&mut framer, &stream, READ), EVENTS);
    }
    Ok(())
}

/// Cuts out long lines, in reads as a network hands them out.
///
/// The framer keeps the room it made for the first, and so does not ask the allocator again, whose
/// cost depends on all that was asked of it before.
fn sse_lines(passes: usize, bytes: usize) -> Result<(), Error> {
    let stream = bodies::long_line(bytes);
    let mut framer = Framer::new(Framing::Sse, Reader::BOUND);
    for _ in 0..passes {
        assert_eq!(frames(&mut framer, &stream, PACKET), 1);
    }
    Ok(())
}

/// Cuts out a line of 4 MiB, and makes room for it each time.
fn sse_line_new(passes: usize) -> Result<(), Error> {
    let stream = bodies::long_line(4 << 20);
    for _ in 0..passes {
        let mut framer = Framer::new(Framing::Sse, Reader::BOUND);
        assert_eq!(frames(&mut framer, &stream, PACKET), 1);
    }
    Ok(())
}

fn frames(framer: &mut Framer, stream: &[u8], read: usize) -> usize {
    let mut count = 0;
    for mut piece in black_box(stream).chunks(read) {
        while let Ok(Some(frame)) = framer.next(&mut piece) {
            black_box(frame.data);
            count += 1;
        }
    }
    count
}

/// Reads the JSON of a chunk, and does nothing about it.
fn floor_json(passes: usize) -> Result<(), Error> {
    for _ in 0..passes * EVENTS {
        let chunk = serde_json::from_str::<floor::Chunk<'_>>(black_box(bodies::CHUNK));
        black_box(chunk.map(|chunk| chunk.sum())).map_err(json)?;
    }
    Ok(())
}

/// Reads a stream from its bytes to its events, from the middle of an answer.
fn chunks(
    passes: usize,
    dialect: &dyn Dialect,
    head: fn() -> Vec<u8>,
    stream: fn() -> Vec<u8>,
) -> Result<(), Error> {
    let (request, issuer) = (Request::new(bodies::MODEL), issuer(dialect));
    let call = Call::new(&request, bodies::MODEL, "/", &issuer).mode(Mode::Stream);
    let label = HeaderValue::from_static("text/event-stream; charset=utf-8");
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, label)]);
    let mut reader = Reader::open(dialect, &call, &Head::new(StatusCode::OK, headers))?;
    let stream = stream();

    // What opens the part that every word is appended to happens once in an answer.
    let mut events = Vec::new();
    reader.push(&head(), &mut events)?;
    for _ in 0..passes {
        let mut count = 0;
        for piece in black_box(&stream).chunks(READ) {
            events.clear();
            reader.push(piece, &mut events)?;
            count += black_box(&events).len();
        }
        // Some count what they used with every word.
        assert!(count >= EVENTS, "{count} events");
    }
    assert_eq!(reader.skipped(), 0);
    Ok(())
}

/// Reads the end of a Responses stream, which says again all that was told before.
fn ends(passes: usize, bytes: usize) -> Result<(), Error> {
    let dialect = &OpenAiResponses::PLAIN;
    let (request, issuer) = (Request::new(bodies::MODEL), issuer(dialect));
    let call = Call::new(&request, bodies::MODEL, "/", &issuer).mode(Mode::Stream);
    let head = Head::new(StatusCode::OK, HeaderMap::new());
    let (begin, end) = (bodies::responses_head(), bodies::responses_end(bytes));
    let mut events = Vec::new();
    for _ in 0..passes {
        events.clear();
        let mut reader = Reader::open(dialect, &call, &head)?;
        reader.push(&begin, &mut events)?;
        for piece in black_box(&end).chunks(READ) {
            reader.push(piece, &mut events)?;
        }
        reader.end(&mut events)?;
        assert_eq!(black_box(&events).len(), 6);
    }
    Ok(())
}

/// Writes a request.
fn encode(passes: usize, dialect: &dyn Dialect, request: &Request) -> Result<(), Error> {
    let issuer = issuer(dialect);
    let call = Call::new(request, &request.model, "/", &issuer).mode(Mode::Stream);
    for _ in 0..passes {
        black_box(dialect.encode(black_box(&call))?);
    }
    Ok(())
}

/// Writes the same JSON as [`encode`], and could write no other.
fn floor_encode(passes: usize, request: &impl Serialize) -> Result<(), Error> {
    for _ in 0..passes {
        black_box(serde_json::to_vec(black_box(request)).map_err(json)?);
    }
    Ok(())
}

/// Writes one question.
fn ask(passes: usize) -> Result<(), Error> {
    let (request, issuer) = (bodies::question(), issuer(&OpenAiChat::PLAIN));
    let call = Call::new(&request, &request.model, "/", &issuer);
    for _ in 0..passes * ANSWERS {
        black_box(OpenAiChat::PLAIN.encode(black_box(&call))?);
    }
    Ok(())
}

/// Reads whole answers, from their bytes to what a caller gets.
fn whole(passes: usize, dialect: &dyn Dialect, answer: &str) -> Result<(), Error> {
    let (request, issuer) = (bodies::question(), issuer(dialect));
    let call = Call::new(&request, &request.model, "/", &issuer);
    let label = HeaderValue::from_static("application/json");
    let head = Head::new(StatusCode::OK, HeaderMap::from_iter([(header::CONTENT_TYPE, label)]));
    for _ in 0..passes * ANSWERS {
        let mut events = Vec::new();
        let mut reader = Reader::open(dialect, black_box(&call), &head)?;
        reader.push(black_box(answer.as_bytes()), &mut events)?;
        reader.end(&mut events)?;
        black_box(Response::from_iter(events));
    }
    Ok(())
}

/// Reads the same JSON as [`whole`], and only what a caller looks at first.
fn floor_whole<T: DeserializeOwned>(
    passes: usize,
    answer: &str,
    sum: fn(&T) -> u64,
) -> Result<(), Error> {
    for _ in 0..passes * ANSWERS {
        let read = serde_json::from_slice::<T>(black_box(answer.as_bytes()));
        black_box(read.map(|answer| sum(&answer))).map_err(json)?;
    }
    Ok(())
}

/// Shows that a dialect and its floor write the same JSON, so that their costs may be compared.
///
/// # Errors
///
/// The dialect's own, when it refuses the request.
///
/// # Panics
///
/// When they write something else.
pub fn compare_floors() -> Result<(), Error> {
    let (openai, anthropic) = (bodies::conversation(), bodies::capped_conversation());
    same(&OpenAiChat::PLAIN, &openai, &floor::OpenAiRequest::conversation())?;
    same(&Anthropic::PLAIN, &anthropic, &floor::AnthropicRequest::conversation())
}

fn same(dialect: &dyn Dialect, request: &Request, floor: &impl Serialize) -> Result<(), Error> {
    let issuer = issuer(dialect);
    let call = Call::new(request, &request.model, "/", &issuer).mode(Mode::Stream);
    let written = serde_json::from_slice::<Value>(&dialect.encode(&call)?.body).map_err(json)?;
    assert_eq!(written, serde_json::to_value(floor).map_err(json)?, "{}", dialect.name());
    Ok(())
}

fn issuer(dialect: &dyn Dialect) -> Issuer {
    Issuer::new(dialect.name(), "bench", bodies::MODEL)
}

fn json(source: serde_json::Error) -> Error {
    Error::new(ErrorKind::Protocol, source.to_string())
}
