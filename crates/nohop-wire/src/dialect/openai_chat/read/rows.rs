//! What a request consists of, as clients of this dialect write it.

use serde_json::value::RawValue;

use crate::json::{Str, row};

row! {
    nulls struct RequestRow {
        model: Str<'a> = "model",
        messages: &'a RawValue = "messages",
        tools: &'a RawValue = "tools",
        tool_choice: &'a RawValue = "tool_choice",
        parallel: bool = "parallel_tool_calls",
        response_format: &'a RawValue = "response_format",
        temperature: f64 = "temperature",
        top_p: f64 = "top_p",
        top_k: i64 = "top_k",
        min_p: f64 = "min_p",
        frequency_penalty: f64 = "frequency_penalty",
        presence_penalty: f64 = "presence_penalty",
        repetition_penalty: f64 = "repetition_penalty",
        seed: &'a RawValue = "seed",
        random_seed: &'a RawValue = "random_seed",
        stop: &'a RawValue = "stop",
        logit_bias: &'a RawValue = "logit_bias",
        logprobs: bool = "logprobs",
        top_logprobs: u32 = "top_logprobs",
        n: u32 = "n",
        max_tokens: u64 = "max_tokens",
        max_completion_tokens: u64 = "max_completion_tokens",
        reasoning_effort: &'a RawValue = "reasoning_effort",
        reasoning: &'a RawValue = "reasoning",
        thinking: &'a RawValue = "thinking",
        enable_thinking: &'a RawValue = "enable_thinking",
        thinking_budget: u64 = "thinking_budget",
        service_tier: Str<'a> = "service_tier",
        modalities: Vec<Str<'a>> = "modalities",
        prediction: &'a RawValue = "prediction",
        verbosity: Str<'a> = "verbosity",
        cache_control: &'a RawValue = "cache_control",
        user: Str<'a> = "user",
        prompt_cache_key: &'a RawValue = "prompt_cache_key",
        metadata: &'a RawValue = "metadata",
        stream: bool = "stream",
        stream_options: &'a RawValue = "stream_options",
    }
}

row! {
    nulls struct MessageRow {
        role: Str<'a> = "role",
        name: Str<'a> = "name",
        content: &'a RawValue = "content",
        refusal: &'a RawValue = "refusal",
        reasoning_content: &'a RawValue = "reasoning_content",
        reasoning: &'a RawValue = "reasoning",
        reasoning_text: &'a RawValue = "reasoning_text",
        details: &'a RawValue = "reasoning_details",
        tool_calls: &'a RawValue = "tool_calls",
        tool_call_id: &'a RawValue = "tool_call_id",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    nulls struct PartRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        refusal: Str<'a> = "refusal",
        image: &'a RawValue = "image_url",
        audio: &'a RawValue = "input_audio",
        file: FileRow<'a> = "file",
        video: UrlRow<'a> = "video_url",
        document: Str<'a> = "document_url",
        document_name: Str<'a> = "document_name",
        thinking: &'a RawValue = "thinking",
        cache_control: &'a RawValue = "cache_control",
        breakpoint: &'a RawValue = "prompt_cache_breakpoint",
    }
}

row! {
    nulls struct UrlRow {
        url: Str<'a> = "url",
        detail: Str<'a> = "detail",
    }
}

row! {
    nulls struct AudioRow {
        data: Str<'a> = "data",
        format: Str<'a> = "format",
    }
}

row! {
    nulls struct FileRow {
        id: Str<'a> = "file_id",
        data: Str<'a> = "file_data",
        name: Str<'a> = "filename",
    }
}

row! {
    nulls struct CallRow {
        id: Str<'a> = "id",
        r#type: Str<'a> = "type",
        function: CalledRow<'a> = "function",
        custom: CustomRow<'a> = "custom",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    nulls struct CalledRow {
        name: Str<'a> = "name",
        arguments: &'a RawValue = "arguments",
    }
}

row! {
    nulls struct CustomRow {
        name: Str<'a> = "name",
        input: Str<'a> = "input",
    }
}

row! {
    nulls struct DetailRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        summary: Str<'a> = "summary",
        data: Str<'a> = "data",
        signature: Str<'a> = "signature",
    }
}

row! {
    nulls struct ToolRow {
        r#type: Str<'a> = "type",
        function: FunctionRow<'a> = "function",
        cache_control: &'a RawValue = "cache_control",
        breakpoint: &'a RawValue = "prompt_cache_breakpoint",
    }
}

row! {
    nulls struct FunctionRow {
        name: Str<'a> = "name",
        description: Str<'a> = "description",
        parameters: &'a RawValue = "parameters",
        strict: bool = "strict",
    }
}

row! {
    nulls struct ChoiceRow {
        r#type: Str<'a> = "type",
        function: NamedRow<'a> = "function",
        allowed: AllowedRow<'a> = "allowed_tools",
    }
}

row! {
    nulls struct NamedRow {
        name: Str<'a> = "name",
    }
}

row! {
    nulls struct AllowedRow {
        mode: Str<'a> = "mode",
        tools: Vec<AllowedTool<'a>> = "tools",
    }
}

row! {
    nulls struct AllowedTool {
        r#type: Str<'a> = "type",
        function: NamedRow<'a> = "function",
    }
}

row! {
    nulls struct FormatRow {
        r#type: Str<'a> = "type",
        schema: SchemaRow<'a> = "json_schema",
    }
}

row! {
    nulls struct SchemaRow {
        name: Str<'a> = "name",
        description: Str<'a> = "description",
        schema: &'a RawValue = "schema",
        strict: bool = "strict",
    }
}

row! {
    nulls struct PredictionRow {
        r#type: Str<'a> = "type",
        content: &'a RawValue = "content",
    }
}

row! {
    nulls struct ThinkingRow {
        effort: Str<'a> = "effort",
        max_tokens: u64 = "max_tokens",
        enabled: bool = "enabled",
        exclude: bool = "exclude",
    }
}

row! {
    nulls struct ToggleRow {
        r#type: Str<'a> = "type",
    }
}

row! {
    nulls struct MarkRow {
        r#type: Str<'a> = "type",
        mode: Str<'a> = "mode",
        ttl: Str<'a> = "ttl",
    }
}
