//! What the vendors' own SDKs send, and what we send for the same, built by hand.
//!
//! The recordings are no part of the project: `requests` holds what a stranger needs.

mod anthropic;
mod bedrock;
mod cohere;
mod conversations;
mod google;
mod openai;
mod responses;

use std::collections::BTreeSet;
use std::fs;

use nohop_tests::recording;
use nohop_types::{Issuer, Json, Media, Request, Schema, Tool};
use nohop_wire::dialect::Gemini;
use nohop_wire::{Call, Dialect, Mode, laws};
use serde::Deserialize;
use serde_json::{Value, json};

/// A request of ours, for what an SDK sends in one case.
struct Ours {
    provider: &'static str,
    case: &'static str,
    dialect: &'static dyn Dialect,
    /// The way's path, where it names the model.
    path: &'static str,
    mode: Mode,
    request: Request,
}

impl Ours {
    fn new(
        provider: &'static str,
        case: &'static str,
        dialect: &'static dyn Dialect,
        request: Request,
    ) -> Self {
        Self { provider, case, dialect, path: "/", mode: Mode::Whole, request }
    }

    fn at(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    fn streamed(mut self) -> Self {
        self.mode = Mode::Stream;
        self
    }
}

/// What all SDKs are given to look at.
struct Shown {
    picture: Media,
    document: Media,
}

/// A request as an SDK sends it.
#[derive(Deserialize)]
struct Theirs {
    provider: String,
    case: String,
    url: String,
    headers: Value,
    body: Value,
}

/// A place where we differ from an SDK: provider, case, path, and why.
type Known = (&'static str, &'static str, &'static str, &'static str);

/// Headers that a dialect speaks of; the others are the endpoint's.
const HEADERS: [&str; 3] = ["anthropic-beta", "anthropic-version", "content-type"];

const SEALED: &str = "sealed thinking is always asked for: nobody else remembers it";
const STORED: &str = "nothing is stored: the conversation is whole";

const DIFFERENCES: &[Known] = &[
    ("google/aistudio", "all_params", "$.systemInstruction.role", UNHEARD),
    ("google/aistudio", "multimodal", "$.contents[].parts[].inlineData.data", SPELLED),
    ("google/aistudio", "tool_roundtrip", "$.generationConfig", UNSAID),
    ("google/aistudio", "tools_any", "$.generationConfig", UNSAID),
    ("google/vertex", "all_params", "$.systemInstruction.role", UNHEARD),
    ("google/vertex", "multimodal", "$.contents[].parts[].inlineData.data", SPELLED),
    ("google/vertex", "tool_roundtrip", "$.generationConfig", UNSAID),
    ("google/vertex", "tools_any", "$.generationConfig", UNSAID),
    (
        "anthropic/messages",
        "tool_roundtrip",
        "$.messages[].content[].content",
        "a text alone is said as a string",
    ),
    (
        "anthropic/messages",
        "tool_roundtrip",
        "$.messages[].content[].is_error",
        "that a tool did not fail goes without saying",
    ),
    (
        "bedrock/sigv4",
        "all_params",
        "$.outputConfig.textFormat.structure.jsonSchema.schema",
        "the same schema, as text without spaces",
    ),
    ("cohere/v2", "all_params", "$.stream", UNASKED),
    ("cohere/v2", "basic", "$.stream", UNASKED),
    ("cohere/v2", "tool_roundtrip", "$.stream", UNASKED),
    ("mistral/chat", "basic", "$.stream", UNASKED),
    ("mistral/chat", "all_params", "$.stream", UNASKED),
    (
        "mistral/chat",
        "all_params",
        "$.messages[].content[].image_url",
        "the object of the dialect's inventor is understood as well",
    ),
    ("azure/responses", "key", "$.include", SEALED),
    ("azure/responses", "key", "$.store", STORED),
    ("openai/responses", "stream", "$.include", SEALED),
    ("openai/responses", "stream", "$.store", STORED),
    ("openai/responses", "tool_roundtrip", "$.include", SEALED),
];

const UNHEARD: &str = "nobody speaks in the system's instruction, and none is needed";
const SPELLED: &str = "the same bytes, in base64 for URLs";
const UNASKED: &str = "what is not asked for is not said";
const UNSAID: &str = "what is empty is not said";

/// The places where `ours`, as it is sent, is not what `theirs` is.
fn check(ours: &Ours, theirs: &Theirs) -> Vec<String> {
    let (endpoint, _) = ours.provider.split_once('/').unwrap();
    let issuer = Issuer::new(ours.dialect.name(), endpoint, &ours.request.model);
    let call = Call::new(&ours.request, &ours.request.model, ours.path, &issuer).mode(ours.mode);
    let encoded = ours.dialect.encode(&call).unwrap();
    assert!(encoded.losses.is_empty(), "{} {}: {:?}", ours.provider, ours.case, encoded.losses);
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    let theirs_said = match ours.dialect.name() {
        Gemini::NAME => google::in_one_spelling(&theirs.body),
        _ => theirs.body.clone(),
    };
    let bodies = laws::differences(&theirs_said, &body).into_iter().map(|found| found.path);
    let headers = HEADERS.into_iter().filter(|name| {
        let value = encoded.headers.get(*name).and_then(|value| value.to_str().ok());
        value != theirs.headers[*name].as_str()
    });
    let path = ours.path != "/" && !theirs.url.ends_with(&encoded.path);
    bodies.chain(headers.map(str::to_owned)).chain(path.then(|| "path".to_owned())).collect()
}

#[test]
fn our_requests_are_those_of_the_vendors_sdks_but_for_a_list() {
    let (Some(text), Some(cases)) = (shared("oracle/sdk.jsonl"), conversations::cases()) else {
        return;
    };
    let theirs = text.lines().map(|line| serde_json::from_str::<Theirs>(line).unwrap());
    let shown = shown(&cases);
    let mut ours = openai::requests(&shown);
    ours.extend(anthropic::requests(&shown));
    ours.extend(responses::requests(&shown));
    ours.extend(google::requests(&shown));
    ours.extend(cohere::requests(&shown));
    ours.extend(bedrock::requests(&shown));
    let spoken: BTreeSet<&str> = ours.iter().map(|ours| ours.provider).collect();
    let mut found = Vec::new();
    let mut compared = 0;
    // Some SDKs also count tokens, embed and list models at the same provider.
    let asks = |theirs: &Theirs| match theirs.provider.split('/').next() {
        Some("cohere") => theirs.url.ends_with("/chat"),
        Some("google") => theirs.url.contains("enerateContent"),
        _ => true,
    };
    let theirs = theirs.filter(|theirs| spoken.contains(&*theirs.provider) && asks(theirs));
    for theirs in theirs {
        let (provider, case) = (&theirs.provider, &theirs.case);
        let same = |ours: &&Ours| ours.provider == provider && ours.case == case;
        let ours = ours.iter().find(same).unwrap_or_else(|| panic!("{provider} {case}: not ours"));
        compared += 1;
        found.extend(check(ours, &theirs).into_iter().map(|path| (ours.provider, ours.case, path)));
    }
    let mut known: Vec<_> =
        DIFFERENCES.iter().map(|(p, c, path, _)| (*p, *c, (*path).to_owned())).collect();
    found.sort();
    known.sort();
    assert_eq!(found, known);
    assert_eq!(compared, ours.len(), "an SDK no longer sends one of our cases");
}

/// The picture and the document of the conversations, which the SDKs are given as well.
fn shown(cases: &Value) -> Shown {
    let media = |pointer| {
        let url = cases.pointer(pointer).and_then(Value::as_str).unwrap();
        let (label, data) = url.strip_prefix("data:").unwrap().split_once(";base64,").unwrap();
        serde_json::from_value(json!({ "bytes": { "media_type": label, "bytes": data } })).unwrap()
    };
    Shown {
        picture: media("/image_base64/messages/0/content/1/image_url/url"),
        document: media("/pdf_base64/messages/0/content/1/file/file_data"),
    }
}

/// The shared file at `path`.
pub(crate) fn shared(path: &str) -> Option<String> {
    let text = recording::shared().and_then(|shared| fs::read_to_string(shared.join(path)).ok());
    if text.is_none() {
        skipped(&format!("there is no {path} in the shared folder"));
    }
    text
}

#[allow(clippy::print_stderr, reason = "a test that looked at nothing has to say so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// The schema that all SDKs are given.
fn schema() -> Json {
    let schema = json!({
        "type": "object",
        "properties": {
            "city": { "type": "string" },
            "days": { "type": ["integer", "null"] },
        },
        "required": ["city", "days"],
        "additionalProperties": false,
    });
    schema.into()
}

/// The answer's shape that all SDKs are given.
fn answer() -> Schema {
    Schema::new("o", schema()).strict()
}

/// The tool that all SDKs are given.
fn weather() -> Tool {
    Tool::function("get_weather", schema()).description("d").strict()
}
