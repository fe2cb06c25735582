use nohop_types::{Citation, Content, Event, Issuer, Opaque, Part, Piece, Reasoning, ToolCall};
use serde_json::value::RawValue;

use super::{Block, Frames, Gathered, Held, Kind, fields, unknown};
use crate::Fault;
use crate::dialect::anthropic::Anthropic;
use crate::dialect::anthropic::rows::{AnyRow, BlockRow, CitationRow, DeltaRow};
use crate::json::{self, Str};

impl Frames {
    /// Begins the block `index`; what that index named before is complete.
    pub(super) fn begin(
        &mut self,
        index: Option<i64>,
        raw: &RawValue,
        row: BlockRow<'_>,
        events: &mut Vec<Event>,
    ) {
        if let Some(place) = self.open.iter().position(|block| block.index == index) {
            self.finish(place, events);
        }
        let held = match row.r#type.as_deref() {
            Some("text") => {
                let part = self.open_as(Content::Text(String::new()), row.rest, events);
                say(part, row.text, Piece::Text, events);
                for raw in row.citations.into_iter().flatten() {
                    let citation = Box::new(citation(raw, self.issuer.clone()));
                    events.push(Event::Delta { part, piece: Piece::Citation(citation) });
                }
                Held::Text(part)
            }
            Some("thinking") => {
                let start = Content::Reasoning(Reasoning::new(self.issuer.clone()));
                let part = self.open_as(start, row.rest, events);
                say(part, row.thinking, Piece::Text, events);
                say(part, row.signature, Piece::Signature, events);
                Held::Thinking(part)
            }
            Some("redacted_thinking") => {
                let data = row.data.map(|data| data.0.into_owned()).unwrap_or_default();
                let reasoning = Reasoning::new(self.issuer.clone()).sealed(data);
                Held::Thinking(self.open_as(Content::Reasoning(reasoning), row.rest, events))
            }
            Some("tool_use") => {
                let text = |text: Option<Str<'_>>| text.map(|text| text.0.into_owned());
                let (id, name) = (text(row.id), text(row.name));
                let call = ToolCall::new(id.unwrap_or_default(), name.unwrap_or_default(), "");
                let part = self.call(call, row.rest, events);
                Held::Call { part, input: arguments(row.input), fed: false }
            }
            _ => Held::Gathered(Gathered::new(raw)),
        };
        self.open.push(Block { index, held });
    }

    /// Takes what the block `index` grows by; one that never began is begun.
    pub(super) fn delta(
        &mut self,
        index: Option<i64>,
        raw: &RawValue,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        if let Some(place) = self.place(index)
            && let Held::Gathered(gathered) = &mut self.open[place].held
        {
            gathered.grow(fields::<AnyRow<'_>>(raw)?);
            return Ok(());
        }
        let mut row: DeltaRow<'_> = fields(raw)?;
        let rest = std::mem::take(&mut row.rest);
        let (kind, piece) = match row {
            DeltaRow { text: Some(text), .. } => (Kind::Text, Piece::Text(text.0.into_owned())),
            DeltaRow { thinking: Some(text), .. } => {
                (Kind::Thinking, Piece::Text(text.0.into_owned()))
            }
            DeltaRow { signature: Some(text), .. } => {
                (Kind::Thinking, Piece::Signature(text.0.into_owned()))
            }
            DeltaRow { json: Some(text), .. } => {
                (Kind::Call, Piece::Arguments(text.0.into_owned()))
            }
            DeltaRow { citation: Some(raw), .. } => {
                let citation = citation(raw, self.issuer.clone());
                (Kind::Text, Piece::Citation(Box::new(citation)))
            }
            row => return Err(unknown(row.r#type.as_deref().unwrap_or("delta"))),
        };
        self.start(None, None, events);
        self.kept.add(Anthropic::NAME, "delta.", rest);
        let said = match &piece {
            Piece::Text(text) | Piece::Signature(text) | Piece::Arguments(text) => !text.is_empty(),
            _ => true,
        };
        if said {
            let part = self.part_for(index, kind, events);
            events.push(Event::Delta { part, piece });
        }
        Ok(())
    }

    /// The part that a delta for a block of `kind` belongs to.
    fn part_for(&mut self, index: Option<i64>, kind: Kind, events: &mut Vec<Event>) -> usize {
        if let Some(block) = self.place(index).map(|place| &mut self.open[place])
            && let Some(part) = block.held.part(kind)
        {
            if let Held::Call { fed, .. } = &mut block.held {
                *fed = true;
            }
            return part;
        }
        let r#type = match kind {
            Kind::Call => "tool_use",
            Kind::Text => "text",
            Kind::Thinking => "thinking",
        };
        let row = BlockRow { r#type: Some(Str(r#type.into())), ..BlockRow::default() };
        self.begin(index, json::NULL, row, events);
        self.part_for(index, kind, events)
    }

    fn open_as(
        &mut self,
        content: Content,
        rest: json::Rest<'_>,
        events: &mut Vec<Event>,
    ) -> usize {
        let mut start = Part::new(content);
        start.extra = json::extras(Anthropic::NAME, rest);
        self.part(start, events)
    }
}

/// Says `text` of `part`, if it says anything.
fn say(
    part: usize,
    text: Option<Str<'_>>,
    piece: impl FnOnce(String) -> Piece,
    events: &mut Vec<Event>,
) {
    if let Some(text) = text.and_then(Str::said) {
        events.push(Event::Delta { part, piece: piece(text) });
    }
}

/// The arguments that a call's `input` is: its own text, and an object where there is none.
///
/// A string is the text of arguments that are no JSON.
fn arguments(input: Option<&RawValue>) -> String {
    let text = input.and_then(json::text_of).filter(|text| !text.is_empty());
    text.map_or_else(|| "{}".to_owned(), |text| text.into_owned())
}

/// Where something said comes from.
pub(in crate::dialect::anthropic) fn citation(raw: &RawValue, issuer: Issuer) -> Citation {
    let row: CitationRow<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut citation = Citation::default();
    citation.url = row.url.and_then(Str::said);
    citation.title = row.title.and_then(Str::said);
    citation.quote = row.quote.and_then(Str::said);
    citation.raw = Some(Opaque::new(issuer, raw.into()));
    citation
}
