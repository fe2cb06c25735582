//! The parts of an item that has several.

use nohop_types::{
    Citation, Content, Event, Issuer, Logprob, Opaque, Part, Piece, Reasoning, Span, Summary,
    TokenLogprob,
};
use serde_json::value::RawValue;

use super::Frames;
use super::items::{Held, sorted};
use crate::dialect::openai_responses::rows::{
    AnnotationRow, EventRow, ItemRow, LogprobRow, PartRow,
};
use crate::dialect::openai_responses::{BEGINS, OpenAiResponses};
use crate::json::{self, Str};

const NAME: &str = OpenAiResponses::NAME;

/// One part of an item.
pub(in crate::dialect::openai_responses) struct Slot {
    kind: Kind,
    index: usize,
    pub(super) part: usize,
    /// Whether its text was told, in pieces or at once.
    told: bool,
    /// How many of its citations were told.
    cited: usize,
    /// Whether its logprobs were told.
    counted: bool,
    open: bool,
}

/// What a part of an item is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::dialect::openai_responses) enum Kind {
    /// Something only the issuer understands.
    Other,
    Refusal,
    Summary,
    Text,
    Thinking,
}

impl Kind {
    /// Whether the part is one of a message.
    fn is_said(self) -> bool {
        !matches!(self, Self::Summary | Self::Thinking)
    }

    fn of(r#type: Option<&str>, row: &PartRow<'_>) -> Self {
        match r#type {
            Some("output_text" | "text") => Self::Text,
            Some("refusal") => Self::Refusal,
            Some("reasoning_text") => Self::Thinking,
            Some("summary_text") => Self::Summary,
            None if row.text.is_some() => Self::Text,
            _ => Self::Other,
        }
    }
}

impl Frames {
    /// Takes a fragment of a text.
    pub(super) fn grow(&mut self, kind: Kind, row: &EventRow<'_>, events: &mut Vec<Event>) {
        let Some(text) = row.delta.and_then(json::text_of) else { return };
        let place = self.item_for(kind, row, events);
        let slot = self.growing(place, kind, number(row), events);
        let Some(slot) = self.open[place].slots.get_mut(slot) else { return };
        let part = slot.part;
        if !text.is_empty() {
            slot.told = true;
            events.push(Event::Delta { part, piece: Piece::Text(text.into_owned()) });
        }
        if let Some(list) = row.logprobs.and_then(logprobs) {
            slot.counted = true;
            events.push(Event::Delta { part, piece: Piece::Logprobs(list) });
        }
    }

    /// Takes what a text grew to.
    pub(super) fn complete(&mut self, kind: Kind, row: &EventRow<'_>, events: &mut Vec<Event>) {
        let Some(text) = row.told.and_then(json::text_of) else { return };
        let place = self.item_for(kind, row, events);
        let slot = self.slot(place, kind, number(row), events);
        self.say_rest(place, slot, &text, events);
        self.count(place, slot, row.logprobs, events);
    }

    /// Takes a citation.
    pub(super) fn cite(&mut self, row: &EventRow<'_>, events: &mut Vec<Event>) {
        let Some(raw) = row.annotation else { return };
        let citation = Box::new(citation(raw, self.issuer.clone()));
        let place = self.item_for(Kind::Text, row, events);
        let slot = self.growing(place, Kind::Text, number(row), events);
        if let Some(slot) = self.open[place].slots.get_mut(slot) {
            slot.cited += 1;
            events.push(Event::Delta { part: slot.part, piece: Piece::Citation(citation) });
        }
    }

    /// Takes a part that begins, or one that is done.
    pub(super) fn part(&mut self, r#type: &str, row: &EventRow<'_>, events: &mut Vec<Event>) {
        let Some(raw) = row.part else { return };
        let told = part(raw);
        let kind = match Kind::of(told.r#type.as_deref(), &told) {
            Kind::Text if r#type.contains("summary") => Kind::Summary,
            Kind::Text if r#type.contains("reasoning") => Kind::Thinking,
            kind => kind,
        };
        let place = self.item_for(kind, row, events);
        let done = r#type.ends_with("done");
        if matches!(self.open[place].held, Held::Message) {
            return self.piece(place, number(row), raw, done, events);
        }
        let slot = self.slot(place, kind, number(row), events);
        if done {
            self.say_rest(place, slot, told.text.as_deref().unwrap_or_default(), events);
        }
    }

