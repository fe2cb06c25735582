//! Requests, as clients of a surface send them.

use std::mem::take;

use http::HeaderMap;
use nohop_types::{Content, Error, ErrorKind, Extra, Extras, Issuer, Part, Request, ToolKind};
use nohop_wire::dialect::{
    Anthropic, Budgets, CallIds, Files, Gemini, History, Instructions, Marks, OpenAiChat,
    OpenAiResponses, Required, Schemas, ThinkingField, ThinkingGauge, ToolMedia, Unsigned,
};
use nohop_wire::laws;
use nohop_wire::{Call, Dialect, Encoded, Incoming, RequestHead, Surface};
use serde::de::IgnoredAny;

use crate::tree::Tree;

/// Hosts whose departures meet: a gateway, which marks as Anthropic does, and a host of open models.
const GATEWAY: OpenAiChat = OpenAiChat {
    thinking: &[ThinkingField::Object, ThinkingField::Effort],
    history: History::Details,
    marks: Marks::Control,
    tool_media: ToolMedia::Outside,
    ..OpenAiChat::PLAIN
};
const OPEN_MODELS: OpenAiChat = OpenAiChat {
    thinking: &[ThinkingField::Enable, ThinkingField::Toggle],
    history: History::Parts,
    required: Required::Any,
    files: Files::DocumentUrl,
    seed: "random_seed",
    ..OpenAiChat::HOSTED
};

const RESPONSES_GATEWAY: OpenAiResponses = OpenAiResponses {
    instructions: Instructions::Inside,
    budgets: Budgets::MaxTokens,
    marks: Marks::Control,
    takes: &["frequency_penalty", "top_k"],
    ..OpenAiResponses::HOSTED
};

/// Checks a request for Chat Completions.
pub fn openai(body: &[u8]) {
    if let Some(incoming) = decode(&OpenAiChat::PLAIN, body) {
        comes_back(&OpenAiChat::PLAIN, &incoming, body);
        encode(&Anthropic::PLAIN, &incoming);
        encode(&Gemini::PLAIN, &incoming);
        encode(&OpenAiResponses::PLAIN, &incoming);
    }
    for dialect in [&OpenAiChat::HOSTED, &GATEWAY] {
        if let Some(incoming) = decode(dialect, body) {
            settles(dialect, &incoming, body);
        }
    }
    // Thinking among the parts is put as the host wants it more than once.
    if let Some(incoming) = decode(&OPEN_MODELS, body) {
        again(&OPEN_MODELS, &incoming);
    }
}

/// Checks a request for Messages.
pub fn anthropic(body: &[u8]) {
    if let Some(mut incoming) = decode(&Anthropic::PLAIN, body) {
        fill(&mut incoming.request);
        comes_back(&Anthropic::PLAIN, &incoming, body);
        for other in [&OpenAiChat::PLAIN, &OpenAiChat::HOSTED, &GATEWAY, &OPEN_MODELS] {
            encode(other, &incoming);
        }
        encode(&Gemini::VERTEX, &incoming);
        encode(&OpenAiResponses::PLAIN, &incoming);
    }
}

/// Checks a request for Responses.
pub fn responses(body: &[u8]) {
    if let Some(incoming) = decode(&OpenAiResponses::PLAIN, body) {
        comes_back(&OpenAiResponses::PLAIN, &incoming, body);
        encode(&Anthropic::PLAIN, &incoming);
        for other in [&OpenAiChat::PLAIN, &OpenAiChat::HOSTED, &GATEWAY, &OPEN_MODELS] {
            encode(other, &incoming);
        }
    }
    for dialect in [&OpenAiResponses::HOSTED, &RESPONSES_GATEWAY] {
        if let Some(incoming) = decode(dialect, body) {
            settles(dialect, &incoming, body);
        }
    }
}

/// Checks a request for generateContent.
pub fn gemini(body: &[u8]) {
    const EARLY: Gemini = Gemini {
        schemas: Schemas::OpenApi,
        thinking: ThinkingGauge::Budget,
        ids: CallIds::Left,
        ..Gemini::VERTEX
    };
    // What excuses a call that nobody signed is more than was said.
    const LATE: Gemini = Gemini { unsigned: Unsigned::Left, ..Gemini::VERTEX };
    if let Some(incoming) = decode(&LATE, body) {
        comes_back(&LATE, &incoming, body);
        // What is said otherwise is read again all the same.
        drop(again(&EARLY, &incoming));
        for other in [&OpenAiChat::PLAIN, &OpenAiChat::HOSTED, &GATEWAY, &OPEN_MODELS] {
            encode(other, &incoming);
        }
        encode(&Anthropic::PLAIN, &incoming);
    }
}

/// Says what the dialect wants to be said, and what it therefore says by itself, in place of a null
/// too.
fn fill(request: &mut Request) {
    request.max_tokens.get_or_insert(Anthropic::PLAIN.cap);
    leave_out(&mut request.extra, &["max_tokens"]);
    for tool in &mut request.tools {
        if let ToolKind::Function(function) = &mut tool.kind {
            function.schema.get_or_insert_with(|| serde_json::json!({ "type": "object" }).into());
            leave_out(&mut tool.extra, &["input_schema"]);
        }
    }
}

