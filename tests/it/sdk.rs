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
pub(crate) mod sent;

use std::collections::BTreeSet;
use std::fs;

use nohop::providers::Endpoint;
use nohop_tests::recording;
use nohop_types::{Json, Media, Request, Schema, Tool};
use nohop_wire::{Mode, laws};
use serde::Deserialize;
use serde_json::{Value, json};

/// A request of ours, for what an SDK sends in one case.
struct Ours {
    provider: &'static str,
    case: &'static str,
    /// Built from the provider's row, with the key that stands in what the SDK sent.
    endpoint: Endpoint,
    asks: Asks,
}

/// What is asked of an endpoint.
enum Asks {
    Answer(Box<Request>, Mode),
    Models,
}

impl Ours {
    fn new(
        provider: &'static str,
        case: &'static str,
        endpoint: Endpoint,
        request: Request,
    ) -> Self {
        Self { provider, case, endpoint, asks: Asks::Answer(Box::new(request), Mode::Whole) }
    }

    fn models(provider: &'static str, case: &'static str, endpoint: Endpoint) -> Self {
        Self { provider, case, endpoint, asks: Asks::Models }
    }

    fn streamed(mut self) -> Self {
        if let Asks::Answer(_, mode) = &mut self.asks {
            *mode = Mode::Stream;
        }
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
    method: String,
    url: String,
    headers: Value,
    body: Value,
}

/// A place where we differ from an SDK: provider, case, place, and why.
type Known = (&'static str, &'static str, &'static str, &'static str);

/// Every case of a provider.
const ALL: &str = "*";

/// What stands in the place of every key, in what the SDKs sent.
const KEY: &str = "<secret>";

const SEALED: &str = "sealed thinking is always asked for: nobody else remembers it";
const STORED: &str = "nothing is stored: the conversation is whole";

const DIFFERENCES: &[Known] = &[
    ("anthropic/bedrock-invoke", ALL, "$.anthropic_version", OLDER),
    ("anthropic/bedrock-invoke", ALL, "SignedHeaders", SIGNED),
    ("anthropic/bedrock-mantle", ALL, "anthropic-version", OLDER),
    ("anthropic/bedrock-mantle", ALL, "SignedHeaders", SIGNED),
    ("anthropic/foundry", ALL, "anthropic-version", OLDER),
    ("anthropic/foundry", ALL, "api-key", "the other header is the one that counts"),
    ("anthropic/messages", ALL, "anthropic-version", OLDER),
    ("anthropic/messages", "all_params", "authorization", HEADER),
    ("anthropic/messages", "all_params", "x-api-key", HEADER),
    ("anthropic/messages", "basic", "authorization", HEADER),
    ("anthropic/messages", "basic", "x-api-key", HEADER),
    ("anthropic/messages", "beta", "authorization", HEADER),
    ("anthropic/messages", "beta", "x-api-key", HEADER),
    ("anthropic/messages", "legacy_thinking", "authorization", HEADER),
    ("anthropic/messages", "legacy_thinking", "x-api-key", HEADER),
    ("anthropic/messages", "stream", "authorization", HEADER),
    ("anthropic/messages", "stream", "x-api-key", HEADER),
    ("anthropic/messages", "tool_roundtrip", "authorization", HEADER),
    ("anthropic/messages", "tool_roundtrip", "x-api-key", HEADER),
    ("anthropic/models", ALL, "anthropic-version", OLDER),
    ("anthropic/models", ALL, "authorization", HEADER),
    ("anthropic/models", ALL, "query", "one page holds them all"),
    ("anthropic/models", ALL, "x-api-key", HEADER),
    ("anthropic/vertex", ALL, "$.anthropic_version", OLDER),
    (
        "azure/chat",
        ALL,
        "query",
        "the SDK's caller names the version; ours is the last that is no preview",
    ),
    ("azure/responses", ALL, "path", V1),
    ("azure/responses", ALL, "query", V1),
    ("azure/v1", ALL, "api-key", "the SDK is OpenAI's, which knows no other header for a key"),
    (
        "azure/v1",
        ALL,
        "authorization",
        "the SDK is OpenAI's, which knows no other header for a key",
    ),
    ("google/aistudio", ALL, "path", "at v1beta, where all recordings were made"),
    ("google/vertex", ALL, "path", STABLE),
    ("google/vertex-express", ALL, "path", STABLE),
    ("google/vertex-global", ALL, "path", STABLE),
    ("together/chat", ALL, "host", "the host that the vendor's own specification names"),
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

const HEADER: &str =
    "a key alone, in the header that is documented for it; as a bearer's it is a token";
const OLDER: &str = "an older version: the newest takes no temperature";
const SIGNED: &str = "what proxies on the way may change is not signed";
const STABLE: &str = "at v1, which is no preview";
const V1: &str = "at v1, which needs no version in a query";
const UNHEARD: &str = "nobody speaks in the system's instruction, and none is needed";
const SPELLED: &str = "the same bytes, in base64 for URLs";
const UNASKED: &str = "what is not asked for is not said";
const UNSAID: &str = "what is empty is not said";

/// What nohop asks of nobody: provider, case.
const UNASKED_FOR: &[(&str, &str)] = &[
    ("anthropic/count_tokens", "basic"),
    ("azure/embeddings", "key"),
    ("cohere/v2", "embed"),
    ("google/aistudio", "count_tokens"),
    ("google/aistudio", "embed"),
    ("google/aistudio", "models"),
    ("google/vertex", "count_tokens"),
    ("google/vertex", "embed"),
    ("google/vertex", "models"),
    ("mistral/embed", "embed"),
    ("openai/embeddings", "embed"),
    ("openai/embeddings", "embed_float"),
];

/// The places where `ours`, as it is sent, is not what `theirs` is.
async fn check(ours: &Ours, theirs: &Theirs) -> Vec<String> {
    let (sent, losses) = sent::send(ours).await;
    assert!(losses.is_empty(), "{} {}: {losses:?}", ours.provider, ours.case);
    let mut places = sent::heads(&sent, theirs);
    let body = match sent.body().is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(sent.body()).unwrap(),
    };
    let theirs_said = match ours.provider.starts_with("google/") {
        true => google::in_one_spelling(&theirs.body),
        false => theirs.body.clone(),
    };
    let bodies = laws::differences(&theirs_said, &body).into_iter().map(|found| found.path);
    places.extend(bodies);
    places
}

#[tokio::test]
async fn our_requests_are_those_of_the_vendors_sdks_but_for_a_list() {
    let (Some(text), Some(cases)) = (shared("oracle/sdk.jsonl"), conversations::cases()) else {
        return;
    };
    let shown = shown(&cases);
    let mut ours = openai::requests(&shown);
    ours.extend(anthropic::requests(&shown));
    ours.extend(responses::requests(&shown));
    ours.extend(google::requests(&shown));
    ours.extend(cohere::requests(&shown));
    ours.extend(bedrock::requests(&shown));
    let (mut found, mut unasked, mut compared) = (BTreeSet::new(), Vec::new(), 0);
    for line in text.lines() {
        let theirs: Theirs = serde_json::from_str(line).unwrap();
        let same = |ours: &&Ours| ours.provider == theirs.provider && ours.case == theirs.case;
        let Some(ours) = ours.iter().find(same) else {
            unasked.push((theirs.provider, theirs.case));
            continue;
        };
        compared += 1;
        let places = check(ours, &theirs).await;
        found.extend(places.into_iter().map(|place| (ours.provider, ours.case, place)));
    }
    unasked.sort();
    let known: Vec<_> = UNASKED_FOR.iter().map(|(p, c)| ((*p).into(), (*c).into())).collect();
    assert_eq!(unasked, known);
    assert_eq!(compared, ours.len(), "an SDK no longer sends one of our cases");
    assert_eq!(found, known_of(&ours));
}

/// The list of differences, with each case by its name.
fn known_of(ours: &[Ours]) -> BTreeSet<(&'static str, &'static str, String)> {
    let mut known = BTreeSet::new();
    for &(provider, case, place, _) in DIFFERENCES {
        let named = |ours: &&Ours| ours.provider == provider && (case == ALL || ours.case == case);
        let before = known.len();
        known.extend(ours.iter().filter(named).map(|it| (provider, it.case, place.to_owned())));
        assert_ne!(known.len(), before, "{provider} {case} {place}: listed for nothing");
    }
    known
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
