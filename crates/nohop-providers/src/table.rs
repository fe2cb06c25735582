//! The providers we know, in alphabetical order.
//!
//! A row is a constant, and is linked only where it is named; [`ALL`] names all of them. What is unverified
//! about a row, which no recording of its traffic shows, the row says.

mod a_to_l;
mod m_to_z;
mod values;

use crate::Provider;

pub use a_to_l::{
    ANTHROPIC, AVIAN, AZURE, AZURE_ANTHROPIC, AZURE_FOUNDRY, BASETEN, BEDROCK, BEDROCK_MANTLE,
    CEREBRAS, CHUTES, CLOUDFLARE, COHERE, CRUSOE, DASHSCOPE, DATABRICKS, DEEPINFRA, DEEPSEEK,
    DOUBLEWORD, FIREWORKS, GEMINI, GITHUB_MODELS, GPUSTACK, GROQ, HUGGINGFACE, HYPERBOLIC,
    LLAMA_API, LLAMACPP, LMSTUDIO,
};
pub use m_to_z::{
    META, MINIMAX, MISTRAL, MOONSHOT, NEBIUS, NOVITA, NVIDIA, OLLAMA, OPENAI, OPENROUTER,
    PERPLEXITY, SAMBANOVA, SILICONFLOW, SNOWFLAKE, TOGETHER, VENICE, VERCEL_GATEWAY, VERTEX,
    VERTEX_EXPRESS, VLLM, WRITER, XAI, ZAI,
};

/// Every provider of the table.
pub const ALL: &[&Provider] = &[
    &ANTHROPIC,
    &AVIAN,
    &AZURE,
    &AZURE_ANTHROPIC,
    &AZURE_FOUNDRY,
    &BASETEN,
    &BEDROCK,
    &BEDROCK_MANTLE,
    &CEREBRAS,
    &CHUTES,
    &CLOUDFLARE,
    &COHERE,
    &CRUSOE,
    &DASHSCOPE,
    &DATABRICKS,
    &DEEPINFRA,
    &DEEPSEEK,
    &DOUBLEWORD,
    &FIREWORKS,
    &GEMINI,
    &GITHUB_MODELS,
    &GPUSTACK,
    &GROQ,
    &HUGGINGFACE,
    &HYPERBOLIC,
    &LLAMA_API,
    &LLAMACPP,
    &LMSTUDIO,
    &META,
    &MINIMAX,
    &MISTRAL,
    &MOONSHOT,
    &NEBIUS,
    &NOVITA,
    &NVIDIA,
    &OLLAMA,
    &OPENAI,
    &OPENROUTER,
    &PERPLEXITY,
    &SAMBANOVA,
    &SILICONFLOW,
    &SNOWFLAKE,
    &TOGETHER,
    &VENICE,
    &VERCEL_GATEWAY,
    &VERTEX,
    &VERTEX_EXPRESS,
    &VLLM,
    &WRITER,
    &XAI,
    &ZAI,
];

#[cfg(test)]
mod tests;
