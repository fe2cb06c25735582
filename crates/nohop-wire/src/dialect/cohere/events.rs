use std::sync::Arc;

use nohop_types::{
    Content, Event, Extras, FinishReason, Issuer, Logprob, Opaque, Part, Piece, Reasoning,
    TokenLogprob, ToolCall, Usage,
};
use serde_json::value::RawValue;

use super::citations::{Citations, Cited};
use super::rows::{CallRow, ContentRow, EventRow, LogprobRow, MessageRow};
use super::tokens::Tokens;
use super::{Cohere, failure, reason_of};
use crate::dialect::is_last;
use crate::dialect::kept::Kept;
use crate::dialect::text;
use crate::json::{self, Str};
use crate::{Decoder, Fault, Frame, State};

/// Reads the events of a stream, or the one frame of a whole answer.
pub(super) struct Events {
    issuer: Issuer,
    state: State,
    started: bool,
    /// How many parts were opened.
    parts: usize,
    /// The open parts, in the order of their opening.
    open: Vec<Block>,
    /// Whether the model called a tool.
    called: bool,
    /// The provider's own word for why it stopped.
    raw: Option<String>,
    usage: Usage,
    kept: Kept,
}

/// A part that may still grow.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// The number that events know it by, which is unique among those of its list.
    pub(super) index: Option<i64>,
    pub(super) part: usize,
}

/// What a part is, and so what it grows by.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    Call,
    /// What the model is going to do, said before its calls.
    Plan,
    Text,
    Thinking,
}

