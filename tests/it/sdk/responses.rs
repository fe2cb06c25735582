//! What SDKs of OpenAI's Responses are asked, in our words.

use nohop::providers::{Endpoint, table};
use nohop_types::{
    Content, Document, Effort, ExtraScope, Image, Issuer, Message, OutputFormat, Parallel, Part,
    Reasoning, Request, Role, Thinking, ToolCall, ToolChoice, Verbosity, Visibility,
};
use nohop_wire::dialect::OpenAiResponses;
use serde_json::json;

use super::{KEY, Ours, Shown, answer, openai, weather};

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let spoken = |endpoint: Endpoint| endpoint.way(OpenAiResponses::NAME);
    let openai = || spoken(Endpoint::new(table::OPENAI).key(KEY));
    let ours = |case, request| Ours::new("openai/responses", case, openai(), request);
    let azure = spoken(openai::azure(table::AZURE));
    vec![
        ours("multimodal", multimodal(shown)),
        ours("tool_roundtrip", tool_roundtrip()),
        ours("stream", Request::new("gpt-5.5").user("Hi")).streamed(),
        Ours::new("azure/responses", "key", azure, Request::new("my-deployment").user("Hi")),
    ]
}

fn multimodal(shown: &Shown) -> Request {
    let parts = [
        Content::Text("What?".into()),
        Content::Image(Image::new(shown.picture.clone()).detail("auto")),
        Content::Document(Document::new(shown.document.clone()).name("a.pdf")),
    ];
    Request::new("gpt-5.5")
        .system("Be terse.")
        .message(Message::new(Role::User, parts.map(Part::new)))
        .output(OutputFormat::JsonSchema(answer()))
        .thinking(Thinking::effort(Effort::Low).visibility(Visibility::Summary))
        .verbosity(Verbosity::Low)
        .max_tokens(64)
}

fn tool_roundtrip() -> Request {
    let issuer = Issuer::new(OpenAiResponses::NAME, "openai", "gpt-5.5");
    let mut thought = Part::from(Reasoning::new(issuer).sealed("gAAA"));
    thought.extra.push(
        ExtraScope::Dialect(OpenAiResponses::NAME.into()),
        "id",
        json!("rs_1").into(),
    );
    let call = Part::from(ToolCall::new("call_1", "get_weather", "{}"));
    Request::new("gpt-5.5")
        .user("Weather?")
        .message(Message::new(Role::Assistant, [thought, call]))
        .result("call_1", "21C")
        .tool(weather())
        .tool_choice(ToolChoice::Named("get_weather".into()))
        .parallel(Parallel::Forbid)
}
