//! What SDKs of Anthropic's Messages are asked, in our words.

use std::time::Duration;

use nohop_types::{
    CacheMark, Content, Document, Effort, ExtraScope, Image, Issuer, Message, OutputFormat,
    Parallel, Part, Reasoning, Request, Role, ServiceTier, Thinking, Tool, ToolCall, ToolChoice,
    Visibility,
};
use nohop_wire::dialect::{Anthropic, VersionPlace};
use serde_json::json;

use super::{Ours, Shown, answer, weather};

/// The version that the SDK asks for; ours is older, since this one takes no temperature.
static NEWEST: Anthropic = Anthropic { version: "2026-10-21", ..Anthropic::PLAIN };
static HOSTED: Anthropic = Anthropic { place: VersionPlace::Body, ..NEWEST };
static INVOKED: Anthropic = Anthropic { version: NEWEST.version, ..Anthropic::INVOKE };

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    const MESSAGES: &str = "anthropic/messages";
    let hi = |model: &str| Request::new(model).user("Hi").max_tokens(64);
    let opus = || hi("claude-opus-5-5");
    let betas = json!(["context-1m-2025-08-07", "fast-mode-2026-02-01"]);
    let thinking = Request::new("claude-sonnet-4-5").user("Hi").max_tokens(4096);
    let thinking = thinking.thinking(Thinking::budget(1024));
    let ours = |provider, case, request| Ours::new(provider, case, &NEWEST, request);
    let hosted = |provider, case| Ours::new(provider, case, &HOSTED, hi("claude-opus-4-8"));
    vec![
        ours(MESSAGES, "basic", opus()),
        ours(MESSAGES, "auth_token", opus()),
        ours(MESSAGES, "stream", opus()).streamed(),
        ours(MESSAGES, "beta", opus().extra(scope(), "anthropic_beta", betas)),
        ours(MESSAGES, "legacy_thinking", thinking),
        ours(MESSAGES, "all_params", everything()),
        ours(MESSAGES, "tool_roundtrip", round_trip(shown)),
        ours("anthropic/foundry", "basic", hi("claude-opus-4-8")),
        ours("anthropic/bedrock-mantle", "basic", hi("anthropic.claude-opus-4-8")),
        Ours::new(
            "anthropic/bedrock-invoke",
            "basic",
            &INVOKED,
            hi("us.anthropic.claude-opus-4-8"),
        )
        .at("/model/{model}/{invoke|invoke-with-response-stream}"),
        hosted("anthropic/vertex", "basic"),
        hosted("anthropic/vertex", "stream").streamed(),
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