fn leave_out(extras: &mut Extras, keys: &[&str]) {
    let entries = take(extras).into_iter();
    *extras = entries.filter(|entry| !keys.contains(&&*entry.key)).collect();
}

/// Checks that a request which loses nothing is the same after it was written and read again.
fn comes_back(dialect: &(impl Dialect + Surface), incoming: &Incoming, body: &[u8]) {
    let Some((again, encoded)) = again(dialect, incoming) else { return };
    if encoded.losses.is_empty() && !is_odd(body) {
        same(incoming, &again, &encoded);
    }
}

/// Checks that a request is the same the second time it was written and read: the first time, it may
/// be put as the host wants it.
fn settles(dialect: &(impl Dialect + Surface), incoming: &Incoming, body: &[u8]) {
    let Some((once, _)) = again(dialect, incoming) else { return };
    let Some((twice, encoded)) = again(dialect, &once) else { return };
    if encoded.losses.is_empty() && !is_odd(body) {
        same(&once, &twice, &encoded);
    }
}

/// What a field means that is written twice is nobody's promise; a dot is how fields further inside
/// are named; and an id of our own making is known by how it begins.
fn is_odd(body: &[u8]) -> bool {
    let text = std::str::from_utf8(body).ok();
    text.and_then(Tree::read).is_none_or(|tree| tree.is_odd())
}

/// The request as it is read; `None` when it is refused.
fn decode(surface: &impl Surface, body: &[u8]) -> Option<Incoming> {
    match surface.decode(&head(HeaderMap::new()), body) {
        Ok(incoming) => Some(incoming),
        Err(error) => {
            clear(&error);
            assert_json(&surface.error(&error).body);
            None
        }
    }
}

fn head(headers: HeaderMap) -> RequestHead {
    RequestHead::new("/", headers)
}

/// The request, written and read again; `None` when it is not written.
fn again(dialect: &(impl Dialect + Surface), incoming: &Incoming) -> Option<(Incoming, Encoded)> {
    let encoded = encode(dialect, incoming)?;
    match dialect.decode(&head(encoded.headers.clone()), &encoded.body) {
        Ok(again) => Some((again, encoded)),
        Err(error) => panic!("{error}, of its own {}", String::from_utf8_lossy(&encoded.body)),
    }
}

/// The request as `dialect` writes it; `None` when it says why not.
fn encode(dialect: &dyn Dialect, incoming: &Incoming) -> Option<Encoded> {
    let model = &incoming.request.model;
    let issuer = Issuer::new(dialect.name(), "e", model);
    let call = Call::new(&incoming.request, model, "/", &issuer).mode(incoming.mode);
    match dialect.encode(&call) {
        Ok(encoded) => {
            assert_json(&encoded.body);
            Some(encoded)
        }
        Err(error) => {
            clear(&error);
            None
        }
    }
}

/// The request but for what may change: the order of fields; betas, which go to the head, and the
/// version, which is the host's; how it asks for usage, which is always asked for; and an empty
/// content, which a tool's message has to have.
fn tidy(incoming: &Incoming) -> Incoming {
    let mut incoming = incoming.clone();
    let request = &mut incoming.request;
    leave_out(&mut request.extra, &["anthropic_beta", "anthropic_version", "stream_options"]);
    sort(&mut request.extra);
    for tool in &mut request.tools {
        sort(&mut tool.extra);
    }
    for message in &mut request.messages {
        let told = |entry: &Extra| entry.key != "content" || entry.value.as_str() != "\"\"";
        message.extra = take(&mut message.extra).into_iter().filter(told).collect();
        sort(&mut message.extra);
        message.parts.iter_mut().for_each(tidy_part);
    }
    incoming
}

fn tidy_part(part: &mut Part) {
    sort(&mut part.extra);
    if let Content::ToolResult(result) = &mut part.content {
        result.parts.iter_mut().for_each(tidy_part);
    }
}

fn sort(extras: &mut Extras) {
    let mut entries: Vec<Extra> = take(extras).into_iter().collect();
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    *extras = entries.into_iter().collect();
}

fn same(one: &Incoming, other: &Incoming, encoded: &Encoded) {
    let (one, other) = (tidy(one), tidy(other));
    if one != other {
        let json = |incoming: &Incoming| serde_json::to_value(&incoming.request).ok();
        let (before, after) = (json(&one).unwrap_or_default(), json(&other).unwrap_or_default());
        for difference in laws::differences(&before, &after) {
            eprintln!("{difference}");
        }
        let text = String::from_utf8_lossy(&encoded.body);
        panic!("read again, it differs: {text}\n{one:?}\n{other:?}");
    }
}

/// Checks that an error says whose fault it is, and what.
fn clear(error: &Error) {
    let kind = error.kind();
    assert!(matches!(kind, ErrorKind::InvalidRequest | ErrorKind::Unsupported), "{kind:?}");
    assert!(!error.to_string().is_empty());
}

fn assert_json(body: &[u8]) {
    let read = serde_json::from_slice::<IgnoredAny>(body);
    assert!(read.is_ok(), "{read:?} of {}", String::from_utf8_lossy(body));
}
