//! The conversation, as this dialect writes it.

use std::borrow::Cow;

use nohop_types::{Content, Document, Media, Message, Part, Result, Role, ToolCall, ToolResult};

use super::calls;
use super::write::{Body, CACHES};
use crate::dialect::media::Base64;
use crate::dialect::{invalid, silent};

/// Writes the turns, each as one or several of the dialect's own.
pub(super) fn write(body: &mut Body<'_>) -> Result<()> {
    let messages = &body.call.request.messages;
    if messages.is_empty() {
        if body.form("messages").is_some() {
            return Ok(());
        }
        return Err(silent(0));
    }
    body.out.key("messages").array();
    for (place, message) in messages.iter().enumerate() {
        let last = place + 1 == messages.len();
        let mut turn = Turn { body, message };
        turn.write(last).map_err(|error| error.at(format_args!("messages[{place}]")))?;
    }
    body.out.end_array();
    Ok(())
}

struct Turn<'b, 'a> {
    body: &'b mut Body<'a>,
    message: &'a Message,
}

/// What the parts of a turn are in the dialect, which has a field for each kind.
#[derive(Default)]
struct Said<'a> {
    texts: Vec<Cow<'a, str>>,
    thoughts: Vec<&'a str>,
    pictures: Vec<&'a [u8]>,
    calls: Vec<(&'a Part, &'a ToolCall)>,
}

