//! What a request consists of, as clients of this dialect write it.

use serde_json::value::RawValue;

use crate::json::{Str, row};

row! {
    nulls struct RequestRow {
        model: Str<'a> = "model",
        instructions: &'a RawValue = "instructions",
        input: &'a RawValue = "input",
        tools: &'a RawValue = "tools",
        tool_choice: &'a RawValue = "tool_choice",
        parallel: bool = "parallel_tool_calls",
        text: &'a RawValue = "text",
        temperature: f64 = "temperature",
        top_p: f64 = "top_p",
        top_k: &'a RawValue = "top_k",
        min_p: &'a RawValue = "min_p",
        frequency_penalty: &'a RawValue = "frequency_penalty",
        presence_penalty: &'a RawValue = "presence_penalty",
        repetition_penalty: &'a RawValue = "repetition_penalty",
        include: &'a RawValue = "include",
        top_logprobs: u32 = "top_logprobs",
        reasoning: &'a RawValue = "reasoning",
        max_tokens: u64 = "max_output_tokens",
        service_tier: Str<'a> = "service_tier",
        user: Str<'a> = "user",
        safety_identifier: &'a RawValue = "safety_identifier",
        prompt_cache_key: &'a RawValue = "prompt_cache_key",
        metadata: &'a RawValue = "metadata",
        cache_control: &'a RawValue = "cache_control",
        stream: bool = "stream",
    }
}

row! {
    /// An item of which the type decides how it is read.
    nulls struct KindRow {
        r#type: Str<'a> = "type",
        role: Str<'a> = "role",
    }
}

row! {
    nulls struct MessageRow {
        r#type: Str<'a> = "type",
        role: Str<'a> = "role",
        content: &'a RawValue = "content",
    }
}

row! {
    nulls struct CallRow {
        r#type: Str<'a> = "type",
        call_id: Str<'a> = "call_id",
        name: Str<'a> = "name",
        arguments: Str<'a> = "arguments",
        input: Str<'a> = "input",
    }
}

row! {
    nulls struct ResultRow {
        r#type: Str<'a> = "type",
        call_id: Str<'a> = "call_id",
        output: &'a RawValue = "output",
    }
}

row! {
    nulls struct ThoughtRow {
        r#type: Str<'a> = "type",
        id: Str<'a> = "id",
        summary: Vec<TextPartRow<'a>> = "summary",
        content: Vec<TextPartRow<'a>> = "content",
        sealed: Str<'a> = "encrypted_content",
    }
}

row! {
    nulls struct TextPartRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
    }
}

row! {
    nulls struct PartRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        refusal: Str<'a> = "refusal",
        annotations: Vec<&'a RawValue> = "annotations",
        image: Str<'a> = "image_url",
        detail: Str<'a> = "detail",
        file: Str<'a> = "file_id",
        url: Str<'a> = "file_url",
        data: Str<'a> = "file_data",
        name: Str<'a> = "filename",
        audio: AudioRow<'a> = "input_audio",
        breakpoint: &'a RawValue = "prompt_cache_breakpoint",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    nulls struct AudioRow {
        data: Str<'a> = "data",
        format: Str<'a> = "format",
    }
}

row! {
    /// A mark at the end of a prompt worth caching, as either inventor writes it.
    nulls struct MarkRow {
        r#type: Str<'a> = "type" | "mode",
        ttl: Str<'a> = "ttl",
    }
}

row! {
    nulls struct ToolRow {
        r#type: Str<'a> = "type",
        name: Str<'a> = "name",
        description: Str<'a> = "description",
        parameters: &'a RawValue = "parameters",
        strict: bool = "strict",
    }
}

row! {
    nulls struct ChoiceRow {
        r#type: Str<'a> = "type",
        name: Str<'a> = "name",
        mode: Str<'a> = "mode",
        tools: Vec<ChoiceRow<'a>> = "tools",
    }
}

row! {
    nulls struct TextRow {
        format: &'a RawValue = "format",
        verbosity: Str<'a> = "verbosity",
    }
}

row! {
    nulls struct FormatRow {
        r#type: Str<'a> = "type",
        name: Str<'a> = "name",
        description: Str<'a> = "description",
        schema: &'a RawValue = "schema",
        strict: bool = "strict",
    }
}

row! {
    nulls struct ReasoningRow {
        effort: &'a RawValue = "effort",
        summary: &'a RawValue = "summary",
        max_tokens: &'a RawValue = "max_tokens",
    }
}
