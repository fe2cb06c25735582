//! What was asked and answered, as the conventions write it.

use nohop_types::{Content, Event, FinishReason, Message, Part, Request, Response, Role};
use serde_json::{Value, json};
use tracing::Span;

use super::Words;

/// An answer that is kept until it is whole, for its span.
pub(crate) struct Told(Box<Response>);

impl Told {
    /// Nothing yet; `None` where no span has words.
    pub(crate) fn new(words: Words, span: &Span) -> Option<Self> {
        (words == Words::Shown && !span.is_disabled()).then(|| Self(Box::default()))
    }

    /// Takes down what the caller is told, and writes it all on the span once that is whole.
    pub(crate) fn note(&mut self, event: &Event, span: &Span) {
        self.0.extend([event.clone()]);
        if let Event::Finish { .. } = event {
            span.record("gen_ai.output.messages", of_answer(&self.0));
        }
    }
}

/// The messages of a request.
pub(super) fn of_request(request: &Request) -> String {
    let messages = request.messages.iter().map(|Message { role, parts, .. }| {
        let role = match role {
            Role::System => "system",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
            _ => "user",
        };
        json!({ "role": role, "parts": told(parts) })
    });
    Value::from_iter(messages).to_string()
}

fn of_answer(response: &Response) -> String {
    let reason = response.reason().map_or("", FinishReason::as_str);
    let parts = told(response.parts());
    json!([{ "role": "assistant", "parts": parts, "finish_reason": reason }]).to_string()
}

fn told(parts: &[Part]) -> Value {
    // A seal has no words.
    let silent = |it: &&Part| matches!(&it.content, Content::Reasoning(it) if it.text.is_empty());
    parts.iter().filter(|part| !silent(part)).map(|part| one(&part.content)).collect()
}

fn one(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!({ "type": "text", "content": text }),
        Content::Refusal(text) => json!({ "type": "refusal", "content": text }),
        Content::Reasoning(reasoning) => {
            json!({ "type": "reasoning", "content": reasoning.text })
        }
        Content::ToolCall(call) => {
            let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
            json!({ "type": "tool_call", "id": call.id, "name": call.name, "arguments": arguments })
        }
        Content::ToolResult(result) => {
            json!({ "type": "tool_call_response", "id": result.id, "result": told(&result.parts) })
        }
        Content::Audio(_) => json!({ "type": "audio" }),
        Content::Document(_) => json!({ "type": "document" }),
        Content::Image(_) => json!({ "type": "image" }),
        Content::Video(_) => json!({ "type": "video" }),
        _ => json!({ "type": "other" }),
    }
}
