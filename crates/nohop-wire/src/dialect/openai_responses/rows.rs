//! What an answer consists of, as hosts of this dialect write it.

use serde_json::value::RawValue;

use crate::json::{Str, row};

row! {
    /// One event of a stream.
    struct EventRow {
        r#type: Str<'a> = "type",
        item: &'a RawValue = "item",
        item_id: Str<'a> = "item_id",
        output_index: i64 = "output_index",
        index: i64 = "content_index" | "summary_index",
        delta: &'a RawValue = "delta",
        part: &'a RawValue = "part",
        /// What a part grew to.
        told: &'a RawValue = "text" | "arguments" | "input" | "refusal",
        logprobs: &'a RawValue = "logprobs",
        annotation: &'a RawValue = "annotation",
        response: &'a RawValue = "response",
    }
    noise: "annotation_index" | "obfuscation" | "sequence_number"
}

row! {
    /// A whole answer, which is also what a stream ends with.
    struct ResponseRow {
        id: Str<'a> = "id",
        model: Str<'a> = "model",
        status: Str<'a> = "status",
        error: &'a RawValue = "error",
        incomplete: IncompleteRow<'a> = "incomplete_details",
        output: &'a RawValue = "output",
        usage: &'a RawValue = "usage",
        tier: Str<'a> = "service_tier",
        /// Thinking, where a host puts it beside the output; elsewhere how the model was told to think.
        reasoning: &'a RawValue = "reasoning",
    }
    noise: "created_at" | "object" | "output_text" | "parallel_tool_calls" | "tool_choice"
}

row! {
    struct IncompleteRow {
        reason: Str<'a> = "reason",
    }
}

row! {
    /// Who answers, of an answer that only begins.
    struct HeadRow {
        id: Str<'a> = "id",
        model: Str<'a> = "model",
    }
}

row! {
    /// A step of the answer. What it says of its own id and state is told by its place.
    struct ItemRow {
        r#type: Str<'a> = "type",
        id: Str<'a> = "id",
        content: &'a RawValue = "content",
        summary: &'a RawValue = "summary",
        sealed: Str<'a> = "encrypted_content",
        call_id: Str<'a> = "call_id",
        name: Str<'a> = "name",
        arguments: &'a RawValue = "arguments" | "input",
    }
    noise: "role" | "status"
}

row! {
    /// An item of which only the type is of interest.
    struct KindRow {
        r#type: Str<'a> = "type",
    }
}

row! {
    /// A picture that the model made.
    struct PictureRow {
        r#type: Str<'a> = "type",
        result: Str<'a> = "result",
        format: Str<'a> = "output_format",
        status: Str<'a> = "status",
    }
}

row! {
    /// A piece of a message, or of thinking.
    struct PartRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        refusal: Str<'a> = "refusal",
        annotations: Vec<&'a RawValue> = "annotations",
        logprobs: &'a RawValue = "logprobs",
    }
}

row! {
    /// Where something said comes from.
    struct AnnotationRow {
        url: Str<'a> = "url",
        title: Str<'a> = "title" | "filename",
        start: u64 = "start_index",
        end: u64 = "end_index",
    }
}

row! {
    /// How likely a token was.
    struct LogprobRow {
        token: Str<'a> = "token",
        logprob: f64 = "logprob",
        bytes: Vec<u8> = "bytes",
        top: Vec<LogprobRow<'a>> = "top_logprobs",
    }
}
