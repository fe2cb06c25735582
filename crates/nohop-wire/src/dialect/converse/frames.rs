mod blocks;
mod gathered;

use std::borrow::Cow;
use std::sync::Arc;

use nohop_types::{Content, Event, FinishReason, Issuer, Opaque, Part, Piece, Usage};
use serde_json::value::RawValue;

use self::gathered::Gathered;
use super::rows::FrameRow;
use super::{Converse, reason_of};
use crate::dialect::bedrock;
use crate::dialect::kept::Kept;
use crate::dialect::text;
use crate::json::{self, Str};
use crate::{Decoder, Fault, Frame, State};

/// Reads the events of a stream, or the one frame of a whole answer.
pub(super) struct Frames {
    issuer: Issuer,
    state: State,
    started: bool,
    /// How many parts were opened.
    parts: usize,
    /// The open blocks, in the order of their opening.
    open: Vec<Block>,
    /// The provider's own word for why it stopped.
    raw: Option<String>,
    usage: Usage,
    kept: Kept,
}

/// A block that may still grow.
struct Block {
    /// The number that events know it by.
    index: i64,
    held: Held,
}

/// What an open block is.
enum Held {
    /// A call, and whether it has arguments.
    Call {
        part: usize,
        fed: bool,
    },
    /// Something else, held back until it is complete.
    Gathered(Gathered),
    Text(usize),
    Thinking(usize),
}

impl Frames {
    pub(super) fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            state: State::Open,
            started: false,
            parts: 0,
            open: Vec::new(),
            raw: None,
            usage: Usage::default(),
            kept: Kept::default(),
        }
    }

    /// Takes one event of a stream.
    fn event(&mut self, name: &str, text: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let row: FrameRow<'_> = json::parse(text).map_err(Fault::Corrupt)?;
        let index = row.index.unwrap_or_default();
        match name {
            "messageStart" => self.start(events),
            "contentBlockStart" => {
                let raw = row.start.ok_or_else(|| unknown(name))?;
                self.start(events);
                self.begin(index, raw, events)?;
            }
            "contentBlockDelta" => {
                let raw = row.delta.ok_or_else(|| unknown(name))?;
                self.start(events);
                self.delta(index, raw, events)?;
            }
            "contentBlockStop" => {
                if let Some(place) = self.place(index) {
                    self.finish(place, events);
                }
            }
            "messageStop" => {
                self.start(events);
                self.raw = row.stop.and_then(Str::said).or(self.raw.take());
                self.state = State::Enough;
            }
            "metadata" => {
                self.start(events);
                self.count(row.usage, row.tier, events);
                if self.state == State::Enough {
                    self.state = State::Done;
                }
            }
            other => return Err(unknown(other)),
        }
        self.kept.add(Converse::NAME, "", row.rest);
        Ok(())
    }

    /// Takes a whole answer.
    fn whole(&mut self, text: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let corrupt =
            |error| bedrock::read(text, None, None).map_or(Fault::Corrupt(error), Fault::Failed);
        let mut row: FrameRow<'_> = json::parse(text).map_err(corrupt)?;
        if row.output.is_none() && row.stop.is_none() {
            let failed = bedrock::read(text, None, None);
            return Err(failed.map_or_else(|| unknown("an answer without output"), Fault::Failed));
        }
        self.start(events);
        let output = row.output.take().unwrap_or_default();
        let message = output.message.unwrap_or_default();
        for raw in message.content.into_iter().flatten() {
            self.block(raw, events)?;
        }
        self.kept.add(Converse::NAME, "output.", output.rest);
        self.kept.add(Converse::NAME, "output.message.", message.rest);
        self.raw = row.stop.take().and_then(Str::said);
        self.count(row.usage.take(), row.tier, events);
        self.kept.add(Converse::NAME, "", row.rest);
        // What does not say why it ended did not end.
        self.state = if self.raw.is_some() { State::Done } else { State::Open };
        Ok(())
    }

    /// Says that the answer begins, unless that was said; it has neither an id nor a model's name.
    fn start(&mut self, events: &mut Vec<Event>) {
        if !self.started {
            self.started = true;
            events.push(Event::Start { id: None, model: None });
        }
    }

    /// Takes what was used, and on which terms.
    fn count(
        &mut self,
        tokens: Option<Box<super::tokens::Tokens<'_>>>,
        tier: Option<&RawValue>,
        events: &mut Vec<Event>,
    ) {
        if let Some(raw) = tier {
            let row: super::rows::TierRow<'_> = json::lax(raw).unwrap_or_default();
            self.usage.tier = row.r#type.and_then(Str::said).map(|word| word.as_str().into());
            self.kept.add(Converse::NAME, "", [(Cow::Borrowed("serviceTier"), raw)]);
        }
        if let Some(tokens) = tokens {
            self.usage.merge(tokens.usage());
            events.push(Event::Usage(Box::new(self.usage.clone())));
        }
    }

    /// Where the open block `index` is.
    fn place(&self, index: i64) -> Option<usize> {
        self.open.iter().position(|block| block.index == index)
    }

    fn finish_all(&mut self, events: &mut Vec<Event>) {
        while !self.open.is_empty() {
            self.finish(0, events);
        }
    }

    /// Closes the block at `place`.
    fn finish(&mut self, place: usize, events: &mut Vec<Event>) {
        match self.open.remove(place).held {
            Held::Call { part, fed } => {
                if !fed {
                    let piece = Piece::Arguments("{}".to_owned());
                    events.push(Event::Delta { part, piece });
                }
                events.push(Event::Close { part });
            }
            Held::Gathered(gathered) => {
                let start = match gathered.complete() {
                    gathered::Complete::Image(image) => Part::from(image),
                    gathered::Complete::Opaque(json) => {
                        Content::Opaque(Opaque::new(self.issuer.clone(), json)).into()
                    }
                };
                let part = self.part(start, events);
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
}

impl Decoder for Frames {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let text = text(frame.data)?;
        if let Some(error) = bedrock::failed(frame, text) {
            return Err(Fault::Failed(error));
        }
        match frame.header(":event-type") {
            Some(name) => self.event(name, text, events),
            None => self.whole(text.trim(), events),
        }
    }

    fn state(&self) -> State {
        self.state
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.finish_all(events);
        let reason = self.raw.as_deref().map_or(FinishReason::Stop, reason_of);
        let extra = nohop_types::Extras::new();
        events.push(Event::End { choice: 0, reason, raw: self.raw.take(), extra });
        let usage = Arc::new(std::mem::take(&mut self.usage));
        events.push(Event::Finish { usage, extra: self.kept.take() });
    }
}

fn unknown(what: &str) -> Fault {
    Fault::Unknown(what.to_owned())
}
