mod cited;
mod content;
mod partial;

use std::collections::BTreeMap;
use std::sync::Arc;

use nohop_types::{Error, ErrorKind, Event, FinishReason, Issuer, Part, Piece, Response, Usage};
use serde_json::value::RawValue;

use self::partial::Partial;
use super::rows::{CandidateRow, FeedbackRow, FrameRow};
use super::tokens::Tokens;
use super::{Gemini, failure, reason_of};
use crate::dialect::is_last;
use crate::dialect::kept::Kept;
use crate::dialect::text;
use crate::json::{self, Str};
use crate::{Call, Decoder, Fault, Frame, Framing, State};

/// Reads frames; a whole answer is one frame, and so is a list of frames.
pub(super) struct Candidates {
    issuer: Issuer,
    framing: Framing,
    state: State,
    started: bool,
    /// What tells this answer from those before it: its id, or how many turns there were.
    id: Option<String>,
    turns: usize,
    /// How many parts were opened, and how many of them are calls.
    parts: usize,
    calls: usize,
    choices: BTreeMap<usize, Progress>,
    /// Why the prompt was refused, if it was.
    blocked: Option<String>,
    usage: Usage,
    /// What was last said of the usage, which is said with every frame, and whether it was read.
    counted: String,
    settled: bool,
    kept: Kept,
}

/// How far one choice has come.
#[derive(Default)]
struct Progress {
    open: Option<Open>,
    /// The text of the open part, for the places of citations.
    said: String,
    called: bool,
    finished: bool,
    raw: Option<String>,
    /// Where what was said comes from, as it was said last.
    grounding: Option<Box<RawValue>>,
    citations: Option<Box<RawValue>>,
    kept: Kept,
}

/// The part that may still grow.
enum Open {
    /// A sound of this type.
    Audio(usize, String),
    /// A call whose arguments come in pieces.
    Call(usize, Partial),
    Text(usize),
    Thinking(usize),
}

impl Open {
    fn part(&self) -> usize {
        match self {
            Self::Audio(part, _)
            | Self::Call(part, _)
            | Self::Text(part)
            | Self::Thinking(part) => *part,
        }
    }
}

impl Candidates {
    pub(super) fn new(call: &Call<'_>, framing: Framing) -> Self {
        Self {
            issuer: call.issuer.clone(),
            framing,
            state: State::Open,
            started: false,
            id: None,
            turns: call.request.messages.len(),
            parts: 0,
            calls: 0,
            choices: BTreeMap::new(),
            blocked: None,
            usage: Usage::default(),
            counted: String::new(),
            settled: true,
            kept: Kept::default(),
        }
    }

    fn read(&mut self, text: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let mut row: FrameRow<'_> = json::parse(text).map_err(|error| {
            failure::read(text, None).map_or(Fault::Corrupt(error), Fault::Failed)
        })?;
        let known = row.candidates.is_some() || row.feedback.is_some() || row.usage.is_some();
        if row.error.is_some() || !known {
            return match failure::read(text, None) {
                Some(error) => {
                    self.conclude(events);
                    Err(Fault::Failed(error))
                }
                None if row.error.is_some() => {
                    self.conclude(events);
                    Err(Fault::Failed(failure::within(text)))
                }
                None if self.started => {
                    self.kept.add(Gemini::NAME, "", row.rest);
                    Ok(())
                }
                None => Err(Fault::Unknown("neither candidates nor an error".to_owned())),
            };
        }
        if !self.started {
            self.started = true;
            let (id, model) = (row.id.and_then(Str::said), row.model.and_then(Str::said));
            self.id.clone_from(&id);
            events.push(Event::Start { id, model });
        }
        for candidate in row.candidates.iter_mut().flatten() {
            self.candidate(candidate, events)?;
        }
        if let Some(raw) = row.feedback {
            self.feedback(raw);
        }
        let refused = self.choices.is_empty() && self.blocked.is_some();
        let finished = !self.choices.is_empty() && self.choices.values().all(|c| c.finished);
        if refused || finished {
            self.state = State::Enough;
        }
        if let Some(raw) = row.usage {
            self.count(raw, events);
        }
        if !row.rest.is_empty() {
            self.kept.add(Gemini::NAME, "", row.rest);
        }
        Ok(())
    }

    /// Takes what is said of the prompt.
    fn feedback(&mut self, raw: &RawValue) {
        let row: FeedbackRow<'_> = json::lax(raw).unwrap_or_default();
        self.blocked = row.reason.and_then(Str::said).or(self.blocked.take());
        self.kept.add(Gemini::NAME, "", vec![("promptFeedback".into(), raw)]);
    }

    /// Takes a snapshot of what was used.
    ///
    /// It comes with every frame, and only the first and the last of those that state everything say
    /// something new: those between are kept, and not read.
    fn count(&mut self, raw: &RawValue, events: &mut Vec<Event>) {
        if self.counted == raw.get() {
            return;
        }
        let whole = raw.get().contains("\"totalTokenCount\"");
        if !whole {
            self.settle(events);
        }
        let first = self.counted.is_empty();
        self.counted.clear();
        self.counted.push_str(raw.get());
        self.settled = false;
        if first || !whole || self.state != State::Open {
            self.settle(events);
        }
    }

    /// Reads what was last said of the usage.
    fn settle(&mut self, events: &mut Vec<Event>) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        if let Ok(tokens) = serde_json::from_str::<Tokens<'_>>(&self.counted) {
            // Where the provider's own tools take part, counts may begin anew.
            if tokens.is_whole() {
                self.usage = Usage::default();
            }
            self.usage.merge(tokens.usage());
            if self.started {
                events.push(Event::Usage(Box::new(self.usage.clone())));
            }
        }
    }

    fn candidate(
        &mut self,
        row: &mut CandidateRow<'_>,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let index = row.index.and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
        if index >= Response::MOST_CHOICES {
            let message = format!("more than {} choices", Response::MOST_CHOICES);
            return Err(Fault::Failed(Error::new(ErrorKind::Protocol, message)));
        }
        let mut speaker = Speaker {
            choice: index,
            issuer: &self.issuer,
            id: self.id.as_deref(),
            turns: self.turns,
            parts: &mut self.parts,
            calls: &mut self.calls,
            progress: self.choices.entry(index).or_default(),
            events,
        };
        let content = row.content.take().unwrap_or_default();
        for raw in content.parts.into_iter().flatten() {
            speaker.part(raw);
        }
        if let Some(raw) = row.logprobs {
            speaker.logprobs(raw);
        }
        let progress = speaker.progress;
        if !content.rest.is_empty() || !row.rest.is_empty() {
            progress.kept.add(Gemini::NAME, "content.", content.rest);
            progress.kept.add(Gemini::NAME, "", std::mem::take(&mut row.rest));
        }
        if let Some(raw) = row.grounding {
            progress.kept.add(Gemini::NAME, "", vec![("groundingMetadata".into(), raw)]);
            progress.grounding = Some(raw.to_owned());
        }
        if let Some(raw) = row.citations {
            progress.kept.add(Gemini::NAME, "", vec![("citationMetadata".into(), raw)]);
            progress.citations = Some(raw.to_owned());
        }
        let finish = row.finish.and_then(json::text_of);
        let finish = finish.filter(|word| !matches!(&**word, "" | "0" | UNSPECIFIED));
        progress.finished |= finish.is_some() || self.framing == Framing::Whole;
        progress.raw = finish.map(|word| word.into_owned()).or(progress.raw.take());
        Ok(())
    }

    /// Ends the choices that have a reason; the others never will.
    fn conclude(&mut self, events: &mut Vec<Event>) {
        self.settle(events);
        let choices = std::mem::take(&mut self.choices);
        let ended = choices.into_iter().filter(|(_, progress)| progress.finished);
        for (choice, progress) in ended {
            Self::end_choice(choice, progress, events);
        }
    }

    fn end_choice(choice: usize, mut progress: Progress, events: &mut Vec<Event>) {
        if let Some(Open::Text(part)) = &progress.open {
            let cited = cited::citations(
                &progress.said,
                progress.grounding.as_deref(),
                progress.citations.as_deref(),
            );
            let piece = |citation| Piece::Citation(Box::new(citation));
            events.extend(cited.into_iter().map(|c| Event::Delta { part: *part, piece: piece(c) }));
        }
        close(&mut progress, events);
        let reason = match progress.raw.as_deref().map(reason_of) {
            // The dialect has no word of its own for it.
            Some(FinishReason::Stop) | None if progress.called => FinishReason::ToolCalls,
            reason => reason.unwrap_or(FinishReason::Stop),
        };
        let extra = progress.kept.take();
        events.push(Event::End { choice, reason, raw: progress.raw, extra });
    }
}

