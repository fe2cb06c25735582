//! The parts of a turn, as this dialect writes them.

use nohop_types::{Content, Document, Media, Part, Result, Role, ToolCall, ToolResult};

use super::format::Kind;
use super::write::Body;
use crate::dialect::calls::object;
use crate::dialect::media::Base64;

/// The most characters of a document's name, with room for a number.
const LONGEST_NAME: usize = 180;

impl Body<'_> {
    /// Whether a part can be said by `role`; a loss where it can not.
    pub(super) fn keeps(&mut self, part: &Part, role: Role) -> bool {
        let (what, why) = match &part.content {
            // A text that only marks where others were cited is empty; all others are refused.
            Content::Text(text) | Content::Refusal(text) if text.trim().is_empty() => {
                if !text.is_empty() {
                    self.losses.dropped("text", "a text of white space is refused");
                }
                if part.cache.is_some() {
                    self.losses.dropped("cache", "an empty text can not be marked");
                }
                return self.cited(part) && role == Role::Assistant;
            }
            Content::Text(_) | Content::Refusal(_) => return true,
            Content::Opaque(opaque) if !self.call.issuer.is(&opaque.issuer) => {
                ("opaque", "only its issuer understands it")
            }
            Content::Opaque(_) => return true,
            _ if role == Role::System => ("system", "the application speaks in text alone"),
            Content::Reasoning(reasoning) if !self.call.issuer.is(&reasoning.issuer) => {
                ("reasoning", "another issuer's thinking means nothing here")
            }
            Content::Document(_) | Content::Image(_) if role == Role::Assistant => {
                ("messages", "the model's own turns are texts here")
            }
            Content::Audio(audio) => match &audio.media {
                Some(media) => return self.reaches(Kind::Audio, media),
                None => ("audio", "the dialect takes a sound only as bytes or from S3"),
            },
            Content::Document(document) => return self.reaches(Kind::Document, &document.media),
            Content::Image(image) => return self.reaches(Kind::Image, &image.media),
            Content::Video(video) => return self.reaches(Kind::Video, &video.media),
            _ => return true,
        };
        self.losses.dropped(what, why);
        false
    }

    /// Whether the dialect can say where `media` are, and what.
    fn reaches(&mut self, kind: Kind, media: &Media) -> bool {
        let why = match media {
            Media::Bytes { media_type, .. } => {
                if self.word(kind, media_type).is_some() {
                    return true;
                }
                "the dialect does not know its type"
            }
            Media::Url(url) if url.starts_with("s3://") => {
                if ending(url).is_some() {
                    return true;
                }
                "the dialect wants its type, which the address does not tell"
            }
            Media::Url(_) => "the dialect fetches nothing but from S3: give its bytes",
            _ => "the dialect has no files of its own: give its bytes",
        };
        self.losses.dropped(kind.name(), why);
        false
    }

    /// The word for media of this label; any text is one that is written plainly.
    fn word<'l>(&self, kind: Kind, label: &'l str) -> Option<&'l str> {
        let text = kind == Kind::Document && label.starts_with("text/");
        kind.word(label).or(text.then_some("txt"))
    }

    /// Whether it is said of a part where it comes from, in this dialect.
    fn cited(&self, part: &Part) -> bool {
        let mut raw = part.citations.iter().filter_map(|citation| citation.raw.as_ref());
        raw.any(|raw| self.call.issuer.is(&raw.issuer))
    }

    /// Writes one part, and the mark behind it.
    pub(super) fn block(&mut self, part: &Part) -> Result<()> {
        self.content(part, "")?;
        match part.content {
            Content::Reasoning(_) if part.cache.is_some() => {
                self.losses.dropped("cache", "thinking can not be marked");
            }
            _ => self.mark(part.cache),
        }
        Ok(())
    }

    fn content(&mut self, part: &Part, within: &'static str) -> Result<()> {
        let inner: &[&str] = match &part.content {
            Content::Opaque(opaque) => {
                self.out.raw(opaque.json.as_str());
                return Ok(());
            }
            Content::Text(text) => {
                self.out.object();
                self.text(part, text, within);
                &[]
            }
            Content::Refusal(text) => {
                self.losses.translated("refusal", "the dialect tells a refusal as text");
                self.out.object().text("text", text);
                &[]
            }
            Content::Reasoning(reasoning) => {
                self.out.object().key("reasoningContent").object();
                match &reasoning.sealed {
                    Some(data) => self.out.field("redactedContent", data).done(),
                    None => {
                        self.out.key("reasoningText").object().text("text", &reasoning.text);
                        self.out.maybe("signature", reasoning.signature.as_ref()).end_object();
                    }
                }
                self.out.end_object();
                &[]
            }
            Content::ToolCall(call) => {
                self.call(part, call)?;
                &["toolUse."]
            }
            Content::ToolResult(result) => {
                self.result(part, result)?;
                &["toolResult."]
            }
            Content::Audio(audio) => self.media(part, Kind::Audio, audio.media.as_ref(), None),
            Content::Document(document) => {
                self.media(part, Kind::Document, Some(&document.media), Some(document))
            }
            Content::Image(image) => {
                if image.detail.is_some() {
                    self.losses.dropped("image.detail", "the dialect has no word for it");
                }
                self.media(part, Kind::Image, Some(&image.media), None)
            }
            Content::Video(video) => self.media(part, Kind::Video, Some(&video.media), None),
            // What has no place here was left out before.
            _ => return Ok(()),
        };
        self.out.extras(&part.extra, "", inner, self.reach, &mut self.losses).end_object();
        Ok(())
    }

    /// Writes a text, and where it comes from.
    fn text(&mut self, part: &Part, text: &str, within: &str) {
        let issuer = self.call.issuer;
        let own = part.citations.iter().filter_map(|citation| citation.raw.as_ref());
        let own: Vec<_> = own.filter(|raw| issuer.is(&raw.issuer) && within.is_empty()).collect();
        if own.len() < part.citations.len() {
            self.losses.dropped("citations", "only their issuer takes them back");
        }
        if own.is_empty() {
            self.out.text("text", text);
            return;
        }
        self.out.key("citationsContent").object();
        if !text.is_empty() {
            self.out.key("content").array().object().text("text", text).end_object().end_array();
        }
        self.out.key("citations").array();
        for raw in own {
            self.out.raw(raw.json.as_str());
        }
        self.out.end_array().end_object();
    }

    fn call(&mut self, part: &Part, call: &ToolCall) -> Result<()> {
        let id = self.ids.call(&call.id, &mut self.losses);
        let input = object(call, &mut self.losses)?;
        let input = input.as_deref().unwrap_or("{}");
        self.out.object().key("toolUse").object().field("toolUseId", id);
        self.out.text("name", &call.name).key("input").raw(input);
        self.out.extras(&part.extra, "toolUse.", &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    fn result(&mut self, part: &Part, result: &ToolResult) -> Result<()> {
        let id = self.ids.result(&result.id);
        self.out.object().key("toolResult").object().field("toolUseId", id);
        self.out.key("content").array();
        for part in &result.parts {
            if self.keeps(part, Role::Tool) {
                if part.cache.is_some() {
                    self.losses.dropped("cache", "a part of a tool's answer can not be marked");
                }
                self.content(part, "toolResult")?;
            }
        }
        self.out.end_array();
        let status = result.failed.map(|failed| if failed { "error" } else { "success" });
        self.out.maybe("status", status);
        self.out.extras(&part.extra, "toolResult.", &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    /// Writes a block of media, and says which of its extra fields stand within.
    fn media(
        &mut self,
        part: &Part,
        kind: Kind,
        media: Option<&Media>,
        document: Option<&Document>,
    ) -> &'static [&'static str] {
        let (word, source) = match media {
            Some(Media::Bytes { media_type, bytes }) => {
                let plain = kind.word(media_type).is_none();
                if plain {
                    let why = "the dialect takes a text of any other type as plain text";
                    self.losses.translated(kind.name(), why);
                }
                (self.word(kind, media_type), Some(Source::Bytes(bytes)))
            }
            Some(Media::Url(url)) => (ending(url), Some(Source::Place(url))),
            _ => (None, None),
        };
        self.out.object().key(kind.name()).object().maybe("format", word);
        if let Some(document) = document {
            let name = self.name(document);
            self.out.field("name", name);
        }
        self.out.key("source").object();
        match source {
            Some(Source::Bytes(bytes)) => self.out.field("bytes", Base64(bytes)).done(),
            Some(Source::Place(uri)) => {
                self.out.key("s3Location").object().field("uri", uri).end_object();
            }
            None => (),
        }
        self.out.end_object();
        let (prefix, inner): (_, &[&str]) = match kind {
            Kind::Audio => ("audio.", &["audio."]),
            Kind::Document => ("document.", &["document."]),
            Kind::Image => ("image.", &["image."]),
            Kind::Video => ("video.", &["video."]),
        };
        self.out.extras(&part.extra, prefix, &[], self.reach, &mut self.losses).end_object();
        inner
    }

    /// The name of a document, without which it is refused, in the few characters that are taken; a
    /// name that comes again is refused as well.
    fn name(&mut self, document: &Document) -> String {
        let given = document.name.as_deref().filter(|name| !name.trim().is_empty());
        let base = given.map_or_else(
            || {
                self.unnamed += 1;
                format!("document {}", self.unnamed)
            },
            plain,
        );
        let mut name = base;
        while let Some(times) = self.names.get_mut(&name) {
            *times += 1;
            name = format!("{name} ({times})");
        }
        self.names.insert(name.clone(), 1);
        if given.is_some_and(|given| given != name) {
            let why = "the dialect takes letters, digits, spaces and _ - ( ) [ ] in names, and each \
                       name once";
            self.losses.translated("document.name", why);
        }
        name
    }
}

/// A name in the characters that the dialect takes.
fn plain(name: &str) -> String {
    let takes = |c: char| c.is_ascii_alphanumeric() || " _-()[]".contains(c);
    let name = name.chars().take(LONGEST_NAME).map(|c| if takes(c) { c } else { '-' });
    let name: String = name.collect();
    name.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Where media are.
enum Source<'a> {
    Bytes(&'a [u8]),
    Place(&'a str),
}

/// The ending of a file's name, which is what the dialect calls its type.
fn ending(url: &str) -> Option<&str> {
    let (_, name) = url.rsplit_once('/')?;
    let (_, ending) = name.rsplit_once('.')?;
    let known = match ending {
        "jpg" => "jpeg",
        "3gp" => "three_gp",
        "htm" => "html",
        other => other,
    };
    (!known.is_empty() && known.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        .then_some(known)
}
