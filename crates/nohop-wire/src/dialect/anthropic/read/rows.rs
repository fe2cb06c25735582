//! What a request consists of, as clients of this dialect write it.

use serde_json::value::RawValue;

use crate::json::{Str, row};

row! {
    nulls struct RequestRow {
        model: Str<'a> = "model",
        system: &'a RawValue = "system",
        messages: &'a RawValue = "messages",
        max_tokens: u64 = "max_tokens",
        tools: &'a RawValue = "tools",
        tool_choice: &'a RawValue = "tool_choice",
        temperature: f64 = "temperature",
        top_p: f64 = "top_p",
        top_k: i64 = "top_k",
        stop: &'a RawValue = "stop_sequences",
        thinking: &'a RawValue = "thinking",
        output_config: &'a RawValue = "output_config",
        metadata: &'a RawValue = "metadata",
        tier: Str<'a> = "service_tier",
        cache_control: &'a RawValue = "cache_control",
        stream: bool = "stream",
    }
}

row! {
    nulls struct MessageRow {
        role: Str<'a> = "role",
        content: &'a RawValue = "content",
    }
}

row! {
    nulls struct KindRow {
        r#type: Str<'a> = "type",
    }
}

row! {
    nulls struct TextRow {
        r#type: Str<'a> = "type",
        text: Str<'a> = "text",
        citations: &'a RawValue = "citations",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    /// A picture or a document.
    nulls struct MediaRow {
        r#type: Str<'a> = "type",
        source: SourceRow<'a> = "source",
        title: Str<'a> = "title",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    nulls struct SourceRow {
        r#type: Str<'a> = "type",
        media_type: Str<'a> = "media_type",
        data: Str<'a> = "data",
        url: Str<'a> = "url",
        file: Str<'a> = "file_id",
    }
}

row! {
    nulls struct CallRow {
        r#type: Str<'a> = "type",
        id: Str<'a> = "id",
        name: Str<'a> = "name",
        input: &'a RawValue = "input",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    nulls struct ResultRow {
        r#type: Str<'a> = "type",
        id: Str<'a> = "tool_use_id",
        content: &'a RawValue = "content",
        failed: bool = "is_error",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    nulls struct ThoughtRow {
        r#type: Str<'a> = "type",
        thinking: Str<'a> = "thinking",
        signature: Str<'a> = "signature",
    }
}

row! {
    nulls struct SealedRow {
        r#type: Str<'a> = "type",
        data: Str<'a> = "data",
    }
}

row! {
    nulls struct ToolRow {
        r#type: Str<'a> = "type",
        name: Str<'a> = "name",
        description: Str<'a> = "description",
        schema: &'a RawValue = "input_schema",
        strict: bool = "strict",
        cache_control: &'a RawValue = "cache_control",
    }
}

row! {
    nulls struct ChoiceRow {
        r#type: Str<'a> = "type",
        name: Str<'a> = "name",
        single: bool = "disable_parallel_tool_use",
    }
}

row! {
    nulls struct ThinkingRow {
        r#type: Str<'a> = "type",
        budget: u64 = "budget_tokens",
        display: Str<'a> = "display",
    }
}

row! {
    nulls struct ConfigRow {
        effort: &'a RawValue = "effort",
        format: &'a RawValue = "format",
    }
}

row! {
    nulls struct FormatRow {
        r#type: Str<'a> = "type",
        schema: &'a RawValue = "schema",
    }
}

row! {
    nulls struct UserRow {
        user: Str<'a> = "user_id",
    }
}

row! {
    nulls struct MarkRow {
        r#type: Str<'a> = "type",
        ttl: Str<'a> = "ttl",
    }
}
