//! What a request consists of, as clients of this dialect write it.

use serde_json::value::RawValue;

use crate::json::{Str, row};

row! {
    spelled struct RequestRow {
        contents: &'a RawValue = "contents",
        system: &'a RawValue = "systemInstruction" | "system_instruction",
        tools: &'a RawValue = "tools",
        tool_config: &'a RawValue = "toolConfig" | "tool_config",
        config: &'a RawValue = "generationConfig" | "generation_config",
        tier: &'a RawValue = "serviceTier" | "service_tier",
        labels: &'a RawValue = "labels",
    }
}

row! {
    spelled struct ContentRow {
        role: &'a RawValue = "role",
        parts: &'a RawValue = "parts",
    }
}

row! {
    spelled struct PartRow {
        text: Str<'a> = "text",
        thought: &'a RawValue = "thought",
        signature: Str<'a> = "thoughtSignature" | "thought_signature",
        call: CallRow<'a> = "functionCall" | "function_call",
        result: ResultRow<'a> = "functionResponse" | "function_response",
        inline: InlineRow<'a> = "inlineData" | "inline_data",
        file: FileRow<'a> = "fileData" | "file_data",
    }
}

row! {
    spelled struct CallRow {
        id: Str<'a> = "id",
        name: Str<'a> = "name",
        args: &'a RawValue = "args",
    }
}

row! {
    spelled struct ResultRow {
        id: Str<'a> = "id",
        name: Str<'a> = "name",
        response: &'a RawValue = "response",
        parts: Vec<&'a RawValue> = "parts",
    }
}

row! {
    /// What a tool answered, under the names that are meant for it.
    nulls struct OutputRow {
        output: Str<'a> = "output",
        error: Str<'a> = "error",
    }
}

row! {
    spelled struct InlineRow {
        label: Str<'a> = "mimeType" | "mime_type",
        data: Str<'a> = "data",
    }
}

row! {
    spelled struct FileRow {
        label: Str<'a> = "mimeType" | "mime_type",
        uri: Str<'a> = "fileUri" | "file_uri",
    }
}

row! {
    spelled struct ToolRow {
        functions: Vec<&'a RawValue> = "functionDeclarations" | "function_declarations",
    }
}

row! {
    spelled struct FunctionRow {
        name: Str<'a> = "name",
        description: Str<'a> = "description",
        parameters: &'a RawValue = "parameters",
        schema: &'a RawValue = "parametersJsonSchema" | "parameters_json_schema",
    }
}

row! {
    spelled struct ToolConfigRow {
        calling: &'a RawValue = "functionCallingConfig" | "function_calling_config",
    }
}

row! {
    spelled struct CallingRow {
        mode: &'a RawValue = "mode",
        names: &'a RawValue = "allowedFunctionNames" | "allowed_function_names",
    }
}

row! {
    spelled struct ConfigRow {
        temperature: f64 = "temperature",
        top_p: f64 = "topP" | "top_p",
        top_k: &'a RawValue = "topK" | "top_k",
        n: &'a RawValue = "candidateCount" | "candidate_count",
        most: &'a RawValue = "maxOutputTokens" | "max_output_tokens",
        stop: Vec<Str<'a>> = "stopSequences" | "stop_sequences",
        seed: &'a RawValue = "seed",
        presence: f64 = "presencePenalty" | "presence_penalty",
        frequency: f64 = "frequencyPenalty" | "frequency_penalty",
        likely: &'a RawValue = "responseLogprobs" | "response_logprobs",
        logprobs: &'a RawValue = "logprobs",
        label: &'a RawValue = "responseMimeType" | "response_mime_type",
        open_api: &'a RawValue = "responseSchema" | "response_schema",
        schema: &'a RawValue = "responseJsonSchema" | "response_json_schema",
        modalities: &'a RawValue = "responseModalities" | "response_modalities",
        thinking: &'a RawValue = "thinkingConfig" | "thinking_config",
    }
}

row! {
    spelled struct ThinkingRow {
        shown: &'a RawValue = "includeThoughts" | "include_thoughts",
        budget: &'a RawValue = "thinkingBudget" | "thinking_budget",
        level: &'a RawValue = "thinkingLevel" | "thinking_level",
    }
}
