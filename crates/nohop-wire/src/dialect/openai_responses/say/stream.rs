use nohop_types::{Content, Error, Event, Part, Piece, Response, Summary};

use super::code;
use super::item::{self, As, arguments_key, is_raw, is_shown, type_of};
use super::whole::{self, Echo, end};
use crate::dialect::openai_responses::goes_on;
use crate::json::Writer;
use crate::surface::anew;
use crate::{Encoder, Stamp};

/// Writes an answer as it is made: events that name and number themselves.
pub(super) struct Stream {
    echo: Echo,
    stamp: Stamp,
    /// The answer as far as it was told, for each item and the whole of it are told again.
    response: Response,
    /// The number of the next event.
    number: u64,
    /// Where the parts of the first choice are, by their numbers.
    places: Vec<(usize, usize)>,
    /// The items that began.
    items: Vec<Item>,
    /// How many of them, from the first, are done.
    settled: usize,
}

/// An item, which is several parts in a row.
struct Item {
    parts: Vec<usize>,
    /// How many of them are still open.
    open: usize,
    done: bool,
}

impl Stream {
    pub(super) fn new(echo: Echo, stamp: Stamp) -> Self {
        Self {
            echo,
            stamp,
            response: Response::default(),
            number: 0,
            places: Vec::new(),
            items: Vec::new(),
            settled: 0,
        }
    }

    /// Writes the event `name` around the fields that `fill` writes.
    fn frame(&mut self, out: &mut Vec<u8>, name: &str, fill: impl FnOnce(&Self, &mut Writer)) {
        let mut writer = Writer::with_capacity(256);
        writer.object().field("type", name).field("sequence_number", self.number);
        fill(self, &mut writer);
        writer.end_object();
        self.number += 1;
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        // JSON that is kept as it was written may have several lines.
        for line in writer.into_bytes().split(|byte| *byte == b'\n') {
            out.extend_from_slice(b"\ndata: ");
            out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        }
        out.extend_from_slice(b"\n\n");
    }

    fn parts(&self) -> &[Part] {
        self.response.parts()
    }

    fn answer(&self) -> &str {
        self.response.id.as_deref().unwrap_or(&self.stamp.id)
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        for name in ["response.created", "response.in_progress"] {
            self.frame(out, name, |stream, writer| {
                writer.key("response");
                whole::begun(writer, &stream.echo, &stream.stamp, &stream.response);
            });
        }
    }

    /// Opens the part that the answer has grown by.
    fn open(&mut self, part: usize, out: &mut Vec<u8>) {
        let Some(place) = self.parts().len().checked_sub(1) else { return };
        let shown = &self.parts()[place];
        if !is_shown(shown) {
            return;
        }
        let before = self.items.last().and_then(|item| item.parts.last().copied());
        let before = before.filter(|_| self.items.last().is_some_and(|item| !item.done));
        if !before.is_some_and(|before| goes_on(&self.parts()[before], shown)) {
            self.settle(true, out);
            self.items.push(Item { parts: Vec::new(), open: 0, done: false });
            self.item(self.items.len() - 1, "response.output_item.added", As::Begun, out);
        }
        self.places.push((part, place));
        if let Some(item) = self.items.last_mut() {
            item.parts.push(place);
            item.open += 1;
        }
        // An item that was begun without its first part knows it now.
        self.piece(place, "added", false, out);
        self.told(place, out);
    }

    /// Tells what a part began with as if it had grown by it.
    fn told(&mut self, place: usize, out: &mut Vec<u8>) {
        let part = self.parts()[place].clone();
        let text = match &part.content {
            Content::Text(text) | Content::Refusal(text) => Piece::Text(text.clone()),
            Content::Reasoning(reasoning) => Piece::Text(reasoning.text.clone()),
            Content::ToolCall(call) => Piece::Arguments(call.arguments.clone()),
            _ => return,
        };
        self.grow(place, &text, out);
        for citation in &part.citations {
            self.grow(place, &Piece::Citation(Box::new(citation.clone())), out);
        }
    }

