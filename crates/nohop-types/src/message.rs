use serde::{Deserialize, Serialize};

use crate::{Content, Extras, Part, ToolResult};

/// One turn of the conversation.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
    /// The speaker's name, where several share a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What else a provider may be told of it.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl Message {
    /// A turn of `role`.
    pub fn new(role: Role, parts: impl IntoIterator<Item = Part>) -> Self {
        let parts = parts.into_iter().collect();
        Self { role, parts, name: None, extra: Extras::new() }
    }

    /// A turn of the application.
    pub fn system(part: impl Into<Part>) -> Self {
        Self::new(Role::System, [part.into()])
    }

    /// A turn of the person.
    pub fn user(part: impl Into<Part>) -> Self {
        Self::new(Role::User, [part.into()])
    }

    /// A turn of the model.
    pub fn assistant(part: impl Into<Part>) -> Self {
        Self::new(Role::Assistant, [part.into()])
    }

    /// Says more in the same turn.
    #[must_use]
    pub fn and(mut self, part: impl Into<Part>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// Names the speaker.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A tool's answer to a call.
    pub fn tool(result: ToolResult) -> Self {
        Self::new(Role::Tool, [Content::ToolResult(result).into()])
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The model.
    Assistant,
    /// The application.
    System,
    /// The application's tools.
    Tool,
    /// The person.
    User,
}
