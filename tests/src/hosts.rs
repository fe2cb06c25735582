//! Which departures from its dialect each recorded provider has.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use nohop::providers::ALL;
use nohop_types::{EmbedRequest, RerankRequest, Result};
use nohop_wire::dialect::{
    Anthropic, Budgets, Cap, Cohere, Converse, Counted, Ends, Files, Gemini, History, Instructions,
    Marks, Ollama, OpenAiChat, OpenAiEmbeddings, OpenAiResponses, Required, StreamUsage,
    ThinkingField, ToolMedia, VectorForm, VersionPlace,
};
use nohop_wire::{Dialect, Incoming, RequestHead, Surface};

use crate::asked;
use crate::recording::Recording;

/// A value that is a dialect, and its surface if it has one.
pub trait Host: Sync {
    /// The client side.
    fn dialect(&self) -> &dyn Dialect;

    /// The server side, where there is one.
    fn surface(&self) -> Option<&dyn Surface>;

    /// Reads a recorded request.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` when it is none.
    fn asked(&self, head: &RequestHead, body: &[u8]) -> Result<Incoming>;
}

impl<T: Dialect + Surface> Host for T {
    fn dialect(&self) -> &dyn Dialect {
        self
    }

    fn surface(&self) -> Option<&dyn Surface> {
        Some(self)
    }

    fn asked(&self, head: &RequestHead, body: &[u8]) -> Result<Incoming> {
        self.decode(head, body)
    }
}

/// A dialect that is spoken and not served, with a reader of its recorded requests.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Spoken<D> {
    /// The dialect.
    pub dialect: D,
    /// Reads a request.
    pub asked: fn(&[u8]) -> Result<Incoming>,
}

impl<D: Dialect> Host for Spoken<D> {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn surface(&self) -> Option<&dyn Surface> {
        None
    }

    fn asked(&self, _: &RequestHead, body: &[u8]) -> Result<Incoming> {
        (self.asked)(body)
    }
}

/// Cohere's chat.
pub static COHERE: Spoken<Cohere> = Spoken { dialect: Cohere::PLAIN, asked: asked::cohere::read };

/// Ollama's own chat.
pub static OLLAMA: Spoken<Ollama> = Spoken { dialect: Ollama::PLAIN, asked: asked::ollama::read };
/// Bedrock's Converse.
pub static CONVERSE: Spoken<Converse> =
    Spoken { dialect: Converse::PLAIN, asked: asked::converse::read };

/// A way of a row of the table, with the readers of those who recorded its provider.
struct Row {
    dialect: &'static dyn Dialect,
    reader: &'static dyn Host,
}

impl Host for Row {
    fn dialect(&self) -> &dyn Dialect {
        self.dialect
    }

    fn surface(&self) -> Option<&dyn Surface> {
        self.reader.surface()
    }

    fn asked(&self, head: &RequestHead, body: &[u8]) -> Result<Incoming> {
        self.reader.asked(head, body)
    }
}

/// The dialect as `provider` speaks it, by its row if the table has one; `None` for a dialect that is not
/// spoken yet.
pub fn host(provider: &str, dialect: &str) -> Option<&'static dyn Host> {
    static ROWS: LazyLock<BTreeMap<(String, String), Row>> = LazyLock::new(rows);
    match ROWS.get(&(provider.replace('_', "-"), dialect.to_owned())) {
        Some(row) => Some(row),
        None => reader(provider, dialect),
    }
}

/// The first way of each row in each dialect that was recorded.
fn rows() -> BTreeMap<(String, String), Row> {
    let mut rows = BTreeMap::new();
    for row in ALL {
        for way in row.ways {
            let kind = match way.dialect.name() {
                Anthropic::NAME if way.path.contains("invoke") => "bedrock_invoke",
                Anthropic::NAME => "anthropic_messages",
                Cohere::NAME => "cohere_v2_chat",
                Converse::NAME => "bedrock_converse",
                Gemini::NAME => "gemini_generate",
                Ollama::NAME => "ollama_chat",
                OpenAiChat::NAME => "openai_chat",
                OpenAiResponses::NAME => "openai_responses",
                _ => continue,
            };
            if let Some(reader) = reader(&row.id.replace('-', "_"), kind) {
                let spoken = || Row { dialect: way.dialect, reader };
                rows.entry((row.id.to_owned(), kind.to_owned())).or_insert_with(spoken);
            }
        }
    }
    rows
}

/// What reads the requests that were recorded of `provider`, and how the providers without a row speak.
fn reader(provider: &str, dialect: &str) -> Option<&'static dyn Host> {
    match dialect {
        "anthropic_messages" => Some(anthropic_messages(provider)),
        "bedrock_converse" => Some(&CONVERSE),
        "bedrock_invoke" => Some(&Anthropic::INVOKE),
        "cohere_v2_chat" => Some(&COHERE),
        "gemini_generate" => Some(gemini_generate(provider)),
        "ollama_chat" => Some(&OLLAMA),
        "openai_chat" => Some(openai_chat(provider)),
        "openai_responses" => Some(openai_responses(provider)),
        _ => None,
    }
}

