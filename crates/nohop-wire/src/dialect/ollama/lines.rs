use std::sync::Arc;

use nohop_types::{
    Content, Event, Extras, FinishReason, Image, Issuer, Logprob, Media, Part, Piece, Reasoning,
    TokenLogprob, ToolCall, Usage,
};
use serde_json::value::RawValue;

use super::rows::{CallRow, LineRow, LogprobRow};
use super::{Ollama, calls, failure, reason_of};
use crate::dialect::kept::Kept;
use crate::dialect::{media, text};
use crate::json::{self, Str};
use crate::{Decoder, Fault, Frame, State};

/// Reads the lines of a stream, or the one of a whole answer.
pub(super) struct Lines {
    issuer: Issuer,
    state: State,
    /// When the answer was begun, which names its calls; `None` before that.
    created: Option<String>,
    /// How many parts were opened.
    parts: usize,
    /// The part that may still grow.
    open: Option<(Kind, usize)>,
    /// How many tools the model called.
    called: usize,
    /// The server's own word for why it stopped.
    raw: Option<String>,
    usage: Usage,
    kept: Kept,
}

/// What a part that grows is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Text,
    Thinking,
}

impl Lines {
    /// How many characters of when an answer was made name its calls.
    const NAMED: usize = 64;

    pub(super) fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            state: State::Open,
            created: None,
            parts: 0,
            open: None,
            called: 0,
            raw: None,
            usage: Usage::default(),
            kept: Kept::default(),
        }
    }

    fn read(&mut self, line: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let mut row: LineRow<'_> = json::parse(line).map_err(Fault::Corrupt)?;
        if row.error.is_some() {
            return Err(Fault::Failed(failure::within(line)));
        }
        if row.message.is_none() && row.done != Some(true) {
            return Err(Fault::Unknown("a line without a message".to_owned()));
        }
        self.start(row.created.take(), row.model.take(), events);
        let message = row.message.take().unwrap_or_default();
        self.say(Kind::Thinking, message.thinking, events);
        self.say(Kind::Text, message.content, events);
        self.logprobs(row.logprobs.take(), events);
        for image in message.images.into_iter().flatten() {
            self.image(&image, events);
        }
        for call in message.tool_calls.into_iter().flat_map(|calls| calls.0) {
            self.call(call, events);
        }
        self.kept.add(Ollama::NAME, "message.", message.rest);
        if row.done == Some(true) {
            self.done(row, events);
        } else {
            self.kept.add(Ollama::NAME, "", row.rest);
        }
        Ok(())
    }

    /// Says that the answer begins, unless that was said.
    fn start(&mut self, created: Option<Str<'_>>, model: Option<Str<'_>>, events: &mut Vec<Event>) {
        if self.created.is_none() {
            let created = created.unwrap_or_default();
            if let Ok(raw) = serde_json::value::to_raw_value(&*created) {
                self.kept.add(Ollama::NAME, "", [("created_at".into(), &*raw)]);
            }
            // It is said again with every call's id, so that a long one would grow with them.
            self.created = Some(created.chars().take(Self::NAMED).collect());
            events.push(Event::Start { id: None, model: model.and_then(Str::said) });
        }
    }

    /// Says `said` in the open part, if that is of `kind`, or in a new one.
    fn say(&mut self, kind: Kind, said: Option<Str<'_>>, events: &mut Vec<Event>) {
        let Some(said) = said.and_then(Str::said) else { return };
        let part = match self.open {
            Some((open, part)) if open == kind => part,
            _ => {
                self.close(events);
                let content = match kind {
                    Kind::Text => Content::Text(String::new()),
                    Kind::Thinking => Content::Reasoning(Reasoning::new(self.issuer.clone())),
                };
                let part = self.part(content.into(), events);
                self.open = Some((kind, part));
                part
            }
        };
        events.push(Event::Delta { part, piece: Piece::Text(said) });
    }

    /// Says how likely the tokens were, of whatever was just said.
    fn logprobs(&self, rows: Option<Vec<LogprobRow<'_>>>, events: &mut Vec<Event>) {
        let (Some(rows), Some((_, part))) = (rows, self.open) else { return };
        let logprobs = rows.into_iter().map(|row| {
            let top = row.top.into_iter().flatten();
            let top = top.map(|row| token(row.token, row.logprob, row.bytes));
            Logprob::new(token(row.token, row.logprob, row.bytes), top.collect())
        });
        let logprobs: Vec<Logprob> = logprobs.collect();
        if !logprobs.is_empty() {
            events.push(Event::Delta { part, piece: Piece::Logprobs(logprobs) });
        }
    }

    /// Tells a picture, which always comes whole.
    fn image(&mut self, text: &str, events: &mut Vec<Event>) {
        self.close(events);
        let media = match media::decode(text) {
            Some(bytes) => Media::bytes(label(&bytes), bytes),
            None => Media::Url(text.to_owned()),
        };
        let part = self.part(Image::new(media).into(), events);
        events.push(Event::Close { part });
    }

    /// Tells a call, which always comes whole.
    fn call(&mut self, row: CallRow<'_>, events: &mut Vec<Event>) {
        self.close(events);
        let function = row.function.unwrap_or_default();
        let id = row.id.and_then(Str::said).unwrap_or_else(|| {
            let created = self.created.as_deref().filter(|created| !created.is_empty());
            calls::make(created.unwrap_or("call"), self.called)
        });
        self.called += 1;
        let name = function.name.map(|name| name.0.into_owned()).unwrap_or_default();
        let mut start = Part::from(ToolCall::new(id, name, ""));
        start.extra = json::extras(Ollama::NAME, row.rest);
        let inner = function.rest.into_iter();
        let inner = inner.map(|(key, raw)| (json::within("function.", key).into(), raw));
        start.extra.extend(json::extras(Ollama::NAME, inner.collect()));
        let part = self.part(start, events);
        // One server says in a string, and an empty one, what has no arguments.
        let arguments = function.arguments.and_then(json::text_of);
        if let Some(arguments) = arguments.filter(|text| !text.is_empty()) {
            let piece = Piece::Arguments(arguments.into_owned());
            events.push(Event::Delta { part, piece });
        }
        events.push(Event::Close { part });
    }

    /// Takes the end of the answer.
    fn done(&mut self, row: LineRow<'_>, events: &mut Vec<Event>) {
        self.close(events);
        self.raw = row.reason.and_then(Str::said);
        let times = [
            ("total_duration", row.total_time),
            ("load_duration", row.load_time),
            ("prompt_eval_duration", row.input_time),
            ("eval_duration", row.output_time),
        ];
        let times = times.into_iter().filter_map(|(key, raw)| Some((key.into(), raw?)));
        let times: Vec<(_, &RawValue)> = times.collect();
        // Thinking is counted among the answer's tokens, and nobody says how much of it.
        (self.usage.input, self.usage.output) = (row.input, row.output);
        self.usage.extra = json::extras(Ollama::NAME, times);
        if self.usage != Usage::default() {
            events.push(Event::Usage(Box::new(self.usage.clone())));
        }
        self.kept.add(Ollama::NAME, "", row.rest);
        self.state = State::Done;
    }

    /// Opens a part.
    fn part(&mut self, start: Part, events: &mut Vec<Event>) -> usize {
        let part = self.parts;
        self.parts += 1;
        events.push(Event::Open { part, choice: 0, start: Box::new(start) });
        part
    }

    fn close(&mut self, events: &mut Vec<Event>) {
        if let Some((_, part)) = self.open.take() {
            events.push(Event::Close { part });
        }
    }
}

