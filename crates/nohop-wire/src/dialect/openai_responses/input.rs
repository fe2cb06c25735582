//! The conversation, as this dialect writes it: a list of items.

mod tools;

use nohop_types::{
    Audio, Content, Document, Extras, Image, Input, Media, Message, Part, Reasoning, Result, Role,
    Summary,
};

use super::write::Body;
use super::{Answers, BEGINS, IN_FIELD, Instructions, SealedThinking, goes_on, pictures};
use crate::dialect::media::{Address, Base64};
use crate::dialect::{invalid, silent};

/// How the extra fields begin that are said of the item and not of the part which carries them.
const BESIDE: &[&str] = &["message.", BEGINS];

/// Writes `instructions` and `input`.
pub(super) fn write(body: &mut Body<'_>) -> Result<()> {
    let messages = &body.call.request.messages;
    let mut first = 0;
    if let [system, rest @ ..] = &messages[..]
        && let Some(text) = instructions(body, system, rest.is_empty())
    {
        body.out.field("instructions", text);
        body.out.take("instructions");
        first = 1;
    }
    let turns = &messages[first..];
    if turns.is_empty() {
        let known = ["input", "prompt", "previous_response_id", "conversation", "instructions"];
        if first == 0 && !known.iter().any(|key| body.form(key).is_some()) {
            return Err(silent(0));
        }
        return Ok(());
    }
    if let [only] = turns
        && let Some(text) = bare(body, only)
    {
        body.out.field("input", text);
        return Ok(());
    }
    // Their results are told under another name.
    let said = turns.iter().flat_map(|message| &message.parts);
    let customs: Vec<&str> = said.filter_map(custom).collect();
    body.out.key("input").array();
    let last = messages.len() - 1;
    for (place, message) in messages.iter().enumerate().skip(first) {
        let prefill = place == last && message.role == Role::Assistant;
        let abilities = body.call.abilities;
        if prefill && !abilities.prefill.allows("prefill", &mut body.losses)? {
            continue;
        }
        Turn { body, message, customs: &customs }
            .write()
            .map_err(|e| e.at(format_args!("messages[{place}]")))?;
    }
    body.out.end_array();
    Ok(())
}

/// The text of the first turn, if it goes into a field of its own; not where it is all there is.
fn instructions<'a>(body: &Body<'_>, message: &'a Message, alone: bool) -> Option<&'a str> {
    let form = |key: &str| body.reach.form(&message.extra, key);
    let told = form(IN_FIELD).is_some();
    let wanted = body.dialect.instructions == Instructions::Field && !alone;
    if message.role != Role::System || form("role").is_some() || !(told || wanted) {
        return None;
    }
    plain(body, message)
}

/// The text of a turn of the person, if that is all there is to say.
fn bare<'a>(body: &Body<'_>, message: &'a Message) -> Option<&'a str> {
    let listed = body.form("input") == Some("[]");
    let text = plain(body, message).filter(|_| message.role == Role::User && !listed)?;
    let reach = body.reach;
    let told = |e: &nohop_types::Extra| e.scope.covers(reach.dialect, reach.endpoint);
    (!message.extra.iter().any(told)).then_some(text)
}

/// The one text that a turn is.
fn plain<'a>(body: &Body<'_>, message: &'a Message) -> Option<&'a str> {
    let [part] = &message.parts[..] else { return None };
    let text = part.as_text()?;
    (message.name.is_none() && part.cache.is_none() && !is_told(body, &part.extra)).then_some(text)
}

/// Whether extra fields say something to this host.
fn is_told(body: &Body<'_>, extra: &Extras) -> bool {
    extra.iter().any(|e| e.scope.covers(body.reach.dialect, body.reach.endpoint))
}

struct Turn<'b, 'a> {
    body: &'b mut Body<'a>,
    message: &'a Message,
    /// The calls whose input is a text.
    customs: &'b [&'a str],
}