/// A dialect that makes vectors, with a reader of its recorded requests for them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Embedder {
    /// The dialect.
    pub dialect: &'static dyn Dialect,
    /// Reads a request.
    pub asked: fn(&[u8]) -> Result<EmbedRequest>,
}

/// A dialect that puts documents in order, with a reader of its recorded requests for that.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ranker {
    /// The dialect.
    pub dialect: &'static dyn Dialect,
    /// Reads a request.
    pub asked: fn(&[u8]) -> Result<RerankRequest>,
}

/// How `provider` puts documents in order, by its row; `None` for a dialect that does not.
pub fn ranker(provider: &str, dialect: &str) -> Option<Ranker> {
    let ways = || ALL.iter().find(|row| row.id == provider.replace('_', "-"))?.ways.first();
    match dialect {
        "cohere_v2_rerank" => {
            Some(Ranker { dialect: &Cohere::PLAIN, asked: asked::rerankings::cohere })
        }
        "rerank" => Some(Ranker { dialect: ways()?.dialect, asked: asked::rerankings::jina }),
        _ => None,
    }
}

/// Whose words `provider` refuses a list of models in: those of its first way, or OpenAI's.
pub fn lister(provider: &str) -> &'static dyn Dialect {
    let row = ALL.iter().find(|row| row.id == provider.replace('_', "-"));
    row.and_then(|row| row.ways.first()).map_or(&OpenAiChat::PLAIN, |way| way.dialect)
}

/// How vectors were made in `recording`; `None` where they were not, or in a dialect that is not spoken yet.
pub fn embedder(recording: &Recording) -> Option<Embedder> {
    match &*recording.dialect {
        "bedrock_invoke" if recording.path().contains("embed") => {
            Some(Embedder { dialect: &Converse::PLAIN, asked: asked::embeddings::bedrock })
        }
        dialect => embedder_of(&recording.provider, dialect),
    }
}

/// How `provider` makes vectors in `dialect`; `None` where that is said by more than both.
pub fn embedder_of(provider: &str, dialect: &str) -> Option<Embedder> {
    match dialect {
        "vertex_predict" => {
            Some(Embedder { dialect: &Gemini::VERTEX, asked: asked::embeddings::vertex })
        }
        "cohere_v2_embed" => {
            Some(Embedder { dialect: &Cohere::PLAIN, asked: asked::embeddings::cohere })
        }
        "gemini_embed" => {
            Some(Embedder { dialect: &Gemini::PLAIN, asked: asked::embeddings::gemini })
        }
        "ollama_embed" => {
            Some(Embedder { dialect: &Ollama::PLAIN, asked: asked::embeddings::ollama })
        }
        "openai_embeddings" => Some(openai_embeddings(provider)),
        _ => None,
    }
}

fn openai_embeddings(provider: &str) -> Embedder {
    const fn host(embeddings: OpenAiEmbeddings) -> OpenAiChat {
        OpenAiChat { embeddings, ..HOSTED }
    }
    const OPENAI: OpenAiEmbeddings = OpenAiEmbeddings::PLAIN;
    const HOST: OpenAiEmbeddings = OpenAiEmbeddings::HOSTED;
    const MISTRAL: OpenAiEmbeddings =
        OpenAiEmbeddings { most: 256, dimensions: "output_dimension", refuses: &["user"], ..HOST };
    const OPENROUTER: OpenAiEmbeddings = OpenAiEmbeddings { purpose: Some("input_type"), ..HOST };
    const PERPLEXITY: OpenAiEmbeddings =
        OpenAiEmbeddings { path: "/v1/embeddings", form: VectorForm::Bytes, ..HOST };
    const VOYAGE: OpenAiEmbeddings = OpenAiEmbeddings {
        most: 1_000,
        dimensions: "output_dimension",
        purpose: Some("input_type"),
        refuses: &["user"],
        ..OPENAI
    };
    macro_rules! embedder {
        ($value:expr) => {
            Embedder {
                dialect: const { &host($value) },
                asked: |body| asked::embeddings::openai(body, &$value),
            }
        };
    }
    match provider {
        "openai" | "azure" => embedder!(OPENAI),
        "mistral" => embedder!(MISTRAL),
        "openrouter" => embedder!(OPENROUTER),
        "perplexity" => embedder!(PERPLEXITY),
        "voyage" => embedder!(VOYAGE),
        _ => embedder!(HOST),
    }
}

