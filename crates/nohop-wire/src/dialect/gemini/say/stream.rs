use std::collections::BTreeMap;

use nohop_types::{
    Audio, Choice, Citation, Content, Error, Event, Extras, FinishReason, Media, Part, Piece, Usage,
};

use super::parts::{self, Waiting, is_shown};
use super::{end, extras, failure, is_blocked, logprobs, usage};
use crate::dialect::gemini::Gemini;
use crate::dialect::gemini::proof;
use crate::dialect::media::Base64;
use crate::json::Writer;
use crate::surface::anew;
use crate::{Encoder, Stamp};

/// Writes an answer as it is made: as events, or as one JSON array.
pub(super) struct Stream {
    stamp: Stamp,
    model: Option<String>,
    array: bool,
    /// Whether an item of the array was written.
    begun: bool,
    open: BTreeMap<usize, Growing>,
    choices: BTreeMap<usize, Progress>,
}

/// A part that may grow, and the choice it belongs to.
struct Growing {
    choice: usize,
    part: Part,
    /// Whether it is told as it grows, or in one piece once it is complete.
    told: bool,
    signature: Option<String>,
}

/// What is told of a choice at its end.
#[derive(Default)]
struct Progress {
    waiting: Waiting,
    citations: Vec<Citation>,
    /// Whether anything was said.
    spoke: bool,
    end: Option<(FinishReason, Option<String>, Extras)>,
}

impl Stream {
    pub(super) fn new(stamp: Stamp, array: bool) -> Self {
        let (open, choices) = (BTreeMap::new(), BTreeMap::new());
        Self { stamp, model: None, array, begun: false, open, choices }
    }

    fn start(&mut self, number: usize, choice: usize, start: &Part, out: &mut Vec<u8>) {
        let progress = self.choices.entry(choice).or_default();
        let sound = matches!(start.content, Content::Audio(_));
        if !is_shown(start) && !sound {
            return;
        }
        let mut written = Writer::default();
        written.array();
        let sealed = progress.waiting.take(&mut written, start);
        let signature = match sealed {
            true => None,
            false => progress.waiting.of(&mut written, start),
        };
        progress.spoke = true;
        self.parts(choice, written, out);
        if sealed {
            return;
        }
        // A signed text is one part, and so are a call and what has no pieces.
        let told = match &start.content {
            Content::Text(_) => signature.is_none() && start.extra.is_empty(),
            Content::Refusal(_) => true,
            Content::Audio(_) => signature.is_none() && start.extra.is_empty(),
            Content::Reasoning(reasoning) => reasoning.sealed.is_none(),
            _ => false,
        };
        let mut part = start.clone();
        self.cite(choice, &start.citations);
        if told {
            // What the part began with is told as if it had grown by it.
            let (text, proof) = match &mut part.content {
                Content::Text(text) | Content::Refusal(text) => (std::mem::take(text), None),
                Content::Reasoning(reasoning) => {
                    (std::mem::take(&mut reasoning.text), reasoning.signature.take())
                }
                _ => (String::new(), None),
            };
            part.logprobs.clear();
            self.open.insert(number, Growing { choice, part, told, signature });
            match &start.content {
                Content::Audio(Audio { media: Some(Media::Bytes { bytes, .. }), .. }) => {
                    self.grow(number, &Piece::Bytes(bytes.clone()), out);
                }
                _ => self.grow(number, &Piece::Text(text), out),
            }
            if !start.logprobs.is_empty() {
                self.grow(number, &Piece::Logprobs(start.logprobs.clone()), out);
            }
            if let Some(proof) = proof {
                self.grow(number, &Piece::Signature(proof), out);
            }
        } else {
            self.open.insert(number, Growing { choice, part, told, signature });
        }
    }

    fn grow(&mut self, number: usize, piece: &Piece, out: &mut Vec<u8>) {
        let Some(growing) = self.open.get_mut(&number) else { return };
        let choice = growing.choice;
        if let Piece::Citation(citation) = piece {
            return self.cite(choice, std::slice::from_ref(citation));
        }
        if let Piece::Logprobs(tokens) = piece {
            return self.frame(choice, out, |writer| logprobs(writer, tokens));
        }
        match (&mut growing.part.content, piece) {
            (_, Piece::Text(text)) if text.is_empty() => (),
            (Content::Text(_) | Content::Refusal(_), Piece::Text(text)) if growing.told => {
                self.text(choice, text, false, out);
            }
            (Content::Reasoning(_), Piece::Text(text)) if growing.told => {
                self.text(choice, text, true, out);
            }
            (Content::Audio(audio), Piece::Bytes(bytes)) if !bytes.is_empty() => {
                let label = match &audio.media {
                    Some(Media::Bytes { media_type, .. }) => media_type.clone(),
                    _ => "audio/*".to_owned(),
                };
                self.sound(choice, &label, bytes, out);
            }
            // What is not told as it grows is told once, when all of it is there.
            (Content::Text(said) | Content::Refusal(said), Piece::Text(text)) => {
                said.push_str(text)
            }
            (Content::Reasoning(reasoning), Piece::Text(text)) => reasoning.text.push_str(text),
            (Content::Reasoning(reasoning), Piece::Signature(text)) => {
                reasoning.signature.get_or_insert_default().push_str(text);
            }
            (Content::ToolCall(call), Piece::Arguments(text)) => call.arguments.push_str(text),
            _ => (),
        }
    }

    fn text(&mut self, choice: usize, text: &str, thought: bool, out: &mut Vec<u8>) {
        let mut written = Writer::with_capacity(text.len() + 64);
        written.array().object().field("text", text);
        written.maybe("thought", thought.then_some(true)).end_object();
        self.parts(choice, written, out);
    }

