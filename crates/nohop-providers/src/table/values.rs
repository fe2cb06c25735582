//! Dialects as several hosts, or one, depart from them; most departures were found in recordings.

use nohop_wire::dialect::{
    Anthropic, Budgets, Cap, Counted, Ends, Files, History, Instructions, LateSystem, Marks,
    OpenAiChat, OpenAiEmbeddings, OpenAiResponses, Required, StreamUsage, Tags, ThinkingField,
    ThinkingStyle, ToolMedia, VectorForm, VersionPlace,
};

/// A host of open models that knows both names of the cap.
pub(super) const HOST: OpenAiChat = OpenAiChat { cap: Cap::Either, ..OpenAiChat::HOSTED };

/// OpenAI's models at Microsoft, beside others that think in the open.
pub(super) const AZURE_CHAT: OpenAiChat =
    OpenAiChat { history: History::ReasoningContent, ..OpenAiChat::PLAIN };

/// A host whose thinking is not counted among the answer's tokens.
pub(super) const BESIDE: OpenAiChat = OpenAiChat { counted: Counted::Beside, ..HOST };

/// A host that knows the newer name of the cap only.
pub(super) const CAPPED: OpenAiChat = OpenAiChat { cap: Cap::MaxCompletionTokens, ..HOST };

/// A host whose models think when a flag says so.
pub(super) const FLAGGED: OpenAiChat = OpenAiChat { thinking: &[ThinkingField::Enable], ..HOST };

/// The same, which knows the older name of the cap only.
pub(super) const FLAGGED_MAX_TOKENS: OpenAiChat = OpenAiChat { cap: Cap::MaxTokens, ..FLAGGED };

/// A gateway to many hosts.
pub(super) const GATEWAY: OpenAiChat = OpenAiChat {
    thinking: &[ThinkingField::Object, ThinkingField::Effort],
    history: History::Details,
    marks: Marks::Control,
    tool_media: ToolMedia::Inside,
    stream_usage: StreamUsage::Unasked,
    ..HOST
};

/// Vercel's, which counts thinking nowhere but in its details.
pub(super) const VERCEL_CHAT: OpenAiChat = OpenAiChat { counted: Counted::Apart, ..GATEWAY };

/// Mistral's own.
pub(super) const MISTRAL_CHAT: OpenAiChat = OpenAiChat {
    cap: Cap::MaxTokens,
    history: History::Parts,
    required: Required::Any,
    files: Files::DocumentUrl,
    seed: "random_seed",
    session: Some("prompt_cache_key"),
    stream_usage: StreamUsage::Unasked,
    prefill: Some("prefix"),
    refuses: &["stream_options", "user", "verbosity", "logit_bias", "min_p", "modalities"],
    embeddings: OpenAiEmbeddings {
        most: 256,
        dimensions: "output_dimension",
        refuses: &["user"],
        ..OpenAiEmbeddings::HOSTED
    },
    ..HOST
};

/// A server for open models, on a machine of one's own.
pub(super) const OPEN: OpenAiChat = OpenAiChat { tool_media: ToolMedia::Inside, ..REASONING };

/// OpenRouter's own.
pub(super) const OPENROUTER_CHAT: OpenAiChat = OpenAiChat {
    embeddings: OpenAiEmbeddings { purpose: Some("input_type"), ..OpenAiEmbeddings::HOSTED },
    ..GATEWAY
};

/// Perplexity's own.
pub(super) const PERPLEXITY_CHAT: OpenAiChat = OpenAiChat {
    embeddings: OpenAiEmbeddings {
        path: "/v1/embeddings",
        form: VectorForm::Bytes,
        ..OpenAiEmbeddings::HOSTED
    },
    ..UNASKED_MAX_TOKENS
};

/// A host whose thinking goes back where it came from, in `reasoning`.
pub(super) const REASONING: OpenAiChat = OpenAiChat { history: History::Reasoning, ..HOST };

/// Snowflake's own.
pub(super) const SNOWFLAKE_CHAT: OpenAiChat = OpenAiChat { ends: Ends::Eof, ..GATEWAY };

/// A host whose models think by effort or by a switch, whichever they know.
pub(super) const SWITCHED: OpenAiChat =
    OpenAiChat { thinking: &[ThinkingField::Effort, ThinkingField::Toggle], ..HOST };

/// A host that thinks among the text.
pub(super) const TAGGED: OpenAiChat = OpenAiChat { tags: Tags::Thinking, ..CAPPED };

/// The same, which knows the older name of the cap only.
pub(super) const TOGGLED: OpenAiChat = OpenAiChat { cap: Cap::MaxTokens, ..SWITCHED };

/// A host that sends the usage of a stream unasked.
pub(super) const UNASKED: OpenAiChat =
    OpenAiChat { stream_usage: StreamUsage::Unasked, ..REASONING };

/// The same, which knows the older name of the cap only.
pub(super) const UNASKED_MAX_TOKENS: OpenAiChat = OpenAiChat { cap: Cap::MaxTokens, ..UNASKED };

/// Anthropic's models at Google, whose version is said in the body.
pub(super) const VERTEX_ANTHROPIC: Anthropic =
    Anthropic { version: "vertex-2023-10-16", place: VersionPlace::Body, ..Anthropic::PLAIN };

/// xAI's own.
pub(super) const XAI_CHAT: OpenAiChat = OpenAiChat { tool_media: ToolMedia::Inside, ..BESIDE };

/// Anthropic's dialect as hosts of other models speak it: they know budgets, and no late system turn.
pub(super) const COMPATIBLE: Anthropic = Anthropic {
    thinking: ThinkingStyle::Budget,
    late_system: LateSystem::Folded,
    ..Anthropic::PLAIN
};

/// Responses as a gateway to many hosts speaks it.
pub(super) const GATEWAY_RESPONSES: OpenAiResponses = OpenAiResponses {
    budgets: Budgets::MaxTokens,
    marks: Marks::Control,
    takes: &["frequency_penalty", "presence_penalty", "top_k"],
    ..OpenAiResponses::PLAIN
};

/// Responses as xAI speaks it.
pub(super) const XAI_RESPONSES: OpenAiResponses = OpenAiResponses {
    instructions: Instructions::Inside,
    marks: Marks::None,
    user: "user",
    ..OpenAiResponses::PLAIN
};
