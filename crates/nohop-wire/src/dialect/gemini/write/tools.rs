use nohop_types::{Function, Parallel, Result, Tool, ToolChoice, ToolKind};

use super::Body;
use crate::dialect::gemini::{Gemini, schema};
use crate::dialect::offered::{Offered, offered};
use crate::schema::{Role, place};

impl Body<'_> {
    pub(super) fn tools(&mut self) -> Result<()> {
        let offered = offered(self.call.request, Gemini::NAME, &mut self.losses);
        if !offered.tools.is_empty() {
            let groups = groups(&offered.tools);
            let single = self.form("tools") == Some("{}") && groups.len() == 1;
            self.out.key("tools");
            if !single {
                self.out.array();
            }
            for group in &groups {
                self.group(group)?;
            }
            if !single {
                self.out.end_array();
            }
        }
        self.tool_config(&offered)
    }

    /// Writes the object that declares a few functions, or one tool of the provider's own.
    fn group(&mut self, tools: &[&Tool]) -> Result<()> {
        if let ToolKind::Native { json, .. } = &tools[0].kind {
            self.out.raw(json.as_str());
            return Ok(());
        }
        let extra = &tools[0].extra;
        self.out.object();
        self.key(extra, "tool.", "functionDeclarations", "function_declarations").array();
        for tool in tools {
            if let ToolKind::Function(function) = &tool.kind {
                self.function(tool, function)?;
            }
        }
        self.out.end_array();
        self.out.extras(extra, "tool.", &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    fn function(&mut self, tool: &Tool, function: &Function) -> Result<()> {
        let extra = &tool.extra;
        self.out.object().field("name", &function.name);
        if self.form_in(extra, "type").is_none() {
            // In which form another dialect said that it is a function is nothing here.
            self.out.take("type");
        }
        self.out.maybe("description", function.description.as_ref());
        if let Some(told) = &function.schema {
            // Whoever told two schemas is given back both, each in its place.
            let form = self.form_in(extra, "parameters");
            match form.filter(|form| matches!(*form, "\"\"" | "null")) {
                Some(form) => {
                    self.out.key("parameters");
                    schema::restored(&mut self.out, told, form == "\"\"");
                }
                None if self.open_api() && schema::says_nothing(told) => (),
                None => {
                    let request = self.call.request;
                    let place = || format!("tools[{}].schema", place(request, tool));
                    let fitted =
                        self.subset().fit(told, Role::Arguments, place, &mut self.losses)?;
                    match self.open_api() {
                        true => self.out.key("parameters").raw(&fitted),
                        false => {
                            let snake = "parameters_json_schema";
                            self.key(extra, "", "parametersJsonSchema", snake).raw(&fitted)
                        }
                    };
                }
            }
        }
        if function.strict == Some(true) {
            self.losses.dropped("tools.strict", "the dialect has no word for it");
        }
        if tool.cache.is_some() {
            self.losses.dropped("tools.cache", "the host caches whole prompts by itself");
        }
        self.out.extras(extra, "", &["tool."], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    fn tool_config(&mut self, offered: &Offered<'_>) -> Result<()> {
        let extra = &self.call.request.extra;
        let mut choice = offered.choice;
        let forced = matches!(
            choice,
            Some(ToolChoice::Required | ToolChoice::Named(_) | ToolChoice::RequiredOf(_))
        );
        if forced && !self.call.abilities.forced_tools.allows("tool_choice", &mut self.losses)? {
            choice = None;
        }
        if offered.parallel == Some(Parallel::Forbid) {
            self.losses.dropped("parallel", "the dialect has no word for it");
        }
        let calling = "toolConfig.functionCallingConfig.";
        let written = self.object(extra, "toolConfig.", &["functionCallingConfig."], |body| {
            let inner = body.object(extra, calling, &[], |body| {
                body.calling(choice);
                Ok(())
            })?;
            if let Some(inner) = inner {
                let snake = "function_calling_config";
                body.key(extra, "toolConfig.", "functionCallingConfig", snake).raw(&inner);
            }
            Ok(())
        })?;
        if let Some(written) = written {
            self.key(extra, "", "toolConfig", "tool_config").raw(&written);
        }
        Ok(())
    }

    fn calling(&mut self, choice: Option<&ToolChoice>) {
        let (mode, names) = match choice {
            Some(ToolChoice::Auto) => ("AUTO", None),
            Some(ToolChoice::None) => ("NONE", None),
            Some(ToolChoice::Required) => ("ANY", None),
            Some(ToolChoice::Named(name)) => ("ANY", Some(std::slice::from_ref(name))),
            Some(ToolChoice::RequiredOf(names)) => ("ANY", Some(&names[..])),
            // Only in this mode may the model call some of the tools and none.
            Some(ToolChoice::Allowed(names)) => ("VALIDATED", Some(&names[..])),
            _ => return,
        };
        self.out.field("mode", mode);
        if let Some(names) = names {
            let (extra, prefix) = (&self.call.request.extra, "toolConfig.functionCallingConfig.");
            let snake = "allowed_function_names";
            self.key(extra, prefix, "allowedFunctionNames", snake).value(names);
        }
    }
}

/// The tools as they share objects: functions that follow each other do, unless they came apart.
fn groups<'a>(tools: &[&'a Tool]) -> Vec<Vec<&'a Tool>> {
    let mut groups: Vec<Vec<&Tool>> = Vec::new();
    for &tool in tools {
        let joins = matches!(tool.kind, ToolKind::Function(_))
            && tool.extra.get(Gemini::NAME, "", "tool.functionDeclarations").is_none();
        match groups.last_mut() {
            Some(group) if joins && matches!(group[0].kind, ToolKind::Function(_)) => {
                group.push(tool);
            }
            _ => groups.push(vec![tool]),
        }
    }
    groups
}
