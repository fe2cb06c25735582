//! The conversation, as this dialect writes it.

use nohop_types::{
    Audio, Content, Document, Error, ErrorKind, Extras, Image, Input, Media, Message, Part,
    Reasoning, Result, Role, Summary, ToolCall, ToolResult, Video,
};

use super::write::Body;
use super::{Files, History, Marks, ToolMedia};
use crate::dialect::media::{Address, Base64};

/// Writes the turns, each as one or several of the dialect's own.
pub(super) fn write(body: &mut Body<'_>) -> Result<()> {
    let messages = &body.call.request.messages;
    let last = messages.len().saturating_sub(1);
    for (place, message) in messages.iter().enumerate() {
        let prefill = place == last && message.role == Role::Assistant;
        let mut turn = Turn { body, message, last: prefill, pictures: Vec::new() };
        turn.write().map_err(|error| error.at(format_args!("messages[{place}]")))?;
    }
    Ok(())
}

/// How the extra fields begin that are written, or are not to be.
type Written = &'static [&'static str];
const NONE: Written = &[];

const ONLY_TEXT: &str = "the host takes thinking back only as text";

struct Turn<'b, 'a> {
    body: &'b mut Body<'a>,
    message: &'a Message,
    /// Whether the model shall go on from this turn.
    last: bool,
    /// What tools answered and tools may not answer with.
    pictures: Vec<&'a Part>,
}

