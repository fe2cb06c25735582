//! Providers from a to l.

use nohop_wire::dialect::{Anthropic, Cohere, Gemini, OpenAiChat, OpenAiResponses};

use super::values::{
    AZURE_CHAT, BEDROCK_CONVERSE, BESIDE, CEREBRAS_CHAT, COHERE_CHAT, COMPATIBLE, DEEPSEEK_CHAT,
    FIREWORKS_CHAT, FLAGGED, GATEWAY, GROQ_CHAT, HOST, LLAMACPP_CHAT, LOCAL, RANKING, UNASKED,
};
use crate::{Auth, Provider, Way};

/// <https://docs.claude.com/en/api/messages>
pub const ANTHROPIC: Provider = Provider {
    id: "anthropic",
    base_url: "https://api.anthropic.com",
    auth: Auth::Header("x-api-key", "ANTHROPIC_API_KEY"),
    ways: &[Way { path: "/v1/messages", dialect: &Anthropic::PLAIN }],
};

/// <https://avian.io/docs>
///
/// Unverified: the variable.
pub const AVIAN: Provider = Provider {
    id: "avian",
    base_url: "https://api.avian.io/v1",
    auth: Auth::Bearer("AVIAN_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &GATEWAY }],
};

/// <https://learn.microsoft.com/azure/ai-foundry/openai/reference>
///
/// A model is the name of a deployment. With a token of Entra's in the key's place, `auth` is
/// `Auth::Bearer("AZURE_OPENAI_AD_TOKEN")`.
pub const AZURE: Provider = Provider {
    id: "azure",
    base_url: "https://{resource:AZURE_RESOURCE_NAME}.openai.azure.com/openai",
    auth: Auth::Header("api-key", "AZURE_OPENAI_API_KEY"),
    ways: &[
        Way { path: "/v1/chat/completions", dialect: &AZURE_CHAT },
        Way {
            path: "/deployments/{model}/chat/completions?api-version=2024-10-21",
            dialect: &AZURE_CHAT,
        },
        Way { path: "/v1/responses", dialect: &OpenAiResponses::PLAIN },
    ],
};

/// <https://learn.microsoft.com/azure/ai-foundry/foundry-models/how-to/use-foundry-models-claude>
///
/// The account of `AZURE_FOUNDRY`, whose key goes in another header here.
pub const AZURE_ANTHROPIC: Provider = Provider {
    id: "azure-anthropic",
    base_url: "https://{resource:AZURE_RESOURCE_NAME}.services.ai.azure.com/anthropic",
    auth: Auth::Header("x-api-key", "AZURE_API_KEY"),
    ways: &[Way { path: "/v1/messages", dialect: &Anthropic::PLAIN }],
};

/// <https://learn.microsoft.com/azure/ai-foundry/model-inference/reference/reference-model-inference-api>
pub const AZURE_FOUNDRY: Provider = Provider {
    id: "azure-foundry",
    base_url: "https://{resource:AZURE_RESOURCE_NAME}.services.ai.azure.com",
    auth: Auth::Header("api-key", "AZURE_API_KEY"),
    ways: &[
        Way { path: "/openai/v1/chat/completions", dialect: &AZURE_CHAT },
        Way {
            path: "/models/chat/completions?api-version=2024-05-01-preview",
            dialect: &AZURE_CHAT,
        },
        Way { path: "/openai/v1/responses", dialect: &OpenAiResponses::PLAIN },
    ],
};

/// <https://docs.baseten.co/inference/model-apis/overview>
///
/// Unverified: all of it.
pub const BASETEN: Provider = Provider {
    id: "baseten",
    base_url: "https://inference.baseten.co/v1",
    auth: Auth::Bearer("BASETEN_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &OpenAiChat::HOSTED }],
};

/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-api.html>
///
/// Unverified: all of the way of OpenAI's dialect; the order of documents.
pub const BEDROCK: Provider = Provider {
    id: "bedrock",
    base_url: "https://bedrock-runtime.{region:AWS_REGION}.amazonaws.com",
    auth: Auth::Aws("bedrock"),
    ways: &[
        Way { path: "/model/{model}/{converse|converse-stream}", dialect: &BEDROCK_CONVERSE },
        Way {
            path: "/model/{model}/{invoke|invoke-with-response-stream}",
            dialect: &Anthropic::INVOKE,
        },
        Way { path: "/openai/v1/chat/completions", dialect: &HOST },
    ],
};

/// <https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html>
///
/// Unverified: the departures.
pub const BEDROCK_MANTLE: Provider = Provider {
    id: "bedrock-mantle",
    base_url: "https://bedrock-mantle.{region:AWS_REGION}.api.aws",
    auth: Auth::Aws("bedrock-mantle"),
    ways: &[
        Way { path: "/v1/chat/completions", dialect: &HOST },
        Way { path: "/anthropic/v1/messages", dialect: &Anthropic::PLAIN },
        Way { path: "/openai/v1/responses", dialect: &OpenAiResponses::PLAIN },
    ],
};

/// <https://inference-docs.cerebras.ai/api-reference/chat-completions>
pub const CEREBRAS: Provider = Provider {
    id: "cerebras",
    base_url: "https://api.cerebras.ai/v1",
    auth: Auth::Bearer("CEREBRAS_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &CEREBRAS_CHAT }],
};

/// <https://chutes.ai/docs>
///
/// Unverified: all of it.
pub const CHUTES: Provider = Provider {
    id: "chutes",
    base_url: "https://llm.chutes.ai/v1",
    auth: Auth::Bearer("CHUTES_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &OpenAiChat::HOSTED }],
};

/// <https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/>
///
/// Unverified: all of the Responses way.
pub const CLOUDFLARE: Provider = Provider {
    id: "cloudflare",
    base_url: "https://api.cloudflare.com/client/v4/accounts/{account:CLOUDFLARE_ACCOUNT_ID}/ai/v1",
    auth: Auth::Bearer("CLOUDFLARE_API_TOKEN"),
    ways: &[
        Way { path: "/chat/completions", dialect: &HOST },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://docs.cohere.com/reference/chat>, and the way of OpenAI's dialect
/// <https://docs.cohere.com/docs/compatibility-api>
pub const COHERE: Provider = Provider {
    id: "cohere",
    base_url: "https://api.cohere.com",
    auth: Auth::BearerOf(&["COHERE_API_KEY", "CO_API_KEY"]),
    ways: &[
        Way { path: "/v2/chat", dialect: &Cohere::PLAIN },
        Way { path: "/compatibility/v1/chat/completions", dialect: &COHERE_CHAT },
    ],
};

/// <https://docs.crusoecloud.com/managed-inference/overview>
///
/// Unverified: the variable.
pub const CRUSOE: Provider = Provider {
    id: "crusoe",
    base_url: "https://api.inference.crusoecloud.com/v1",
    auth: Auth::Bearer("CRUSOE_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &HOST }],
};

/// <https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope>
///
/// China is `https://dashscope.aliyuncs.com`, the United States
/// `https://dashscope-us.aliyuncs.com`. Unverified: the Anthropic way's path and departures; all of
/// the Responses way.
pub const DASHSCOPE: Provider = Provider {
    id: "dashscope",
    base_url: "https://dashscope-intl.aliyuncs.com",
    auth: Auth::Bearer("DASHSCOPE_API_KEY"),
    ways: &[
        Way { path: "/compatible-mode/v1/chat/completions", dialect: &FLAGGED },
        Way { path: "/apps/anthropic/v1/messages", dialect: &COMPATIBLE },
        Way { path: "/compatible-mode/v1/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://docs.databricks.com/machine-learning/foundation-model-apis/api-reference>
///
/// Unverified: the variables.
pub const DATABRICKS: Provider = Provider {
    id: "databricks",
    base_url: "https://{host:DATABRICKS_HOST}/serving-endpoints",
    auth: Auth::Bearer("DATABRICKS_TOKEN"),
    ways: &[Way { path: "/chat/completions", dialect: &UNASKED }],
};

/// <https://deepinfra.com/docs/openai_api>
///
/// Unverified: the Anthropic way, and the departures of both.
pub const DEEPINFRA: Provider = Provider {
    id: "deepinfra",
    base_url: "https://api.deepinfra.com",
    auth: Auth::Bearer("DEEPINFRA_API_KEY"),
    ways: &[
        Way { path: "/v1/openai/chat/completions", dialect: &OpenAiChat::HOSTED },
        Way { path: "/anthropic/v1/messages", dialect: &COMPATIBLE },
    ],
};

/// <https://api-docs.deepseek.com>
///
/// Unverified: the departures of the Anthropic way.
pub const DEEPSEEK: Provider = Provider {
    id: "deepseek",
    base_url: "https://api.deepseek.com",
    auth: Auth::Bearer("DEEPSEEK_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &DEEPSEEK_CHAT },
        Way { path: "/anthropic/v1/messages", dialect: &COMPATIBLE },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://docs.doubleword.ai>
///
/// Unverified: the variable.
pub const DOUBLEWORD: Provider = Provider {
    id: "doubleword",
    base_url: "https://api.doubleword.ai/v1",
    auth: Auth::Bearer("DOUBLEWORD_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &GATEWAY }],
};

/// <https://docs.fireworks.ai/api-reference/post-chatcompletions>
///
/// Unverified: the departures of the Anthropic way; all of the Responses way; the order of documents.
pub const FIREWORKS: Provider = Provider {
    id: "fireworks",
    base_url: "https://api.fireworks.ai/inference/v1",
    auth: Auth::Bearer("FIREWORKS_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &FIREWORKS_CHAT },
        Way { path: "/messages", dialect: &COMPATIBLE },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://ai.google.dev/api/generate-content>
///
/// Unverified: the header at the way of OpenAI's dialect, for which a bearer's is documented.
pub const GEMINI: Provider = Provider {
    id: "gemini",
    base_url: "https://generativelanguage.googleapis.com",
    auth: Auth::HeaderOf("x-goog-api-key", &["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
    ways: &[
        Way { path: "/v1beta/models/{model}", dialect: &Gemini::PLAIN },
        Way { path: "/v1beta/openai/chat/completions", dialect: &BESIDE },
    ],
};

/// <https://docs.github.com/rest/models/inference>
pub const GITHUB_MODELS: Provider = Provider {
    id: "github-models",
    base_url: "https://models.github.ai/inference",
    auth: Auth::Bearer("GITHUB_TOKEN"),
    ways: &[Way { path: "/chat/completions", dialect: &AZURE_CHAT }],
};

/// <https://docs.gpustack.ai>
///
/// Unverified: the variables, and the order of documents.
pub const GPUSTACK: Provider = Provider {
    id: "gpustack",
    base_url: "http://{host:GPUSTACK_HOST}/v1",
    auth: Auth::Bearer("GPUSTACK_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &RANKING }],
};

/// <https://console.groq.com/docs/api-reference>
///
/// Unverified: all of the Responses way.
pub const GROQ: Provider = Provider {
    id: "groq",
    base_url: "https://api.groq.com/openai/v1",
    auth: Auth::Bearer("GROQ_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &GROQ_CHAT },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://huggingface.co/docs/inference-providers>
///
/// Unverified: all of the Responses way.
pub const HUGGINGFACE: Provider = Provider {
    id: "huggingface",
    base_url: "https://router.huggingface.co/v1",
    auth: Auth::Bearer("HF_TOKEN"),
    ways: &[
        Way { path: "/chat/completions", dialect: &UNASKED },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://docs.hyperbolic.xyz/docs/rest-api>
pub const HYPERBOLIC: Provider = Provider {
    id: "hyperbolic",
    base_url: "https://api.hyperbolic.xyz/v1",
    auth: Auth::Bearer("HYPERBOLIC_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &OpenAiChat::HOSTED }],
};

/// <https://llama.developer.meta.com/docs/features/compatibility>
///
/// Unverified: the departures.
pub const LLAMA_API: Provider = Provider {
    id: "llama-api",
    base_url: "https://api.llama.com/compat/v1",
    auth: Auth::Bearer("LLAMA_API_KEY"),
    ways: &[Way { path: "/chat/completions", dialect: &OpenAiChat::HOSTED }],
};

/// <https://github.com/ggml-org/llama.cpp/tree/master/tools/server>
///
/// Unverified: the departures of the Anthropic way.
pub const LLAMACPP: Provider = Provider {
    id: "llamacpp",
    base_url: "http://127.0.0.1:8080/v1",
    auth: Auth::Optional("LLAMACPP_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &LLAMACPP_CHAT },
        Way { path: "/messages", dialect: &COMPATIBLE },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};

/// <https://lmstudio.ai/docs/developer/openai-compat>
///
/// Unverified: the departures.
pub const LMSTUDIO: Provider = Provider {
    id: "lmstudio",
    base_url: "http://127.0.0.1:1234/v1",
    auth: Auth::Optional("LMSTUDIO_API_KEY"),
    ways: &[
        Way { path: "/chat/completions", dialect: &LOCAL },
        Way { path: "/messages", dialect: &COMPATIBLE },
        Way { path: "/responses", dialect: &OpenAiResponses::HOSTED },
    ],
};
