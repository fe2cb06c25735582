//! Providers from m to z.

use nohop_wire::dialect::{Anthropic, Ollama, OpenAiChat, OpenAiResponses};

use super::values::{
    CAPPED, COMPATIBLE, GATEWAY_RESPONSES, HOST, MISTRAL_CHAT, OLLAMA_CHAT, OPEN, OPEN_RANKING,
    OPENROUTER_CHAT, PERPLEXITY_CHAT, SILICONFLOW_CHAT, SNOWFLAKE_CHAT, SWITCHED, TAGGED,
    TOGETHER_CHAT, TOGGLED, VERCEL_CHAT, VERTEX_ANTHROPIC, VERTEX_GEMINI, XAI_CHAT, XAI_RESPONSES,
};
use crate::{Auth, Provider, Way};

/// <https://ai.meta.com>
///
/// Unverified: all of it; the API is new, and was seen through others only.
pub const META: Provider = Provider {
    id: "meta",
    base_url: "https://api.meta.ai/v1",
    auth: Auth::Bearer("META_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &CAPPED }],
};

/// <https://platform.minimax.io/docs/api-reference/text-anthropic-api>
///
/// Unverified: the departures; all of the Responses way.
pub const MINIMAX: Provider = Provider {
    id: "minimax",
    base_url: "https://api.minimax.io",
    auth: Auth::Bearer("MINIMAX_API_KEY"),
    ways: &[
        Way { path: "/anthropic/v1/messages", dialect: &COMPATIBLE },
        Way { path: "/v1/chat/completions", dialect: &TAGGED },
        Way { path: "/v1/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://docs.mistral.ai/api>
pub const MISTRAL: Provider = Provider {
    id: "mistral",
    base_url: "https://api.mistral.ai/v1",
    auth: Auth::Bearer("MISTRAL_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &MISTRAL_CHAT }],
};

/// <https://platform.moonshot.ai/docs/api/chat>
///
/// China is `https://api.moonshot.cn`. Unverified: the Anthropic way.
pub const MOONSHOT: Provider = Provider {
    id: "moonshot",
    base_url: "https://api.moonshot.ai",
    auth: Auth::Bearer("MOONSHOT_API_KEY"),
    ways: &[
        Way { path: "/v1/chat/completions", dialect: &SWITCHED },
        Way { path: "/anthropic/v1/messages", dialect: &COMPATIBLE },
    ],
};

/// <https://docs.tokenfactory.nebius.com>
///
/// Recorded at its former host, `https://api.studio.nebius.ai/v1`.
pub const NEBIUS: Provider = Provider {
    id: "nebius",
    base_url: "https://api.tokenfactory.nebius.com/v1",
    auth: Auth::Bearer("NEBIUS_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &HOST }],
};

/// <https://novita.ai/docs/guides/llm-api>
///
/// Recorded at its former path, `/v3/openai`. Unverified: the Anthropic way.
pub const NOVITA: Provider = Provider {
    id: "novita",
    base_url: "https://api.novita.ai",
    auth: Auth::Bearer("NOVITA_API_KEY"),
    ways: &[
        Way { path: "/openai/chat/completions", dialect: &OpenAiChat::HOSTED },
        Way { path: "/anthropic/v1/messages", dialect: &COMPATIBLE },
    ],
};

/// <https://docs.api.nvidia.com/nim/reference/llm-apis>
///
/// Unverified: the departures, which differ from model to model.
pub const NVIDIA: Provider = Provider {
    id: "nvidia",
    base_url: "https://integrate.api.nvidia.com/v1",
    auth: Auth::Bearer("NVIDIA_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &OpenAiChat::HOSTED }],
};

/// <https://docs.ollama.com/api/openai-compatibility>, and its own way <https://docs.ollama.com/api/chat>
///
/// The way of OpenAI's dialect is the default, since calls have ids there; its own is for those who set
/// `keep_alive` or `num_ctx`. The hosted one is `https://ollama.com`. Unverified: the departures of
/// the Anthropic way; all of the Responses way.
pub const OLLAMA: Provider = Provider {
    id: "ollama",
    base_url: "http://localhost:11434",
    auth: Auth::Optional("OLLAMA_API_KEY"),
    ways: &[
        Way { path: "/v1/chat/completions", dialect: &OLLAMA_CHAT },
        Way { path: "/api/chat", dialect: &Ollama::PLAIN },
        Way { path: "/v1/messages", dialect: &COMPATIBLE },
        Way { path: "/v1/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://platform.openai.com/docs/api-reference/chat>
pub const OPENAI: Provider = Provider {
    id: "openai",
    base_url: "https://api.openai.com/v1",
    auth: Auth::Bearer("OPENAI_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &OpenAiChat::PLAIN },
        Way { path: "/responses", dialect: &OpenAiResponses::PLAIN },
    ],
};

/// <https://openrouter.ai/docs/api-reference/overview>
///
/// Unverified: the departures of the Anthropic way.
pub const OPENROUTER: Provider = Provider {
    id: "openrouter",
    base_url: "https://openrouter.ai/api/v1",
    auth: Auth::Bearer("OPENROUTER_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &OPENROUTER_CHAT },
        Way { path: "/messages", dialect: &Anthropic::PLAIN },
        Way { path: "/responses", dialect: &GATEWAY_RESPONSES },
    ],
};

/// <https://docs.perplexity.ai/api-reference/chat-completions-post>
pub const PERPLEXITY: Provider = Provider {
    id: "perplexity",
    base_url: "https://api.perplexity.ai",
    auth: Auth::BearerOf(&["PERPLEXITY_API_KEY", "PPLX_API_KEY"]),
    ways: &[Way { path: "/chat/completions", dialect: &PERPLEXITY_CHAT }],
};

/// <https://docs.sambanova.ai/cloud/api-reference>
pub const SAMBANOVA: Provider = Provider {
    id: "sambanova",
    base_url: "https://api.sambanova.ai/v1",
    auth: Auth::Bearer("SAMBANOVA_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &HOST }],
};

/// <https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions>
///
/// Unverified: all of it.
pub const SILICONFLOW: Provider = Provider {
    id: "siliconflow",
    base_url: "https://api.siliconflow.com/v1",
    auth: Auth::Bearer("SILICONFLOW_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &SILICONFLOW_CHAT }],
};

/// <https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api>
///
/// Unverified: the variables.
pub const SNOWFLAKE: Provider = Provider {
    id: "snowflake",
    base_url: "https://{account:SNOWFLAKE_ACCOUNT}.snowflakecomputing.com/api/v2/cortex/v1",
    auth: Auth::Bearer("SNOWFLAKE_TOKEN"),
    ways: &[Way { path: "/chat/completions", dialect: &SNOWFLAKE_CHAT }],
};

/// <https://docs.together.ai/reference/chat-completions-1>
pub const TOGETHER: Provider = Provider {
    id: "together",
    base_url: "https://api.together.ai/v1",
    auth: Auth::Bearer("TOGETHER_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &TOGETHER_CHAT }],
};

/// <https://docs.venice.ai/api-reference/endpoint/chat/completions>
///
/// Unverified: the variable.
pub const VENICE: Provider = Provider {
    id: "venice",
    base_url: "https://api.venice.ai/api/v1",
    auth: Auth::Bearer("VENICE_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &HOST }],
};

/// <https://vercel.com/docs/ai-gateway/sdks-and-apis>
///
/// Unverified: the departures of the Anthropic way; all of the Responses way.
pub const VERCEL_GATEWAY: Provider = Provider {
    id: "vercel-gateway",
    base_url: "https://ai-gateway.vercel.sh/v1",
    auth: Auth::Bearer("AI_GATEWAY_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &VERCEL_CHAT },
        Way { path: "/messages", dialect: &Anthropic::PLAIN },
        Way { path: "/responses", dialect: &GATEWAY_RESPONSES },
    ],
};

/// <https://docs.cloud.google.com/vertex-ai/generative-ai/docs>
///
/// The key is a token, which `GoogleToken` fetches under the feature `vertex`. Unverified: the way of
/// OpenAI's dialect; the vectors of models younger than `gemini-embedding-001`.
pub const VERTEX: Provider = Provider {
    id: "vertex",
    base_url: "https://{location:GOOGLE_CLOUD_LOCATION?global=aiplatform|us=aiplatform.us.rep|eu=aiplatform.eu.rep|*-aiplatform}.googleapis.com/v1/projects/{project:GOOGLE_CLOUD_PROJECT}/locations/{location:GOOGLE_CLOUD_LOCATION}",
    auth: Auth::Bearer("VERTEX_ACCESS_TOKEN"),
    ways: &[
        Way { path: "/publishers/google/models/{model}", dialect: &VERTEX_GEMINI },
        Way {
            path: "/publishers/anthropic/models/{model}:{rawPredict|streamRawPredict}",
            dialect: &VERTEX_ANTHROPIC,
        },
        Way { path: "/endpoints/openapi/chat/completions", dialect: &OPEN },
    ],
};

/// <https://docs.cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview>
///
/// Vertex with a key and without a project.
pub const VERTEX_EXPRESS: Provider = Provider {
    id: "vertex-express",
    base_url: "https://aiplatform.googleapis.com/v1",
    auth: Auth::Header("x-goog-api-key", "VERTEX_API_KEY"),
    ways: &[Way { path: "/publishers/google/models/{model}", dialect: &VERTEX_GEMINI }],
};

/// <https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html>
///
/// Unverified: the departures of the Anthropic way; all of the Responses way; the order of documents.
pub const VLLM: Provider = Provider {
    id: "vllm",
    base_url: "http://127.0.0.1:8000/v1",
    auth: Auth::Optional("VLLM_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &OPEN_RANKING },
        Way { path: "/messages", dialect: &COMPATIBLE },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://dev.writer.com/api-reference/completion-api/chat-completion>
///
/// Unverified: the variable.
pub const WRITER: Provider = Provider {
    id: "writer",
    base_url: "https://api.writer.com/v1",
    auth: Auth::Bearer("WRITER_API_KEY"),
    ways: &[Way { path: "/chat", dialect: &OpenAiChat::HOSTED }],
};

/// <https://docs.x.ai/docs/api-reference>
///
/// Unverified: the departures of the Anthropic way.
pub const XAI: Provider = Provider {
    id: "xai",
    base_url: "https://api.x.ai/v1",
    auth: Auth::Bearer("XAI_API_KEY"),
    ways: &[
        Way { path: "/responses", dialect: &XAI_RESPONSES },
        Way { path: "/chat/completions", dialect: &XAI_CHAT },
        Way { path: "/messages", dialect: &COMPATIBLE },
    ],
};

/// <https://docs.z.ai/api-reference/llm/chat-completion>
///
/// Unverified: the departures of the Anthropic way.
pub const ZAI: Provider = Provider {
    id: "zai",
    base_url: "https://api.z.ai/api",
    auth: Auth::BearerOf(&["ZAI_API_KEY", "ZHIPU_API_KEY"]),
    ways: &[
        Way { path: "/paas/v4/chat/completions", dialect: &TOGGLED },
        Way { path: "/anthropic/v1/messages", dialect: &COMPATIBLE },
        Way { path: "/coding/paas/v4/chat/completions", dialect: &TOGGLED },
    ],
};
