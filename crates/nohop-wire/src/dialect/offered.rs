//! Which tools a host is offered, and what is said of choosing among them.

use nohop_types::{Function, Parallel, Request, Tool, ToolChoice, ToolKind};

use crate::loss::Losses;

const FOREIGN: &str = "a provider's own tool of another dialect";

/// What is said of tools to a host that knows functions, and of providers' own tools those of one dialect.
#[derive(Debug)]
pub(super) struct Offered<'a> {
    pub(super) tools: Vec<&'a Tool>,
    pub(super) choice: Option<&'a ToolChoice>,
    pub(super) parallel: Option<Parallel>,
}

/// What `request` offers in `dialect`.
///
/// Where no tool is left of those there were, nothing is said of choosing either: hosts refuse a list
/// without tools, and a choice without a list.
pub(super) fn offered<'a>(request: &'a Request, dialect: &str, losses: &mut Losses) -> Offered<'a> {
    let known = |tool: &&Tool| match &tool.kind {
        ToolKind::Function(_) => true,
        ToolKind::Native { dialect: own, .. } => own == dialect,
        _ => false,
    };
    let tools: Vec<&Tool> = request.tools.iter().filter(known).collect();
    for _ in tools.len()..request.tools.len() {
        losses.dropped("tools", FOREIGN);
    }
    if tools.is_empty() && !request.tools.is_empty() {
        if request.tool_choice.is_some() {
            losses.dropped("tool_choice", "there is no tool to choose");
        }
        return Offered { tools, choice: None, parallel: None };
    }
    Offered { tools, choice: request.tool_choice.as_ref(), parallel: request.parallel }
}

/// The functions among `tools`, and of these only `names` if there are any: for dialects that know no
/// other tools, and offer those alone that may be chosen.
pub(super) fn functions<'a>(
    tools: impl IntoIterator<Item = &'a Tool>,
    names: Option<&[String]>,
    losses: &mut Losses,
) -> Vec<(&'a Tool, &'a Function)> {
    let mut functions = Vec::new();
    for tool in tools {
        match &tool.kind {
            ToolKind::Function(function)
                if names.is_none_or(|names| names.contains(&function.name)) =>
            {
                functions.push((tool, function));
            }
            ToolKind::Function(_) => (),
            _ => losses.dropped("tools", FOREIGN),
        }
    }
    functions
}
