//! The conversation, as this dialect writes it.

use nohop_types::{
    Content, Document, Image, Input, Media, Message, Part, Reasoning, Result, Role, ToolCall,
    ToolResult,
};

use super::write::{Body, CACHES};
use crate::dialect::calls::answered;
use crate::dialect::media::Address;
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
    // What tools answered and tools may not answer with, until they all have.
    let mut shown: Vec<&Part> = Vec::new();
    let mut place = 0;
    while place < messages.len() {
        let end = answered(messages, place);
        // Answers stand right behind the calls, before anything else is said.
        for message in &messages[place..end] {
            if message.role != Role::Tool && message.role != Role::User {
                show(body, &mut shown);
            }
            Turn { body, message, shown: &mut shown }.answers();
        }
        for (place, message) in messages[..end].iter().enumerate().skip(place) {
            let last = place + 1 == messages.len();
            let mut turn = Turn { body, message, shown: &mut shown };
            turn.rest(last).map_err(|error| error.at(format_args!("messages[{place}]")))?;
        }
        place = end;
    }
    show(body, &mut shown);
    body.out.end_array();
    Ok(())
}

/// Writes the documents of the person's turns.
pub(super) fn documents(body: &mut Body<'_>) {
    let documents = std::mem::take(&mut body.documents);
    let why = "the dialect tells the person's documents beside the conversation";
    body.losses.translated("document", why);
    body.out.key("documents").array();
    for part in documents {
        if let Content::Document(document) = &part.content {
            self::document(body, part, document);
        }
    }
    body.out.end_array();
}

/// Writes what tools may not answer with, as a turn of the person.
fn show(body: &mut Body<'_>, shown: &mut Vec<&Part>) {
    if !shown.is_empty() {
        body.out.object().text("role", "user").key("content").array();
        for part in shown.drain(..) {
            item(body, part);
        }
        body.out.end_array().end_object();
    }
}

struct Turn<'b, 'a, 's> {
    body: &'b mut Body<'a>,
    message: &'a Message,
    shown: &'s mut Vec<&'a Part>,
}

impl<'a> Turn<'_, 'a, '_> {
    /// Writes each tool's answer as a turn of its own.
    fn answers(&mut self) {
        for part in &self.message.parts {
            if let Content::ToolResult(result) = &part.content {
                self.result(part, result);
            }
        }
    }

    fn result(&mut self, part: &'a Part, result: &'a ToolResult) {
        let mut told: Vec<&Part> = Vec::new();
        for inner in &result.parts {
            if matches!(inner.content, Content::Image(_)) && self.keeps(inner, Role::User) {
                let why =
                    "the host takes only text from tools; the rest follows in a turn of the user";
                self.body.losses.translated("tool_result", why);
                self.shown.push(inner);
            } else if !matches!(inner.content, Content::Image(_)) && self.keeps(inner, Role::Tool) {
                told.push(inner);
            }
        }
        self.body.out.object().text("role", "tool").text("tool_call_id", &result.id);
        self.content(&told, true);
        if result.failed == Some(true) {
            self.body.losses.dropped("tool_result.failed", "the dialect has no word for it");
        }
        if part.cache.is_some() {
            self.body.losses.dropped("cache", CACHES);
        }
        self.extras();
    }

