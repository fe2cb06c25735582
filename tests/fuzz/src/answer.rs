//! Answers, whole and streamed.

use std::fmt::{self, Write as _};

use http::{HeaderMap, HeaderValue, StatusCode, header};
use nohop_types::{Event, Issuer, Request, Response};
use nohop_wire::dialect::{Anthropic, Counted, Gemini, OpenAiChat, OpenAiResponses, Tags};
use nohop_wire::laws::{self, Sample};
use nohop_wire::{Call, Dialect, Framer, Framing, Head, Mode, Surface};
use serde::de::IgnoredAny;

use crate::tree::Tree;

/// Checks an answer of Chat Completions; the first byte of `input` says which and how it is read.
pub fn openai(input: &[u8]) {
    const VALUES: [&OpenAiChat; 3] = [
        &OpenAiChat::PLAIN,
        &OpenAiChat { tags: Tags::Thinking, ..OpenAiChat::PLAIN },
        &OpenAiChat { counted: Counted::Beside, ..OpenAiChat::HOSTED },
    ];
    let [first, body @ ..] = input else { return };
    let dialect = VALUES[usize::from(first / 2) % VALUES.len()];
    check(dialect, mode(*first), body, |frame| {
        let mut choices = frame.all("choices").flat_map(Tree::items);
        choices.any(|choice| choice.all("finish_reason").any(Tree::says))
    });
}