impl Events {
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
        }
    }

    fn read(&mut self, text: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let row: EventRow<'_> = json::parse(text).map_err(|error| {
            // An error has a text where an answer has its message.
            failure::within(text).map_or(Fault::Corrupt(error), Fault::Failed)
        })?;
        let EventRow { r#type, index, id, delta, message, finish_reason, usage, logprobs, rest } =
            row;
        let delta = delta.unwrap_or_default();
        let grown = delta.message.unwrap_or_default();
        match r#type.as_deref().unwrap_or_default() {
            "message-start" => self.message(id, grown, None, events)?,
            "content-start" => {
                let raw = grown.content.ok_or_else(|| unknown("content-start"))?;
                self.content(index, raw, fields(raw)?, events);
            }
            "content-delta" => {
                let raw = grown.content.ok_or_else(|| unknown("content-delta"))?;
                let (row, logprobs) = (fields(raw)?, rows(delta.logprobs.or(logprobs))?);
                self.content_delta(index, row, events)?;
                self.logprobs(logprobs, events);
            }
            "content-end" => self.close(index, |kind| kind != Kind::Call, events),
            "tool-plan-delta" => self.plan(grown.tool_plan, events),
            "tool-call-start" => {
                for row in rows(grown.tool_calls)? {
                    self.call(index, row, events);
                }
            }
            "tool-call-delta" => {
                for row in rows(grown.tool_calls)? {
                    self.call_delta(index, row, events);
                }
            }
            "tool-call-end" => self.close(index, |kind| kind == Kind::Call, events),
            "citation-start" => {
                for raw in items(grown.citations)? {
                    let cited = Cited::new(raw);
                    match self.open.iter().rev().find(|block| cited.is_of(block)) {
                        Some(block) => self.cite(block.part, &cited, events),
                        None => self.keep_citation(&cited),
                    }
                }
            }
            "citation-end" => (),
            "message-end" => {
                if delta.error.is_some() {
                    return Err(Fault::Failed(failure::ended(text)));
                }
                self.end_of_message(delta.finish_reason, delta.usage, events);
                self.kept.add(Cohere::NAME, "delta.", delta.rest);
            }
            "" => {
                let Some(message) = message else {
                    let error = failure::within(text);
                    return Err(error.map_or_else(|| unknown("message"), Fault::Failed));
                };
                self.message(id, message, logprobs, events)?;
                self.end_of_message(finish_reason, usage, events);
                // What does not say why it ended did not end.
                self.state = if self.raw.is_some() { State::Done } else { State::Open };
            }
            other => {
                let error = failure::within(text);
                return Err(error.map_or_else(|| unknown(other), Fault::Failed));
            }
        }
        self.kept.add(Cohere::NAME, "", rest);
        Ok(())
    }

    /// Takes a whole message, or what little of it a stream begins with.
    fn message(
        &mut self,
        id: Option<Str<'_>>,
        row: MessageRow<'_>,
        logprobs: Option<&RawValue>,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        // All of it is read before any of it is told: of a frame that is skipped, nothing may stay.
        let contents = items(row.content)?.into_iter().map(|raw| Ok((raw, fields(raw)?)));
        let contents: Vec<(&RawValue, ContentRow<'_>)> = contents.collect::<Result<_, Fault>>()?;
        let calls: Vec<CallRow<'_>> = rows(row.tool_calls)?;
        let mut citations = Citations::new(items(row.citations)?);
        let mut logprobs: Vec<LogprobRow<'_>> = rows(logprobs)?;

        self.start(id, events);
        for (index, (raw, content)) in (0..).zip(contents) {
            self.content(Some(index), raw, content, events);
            if self.open.last().is_some_and(|block| block.kind == Kind::Text) {
                self.logprobs(std::mem::take(&mut logprobs), events);
            }
            self.cite_from(&mut citations, events);
            self.close_all(events);
        }
        self.plan(row.tool_plan, events);
        self.cite_from(&mut citations, events);
        self.close_all(events);
        for (index, call) in (0..).zip(calls) {
            self.call(Some(index), call, events);
            self.close_all(events);
        }
        citations.rest().for_each(|cited| self.keep_citation(&cited));
        self.kept.add(Cohere::NAME, "message.", row.rest);
        Ok(())
    }

    /// Says that the answer begins, unless that was said.
    fn start(&mut self, id: Option<Str<'_>>, events: &mut Vec<Event>) {
        if !self.started {
            self.started = true;
            events.push(Event::Start { id: id.and_then(Str::said), model: None });
        }
    }

    /// Begins the content `index`.
    fn content(
        &mut self,
        index: Option<i64>,
        raw: &RawValue,
        row: ContentRow<'_>,
        events: &mut Vec<Event>,
    ) {
        self.start(None, events);
        let (kind, said) = match (row.r#type.as_deref(), row.text, row.thinking) {
            (Some("text"), text, _) | (None, text @ Some(_), _) => (Kind::Text, text),
            (Some("thinking"), _, text) | (None, None, text @ Some(_)) => (Kind::Thinking, text),
            _ => {
                let opaque = Opaque::new(self.issuer.clone(), raw.into());
                let part = self.part(Content::Opaque(opaque), Extras::new(), events);
                return events.push(Event::Close { part });
            }
        };
        let part = self.begin(kind, index, json::extras(Cohere::NAME, row.rest), events);
        say(part, said, events);
    }

    /// Takes what the content `index` grows by; one that never began is begun.
    fn content_delta(
        &mut self,
        index: Option<i64>,
        row: ContentRow<'_>,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let (kind, said) = match (row.text, row.thinking) {
            (Some(text), _) => (Kind::Text, text),
            (None, Some(text)) => (Kind::Thinking, text),
            (None, None) => return Err(unknown("content-delta")),
        };
        let open = self.open.iter().find(|block| block.kind == kind && block.index == index);
        let part = match open {
            Some(block) => block.part,
            None if said.is_empty() => return Ok(()),
            None => self.begin(kind, index, Extras::new(), events),
        };
        say(part, Some(said), events);
        self.kept.add(Cohere::NAME, "content.", row.rest);
        Ok(())
    }

    /// Takes a piece of the plan, which is a part of its own.
    fn plan(&mut self, said: Option<Str<'_>>, events: &mut Vec<Event>) {
        let Some(said) = said.filter(|said| !said.is_empty()) else { return };
        let open = self.open.iter().find(|block| block.kind == Kind::Plan);
        let part = match open {
            Some(block) => block.part,
            None => {
                let named = json::entry(Cohere::NAME, "tool_plan", json::NULL.into());
                self.begin(Kind::Plan, None, Extras::from_iter([named]), events)
            }
        };
        say(part, Some(said), events);
    }

    /// Begins the call `index`.
    fn call(&mut self, index: Option<i64>, row: CallRow<'_>, events: &mut Vec<Event>) {
        let function = row.function.unwrap_or_default();
        let owned = |text: Option<Str<'_>>| text.map(|text| text.0.into_owned());
        let call = ToolCall::new(
            owned(row.id).unwrap_or_default(),
            owned(function.name).unwrap_or_default(),
            "",
        );
        self.called = true;
        self.start(None, events);
        self.finish(|block| block.kind != Kind::Call || block.index == index, events);
        let mut extra = json::extras(Cohere::NAME, row.rest);
        extra.extend(function.rest.into_iter().filter(|(_, raw)| raw.get() != "null").map(
            |(key, raw)| json::entry(Cohere::NAME, json::within("function.", key), raw.into()),
        ));
        if let Some(word) = row.r#type.filter(|word| &**word != "function") {
            extra.extend([json::entry(
                Cohere::NAME,
                "type",
                serde_json::Value::from(&*word).into(),
            )]);
        }
        let part = self.part(Content::ToolCall(call), extra, events);
        self.open.push(Block { kind: Kind::Call, index, part });
        argue(part, function.arguments, events);
    }

    fn call_delta(&mut self, index: Option<i64>, row: CallRow<'_>, events: &mut Vec<Event>) {
        let open = self.open.iter().find(|block| block.kind == Kind::Call && block.index == index);
        let Some(Block { part, .. }) = open.copied() else { return self.call(index, row, events) };
        argue(part, row.function.and_then(|function| function.arguments), events);
    }

    /// Says where what `part` says comes from.
    fn cite(&self, part: usize, cited: &Cited<'_>, events: &mut Vec<Event>) {
        let citation = Box::new(cited.citation(self.issuer.clone()));
        events.push(Event::Delta { part, piece: Piece::Citation(citation) });
    }

    /// Says where what the last open part says comes from.
    fn cite_from(&self, citations: &mut Citations<'_>, events: &mut Vec<Event>) {
        let Some(block) = self.open.last() else { return };
        citations.take(*block).for_each(|cited| self.cite(block.part, &cited, events));
    }

    /// Keeps where something comes from that no open part said.
    fn keep_citation(&mut self, cited: &Cited<'_>) {
        self.kept.add(Cohere::NAME, "message.", [("citations".into(), cited.raw)]);
    }

    /// Says how likely the tokens of the text were that is open.
    fn logprobs(&self, rows: Vec<LogprobRow<'_>>, events: &mut Vec<Event>) {
        let text = self.open.iter().rev().find(|block| block.kind == Kind::Text);
        let Some(Block { part, .. }) = text.copied() else { return };
        let logprobs = rows.into_iter().map(|row| {
            // Of several tokens only the text of all is told, which is as likely as all of them.
            let all: f64 = row.logprobs.unwrap_or_default().iter().sum();
            let text = row.text.map(|text| text.0.into_owned());
            Logprob::new(
                TokenLogprob::new(text.unwrap_or_default(), all.clamp(f64::MIN, f64::MAX), None),
                Vec::new(),
            )
        });
        let logprobs: Vec<Logprob> = logprobs.collect();
        if !logprobs.is_empty() {
            events.push(Event::Delta { part, piece: Piece::Logprobs(logprobs) });
        }
    }

    fn end_of_message(
        &mut self,
        reason: Option<Str<'_>>,
        tokens: Option<Box<Tokens<'_>>>,
        events: &mut Vec<Event>,
    ) {
        self.start(None, events);
        self.raw = reason.and_then(Str::said).or(self.raw.take());
        if let Some(tokens) = tokens {
            self.usage.merge(tokens.usage());
            events.push(Event::Usage(Box::new(self.usage.clone())));
        }
        self.state = State::Enough;
    }

    /// Opens the part that is `kind`; what else that number named, and a plan, are complete.
    fn begin(
        &mut self,
        kind: Kind,
        index: Option<i64>,
        extra: Extras,
        events: &mut Vec<Event>,
    ) -> usize {
        self.start(None, events);
        self.finish(|block| block.kind == Kind::Plan || block.index == index, events);
        let content = match kind {
            Kind::Text | Kind::Call => Content::Text(String::new()),
            Kind::Plan | Kind::Thinking => Content::Reasoning(Reasoning::new(self.issuer.clone())),
        };
        let part = self.part(content, extra, events);
        self.open.push(Block { kind, index, part });
        part
    }

    /// Opens a part.
    fn part(&mut self, content: Content, extra: Extras, events: &mut Vec<Event>) -> usize {
        let part = self.parts;
        self.parts += 1;
        let mut start = Part::new(content);
        start.extra = extra;
        events.push(Event::Open { part, choice: 0, start: Box::new(start) });
        part
    }

    /// Closes the part `index` of a kind.
    fn close(&mut self, index: Option<i64>, of: fn(Kind) -> bool, events: &mut Vec<Event>) {
        self.finish(|block| of(block.kind) && block.index == index, events);
    }

    fn close_all(&mut self, events: &mut Vec<Event>) {
        self.finish(|_| true, events);
    }

    /// Closes the open parts that are `complete`.
    fn finish(&mut self, complete: impl Fn(&Block) -> bool, events: &mut Vec<Event>) {
        self.open.retain(|block| {
            let complete = complete(block);
            if complete {
                events.push(Event::Close { part: block.part });
            }
            !complete
        });
    }
}