    fn sound(&mut self, choice: usize, label: &str, bytes: &[u8], out: &mut Vec<u8>) {
        let mut written = Writer::with_capacity(bytes.len() * 4 / 3 + 64);
        written.array().object().key("inlineData").object().field("mimeType", label);
        written.field("data", Base64(bytes)).end_object().end_object();
        self.parts(choice, written, out);
    }

    fn close(&mut self, number: usize, out: &mut Vec<u8>) {
        let Some(Growing { choice, part, told, signature }) = self.open.remove(&number) else {
            return;
        };
        let mut written = Writer::default();
        written.array();
        match &part.content {
            Content::Reasoning(reasoning) if told => {
                let foreign = reasoning.issuer.dialect != Gemini::NAME;
                let proof = reasoning.signature.as_deref().or(foreign.then_some(""));
                if let Some(proof) = proof {
                    let proof = proof::carry(&part, proof);
                    written.object().field("text", "").field("thought", true);
                    written.field("thoughtSignature", proof).end_object();
                }
            }
            _ if told => (),
            _ => {
                if !part.logprobs.is_empty() {
                    let tokens = part.logprobs.clone();
                    self.frame(choice, out, |writer| logprobs(writer, &tokens));
                }
                parts::part(&mut written, &part, signature.as_deref());
            }
        }
        self.parts(choice, written, out);
    }

    fn cite(&mut self, choice: usize, citations: &[Citation]) {
        let progress = self.choices.entry(choice).or_default();
        progress.citations.extend_from_slice(citations);
    }

    /// Writes a frame with the list of parts that `written` has begun, if there are any.
    fn parts(&mut self, choice: usize, mut written: Writer, out: &mut Vec<u8>) {
        written.end_array();
        let Ok(list) = String::from_utf8(written.into_bytes()) else { return };
        if list != "[]" {
            self.frame(choice, out, |writer| {
                writer.key("content").object().key("parts").raw(&list);
                writer.field("role", "model").end_object();
            });
        }
    }

    /// Writes a frame in which one candidate says what `fill` writes.
    fn frame(&mut self, choice: usize, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::with_capacity(256);
        writer.object().key("candidates").array().object();
        fill(&mut writer);
        writer.field("index", choice).end_object().end_array();
        self.beside(&mut writer);
        writer.end_object();
        self.item(&writer.into_bytes(), out);
    }

    /// Writes what every frame says.
    fn beside(&self, writer: &mut Writer) {
        writer.maybe("modelVersion", self.model.as_ref());
        writer.field("responseId", &self.stamp.id);
    }

    fn item(&mut self, data: &[u8], out: &mut Vec<u8>) {
        let begun = std::mem::replace(&mut self.begun, true);
        if self.array {
            out.extend_from_slice(if begun { b",\r\n" } else { b"[" });
            return out.extend_from_slice(data);
        }
        // JSON that is kept as it was written may have several lines.
        for line in data.split(|byte| *byte == b'\n') {
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }

    fn finish(&mut self, usage: &Usage, extra: &Extras, out: &mut Vec<u8>) {
        let choices = std::mem::take(&mut self.choices);
        let mut writer = Writer::default();
        writer.object().key("candidates").array();
        for (index, progress) in choices {
            let Progress { mut waiting, citations, spoke, end: told } = progress;
            let (reason, raw, beside) = told.unwrap_or_default();
            let mut choice = Choice::default();
            choice.reason = Some(reason.clone());
            choice.extra = beside.clone();
            if !spoke && is_blocked(&choice, extra) {
                continue;
            }
            writer.object().key("content").object().key("parts").array();
            match waiting.is_empty() {
                // Clients look at the first part of every frame.
                true => writer.object().field("text", "").end_object().done(),
                false => waiting.flush(&mut writer),
            }
            writer.end_array().field("role", "model");
            extras(&mut writer, &beside, "content.", &[]);
            writer.end_object();
            end(&mut writer, index, &reason, raw.as_deref(), &beside, &citations);
            writer.end_object();
        }
        writer.end_array().key("usageMetadata");
        usage::write(&mut writer, usage);
        self.beside(&mut writer);
        extras(&mut writer, extra, "", &[]);
        writer.end_object();
        self.item(&writer.into_bytes(), out);
        if self.array {
            out.push(b']');
        }
    }
}

impl Encoder for Stream {
    fn content_type(&self) -> &'static str {
        if self.array { "application/json" } else { "text/event-stream" }
    }

    fn event(&mut self, event: &Event, out: &mut Vec<u8>) {
        match event {
            Event::Start { id, model } => {
                self.model.clone_from(model);
                if let Some(id) = id {
                    self.stamp.id.clone_from(id);
                }
            }
            Event::Open { part, choice, start } => self.start(*part, *choice, start, out),
            Event::Delta { part, piece } => self.grow(*part, piece, out),
            Event::Close { part } => self.close(*part, out),
            Event::Seam { restart: true, .. } => self.fail(&anew(), out),
            Event::Seam { .. } => {
                while let Some(part) = self.open.keys().next().copied() {
                    self.close(part, out);
                }
            }
            Event::End { choice, reason, raw, extra } => {
                let end = (reason.clone(), raw.clone(), extra.clone());
                self.choices.entry(*choice).or_default().end = Some(end);
            }
            Event::Finish { usage, extra } => self.finish(usage, extra, out),
            _ => (),
        }
    }

    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        let mut writer = Writer::default();
        failure(&mut writer, error);
        self.item(&writer.into_bytes(), out);
        if self.array {
            out.push(b']');
        }
    }
}
