//! What Google's SDK is asked, in our words.

use nohop_types::{
    Content, Document, Effort, ExtraScope, Image, Issuer, Media, Message, OutputFormat, Part,
    Reasoning, Request, Role, Sampling, Schema, ServiceTier, Thinking, Tool, ToolCall, ToolChoice,
    ToolResult, Visibility,
};
use nohop_wire::dialect::{Gemini, Schemas};
use serde_json::{Value, json};

use super::{Ours, Shown, schema};

const MODEL: &str = "gemini-3.5-flash";

/// Each way of the provider's, and its path.
const WAYS: &[(&str, &str)] = &[
    ("google/aistudio", "/v1/models/{model}"),
    (
        "google/vertex",
        "/v1beta1/projects/my-project/locations/us-central1/publishers/google/models/{model}",
    ),
];

/// The SDK says a shape of its own types in the subset of OpenAPI, which is a departure here.
const EARLY: Gemini = Gemini { schemas: Schemas::OpenApi, ..Gemini::PLAIN };

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let mut ours: Vec<Ours> = Vec::new();
    for (provider, path) in WAYS {
        let cases = [
            ("basic", hi()),
            ("all_params", everything()),
            ("tools_any", hi().tool(weather()).tool_choice(named())),
            ("tool_roundtrip", round_trip()),
            ("multimodal", media(shown)),
        ];
        let dialect = if *provider == "google/vertex" { &Gemini::VERTEX } else { &Gemini::PLAIN };
        let asked = |(case, request)| Ours::new(provider, case, dialect, request).at(path);
        ours.extend(cases.into_iter().map(asked));
        ours.push(Ours::new(provider, "stream", dialect, hi()).at(path).streamed());
        ours.push(Ours::new(provider, "response_schema", &EARLY, shaped()).at(path));
    }
    let global = "/v1beta1/projects/my-project/locations/global/publishers/google/models/{model}";
    ours.push(Ours::new("google/vertex-global", "basic", &Gemini::VERTEX, hi()).at(global));
    let express = "/v1beta1/publishers/google/models/{model}";
    ours.push(Ours::new("google/vertex-express", "basic", &Gemini::VERTEX, hi()).at(express));
    ours
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
