use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::numbered::Numbered;
use crate::{Content, Cost, Event, Extras, FinishReason, Part, ToolCall, Trace, Usage};

/// A whole answer: the fold of its [`Event`]s.
///
/// There is no other way to make one, so a streamed answer and a whole one can not disagree.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Response {
    /// The provider's id for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The choices, in the provider's order.
    pub choices: Vec<Choice>,
    /// What the answer consumed.
    pub usage: Arc<Usage>,
    /// What the request cost, failed attempts included, if the prices are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What the router did for the request; `None` when no router was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Box<Trace>>,
    /// What else the provider says of it.
    #[serde(skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
    /// Where the deltas of each open part go: its choice, and its place there.
    #[serde(skip)]
    open: Numbered<(usize, usize)>,
}

impl Response {
    /// The most choices an answer has; no provider offers as many.
    pub const MOST_CHOICES: usize = 128;

    /// The parts of the first choice.
    pub fn parts(&self) -> &[Part] {
        self.choices.first().map_or(&[], |choice| &choice.parts)
    }

    /// All text of the first choice, joined.
    pub fn text(&self) -> String {
        self.parts().iter().filter_map(Part::as_text).collect()
    }

    /// All thinking of the first choice that can be read, joined.
    pub fn reasoning(&self) -> String {
        let text = |part: &'_ Part| match &part.content {
            Content::Reasoning(reasoning) => reasoning.text.clone(),
            _ => String::new(),
        };
        self.parts().iter().map(text).collect()
    }

    /// The tool calls of the first choice.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts().iter().filter_map(|part| match &part.content {
            Content::ToolCall(call) => Some(call),
            _ => None,
        })
    }

    /// Why the first choice ended; `None` while it has not.
    pub fn reason(&self) -> Option<&FinishReason> {
        self.choices.first()?.reason.as_ref()
    }

    fn push(&mut self, event: Event) {
        match event {
            Event::Start { id, model } => (self.id, self.model) = (id, model),
            Event::Open { part, choice, start } => {
                if let Some(parts) = self.choice(choice).map(|choice| &mut choice.parts) {
                    parts.push(*start);
                    let place = parts.len() - 1;
                    self.open.insert(part, (choice, place));
                }
            }
            Event::Delta { part, piece } => {
                if let Some((choice, place)) = self.open.get(part) {
                    self.choices[*choice].parts[*place].push(piece);
                }
            }
            Event::Close { part } => drop(self.open.remove(part)),
            Event::Usage(usage) => Arc::make_mut(&mut self.usage).merge(*usage),
            Event::Seam { restart, .. } => {
                self.open.clear();
                if restart {
                    self.choices.clear();
                }
            }
            Event::End { choice, reason, raw, extra } => {
                if let Some(choice) = self.choice(choice) {
                    (choice.reason, choice.raw, choice.extra) = (Some(reason), raw, extra);
                }
            }
            Event::Finish { usage, extra } => (self.usage, self.extra) = (usage, extra),
        }
    }

    fn choice(&mut self, index: usize) -> Option<&mut Choice> {
        if self.choices.len() <= index && index < Self::MOST_CHOICES {
            self.choices.resize_with(index + 1, Choice::default);
        }
        self.choices.get_mut(index)
    }
}

impl Extend<Event> for Response {
    fn extend<I: IntoIterator<Item = Event>>(&mut self, events: I) {
        events.into_iter().for_each(|event| self.push(event));
    }
}

impl<'a> Extend<&'a Event> for Response {
    fn extend<I: IntoIterator<Item = &'a Event>>(&mut self, events: I) {
        self.extend(events.into_iter().cloned());
    }
}

impl FromIterator<Event> for Response {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Self {
        let mut response = Self::default();
        response.extend(events);
        response
    }
}

/// One of the answers the model offers; nearly always the only one.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Choice {
    /// The parts, in the order they were opened.
    pub parts: Vec<Part>,
    /// Why the model stopped; `None` while it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<FinishReason>,
    /// The provider's own word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// What else the provider says of it.
    #[serde(skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

#[cfg(test)]
mod tests;