const PLAIN: OpenAiChat = OpenAiChat::PLAIN;
const HOSTED: OpenAiChat = OpenAiChat { cap: Cap::Either, ..OpenAiChat::HOSTED };
const REASONING: OpenAiChat = OpenAiChat { history: History::Reasoning, ..HOSTED };
const GATEWAY: OpenAiChat = OpenAiChat {
    thinking: &[ThinkingField::Object, ThinkingField::Effort],
    history: History::Details,
    marks: Marks::Control,
    tool_media: ToolMedia::Inside,
    stream_usage: StreamUsage::Unasked,
    ..HOSTED
};
const TOGGLED: OpenAiChat =
    OpenAiChat { thinking: &[ThinkingField::Effort, ThinkingField::Toggle], ..HOSTED };

fn openai_chat(provider: &str) -> &'static dyn Host {
    static OPENAI: OpenAiChat = PLAIN;
    static AZURE: OpenAiChat = OpenAiChat { history: History::ReasoningContent, ..PLAIN };
    static HOST: OpenAiChat = HOSTED;
    static OPEN_REASONING: OpenAiChat = OpenAiChat { tool_media: ToolMedia::Inside, ..REASONING };
    static OPENROUTER: OpenAiChat = GATEWAY;
    static VERCEL: OpenAiChat = OpenAiChat { counted: Counted::Apart, ..GATEWAY };
    static DEEPSEEK: OpenAiChat = OpenAiChat { cap: Cap::MaxTokens, ..TOGGLED };
    static ZAI: OpenAiChat = OpenAiChat { cap: Cap::MaxTokens, ..TOGGLED };
    static UNASKED: OpenAiChat = OpenAiChat { stream_usage: StreamUsage::Unasked, ..REASONING };
    static MISTRAL: OpenAiChat = OpenAiChat {
        cap: Cap::MaxTokens,
        history: History::Parts,
        required: Required::Any,
        files: Files::DocumentUrl,
        seed: "random_seed",
        session: Some("prompt_cache_key"),
        stream_usage: StreamUsage::Unasked,
        prefill: Some("prefix"),
        refuses: &["stream_options", "user", "verbosity", "logit_bias", "min_p", "modalities"],
        ..HOSTED
    };
    static XAI: OpenAiChat =
        OpenAiChat { counted: Counted::Beside, tool_media: ToolMedia::Inside, ..HOSTED };
    static SNOWFLAKE: OpenAiChat = OpenAiChat { ends: Ends::Eof, ..GATEWAY };
    match provider {
        "openai" => &OPENAI,
        "azure" | "github_models" | "copilot" => &AZURE,
        "openrouter" | "avian" | "doubleword" => &OPENROUTER,
        "vercel_gateway" => &VERCEL,
        "deepseek" => &DEEPSEEK,
        "zai" => &ZAI,
        "mistral" => &MISTRAL,
        "xai" => &XAI,
        "snowflake" => &SNOWFLAKE,
        "groq" | "perplexity" | "databricks" | "huggingface" | "together" | "cerebras" => &UNASKED,
        "ollama" | "llamacpp" => &OPEN_REASONING,
        _ => &HOST,
    }
}

fn anthropic_messages(provider: &str) -> &'static dyn Host {
    static ANTHROPIC: Anthropic = Anthropic::PLAIN;
    static VERTEX: Anthropic =
        Anthropic { version: "vertex-2023-10-16", place: VersionPlace::Body, ..Anthropic::PLAIN };
    match provider {
        "vertex" => &VERTEX,
        _ => &ANTHROPIC,
    }
}

fn gemini_generate(provider: &str) -> &'static dyn Host {
    static GEMINI: Gemini = Gemini::PLAIN;
    static VERTEX: Gemini = Gemini::VERTEX;
    match provider {
        "vertex" => &VERTEX,
        _ => &GEMINI,
    }
}

fn openai_responses(provider: &str) -> &'static dyn Host {
    static OPENAI: OpenAiResponses = OpenAiResponses::PLAIN;
    static XAI: OpenAiResponses = OpenAiResponses {
        instructions: Instructions::Inside,
        marks: Marks::None,
        user: "user",
        ..OpenAiResponses::PLAIN
    };
    static OPENROUTER: OpenAiResponses = OpenAiResponses {
        budgets: Budgets::MaxTokens,
        marks: Marks::Control,
        takes: &["frequency_penalty", "presence_penalty", "top_k"],
        ..OpenAiResponses::PLAIN
    };
    static HOST: OpenAiResponses = OpenAiResponses::HOSTED;
    match provider {
        "openrouter" => &OPENROUTER,
        "xai" => &XAI,
        "deepseek" | "llamacpp" | "lmstudio" | "mistralrs" => &HOST,
        _ => &OPENAI,
    }
}