impl<'a> Turn<'_, 'a> {
    /// Writes the turn as items: one for what is said, and one for each call, result and thought.
    fn write(&mut self) -> Result<()> {
        let message = self.message;
        // A model that said nothing is no mistake of the caller's.
        let mistaken = message.role != Role::Assistant;
        if mistaken && message.parts.is_empty() && message.extra.is_empty() {
            return Err(invalid("a turn without parts says nothing: leave it out"));
        }
        if message.name.is_some() {
            self.body.losses.dropped("name", "the dialect has no names of speakers");
        }
        let mut parts: Vec<&'a Part> = message.parts.iter().collect();
        // What is left is said in the order in which it was told.
        parts.retain(|part| self.keeps(part));
        let mut wrote = false;
        let mut rest = &parts[..];
        while let [first, after @ ..] = rest {
            let mut many = 1;
            match &first.content {
                Content::ToolCall(call) => self.call(first, call),
                Content::ToolResult(result) => self.result(first, result),
                Content::Reasoning(_) => {
                    while rest.get(many).is_some_and(|part| goes_on(rest[many - 1], part)) {
                        many += 1;
                    }
                    self.thinking(&rest[..many]);
                }
                Content::Opaque(opaque) if self.is_item(first) => {
                    self.body.out.raw(opaque.json.as_str());
                }
                Content::Image(_) if self.is_picture(first) => self.picture(first),
                _ => {
                    many += after.iter().take_while(|part| self.is_said_with(part)).count();
                    self.said(&rest[..many]);
                    wrote = true;
                }
            }
            rest = &rest[many..];
        }
        // A turn that nobody said anything in has a content all the same.
        let silent = message.parts.is_empty() && self.form(&message.extra, "content").is_some();
        if silent && !wrote {
            self.said(&[]);
        } else if parts.is_empty() {
            self.body.losses.dropped("messages", "nothing of the turn can be said here");
        }
        Ok(())
    }

    fn form(&self, extra: &'a Extras, key: &str) -> Option<&'a str> {
        self.body.reach.form(extra, key)
    }

    fn is_assistant(&self) -> bool {
        self.message.role == Role::Assistant
    }

    /// Whether something only its issuer understands stands among the items, and not in one.
    fn is_item(&self, part: &'a Part) -> bool {
        self.is_assistant() && self.form(&part.extra, "content").is_none()
    }

    /// Whether the part is a picture that the model made here, which is an item.
    fn is_picture(&self, part: &'a Part) -> bool {
        let made = pictures::bytes(part).is_some() && self.form(&part.extra, "id").is_some();
        self.is_assistant() && made
    }

    fn picture(&mut self, part: &'a Part) {
        let Some(bytes) = pictures::bytes(part) else { return };
        self.body.out.object().field("type", pictures::TYPE).field("result", Base64(bytes));
        if self.form(&part.extra, "status").is_none() {
            self.body.out.field("status", "completed");
        }
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(&part.extra, "", &[BEGINS], reach, losses).end_object();
    }

    /// Whether the part stands in the same item as what is said before it.
    fn is_said_with(&self, part: &'a Part) -> bool {
        match &part.content {
            Content::ToolCall(_) | Content::ToolResult(_) | Content::Reasoning(_) => false,
            Content::Opaque(_) => !self.is_item(part),
            Content::Image(_) if self.is_picture(part) => false,
            _ => !self.is_assistant() || self.form(&part.extra, BEGINS).is_none(),
        }
    }

    /// Whether the host can be told a part; one that it can not is a loss.
    fn keeps(&mut self, part: &'a Part) -> bool {
        let assistant = self.is_assistant();
        let issuer = self.body.call.issuer;
        let unsealed = self.body.dialect.sealed == SealedThinking::Asked && !self.body.is_theirs();
        let (what, why) = match &part.content {
            Content::Reasoning(reasoning) if !issuer.is(&reasoning.issuer) => {
                ("reasoning", "another issuer's thinking means nothing here")
            }
            Content::Reasoning(thinking) if unsealed && !is_sealed(thinking) => {
                // A summary before the one that carries the seal goes back with it.
                let parts = &self.message.parts;
                let place = parts.iter().position(|known| std::ptr::eq(known, part));
                let after = place.map_or(&[][..], |place| &parts[place..]);
                let mut group =
                    after.windows(2).take_while(|two| goes_on(&two[0], &two[1])).map(|two| &two[1]);
                let seals =
                    |part: &Part| matches!(&part.content, Content::Reasoning(r) if is_sealed(r));
                if group.any(seals) {
                    return true;
                }
                ("reasoning", "the host takes no thinking back without its seal")
            }
            Content::Opaque(opaque) if !issuer.is(&opaque.issuer) => {
                ("opaque", "only its issuer understands it")
            }
            Content::Image(Image { media: Media::File { issuer: Some(file), .. }, .. })
                if !issuer.is(file) =>
            {
                ("image", "the file was uploaded to another provider")
            }
            Content::Document(Document {
                media: Media::File { issuer: Some(file), .. }, ..
            }) if !issuer.is(file) => ("document", "the file was uploaded to another provider"),
            Content::Audio(audio) if !matches!(audio.media, Some(Media::Bytes { .. })) => {
                ("audio", "the host takes sounds only as bytes")
            }
            Content::Audio(_) if assistant => ("audio", "the model's own turns are texts"),
            Content::Image(_) if assistant && self.is_picture(part) => return true,
            Content::Image(_) if assistant => ("image", "the model's own turns are texts"),
            Content::Document(_) if assistant => ("document", "the model's own turns are texts"),
            Content::Video(_) => ("video", "the dialect takes no films"),
            _ => return true,
        };
        self.body.losses.dropped(what, why);
        false
    }

    /// Writes what is said in one item.
    fn said(&mut self, parts: &[&'a Part]) {
        let (extra, prefix) = match (self.is_assistant(), parts) {
            (true, [first, ..]) => (&first.extra, "message."),
            _ => (&self.message.extra, ""),
        };
        let form = |turn: &Self, key: &str| turn.form(extra, &format!("{prefix}{key}"));
        let role = match (self.message.role, form(self, "role")) {
            (Role::System, Some("\"developer\"")) => "developer",
            (Role::System, _) => "system",
            (Role::Assistant, _) => "assistant",
            _ => "user",
        };
        // Who speaks the dialect knows how the host wants it.
        let as_item = self.is_assistant()
            && self.body.dialect.answers == Answers::Items
            && !self.body.is_theirs();
        let typed = as_item || form(self, "type").is_some();
        let content = if as_item { Some("[]") } else { form(self, "content") };
        self.body.out.object();
        if typed {
            self.body.out.field("type", "message");
        }
        self.body.out.field("role", role);
        self.content("content", parts, content, self.is_assistant());
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(extra, prefix, &[IN_FIELD], reach, losses).end_object();
    }

    /// Writes a content: a string where one will do, and a list of parts elsewhere.
    fn content(
        &mut self,
        key: &'static str,
        parts: &[&'a Part],
        form: Option<&str>,
        assistant: bool,
    ) {
        match (parts, form) {
            ([], Some(form)) => return self.body.out.key(key).raw(form).done(),
            ([], None) => return self.body.out.field(key, "").done(),
            ([part], form) if form != Some("[]") && part.cache.is_none() => {
                let reach = self.body.reach;
                // What an assistant's item says beside its parts is no matter of theirs.
                let beside = |e: &&nohop_types::Extra| {
                    e.scope.covers(reach.dialect, reach.endpoint)
                        && !(assistant && BESIDE.iter().any(|beside| e.key.starts_with(beside)))
                };
                let plain = part.citations.is_empty() && !part.extra.iter().any(|e| beside(&e));
                if let Some(text) = part.as_text().filter(|_| plain) {
                    self.foreign(part, assistant);
                    return self.body.out.field(key, text).done();
                }
            }
            _ => (),
        }
        self.body.out.key(key).array();
        for part in parts {
            self.part(part, assistant);
        }
        self.body.out.end_array();
    }

    /// Notes the extra fields of a part that is written as a mere string.
    fn foreign(&mut self, part: &Part, assistant: bool) {
        let reach = self.body.reach;
        let lost = part.extra.iter().filter(|e| !e.scope.covers(reach.dialect, reach.endpoint));
        for extra in lost.filter(|e| !e.value.is_empty() && !assistant) {
            self.body.losses.dropped(extra.key.clone(), "the extra field is meant for others");
        }
    }

    fn part(&mut self, part: &'a Part, assistant: bool) {
        if let Content::Opaque(opaque) = &part.content {
            return self.body.out.raw(opaque.json.as_str()).done();
        }
        self.body.out.object();
        // Some clients write the model's own words as if they were the person's.
        let usual = if assistant { "output_text" } else { "input_text" };
        let r#type = match self.form(&part.extra, "type") {
            Some("\"input_text\"") => "input_text",
            Some("\"output_text\"") => "output_text",
            Some("\"text\"") => "text",
            _ => usual,
        };
        match &part.content {
            Content::Text(text) => {
                self.body.out.field("type", r#type).field("text", text);
                self.citations(part);
            }
            Content::Refusal(text) if assistant => {
                self.body.out.field("type", "refusal").field("refusal", text);
            }
            Content::Refusal(text) => {
                self.body.losses.translated("refusal", "only the model's own turns may refuse");
                self.body.out.field("type", r#type).field("text", text);
            }
            Content::Image(image) => {
                let key = if is_file(&image.media) { "file_id" } else { "image_url" };
                self.body.out.field("type", "input_image").field(key, Address(&image.media));
                self.body.out.maybe("detail", image.detail.as_ref());
            }
            Content::Document(document) => self.document(part, document),
            Content::Audio(audio) => self.audio(audio),
            // What has no place here was left out before.
            _ => (),
        }
        if assistant && part.cache.is_some() {
            self.body.losses.dropped("message", "the host marks no words of the model's own");
        } else {
            self.body.mark(part.cache);
        }
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(&part.extra, "", BESIDE, reach, losses).end_object();
    }

    fn citations(&mut self, part: &Part) {
        let issuer = self.body.call.issuer;
        let own = part.citations.iter().filter_map(|citation| citation.raw.as_ref());
        let own: Vec<_> = own.filter(|raw| issuer.is(&raw.issuer)).collect();
        if own.len() < part.citations.len() {
            self.body.losses.dropped("citations", "only their issuer takes them back");
        }
        if !own.is_empty() {
            self.body.out.key("annotations").array();
            for raw in own {
                self.body.out.raw(raw.json.as_str());
            }
            self.body.out.end_array();
        }
    }

    fn document(&mut self, part: &'a Part, document: &Document) {
        let within = self.form(&part.extra, "file_data").is_some();
        let out = self.body.out.field("type", "input_file");
        let (address, name) = (Address(&document.media), document.name.as_deref());
        match &document.media {
            Media::File { .. } => out.maybe("filename", name).field("file_id", address),
            Media::Url(_) if !within => out.maybe("filename", name).field("file_url", address),
            _ if within => out.maybe("filename", name).field("file_data", address),
            // Without a name, the host does not look at a document's type.
            _ => out.field("filename", name.unwrap_or("document")).field("file_data", address),
        };
    }

    fn audio(&mut self, audio: &Audio) {
        let Some(Media::Bytes { media_type, bytes }) = &audio.media else { return };
        let format = match media_type.trim_start_matches("audio/") {
            "mpeg" => "mp3",
            "x-wav" | "wave" => "wav",
            format => format,
        };
        self.body.out.field("type", "input_audio").key("input_audio").object();
        self.body.out.field("data", Base64(bytes)).field("format", format).end_object();
    }

    /// Writes the parts of one item of thinking, in the order in which they stand.
    fn thinking(&mut self, parts: &[&'a Part]) {
        let [first, ..] = parts else { return };
        let told = || {
            parts.iter().filter_map(|part| match &part.content {
                Content::Reasoning(reasoning) => Some(reasoning),
                _ => None,
            })
        };
        let seal = told().find_map(|told| told.sealed.as_ref().or(told.signature.as_ref()));
        self.body.out.object().field("type", "reasoning");
        let listed = |kind: Summary| {
            told().filter(move |told| {
                told.summary == kind && (!told.text.is_empty() || told.signature.is_some())
            })
        };
        self.body.out.key("summary").array();
        for told in listed(Summary::Summary) {
            self.body.out.object().field("type", "summary_text").field("text", &told.text);
            self.body.out.end_object();
        }
        self.body.out.end_array();
        if listed(Summary::Full).next().is_some() {
            self.body.out.key("content").array();
            for told in listed(Summary::Full) {
                self.body.out.object().field("type", "reasoning_text").field("text", &told.text);
                self.body.out.end_object();
            }
            self.body.out.end_array();
        }
        self.body.out.maybe("encrypted_content", seal);
        if parts.iter().any(|part| part.cache.is_some()) {
            self.body.losses.dropped("message", "thinking can not be marked");
        }
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(&first.extra, "", BESIDE, reach, losses).end_object();
    }
}

/// The id of a call whose input is a text.
fn custom(part: &Part) -> Option<&str> {
    match &part.content {
        Content::ToolCall(call) if call.input == Input::Text => Some(&call.id),
        _ => None,
    }
}

fn is_sealed(reasoning: &Reasoning) -> bool {
    reasoning.sealed.is_some() || reasoning.signature.is_some()
}

fn is_file(media: &Media) -> bool {
    matches!(media, Media::File { .. })
}
