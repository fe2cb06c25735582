use nohop_types::{Content, Event, Image, Part, Piece, Reasoning, ToolCall};
use serde_json::value::RawValue;

use super::{Block, Frames, Gathered, Held, unknown};
use crate::Fault;
use crate::dialect::converse::citation::citation;
use crate::dialect::converse::rows::{BlockRow, CallRow, CitedRow, ThinkingRow};
use crate::dialect::converse::{Converse, frames::gathered};
use crate::json::{self, Str};

/// The word for a call that the provider answers by itself.
const SERVED: &str = "server_tool_use";

impl Frames {
    /// Takes a block that is complete.
    pub(super) fn block(&mut self, raw: &RawValue, events: &mut Vec<Event>) -> Result<(), Fault> {
        let row: BlockRow<'_> = fields(raw)?;
        if let Some(text) = row.text {
            let part = self.open_text(row.rest, events);
            say(part, Some(text), events);
            events.push(Event::Close { part });
        } else if let Some(inner) = row.thinking {
            let row: ThinkingRow<'_> = fields(inner)?;
            let (text, signature) = match row.whole {
                Some(whole) => (whole.text, whole.signature),
                None => (row.text, row.signature),
            };
            let part = self.open_thinking(row.sealed, row.rest, events);
            say(part, text, events);
            sign(part, signature, events);
            events.push(Event::Close { part });
        } else if let Some(inner) = row.call
            && let call = fields::<CallRow<'_>>(inner)?
            && call.r#type.as_deref() != Some(SERVED)
        {
            let input = call.input.and_then(json::text_of).filter(|text| !text.is_empty());
            let input = input.map_or_else(|| "{}".to_owned(), |text| text.into_owned());
            let part = self.open_call(call, events);
            events.push(Event::Delta { part, piece: Piece::Arguments(input) });
            events.push(Event::Close { part });
        } else if let Some(inner) = row.cited {
            let row: CitedRow<'_> = fields(inner)?;
            let part = self.open_text(row.rest, events);
            for said in row.content.into_iter().flatten() {
                say(part, said.text, events);
            }
            for raw in row.citations.into_iter().flatten() {
                self.cite(part, raw, events);
            }
            events.push(Event::Close { part });
        } else if let Some(image) = row.image.and_then(gathered::image) {
            let part = self.part(Image::new(image).into(), events);
            events.push(Event::Close { part });
        } else {
            self.open.push(Block { index: i64::MAX, held: Held::Gathered(Gathered::whole(raw)) });
            self.finish(self.open.len() - 1, events);
        }
        Ok(())
    }

