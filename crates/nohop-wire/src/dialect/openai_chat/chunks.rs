use std::borrow::Cow;
use std::sync::Arc;

use nohop_types::{
    Error, ErrorKind, Event, FinishReason, Issuer, Part, Piece, Response, ServiceTier, Usage,
};
use serde_json::value::RawValue;

use super::rows::{AudioRow, CallRow, ChoiceRow, Chunk, Delta, GroqRow, ImageRow};
use super::tokens::Tokens;
use super::{Ends, OpenAiChat, failure};
use crate::dialect::kept::Kept;
use crate::dialect::text;
use crate::json::{self, Few, Str, Told};
use crate::{Decoder, Fault, Frame, Framing, State};

mod calls;
mod content;
mod preamble;
mod tags;

use calls::Calls;
pub(super) use content::thinking_text;
use preamble::Preamble;
use tags::Splitter;

/// Reads chunks; a whole answer is one chunk that says `message` for `delta`.
pub(super) struct Chunks {
    dialect: OpenAiChat,
    issuer: Issuer,
    framing: Framing,
    state: State,
    started: bool,
    /// How many parts were opened.
    parts: usize,
    /// The choices that have not ended, in their order.
    choices: Vec<(usize, Progress)>,
    usage: Usage,
    kept: Kept,
    preamble: Preamble,
}

/// How far one choice has come.
#[derive(Default)]
struct Progress {
    /// The open parts, in the order of their opening.
    open: Vec<(Slot, usize)>,
    calls: Calls,
    tags: Splitter,
    finished: bool,
    /// Whether the provider says that this choice failed.
    broken: bool,
    raw: Option<String>,
    /// What a gateway says the model's own host said.
    native: Option<String>,
    kept: Kept,
}

/// Which of a choice's parts a delta belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Slot {
    Audio,
    Call(usize),
    /// An item of a list, by the list's own index and what it holds.
    Detail(i64, DetailKind),
    Reasoning,
    Refusal,
    Text,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum DetailKind {
    Sealed,
    Summary,
    Text,
}

impl Chunks {
    pub(super) fn new(dialect: OpenAiChat, issuer: Issuer, framing: Framing) -> Self {
        Self {
            dialect,
            issuer,
            framing,
            state: State::Open,
            started: false,
            parts: 0,
            choices: Vec::new(),
            usage: Usage::default(),
            kept: Kept::default(),
            preamble: Preamble::default(),
        }
    }

    fn chunk(&mut self, text: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        // A whole answer is long and said once; one that holds something odd is read again below.
        if self.framing == Framing::Whole
            && let Ok(chunk) = serde_json::from_str::<Chunk<'_, true>>(text)
        {
            return self.read(chunk, text, events);
        }
        // Taken out, so that what is read of it may be used.
        let mut preamble = std::mem::take(&mut self.preamble);
        let rest = preamble.skip(text).and_then(|rest| serde_json::from_str(rest).ok());
        let read = match rest {
            Some(chunk) => self.read::<false>(chunk, text, events),
            None => {
                let chunk = json::parse(text).map_err(Fault::Corrupt);
                chunk.and_then(|chunk| {
                    preamble.note(text);
                    self.read::<false>(chunk, text, events)
                })
            }
        };
        self.preamble = preamble;
        read
    }

    /// Takes what the row `chunk`, which is all or the rest of `text`, says.
    fn read<const EAGER: bool>(
        &mut self,
        chunk: Chunk<'_, EAGER>,
        text: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let groq: GroqRow<'_> = chunk.groq.and_then(json::lax).unwrap_or_default();
        let usage = chunk.usage.or(groq.usage.map(Told::Raw));
        let error = chunk.error.or(groq.error).filter(|error| error.get() != "false");
        let Some(Few(choices)) = chunk.choices else {
            let usable = usage.is_some();
            return match failure::read(text, None) {
                Some(error) => {
                    self.conclude(events);
                    Err(Fault::Failed(error))
                }
                None if usable || self.started => {
                    self.beside(usage, chunk.tier, chunk.rest, events);
                    Ok(())
                }
                None => Err(Fault::Unknown("neither choices nor an error".to_owned())),
            };
        };
        // Some hosts begin with a chunk that says nothing, not even their own id.
        let named = chunk.id.as_ref().is_some_and(|id| !id.is_empty());
        if !self.started && (named || !choices.is_empty()) {
            self.started = true;
            let (id, model) = (chunk.id.and_then(Str::said), chunk.model.and_then(Str::said));
            events.push(Event::Start { id, model });
        }
        let fingerprint = chunk.fingerprint.map(|raw| ("system_fingerprint".into(), raw));
        self.kept.add(OpenAiChat::NAME, "", fingerprint);
        let mut failed = error.is_some().then(|| failed(text));
        for choice in choices {
            if let Some(error) = choice.error {
                failed = failed.or_else(|| Some(failed_in(error)));
            }
            self.choice(choice, events)?;
        }
        self.beside(usage, chunk.tier, chunk.rest, events);
        self.kept.add(OpenAiChat::NAME, "x_groq.", groq.rest);
        match failed {
            None => Ok(()),
            Some(error) => {
                if self.framing == Framing::Whole && self.usage != Usage::default() {
                    self.count(events);
                }
                self.conclude(events);
                Err(Fault::Failed(error))
            }
        }
    }

