use nohop_types::{Content, Result, Tool, ToolChoice, ToolKind};

use super::Body;
use crate::dialect::converse::Converse;
use crate::dialect::offered::offered;

impl Body<'_> {
    /// Writes `toolConfig`.
    pub(super) fn tools(&mut self) -> Result<()> {
        let request = self.call.request;
        let called = || {
            let parts = request.messages.iter().flat_map(|message| &message.parts);
            parts.into_iter().any(|part| matches!(part.content, Content::ToolCall(_)))
        };
        let forbidden = request.tool_choice == Some(ToolChoice::None) && !request.tools.is_empty();
        if forbidden && !called() {
            let why = "the dialect can not forbid calls: the tools are left out";
            self.losses.translated("tool_choice", why);
            return Ok(());
        }
        if forbidden {
            self.losses.dropped("tool_choice", "the dialect can not forbid calls");
        }
        let offered = offered(request, Converse::NAME, &mut self.losses);
        self.object("toolConfig", "toolConfig.", &request.extra, |body| {
            if offered.tools.is_empty() {
                if offered.choice.is_some() {
                    body.losses.dropped("tool_choice", "there is no tool to choose");
                }
                return Ok(());
            }
            body.out.key("tools").array();
            for tool in &offered.tools {
                body.tool(tool)?;
                body.mark(tool.cache);
            }
            body.out.end_array();
            body.choice(offered.choice)
        })
    }

    fn tool(&mut self, tool: &Tool) -> Result<()> {
        let function = match &tool.kind {
            ToolKind::Function(function) => function,
            ToolKind::Native { json, .. } => {
                self.out.raw(json.as_str());
                return Ok(());
            }
            _ => return Ok(()),
        };
        let (schemas, request) = (self.dialect.schemas, self.call.request);
        let strict = schemas.strict(request, tool, &mut self.losses);
        self.out.object().key("toolSpec").object().field("name", &function.name);
        // An empty description is refused.
        let description = function.description.as_ref().filter(|text| !text.is_empty());
        self.out.maybe("description", description);
        self.out.key("inputSchema").object().key("json");
        match &function.schema {
            Some(told) => {
                let must = strict == Some(true);
                let told = schemas.tool(request, tool, told, must, &mut self.losses)?;
                self.out.raw(&told);
            }
            None => self.out.raw(r#"{"type":"object"}"#).done(),
        }
        self.out.end_object().maybe("strict", strict);
        self.out.extras(&tool.extra, "", &[], self.reach, &mut self.losses);
        self.out.end_object().end_object();
        Ok(())
    }

    fn choice(&mut self, choice: Option<&ToolChoice>) -> Result<()> {
        let forced = matches!(
            choice,
            Some(ToolChoice::Required | ToolChoice::Named(_) | ToolChoice::RequiredOf(_))
        );
        if forced && !self.call.abilities.forced_tools.allows("tool_choice", &mut self.losses)? {
            return Ok(());
        }
        let several = "the dialect names one tool or none; all that are offered may be called";
        let (word, name) = match choice {
            Some(ToolChoice::Auto) => ("auto", None),
            Some(ToolChoice::Required) => ("any", None),
            Some(ToolChoice::Named(name)) => ("tool", Some(name)),
            Some(ToolChoice::RequiredOf(names)) if names.len() == 1 => ("tool", names.first()),
            Some(ToolChoice::RequiredOf(_)) => {
                self.losses.translated("tool_choice", several);
                ("any", None)
            }
            Some(ToolChoice::Allowed(_)) => {
                self.losses.translated("tool_choice", several);
                ("auto", None)
            }
            _ => return Ok(()),
        };
        self.out.key("toolChoice").object().key(word).object().maybe("name", name);
        self.out.end_object().end_object();
        Ok(())
    }
}
