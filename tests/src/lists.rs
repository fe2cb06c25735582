//! What is known to be lost, and why: the lists that a replay is held to.

use nohop_wire::laws::{Difference, Order};

/// The lists of one dialect.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Lists {
    requests: &'static [Entry],
    answers: &'static [Entry],
    noise: &'static [Entry],
    order: Order,
}

/// A path, and why what stands there is not kept.
pub type Entry = (&'static str, &'static str);

impl Lists {
    /// Whether a difference between a request and its return is on the list.
    pub fn is_loss(&self, found: &Difference) -> bool {
        self.requests.iter().any(|(path, _)| *path == found.path)
    }

    /// The losses of requests.
    pub fn requests(&self) -> &'static [Entry] {
        self.requests
    }

    /// The paths in a response that a surface says in its own words.
    pub fn answers(&self) -> Vec<&'static str> {
        self.answers.iter().map(|(path, _)| *path).collect()
    }

    /// Whether an answer in one piece tells the order of its parts.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The paths in a frame that say nothing.
    pub fn noise(&self) -> Vec<&'static str> {
        self.noise.iter().map(|(path, _)| *path).collect()
    }
}

/// The lists of `dialect`, if it is spoken.
pub fn lists(dialect: &str) -> Option<Lists> {
    match dialect {
        "anthropic_messages" => Some(ANTHROPIC_MESSAGES),
        "bedrock_converse" => Some(BEDROCK_CONVERSE),
        "bedrock_embed" => Some(BEDROCK_EMBED),
        "bedrock_invoke" => Some(BEDROCK_INVOKE),
        "cohere_v2_chat" => Some(COHERE_V2_CHAT),
        "cohere_v2_embed" => Some(COHERE_V2_EMBED),
        "gemini_embed" => Some(GEMINI_EMBED),
        "gemini_generate" => Some(GEMINI_GENERATE),
        "cohere_v2_rerank" => Some(COHERE_V2_RERANK),
        "models" => Some(MODELS),
        "ollama_chat" => Some(OLLAMA_CHAT),
        "ollama_embed" => Some(OLLAMA_EMBED),
        "openai_chat" => Some(OPENAI_CHAT),
        "openai_embeddings" => Some(OPENAI_EMBEDDINGS),
        "openai_responses" => Some(OPENAI_RESPONSES),
        "rerank" => Some(RERANK),
        "vertex_predict" => Some(VERTEX_PREDICT),
        _ => None,
    }
}

const OPENAI_CHAT: Lists = Lists {
    requests: &[
        ("$.stream_options", "usage is always asked for: the ledger needs it"),
        ("$.stream_options.include_usage", "usage is always asked for: the ledger needs it"),
        ("$.tool_choice", "`any` is said as `required` to hosts that know no other word"),
        ("$.tools[].type", "always said, though some hosts do without"),
    ],
    answers: &[
        ("$.choices[].raw", "a surface says the reason in its own word"),
        ("$.id", "an answer without an id gets one"),
    ],
    noise: &[
        ("$.object", "always the same"),
        ("$.obfuscation", "padding"),
        ("$.p", "padding"),
        ("$.choices[].delta.role", "always the assistant"),
        ("$.choices[].message.role", "always the assistant"),
        ("$.choices[].delta.tool_calls[].type", "told by which object the call has"),
        ("$.choices[].message.tool_calls[].type", "told by which object the call has"),
        ("$.choices[].delta.content[].thinking[].type", "always text"),
        ("$.choices[].message.content[].thinking[].type", "always text"),
        ("$.choices[].delta.images[].type", "always an image"),
        ("$.choices[].message.images[].type", "always an image"),
        ("$.created", "when it was made: a surface has a stamp of its own"),
        ("$.id", "the first counts: some hosts give every chunk another"),
        ("$.model", "the first counts"),
        ("$.service_tier", "read as a tier, whose word it may not be"),
        ("$.usage.service_tier", "read as a tier, whose word it may not be"),
        ("$.usage.cost", "read as an amount of money"),
        ("$.choices[].delta.content[].type", "told by what the item holds"),
        ("$.choices[].message.content[].type", "told by what the item holds"),
    ],
    order: Order::ByKind,
};