    /// Ends the choices that have a reason; the others never will.
    fn conclude(&mut self, events: &mut Vec<Event>) {
        let choices = std::mem::take(&mut self.choices);
        let ended = choices.into_iter().filter(|(_, progress)| progress.finished);
        for (choice, progress) in ended {
            self.end_choice(choice, progress, events);
        }
    }

    fn end_choice(&mut self, choice: usize, mut progress: Progress, events: &mut Vec<Event>) {
        let speaker = Speaker {
            choice,
            issuer: &self.issuer,
            parts: &mut self.parts,
            progress: &mut progress,
            events,
        };
        speaker.finish();
        crate::dialect::close(progress.open.iter().map(|(_, part)| *part), events);
        let reason = reason(&progress);
        let mut extra = progress.kept.take();
        if let Some(native) = progress.native {
            let value = serde_json::Value::from(native).into();
            extra.extend([json::entry(OpenAiChat::NAME, "native_finish_reason", value)]);
        }
        events.push(Event::End { choice, reason, raw: progress.raw, extra });
    }

    /// Takes what a chunk says of the answer as a whole.
    fn beside<const EAGER: bool>(
        &mut self,
        usage: Option<Told<'_, Tokens<'_>, EAGER>>,
        tier: Option<Str<'_>>,
        rest: json::Rest<'_>,
        events: &mut Vec<Event>,
    ) {
        self.kept.add(OpenAiChat::NAME, "", rest);
        let tier = tier.filter(|tier| !tier.is_empty());
        if let Some(tier) = tier {
            let tier: ServiceTier = super::say::tier_of(&tier);
            self.usage.tier = Some(tier);
        }
        let Some(Ok(tokens)) = usage.map(Told::read) else { return };
        self.usage.merge(tokens.usage(&self.dialect));
        // Behind a whole answer comes its finish, which says it again.
        if self.framing != Framing::Whole {
            self.count(events);
        }
    }

    /// Says what was used so far.
    fn count(&self, events: &mut Vec<Event>) {
        if self.started {
            events.push(Event::Usage(Box::new(self.usage.clone())));
        }
    }

    fn choice<const EAGER: bool>(
        &mut self,
        row: ChoiceRow<'_, EAGER>,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let index = row.index.and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
        if index >= Response::MOST_CHOICES {
            let message = format!("more than {} choices", Response::MOST_CHOICES);
            return Err(Fault::Failed(Error::new(ErrorKind::Protocol, message)));
        }
        let whole = self.framing == Framing::Whole;
        let mut speaker = Speaker {
            choice: index,
            issuer: &self.issuer,
            parts: &mut self.parts,
            progress: progress_of(&mut self.choices, index),
            events,
        };
        // Some hosts repeat all they said in a `message` beside the delta.
        let told = row.message.filter(|_| whole || row.delta.is_none());
        let told = told.map(Told::read).transpose().map_err(Fault::Corrupt)?;
        if let Some(delta) = told.map(|told| *told).or(row.delta) {
            speaker.delta(delta, &self.dialect, whole);
        }
        if let Some(logprobs) = row.logprobs {
            speaker.logprobs(logprobs);
        }
        let progress = speaker.progress;
        progress.native = row.native.and_then(Str::said).or(progress.native.take());
        progress.kept.add(OpenAiChat::NAME, "", row.rest);
        let finish = row.finish.and_then(Str::said);
        progress.broken |= row.error.is_some();
        progress.finished |= finish.is_some() || whole;
        progress.raw = finish.or(progress.raw.take());
        if self.choices.iter().all(|(_, choice)| choice.finished) {
            self.state = State::Enough;
        }
        Ok(())
    }
}

impl Decoder for Chunks {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let text = text(frame.data)?.trim();
        if text == "[DONE]" {
            if self.state() == State::Enough {
                self.state = State::Done;
            }
            return Ok(());
        }
        self.chunk(text, events)?;
        if self.framing == Framing::Whole && self.state == State::Enough {
            self.state = State::Done;
        }
        Ok(())
    }

    fn state(&self) -> State {
        match self.state {
            State::Open if self.dialect.ends == Ends::Eof && self.parts > 0 => State::Enough,
            state => state,
        }
    }

    /// Choices end here and not at their reason: some hosts say the reason twice, or go on after it.
    fn end(&mut self, events: &mut Vec<Event>) {
        for (choice, progress) in std::mem::take(&mut self.choices) {
            self.end_choice(choice, progress, events);
        }
        let usage = Arc::new(std::mem::take(&mut self.usage));
        events.push(Event::Finish { usage, extra: self.kept.take() });
    }
}