    /// Begins the block `index`; what that index named before is complete.
    pub(super) fn begin(
        &mut self,
        index: i64,
        raw: &RawValue,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let row: BlockRow<'_> = fields(raw)?;
        if let Some(place) = self.place(index) {
            self.finish(place, events);
        }
        let held = match row.call.map(fields::<CallRow<'_>>).transpose()? {
            Some(call) if call.r#type.as_deref() != Some(SERVED) => {
                let part = self.open_call(call, events);
                Held::Call { part, fed: false }
            }
            _ => Held::Gathered(Gathered::new(raw).ok_or_else(|| unknown("contentBlockStart"))?),
        };
        self.open.push(Block { index, held });
        Ok(())
    }

    /// Takes what the block `index` grows by; most blocks begin with that.
    pub(super) fn delta(
        &mut self,
        index: i64,
        raw: &RawValue,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        if let Some(place) = self.place(index)
            && let Held::Gathered(gathered) = &mut self.open[place].held
        {
            return gathered.grow(raw).ok_or_else(|| unknown("contentBlockDelta"));
        }
        let row: BlockRow<'_> = fields(raw)?;
        if let Some(text) = row.text {
            let part = self.text(index, events);
            say(part, Some(text), events);
        } else if let Some(raw) = row.citation {
            let part = self.text(index, events);
            self.cite(part, raw, events);
        } else if let Some(inner) = row.thinking {
            let row: ThinkingRow<'_> = fields(inner)?;
            let part = self.thinking(index, row.sealed, events);
            say(part, row.text, events);
            sign(part, row.signature, events);
            self.kept.add(Converse::NAME, "reasoningContent.", row.rest);
        } else if let Some(inner) = row.call {
            let call: CallRow<'_> = fields(inner)?;
            let Some(place) = self.place(index) else { return Err(unknown("toolUse")) };
            let Held::Call { part, fed } = &mut self.open[place].held else {
                return Err(unknown("toolUse"));
            };
            if let Some(text) = call.input.and_then(json::text_of).filter(|text| !text.is_empty()) {
                *fed = true;
                let piece = Piece::Arguments(text.into_owned());
                events.push(Event::Delta { part: *part, piece });
            }
        } else {
            if let Some(place) = self.place(index) {
                self.finish(place, events);
            }
            let gathered = Gathered::new(raw).ok_or_else(|| unknown("contentBlockDelta"))?;
            self.open.push(Block { index, held: Held::Gathered(gathered) });
            return Ok(());
        }
        self.kept.add(Converse::NAME, "delta.", row.rest);
        Ok(())
    }

    /// The text that `index` is, which begins if need be.
    fn text(&mut self, index: i64, events: &mut Vec<Event>) -> usize {
        match self.place(index).map(|place| (place, &self.open[place].held)) {
            Some((_, Held::Text(part))) => return *part,
            Some((place, _)) => self.finish(place, events),
            None => (),
        }
        let part = self.open_text(Vec::new(), events);
        self.open.push(Block { index, held: Held::Text(part) });
        part
    }

    /// The thinking that `index` is, which begins if need be; what is sealed is one piece.
    fn thinking(&mut self, index: i64, sealed: Option<Str<'_>>, events: &mut Vec<Event>) -> usize {
        match self.place(index).map(|place| (place, &self.open[place].held)) {
            Some((_, Held::Thinking(part))) if sealed.is_none() => return *part,
            Some((place, _)) => self.finish(place, events),
            None => (),
        }
        let part = self.open_thinking(sealed, Vec::new(), events);
        self.open.push(Block { index, held: Held::Thinking(part) });
        part
    }

    fn open_text(&mut self, rest: json::Rest<'_>, events: &mut Vec<Event>) -> usize {
        let mut start = Part::text("");
        start.extra = json::extras(Converse::NAME, rest);
        self.part(start, events)
    }

    fn open_thinking(
        &mut self,
        sealed: Option<Str<'_>>,
        rest: json::Rest<'_>,
        events: &mut Vec<Event>,
    ) -> usize {
        let mut reasoning = Reasoning::new(self.issuer.clone());
        reasoning.sealed = sealed.and_then(Str::said);
        let mut start = Part::new(Content::Reasoning(reasoning));
        start.extra = json::extras(Converse::NAME, rest);
        self.part(start, events)
    }

    fn open_call(&mut self, row: CallRow<'_>, events: &mut Vec<Event>) -> usize {
        let text = |text: Option<Str<'_>>| text.map(|text| text.0.into_owned()).unwrap_or_default();
        let mut start =
            Part::new(Content::ToolCall(ToolCall::new(text(row.id), text(row.name), "")));
        let within = |(key, value)| {
            json::entry(
                Converse::NAME,
                json::within("toolUse.", key),
                nohop_types::Json::from(value),
            )
        };
        let told = row.r#type.map(|word| serde_json::Value::from(&*word).into());
        let told = told.map(|word| json::entry(Converse::NAME, "toolUse.type", word));
        start.extra = row.rest.into_iter().map(within).chain(told).collect();
        self.part(start, events)
    }

    fn cite(&self, part: usize, raw: &RawValue, events: &mut Vec<Event>) {
        let citation = Box::new(citation(raw, self.issuer.clone()));
        events.push(Event::Delta { part, piece: Piece::Citation(citation) });
    }
}

/// Says `text` of `part`, if it says anything.
fn say(part: usize, text: Option<Str<'_>>, events: &mut Vec<Event>) {
    if let Some(text) = text.and_then(Str::said) {
        events.push(Event::Delta { part, piece: Piece::Text(text) });
    }
}

fn sign(part: usize, signature: Option<Str<'_>>, events: &mut Vec<Event>) {
    if let Some(text) = signature.and_then(Str::said) {
        events.push(Event::Delta { part, piece: Piece::Signature(text) });
    }
}

fn fields<'a, T: serde::Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Fault> {
    json::parse(raw.get()).map_err(Fault::Corrupt)
}