const UNSPECIFIED: &str = "FINISH_REASON_UNSPECIFIED";

impl Decoder for Candidates {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let text = text(frame.data)?.trim();
        if is_last(text, &mut self.state) {
            return Ok(());
        }
        match text.starts_with('[') {
            // A stream that was not asked for as events is one list.
            true => {
                let frames: Vec<&RawValue> = json::parse(text).map_err(Fault::Corrupt)?;
                for frame in frames {
                    self.read(frame.get(), events)?;
                }
            }
            false => self.read(text, events)?,
        }
        if self.framing == Framing::Whole && self.state == State::Enough {
            self.state = State::Done;
        }
        Ok(())
    }

    fn state(&self) -> State {
        self.state
    }

    /// Choices end here and not at their reason: grounding and usage may follow it.
    fn end(&mut self, events: &mut Vec<Event>) {
        if self.choices.is_empty() {
            let (reason, raw) = (FinishReason::ContentFilter, self.blocked.take());
            let extra = nohop_types::Extras::new();
            events.push(Event::End { choice: 0, reason, raw, extra });
        }
        for (choice, progress) in std::mem::take(&mut self.choices) {
            Self::end_choice(choice, progress, events);
        }
        self.settle(&mut Vec::new());
        let usage = Arc::new(std::mem::take(&mut self.usage));
        events.push(Event::Finish { usage, extra: self.kept.take() });
    }
}

/// Closes the open part; a call is complete with it.
fn close(progress: &mut Progress, events: &mut Vec<Event>) {
    let Some(open) = progress.open.take() else { return };
    let part = open.part();
    if let Open::Call(_, arguments) = open {
        events.push(Event::Delta { part, piece: Piece::Arguments(arguments.into_json()) });
    }
    events.push(Event::Close { part });
}

/// Says what one choice says.
struct Speaker<'a> {
    choice: usize,
    issuer: &'a Issuer,
    id: Option<&'a str>,
    turns: usize,
    parts: &'a mut usize,
    calls: &'a mut usize,
    progress: &'a mut Progress,
    events: &'a mut Vec<Event>,
}

impl Speaker<'_> {
    /// Opens a part, once the one before it is closed.
    fn open(&mut self, start: Part) -> usize {
        close(self.progress, self.events);
        let part = *self.parts;
        *self.parts += 1;
        let (choice, start) = (self.choice, Box::new(start));
        self.events.push(Event::Open { part, choice, start });
        part
    }

    /// Says a part that is complete.
    fn say(&mut self, start: Part) {
        let part = self.open(start);
        self.events.push(Event::Close { part });
    }

    fn push(&mut self, part: usize, piece: Piece) {
        self.events.push(Event::Delta { part, piece });
    }
}
