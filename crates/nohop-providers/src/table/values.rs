//! Dialects as several hosts, or one, depart from them; most departures were found in recordings.

use nohop_wire::dialect::{
    Anthropic, Budgets, Cap, Converse, Counted, Ends, Files, Gemini, History, IdForm, Instructions,
    JinaRerank, LateSystem, Marks, OpenAiChat, OpenAiEmbeddings, OpenAiResponses, Required, Shapes,
    StreamUsage, Tags, ThinkingField, ThinkingStyle, ToolMedia, Unthought, VectorForm,
    VersionPlace,
};
use nohop_wire::schema::{Keywords, Objects, Refs, Requires, Subset, Subsets};
use nohop_wire::{Source, Taken, Takes};

/// Where most hosts find media: in the request, or on the web.
const WEB: &[Source] =
    &[Source::Bytes, Source::Url("https://"), Source::Url("http://"), Source::Url("data:")];

/// The pictures that nearly all models see.
const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/webp", "image/gif"];

/// A host of open models that knows both names of the cap.
pub(super) const HOST: OpenAiChat = OpenAiChat { cap: Cap::Either, ..OpenAiChat::HOSTED };

/// Converse, whose models are listed where they are managed.
pub(super) const BEDROCK_CONVERSE: Converse = Converse {
    list: Some("//bedrock.{region:AWS_REGION}.amazonaws.com/foundation-models"),
    ..Converse::PLAIN
};

/// OpenAI's models at Microsoft, beside others that think in the open.
pub(super) const AZURE_CHAT: OpenAiChat =
    OpenAiChat { history: History::ReasoningContent, ..OpenAiChat::PLAIN };

/// A host whose thinking is not counted among the answer's tokens.
pub(super) const BESIDE: OpenAiChat = OpenAiChat { counted: Counted::Beside, ..HOST };

/// A host that knows the newer name of the cap only.
pub(super) const CAPPED: OpenAiChat = OpenAiChat { cap: Cap::MaxCompletionTokens, ..HOST };

/// Cerebras's own.
pub(super) const CEREBRAS_CHAT: OpenAiChat = OpenAiChat {
    schemas: &Subsets {
        name: "Cerebras",
        strict_tool: CEREBRAS_STRICT,
        strict_answer: CEREBRAS_STRICT,
        ..Subsets::ANY
    },
    ..UNASKED
};

const CEREBRAS_STRICT: Subset = Subset {
    keywords: Keywords::Only(&[
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "default",
        "description",
        "enum",
        "items",
        "maximum",
        "minimum",
        "properties",
        "required",
        "title",
        "type",
    ]),
    refs: Refs::Acyclic,
    objects: Objects::Listed,
    ..Subset::ANY
};

/// Cohere's models in OpenAI's dialect.
pub(super) const COHERE_CHAT: OpenAiChat =
    OpenAiChat { shapes: Shapes::Objects, ..OpenAiChat::HOSTED };
/// A host that puts documents in order beside its chat.
pub(super) const RANKING: OpenAiChat = OpenAiChat { rerank: Some(JinaRerank::PLAIN), ..HOST };

/// A host whose models think when a flag says so.
pub(super) const FLAGGED: OpenAiChat = OpenAiChat { thinking: &[ThinkingField::Enable], ..HOST };

/// SiliconFlow's own.
pub(super) const SILICONFLOW_CHAT: OpenAiChat =
    OpenAiChat { cap: Cap::MaxTokens, rerank: Some(JinaRerank::PLAIN), ..FLAGGED };

/// A gateway to many hosts.
pub(super) const GATEWAY: OpenAiChat = OpenAiChat {
    thinking: &[ThinkingField::Object, ThinkingField::Effort],
    history: History::Details,
    marks: Marks::Control,
    tool_media: ToolMedia::Inside,
    stream_usage: StreamUsage::Unasked,
    ..HOST
};

/// Groq's own.
pub(super) const GROQ_CHAT: OpenAiChat = OpenAiChat {
    schemas: &Subsets {
        name: "Groq",
        strict_answer: Subset { objects: Objects::Closed, required: Requires::All, ..Subset::ANY },
        ..Subsets::ANY
    },
    ..UNASKED
};

/// DeepSeek's own, which reads nothing but text, and wants a word on what every call was thought over with.
pub(super) const DEEPSEEK_CHAT: OpenAiChat =
    OpenAiChat { unthought: Unthought::Empty, media: &Takes::NONE, ..TOGGLED };

/// Fireworks' own.
pub(super) const FIREWORKS_CHAT: OpenAiChat =
    OpenAiChat { media: &Takes { document: Taken::NONE, ..OpenAiChat::OPEN_MEDIA }, ..RANKING };

/// llama.cpp's own.
pub(super) const LLAMACPP_CHAT: OpenAiChat = OpenAiChat {
    media: &Takes { video: Taken::NONE, document: Taken::NONE, ..OpenAiChat::OPEN_MEDIA },
    schemas: &Subsets::GGML,
    ..OPEN_RANKING
};

