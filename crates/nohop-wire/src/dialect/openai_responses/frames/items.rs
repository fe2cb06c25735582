use nohop_types::{Content, Event, Extra, Extras, Input, Json, Opaque, Part, Piece, ToolCall};
use serde_json::value::RawValue;

use super::slots::{Kind, Slot, part, parts};
use super::{Frames, fields};
use crate::Fault;
use crate::dialect::openai_responses::rows::{EventRow, ItemRow, KindRow};
use crate::dialect::openai_responses::{OpenAiResponses, pictures};
use crate::json::{self, Str};

/// An item that may still grow.
pub(super) struct Item {
    /// Its number among the items of the answer.
    pub(super) index: i64,
    pub(super) id: String,
    pub(super) held: Held,
    /// What it says beside its parts: the first of them carries it.
    pub(super) extra: Extras,
    /// Its parts, if it can have several.
    pub(super) slots: Vec<Slot>,
}

/// What an open item is.
pub(super) enum Held {
    /// A call; the arguments it began with count unless others follow.
    Call { part: usize, arguments: String, told: bool },
    /// Something only the issuer understands, held back until it is complete.
    Gathered(Json),
    /// Texts and refusals.
    Message,
    /// Thinking, or its summaries.
    Thoughts,
}

impl Frames {
    /// Begins the item `index`, and says where it is.
    pub(super) fn begin_item(
        &mut self,
        index: i64,
        raw: &RawValue,
        row: &mut ItemRow<'_>,
        events: &mut Vec<Event>,
    ) -> usize {
        // What came first stands first, though it has not said anything yet.
        for place in 0..self.open.len() {
            let item = &self.open[place];
            if matches!(item.held, Held::Thoughts) && item.slots.is_empty() {
                self.slot(place, Kind::Summary, 0, events);
            }
        }
        let id = row.id.as_deref().unwrap_or_default().to_owned();
        let mut extra = json::extras(OpenAiResponses::NAME, std::mem::take(&mut row.rest));
        let held = match row.r#type.as_deref() {
            Some("message") => {
                extra = extra.into_iter().map(of_message).collect();
                Held::Message
            }
            Some("reasoning") => {
                if !id.is_empty() {
                    let value = serde_json::Value::from(&*id).into();
                    extra.extend([json::entry(OpenAiResponses::NAME, "id", value)]);
                }
                Held::Thoughts
            }
            Some(call @ ("function_call" | "custom_tool_call")) => {
                self.called = true;
                self.last = None;
                let name = row.name.as_deref().unwrap_or_default();
                let call_id = row.call_id.as_deref().filter(|id| !id.is_empty());
                let mut start = ToolCall::new(call_id.unwrap_or(&id), name, "");
                if call == "custom_tool_call" {
                    start.input = Input::Text;
                }
                let mut start = Part::new(Content::ToolCall(start));
                start.extra = sorted(std::mem::take(&mut extra));
                let part = self.open_part(start, events);
                Held::Call { part, arguments: arguments(row), told: false }
            }
            _ => Held::Gathered(raw.into()),
        };
        self.begun.insert(index);
        let extra = sorted(extra);
        self.open.push(Item { index, id, held, extra, slots: Vec::new() });
        self.open.len() - 1
    }

    /// Completes the item at `place`, with what it is now that it is done.
    pub(super) fn finish(
        &mut self,
        place: usize,
        done: Option<(&RawValue, ItemRow<'_>)>,
        events: &mut Vec<Event>,
    ) {
        let (raw, row) = match done {
            Some((raw, row)) => (Some(raw), row),
            None => (None, ItemRow::default()),
        };
        match &self.open[place].held {
            Held::Message => self.message(place, &row, events),
            Held::Thoughts => self.thoughts(place, row, events),
            Held::Call { part, arguments: before, told } => {
                let part = *part;
                let text = arguments(&row);
                let text = if text.is_empty() { before.clone() } else { text };
                if !told && !text.is_empty() {
                    events.push(Event::Delta { part, piece: Piece::Arguments(text) });
                }
                events.push(Event::Close { part });
            }
            Held::Gathered(begun) => {
                let json = raw.map_or_else(|| begun.clone(), Json::from);
                let picture = raw.and_then(|raw| pictures::read(raw, true));
                let start = picture.unwrap_or_else(|| {
                    Content::Opaque(Opaque::new(self.issuer.clone(), json)).into()
                });
                self.last = None;
                let part = self.open_part(start, events);
                events.push(Event::Close { part });
            }
        }
        self.open.remove(place);
    }

    fn message(&mut self, place: usize, row: &ItemRow<'_>, events: &mut Vec<Event>) {
        for (index, raw) in parts(row.content).into_iter().enumerate() {
            self.piece(place, index, raw, true, events);
        }
        // Some gateways answer with bare text.
        if let Some(text) = row.content.filter(|raw| raw.get().starts_with('"'))
            && let Some(text) = json::text_of(text).filter(|text| !text.is_empty())
        {
            let slot = self.slot(place, Kind::Text, 0, events);
            self.say_rest(place, slot, &text, events);
        }
        self.close_slots(place, events);
    }

    fn thoughts(&mut self, place: usize, mut row: ItemRow<'_>, events: &mut Vec<Event>) {
        let lists = [(Kind::Summary, row.summary), (Kind::Thinking, row.content)];
        for (kind, list) in lists {
            for (index, raw) in parts(list).into_iter().enumerate() {
                let slot = self.slot(place, kind, index, events);
                let told = part(raw);
                self.say_rest(place, slot, told.text.as_deref().unwrap_or_default(), events);
            }
        }
        let seal = row.sealed.take().and_then(Str::said);
        match self.open[place].slots.last() {
            Some(slot) => {
                let part = slot.part;
                if let Some(seal) = seal {
                    events.push(Event::Delta { part, piece: Piece::Signature(seal) });
                }
            }
            None => self.open_sealed(place, seal, events),
        }
        self.close_slots(place, events);
    }

    /// Takes a fragment of a call's arguments; those of a call that never began come with it.
    pub(super) fn argue(&mut self, row: &EventRow<'_>, events: &mut Vec<Event>) {
        let place = self.place(row.output_index, row.item_id.as_deref());
        let text = row.delta.and_then(json::text_of).filter(|text| !text.is_empty());
        let (Some(place), Some(text)) = (place, text) else { return };
        if let Held::Call { part, told, .. } = &mut self.open[place].held {
            *told = true;
            let piece = Piece::Arguments(text.into_owned());
            events.push(Event::Delta { part: *part, piece });
        }
    }
}

/// An item, of which the known fields are read if it is of a known type.
pub(super) fn item(raw: &RawValue) -> Result<ItemRow<'_>, Fault> {
    match fields(raw) {
        Ok(row) => Ok(row),
        // An item that nobody has heard of may use a known name for something else.
        Err(fault) => match fields::<KindRow<'_>>(raw)?.r#type.as_deref() {
            Some("custom_tool_call" | "function_call" | "message" | "reasoning") => Err(fault),
            _ => Ok(ItemRow::default()),
        },
    }
}

/// The arguments of a call: a text, whatever JSON it is.
fn arguments(row: &ItemRow<'_>) -> String {
    row.arguments.and_then(json::text_of).unwrap_or_default().into_owned()
}

/// The extra field, as one of the message that a part stands in.
fn of_message(mut entry: Extra) -> Extra {
    entry.key.insert_str(0, "message.");
    entry
}

/// In which order a provider says things means nothing.
pub(super) fn sorted(extras: Extras) -> Extras {
    let mut entries: Vec<_> = extras.into_iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries.into_iter().collect()
}