    /// Writes an item, as far as it has come.
    fn item(&mut self, index: usize, name: &str, as_is: As, out: &mut Vec<u8>) {
        self.frame(out, name, |stream, writer| {
            let last = stream.parts().len().saturating_sub(1);
            let places = match &stream.items[index].parts[..] {
                // It begins with the part that was opened last.
                [] => &[last][..],
                places => places,
            };
            let parts: Vec<&Part> = places.iter().map(|place| &stream.parts()[*place]).collect();
            writer.field("output_index", index).key("item");
            item::write(writer, &parts, index, stream.answer(), as_is);
        });
    }

    /// Writes that a part of an item begins or is done.
    fn piece(&mut self, place: usize, state: &str, complete: bool, out: &mut Vec<u8>) {
        let part = &self.parts()[place];
        let name = match &part.content {
            Content::Text(_) | Content::Refusal(_) => "content_part",
            Content::Reasoning(thought) if thought.sealed.is_some() => return,
            Content::Reasoning(thought) if thought.summary == Summary::Summary => {
                "reasoning_summary_part"
            }
            Content::Reasoning(_) => "content_part",
            Content::Opaque(_) if !is_raw(part) => "content_part",
            _ => return,
        };
        self.frame(out, &format!("response.{name}.{state}"), |stream, writer| {
            stream.where_is(writer, place);
            writer.key("part");
            item::piece(writer, &stream.parts()[place], complete);
        });
    }

    /// Writes which item and which part of it an event speaks of.
    fn where_is(&self, out: &mut Writer, place: usize) {
        let known = self.items.iter().enumerate().rev();
        let mut found = known.filter_map(|(index, item)| {
            let number = item.parts.iter().position(|known| *known == place)?;
            Some((index, number, &item.parts))
        });
        let Some((index, number, parts)) = found.next() else { return };
        let part = &self.parts()[place];
        out.field("item_id", item::id(&self.parts()[parts[0]], index, self.answer()));
        out.field("output_index", index);
        // Summaries and thinking itself are counted apart.
        let summary = |part: &Part| matches!(&part.content, Content::Reasoning(r) if r.summary == Summary::Summary);
        let same = |place: &&usize| summary(&self.parts()[**place]) == summary(part);
        let number = parts[..number].iter().filter(same).count();
        match &part.content {
            Content::ToolCall(_) => (),
            _ if summary(part) => out.field("summary_index", number).done(),
            _ => out.field("content_index", number).done(),
        }
    }

    fn grow(&mut self, place: usize, piece: &Piece, out: &mut Vec<u8>) {
        let part = &self.parts()[place];
        let (name, text) = match (&part.content, piece) {
            (_, Piece::Text(text) | Piece::Arguments(text)) if text.is_empty() => return,
            (Content::Text(_), Piece::Text(text)) => ("output_text.delta", text),
            (Content::Refusal(_), Piece::Text(text)) => ("refusal.delta", text),
            (Content::Reasoning(thought), Piece::Text(text)) => match thought.summary {
                Summary::Summary => ("reasoning_summary_text.delta", text),
                _ => ("reasoning_text.delta", text),
            },
            (Content::ToolCall(call), Piece::Arguments(text)) => match arguments_key(call) {
                "input" => ("custom_tool_call_input.delta", text),
                _ => ("function_call_arguments.delta", text),
            },
            (Content::Text(_), Piece::Citation(cited)) if item::is_cited(cited) => {
                let number = part.citations.len().saturating_sub(1);
                return self.frame(
                    out,
                    "response.output_text.annotation.added",
                    |stream, writer| {
                        stream.where_is(writer, place);
                        writer.field("annotation_index", number).key("annotation");
                        item::citation(writer, cited);
                    },
                );
            }
            // How likely a text was is told with the whole of it, and so is a proof.
            _ => return,
        };
        let name = format!("response.{name}");
        self.frame(out, &name, |stream, writer| {
            stream.where_is(writer, place);
            writer.field("delta", text);
            if name.ends_with("output_text.delta") {
                writer.key("logprobs").array().end_array();
            }
        });
    }

