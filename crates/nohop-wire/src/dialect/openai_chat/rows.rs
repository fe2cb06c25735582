//! What an answer consists of, as hosts of this dialect write it.

use serde_json::value::RawValue;

use super::tokens::Tokens;
use crate::json::{Few, Str, Told, row};

row! {
    /// One chunk of a stream; a whole answer is one chunk that says `message` for `delta`.
    ///
    /// What is rare is read when it is there: rows are moved about, and most chunks are one word.
    struct Chunk<const EAGER> {
        id: Str<'a> = "id",
        model: Str<'a> = "model",
        choices: Few<ChoiceRow<'a, EAGER>> = "choices",
        usage: Told<'a, Tokens<'a>, EAGER> = "usage",
        tier: Str<'a> = "service_tier",
        /// The one thing that the inventor says beside every chunk.
        fingerprint: &'a RawValue = "system_fingerprint",
        error: &'a RawValue = "error",
        /// A second place where the usage stands, and an error may.
        groq: &'a RawValue = "x_groq",
    }
    noise: "object" | "created" | "obfuscation" | "p"
}

row! {
    struct ChoiceRow<const EAGER> {
        index: i64 = "index",
        delta: Delta<'a> = "delta",
        message: Told<'a, Delta<'a>, EAGER> = "message",
        finish: Str<'a> = "finish_reason",
        native: Str<'a> = "native_finish_reason",
        logprobs: &'a RawValue = "logprobs",
        error: &'a RawValue = "error",
    }
    noise: "text"
}

row! {
    struct Delta {
        content: &'a RawValue = "content",
        refusal: &'a RawValue = "refusal",
        reasoning_content: &'a RawValue = "reasoning_content",
        reasoning: &'a RawValue = "reasoning",
        reasoning_text: &'a RawValue = "reasoning_text",
        /// What seals `reasoning_text`.
        opaque: &'a RawValue = "reasoning_opaque",
        details: Vec<Detail<'a>> = "reasoning_details",
        tool_calls: Vec<CallRow<'a>> = "tool_calls",
        /// The one call of the time before `tool_calls`.
        function_call: &'a RawValue = "function_call",
        annotations: &'a RawValue = "annotations",
        audio: &'a RawValue = "audio",
        images: &'a RawValue = "images",
    }
    noise: "role"
}

row! {
    /// One item of `reasoning_details`.
    struct Detail {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        summary: Str<'a> = "summary",
        data: Str<'a> = "data",
        signature: Str<'a> = "signature",
        index: i64 = "index",
    }
}

row! {
    struct CallRow {
        index: i64 = "index",
        id: &'a RawValue = "id",
        function: Called<'a> = "function",
        custom: Custom<'a> = "custom",
    }
    noise: "type"
}

row! {
    struct Called {
        name: Str<'a> = "name",
        arguments: &'a RawValue = "arguments",
    }
}

row! {
    struct Custom {
        name: Str<'a> = "name",
        input: Str<'a> = "input",
    }
}

row! {
    struct AudioRow {
        id: Str<'a> = "id",
        data: Str<'a> = "data",
        transcript: Str<'a> = "transcript",
        format: Str<'a> = "format",
    }
}

row! {
    struct ImageRow {
        image: UrlRow<'a> = "image_url",
    }
    noise: "type"
}

row! {
    struct UrlRow {
        url: Str<'a> = "url",
    }
}

row! {
    /// What one host says twice, and more of.
    struct GroqRow {
        usage: &'a RawValue = "usage",
        error: &'a RawValue = "error",
    }
}

row! {
    /// How likely tokens were.
    struct LogprobsRow {
        content: Vec<LogprobRow<'a>> = "content",
        refusal: Vec<LogprobRow<'a>> = "refusal",
        reasoning: Vec<LogprobRow<'a>> = "reasoning_content",
    }
}

row! {
    struct LogprobRow {
        token: Str<'a> = "token",
        logprob: f64 = "logprob",
        bytes: Vec<u8> = "bytes",
        top: Vec<LogprobRow<'a>> = "top_logprobs",
    }
}

row! {
    /// One item of a `content` that is a list.
    struct Item {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        thinking: &'a RawValue = "thinking",
    }
}

row! {
    /// A citation.
    struct Annotation {
        url: Str<'a> = "url",
        title: Str<'a> = "title",
        content: Str<'a> = "content",
        start: u64 = "start_index",
        end: u64 = "end_index",
        /// The same, one object further inside.
        inner: Box<Annotation<'a>> = "url_citation",
    }
}
