//! What SDKs of OpenAI's chat are asked, in our words.

use nohop_tests::hosts;
use nohop_types::{
    Content, Document, Effort, ExtraScope, Image, Message, OutputFormat, Parallel, Part, Request,
    Role, Sampling, ServiceTier, ToolChoice, Verbosity,
};
use nohop_wire::dialect::OpenAiChat;
use serde_json::json;

use super::{Ours, Shown, answer, weather};

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let terse = |model: &str| Request::new(model).system("Be terse.").user("Hi");
    let large = || Request::new("mistral-large-latest").user("Hi");
    vec![
        ours("openai/chat", "basic", terse("gpt-4.1")),
        ours("openai/chat", "stream_usage", terse("gpt-4.1")).streamed(),
        ours("openai/chat", "all_params", everything()),
        ours("azure/chat", "key", terse("my-deployment")),
        ours("azure/chat", "aad", terse("my-deployment")),
        ours("azure/v1", "chat", terse("my-deployment")),
        ours(
            "groq/chat",
            "basic",
            terse("openai/gpt-oss-120b").effort(Effort::Low).tier(ServiceTier::Flex).extra(
                ExtraScope::Endpoint("groq".into()),
                "reasoning_format",
                json!("parsed"),
            ),
        ),
        ours("together/chat", "basic", terse("openai/gpt-oss-120b").effort(Effort::Low)),
        ours("mistral/chat", "basic", large()),
        ours("mistral/chat", "stream", large()).streamed(),
        ours("mistral/chat", "all_params", everything_of_mistral(shown)),
    ]
}

fn ours(provider: &'static str, case: &'static str, request: Request) -> Ours {
    let (endpoint, _) = provider.split_once('/').unwrap();
    let dialect = hosts::host(endpoint, "openai_chat").unwrap().dialect();
    Ours::new(provider, case, dialect, request)
}

fn everything() -> Request {
    let openai = || ExtraScope::Dialect(OpenAiChat::NAME.into());
    Request::new("gpt-5.5")
        .system("Be terse.")
        .user("Hi")
        .tool(weather())
        .tool_choice(ToolChoice::Named("get_weather".into()))
        .parallel(Parallel::Forbid)
        .output(OutputFormat::JsonSchema(answer()))
        .sampling(choosy)
        .sampling(|sampling| sampling.n = Some(2))
        .sampling(|sampling| sampling.logprobs = Some(2))
        .max_tokens(64)
        .effort(Effort::Low)
        .tier(ServiceTier::Flex)
        .verbosity(Verbosity::Low)
        .by("u")
        .session("k")
        .metadata("k", "v")
        .extra(openai(), "safety_identifier", json!("s"))
        .extra(openai(), "store", json!(true))
}

fn everything_of_mistral(shown: &Shown) -> Request {
    let parts = [
        Content::Text("Hi".into()),
        Content::Image(Image::new(shown.picture.clone())),
        Content::Document(Document::new(shown.document.clone())),
    ];
    Request::new("mistral-medium-latest")
        .system("S")
        .message(Message::new(Role::User, parts.map(Part::new)))
        .tool(weather())
        .tool_choice(ToolChoice::Required)
        .parallel(Parallel::Forbid)
        .output(OutputFormat::JsonSchema(answer()))
        .sampling(choosy)
        .sampling(|sampling| sampling.n = Some(1))
        .max_tokens(64)
        .session("k")
        .metadata("k", "v")
        .extra(ExtraScope::Endpoint("mistral".into()), "safe_prompt", json!(true))
}

fn choosy(sampling: &mut Sampling) {
    sampling.temperature = Some(0.3);
    sampling.top_p = Some(0.9);
    sampling.frequency_penalty = Some(0.1);
    sampling.presence_penalty = Some(0.1);
    sampling.seed = Some(7);
    sampling.stop = vec!["END".into()];
}
