//! An answer, as hosts of this dialect send it.

mod items;
mod slots;

use std::collections::BTreeSet;
use std::sync::Arc;

use nohop_types::{
    Content, Error, ErrorKind, Event, FinishReason, Issuer, Part, Piece, Reasoning, Usage,
};
use serde_json::value::RawValue;

use self::items::{Held, Item, item};
use self::slots::Kind;
use super::rows::{EventRow, HeadRow, ItemRow, ResponseRow};
use super::tokens::Tokens;
use super::{OpenAiResponses, failure};
use crate::dialect::kept::Kept;
use crate::dialect::{openai_chat, text};
use crate::json::{self, Str};
use crate::{Decoder, Fault, Frame, Framing, State};

pub(super) use slots::citation;

/// Reads the events of a stream, or the one response that is a whole answer.
///
/// A stream ends with the whole response, too. Of what was told by then nothing is read again; what
/// was not is read from there, for some hosts tell it nowhere else.
pub(super) struct Frames {
    issuer: Issuer,
    framing: Framing,
    state: State,
    started: bool,
    /// How many parts were opened.
    parts: usize,
    /// The kind of the last part that was opened, if it was a text or thinking.
    last: Option<Kind>,
    /// The items that may still grow, in the order of their beginning.
    open: Vec<Item>,
    /// The numbers of all items that began: ids change on the way at some hosts.
    begun: BTreeSet<i64>,
    /// Whether the model called a tool.
    called: bool,
    reason: FinishReason,
    /// The provider's own word for why it stopped.
    raw: Option<String>,
    usage: Usage,
    kept: Kept,
    /// What is said of the end.
    ending: Kept,
}

impl Frames {
    pub(super) fn new(issuer: Issuer, framing: Framing) -> Self {
        Self {
            issuer,
            framing,
            state: State::Open,
            started: false,
            parts: 0,
            last: None,
            open: Vec::new(),
            begun: BTreeSet::new(),
            called: false,
            reason: FinishReason::Stop,
            raw: None,
            usage: Usage::default(),
            kept: Kept::default(),
            ending: Kept::default(),
        }
    }

