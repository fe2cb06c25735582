//! What public catalogs call the providers that have another name here.

/// The names of genai-prices.
const GENAI: &[(&str, &str)] =
    &[("aws", "bedrock"), ("google", "gemini"), ("moonshotai", "moonshot"), ("x-ai", "xai")];

/// The names of LiteLLM; others that begin with one that ends in a star.
const LITELLM: &[(&str, &str)] = &[
    ("azure_ai", "azure-foundry"),
    ("azure_text", "azure"),
    ("bedrock_converse", "bedrock"),
    ("bedrock_mantle", "bedrock-mantle"),
    ("codestral", "mistral"),
    ("cohere_chat", "cohere"),
    ("fireworks_ai*", "fireworks"),
    ("meta_llama", "llama-api"),
    ("nvidia_nim", "nvidia"),
    ("text-completion-codestral", "mistral"),
    ("text-completion-inception", "inception"),
    ("text-completion-openai", "openai"),
    ("together_ai", "together"),
    ("vercel_ai_gateway", "vercel-gateway"),
    ("vertex_ai*", "vertex"),
    ("volcengine", "volcengine"),
    ("voyage", "voyageai"),
    ("bigmodel", "zhipuai"),
    ("qwencloud", "dashscope"),
    ("friendliai", "friendli"),
];

/// The names of models.dev.
const MODELS_DEV: &[(&str, &str)] = &[
    ("alibaba", "dashscope"),
    ("amazon-bedrock", "bedrock"),
    ("azure-cognitive-services", "azure-foundry"),
    ("cloudflare-workers-ai", "cloudflare"),
    ("fireworks-ai", "fireworks"),
    ("google", "gemini"),
    ("google-vertex", "vertex"),
    ("google-vertex-anthropic", "vertex"),
    ("llama", "llama-api"),
    ("moonshotai", "moonshot"),
    ("novita-ai", "novita"),
    ("ollama-cloud", "ollama"),
    ("snowflake-cortex", "snowflake"),
    ("togetherai", "together"),
    ("vercel", "vercel-gateway"),
];

/// A provider of genai-prices, and what its ids have behind them here: what Hugging Face's router hands on is told
/// apart by a colon and the host.
pub(super) fn genai(id: &str) -> (String, String) {
    match id.strip_prefix("huggingface_") {
        Some(host) => ("huggingface".to_owned(), format!(":{host}")),
        None => (renamed(GENAI, id), String::new()),
    }
}

pub(super) fn litellm(id: &str) -> (String, String) {
    (renamed(LITELLM, id), String::new())
}

pub(super) fn models_dev(id: &str) -> (String, String) {
    (renamed(MODELS_DEV, id), String::new())
}

fn renamed(names: &[(&str, &str)], id: &str) -> String {
    let known = names.iter().find(|(theirs, _)| match theirs.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => *theirs == id,
    });
    known.map_or_else(|| id.replace('_', "-"), |(_, ours)| (*ours).to_owned())
}