    fn close(&mut self, place: usize, out: &mut Vec<u8>) {
        let part = &self.parts()[place];
        let (name, key, text) = match &part.content {
            Content::Text(text) => ("output_text.done", "text", text),
            Content::Refusal(text) => ("refusal.done", "refusal", text),
            Content::Reasoning(thought) if thought.sealed.is_some() => ("", "", &thought.text),
            Content::Reasoning(thought) => match thought.summary {
                Summary::Summary => ("reasoning_summary_text.done", "text", &thought.text),
                _ => ("reasoning_text.done", "text", &thought.text),
            },
            Content::ToolCall(call) => match arguments_key(call) {
                "input" => ("custom_tool_call_input.done", "input", &call.arguments),
                _ => ("function_call_arguments.done", "arguments", &call.arguments),
            },
            _ => ("", "", &String::new()),
        };
        if !name.is_empty() {
            let text = text.clone();
            self.frame(out, &format!("response.{name}"), |stream, writer| {
                stream.where_is(writer, place);
                writer.field(key, text);
                if name == "output_text.done" {
                    writer.key("logprobs");
                    item::logprobs(writer, &stream.parts()[place].logprobs);
                }
            });
        }
        self.piece(place, "done", true, out);
        let mut known = self.items.iter_mut().rev();
        if let Some(item) = known.find(|item| item.parts.contains(&place)) {
            item.open = item.open.saturating_sub(1);
        }
        self.settle(false, out);
    }

    /// Says of items that they are done: those with nothing open that nothing can be added to.
    fn settle(&mut self, all: bool, out: &mut Vec<u8>) {
        while self.items.get(self.settled).is_some_and(|item| item.done) {
            self.settled += 1;
        }
        for index in self.settled..self.items.len() {
            let item = &self.items[index];
            let last = index + 1 == self.items.len();
            let Some(first) = item.parts.first().map(|place| &self.parts()[*place]) else {
                continue;
            };
            // Texts may follow texts, and a thought may have several parts.
            let grows = matches!(type_of(first), "message" | "reasoning");
            if item.done || item.open > 0 || (last && grows && !all && !is_raw(first)) {
                continue;
            }
            self.items[index].done = true;
            self.item(index, "response.output_item.done", As::Done, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        let choice = self.response.choices.first();
        let reason = choice.and_then(|choice| choice.reason.clone()).unwrap_or_default();
        let raw = choice.and_then(|choice| choice.raw.clone());
        let name = match end(&reason, raw.as_deref()).0 {
            "complete" | "completed" => "response.completed",
            _ => "response.incomplete",
        };
        self.frame(out, name, |stream, writer| {
            writer.key("response");
            whole::write(writer, &stream.echo, &stream.stamp, &stream.response);
        });
    }
}

impl Encoder for Stream {
    fn content_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn event(&mut self, event: &Event, out: &mut Vec<u8>) {
        self.response.extend([event.clone()]);
        let place = |stream: &Self, part: usize| {
            stream.places.iter().rev().find(|(known, _)| *known == part).map(|(_, place)| *place)
        };
        match event {
            Event::Start { .. } => self.begin(out),
            // The dialect knows no more than one choice.
            Event::Open { part, choice: 0, .. } => self.open(*part, out),
            Event::Delta { part, piece } => {
                if let Some(place) = place(self, *part) {
                    self.grow(place, piece, out);
                }
            }
            Event::Close { part } => {
                if let Some(place) = place(self, *part) {
                    self.places.retain(|(known, _)| known != part);
                    self.close(place, out);
                }
            }
            Event::Seam { restart: true, .. } => self.fail(&anew(), out),
            Event::Seam { .. } => {
                for (_, place) in std::mem::take(&mut self.places) {
                    self.close(place, out);
                }
                self.settle(true, out);
            }
            Event::End { choice: 0, .. } => self.settle(true, out),
            Event::Finish { .. } => self.finish(out),
            _ => (),
        }
    }

    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        let (code, message) = (code(error), error.message());
        self.frame(out, "error", |_, writer| {
            writer.field("code", code).field("message", message).field("param", None::<&str>);
        });
        self.frame(out, "response.failed", |stream, writer| {
            writer.key("response").object().key("error").object().field("code", code);
            writer.field("message", message).end_object();
            let (echo, stamp) = (&stream.echo, &stream.stamp);
            whole::fields(writer, echo, stamp, &stream.response, Some("failed"));
            writer.end_object();
        });
    }
}
