//! What the inventors of the dialects take, as their references and their refusals tell.

use super::{
    Keywords, Most, Objects, Patterns, Refs, Requires, Root, Subset, Subsets, Untyped, Words,
};

impl Subset {
    /// All of JSON Schema.
    pub const ANY: Self = Self {
        keywords: Keywords::All,
        formats: None,
        patterns: Patterns::Any,
        min_items: u64::MAX,
        refs: Refs::Any,
        root: Root::Any,
        objects: Objects::Open,
        required: Requires::Any,
        untyped: Untyped::Taken,
        most: Most::ANY,
        words: Words::JsonSchema,
    };

    /// All of it, where no reference leads elsewhere.
    pub const SELF_CONTAINED: Self = Self { refs: Refs::Inside, ..Self::ANY };

    /// That of an object, in the draft of 2020.
    pub const OBJECT: Self = Self { keywords: Keywords::Latest, root: Root::Joined, ..Self::ANY };

    /// That of an object, of which every list and every field is told.
    pub const FUNCTION: Self = Self { untyped: Untyped::Scalars, ..Self::OBJECT };

    /// What OpenAI's models can be held to.
    ///
    /// Reference: <https://platform.openai.com/docs/guides/structured-outputs>.
    pub const STRICT: Self = Self {
        keywords: Keywords::Only(&[
            "$defs",
            "$ref",
            "$schema",
            "additionalProperties",
            "anyOf",
            "const",
            "default",
            "definitions",
            "description",
            "enum",
            "examples",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maximum",
            "minItems",
            "minLength",
            "minimum",
            "multipleOf",
            "pattern",
            "properties",
            "required",
            "title",
            "type",
        ]),
        formats: Some(&[
            "date",
            "date-time",
            "duration",
            "email",
            "hostname",
            "ipv4",
            "ipv6",
            "time",
            "uuid",
        ]),
        refs: Refs::Alone,
        root: Root::Object,
        objects: Objects::Closed,
        required: Requires::All,
        untyped: Untyped::Refused,
        most: Most { depth: 10, fields: 5_000, values: 1_000, bytes: 120_000 },
        ..Self::ANY
    };

    /// What a grammar is made of, as Anthropic makes one, and Amazon for models of several makers.
    ///
    /// Reference: <https://docs.claude.com/en/docs/build-with-claude/structured-outputs>.
    pub const GRAMMAR: Self = Self {
        keywords: Keywords::Only(&[
            "$defs",
            "$ref",
            "$schema",
            "additionalProperties",
            "anyOf",
            "const",
            "default",
            "definitions",
            "description",
            "enum",
            "format",
            "items",
            "minItems",
            "pattern",
            "properties",
            "required",
            "title",
            "type",
        ]),
        formats: Some(&[
            "date",
            "date-time",
            "duration",
            "email",
            "hostname",
            "ipv4",
            "ipv6",
            "time",
            "uri",
            "uuid",
        ]),
        patterns: Patterns::Without(&[
            "(?=", "(?!", "(?<", "\\b", "\\B", "\\1", "\\2", "\\3", "\\4", "\\5", "\\6", "\\7",
            "\\8", "\\9",
        ]),
        min_items: 1,
        refs: Refs::Acyclic,
        objects: Objects::Closed,
        untyped: Untyped::Valued,
        ..Self::ANY
    };

    /// What Cohere's models can be held to.
    ///
    /// Reference: <https://docs.cohere.com/docs/structured-outputs>.
    pub const COHERE: Self = Self {
        keywords: Keywords::Only(&[
            "$defs",
            "$ref",
            "$schema",
            "additionalProperties",
            "anyOf",
            "const",
            "default",
            "definitions",
            "description",
            "enum",
            "format",
            "items",
            "pattern",
            "properties",
            "required",
            "title",
            "type",
        ]),
        formats: Some(&["date", "date-time", "time", "uuid"]),
        patterns: Patterns::Without(&["^", "$", "?=", "?!"]),
        refs: Refs::Inside,
        root: Root::Object,
        required: Requires::One,
        ..Self::ANY
    };

    /// The subset of OpenAPI that Gemini began with.
    ///
    /// Reference: <https://ai.google.dev/api/caching#Schema>.
    pub const OPEN_API: Self = Self {
        keywords: Keywords::Only(&[
            "anyOf",
            "default",
            "description",
            "enum",
            "example",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "nullable",
            "pattern",
            "properties",
            "propertyOrdering",
            "required",
            "title",
            "type",
        ]),
        refs: Refs::WrittenOut,
        words: Words::OpenApi,
        ..Self::ANY
    };

    /// What llama.cpp makes a grammar of: other expressions it refuses or passes over, by its age.
    pub const GGML: Self = Self { patterns: Patterns::Anchored, refs: Refs::Inside, ..Self::ANY };
}

impl Subsets {
    /// Whatever it is: the host takes it, or passes over what it does not know.
    pub const ANY: Self = Self {
        name: "Any",
        tool: Subset::ANY,
        strict_tool: Subset::ANY,
        answer: Subset::ANY,
        strict_answer: Subset::ANY,
        strict_tools: usize::MAX,
    };

    /// As OpenAI's Chat Completions takes it.
    pub const CHAT: Self = Self {
        name: "Chat",
        tool: Subset::FUNCTION,
        strict_tool: Subset::STRICT,
        answer: Subset::FUNCTION,
        strict_answer: Subset::STRICT,
        ..Self::ANY
    };

    /// As OpenAI's Responses takes it, where tools are closed unasked.
    pub const RESPONSES: Self = Self {
        name: "Responses",
        strict_tool: Subset { objects: Objects::Implied, ..Subset::STRICT },
        ..Self::CHAT
    };

    /// As Anthropic takes it.
    pub const ANTHROPIC: Self = Self {
        name: "Anthropic",
        tool: Subset::OBJECT,
        strict_tool: Subset { root: Root::Object, ..Subset::GRAMMAR },
        answer: Subset::GRAMMAR,
        strict_answer: Subset::GRAMMAR,
        strict_tools: 20,
    };

    /// As Amazon's Converse takes it.
    pub const CONVERSE: Self =
        Self { name: "Converse", strict_tools: usize::MAX, ..Self::ANTHROPIC };

    /// As Cohere takes it.
    pub const COHERE: Self = Self {
        name: "Cohere",
        tool: Subset { root: Root::Joined, ..Subset::ANY },
        strict_tool: Subset::COHERE,
        answer: Subset::COHERE,
        strict_answer: Subset::COHERE,
        ..Self::ANY
    };

    /// As llama.cpp takes it, and those who are built on it.
    pub const GGML: Self = Self {
        name: "Ggml",
        tool: Subset::GGML,
        strict_tool: Subset::GGML,
        answer: Subset::GGML,
        strict_answer: Subset::GGML,
        ..Self::ANY
    };
}