impl<'a> Turn<'_, 'a> {
    fn write(&mut self, last: bool) -> Result<()> {
        let message = self.message;
        let prefill = last && message.role == Role::Assistant;
        if prefill && !self.body.call.abilities.prefill.allows("prefill", &mut self.body.losses)? {
            return Ok(());
        }
        if message.name.is_some() {
            self.body.losses.dropped("name", "the dialect has no names of speakers");
        }
        // Each tool result is a message of its own.
        let mut said = Said::default();
        let mut answered = false;
        for part in &message.parts {
            match &part.content {
                Content::ToolResult(result) => {
                    answered = true;
                    self.result(part, result);
                }
                _ => self.take(part, &mut said),
            }
        }
        self.rest(&said, answered)
    }

    fn result(&mut self, part: &'a Part, result: &'a ToolResult) {
        let mut said = Said::default();
        result.parts.iter().for_each(|part| self.take(part, &mut said));
        self.body.out.object().text("role", "tool");
        self.content(&said);
        let turns = &self.body.call.request.messages;
        let parts = turns.iter().flat_map(|message| &message.parts);
        let called = parts.into_iter().find_map(|part| match &part.content {
            Content::ToolCall(call) if call.id == result.id => Some(&call.name),
            _ => None,
        });
        match called {
            Some(name) => self.body.out.text("tool_name", name).done(),
            None if self.form("tool_name").is_some() => (),
            None => {
                let why = "no call has its id, by whose tool it would be known";
                self.body.losses.translated("tool_result", why);
            }
        }
        if !result.id.is_empty() && !calls::is_made(&result.id) {
            self.body.out.text("tool_call_id", &result.id);
        }
        if result.failed == Some(true) {
            self.body.losses.dropped("tool_result.failed", "the dialect has no word for it");
        }
        self.told_of(part);
        self.extras();
    }

    /// What is left of the turn once the tool results are told.
    fn rest(&mut self, said: &Said<'a>, answered: bool) -> Result<()> {
        let message = self.message;
        let Said { texts, thoughts, pictures, calls } = said;
        let nothing = texts.is_empty() && thoughts.is_empty() && calls.is_empty();
        if nothing && pictures.is_empty() && (answered || self.form("content").is_none()) {
            if message.parts.is_empty() && message.extra.is_empty() {
                return Err(invalid("a turn without parts says nothing: leave it out"));
            }
            if !answered {
                self.body.losses.dropped("messages", "nothing of the turn can be said here");
            }
            return Ok(());
        }
        let role = match message.role {
            Role::System => "system",
            Role::Assistant => "assistant",
            _ => "user",
        };
        self.body.out.object().text("role", role);
        self.content(said);
        if !thoughts.is_empty() {
            self.body.out.text("thinking", &thoughts.concat());
        }
        if !calls.is_empty() {
            self.body.out.key("tool_calls").array();
            for (part, call) in calls {
                self.call(part, call)?;
            }
            self.body.out.end_array();
        }
        self.extras();
        Ok(())
    }

    /// Takes a part into the field for its kind; a loss where there is none.
    fn take(&mut self, part: &'a Part, said: &mut Said<'a>) {
        if !part.citations.is_empty() {
            self.body.losses.dropped("citations", "the dialect has no place for them");
        }
        let (what, why) = match &part.content {
            Content::Text(text) => {
                said.texts.push(Cow::Borrowed(text));
                return self.told_of(part);
            }
            Content::Refusal(text) => {
                said.texts.push(Cow::Borrowed(text));
                self.body.losses.translated("refusal", "the dialect tells a refusal as text");
                return self.told_of(part);
            }
            Content::Reasoning(reasoning) if self.body.call.issuer.is(&reasoning.issuer) => {
                return said.thoughts.push(&reasoning.text);
            }
            Content::Reasoning(_) => ("reasoning", "another issuer's thinking means nothing here"),
            Content::ToolCall(call) => return said.calls.push((part, call)),
            Content::Image(image) => match &image.media {
                Media::Bytes { bytes, .. } => {
                    said.pictures.push(bytes);
                    if image.detail.is_some() {
                        let why = "the dialect has no word for it";
                        self.body.losses.dropped("image.detail", why);
                    }
                    return self.told_of(part);
                }
                _ => ("image", "the dialect takes pictures only as bytes"),
            },
            Content::Document(document) => match text(document) {
                Some(text) => {
                    said.texts.push(text);
                    let why = "the dialect tells a document as text";
                    self.body.losses.translated("document", why);
                    return self.told_of(part);
                }
                None => ("document", "the dialect takes documents only as text"),
            },
            Content::Audio(_) => ("audio", "the dialect takes no sounds"),
            Content::Video(_) => ("video", "the dialect takes no films"),
            _ => ("opaque", "the dialect has nothing that only its issuer understands"),
        };
        self.body.losses.dropped(what, why);
    }

    /// Writes `content`, which is one text, and the pictures beside it.
    fn content(&mut self, said: &Said<'_>) {
        match (&said.texts[..], self.form("content")) {
            ([], Some(form)) => self.body.out.key("content").raw(form).done(),
            ([one], _) => self.body.out.text("content", one).done(),
            (texts, _) => {
                if !texts.is_empty() {
                    let why = "a turn has one text: those of the turn are its lines";
                    self.body.losses.translated("messages", why);
                }
                self.body.out.text("content", &texts.join("\n"));
            }
        }
        if !said.pictures.is_empty() {
            self.body.out.key("images").array();
            for bytes in &said.pictures {
                self.body.out.value(Base64(bytes));
            }
            self.body.out.end_array();
        }
    }

    fn call(&mut self, part: &Part, call: &ToolCall) -> Result<()> {
        let arguments = calls::object(call, &mut self.body.losses)?;
        let arguments = arguments.as_deref().unwrap_or("{}");
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        let out = self.body.out.object();
        if !call.id.is_empty() && !calls::is_made(&call.id) {
            out.text("id", &call.id);
        }
        out.key("function").object().text("name", &call.name);
        out.key("arguments").raw(arguments);
        out.extras(&part.extra, "function.", &[], reach, losses).end_object();
        out.extras(&part.extra, "", &["function."], reach, losses).end_object();
        self.told_of(part);
        Ok(())
    }

    /// The form in which the caller wrote a field of the turn.
    fn form(&self, key: &str) -> Option<&'a str> {
        self.body.reach.form(&self.message.extra, key)
    }

    fn told_of(&mut self, part: &Part) {
        if part.cache.is_some() {
            self.body.losses.dropped("cache", CACHES);
        }
    }

    fn extras(&mut self) {
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(&self.message.extra, "", &[], reach, losses).end_object();
    }
}

/// The text of a document, below its name.
fn text(document: &Document) -> Option<Cow<'_, str>> {
    let Media::Bytes { media_type, bytes } = &document.media else { return None };
    let text = std::str::from_utf8(bytes).ok().filter(|_| media_type.starts_with("text/"))?;
    Some(match &document.name {
        Some(name) => Cow::Owned(format!("{name}\n{text}")),
        None => Cow::Borrowed(text),
    })
}
