//! What Amazon's SDK is asked, in our words.

use std::time::Duration;

use nohop::providers::{AwsKey, Endpoint, Provider, table};
use nohop_types::{
    CacheMark, Content, Document, ExtraScope, Image, Issuer, Message, OutputFormat, Part,
    Reasoning, Request, Role, Sampling, Schema, ServiceTier, ToolCall, ToolChoice, ToolResult,
};
use nohop_wire::dialect::Converse;
use serde_json::json;

use super::{KEY, Ours, Shown, schema, weather};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const PROFILE: &str =
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let sigv4 = |case, request| Ours::new("bedrock/sigv4", case, signed(table::BEDROCK), request);
    let bearer = || in_virginia(table::BEDROCK).key(KEY);
    vec![
        sigv4("basic", hi(MODEL)),
        sigv4("stream", hi(MODEL)).streamed(),
        sigv4("arn", hi(PROFILE)),
        sigv4("all_params", everything(shown)),
        Ours::new("bedrock/bearer", "basic", bearer(), hi(MODEL)),
        Ours::new("bedrock/bearer", "stream", bearer(), hi(MODEL)).streamed(),
    ]
}

/// An endpoint of Amazon's with the access key that the SDKs are given.
pub(super) fn signed(provider: Provider) -> Endpoint {
    in_virginia(provider).key(AwsKey::new("AKIDEXAMPLE", KEY))
}

fn in_virginia(provider: Provider) -> Endpoint {
    Endpoint::new(provider).set("region", "us-east-1")
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
