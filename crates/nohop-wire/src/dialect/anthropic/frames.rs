mod blocks;
mod gathered;

use std::borrow::Cow;
use std::sync::Arc;

use nohop_types::{Content, Event, FinishReason, Issuer, Opaque, Part, Piece, ToolCall, Usage};
use serde_json::value::RawValue;

use self::gathered::Gathered;
use super::rows::{AnyRow, BlockRow, DeltaRow, FrameRow, OutcomeRow, WORDS};
use super::tokens::Tokens;
use super::{Anthropic, failure, reason_of};
use crate::dialect::is_last;
use crate::dialect::kept::Kept;
use crate::dialect::text;
use crate::json::{self, Str};
use crate::{Decoder, Fault, Frame, State};

pub(super) use blocks::citation;

/// Reads the frames of a stream, or the one of a whole answer.
pub(super) struct Frames {
    issuer: Issuer,
    state: State,
    started: bool,
    /// How many parts were opened.
    parts: usize,
    /// The open blocks, in the order of their opening.
    open: Vec<Block>,
    /// Whether the model called a tool.
    called: bool,
    /// The provider's own word for why it stopped.
    raw: Option<String>,
    usage: Usage,
    kept: Kept,
    /// What is said of the end.
    ending: Kept,
}

/// A block that may still grow.
struct Block {
    /// The number that frames know it by, if they know one.
    index: Option<i64>,
    held: Held,
}

/// What an open block is.
enum Held {
    /// A call; the input it began with counts unless fragments follow.
    Call { part: usize, input: String, fed: bool },
    /// Something only the issuer understands, held back until it is complete.
    Gathered(Gathered),
    /// Text.
    Text(usize),
    /// Thinking.
    Thinking(usize),
}

/// The kind of block that a delta makes grow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Call,
    Text,
    Thinking,
}

impl Held {
    /// The part that grows by a delta for `kind`, if this block does.
    fn part(&self, kind: Kind) -> Option<usize> {
        match (self, kind) {
            (Self::Call { part, .. }, Kind::Call)
            | (Self::Text(part), Kind::Text)
            | (Self::Thinking(part), Kind::Thinking) => Some(*part),
            _ => None,
        }
    }
}

