use std::collections::BTreeMap;

use nohop_types::{Content, Error, Event, Media, Part, Piece, Usage};

use super::whole::{groq, image};
use super::{
    Called, Shown, call_head, called, citation, detail, extras, failure, finish_word, is_legacy,
    is_own, is_shown, item, logprobs, logprobs_key, shown, tier_word, usage,
};
use crate::dialect::media::Base64;
use crate::dialect::openai_chat::OpenAiChat;
use crate::json::Writer;
use crate::surface::anew;
use crate::{Encoder, Incoming, Stamp};

/// Writes an answer as it is made.
pub(super) struct Stream {
    dialect: OpenAiChat,
    stamp: Stamp,
    model: String,
    /// Whether the caller wants to know what was used.
    counts: bool,
    /// Each open part as it began, its choice, and its place among the choice's parts of its kind.
    open: BTreeMap<usize, (Part, usize, usize)>,
    /// How many calls and how many thoughts each choice has begun.
    begun: BTreeMap<usize, (usize, usize)>,
}

impl Stream {
    pub(super) fn new(dialect: OpenAiChat, incoming: &Incoming, stamp: Stamp) -> Self {
        let asked = incoming.request.extra.get(OpenAiChat::NAME, "", "stream_options");
        let asked = asked.and_then(|options| {
            let options: serde_json::Value = serde_json::from_str(options.as_str()).ok()?;
            options.get("include_usage")?.as_bool()
        });
        Self {
            dialect,
            stamp,
            model: String::new(),
            counts: asked == Some(true),
            open: BTreeMap::new(),
            begun: BTreeMap::new(),
        }
    }

    /// Writes a chunk around what `choices` and what follows them write.
    fn chunk(&self, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::with_capacity(256);
        writer.object().field("id", &self.stamp.id).field("object", "chat.completion.chunk");
        writer.field("created", self.stamp.created).field("model", &self.model);
        fill(&mut writer);
        writer.end_object();
        frame(out, &writer.into_bytes());
    }

    /// Writes a chunk in which one choice says one thing.
    fn delta(&self, out: &mut Vec<u8>, choice: usize, fill: impl FnOnce(&mut Writer)) {
        self.chunk(out, |writer| {
            writer.key("choices").array().object().field("index", choice).key("delta").object();
            fill(writer);
            writer.end_object().field("finish_reason", None::<&str>).end_object().end_array();
        });
    }

    fn start(&mut self, part: usize, choice: usize, start: &Part, out: &mut Vec<u8>) {
        if !self.begun.contains_key(&choice) {
            self.delta(out, choice, |w| w.field("role", "assistant").field("content", "").done());
        }
        let (calls, thoughts) = self.begun.entry(choice).or_default();
        let place = match &start.content {
            Content::ToolCall(_) => std::mem::replace(calls, *calls + 1),
            Content::Reasoning(_) => std::mem::replace(thoughts, *thoughts + 1),
            _ => 0,
        };
        match &start.content {
            Content::ToolCall(call) if is_legacy(start) => self.delta(out, choice, |writer| {
                called(writer, Called::Legacy, None, Some(&call.name), &call.arguments);
            }),
            Content::ToolCall(call) => self.delta(out, choice, |writer| {
                writer.key("tool_calls").array();
                call_head(writer, start, call, place);
                let how = Called::of(start, call);
                called(writer, how, Some(start), Some(&call.name), &call.arguments);
                writer.end_object().end_array();
            }),
            Content::Reasoning(reasoning)
                if reasoning.sealed.is_some() || !reasoning.text.is_empty() =>
            {
                self.thought(out, choice, start, place, &reasoning.text, None);
                self.open.insert(part, (once(start), choice, place));
                return;
            }
            Content::Text(text) if !text.is_empty() => {
                self.delta(out, choice, |writer| writer.text("content", text).done());
            }
            Content::Refusal(text) if !text.is_empty() => {
                self.delta(out, choice, |writer| writer.text("refusal", text).done());
            }
            Content::Audio(audio) => self.delta(out, choice, |writer| {
                writer.key("audio").object().maybe("id", audio.id.as_ref());
                if let Some(Media::Bytes { bytes, .. }) = &audio.media {
                    writer.field("data", Base64(bytes));
                }
                writer.maybe("transcript", audio.transcript.as_ref());
                extras(writer, &start.extra, "", &[]);
                writer.end_object();
            }),
            Content::Image(_) => self.delta(out, choice, |writer| {
                writer.key("images").array();
                image(writer, start);
                writer.end_array();
            }),
            Content::Opaque(opaque) if is_own(opaque) => self.delta(out, choice, |writer| {
                writer.key("content").array();
                item(writer, start);
                writer.end_array();
            }),
            _ => (),
        }
        self.open.insert(part, (start.clone(), choice, place));
    }

    fn grow(&mut self, part: usize, piece: &Piece, out: &mut Vec<u8>) {
        self.grown(part, piece, out);
        if let Some((start, ..)) = self.open.get_mut(&part)
            && matches!(start.content, Content::Reasoning(_))
        {
            *start = once(start);
        }
    }

