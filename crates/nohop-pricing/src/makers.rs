/// The providers that offer what they make, and as whose.
const MAKERS: &[(&str, &str)] = &[
    ("ai21", "ai21"),
    ("anthropic", "anthropic"),
    ("arcee", "arcee-ai"),
    ("cohere", "cohere"),
    ("dashscope", "qwen"),
    ("deepseek", "deepseek"),
    ("gemini", "google"),
    ("inception", "inception"),
    ("llama-api", "meta-llama"),
    ("meta", "meta"),
    ("minimax", "minimax"),
    ("mistral", "mistralai"),
    ("moonshot", "moonshotai"),
    ("openai", "openai"),
    ("perplexity", "perplexity"),
    ("voyageai", "voyageai"),
    ("writer", "writer"),
    ("xai", "x-ai"),
    ("zai", "z-ai"),
];

/// As whom a provider makes models, if it does.
pub(crate) fn maker(provider: &str) -> Option<&'static str> {
    MAKERS.iter().find(|(id, _)| *id == provider).map(|(_, author)| *author)
}