const OPENAI_EMBEDDINGS: Lists = Lists {
    requests: &[("$.encoding_format", "base64 is asked for where the host is known to take it")],
    answers: &[],
    noise: &[
        ("$.object", "always the same"),
        ("$.data[].object", "always the same"),
        ("$.data[].index", "told by place"),
        ("$.usage.total_tokens", "the sum of the kinds"),
        ("$.usage.cost", "read as an amount of money"),
    ],
    order: Order::Told,
};

const COHERE_V2_EMBED: Lists = Lists {
    requests: &[],
    answers: &[],
    noise: &[("$.texts[]", "the request's own"), ("$.response_type", "told by what is in it")],
    order: Order::Told,
};

const GEMINI_EMBED: Lists = Lists {
    requests: &[("$.model", "said by the path, and with each text")],
    answers: &[],
    noise: &[("$.usageMetadata.promptTokenDetails[].modality", "read as a modality")],
    order: Order::Told,
};

const VERTEX_PREDICT: Lists = Lists {
    requests: &[],
    answers: &[],
    noise: &[("$.predictions[].embeddings.statistics.token_count", "summed")],
    order: Order::Told,
};

const COHERE_V2_RERANK: Lists =
    Lists { requests: &[], answers: &[], noise: &[], order: Order::Told };

const RERANK: Lists = Lists {
    requests: &[],
    answers: &[],
    noise: &[
        ("$.object", "always the same"),
        ("$.results[].document.text", "the request's own"),
        ("$.usage.total_tokens", "the sum of the kinds"),
        ("$.usage.cost", "read as an amount of money"),
    ],
    order: Order::Told,
};

const MODELS: Lists = Lists {
    requests: &[],
    answers: &[],
    noise: &[
        ("$[].object", "always the same"),
        ("$[].created", "of those that were always there, nothing is known"),
        ("$[].created_at", "read as a moment"),
        ("$[].name", "where it is the id, without the collection that it is in"),
    ],
    order: Order::Told,
};

const OLLAMA_EMBED: Lists = Lists { requests: &[], answers: &[], noise: &[], order: Order::Told };

const ANTHROPIC_MESSAGES: Lists = Lists {
    requests: &[(
        "$.messages[].content[].source.media_type",
        "a label that the bytes contradict is mended",
    )],
    answers: &[("$.choices[].raw", "a surface says the reason in its own word")],
    noise: &[
        ("$.type", "told by where it stands"),
        ("$.message.type", "always a message"),
        ("$.message.id", "the first counts, where a stream has several messages"),
        ("$.message.role", "always the assistant"),
        ("$.role", "always the assistant"),
        ("$.content_block.type", "told by what the block holds"),
        ("$.content[].type", "told by what the block holds"),
        ("$.delta.type", "told by what the delta holds"),
    ],
    order: Order::Told,
};

const BEDROCK_CONVERSE: Lists = Lists {
    requests: &[(
        "$.messages[].content[].image.format",
        "a label that the bytes contradict is mended",
    )],
    answers: &[],
    noise: &[
        ("$.p", "padding"),
        ("$.role", "always the assistant"),
        ("$.output.message.role", "always the assistant"),
        ("$.usage.cacheDetails[].ttl", "read as a lifetime"),
    ],
    order: Order::Told,
};

/// Vectors by InvokeModel, which are recorded with its conversations.
const BEDROCK_EMBED: Lists = Lists {
    requests: &[("$.embedding_types", "said to Cohere's models, so that all answer alike")],
    answers: &[],
    noise: COHERE_V2_EMBED.noise,
    order: Order::Told,
};

const BEDROCK_INVOKE: Lists = Lists {
    requests: BEDROCK_EMBED.requests,
    answers: ANTHROPIC_MESSAGES.answers,
    // What is wrapped is held to the list of the dialect it is in.
    noise: ANTHROPIC_MESSAGES.noise,
    order: Order::Told,
};

const COHERE_V2_CHAT: Lists = Lists {
    requests: &[],
    answers: &[],
    noise: &[
        ("$.type", "told by what the event does"),
        ("$.message.role", "always the assistant"),
        ("$.delta.message.role", "always the assistant"),
        ("$.message.content[].type", "told by what the item holds"),
        ("$.delta.message.content.type", "told by what the item holds"),
        ("$.message.tool_calls[].type", "always a function"),
        ("$.delta.message.tool_calls.type", "always a function"),
    ],
    order: Order::Told,
};

