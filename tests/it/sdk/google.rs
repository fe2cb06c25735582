//! What Google's SDK is asked, in our words.

use nohop::providers::{Endpoint, Provider, Way, table};
use nohop_types::{
    Content, Document, Effort, ExtraScope, Image, Issuer, Media, Message, OutputFormat, Part,
    Reasoning, Request, Role, Sampling, Schema, ServiceTier, Thinking, Tool, ToolCall, ToolChoice,
    ToolResult, Visibility,
};
use nohop_wire::dialect::{Gemini, Schemas};
use serde_json::{Value, json};

use super::{KEY, Ours, Shown, schema};

const MODEL: &str = "gemini-3.5-flash";

/// The SDK says a shape of its own types in the subset of OpenAPI, which is a departure here.
const EARLY: &[Way] = &[Way {
    path: table::GEMINI.ways[0].path,
    dialect: &Gemini { schemas: Schemas::OpenApi, ..Gemini::PLAIN },
}];

/// The same in a project.
const EARLY_VERTEX: &[Way] = &[Way {
    path: table::VERTEX.ways[0].path,
    dialect: &Gemini { schemas: Schemas::OpenApi, ..Gemini::VERTEX },
}];

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let early = Provider { ways: EARLY, ..table::GEMINI };
    let early_vertex = Provider { ways: EARLY_VERTEX, ..table::VERTEX };
    let studio = |provider| Endpoint::new(provider).key(KEY);
    let mut ours = all("google/aistudio", studio(table::GEMINI), studio(early), shown);
    let here = |provider| project(provider, "us-central1");
    ours.extend(all("google/vertex", here(table::VERTEX), here(early_vertex), shown));
    let global = project(table::VERTEX, "global");
    ours.push(Ours::new("google/vertex-global", "basic", global, hi()));
    let express = studio(table::VERTEX_EXPRESS);
    ours.push(Ours::new("google/vertex-express", "basic", express, hi()));
    ours
}

/// A project of Google Cloud's, with a token.
pub(super) fn project(provider: Provider, location: &str) -> Endpoint {
    Endpoint::new(provider).set("project", "my-project").set("location", location).key(KEY)
}

fn all(provider: &'static str, endpoint: Endpoint, early: Endpoint, shown: &Shown) -> Vec<Ours> {
    let asked = |case, request| Ours::new(provider, case, endpoint.clone(), request);
    vec![
        asked("basic", hi()),
        asked("all_params", everything()),
        asked("tools_any", hi().tool(weather()).tool_choice(named())),
        asked("tool_roundtrip", round_trip()),
        asked("multimodal", media(shown)),
        asked("stream", hi()).streamed(),
        Ours::new(provider, "response_schema", early, shaped()),
    ]
}

/// A body with its fields in one of the two spellings that the provider reads, which the SDK mixes.
pub(super) fn in_one_spelling(body: &Value) -> Value {
    match body {
        Value::Array(items) => items.iter().map(in_one_spelling).collect(),
        Value::Object(fields) => {
            let spelled = fields.iter().map(|(key, value)| (camel(key), in_one_spelling(value)));
            Value::Object(spelled.collect())
        }
        other => other.clone(),
    }
}

fn camel(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |key, word| key + &word[..1].to_uppercase() + &word[1..])
}

fn hi() -> Request {
    Request::new(MODEL).user("Hi")
}

fn weather() -> Tool {
    Tool::function("get_weather", schema()).description("d")
}

fn named() -> ToolChoice {
    ToolChoice::Named("get_weather".into())
}

fn everything() -> Request {
    let gemini = || ExtraScope::Dialect(Gemini::NAME.into());
    let safety = json!([{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF" }]);
    Request::new(MODEL)
        .system("Be terse.")
        .user("Hi")
        .output(OutputFormat::JsonSchema(Schema::anonymous(schema())))
        .sampling(choosy)
        .max_tokens(64)
        .thinking(Thinking::effort(Effort::Low).visibility(Visibility::Summary))
        .tier(ServiceTier::Flex)
        .extra(gemini(), "safetySettings", safety)
        .extra(gemini(), "generationConfig.mediaResolution", json!("MEDIA_RESOLUTION_LOW"))
}

fn choosy(sampling: &mut Sampling) {
    sampling.temperature = Some(0.3);
    sampling.top_p = Some(0.9);
    sampling.top_k = Some(40);
    sampling.n = Some(2);
    sampling.stop = vec!["END".into()];
    sampling.logprobs = Some(2);
    sampling.presence_penalty = Some(0.1);
    sampling.frequency_penalty = Some(0.1);
    sampling.seed = Some(7);
}

fn shaped() -> Request {
    let shape = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    hi().output(OutputFormat::JsonSchema(Schema::anonymous(shape)))
}

fn round_trip() -> Request {
    let issuer = || Issuer::speaking(Gemini::NAME);
    let call = ToolCall::new("c1", "get_weather", r#"{"city":"Paris","days":null}"#);
    let turn = [
        Reasoning::text(issuer(), "think").into(),
        Reasoning::new(issuer()).sealed("c2ln").into(),
        Part::from(call),
    ];
    let result = ToolResult::new("c1", [Part::text("21C")]);
    let asked = Request::new(MODEL).user("Weather?").message(Message::new(Role::Assistant, turn));
    asked.message(Message::tool(result)).tool(weather())
}

fn media(shown: &Shown) -> Request {
    let document = Media::Url("https://example.com/a.pdf".into());
    let parts = [
        Content::Image(Image::new(shown.picture.clone())),
        Content::Document(Document::new(document)),
        Content::Text("?".into()),
    ];
    Request::new(MODEL).message(Message::new(Role::User, parts.map(Part::new)))
}
