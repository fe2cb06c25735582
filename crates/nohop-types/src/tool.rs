use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{CacheMark, Extras, Json, Part};

/// A tool the model may call.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// What it is.
    pub kind: ToolKind,
    /// The prompt up to here is worth caching.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheMark>,
    /// What else a provider may be told of it.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl Tool {
    /// A function called `name` whose arguments follow the JSON Schema `schema`.
    pub fn function(name: impl Into<String>, schema: impl Into<Json>) -> Self {
        Self::new(ToolKind::Function(Function::new(name, schema.into())))
    }

    /// A tool of the provider's own, as the dialect called `dialect` writes it.
    pub fn native(dialect: impl Into<Cow<'static, str>>, json: impl Into<Json>) -> Self {
        Self::new(ToolKind::Native { dialect: dialect.into(), json: json.into() })
    }

    /// A tool that is `kind`.
    pub fn new(kind: ToolKind) -> Self {
        Self { kind, cache: None, extra: Extras::new() }
    }

    /// Says what the function is for; a provider's own tool has no place for it.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        if let ToolKind::Function(function) = &mut self.kind {
            function.description = Some(description.into());
        }
        self
    }

    /// Asks that arguments follow the function's schema without exception.
    #[must_use]
    pub fn strict(mut self) -> Self {
        if let ToolKind::Function(function) = &mut self.kind {
            function.strict = Some(true);
        }
        self
    }

    /// Marks the end of a prompt worth caching.
    #[must_use]
    pub fn cached(mut self, mark: CacheMark) -> Self {
        self.cache = Some(mark);
        self
    }
}

/// What a tool is.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ToolKind {
    /// A function of the application's.
    Function(Function),
    /// A tool of the provider's own, passed through.
    Native {
        /// The dialect it is written in.
        dialect: Cow<'static, str>,
        /// The tool as the dialect writes it.
        json: Json,
    },
}

/// A function of the application's.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The name the model calls it by.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Json>,
    /// Whether arguments must follow the schema without exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

impl Function {
    /// A function called `name` whose arguments follow `schema`.
    pub fn new(name: impl Into<String>, schema: impl Into<Option<Json>>) -> Self {
        Self { name: name.into(), description: None, schema: schema.into(), strict: None }
    }
}

/// Which tools the model shall call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// Those it wants.
    Auto,
    /// None.
    None,
    /// At least one.
    Required,
    /// This one.
    Named(String),
    /// Those it wants of these.
    Allowed(Vec<String>),
    /// At least one of these.
    RequiredOf(Vec<String>),
}

/// Whether the model may call several tools at once.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Parallel {
    /// It may.
    Allow,
    /// One at a time.
    Forbid,
}

/// A call the model wants made.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ToolCall {
    /// The id to answer it with.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments, exactly as the model wrote them: they may be cut, empty or wrong.
    pub arguments: String,
    /// What the arguments are written in.
    pub input: Input,
}

impl ToolCall {
    /// A call of `name` with the JSON `arguments`, to be answered with `id`.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        let (id, name, arguments) = (id.into(), name.into(), arguments.into());
        Self { id, name, arguments, input: Input::Json }
    }
}

/// What a tool call's arguments are written in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// JSON.
    #[default]
    Json,
    /// Whatever the tool's own grammar says.
    Text,
}

/// What a tool answered.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct ToolResult {
    /// The id of the call.
    pub id: String,
    /// The answer.
    pub parts: Vec<Part>,
    /// Whether the tool failed, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<bool>,
}

impl ToolResult {
    /// The answer `parts` to the call `id`.
    pub fn new(id: impl Into<String>, parts: impl IntoIterator<Item = Part>) -> Self {
        Self { id: id.into(), parts: parts.into_iter().collect(), failed: None }
    }

    /// Says that the tool failed.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.failed = Some(true);
        self
    }
}