    fn read(&mut self, text: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        if self.framing == Framing::Whole {
            return self.whole(text, text, false, events);
        }
        let row: EventRow<'_> = json::parse(text).map_err(|error| {
            // An error may use a name of this dialect for something else.
            failure::read(text, None).map_or(Fault::Corrupt(error), Fault::Failed)
        })?;
        let Some(r#type) = row.r#type.as_deref() else {
            return self.whole(text, text, false, events);
        };
        match r#type {
            "response.output_text.delta" => self.grow(Kind::Text, &row, events),
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.argue(&row, events);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_summary.delta" => {
                self.grow(Kind::Summary, &row, events);
            }
            "response.reasoning_text.delta" | "response.reasoning.delta" => {
                self.grow(Kind::Thinking, &row, events);
            }
            "response.refusal.delta" => self.grow(Kind::Refusal, &row, events),
            "response.output_text.annotation.added" => self.cite(&row, events),
            "response.output_text.done" => self.complete(Kind::Text, &row, events),
            "response.reasoning_summary_text.done" | "response.reasoning_summary.done" => {
                self.complete(Kind::Summary, &row, events);
            }
            "response.reasoning_text.done" | "response.reasoning.done" => {
                self.complete(Kind::Thinking, &row, events);
            }
            "response.refusal.done" => self.complete(Kind::Refusal, &row, events),
            "response.content_part.added"
            | "response.content_part.done"
            | "response.reasoning_part.added"
            | "response.reasoning_part.done"
            | "response.reasoning_summary_part.added"
            | "response.reasoning_summary_part.done" => self.part(r#type, &row, events),
            // The item is told as a whole when it is done.
            "response.function_call_arguments.done" | "response.custom_tool_call_input.done" => (),
            "response.output_item.added" | "response.output_item.done" => {
                let raw = row.item.ok_or_else(|| unknown(r#type))?;
                self.item(r#type.ends_with("done"), row.output_index, raw, item(raw)?, events);
            }
            "response.created" | "response.in_progress" | "response.queued" => {
                let raw = row.response.ok_or_else(|| unknown(r#type))?;
                self.begin(raw, events)?;
            }
            "response.completed"
            | "response.done"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => {
                let raw = row.response.ok_or_else(|| unknown(r#type))?;
                let lost = matches!(r#type, "response.failed" | "response.cancelled");
                self.whole(raw.get(), text, lost, events)?;
                // Some hosts say things of the answer beside it.
                self.kept.add(OpenAiResponses::NAME, "", row.rest);
            }
            "error" => return Err(Fault::Failed(failure::within(text))),
            "keepalive" | "ping" | "response.heartbeat" | "response.keepalive" => (),
            // How a tool of the provider's own is getting on: its item says it when it is done.
            _ if self.is_gathering(&row) => (),
            other => return Err(unknown(other)),
        }
        Ok(())
    }

    /// Takes the head of an answer that has begun; what else it says is said again at the end.
    fn begin(&mut self, raw: &RawValue, events: &mut Vec<Event>) -> Result<(), Fault> {
        if !self.started {
            let row: HeadRow<'_> = fields(raw)?;
            self.start(row.id, row.model, events);
        }
        Ok(())
    }

    /// Takes a whole response, which `frame` is or ends a stream with, and which may be `lost` already.
    fn whole(
        &mut self,
        text: &str,
        frame: &str,
        lost: bool,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let row: ResponseRow<'_> = json::parse(text).map_err(|error| {
            failure::read(frame, None).map_or(Fault::Corrupt(error), Fault::Failed)
        })?;
        let failed = row.error.filter(|error| !matches!(error.get(), "{}" | "false" | "\"\""));
        let status = row.status.and_then(Str::said);
        let lost = lost || matches!(status.as_deref(), Some("failed" | "cancelled"));
        if row.output.is_none() && failed.is_none() && !lost && status.is_none() {
            let error = failure::read(frame, None);
            return Err(error.map_or_else(|| unknown("neither output nor an error"), Fault::Failed));
        }
        let begun = status.as_deref().filter(|status| matches!(*status, "in_progress" | "queued"));
        let says_nothing = || row.output.is_none_or(is_empty);
        // Who asked for one that is made in the background has its id now.
        let in_background = || row.rest.iter().any(|(k, v)| k == "background" && v.get() == "true");
        if let Some(status) = begun.filter(|_| says_nothing() && !in_background()) {
            let message = format!("the provider sent no answer, but one that is still {status}");
            return Err(Fault::Failed(Error::new(ErrorKind::Truncated, message)));
        }
        // Nothing is said of a response that can not be read to its end.
        let untold = self.untold(row.output)?;
        self.start(row.id, row.model, events);
        if let Some(tokens) = row.usage.and_then(json::lax::<Tokens<'_>>) {
            self.usage.merge(tokens.usage());
        }
        let tier = row.tier.filter(|tier| !tier.is_empty());
        self.usage.tier = tier.map(|tier| openai_chat::say::tier_of(&tier));
        if row.usage.is_some() {
            events.push(Event::Usage(Box::new(self.usage.clone())));
        }
        if failed.is_some() || lost {
            let inner = failed.filter(|error| error.get().starts_with('{'));
            let error = inner.map(|error| format!("{{\"error\":{}}}", error.get()));
            return Err(Fault::Failed(failure::within(error.as_deref().unwrap_or(frame))));
        }
        let mut rest = row.rest;
        match row.reasoning {
            Some(raw) if raw.get().starts_with('"') => self.thinking_beside(raw, events),
            Some(raw) => rest.push(("reasoning".into(), raw)),
            None => (),
        }
        for (index, raw, row) in untold {
            self.item(true, Some(index), raw, row, events);
        }
        while !self.open.is_empty() {
            self.finish(0, None, events);
        }
        let incomplete = row.incomplete.unwrap_or_default();
        self.ending.add(OpenAiResponses::NAME, "incomplete_details.", incomplete.rest);
        let why = incomplete.reason.and_then(Str::said);
        self.reason = reason_of(status.as_deref(), why.as_deref());
        self.raw = why.or(status);
        self.kept.add(OpenAiResponses::NAME, "", rest);
        self.state = State::Done;
        Ok(())
    }

    /// What of an output was not told before, with the numbers of its items.
    fn untold<'a>(
        &self,
        raw: Option<&'a RawValue>,
    ) -> Result<Vec<(i64, &'a RawValue, ItemRow<'a>)>, Fault> {
        let list = raw.filter(|raw| raw.get().starts_with('['));
        let items: Vec<&RawValue> = list.map_or(Ok(Vec::new()), fields)?;
        let told = |index: &i64| {
            self.begun.contains(index) && !self.open.iter().any(|item| item.index == *index)
        };
        let numbered = (0_i64..).zip(items).filter(|(index, _)| !told(index));
        numbered.map(|(index, raw)| Ok((index, raw, item(raw)?))).collect()
    }

    /// Takes thinking that one host tells in a field of its own.
    fn thinking_beside(&mut self, raw: &RawValue, events: &mut Vec<Event>) {
        let text = json::text_of(raw).filter(|text| !text.is_empty());
        let Some(text) = text.filter(|_| self.begun.is_empty()) else { return };
        let start = Content::Reasoning(Reasoning::new(self.issuer.clone()));
        let part = self.open_part(start.into(), events);
        self.last = Some(Kind::Thinking);
        events.push(Event::Delta { part, piece: Piece::Text(text.into_owned()) });
        events.push(Event::Close { part });
    }

    /// Takes an item that begins, or one that is done.
    fn item(
        &mut self,
        done: bool,
        index: Option<i64>,
        raw: &RawValue,
        mut row: ItemRow<'_>,
        events: &mut Vec<Event>,
    ) {
        self.start(None, None, events);
        let id = row.id.as_deref().unwrap_or_default();
        let place = match self.place(index, Some(id).filter(|id| !id.is_empty())) {
            Some(place) => place,
            // It was done before.
            None if index.is_some_and(|index| self.begun.contains(&index)) => return,
            None => {
                let next = self.begun.last().map_or(0, |last| last.saturating_add(1));
                self.begin_item(index.unwrap_or(next), raw, &mut row, events)
            }
        };
        if done {
            self.finish(place, Some((raw, row)), events);
        }
    }

    /// Says that the answer begins, unless that was said.
    fn start(&mut self, id: Option<Str<'_>>, model: Option<Str<'_>>, events: &mut Vec<Event>) {
        if !self.started {
            self.started = true;
            let (id, model) = (id.and_then(Str::said), model.and_then(Str::said));
            events.push(Event::Start { id, model });
        }
    }

    /// Where the open item is that a frame speaks of: its number counts before its id.
    fn place(&self, index: Option<i64>, id: Option<&str>) -> Option<usize> {
        match (index, id) {
            (Some(index), _) => self.open.iter().rposition(|item| item.index == index),
            (None, Some(id)) => self.open.iter().rposition(|item| item.id == id),
            (None, None) => self.open.len().checked_sub(1),
        }
    }

    fn is_gathering(&self, row: &EventRow<'_>) -> bool {
        let place = self.place(row.output_index, row.item_id.as_deref());
        place.is_some_and(|place| matches!(self.open[place].held, Held::Gathered(_)))
    }

    /// Opens a part.
    fn open_part(&mut self, start: Part, events: &mut Vec<Event>) -> usize {
        self.start(None, None, events);
        let part = self.parts;
        self.parts += 1;
        events.push(Event::Open { part, choice: 0, start: Box::new(start) });
        part
    }
}

impl Decoder for Frames {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let text = text(frame.data)?.trim();
        // One host ends its stream as the elder dialect does.
        if text == "[DONE]" { Ok(()) } else { self.read(text, events) }
    }

    fn state(&self) -> State {
        self.state
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        let reason = match std::mem::take(&mut self.reason) {
            FinishReason::Stop if self.called => FinishReason::ToolCalls,
            reason => reason,
        };
        let extra = self.ending.take();
        events.push(Event::End { choice: 0, reason, raw: self.raw.take(), extra });
        let usage = Arc::new(std::mem::take(&mut self.usage));
        events.push(Event::Finish { usage, extra: self.kept.take() });
    }
}

fn is_empty(output: &RawValue) -> bool {
    output.get().trim_matches(['[', ']', ' ', '\n', '\r', '\t']).is_empty()
}

/// Why an answer ended that has this status, and is incomplete for this reason.
pub(super) fn reason_of(status: Option<&str>, why: Option<&str>) -> FinishReason {
    match (status, why) {
        (_, Some("max_output_tokens" | "max_tokens" | "length")) | (Some("incomplete"), None) => {
            FinishReason::Length
        }
        (_, Some("content_filter")) => FinishReason::ContentFilter,
        (_, Some(other)) => FinishReason::Other(other.to_owned()),
        (None | Some("completed" | "complete"), None) => FinishReason::Stop,
        (Some(other), None) => FinishReason::Other(other.to_owned()),
    }
}

fn fields<'a, T: serde::Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Fault> {
    json::parse(raw.get()).map_err(Fault::Corrupt)
}

fn unknown(what: &str) -> Fault {
    Fault::Unknown(what.to_owned())
}