/// A server on a machine of one's own that is built on llama.cpp.
pub(super) const LOCAL: OpenAiChat = OpenAiChat { schemas: &Subsets::GGML, ..OPEN };

/// Vercel's, which counts thinking nowhere but in its details.
pub(super) const VERCEL_CHAT: OpenAiChat = OpenAiChat { counted: Counted::Apart, ..GATEWAY };

/// Mistral's own.
pub(super) const MISTRAL_CHAT: OpenAiChat = OpenAiChat {
    cap: Cap::MaxTokens,
    history: History::Parts,
    ids: IdForm::Letters(9),
    late_system: LateSystem::Folded,
    required: Required::Any,
    files: Files::DocumentUrl,
    media: &Takes {
        image: Taken::some(PICTURES, WEB),
        video: Taken::NONE,
        document: Taken::some(&["*/*"], WEB),
        ..OpenAiChat::OPEN_MEDIA
    },
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

/// OpenAI's dialect at Ollama, which fetches nothing.
pub(super) const OLLAMA_CHAT: OpenAiChat = OpenAiChat {
    media: &Takes {
        image: Taken::some(&["image/*"], &[Source::Bytes, Source::Url("data:")]),
        ..Takes::NONE
    },
    schemas: &Subsets::GGML,
    ..OPEN
};

/// A server for open models, on a machine of one's own.
pub(super) const OPEN: OpenAiChat = OpenAiChat { tool_media: ToolMedia::Inside, ..REASONING };

/// The same, which puts documents in order as well.
pub(super) const OPEN_RANKING: OpenAiChat = OpenAiChat { rerank: Some(JinaRerank::PLAIN), ..OPEN };

/// OpenRouter's own.
pub(super) const OPENROUTER_CHAT: OpenAiChat = OpenAiChat {
    embeddings: OpenAiEmbeddings { purpose: Some("input_type"), ..OpenAiEmbeddings::HOSTED },
    rerank: Some(JinaRerank::PLAIN),
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

/// The same, which knows the older name of the cap only, and no schemas of answers.
pub(super) const TOGGLED: OpenAiChat =
    OpenAiChat { cap: Cap::MaxTokens, shapes: Shapes::Objects, ..SWITCHED };

/// A host that sends the usage of a stream unasked.
pub(super) const UNASKED: OpenAiChat =
    OpenAiChat { stream_usage: StreamUsage::Unasked, ..REASONING };

/// The same, which knows the older name of the cap only.
pub(super) const UNASKED_MAX_TOKENS: OpenAiChat = OpenAiChat { cap: Cap::MaxTokens, ..UNASKED };

/// Anthropic's models at Google, whose version is said in the body.
pub(super) const VERTEX_ANTHROPIC: Anthropic = Anthropic {
    version: "vertex-2023-10-16",
    place: VersionPlace::Body,
    media: &Anthropic::CLOUD_MEDIA,
    ..Anthropic::PLAIN
};

/// Together's own.
pub(super) const TOGETHER_CHAT: OpenAiChat =
    OpenAiChat { rerank: Some(JinaRerank::PLAIN), ..UNASKED_MAX_TOKENS };

/// Gemini at Google Cloud, whose models are listed without a project.
pub(super) const VERTEX_GEMINI: Gemini = Gemini {
    list: Some("//aiplatform.googleapis.com/v1beta1/publishers/google/models"),
    ..Gemini::VERTEX
};

/// xAI's own.
pub(super) const XAI_CHAT: OpenAiChat = OpenAiChat {
    tool_media: ToolMedia::Inside,
    media: &Takes { image: XAI_PICTURES, ..OpenAiChat::OPEN_MEDIA },
    ..BESIDE
};

/// The pictures that xAI's models see.
const XAI_PICTURES: Taken =
    Taken { bytes: Some(20 << 20), ..Taken::some(&["image/jpeg", "image/png"], WEB) };

/// Anthropic's dialect as hosts of other models speak it: they know budgets, and no late system turn.
pub(super) const COMPATIBLE: Anthropic = Anthropic {
    thinking: ThinkingStyle::Budget,
    late_system: LateSystem::Folded,
    schemas: &Subsets::ANY,
    ..Anthropic::PLAIN
};

/// Responses as a gateway to many hosts speaks it.
pub(super) const GATEWAY_RESPONSES: OpenAiResponses = OpenAiResponses {
    budgets: Budgets::MaxTokens,
    marks: Marks::Control,
    takes: &["frequency_penalty", "presence_penalty", "top_k"],
    schemas: &Subsets::ANY,
    ..OpenAiResponses::PLAIN
};

/// Responses as xAI speaks it.
pub(super) const XAI_RESPONSES: OpenAiResponses = OpenAiResponses {
    instructions: Instructions::Inside,
    marks: Marks::None,
    user: "user",
    schemas: &Subsets::ANY,
    media: &Takes { image: XAI_PICTURES, ..OpenAiResponses::OPEN_MEDIA },
    ..OpenAiResponses::PLAIN
};