    /// Takes a part of a message, which may be `done`.
    pub(super) fn piece(
        &mut self,
        place: usize,
        index: usize,
        raw: &RawValue,
        done: bool,
        events: &mut Vec<Event>,
    ) {
        let row = part(raw);
        let kind = Kind::of(row.r#type.as_deref(), &row);
        if kind == Kind::Other && !done {
            return;
        }
        let text = match kind {
            Kind::Refusal => row.refusal.as_deref().or(row.text.as_deref()),
            _ => row.text.as_deref(),
        };
        let slot = match self.find(place, kind, index) {
            Some(slot) => slot,
            None => {
                let mut start = empty(kind, &self.issuer);
                start.extra = sorted(json::extras(NAME, row.rest));
                if kind == Kind::Other {
                    let opaque = Opaque::new(self.issuer.clone(), raw.into());
                    start = Content::Opaque(opaque).into();
                    // It is no item of its own.
                    start.extra.extend([json::entry(NAME, "content", json::NULL.into())]);
                }
                self.open_slot(place, kind, index, start, events)
            }
        };
        if !done {
            return;
        }
        self.say_rest(place, slot, text.unwrap_or_default(), events);
        self.count(place, slot, row.logprobs, events);
        let issuer = self.issuer.clone();
        let Some(slot) = self.open[place].slots.get_mut(slot).filter(|slot| slot.open) else {
            return;
        };
        for raw in row.annotations.iter().flatten().skip(slot.cited) {
            let citation = Box::new(citation(raw, issuer.clone()));
            events.push(Event::Delta { part: slot.part, piece: Piece::Citation(citation) });
        }
        slot.open = false;
        events.push(Event::Close { part: slot.part });
    }

    /// Where the part `index` of the item at `place` is among its slots; it is opened if need be.
    pub(super) fn slot(
        &mut self,
        place: usize,
        kind: Kind,
        index: usize,
        events: &mut Vec<Event>,
    ) -> usize {
        match self.find(place, kind, index) {
            Some(slot) => slot,
            None => {
                let start = empty(kind, &self.issuer);
                self.open_slot(place, kind, index, start, events)
            }
        }
    }

    /// The same for a part that grows: one that was complete is followed by another.
    fn growing(
        &mut self,
        place: usize,
        kind: Kind,
        index: usize,
        events: &mut Vec<Event>,
    ) -> usize {
        let known = self.find(place, kind, index);
        match known.filter(|slot| self.open[place].slots[*slot].open) {
            Some(slot) => slot,
            None => {
                let start = empty(kind, &self.issuer);
                self.open_slot(place, kind, index, start, events)
            }
        }
    }

    /// Opens the one part of thinking that says nothing but its seal.
    pub(super) fn open_sealed(
        &mut self,
        place: usize,
        seal: Option<String>,
        events: &mut Vec<Event>,
    ) {
        let mut start = empty(Kind::Summary, &self.issuer);
        if let Content::Reasoning(reasoning) = &mut start.content {
            reasoning.sealed = seal;
        }
        self.open_slot(place, Kind::Summary, 0, start, events);
    }

    /// Says `text`, which all of the part is, unless it was told in pieces.
    pub(super) fn say_rest(
        &mut self,
        place: usize,
        slot: usize,
        text: &str,
        events: &mut Vec<Event>,
    ) {
        let Some(slot) = self.open[place].slots.get_mut(slot) else { return };
        if slot.open && !slot.told && slot.kind != Kind::Other && !text.is_empty() {
            slot.told = true;
            events.push(Event::Delta { part: slot.part, piece: Piece::Text(text.to_owned()) });
        }
    }

    fn count(
        &mut self,
        place: usize,
        slot: usize,
        raw: Option<&RawValue>,
        events: &mut Vec<Event>,
    ) {
        let Some(slot) = self.open[place].slots.get_mut(slot) else { return };
        if slot.open
            && !slot.counted
            && let Some(list) = raw.and_then(logprobs)
        {
            slot.counted = true;
            events.push(Event::Delta { part: slot.part, piece: Piece::Logprobs(list) });
        }
    }

    /// Closes what is open of the item at `place`.
    pub(super) fn close_slots(&mut self, place: usize, events: &mut Vec<Event>) {
        for slot in self.open[place].slots.iter_mut().filter(|slot| slot.open) {
            slot.open = false;
            events.push(Event::Close { part: slot.part });
        }
    }

    fn find(&self, place: usize, kind: Kind, index: usize) -> Option<usize> {
        let same = |slot: &Slot| {
            slot.index == index && (slot.kind == kind || (kind.is_said() && slot.kind.is_said()))
        };
        self.open[place].slots.iter().rposition(same)
    }

    fn open_slot(
        &mut self,
        place: usize,
        kind: Kind,
        index: usize,
        mut start: Part,
        events: &mut Vec<Event>,
    ) -> usize {
        // One part of an item follows the other.
        self.close_slots(place, events);
        let before = self.last.replace(kind);
        let item = &mut self.open[place];
        if item.slots.is_empty() {
            start.extra.extend(std::mem::take(&mut item.extra));
            // It begins an item, although the part before could go on.
            if before.is_some_and(|before| before.is_said() == kind.is_said()) {
                start.extra.extend([json::entry(NAME, BEGINS, json::NULL.into())]);
            }
        }
        let part = self.open_part(start, events);
        let slots = &mut self.open[place].slots;
        slots.push(Slot { kind, index, part, told: false, cited: 0, counted: false, open: true });
        slots.len() - 1
    }

    /// The item that a frame for a part of `kind` speaks of; one that never began is begun.
    fn item_for(&mut self, kind: Kind, row: &EventRow<'_>, events: &mut Vec<Event>) -> usize {
        let place = self.place(row.output_index, row.item_id.as_deref());
        let fits = |place: &usize| match &self.open[*place].held {
            Held::Message => kind.is_said(),
            Held::Thoughts => !kind.is_said(),
            _ => false,
        };
        if let Some(place) = place.filter(fits) {
            return place;
        }
        let r#type = if kind.is_said() { "message" } else { "reasoning" };
        let mut item = ItemRow { r#type: Some(Str(r#type.into())), ..ItemRow::default() };
        let next = self.begun.last().map_or(0, |last| last.saturating_add(1));
        let index = row.output_index.filter(|index| !self.begun.contains(index)).unwrap_or(next);
        self.begin_item(index, json::NULL, &mut item, events)
    }
}

/// The items of a content that is a list.
pub(super) fn parts(raw: Option<&RawValue>) -> Vec<&RawValue> {
    raw.and_then(json::lax).unwrap_or_default()
}

/// A part, of which nothing is known if it is not as it should be.
pub(super) fn part(raw: &RawValue) -> PartRow<'_> {
    json::lax(raw).unwrap_or_default()
}

/// The number of the part within its item.
fn number(row: &EventRow<'_>) -> usize {
    row.index.and_then(|index| usize::try_from(index).ok()).unwrap_or(0)
}

/// A part that holds nothing yet.
fn empty(kind: Kind, issuer: &Issuer) -> Part {
    Part::new(match kind {
        Kind::Refusal => Content::Refusal(String::new()),
        Kind::Other | Kind::Text => Content::Text(String::new()),
        Kind::Thinking => Content::Reasoning(Reasoning::new(issuer.clone())),
        Kind::Summary => {
            let mut reasoning = Reasoning::new(issuer.clone());
            reasoning.summary = Summary::Summary;
            Content::Reasoning(reasoning)
        }
    })
}

/// Where something said comes from.
pub(in crate::dialect::openai_responses) fn citation(raw: &RawValue, issuer: Issuer) -> Citation {
    let row: AnnotationRow<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut citation = Citation::default();
    citation.url = row.url.and_then(Str::said);
    citation.title = row.title.and_then(Str::said);
    citation.span = row.start.zip(row.end).map(|(start, end)| Span::new(start, end));
    citation.raw = Some(Opaque::new(issuer, raw.into()));
    citation
}

/// How likely tokens were; `None` where nothing is said of any.
pub(in crate::dialect::openai_responses) fn logprobs(raw: &RawValue) -> Option<Vec<Logprob>> {
    if raw.get() == "[]" {
        return None;
    }
    let list: Vec<LogprobRow<'_>> = serde_json::from_str(raw.get()).ok()?;
    let read = |row: &LogprobRow<'_>| {
        let top = row.top.iter().flatten().map(token).collect();
        Logprob::new(token(row), top)
    };
    Some(list.iter().map(read).collect()).filter(|list: &Vec<_>| !list.is_empty())
}

fn token(row: &LogprobRow<'_>) -> TokenLogprob {
    /// What hosts write for a token that is next to impossible.
    const UNLIKELY: f64 = -9999.0;
    let token = row.token.as_deref().unwrap_or_default();
    TokenLogprob::new(token, row.logprob.unwrap_or(UNLIKELY), row.bytes.clone())
}