    /// What is left of the turn once the tool results are told.
    fn rest(&mut self, last: bool) -> Result<()> {
        let message = self.message;
        let prefill = last && message.role == Role::Assistant;
        if prefill && !self.body.call.abilities.prefill.allows("prefill", &mut self.body.losses)? {
            return Ok(());
        }
        if message.name.is_some() {
            self.body.losses.dropped("name", "the dialect has no names of speakers");
        }
        let mut said: Vec<&'a Part> = Vec::new();
        let (mut calls, mut plans) = (Vec::new(), Vec::new());
        let answered = message.parts.iter().any(|p| matches!(p.content, Content::ToolResult(_)));
        for part in &message.parts {
            match &part.content {
                Content::ToolResult(_) => (),
                Content::ToolCall(call) => calls.push((part, call)),
                _ if !self.keeps(part, message.role) => (),
                Content::Document(_) => self.body.documents.push(part),
                Content::Reasoning(reasoning) if self.is_plan(part) => plans.push(reasoning),
                _ => said.push(part),
            }
        }
        if message.role == Role::User {
            said.splice(..0, self.shown.drain(..));
        }
        let nothing = said.is_empty() && calls.is_empty() && plans.is_empty();
        if nothing && (answered || self.form("content").is_none()) {
            // A model that said nothing is no mistake of the caller's.
            let silent = message.parts.is_empty() && message.extra.is_empty();
            if silent && message.role != Role::Assistant {
                return Err(invalid("a turn without parts says nothing: leave it out"));
            }
            if !answered && message.role != Role::Tool {
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
        self.content(&said, false);
        self.plan(&plans);
        if !calls.is_empty() {
            self.body.out.key("tool_calls").array();
            for (part, call) in calls {
                self.call(part, call);
            }
            self.body.out.end_array();
        }
        self.citations();
        self.extras();
        Ok(())
    }

    /// Whether a part can be said by `role`; a loss where it can not.
    fn keeps(&mut self, part: &Part, role: Role) -> bool {
        let (what, why) = match &part.content {
            Content::Text(_) | Content::Refusal(_) => return true,
            Content::Opaque(opaque) if self.body.call.issuer.is(&opaque.issuer) => return true,
            Content::Opaque(_) => ("opaque", "only its issuer understands it"),
            Content::Reasoning(reasoning) if !self.body.call.issuer.is(&reasoning.issuer) => {
                ("reasoning", "another issuer's thinking means nothing here")
            }
            Content::Reasoning(_) if role == Role::Assistant => return true,
            Content::Image(Image { media: Media::File { .. }, .. }) => {
                ("image", "the dialect takes no file ids here; send bytes or a URL")
            }
            Content::Image(_) if role == Role::User => return true,
            Content::Document(document) if matches!(role, Role::User | Role::Tool) => {
                if text(document).is_some() {
                    return true;
                }
                ("document", "the dialect takes documents only as text")
            }
            Content::Audio(_) => ("audio", "the dialect takes no sounds"),
            Content::Video(_) => ("video", "the dialect takes no films"),
            _ => ("messages", "the dialect has no place for it in such a turn"),
        };
        self.body.losses.dropped(what, why);
        false
    }

    /// Whether the model said it as what it was going to do with its tools.
    fn is_plan(&self, part: &Part) -> bool {
        let reach = self.body.reach;
        reach.form(&part.extra, "tool_plan").is_some()
    }

    /// The form in which the caller wrote a field of the turn.
    fn form(&self, key: &str) -> Option<&'a str> {
        self.body.reach.form(&self.message.extra, key)
    }

    /// Writes `content`: a string where one will do, and a list elsewhere; an empty one only if it is
    /// `needed`.
    fn content(&mut self, parts: &[&Part], needed: bool) {
        match (parts, self.form("content")) {
            ([], Some(form)) => self.body.out.key("content").raw(form).done(),
            ([], None) if needed => self.body.out.text("content", "").done(),
            ([], None) => (),
            ([part], form)
                if form != Some("[]") && part.extra.is_empty() && part.as_text().is_some() =>
            {
                self.body.out.text("content", part.as_text().unwrap_or_default());
                told_of(self.body, part);
            }
            _ => {
                self.body.out.key("content").array();
                parts.iter().for_each(|part| item(self.body, part));
                self.body.out.end_array();
            }
        }
    }

    fn plan(&mut self, plans: &[&Reasoning]) {
        if !plans.is_empty() {
            let text: String = plans.iter().map(|plan| plan.text.as_str()).collect();
            self.body.out.text("tool_plan", &text);
        }
    }

    fn call(&mut self, part: &Part, call: &ToolCall) {
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        let out = &mut self.body.out;
        out.object().text("id", &call.id).text("type", "function");
        out.key("function").object().text("name", &call.name);
        match (call.input, call.arguments.trim()) {
            (Input::Text, _) => {
                losses.translated("tool_call", "the dialect has no calls in free text");
                let text = serde_json::json!({ "input": call.arguments });
                out.text("arguments", &text.to_string());
            }
            // A model that has nothing to say of a call says so in other dialects.
            (_, "" | "null") => out.text("arguments", "{}").done(),
            _ => out.text("arguments", &call.arguments).done(),
        }
        out.extras(&part.extra, "function.", &[], reach, losses).end_object();
        out.extras(&part.extra, "", &["function."], reach, losses).end_object();
        told_of(self.body, part);
    }

    /// Writes where the model said that its words come from.
    fn citations(&mut self) {
        let issuer = self.body.call.issuer;
        let all = self.message.parts.iter().flat_map(|part| &part.citations);
        let own = all.clone().filter_map(|citation| citation.raw.as_ref());
        let own: Vec<_> = own.filter(|raw| issuer.is(&raw.issuer)).collect();
        if own.len() < all.count() {
            self.body.losses.dropped("citations", "only their issuer takes them back");
        }
        if !own.is_empty() {
            self.body.out.key("citations").array();
            for raw in own {
                self.body.out.raw(raw.json.as_str());
            }
            self.body.out.end_array();
        }
    }

    fn extras(&mut self) {
        let (reach, losses) = (self.body.reach, &mut self.body.losses);
        self.body.out.extras(&self.message.extra, "", &[], reach, losses).end_object();
    }
}

/// Writes an item of a content.
fn item(body: &mut Body<'_>, part: &Part) {
    let inner: &[&str] = match &part.content {
        Content::Text(text) => {
            body.out.object().text("type", "text").text("text", text);
            &[]
        }
        Content::Refusal(text) => {
            body.losses.translated("refusal", "the dialect tells a refusal as text");
            body.out.object().text("type", "text").text("text", text);
            &[]
        }
        Content::Reasoning(reasoning) => {
            body.out.object().text("type", "thinking").text("thinking", &reasoning.text);
            &[]
        }
        Content::Image(image) => {
            body.out.object().text("type", "image_url").key("image_url").object();
            body.out.field("url", Address(&image.media)).maybe("detail", image.detail.as_ref());
            let losses = &mut body.losses;
            body.out.extras(&part.extra, "image_url.", &[], body.reach, losses).end_object();
            &["image_url."]
        }
        Content::Document(document) => {
            body.out.object().text("type", "document").key("document");
            self::document(body, part, document);
            &["document."]
        }
        Content::Opaque(opaque) => return body.out.raw(opaque.json.as_str()).done(),
        // What has no place here was left out before.
        _ => return,
    };
    told_of(body, part);
    body.out.extras(&part.extra, "", inner, body.reach, &mut body.losses).end_object();
}

/// Writes a document, whose text is a field of what the dialect calls its data.
fn document(body: &mut Body<'_>, part: &Part, document: &Document) {
    let (reach, losses) = (body.reach, &mut body.losses);
    body.out.object().key("data").object();
    body.out.maybe("title", document.name.as_ref());
    body.out.text("text", text(document).unwrap_or_default());
    body.out.extras(&part.extra, "document.data.", &[], reach, losses).end_object();
    body.out.extras(&part.extra, "document.", &["data."], reach, losses).end_object();
}

/// The text of a document, if it is one.
fn text(document: &Document) -> Option<&str> {
    match &document.media {
        Media::Bytes { media_type, bytes } if media_type.starts_with("text/") => {
            std::str::from_utf8(bytes).ok()
        }
        _ => None,
    }
}

fn told_of(body: &mut Body<'_>, part: &Part) {
    if part.cache.is_some() {
        body.losses.dropped("cache", CACHES);
    }
}
