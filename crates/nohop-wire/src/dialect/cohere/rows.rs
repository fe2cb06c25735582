//! What an answer consists of, as the dialect writes it.

use serde_json::value::RawValue;

use super::tokens::Tokens;
use crate::json::{Str, row};

row! {
    /// One event of a stream, or a whole answer.
    struct EventRow {
        r#type: Str<'a> = "type",
        index: i64 = "index",
        id: Str<'a> = "id",
        delta: DeltaRow<'a> = "delta",
        message: MessageRow<'a> = "message",
        finish_reason: Str<'a> = "finish_reason",
        /// Boxed, since rows are moved about, and few events count anything.
        usage: Box<Tokens<'a>> = "usage",
        logprobs: &'a RawValue = "logprobs",
    }
}

row! {
    /// What the message grows by, or how it ends.
    struct DeltaRow {
        message: MessageRow<'a> = "message",
        finish_reason: Str<'a> = "finish_reason",
        usage: Box<Tokens<'a>> = "usage",
        error: &'a RawValue = "error",
        logprobs: &'a RawValue = "logprobs",
    }
}

row! {
    /// A message, in which a stream says each list's one item without the list.
    struct MessageRow {
        content: &'a RawValue = "content",
        tool_plan: Str<'a> = "tool_plan",
        tool_calls: &'a RawValue = "tool_calls",
        citations: &'a RawValue = "citations",
    }
    noise: "role"
}

row! {
    struct ContentRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        thinking: Str<'a> = "thinking",
    }
}

row! {
    struct CallRow {
        r#type: Str<'a> = "type",
        id: Str<'a> = "id",
        function: FunctionRow<'a> = "function",
    }
}

row! {
    struct FunctionRow {
        name: Str<'a> = "name",
        arguments: &'a RawValue = "arguments",
    }
}

row! {
    /// How likely the tokens of a text were.
    struct LogprobRow {
        text: Str<'a> = "text",
        logprobs: Vec<f64> = "logprobs",
    }
}
