use std::time::Duration;

use nohop_policy::Manner;
use nohop_types::{Content, Event, FinishReason, Input, Json, Piece, Tool, ToolKind, Usage};

/// The most bytes of a call's arguments that are looked at; what is longer is taken to be right.
const MOST: usize = 256 << 10;

/// Hears of an answer what it is like, as it comes.
#[derive(Default)]
pub(super) struct Listener {
    said: bool,
    called: bool,
    malformed: bool,
    refused: bool,
    /// The arguments of calls that are not complete, by the number of the part.
    calls: Vec<(usize, String)>,
}

impl Listener {
    /// Hears one event of the answer to a request with these `tools`.
    #[inline]
    pub(super) fn hear(&mut self, event: &Event, tools: &[Tool]) {
        match event {
            Event::Delta { piece: Piece::Text(_), .. } => self.said = true,
            Event::Usage(_) | Event::Start { .. } | Event::Finish { .. } => {}
            event => self.hear_more(event, tools),
        }
    }

    /// Whether the model refused, or a filter did.
    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }

    /// What the answer was like, if it came whole.
    pub(super) fn manner(&self, usage: &Usage, took: Duration, first: Option<Duration>) -> Manner {
        let Self { said, called, malformed, refused, .. } = *self;
        let throughput = usage.throughput(took, first);
        Manner { throughput, called, malformed, refused, empty: !said }
    }

    fn hear_more(&mut self, event: &Event, tools: &[Tool]) {
        match event {
            Event::Open { part, start, .. } => {
                self.said |= event.is_content();
                match &start.content {
                    Content::ToolCall(call) => {
                        (self.said, self.called) = (true, true);
                        self.malformed |= !is_among(&call.name, tools);
                        if call.input == Input::Json {
                            self.calls.push((*part, call.arguments.clone()));
                        }
                    }
                    Content::Refusal(_) => self.refused = true,
                    _ => {}
                }
            }
            Event::Delta { part, piece: Piece::Arguments(piece) } => {
                let mut calls = self.calls.iter_mut();
                if let Some((_, said)) =
                    calls.find(|(call, said)| call == part && said.len() <= MOST)
                {
                    said.push_str(piece);
                }
            }
            Event::Delta { .. } => self.said = true,
            Event::Close { part } => {
                let mut ended = self.calls.extract_if(.., |(call, _)| call == part);
                self.malformed |= ended.any(|(_, said)| !are_arguments(&said));
            }
            Event::End { reason: FinishReason::ContentFilter, .. } => self.refused = true,
            _ => {}
        }
    }
}

/// Whether a tool of this name may be called: that of a provider's own tools is theirs to know.
fn is_among(name: &str, tools: &[Tool]) -> bool {
    tools.iter().any(|tool| match &tool.kind {
        ToolKind::Function(function) => function.name == name,
        _ => true,
    })
}

/// Whether a model wrote an object, or nothing where it had nothing to say.
fn are_arguments(text: &str) -> bool {
    let text = text.trim_ascii();
    let is_object = || text.starts_with('{') && Json::new(text).is_ok();
    text.is_empty() || text.len() > MOST || is_object()
}

#[cfg(test)]
mod tests;
