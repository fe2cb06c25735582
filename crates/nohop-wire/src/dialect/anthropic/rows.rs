//! What an answer consists of, as hosts of this dialect write it.

use serde_json::value::RawValue;

use super::tokens::Tokens;
use crate::json::{Str, row};

row! {
    /// One frame of a stream, the message it begins with, or a whole answer.
    struct FrameRow {
        r#type: Str<'a> = "type",
        index: i64 = "index",
        message: &'a RawValue = "message",
        block: &'a RawValue = "content_block",
        delta: &'a RawValue = "delta",
        error: &'a RawValue = "error",
        id: Str<'a> = "id",
        model: Str<'a> = "model",
        content: &'a RawValue = "content",
        stop_reason: Str<'a> = "stop_reason",
        stop_sequence: &'a RawValue = "stop_sequence",
        stop_details: &'a RawValue = "stop_details",
        /// Boxed, since rows are moved about, and few frames count anything.
        usage: Box<Tokens<'a>> = "usage",
        /// Where one host says that it failed.
        outcome: &'a RawValue = "base_resp",
    }
    noise: "role"
}

/// The words of frames and messages that a delta has no use for.
pub(super) const WORDS: [&str; 11] = [
    "base_resp",
    "content",
    "content_block",
    "delta",
    "error",
    "id",
    "index",
    "message",
    "model",
    "role",
    "usage",
];

row! {
    struct BlockRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        citations: Vec<&'a RawValue> = "citations",
        thinking: Str<'a> = "thinking",
        signature: Str<'a> = "signature",
        data: Str<'a> = "data",
        id: Str<'a> = "id",
        name: Str<'a> = "name",
        input: &'a RawValue = "input",
    }
}

row! {
    /// What a block grows by, or how the message ends.
    struct DeltaRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        thinking: Str<'a> = "thinking",
        signature: Str<'a> = "signature",
        json: Str<'a> = "partial_json",
        citation: &'a RawValue = "citation",
        stop_reason: Str<'a> = "stop_reason",
        stop_sequence: &'a RawValue = "stop_sequence",
        stop_details: &'a RawValue = "stop_details",
    }
    noise: "estimated_tokens"
}

row! {
    /// An object of which only the type is of interest.
    struct AnyRow {
        r#type: Str<'a> = "type",
    }
}

row! {
    struct CitationRow {
        url: Str<'a> = "url",
        title: Str<'a> = "title" | "document_title",
        quote: Str<'a> = "cited_text",
        /// The proof that the page was found by the provider.
        proof: Str<'a> = "encrypted_index",
    }
}

row! {
    struct OutcomeRow {
        code: i64 = "status_code",
    }
}