    fn grown(&self, part: usize, piece: &Piece, out: &mut Vec<u8>) {
        let Some((start, choice, place)) = self.open.get(&part) else { return };
        let (choice, place) = (*choice, *place);
        match (&start.content, piece) {
            (Content::Text(_), Piece::Text(text)) => {
                self.delta(out, choice, |writer| writer.text("content", text).done());
            }
            (Content::Refusal(_), Piece::Text(text)) => {
                self.delta(out, choice, |writer| writer.text("refusal", text).done());
            }
            (Content::Reasoning(_), Piece::Text(text)) => {
                self.thought(out, choice, start, place, text, None);
            }
            (Content::Reasoning(_), Piece::Signature(signature)) => {
                self.thought(out, choice, start, place, "", Some(signature));
            }
            (Content::ToolCall(_), Piece::Arguments(text)) if is_legacy(start) => {
                self.delta(out, choice, |writer| called(writer, Called::Legacy, None, None, text));
            }
            (Content::ToolCall(call), Piece::Arguments(text)) => {
                self.delta(out, choice, |writer| {
                    writer.key("tool_calls").array().object().field("index", place);
                    called(writer, Called::of(start, call), None, None, text);
                    writer.end_object().end_array();
                })
            }
            (Content::Audio(_), Piece::Text(text)) => self.delta(out, choice, |writer| {
                writer.key("audio").object().field("transcript", text).end_object();
            }),
            (Content::Audio(_), Piece::Bytes(bytes)) => self.delta(out, choice, |writer| {
                writer.key("audio").object().field("data", Base64(bytes)).end_object();
            }),
            (_, Piece::Citation(cited)) if is_shown(cited) => self.delta(out, choice, |writer| {
                writer.key("annotations").array();
                citation(writer, cited);
                writer.end_array();
            }),
            (_, Piece::Logprobs(list)) => self.chunk(out, |writer| {
                writer.key("choices").array().object().field("index", choice);
                writer.key("delta").object().end_object().key("logprobs").object();
                logprobs(writer, logprobs_key(start), list);
                writer.end_object().field("finish_reason", None::<&str>).end_object().end_array();
            }),
            _ => (),
        }
    }

    /// Writes a piece of thinking.
    fn thought(
        &self,
        out: &mut Vec<u8>,
        choice: usize,
        part: &Part,
        place: usize,
        text: &str,
        signature: Option<&str>,
    ) {
        let Content::Reasoning(reasoning) = &part.content else { return };
        self.delta(out, choice, |writer| match shown(part) {
            Shown::Plain(name) => {
                if !text.is_empty() {
                    writer.field(name, text);
                }
                writer.maybe("reasoning_opaque", signature);
            }
            Shown::Item => {
                let mut piece = part.clone();
                if let Content::Reasoning(reasoning) = &mut piece.content {
                    text.clone_into(&mut reasoning.text);
                }
                writer.key("content").array();
                item(writer, &piece);
                writer.end_array();
            }
            Shown::Detail => {
                if !text.is_empty() {
                    writer.field("reasoning", text);
                }
                writer.key("reasoning_details").array();
                detail(writer, part, reasoning, text, signature, place);
                writer.end_array();
            }
        });
    }

    fn finish(&self, usage: &Usage, extra: &nohop_types::Extras, out: &mut Vec<u8>) {
        if self.counts {
            self.chunk(out, |writer| {
                writer.key("choices").array().end_array().key("usage");
                usage::write(writer, &self.dialect, usage);
                writer.maybe("service_tier", usage.tier.as_ref().map(tier_word));
                groq(writer, extra);
                extras(writer, extra, "", &["x_groq."]);
            });
        }
        frame(out, b"[DONE]");
    }
}

/// A thought of which a piece was told: what else is said of a detail is said once, for clients add
/// up the fields of its pieces.
fn once(thought: &Part) -> Part {
    let mut rest = thought.clone();
    if shown(thought) == Shown::Detail {
        rest.extra = rest.extra.into_iter().filter(|entry| entry.key == "index").collect();
    }
    rest
}

/// Writes one event. JSON kept as it was written may have lines, which an event can not: between
/// values, a space is as good.
fn frame(out: &mut Vec<u8>, data: &[u8]) {
    out.extend_from_slice(b"data: ");
    out.extend(data.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
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
            }
            Event::Open { part, choice, start } => self.start(*part, *choice, start, out),
            Event::Delta { part, piece } => self.grow(*part, piece, out),
            Event::Close { part } => drop(self.open.remove(part)),
            Event::Seam { restart: true, .. } => self.fail(&anew(), out),
            Event::Seam { .. } => self.open.clear(),
            Event::End { choice, reason, extra, .. } => self.chunk(out, |writer| {
                writer.key("choices").array().object().field("index", choice);
                writer.key("delta").object();
                extras(writer, extra, "message.", &[]);
                writer.end_object().field("finish_reason", finish_word(reason));
                extras(writer, extra, "", &["message."]);
                writer.end_object().end_array();
            }),
            Event::Finish { usage, extra } => self.finish(usage, extra, out),
            _ => (),
        }
    }

    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        let mut writer = Writer::default();
        failure(&mut writer, error);
        frame(out, &writer.into_bytes());
    }
}