/// Says what one choice says.
struct Speaker<'a> {
    choice: usize,
    issuer: &'a Issuer,
    parts: &'a mut usize,
    progress: &'a mut Progress,
    events: &'a mut Vec<Event>,
}

impl Speaker<'_> {
    fn delta(&mut self, delta: Delta<'_>, dialect: &OpenAiChat, whole: bool) {
        self.reasoning(&delta);
        if let Some(content) = delta.content {
            self.content(content, dialect.tags);
        }
        if let Some(text) = delta.refusal.and_then(json::text_of) {
            self.grow(Slot::Refusal, text);
        }
        let legacy = delta.function_call.and_then(json::lax).map(|function| CallRow {
            index: Some(i64::MAX),
            function: Some(function),
            ..CallRow::default()
        });
        for call in delta.tool_calls.into_iter().flatten().chain(legacy) {
            self.call(call, whole);
        }
        if let Some(audio) = delta.audio.and_then(json::lax::<AudioRow<'_>>) {
            self.audio(audio);
        }
        let images = delta.images.and_then(json::lax::<Vec<ImageRow<'_>>>);
        images.into_iter().flatten().for_each(|image| self.image(image));
        let annotations = delta.annotations.and_then(json::lax::<Vec<&RawValue>>);
        annotations.into_iter().flatten().for_each(|annotation| self.annotation(annotation));
        self.progress.kept.add(OpenAiChat::NAME, "message.", delta.rest);
    }

    /// Appends `text` to the part in `slot`, which is opened if need be; nothing opens nothing.
    fn grow(&mut self, slot: Slot, text: Cow<'_, str>) {
        if !text.is_empty() {
            let part = self.part(slot, || None);
            self.push(part, Piece::Text(text.into_owned()));
        }
    }

    /// The number of the part in `slot`, which is opened as `start` if need be.
    fn part(&mut self, slot: Slot, start: impl FnOnce() -> Option<Part>) -> usize {
        let known = self.progress.open.iter().find(|(open, _)| *open == slot);
        match known {
            Some((_, part)) => *part,
            None => {
                let start = start().unwrap_or_else(|| self.empty(slot));
                let part = self.open(start);
                self.progress.open.push((slot, part));
                part
            }
        }
    }

    fn open(&mut self, start: Part) -> usize {
        let (part, choice) = (*self.parts, self.choice);
        *self.parts += 1;
        self.events.push(Event::Open { part, choice, start: Box::new(start) });
        part
    }

    fn push(&mut self, part: usize, piece: Piece) {
        self.events.push(Event::Delta { part, piece });
    }
}

/// How far the choice `index` has come, which begins if need be.
fn progress_of(choices: &mut Vec<(usize, Progress)>, index: usize) -> &mut Progress {
    let place = choices.binary_search_by_key(&index, |(choice, _)| *choice);
    let place = place.unwrap_or_else(|place| {
        choices.insert(place, (index, Progress::default()));
        place
    });
    &mut choices[place].1
}

/// Why a choice ended: tool calls decide before the word does, for many hosts say `stop` to them.
fn reason(progress: &Progress) -> FinishReason {
    const BROKEN: &[&str] = &["network_error", "MALFORMED_FUNCTION_CALL", "error"];
    let reason = match progress.raw.as_deref() {
        Some("length" | "max_tokens" | "model_length" | "model_context_window_exceeded") => {
            FinishReason::Length
        }
        Some("content_filter" | "sensitive" | "refusal") => FinishReason::ContentFilter,
        Some("error" | "network_error" | "insufficient_system_resource") => FinishReason::Error,
        Some("tool_calls" | "tool_call" | "function_call" | "tool_use") => FinishReason::ToolCalls,
        Some("stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence") | None => {
            FinishReason::Stop
        }
        Some(other) => FinishReason::Other(other.to_owned()),
    };
    match reason {
        FinishReason::Stop if progress.broken => FinishReason::Error,
        FinishReason::Stop if progress.native.as_deref().is_some_and(|n| BROKEN.contains(&n)) => {
            FinishReason::Error
        }
        FinishReason::Stop if progress.calls.any() => FinishReason::ToolCalls,
        reason => reason,
    }
}

/// The error that the frame `text` tells.
fn failed(text: &str) -> Error {
    failure::read(text, None).unwrap_or_else(|| {
        Error::new(ErrorKind::Server, "the provider failed and does not say why")
    })
}

/// The error that one choice tells.
fn failed_in(error: &RawValue) -> Error {
    failed(&format!("{{\"error\":{}}}", error.get()))
}
