use std::collections::BTreeMap;

use nohop_types::{Content, Error, Event, Extras, FinishReason, Part, Piece, Usage};

use super::whole::end;
use super::{block, citation, extras, failure, is_cited, is_shown, usage};
use crate::dialect::anthropic::Anthropic;
use crate::dialect::carried::carry;
use crate::json::Writer;
use crate::surface::anew;
use crate::{Encoder, Stamp};

/// Writes an answer as it is made.
pub(super) struct Stream {
    stamp: Stamp,
    model: String,
    /// Whether the message has begun: it waits for the usage that may come before the first block.
    begun: bool,
    usage: Usage,
    /// Each open part's block, and what it is.
    open: BTreeMap<usize, (usize, Grows)>,
    /// Open thinking as it began, and its proof so far: clients expect that in one piece.
    proofs: BTreeMap<usize, (Part, String)>,
    /// How many blocks have begun.
    blocks: usize,
    /// Why the answer ended: it is told with the usage.
    end: (FinishReason, Option<String>, Extras),
}

/// By what a block grows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Grows {
    /// Arguments, of which nothing was said yet.
    Json,
    /// Arguments.
    More,
    Not,
    Text,
    Thinking,
}

impl Stream {
    pub(super) fn new(stamp: Stamp) -> Self {
        Self {
            stamp,
            model: String::new(),
            begun: false,
            usage: Usage::default(),
            open: BTreeMap::new(),
            proofs: BTreeMap::new(),
            blocks: 0,
            end: Default::default(),
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        frame(out, "message_start", |writer| {
            writer.key("message").object().field("id", &self.stamp.id);
            writer.field("type", "message").field("role", "assistant");
            writer.field("model", &self.model).key("content").array().end_array();
            writer.field("stop_reason", None::<&str>).field("stop_sequence", None::<&str>);
            writer.key("usage");
            usage::write(writer, &self.usage);
            writer.end_object();
        });
    }

    fn start(&mut self, part: usize, start: &Part, out: &mut Vec<u8>) {
        if !is_shown(start) {
            return;
        }
        let index = self.blocks;
        self.blocks += 1;
        frame(out, "content_block_start", |writer| {
            writer.field("index", index).key("content_block");
            block(writer, start, false);
        });
        let grows = match &start.content {
            Content::Refusal(_) | Content::Text(_) => Grows::Text,
            Content::Reasoning(reasoning) if reasoning.sealed.is_none() => Grows::Thinking,
            Content::ToolCall(_) => Grows::Json,
            _ => Grows::Not,
        };
        self.open.insert(part, (index, grows));
        if grows == Grows::Thinking {
            self.proofs.insert(part, (start.clone(), String::new()));
        }
        // What the part began with is told as if it had grown by it.
        match &start.content {
            Content::Text(text) | Content::Refusal(text) => {
                self.grow(part, &Piece::Text(text.clone()), out);
            }
            Content::Reasoning(reasoning) => {
                self.grow(part, &Piece::Text(reasoning.text.clone()), out);
                if let Some(signature) = &reasoning.signature {
                    self.grow(part, &Piece::Signature(signature.clone()), out);
                }
            }
            Content::ToolCall(call) => {
                self.grow(part, &Piece::Arguments(call.arguments.clone()), out);
            }
            _ => (),
        }
        for citation in &start.citations {
            self.grow(part, &Piece::Citation(Box::new(citation.clone())), out);
        }
    }

    fn grow(&mut self, part: usize, piece: &Piece, out: &mut Vec<u8>) {
        let Some((index, grows)) = self.open.get_mut(&part) else { return };
        let (r#type, key, text) = match (*grows, piece) {
            (_, Piece::Text(text) | Piece::Signature(text) | Piece::Arguments(text))
                if text.is_empty() =>
            {
                return;
            }
            // Some hosts say nothing in these words to tools without arguments.
            (Grows::Json, Piece::Arguments(text)) if matches!(text.trim(), "" | "null") => return,
            (Grows::Json, Piece::Arguments(text)) => {
                *grows = Grows::More;
                ("input_json_delta", "partial_json", text.trim_start())
            }
            (Grows::Text, Piece::Text(text)) => ("text_delta", "text", &**text),
            (Grows::Thinking, Piece::Text(text)) => ("thinking_delta", "thinking", &**text),
            (Grows::Thinking, Piece::Signature(text)) => {
                if let Some((_, proof)) = self.proofs.get_mut(&part) {
                    proof.push_str(text);
                }
                return;
            }
            (Grows::More, Piece::Arguments(text)) => ("input_json_delta", "partial_json", &**text),
            (Grows::Text, Piece::Citation(cited)) if is_cited(cited) => {
                return frame(out, "content_block_delta", |writer| {
                    writer.field("index", index).key("delta").object();
                    writer.field("type", "citations_delta").key("citation");
                    citation(writer, cited);
                    writer.end_object();
                });
            }
            _ => return,
        };
        frame(out, "content_block_delta", |writer| {
            writer.field("index", index).key("delta").object().field("type", r#type);
            writer.field(key, text).end_object();
        });
    }

    fn close(&mut self, part: usize, out: &mut Vec<u8>) {
        let Some((index, _)) = self.open.remove(&part) else { return };
        if let Some((thinking, proof)) = self.proofs.remove(&part) {
            let proof = carry(&thinking, Anthropic::NAME, &proof);
            if !proof.is_empty() {
                frame(out, "content_block_delta", |writer| {
                    writer.field("index", index).key("delta").object();
                    writer.field("type", "signature_delta").field("signature", proof).end_object();
                });
            }
        }
        frame(out, "content_block_stop", |writer| writer.field("index", index).done());
    }

    fn finish(&self, usage: &Usage, extra: &Extras, out: &mut Vec<u8>) {
        let (reason, raw, said) = &self.end;
        // The container is told with the reason, and everything else beside it.
        let inside = |inside: bool| -> Extras {
            extra.iter().filter(|e| (e.key == "container") == inside).cloned().collect()
        };
        frame(out, "message_delta", |writer| {
            writer.key("delta").object();
            end(writer, reason, raw.as_deref(), said);
            extras(writer, said, "", &[]);
            extras(writer, &inside(true), "", &[]);
            writer.end_object().key("usage");
            usage::write(writer, usage);
            extras(writer, &inside(false), "", &[]);
        });
        frame(out, "message_stop", |_| ());
    }
}

/// Writes the event `name` around the fields that `fill` writes.
fn frame(out: &mut Vec<u8>, name: &'static str, fill: impl FnOnce(&mut Writer)) {
    let mut writer = Writer::with_capacity(256);
    writer.object().field("type", name);
    fill(&mut writer);
    writer.end_object();
    event(out, name, &writer.into_bytes());
}

fn event(out: &mut Vec<u8>, name: &str, data: &[u8]) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    // JSON that is kept as it was written may have several lines.
    for line in data.split(|byte| *byte == b'\n') {
        out.extend_from_slice(b"\ndata: ");
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
    }
    out.extend_from_slice(b"\n\n");
}

impl Encoder for Stream {
    fn content_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn event(&mut self, event: &Event, out: &mut Vec<u8>) {
        match event {
            Event::Start { id, model } => {
                self.model = model.clone().unwrap_or_default();
                if let Some(id) = id {
                    self.stamp.id.clone_from(id);
                }
                return;
            }
            Event::Usage(usage) => return self.usage.merge((**usage).clone()),
            _ => self.begin(out),
        }
        match event {
            // The dialect knows no more than one choice.
            Event::Open { part, choice: 0, start } => self.start(*part, start, out),
            Event::Delta { part, piece } => self.grow(*part, piece, out),
            Event::Close { part } => self.close(*part, out),
            Event::Seam { restart: true, .. } => self.fail(&anew(), out),
            Event::Seam { .. } => {
                while let Some(part) = self.open.keys().next().copied() {
                    self.close(part, out);
                }
            }
            Event::End { choice: 0, reason, raw, extra } => {
                self.end = (reason.clone(), raw.clone(), extra.clone());
            }
            Event::Finish { usage, extra } => self.finish(usage, extra, out),
            _ => (),
        }
    }

    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        let mut writer = Writer::default();
        failure(&mut writer, error);
        event(out, "error", &writer.into_bytes());
    }
}
