//! What an answer consists of, as hosts of this dialect write it.

use serde_json::value::RawValue;

use crate::json::{Str, row};

row! {
    /// One frame of a stream, or a whole answer.
    struct FrameRow {
        candidates: Vec<CandidateRow<'a>> = "candidates",
        feedback: &'a RawValue = "promptFeedback" | "prompt_feedback",
        usage: &'a RawValue = "usageMetadata" | "usage_metadata",
        model: Str<'a> = "modelVersion" | "model_version",
        id: Str<'a> = "responseId" | "response_id",
        error: &'a RawValue = "error",
    }
}

row! {
    struct CandidateRow {
        content: ContentRow<'a> = "content",
        finish: &'a RawValue = "finishReason" | "finish_reason",
        index: i64 = "index",
        grounding: &'a RawValue = "groundingMetadata" | "grounding_metadata",
        citations: &'a RawValue = "citationMetadata" | "citation_metadata",
        logprobs: &'a RawValue = "logprobsResult" | "logprobs_result",
    }
}

row! {
    struct ContentRow {
        parts: Vec<&'a RawValue> = "parts",
    }
    noise: "role"
}

row! {
    struct PartRow {
        text: Str<'a> = "text",
        thought: bool = "thought",
        signature: Str<'a> = "thoughtSignature" | "thought_signature",
        call: Box<CallRow<'a>> = "functionCall" | "function_call",
        inline: Box<InlineRow<'a>> = "inlineData" | "inline_data",
    }
}

row! {
    struct CallRow {
        id: Str<'a> = "id",
        name: Str<'a> = "name",
        args: &'a RawValue = "args",
        pieces: Vec<PieceRow<'a>> = "partialArgs" | "partial_args",
        more: bool = "willContinue" | "will_continue",
    }
}

row! {
    /// A piece of a call's arguments.
    struct PieceRow {
        path: Str<'a> = "jsonPath" | "json_path",
        text: Str<'a> = "stringValue" | "string_value",
        number: &'a RawValue = "numberValue" | "number_value",
        flag: bool = "boolValue" | "bool_value",
        null: &'a RawValue = "nullValue" | "null_value",
    }
    noise: "willContinue" | "will_continue"
}

row! {
    struct InlineRow {
        label: Str<'a> = "mimeType" | "mime_type",
        data: Str<'a> = "data",
    }
}

row! {
    struct FeedbackRow {
        reason: Str<'a> = "blockReason" | "block_reason",
    }
}

row! {
    struct GroundingRow {
        chunks: Vec<ChunkRow<'a>> = "groundingChunks" | "grounding_chunks",
        supports: Vec<SupportRow<'a>> = "groundingSupports" | "grounding_supports",
    }
}

row! {
    struct ChunkRow {
        web: SourceRow<'a> = "web",
        maps: SourceRow<'a> = "maps",
        context: SourceRow<'a> = "retrievedContext" | "retrieved_context",
    }
}

row! {
    /// Where something said comes from.
    struct SourceRow {
        uri: Str<'a> = "uri",
        title: Str<'a> = "title",
        text: Str<'a> = "text",
        start: u64 = "startIndex" | "start_index",
        end: u64 = "endIndex" | "end_index",
    }
}

row! {
    struct SupportRow {
        segment: SourceRow<'a> = "segment",
        chunks: Vec<usize> = "groundingChunkIndices" | "grounding_chunk_indices",
    }
}

row! {
    struct CitedRow {
        sources: Vec<SourceRow<'a>> = "citations" | "citationSources" | "citation_sources",
    }
}

row! {
    struct LogprobsRow {
        chosen: Vec<TokenRow<'a>> = "chosenCandidates" | "chosen_candidates",
        top: Vec<TopRow<'a>> = "topCandidates" | "top_candidates",
    }
}

row! {
    struct TopRow {
        tokens: Vec<TokenRow<'a>> = "candidates",
    }
}

row! {
    struct TokenRow {
        token: Str<'a> = "token",
        logprob: f64 = "logProbability" | "log_probability",
    }
}
