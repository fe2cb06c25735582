//! The parts of a turn, as this dialect writes them.

use nohop_types::{Content, Document, Media, Part, Result, Role};

use super::write::Body;
use crate::dialect::calls::object;
use crate::dialect::media::Base64;

/// Why a text is left out.
const BLANK: &str = "a text of white space is refused";

impl Body<'_> {
    /// Whether a part can be said by `role`; a loss where it can not.
    pub(super) fn keeps(&mut self, part: &Part, role: Role) -> bool {
        let losses = &mut self.losses;
        match &part.content {
            // Blank texts are refused, but a caller that speaks the dialect may know better.
            Content::Text(text) | Content::Refusal(text) if text.trim().is_empty() => {
                let reach = self.reach;
                let said = reach.form(&part.extra, "text").is_some();
                if !said && !text.is_empty() {
                    losses.dropped("text", BLANK);
                }
                if !said && part.cache.is_some() {
                    losses.dropped("cache", "an empty text can not be marked");
                }
                said
            }
            Content::Opaque(opaque) => {
                let mine = self.call.issuer.is(&opaque.issuer);
                if !mine {
                    losses.dropped("opaque", "only its issuer understands it");
                }
                mine
            }
            Content::Text(_) | Content::Refusal(_) => true,
            _ if role == Role::System => {
                losses.dropped("system", "the application speaks in text alone");
                false
            }
            Content::Reasoning(reasoning) => {
                let mine = self.call.issuer.is(&reasoning.issuer);
                if !mine {
                    losses.dropped("reasoning", "another issuer's thinking means nothing here");
                }
                mine
            }
            Content::Audio(_) => {
                losses.dropped("audio", "the dialect takes no sounds");
                false
            }
            Content::Video(_) => {
                losses.dropped("video", "the dialect takes no films");
                false
            }
            Content::Document(_) | Content::Image(_) if role == Role::Assistant => {
                losses.dropped("messages", "the model's own turns are texts here");
                false
            }
            Content::Document(document) => self.reaches("document", &document.media),
            Content::Image(image) => self.reaches("image", &image.media),
            _ => true,
        }
    }

    /// Whether the host can get at `media`.
    fn reaches(&mut self, what: &'static str, media: &Media) -> bool {
        let reaches = match media {
            Media::File { issuer: Some(issuer), .. } => self.call.issuer.is(issuer),
            _ => true,
        };
        if !reaches {
            self.losses.dropped(what, "the file was uploaded to another provider");
        }
        reaches
    }

    /// Writes the field `key`: a string where one will do, and a list of blocks elsewhere.
    pub(super) fn content(
        &mut self,
        key: &'static str,
        parts: &[&Part],
        form: Option<&str>,
    ) -> Result<()> {
        if let [part] = parts
            && let Some(text) = part.as_text()
            && form != Some("[]")
            && part.cache.is_none()
            && part.citations.is_empty()
            && part.extra.is_empty()
        {
            self.out.text(key, text);
            return Ok(());
        }
        self.out.key(key).array();
        for part in parts {
            self.block(part)?;
        }
        self.out.end_array();
        Ok(())
    }

    fn block(&mut self, part: &Part) -> Result<()> {
        match &part.content {
            Content::Text(text) => {
                self.out.object().text("type", "text").text("text", text);
                self.citations(part);
            }
            Content::Refusal(text) => {
                self.losses.translated("refusal", "the dialect tells a refusal as text");
                self.out.object().text("type", "text").text("text", text);
            }
            Content::Image(image) => {
                self.out.object().field("type", "image");
                self.source(&image.media, false);
                if image.detail.is_some() {
                    self.losses.dropped("image.detail", "the dialect has no word for it");
                }
            }
            Content::Document(document) => self.document(document),
            Content::ToolCall(call) => {
                let id = self.ids.call(&call.id, &mut self.losses);
                self.out.object().field("type", "tool_use").field("id", id);
                self.out.text("name", &call.name);
                let input = object(call, &mut self.losses)?;
                let input = input.as_deref().unwrap_or("{}");
                self.out.key("input").raw(input);
            }
            Content::ToolResult(result) => {
                let id = self.ids.result(&result.id);
                self.out.object().field("type", "tool_result").field("tool_use_id", id);
                let mut parts: Vec<&Part> = result.parts.iter().collect();
                parts.retain(|part| self.keeps(part, Role::Tool));
                let reach = self.reach;
                let form = reach.form(&part.extra, "content");
                if !parts.is_empty() {
                    self.content("content", &parts, form)?;
                }
                self.out.maybe("is_error", result.failed);
            }
            Content::Reasoning(reasoning) => match &reasoning.sealed {
                Some(data) => {
                    self.out.object().field("type", "redacted_thinking").field("data", data);
                }
                None => {
                    self.out.object().field("type", "thinking");
                    self.out.text("thinking", &reasoning.text);
                    self.out.maybe("signature", reasoning.signature.as_ref());
                }
            },
            Content::Opaque(opaque) => {
                self.out.raw(opaque.json.as_str());
                return Ok(());
            }
            // What has no place here was left out before.
            _ => return Ok(()),
        }
        match &part.content {
            Content::Reasoning(_) if part.cache.is_some() => {
                self.losses.dropped("cache", "thinking can not be marked");
            }
            _ => self.mark(part.cache),
        }
        self.out.extras(&part.extra, "", &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    fn citations(&mut self, part: &Part) {
        let issuer = self.call.issuer;
        let own = part.citations.iter().filter_map(|citation| citation.raw.as_ref());
        let own: Vec<_> = own.filter(|raw| issuer.is(&raw.issuer)).collect();
        if own.len() < part.citations.len() {
            self.losses.dropped("citations", "only their issuer takes them back");
        }
        if !own.is_empty() {
            self.out.key("citations").array();
            for raw in own {
                self.out.raw(raw.json.as_str());
            }
            self.out.end_array();
        }
    }

    fn document(&mut self, document: &Document) {
        self.out.object().field("type", "document");
        if let Media::Bytes { media_type, .. } = &document.media
            && media_type != "text/plain"
            && media_type.starts_with("text/")
        {
            self.losses.translated("document", "the dialect takes every text as text/plain");
        }
        self.source(&document.media, true);
        self.out.maybe("title", document.name.as_ref());
    }

    /// Writes the `source` of an image or a document; texts are told as such where they may be.
    fn source(&mut self, media: &Media, texts: bool) {
        self.out.key("source").object();
        match media {
            Media::Bytes { media_type, bytes } => match std::str::from_utf8(bytes) {
                Ok(text) if texts && media_type.starts_with("text/") => {
                    self.out.text("type", "text").text("media_type", "text/plain");
                    self.out.text("data", text);
                }
                _ => {
                    self.out.field("type", "base64").field("media_type", media_type);
                    self.out.field("data", Base64(bytes));
                }
            },
            Media::File { id, .. } => self.out.field("type", "file").field("file_id", id).done(),
            Media::Url(url) => self.out.field("type", "url").field("url", url).done(),
            _ => (),
        }
        self.out.end_object();
    }
}
