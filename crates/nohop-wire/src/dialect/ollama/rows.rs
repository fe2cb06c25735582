//! What an answer consists of, as the dialect writes it.

use serde_json::value::RawValue;

use crate::json::{Few, Str, row};

row! {
    /// One step of an answer, or a whole one.
    struct LineRow {
        model: Str<'a> = "model",
        created: Str<'a> = "created_at",
        message: MessageRow<'a> = "message",
        done: bool = "done",
        reason: Str<'a> = "done_reason",
        input: u64 = "prompt_eval_count",
        output: u64 = "eval_count",
        total_time: &'a RawValue = "total_duration",
        load_time: &'a RawValue = "load_duration",
        input_time: &'a RawValue = "prompt_eval_duration",
        output_time: &'a RawValue = "eval_duration",
        logprobs: Vec<LogprobRow<'a>> = "logprobs",
        error: &'a RawValue = "error",
    }
}

row! {
    struct MessageRow {
        thinking: Str<'a> = "thinking",
        content: Str<'a> = "content",
        images: Vec<Str<'a>> = "images",
        tool_calls: Few<CallRow<'a>> = "tool_calls",
    }
    noise: "role"
}

row! {
    struct CallRow {
        id: Str<'a> = "id",
        function: FunctionRow<'a> = "function",
    }
    noise: "type"
}

row! {
    struct FunctionRow {
        name: Str<'a> = "name",
        arguments: &'a RawValue = "arguments",
    }
    noise: "index"
}

row! {
    /// A token, and those that stood beside it.
    struct LogprobRow {
        token: Str<'a> = "token",
        logprob: f64 = "logprob",
        bytes: Vec<u8> = "bytes",
        top: Vec<TokenRow<'a>> = "top_logprobs",
    }
}

row! {
    struct TokenRow {
        token: Str<'a> = "token",
        logprob: f64 = "logprob",
        bytes: Vec<u8> = "bytes",
    }
}