impl<'a> Turn<'_, 'a> {
    fn write(&mut self) -> Result<()> {
        let abilities = self.body.call.abilities;
        if self.last && !abilities.prefill.allows("prefill", &mut self.body.losses)? {
            return Ok(());
        }
        // Each tool result is a message of its own.
        for part in &self.message.parts {
            if let Content::ToolResult(result) = &part.content {
                self.result(part, result);
            }
        }
        self.rest()
    }

    fn result(&mut self, part: &'a Part, result: &'a ToolResult) {
        let outside = self.body.dialect.tool_media == ToolMedia::Outside;
        let (told, shown): (Vec<_>, Vec<_>) = result.parts.iter().partition(|part| {
            !outside || matches!(part.content, Content::Text(_) | Content::Opaque(_))
        });
        if !shown.is_empty() {
            let why = "the host takes only text from tools; the rest follows in a turn of the user";
            self.body.losses.translated("tool_result", why);
            self.pictures.extend(shown);
        }
        let told: Vec<_> = told.into_iter().filter(|part| self.keeps(part)).collect();
        let extra = &self.message.extra;
        // The word of the time before `tool_calls`, where the caller used it.
        let legacy = self.message.role == Role::Tool && self.form("role") == Some("\"function\"");
        self.body.out.object().text("role", if legacy { "function" } else { "tool" });
        if !result.id.is_empty() {
            self.body.out.text("tool_call_id", &result.id);
        }
        self.body.out.maybe("name", self.message.name.as_ref());
        self.content(&told, extra, true);
        if result.failed == Some(true) {
            self.body.losses.dropped("tool_result.failed", "the dialect has no word for it");
        }
        // A mark on the result is a mark on its last part, which is where the turn ends.
        self.body.mark(part.cache, "tool_result");
        self.extras(extra);
        self.body.out.end_object();
    }

    /// What is left of the turn once the tool results are told.
    fn rest(&mut self) -> Result<()> {
        let message = self.message;
        let mut said: Vec<&'a Part> = Vec::new();
        let (mut calls, mut thoughts) = (Vec::new(), Vec::new());
        let (mut refusals, mut voice) = (Vec::new(), None);
        for part in &message.parts {
            match &part.content {
                Content::ToolResult(_) => (),
                Content::ToolCall(call) => calls.push((part, call)),
                Content::Reasoning(reasoning) if !self.mine(reasoning) => (),
                Content::Reasoning(reasoning) if self.body.dialect.history != History::Parts => {
                    thoughts.push((part, reasoning));
                }
                // What the model itself said has fields of its own beside the content.
                Content::Refusal(text) if !self.is_item(part) => refusals.push(&**text),
                Content::Audio(Audio { id: Some(id), .. }) if message.role == Role::Assistant => {
                    if voice.replace(id).is_some() {
                        self.body
                            .losses
                            .dropped("audio", "a turn has one sound, and it is the last");
                    }
                }
                _ => said.push(part),
            }
        }
        said.append(&mut self.pictures);
        said.retain(|part| self.keeps(part));
        if message.parts.iter().any(|part| !part.citations.is_empty()) {
            self.body.losses.dropped("citations", "the dialect has no place for them in a request");
        }
        let told = message.role == Role::Tool
            || message.parts.iter().any(|part| matches!(part.content, Content::ToolResult(_)));
        let beside =
            !calls.is_empty() || !refusals.is_empty() || voice.is_some() || !thoughts.is_empty();
        if said.is_empty() && !beside && (told || !self.speaks()) {
            if message.parts.is_empty() && message.extra.is_empty() {
                let why = "a turn without parts says nothing: leave it out";
                return Err(Error::new(ErrorKind::InvalidRequest, why));
            }
            if !told {
                self.body.losses.dropped("messages", "nothing of the turn can be said here");
            }
            return Ok(());
        }
        let role = self.role();
        self.body.out.object().text("role", role);
        self.body.out.maybe("name", message.name.as_ref());
        let lost = message.role != Role::Assistant && !beside && !message.parts.is_empty();
        self.content(&said, &message.extra, lost);
        self.thoughts(&thoughts);
        self.body.out.maybe("refusal", (!refusals.is_empty()).then(|| refusals.join("\n")));
        if let Some(id) = voice {
            self.body.out.key("audio").object().field("id", id).end_object();
        }
        if !calls.is_empty() {
            self.body.out.key("tool_calls").array();
            for (place, (part, call)) in calls.into_iter().enumerate() {
                self.call(part, call, place);
            }
            self.body.out.end_array();
        }
        if let Some(flag) = self.body.dialect.prefill.filter(|_| self.last) {
            self.body.out.field(flag, true);
        }
        self.extras(&message.extra);
        self.body.out.end_object();
        Ok(())
    }

    /// Whether the host can be told a part; one that it can not is a loss.
    fn keeps(&mut self, part: &Part) -> bool {
        let ids = "the host takes no file ids here; send bytes or a URL";
        let (what, why) = match &part.content {
            // Clients of other dialects send back the empty texts that ended their streams.
            Content::Text(text) if text.is_empty() && self.is_filler(part) => return false,
            Content::Image(Image { media: Media::File { .. }, .. }) => ("image", ids),
            Content::Video(Video { media: Media::File { .. }, .. }) => ("video", ids),
            Content::Audio(audio) if !matches!(audio.media, Some(Media::Bytes { .. })) => {
                ("audio", "the host takes sounds only as bytes")
            }
            Content::Document(Document { media: Media::File { issuer, .. }, .. }) => {
                if self.body.dialect.files == Files::DocumentUrl {
                    ("document", ids)
                } else if issuer.as_ref().is_none_or(|issuer| self.body.call.issuer.is(issuer)) {
                    return true;
                } else {
                    ("document", "the file was uploaded to another provider")
                }
            }
            Content::Opaque(opaque) if !self.body.call.issuer.is(&opaque.issuer) => {
                ("opaque", "only its issuer understands it")
            }
            _ => return true,
        };
        self.body.losses.dropped(what, why);
        false
    }

    /// Whether an empty text is one that a client of another dialect was told.
    fn is_filler(&self, part: &Part) -> bool {
        let reach = self.body.reach;
        let mut forms = part.extra.iter().filter(|form| form.key == "text");
        forms.any(|form| !form.scope.covers(reach.dialect, reach.endpoint))
    }

    /// Whether the part was an item of a list.
    fn is_item(&self, part: &Part) -> bool {
        self.body.reach.form(&part.extra, "type").is_some()
    }

    /// Whether the turn says something that no part holds.
    fn speaks(&self) -> bool {
        let reach = self.body.reach;
        self.message.extra.iter().any(|e| e.scope.covers(reach.dialect, reach.endpoint))
    }

    /// The form in which the caller wrote a field of the turn.
    fn form(&self, key: &str) -> Option<&'a str> {
        self.body.reach.form(&self.message.extra, key)
    }

    fn role(&self) -> &'static str {
        match (self.message.role, self.form("role")) {
            (Role::System, Some("\"developer\"")) => "developer",
            (Role::System, _) => "system",
            (Role::Assistant, _) => "assistant",
            _ => "user",
        }
    }

    fn extras(&mut self, extra: &Extras) {
        let inner: &[&str] = if self.marked(extra) { &["cache_control"] } else { &[] };
        self.body.out.extras(extra, "", inner, self.body.reach, &mut self.body.losses);
    }

    /// Whether the mark on the last part was written on the turn; a mark that nobody knows is kept there.
    fn marked(&self, extra: &Extras) -> bool {
        self.body.reach.form(extra, "cache_control") == Some("null")
    }

    /// Writes `content`: a string where one will do, and a list of parts elsewhere; an empty one only
    /// if it is `needed`.
    fn content(&mut self, parts: &[&'a Part], extra: &Extras, needed: bool) {
        let reach = self.body.reach;
        let form = reach.form(extra, "content");
        let outer = self.marked(extra) && self.body.dialect.marks == Marks::Control;
        match parts {
            [] => {
                if let Some(form) = form {
                    self.body.out.key("content").raw(form);
                } else if needed {
                    self.body.out.text("content", "");
                }
            }
            [part]
                if form != Some("[]")
                    && (part.cache.is_none() || outer)
                    && part.extra.is_empty() =>
            {
                match part.as_text() {
                    Some(text) => self.body.out.text("content", text).done(),
                    None => self.list(parts, outer),
                }
            }
            parts => self.list(parts, outer),
        }
        if let Some(mark) = parts.last().and_then(|part| part.cache).filter(|_| outer) {
            self.body.mark(Some(mark), "message");
        }
    }

    fn list(&mut self, parts: &[&'a Part], outer: bool) {
        self.body.out.key("content").array();
        for (place, part) in parts.iter().enumerate() {
            let unmarked = outer && place + 1 == parts.len();
            self.part(part, unmarked);
        }
        self.body.out.end_array();
    }

    /// Writes a part that the host [keeps](Self::keeps).
    fn part(&mut self, part: &'a Part, unmarked: bool) {
        if let Content::Opaque(opaque) = &part.content {
            return self.body.out.raw(opaque.json.as_str()).done();
        }
        let out = self.body.out.object();
        let inner = match &part.content {
            Content::Text(text) => {
                out.text("type", "text").text("text", text);
                NONE
            }
            Content::Refusal(text) => {
                out.text("type", "refusal").text("refusal", text);
                NONE
            }
            Content::Image(image) => self.image(part, image),
            Content::Audio(audio) => self.audio(part, audio),
            Content::Document(document) => self.document(part, document),
            Content::Video(video) => {
                out.field("type", "video_url").key("video_url").object();
                out.field("url", Address(&video.media)).end_object();
                NONE
            }
            Content::Reasoning(reasoning) => self.thinking(part, reasoning),
            _ => NONE,
        };
        if !unmarked {
            self.body.mark(part.cache, "message");
        }
        self.body.out.extras(&part.extra, "", inner, self.body.reach, &mut self.body.losses);
        self.body.out.end_object();
    }

    /// Each of these writes what a part is, and names the extra fields that are written.
    fn image(&mut self, part: &Part, image: &Image) -> Written {
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        let out = &mut self.body.out;
        out.field("type", "image_url").key("image_url");
        if reach.form(&part.extra, "image_url").is_some() {
            out.value(Address(&image.media));
        } else {
            out.object().field("url", Address(&image.media));
            out.maybe("detail", image.detail.as_ref());
            out.extras(&part.extra, "image_url.", &[], reach, losses).end_object();
        }
        &["image_url."]
    }

    fn audio(&mut self, part: &Part, audio: &Audio) -> Written {
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        let out = &mut self.body.out;
        let Some(Media::Bytes { media_type, bytes }) = &audio.media else { return NONE };
        out.field("type", "input_audio").key("input_audio");
        if reach.form(&part.extra, "input_audio").is_some() {
            out.value(Base64(bytes));
        } else {
            let format = match media_type.trim_start_matches("audio/") {
                "mpeg" => "mp3",
                "x-wav" | "wave" => "wav",
                format => format,
            };
            out.object().field("data", Base64(bytes)).field("format", format);
            out.extras(&part.extra, "input_audio.", &[], reach, losses).end_object();
        }
        &["input_audio."]
    }

    fn document(&mut self, part: &Part, document: &Document) -> Written {
        let (reach, name) = (self.body.reach, document.name.as_deref());
        let (out, losses) = (&mut self.body.out, &mut self.body.losses);
        let address = Address(&document.media);
        if self.body.dialect.files == Files::DocumentUrl {
            out.field("type", "document_url").field("document_url", address);
            out.maybe("document_name", name);
        } else {
            out.field("type", "file").key("file").object();
            match &document.media {
                Media::File { .. } => out.maybe("filename", name).field("file_id", address),
                Media::Url(_) => out.maybe("filename", name).field("file_data", address),
                // A document needs a name here; without one, hosts do not look at its type.
                _ => out.field("filename", name.unwrap_or("document")).field("file_data", address),
            };
            out.extras(&part.extra, "file.", &[], reach, losses).end_object();
        }
        &["file."]
    }

    fn thinking(&mut self, part: &Part, reasoning: &Reasoning) -> Written {
        let (reach, out) = (self.body.reach, &mut self.body.out);
        out.field("type", "thinking").key("thinking");
        if let Some(pieces) = reach.form(&part.extra, "thinking") {
            out.raw(pieces);
            return &["reasoning"];
        }
        out.array().object().text("type", "text").text("text", &reasoning.text);
        out.end_object().end_array();
        let sealed = reasoning.sealed.is_some() || reasoning.signature.is_some();
        if sealed || part.extra.iter().any(|extra| !extra.value.is_empty()) {
            self.body.losses.dropped("reasoning.sealed", ONLY_TEXT);
        }
        &[""]
    }

    /// Whether thinking may be sent back; that of others is dropped.
    fn mine(&mut self, reasoning: &Reasoning) -> bool {
        let losses = &mut self.body.losses;
        if !self.body.call.issuer.is(&reasoning.issuer) {
            losses.dropped("reasoning", "another issuer's thinking means nothing here");
            return false;
        }
        if self.body.dialect.history == History::Nowhere {
            losses.dropped("reasoning", "the host takes no thinking back");
            return false;
        }
        true
    }

    fn thoughts(&mut self, thoughts: &[(&'a Part, &'a Reasoning)]) {
        let reach = self.body.reach;
        let details = self.body.dialect.history == History::Details;
        let named = |part: &Part| reach.form(&part.extra, "type").is_some();
        let is_item = |(part, reasoning): &&(&Part, &Reasoning)| {
            named(part)
                || (details && (reasoning.sealed.is_some() || reasoning.signature.is_some()))
        };
        let plain = thoughts.iter().filter(|thought| !is_item(thought));
        let text: String = plain.clone().map(|(_, reasoning)| reasoning.text.as_str()).collect();
        let form = |name: &str| {
            let mut parts = plain.clone().map(|(part, _)| part);
            parts.any(|part| reach.form(&part.extra, name).is_some())
        };
        let history = self.body.dialect.history;
        let field = match history {
            _ if form("reasoning_content") => "reasoning_content",
            _ if form("reasoning_text") => "reasoning_text",
            _ if form("reasoning") => "reasoning",
            History::ReasoningContent => "reasoning_content",
            _ => "reasoning",
        };
        if plain.clone().any(|(_, reasoning)| reasoning.sealed.is_some()) {
            self.body.losses.dropped("reasoning.sealed", ONLY_TEXT);
        }
        if plain.count() > 0 {
            self.body.out.field(field, text);
        }
        let mut items = thoughts.iter().filter(is_item).peekable();
        if items.peek().is_some() {
            self.body.out.key("reasoning_details").array();
            items.for_each(|(part, reasoning)| self.detail(part, reasoning));
            self.body.out.end_array();
        }
    }

    fn detail(&mut self, part: &Part, reasoning: &Reasoning) {
        let (r#type, text) = match reasoning {
            Reasoning { sealed: Some(_), .. } => ("reasoning.encrypted", None),
            Reasoning { summary: Summary::Summary, .. } => ("reasoning.summary", Some("summary")),
            _ => ("reasoning.text", Some("text")),
        };
        self.body.out.object();
        let reach = self.body.reach;
        match reach.form(&part.extra, "type") {
            Some(own) => self.body.out.key("type").raw(own).done(),
            None => self.body.out.text("type", r#type).done(),
        }
        if let Some(key) = text.filter(|_| !reasoning.text.is_empty()) {
            self.body.out.text(key, &reasoning.text);
        }
        self.body.out.maybe("data", reasoning.sealed.as_ref());
        self.body.out.maybe("signature", reasoning.signature.as_ref());
        let (out, losses) = (&mut self.body.out, &mut self.body.losses);
        out.extras(&part.extra, "", &[], self.body.reach, losses).end_object();
    }

    fn call(&mut self, part: &Part, call: &ToolCall, place: usize) {
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        let out = &mut self.body.out;
        out.object();
        let index = reach.form(&part.extra, "index");
        out.maybe("index", index.filter(|form| *form == "[]").map(|_| place));
        out.maybe("id", (!call.id.is_empty()).then_some(&call.id));
        match call.input {
            Input::Text => {
                out.text("type", "custom").key("custom").object().text("name", &call.name);
                out.text("input", &call.arguments);
                out.extras(&part.extra, "custom.", &[], reach, losses).end_object();
            }
            _ => {
                out.text("type", "function").key("function").object().text("name", &call.name);
                out.text("arguments", &call.arguments);
                out.extras(&part.extra, "function.", &[], reach, losses).end_object();
            }
        }
        self.body.mark(part.cache, "tool_call");
        let (out, losses) = (&mut self.body.out, &mut self.body.losses);
        let inner = ["custom.", "function.", "function_call"];
        out.extras(&part.extra, "", &inner, reach, losses).end_object();
    }
}
