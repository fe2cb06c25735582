//! What SDKs of Anthropic's Messages are asked, in our words.

use std::time::Duration;

use nohop::providers::{Auth, Endpoint, Provider, table};
use nohop_types::{
    CacheMark, Content, Document, Effort, ExtraScope, Image, Issuer, Message, OutputFormat,
    Parallel, Part, Reasoning, Request, Role, ServiceTier, Thinking, Tool, ToolCall, ToolChoice,
    Visibility,
};
use nohop_wire::dialect::Anthropic;
use serde_json::json;

use super::{KEY, Ours, Shown, answer, bedrock, google, openai, weather};

/// Anthropic with a token, as its own tools have one.
const TOKEN: Provider = Provider { auth: Auth::Bearer("ANTHROPIC_AUTH_TOKEN"), ..table::ANTHROPIC };

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    const MESSAGES: &str = "anthropic/messages";
    let hi = |model: &str| Request::new(model).user("Hi").max_tokens(64);
    let opus = || hi("claude-opus-5-5");
    let betas = json!(["context-1m-2025-08-07", "fast-mode-2026-02-01"]);
    let thinking = Request::new("claude-sonnet-4-5").user("Hi").max_tokens(4096);
    let thinking = thinking.thinking(Thinking::budget(1024));
    let own = || Endpoint::new(table::ANTHROPIC).key(KEY);
    let ours = |case, request| Ours::new(MESSAGES, case, own(), request);
    let token = Endpoint::new(TOKEN).key(KEY);
    let spoken = |endpoint: Endpoint| endpoint.way(Anthropic::NAME);
    let foundry = openai::azure(table::AZURE_ANTHROPIC);
    let mantle = spoken(bedrock::signed(table::BEDROCK_MANTLE));
    let invoke = spoken(bedrock::signed(table::BEDROCK));
    let vertex = || spoken(google::project(table::VERTEX, "global"));
    let hosted = |provider, endpoint| Ours::new(provider, "basic", endpoint, hi("claude-opus-4-8"));
    let amazons = |provider, endpoint, model| Ours::new(provider, "basic", endpoint, hi(model));
    vec![
        ours("basic", opus()),
        Ours::new(MESSAGES, "auth_token", token, opus()),
        ours("stream", opus()).streamed(),
        ours("beta", opus().extra(scope(), "anthropic_beta", betas)),
        ours("legacy_thinking", thinking),
        ours("all_params", everything()),
        ours("tool_roundtrip", round_trip(shown)),
        Ours::models("anthropic/models", "list", own()),
        hosted("anthropic/foundry", foundry),
        amazons("anthropic/bedrock-mantle", mantle, "anthropic.claude-opus-4-8"),
        amazons("anthropic/bedrock-invoke", invoke, "us.anthropic.claude-opus-4-8"),
        hosted("anthropic/vertex", vertex()),
        Ours::new("anthropic/vertex", "stream", vertex(), hi("claude-opus-4-8")).streamed(),
    ]
}

fn scope() -> ExtraScope {
    ExtraScope::Dialect(Anthropic::NAME.into())
}

fn everything() -> Request {
    Request::new("claude-opus-5-5")
        .system(Part::text("S").cached(CacheMark::new()))
        .user("Hi")
        .tool(lasting())
        .tool_choice(ToolChoice::Auto)
        .parallel(Parallel::Forbid)
        .output(OutputFormat::JsonSchema(answer()))
        .sampling(|sampling| sampling.stop = vec!["END".into()])
        .max_tokens(4096)
        .thinking(Thinking::effort(Effort::Low).visibility(Visibility::Summary))
        .tier(ServiceTier::Auto)
        .by("u")
        .extra(scope(), "inference_geo", json!("us"))
        .extra(scope(), "speed", json!("standard"))
}

fn round_trip(shown: &Shown) -> Request {
    let issuer = || Issuer::speaking(Anthropic::NAME);
    let asked = [
        Content::Image(Image::new(shown.picture.clone())),
        Content::Document(Document::new(shown.document.clone()).name("a.pdf")),
        Content::Text("?".into()),
    ];
    let thought = [
        Content::Reasoning(Reasoning::text(issuer(), "t").signed("c2ln")),
        Content::Reasoning(Reasoning::new(issuer()).sealed("x")),
        Content::ToolCall(ToolCall::new(
            "toolu_1",
            "get_weather",
            r#"{"city":"Paris","days":null}"#,
        )),
    ];
    Request::new("claude-opus-5-5")
        .message(Message::new(Role::User, asked.map(Part::new)))
        .message(Message::new(Role::Assistant, thought.map(Part::new)))
        .result("toolu_1", "21C")
        .tool(lasting())
        .max_tokens(64)
}

/// The tool, marked as the end of a prompt worth caching for an hour.
fn lasting() -> Tool {
    weather().cached(CacheMark::lasting(Duration::from_secs(3_600)))
}
