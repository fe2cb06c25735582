//! What Amazon's SDK is asked, in our words.

use std::time::Duration;

use nohop_types::{
    CacheMark, Content, Document, ExtraScope, Image, Issuer, Message, OutputFormat, Part,
    Reasoning, Request, Role, Sampling, Schema, ServiceTier, ToolCall, ToolChoice, ToolResult,
};
use nohop_wire::dialect::Converse;
use serde_json::json;

use super::{Ours, Shown, schema, weather};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const PROFILE: &str =
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";
const PATH: &str = "/model/{model}/{converse|converse-stream}";

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let ours =
        |provider, case, request| Ours::new(provider, case, &Converse::PLAIN, request).at(PATH);
    vec![
        ours("bedrock/sigv4", "basic", hi(MODEL)),
        ours("bedrock/sigv4", "stream", hi(MODEL)).streamed(),
        ours("bedrock/sigv4", "arn", hi(PROFILE)),
        ours("bedrock/sigv4", "all_params", everything(shown)),
        ours("bedrock/bearer", "basic", hi(MODEL)),
        ours("bedrock/bearer", "stream", hi(MODEL)).streamed(),
    ]
}

fn hi(model: &str) -> Request {
    Request::new(model).user("Hi")
}

fn everything(shown: &Shown) -> Request {
    let own = || ExtraScope::dialect(Converse::NAME);
    let issuer = || Issuer::speaking(Converse::NAME);
    let call = ToolCall::new("t1", "get_weather", r#"{"city":"Paris","days":null}"#);
    let turn = [Reasoning::text(issuer(), "t").signed("c2ln").into(), Part::from(call)];
    let mut result = ToolResult::new("t1", [Part::text("21C")]);
    result.failed = Some(false);
    let asked = [
        Content::Image(Image::new(shown.picture.clone())),
        Content::Document(Document::new(shown.document.clone()).name("a")),
        Content::Text("?".into()),
    ];
    let hour = CacheMark::lasting(Duration::from_secs(3_600));
    Request::new(MODEL)
        .system(Part::text("S").cached(hour))
        .message(Message::new(Role::User, asked.map(Part::new)))
        .message(Message::new(Role::Assistant, turn))
        .message(Message::tool(result))
        .tool(weather().cached(CacheMark::new()))
        .tool_choice(ToolChoice::Named("get_weather".into()))
        .output(OutputFormat::JsonSchema(Schema::new("o", schema())))
        .sampling(choosy)
        .max_tokens(64)
        .tier(ServiceTier::Flex)
        .metadata("k", "v")
        .extra(own(), "performanceConfig", json!({ "latency": "optimized" }))
        .extra(own(), "additionalModelResponseFieldPaths", json!(["/usage"]))
        .extra(
            own(),
            "additionalModelRequestFields.thinking",
            json!({ "type": "enabled", "budget_tokens": 1024 }),
        )
}

fn choosy(sampling: &mut Sampling) {
    sampling.temperature = Some(0.3);
    sampling.top_p = Some(0.9);
    sampling.top_k = Some(40);
    sampling.stop = vec!["END".into()];
}