impl Frames {
    pub(super) fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            state: State::Open,
            started: false,
            parts: 0,
            open: Vec::new(),
            called: false,
            raw: None,
            usage: Usage::default(),
            kept: Kept::default(),
            ending: Kept::default(),
        }
    }

    fn read(&mut self, text: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let mut row = frame(text, text)?;
        if let Some(raw) = row.outcome {
            if fields::<OutcomeRow<'_>>(raw)?.code.is_some_and(|code| code != 0) {
                return Err(Fault::Failed(failure::within(text)));
            }
            row.rest.push(("base_resp".into(), raw));
        }
        let r#type = row.r#type.take().unwrap_or_default();
        let message = row.message.take();
        if &*r#type != "message_start" {
            row.rest.extend(said(message));
        }
        match (&*r#type, row.index) {
            ("message_start", _) => {
                let message =
                    message.map_or(Ok(FrameRow::default()), |raw| frame(raw.get(), text))?;
                // What was open belonged to the message before.
                self.message(message, events)?;
            }
            ("message", _) if row.content.is_some() || message.is_none() => {
                self.message(row, events)?;
                self.stop();
                return Ok(());
            }
            ("", _) if row.content.is_some() => {
                self.message(row, events)?;
                self.stop();
                return Ok(());
            }
            ("content_block_start", index) => {
                let raw = row.block.ok_or_else(|| unknown("content_block_start"))?;
                let block = block(raw)?;
                self.start(None, None, events);
                self.begin(index, raw, block, events);
            }
            ("content_block_delta", index) => {
                let raw = row.delta.ok_or_else(|| unknown("content_block_delta"))?;
                self.delta(index, raw, events)?;
            }
            ("content_block_stop", index) => {
                if let Some(place) = self.place(index) {
                    self.finish(place, events);
                }
            }
            ("message_delta", _) => {
                let delta: DeltaRow<'_> = row.delta.map_or(Ok(DeltaRow::default()), fields)?;
                self.start(None, None, events);
                if self.ended(delta.stop_reason, delta.stop_sequence, delta.stop_details) {
                    self.state = State::Enough;
                }
                self.count(row.usage.take(), events);
                for (key, raw) in delta.rest {
                    // The delta's fields are the message's, but for words that say another thing
                    // there.
                    let prefix = if WORDS.contains(&&*key) { "delta." } else { "" };
                    self.kept.add(Anthropic::NAME, prefix, vec![(key, raw)]);
                }
            }
            ("message_stop", _) => {
                self.start(None, None, events);
                self.stop();
            }
            ("ping", _) => return Ok(()),
            ("error", _) => return Err(Fault::Failed(failure::within(text))),
            (other, _) => {
                // A message is an object, and what an error says is none.
                let says = message.is_some_and(|raw| !raw.get().starts_with('{'));
                let failed = match row.error {
                    Some(_) => Some(failure::within(text)),
                    None if other.is_empty() || says => failure::read(text, None),
                    None => None,
                };
                return Err(failed.map_or_else(|| unknown(other), Fault::Failed));
            }
        }
        self.kept.add(Anthropic::NAME, "", row.rest);
        Ok(())
    }

    /// Takes a whole message, or the one that a stream begins with.
    fn message(&mut self, mut row: FrameRow<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        row.rest.extend(said(row.message));
        let blocks = content(row.content)?;
        self.finish_all(events);
        self.start(row.id, row.model, events);
        match row.content.and_then(json::text_of).filter(|_| blocks.is_empty()) {
            // Some gateways answer with bare text.
            Some(text) if text != "[]" => {
                let bare = BlockRow {
                    r#type: Some(Str("text".into())),
                    text: Some(Str(text)),
                    ..BlockRow::default()
                };
                self.begin(None, json::NULL, bare, events);
            }
            _ => {
                for (raw, block) in blocks {
                    self.begin(None, raw, block, events);
                    self.finish_all(events);
                }
            }
        }
        self.finish_all(events);
        self.ended(row.stop_reason, row.stop_sequence, row.stop_details);
        self.count(row.usage, events);
        self.kept.add(Anthropic::NAME, "", row.rest);
        Ok(())
    }

    /// Says that the answer begins, unless that was said.
    fn start(&mut self, id: Option<Str<'_>>, model: Option<Str<'_>>, events: &mut Vec<Event>) {
        if !self.started {
            self.started = true;
            let (id, model) = (id.and_then(Str::said), model.and_then(Str::said));
            events.push(Event::Start { id, model });
        }
    }

    /// Takes what is said of the end, and says whether it is one.
    fn ended(
        &mut self,
        reason: Option<Str<'_>>,
        sequence: Option<&RawValue>,
        details: Option<&RawValue>,
    ) -> bool {
        let told = [("stop_sequence", sequence), ("stop_details", details)];
        let told = told.into_iter().filter_map(|(key, raw)| Some((key.into(), raw?)));
        self.ending.add(Anthropic::NAME, "", told);
        let reason = reason.and_then(Str::said);
        let ended = reason.is_some();
        self.raw = reason.or(self.raw.take());
        ended
    }

    /// Ends the answer, unless there is none: neither content nor a word for why it stopped.
    fn stop(&mut self) {
        if self.raw.is_some() || self.parts > 0 || !self.open.is_empty() {
            self.state = State::Done;
        }
    }

    /// Takes a snapshot of what was used; a later one may state less than the first.
    fn count(&mut self, tokens: Option<Box<Tokens<'_>>>, events: &mut Vec<Event>) {
        let Some(tokens) = tokens else { return };
        self.usage.merge(tokens.usage(self.usage.reasoning));
        events.push(Event::Usage(Box::new(self.usage.clone())));
    }

    /// Where the open block `index` is; without an index, the last.
    fn place(&self, index: Option<i64>) -> Option<usize> {
        match index {
            Some(_) => self.open.iter().position(|block| block.index == index),
            None => self.open.len().checked_sub(1),
        }
    }

    fn finish_all(&mut self, events: &mut Vec<Event>) {
        while !self.open.is_empty() {
            self.finish(0, events);
        }
    }

    /// Closes the block at `place`.
    fn finish(&mut self, place: usize, events: &mut Vec<Event>) {
        match self.open.remove(place).held {
            Held::Call { part, input, fed } => {
                if !fed {
                    events.push(Event::Delta { part, piece: Piece::Arguments(input) });
                }
                events.push(Event::Close { part });
            }
            Held::Gathered(gathered) => {
                let opaque = Opaque::new(self.issuer.clone(), gathered.complete());
                let part = self.part(Content::Opaque(opaque).into(), events);
                events.push(Event::Close { part });
            }
            Held::Text(part) | Held::Thinking(part) => events.push(Event::Close { part }),
        }
    }

    /// Opens a part.
    fn part(&mut self, start: Part, events: &mut Vec<Event>) -> usize {
        let part = self.parts;
        self.parts += 1;
        events.push(Event::Open { part, choice: 0, start: Box::new(start) });
        part
    }

    /// Opens a call.
    fn call(&mut self, call: ToolCall, rest: json::Rest<'_>, events: &mut Vec<Event>) -> usize {
        self.called = true;
        let mut start = Part::new(Content::ToolCall(call));
        start.extra = json::extras(Anthropic::NAME, rest);
        self.part(start, events)
    }
}

