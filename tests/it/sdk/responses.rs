//! What SDKs of OpenAI's Responses are asked, in our words.

use nohop_tests::hosts;
use nohop_types::{
    Content, Document, Effort, ExtraScope, Image, Issuer, Message, OutputFormat, Parallel, Part,
    Reasoning, Request, Role, Thinking, ToolCall, ToolChoice, Verbosity, Visibility,
};
use nohop_wire::dialect::OpenAiResponses;
use serde_json::json;

use super::{Ours, Shown, answer, weather};

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    vec![
        ours("openai/responses", "multimodal", multimodal(shown)),
        ours("openai/responses", "tool_roundtrip", tool_roundtrip()),
        ours("openai/responses", "stream", Request::new("gpt-5.5").user("Hi")).streamed(),
        ours("azure/responses", "key", Request::new("my-deployment").user("Hi")),
    ]
}

fn ours(provider: &'static str, case: &'static str, request: Request) -> Ours {
    let (endpoint, _) = provider.split_once('/').unwrap();
    let dialect = hosts::host(endpoint, "openai_responses").unwrap().dialect();
    Ours::new(provider, case, dialect, request)
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