const GEMINI_GENERATE: Lists = Lists {
    requests: &[(
        "$.contents[].parts[].inlineData.mimeType",
        "a label that the bytes contradict is mended",
    )],
    answers: &[
        ("$.choices[].raw", "a surface says the reason in its own word"),
        ("$.id", "an answer without an id gets one"),
    ],
    noise: &[
        ("$.candidates[].content.role", "always the model"),
        ("$.candidates[].finishReason", "the last counts, where a stream says several"),
        ("$[].candidates[].content.role", "always the model"),
        ("$.usageMetadata.promptTokensDetails[].modality", "read as a modality"),
        ("$.usageMetadata.candidatesTokensDetails[].modality", "read as a modality"),
        ("$[].usageMetadata.promptTokensDetails[].modality", "read as a modality"),
        ("$[].usageMetadata.candidatesTokensDetails[].modality", "read as a modality"),
        (
            "$.candidates[].content.parts[].functionCall.partialArgs[].jsonPath",
            "where a piece of arguments belongs",
        ),
    ],
    order: Order::Told,
};

const OLLAMA_CHAT: Lists = Lists {
    requests: &[],
    answers: &[],
    noise: &[
        ("$.created_at", "the first counts: every line has another"),
        ("$.model", "the first counts"),
        ("$.message.role", "always the assistant"),
        ("$.message.tool_calls[].type", "always a function"),
    ],
    order: Order::Told,
};

const OPENAI_RESPONSES: Lists = Lists {
    requests: &[],
    answers: &[("$.choices[].parts[].extra", "thinking without an id gets one")],
    noise: &[
        ("$.partial_image_b64", "a sketch of a picture that comes whole"),
        ("$.type", "told by what the event does"),
        ("$.object", "always the same"),
        ("$.response.object", "always the same"),
        ("$.obfuscation", "padding"),
        ("$.status", "told as the reason for the end"),
        ("$.response.status", "told as the reason for the end, and before it by the event"),
        ("$.service_tier", "read as a tier, whose word it may not be"),
        ("$.response.service_tier", "read as a tier, whose word it may not be"),
        ("$.usage.cost", "read as an amount of money"),
        ("$.response.usage.cost", "read as an amount of money"),
        ("$.tool_choice", "the request's own"),
        ("$.tool_choice.type", "the request's own"),
        ("$.tool_choice.mode", "the request's own"),
        ("$.tool_choice.tools[].type", "the request's own"),
        ("$.response.tool_choice", "the request's own"),
        ("$.response.tool_choice.type", "the request's own"),
        ("$.response.tool_choice.mode", "the request's own"),
        ("$.response.tool_choice.tools[].type", "the request's own"),
        ("$.response.id", "the first counts"),
        ("$.response.model", "the first counts"),
        ("$.item_id", "told by place: nothing is stored, so nothing refers to it"),
        ("$.item.id", "told by place, but for thinking"),
        ("$.item.type", "told by what the item holds"),
        ("$.item.status", "told by how the answer ends"),
        ("$.item.role", "always the assistant"),
        ("$.item.content[].type", "told by what the part holds"),
        ("$.item.summary[].type", "told by what the part holds"),
        ("$.item.encrypted_content", "sealed anew when the item is done"),
        ("$.part.type", "told by what the part holds"),
        ("$.output[].id", "told by place, but for thinking"),
        ("$.output[].type", "told by what the item holds"),
        ("$.output[].status", "told by how the answer ends"),
        ("$.output[].role", "always the assistant"),
        ("$.output[].content[].type", "told by what the part holds"),
        ("$.output[].summary[].type", "told by what the part holds"),
        ("$.response.output[].id", "told by place, but for thinking"),
        ("$.response.output[].type", "told by what the item holds"),
        ("$.response.output[].status", "told by how the answer ends"),
        ("$.response.output[].role", "always the assistant"),
        ("$.response.output[].content[].type", "told by what the part holds"),
        ("$.response.output[].summary[].type", "told by what the part holds"),
        ("$.response.output[].encrypted_content", "sealed anew: what the item said counts"),
    ],
    order: Order::Told,
};