/// Checks an answer of Messages; the first byte of `input` says how it is read.
pub fn anthropic(input: &[u8]) {
    let [first, body @ ..] = input else { return };
    check(&Anthropic::PLAIN, mode(*first), body, |frame| {
        let mut types = frame.all("type");
        types.any(|r#type| r#type.is("message_stop") || r#type.is("message"))
            || frame.all("content").any(|content| *content != Tree::Null)
            || frame.all("delta").any(|delta| delta.all("stop_reason").any(Tree::says))
    });
}

/// Checks an answer of generateContent; the first byte of `input` says how it is read.
pub fn gemini(input: &[u8]) {
    let [first, body @ ..] = input else { return };
    check(&Gemini::PLAIN, mode(*first), body, |frame| {
        // A stream may come as one list of its frames.
        ends_gemini(frame) || frame.items().iter().any(ends_gemini)
    });
}

fn ends_gemini(frame: &Tree) -> bool {
    let both = |tree: &Tree, names: [&str; 2], is: fn(&Tree) -> bool| {
        names.iter().any(|name| tree.all(name).any(is))
    };
    let mut candidates = frame.all("candidates").flat_map(Tree::items);
    let mut feedback = ["promptFeedback", "prompt_feedback"].into_iter().flat_map(|f| frame.all(f));
    candidates.any(|c| both(c, ["finishReason", "finish_reason"], |said| *said != Tree::Null))
        || feedback.any(|f| both(f, ["blockReason", "block_reason"], Tree::says))
}

/// Checks an answer of Responses; the first byte of `input` says how it is read.
pub fn responses(input: &[u8]) {
    const ENDS: [&str; 3] = ["response.completed", "response.done", "response.incomplete"];
    let [first, body @ ..] = input else { return };
    check(&OpenAiResponses::PLAIN, mode(*first), body, |frame| {
        let mut types = frame.all("type");
        types.any(|r#type| ENDS.iter().any(|end| r#type.is(end)))
            || frame.all("output").any(|output| *output != Tree::Null)
            || frame.all("status").any(Tree::says)
    });
}

/// `0` is whole and `1` is streamed, and so on.
fn mode(first: u8) -> Mode {
    if first % 2 == 0 { Mode::Whole } else { Mode::Stream }
}

/// Checks the answer `body`; `ends` says whether a frame of a stream may be the end of one.
fn check(dialect: &dyn Dialect, mode: Mode, body: &[u8], ends: impl Fn(&Tree) -> bool) {
    let request = Request::new("m");
    let issuer = Issuer::new(dialect.name(), "e", "m");
    let call = Call::new(&request, "m", "/", &issuer).mode(mode);
    let label = if mode == Mode::Stream { "text/event-stream" } else { "application/json" };
    let label = HeaderValue::from_static(label);
    let head = Head::new(StatusCode::OK, HeaderMap::from_iter([(header::CONTENT_TYPE, label)]));
    let sample = Sample::new(dialect, call, &head, body);

    holds(laws::cuts_do_not_matter(&sample));
    let (events, ended) = sample.read(usize::MAX);
    holds(laws::events_follow_the_grammar(&events));
    let finished = matches!(events.last(), Some(Event::Finish { .. }));
    assert_eq!(finished, ended.is_ok(), "a finish and an error, or neither: {ended:?}");
    cut_answers_never_finish(&sample, mode, ends);
    memory_is_bounded(&events, body.len());

    // The same bytes in an error's place.
    dialect.error(&Head::new(StatusCode::BAD_REQUEST, HeaderMap::new()), body);
    if finished {
        retold(&request, &events);
    }
}

/// Law 4 for bytes of any kind: what ends well was complete.
///
/// The law's own function looks for prefixes that finish before the whole does, which only tells
/// something of answers that are known to be good.
fn cut_answers_never_finish(sample: &Sample<'_>, mode: Mode, ends: impl Fn(&Tree) -> bool) {
    let length = sample.body.len();
    let step = (length / 6).max(1);
    for end in (0..length).step_by(step).chain(length.saturating_sub(1)..=length) {
        let prefix = &sample.body[..end];
        let complete = match mode {
            Mode::Whole => json(prefix).is_some(),
            // What only a lenient reader reads may be an end.
            Mode::Stream => {
                frames(prefix).iter().any(|frame| Tree::read(frame).is_none_or(|tree| ends(&tree)))
            }
        };
        let part = Sample::new(sample.dialect, sample.call, sample.head, prefix);
        let (events, ended) = part.read(usize::MAX);
        let finished = events.iter().any(|event| matches!(event, Event::Finish { .. }));
        assert!(complete || ended.is_err(), "cut at byte {end}, it ends well");
        assert!(complete || !finished, "cut at byte {end}, it finishes");
    }
}

/// The frames of a stream that are JSON.
fn frames(body: &[u8]) -> Vec<String> {
    let mut framer = Framer::new(Framing::Sse, usize::MAX);
    let mut frames = Vec::new();
    let mut input = body;
    while let Ok(Some(frame)) = framer.next(&mut input) {
        frames.extend(json(frame.data).map(str::to_owned));
    }
    while let Some(frame) = framer.last() {
        frames.extend(json(frame.data).map(str::to_owned));
    }
    frames
}

/// The JSON that the bytes are to the most lenient of readers.
fn json(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    serde_json::from_str::<IgnoredAny>(text).is_ok().then_some(text)
}

/// Checks that an answer does not become much larger than its bytes.
///
/// The largest factor is that of items of two bytes, each of which is a part by itself: with its
/// issuer and all its empty fields, a part is told in some hundreds of bytes.
fn memory_is_bounded(events: &[Event], input: usize) {
    const FACTOR: usize = 512;
    const CONSTANT: usize = 16 << 10;
    let mut size = Size(0);
    for event in events {
        holds(write!(size, "{event:?}"));
    }
    let most = FACTOR * input + CONSTANT;
    assert!(size.0 <= most, "events of {} bytes from an answer of {input}", size.0);
}

/// Counts what is written.
struct Size(usize);

impl fmt::Write for Size {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// Checks that clients of every surface can read what they are told of the answer.
fn retold(request: &Request, events: &[Event]) {
    let _: Response = events.iter().cloned().collect();
    for mode in [Mode::Whole, Mode::Stream] {
        told(&OpenAiChat::PLAIN, request, events, mode);
        told(&Anthropic::PLAIN, request, events, mode);
        told(&Gemini::PLAIN, request, events, mode);
        told(&OpenAiResponses::PLAIN, request, events, mode);
    }
}

fn told(dialect: &(impl Dialect + Surface), request: &Request, events: &[Event], mode: Mode) {
    let issuer = Issuer::new(dialect.name(), "e", "m");
    let call = Call::new(request, "m", "/", &issuer);
    holds(laws::retold(dialect, dialect, &call, events, mode));
}

#[track_caller]
fn holds<T, E: fmt::Debug>(result: Result<T, E>) {
    if let Err(error) = result {
        panic!("{error:?}");
    }
}
