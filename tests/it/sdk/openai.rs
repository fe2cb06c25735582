//! What SDKs of OpenAI's chat are asked, in our words.

use nohop::providers::{Auth, Endpoint, Provider, table};
use nohop_types::{
    Content, Document, Effort, ExtraScope, Image, Message, OutputFormat, Parallel, Part, Request,
    Role, Sampling, ServiceTier, ToolChoice, Verbosity,
};
use nohop_wire::dialect::OpenAiChat;
use serde_json::json;

use super::{KEY, Ours, Shown, answer, weather};

/// Our requests, by provider and case.
pub(super) fn requests(shown: &Shown) -> Vec<Ours> {
    let terse = |model: &str| Request::new(model).system("Be terse.").user("Hi");
    let large = || Request::new("mistral-large-latest").user("Hi");
    let oss = || terse("openai/gpt-oss-120b").effort(Effort::Low);
    let parsed = |request: Request| {
        request.extra(ExtraScope::Endpoint("groq".into()), "reasoning_format", json!("parsed"))
    };
    let openai = |case, request| Ours::new("openai/chat", case, at(table::OPENAI), request);
    let mistral = |case, request| Ours::new("mistral/chat", case, at(table::MISTRAL), request);
    vec![
        openai("basic", terse("gpt-4.1")),
        openai("stream_usage", terse("gpt-4.1")).streamed(),
        openai("all_params", everything()),
        Ours::models("openai/models", "list", at(table::OPENAI)),
        Ours::new("azure/chat", "key", of_old(table::AZURE), terse("my-deployment")),
        Ours::new("azure/chat", "aad", of_old(TOKEN), terse("my-deployment")),
        Ours::new("azure/v1", "chat", azure(table::AZURE), terse("my-deployment")),
        Ours::new("groq/chat", "basic", at(table::GROQ), parsed(oss()).tier(ServiceTier::Flex)),
        Ours::new("together/chat", "basic", at(table::TOGETHER), oss()),
        mistral("basic", large()),
        mistral("stream", large()).streamed(),
        mistral("all_params", everything_of_mistral(shown)),
    ]
}

/// Azure with a token of Entra's.
const TOKEN: Provider = Provider { auth: Auth::Bearer("AZURE_OPENAI_AD_TOKEN"), ..table::AZURE };

fn at(provider: Provider) -> Endpoint {
    Endpoint::new(provider).key(KEY)
}

/// The account of Azure's that the SDK is given.
pub(super) fn azure(provider: Provider) -> Endpoint {
    at(provider).set("resource", "my-res")
}

fn of_old(provider: Provider) -> Endpoint {
    azure(provider).way("/deployments")
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