impl Decoder for Frames {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let text = text(frame.data)?.trim();
        if is_last(text, &mut self.state) {
            return Ok(());
        }
        self.read(text, events)
    }

    fn state(&self) -> State {
        self.state
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.finish_all(events);
        let reason = match &self.raw {
            Some(word) => reason_of(word),
            None if self.called => FinishReason::ToolCalls,
            None => FinishReason::Stop,
        };
        let extra = self.ending.take();
        events.push(Event::End { choice: 0, reason, raw: self.raw.take(), extra });
        // Whole answers and streams say the same things in another order.
        let mut usage = std::mem::take(&mut self.usage);
        usage.extra = sorted(usage.extra);
        let usage = Arc::new(usage);
        events.push(Event::Finish { usage, extra: sorted(self.kept.take()) });
    }
}

fn sorted(extras: nohop_types::Extras) -> nohop_types::Extras {
    let mut entries: Vec<_> = extras.into_iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries.into_iter().collect()
}

/// The blocks of a content that is a list.
fn content(raw: Option<&RawValue>) -> Result<Vec<(&RawValue, BlockRow<'_>)>, Fault> {
    let Some(raw) = raw.filter(|raw| raw.get().starts_with('[')) else { return Ok(Vec::new()) };
    let items: Vec<&RawValue> = fields(raw)?;
    items.into_iter().map(|item| Ok((item, block(item)?))).collect()
}

/// A block, of which the known fields are read if it is of a known type.
fn block(raw: &RawValue) -> Result<BlockRow<'_>, Fault> {
    match fields(raw) {
        Ok(row) => Ok(row),
        // A block that nobody has heard of may use a known name for something else.
        Err(fault) => match fields::<AnyRow<'_>>(raw)?.r#type.as_deref() {
            Some("redacted_thinking" | "text" | "thinking" | "tool_use") => Err(fault),
            _ => Ok(BlockRow::default()),
        },
    }
}

fn fields<'a, T: serde::Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Fault> {
    json::parse(raw.get()).map_err(Fault::Corrupt)
}

/// What gateways say where no message is meant: that all went well.
fn said(message: Option<&RawValue>) -> Option<(Cow<'_, str>, &RawValue)> {
    message.map(|raw| ("message".into(), raw))
}

/// The row that `json` is, which is all or a part of the frame `text`.
fn frame<'a>(json: &'a str, text: &str) -> Result<FrameRow<'a>, Fault> {
    json::parse(json).map_err(|error| {
        // An error may use a name of this dialect for something else.
        failure::read(text, None).map_or(Fault::Corrupt(error), Fault::Failed)
    })
}

fn unknown(what: &str) -> Fault {
    Fault::Unknown(what.to_owned())
}

#[cfg(test)]
mod tests;