impl Decoder for Events {
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
        self.close_all(events);
        let reason = match self.raw.as_deref().map(reason_of) {
            // A model that calls a tool waits for it, whatever else it has said.
            Some(FinishReason::Stop) | None if self.called => FinishReason::ToolCalls,
            Some(reason) => reason,
            None => FinishReason::Stop,
        };
        let extra = Extras::new();
        events.push(Event::End { choice: 0, reason, raw: self.raw.take(), extra });
        let usage = Arc::new(std::mem::take(&mut self.usage));
        events.push(Event::Finish { usage, extra: self.kept.take() });
    }
}

/// The items of a list, or the one that stands in its place.
fn items(raw: Option<&RawValue>) -> Result<Vec<&RawValue>, Fault> {
    match raw {
        Some(list) if list.get().starts_with('[') => fields(list),
        Some(one) => Ok(vec![one]),
        None => Ok(Vec::new()),
    }
}

/// The rows of a list, or the one that stands in its place.
fn rows<'a, T: serde::Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<Vec<T>, Fault> {
    items(raw)?.into_iter().map(fields).collect()
}

/// Says `text` of `part`, if it says anything.
fn say(part: usize, text: Option<Str<'_>>, events: &mut Vec<Event>) {
    if let Some(text) = text.and_then(Str::said) {
        events.push(Event::Delta { part, piece: Piece::Text(text) });
    }
}

/// Adds to the arguments of `part`: their text, or that of the object they are.
fn argue(part: usize, arguments: Option<&RawValue>, events: &mut Vec<Event>) {
    let text = arguments.and_then(json::text_of).filter(|text| !text.is_empty());
    if let Some(text) = text {
        events.push(Event::Delta { part, piece: Piece::Arguments(text.into_owned()) });
    }
}

fn fields<'a, T: serde::Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Fault> {
    json::parse(raw.get()).map_err(Fault::Corrupt)
}

fn unknown(what: &str) -> Fault {
    Fault::Unknown(what.to_owned())
}