impl Decoder for Lines {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let text = text(frame.data)?.trim();
        match self.read(text, events) {
            // A body that was not to be a stream may be one all the same.
            Err(Fault::Corrupt(error)) if text.contains('\n') && self.created.is_none() => {
                let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                if !lines.clone().all(|line| line.starts_with('{') && line.ends_with('}')) {
                    return Err(Fault::Corrupt(error));
                }
                lines.try_for_each(|line| match self.state {
                    State::Done => Ok(()),
                    _ => self.read(line, events),
                })
            }
            read => read,
        }
    }

    fn state(&self) -> State {
        self.state
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.close(events);
        let reason = match self.raw.as_deref().map(reason_of) {
            // A model that calls a tool waits for it, whatever word the server has for that.
            Some(FinishReason::Stop) | None if self.called > 0 => FinishReason::ToolCalls,
            Some(reason) => reason,
            None => FinishReason::Stop,
        };
        let extra = Extras::new();
        events.push(Event::End { choice: 0, reason, raw: self.raw.take(), extra });
        let usage = Arc::new(std::mem::take(&mut self.usage));
        events.push(Event::Finish { usage, extra: self.kept.take() });
    }
}

fn token(text: Option<Str<'_>>, logprob: Option<f64>, bytes: Option<Vec<u8>>) -> TokenLogprob {
    let text = text.map(|text| text.0.into_owned());
    TokenLogprob::new(text.unwrap_or_default(), logprob.unwrap_or_default(), bytes)
}

/// What kind of picture `bytes` are, which the dialect does not say.
fn label(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => "image/*",
    }
}
