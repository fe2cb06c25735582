//! Calls of tools, and what tools answered.

use nohop_types::{Content, Input, Part, ToolCall, ToolResult};

use super::Turn;

impl<'a> Turn<'_, 'a> {
    pub(super) fn call(&mut self, part: &'a Part, call: &ToolCall) {
        let (r#type, key) = match call.input {
            Input::Text => ("custom_tool_call", "input"),
            _ => ("function_call", "arguments"),
        };
        let id = self.body.ids.call(&call.id, &mut self.body.losses);
        self.body.out.object().field("type", r#type).field("call_id", id);
        self.body.out.field("name", &call.name).field(key, &call.arguments);
        if part.cache.is_some() {
            self.body.losses.dropped("message", "calls can not be marked");
        }
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(&part.extra, "", &[], reach, losses).end_object();
    }

    pub(super) fn result(&mut self, part: &'a Part, result: &'a ToolResult) {
        let custom = self.customs.contains(&&*result.id)
            || self.form(&part.extra, "type") == Some("\"custom_tool_call_output\"");
        let r#type = if custom { "custom_tool_call_output" } else { "function_call_output" };
        let id = self.body.ids.result(&result.id);
        self.body.out.object().field("type", r#type).field("call_id", id);
        let mut told: Vec<&'a Part> = result.parts.iter().collect();
        told.retain(|part| self.keeps_of_tool(part));
        let form = self.form(&part.extra, "output");
        self.content("output", &told, form, false);
        if result.failed == Some(true) {
            self.body.losses.dropped("tool_result.failed", "the dialect has no word for it");
        }
        // A mark on the result is a mark on its last part, which is where the turn ends.
        if part.cache.is_some() {
            self.body.losses.dropped("message", "results can not be marked");
        }
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(&part.extra, "", &[], reach, losses).end_object();
    }

    /// Whether a tool can answer with the part.
    fn keeps_of_tool(&mut self, part: &Part) -> bool {
        match &part.content {
            Content::Reasoning(_) | Content::ToolCall(_) | Content::ToolResult(_) => {
                self.body.losses.dropped("tool_result", "a tool answers with content alone");
                false
            }
            Content::Opaque(opaque) => {
                let mine = self.body.call.issuer.is(&opaque.issuer);
                if !mine {
                    self.body.losses.dropped("opaque", "only its issuer understands it");
                }
                mine
            }
            Content::Video(_) => {
                self.body.losses.dropped("video", "the dialect takes no films");
                false
            }
            _ => true,
        }
    }
}
