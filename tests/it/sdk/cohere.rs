//! What Cohere's SDK is asked, in our words.

use nohop::providers::{Endpoint, table};
use nohop_types::{
    Content, ExtraScope, Image, Issuer, Json, Message, Opaque, OutputFormat, Part, Reasoning,
    Request, Role, Schema, Thinking, Tool, ToolCall, ToolChoice, ToolResult,
};
use nohop_wire::dialect::Cohere;
use serde_json::{Value, json};

use super::{KEY, Ours, Shown, schema};

const MODEL: &str = "command-a-03-2025";

/// Our requests, by case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let endpoint = || Endpoint::new(table::COHERE).key(KEY);
    let asked = |case, request| Ours::new("cohere/v2", case, endpoint(), request);
    vec![
        asked("basic", hi()),
        asked("all_params", everything(shown)),
        asked("tool_roundtrip", round_trip()),
        asked("stream", hi()).streamed(),
    ]
}

fn hi() -> Request {
    Request::new(MODEL).user("Hi")
}

fn own() -> ExtraScope {
    ExtraScope::Dialect(Cohere::NAME.into())
}

fn weather() -> Tool {
    Tool::function("get_weather", schema()).description("d")
}

fn everything(shown: &Shown) -> Request {
    let picture = Image::new(shown.picture.clone());
    Request::new("command-a-plus-05-2026")
        .system("S")
        .message(Message::new(Role::User, [Part::text("Hi"), picture.into()]))
        .tool(weather().strict())
        .tool_choice(ToolChoice::Required)
        .output(OutputFormat::JsonSchema(Schema::anonymous(schema())))
        .max_tokens(64)
        .stop(["END"])
        .temperature(0.3)
        .seed(7)
        .sampling(|sampling| {
            sampling.frequency_penalty = Some(0.1);
            sampling.presence_penalty = Some(0.1);
            sampling.top_k = Some(40);
            sampling.top_p = Some(0.9);
            sampling.logprobs = Some(0);
        })
        .thinking(Thinking::budget(1_024))
        .extra(own(), "safety_mode", json!("CONTEXTUAL"))
}

fn round_trip() -> Request {
    let issuer = || Issuer::speaking(Cohere::NAME);
    let mut plan = Part::from(Reasoning::text(issuer(), "p"));
    plan.extra.push(own(), "tool_plan", Value::Null.into());
    let call = ToolCall::new("c1", "get_weather", "{}");
    // Data that is no object is the dialect's own.
    let document = json!({ "type": "document", "document": { "data": r#"{"t":21}"# } });
    let document = Content::Opaque(Opaque::new(issuer(), Json::from(document)));
    let result = ToolResult::new("c1", [document.into()]);
    Request::new(MODEL)
        .user("Weather?")
        .message(Message::new(Role::Assistant, [plan, call.into()]))
        .message(Message::tool(result))
        .tool(weather())
}
