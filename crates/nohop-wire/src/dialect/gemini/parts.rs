//! The parts of a turn, as this dialect writes them.

use nohop_types::{Content, Extras, Media, Part, Result, Role, ToolCall, ToolResult};

use super::media::{SPELLED, Spelled, label};
use super::proof::Place;
use super::write::Body;
use super::{BEGINS, CallIds};
use crate::dialect::calls::{is_made, is_object, object};

impl<'a> Body<'a> {
    /// Whether a part can be said by `role`; a loss where it can not.
    pub(super) fn keeps(&mut self, part: &Part, role: Role) -> bool {
        let (what, why) = match &part.content {
            // Empty texts are refused, but a caller that speaks the dialect may know better.
            Content::Text(text) | Content::Refusal(text) if text.is_empty() => {
                return self.form_in(&part.extra, "text").is_some();
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
            Content::Audio(audio) => match &audio.media {
                Some(media) if self.reaches(media) => return true,
                Some(_) => ("audio", ELSEWHERE),
                None => ("audio", "the dialect takes a sound only as bytes or by its address"),
            },
            Content::Document(document) if !self.reaches(&document.media) => {
                ("document", ELSEWHERE)
            }
            Content::Image(image) if !self.reaches(&image.media) => ("image", ELSEWHERE),
            Content::Video(video) if !self.reaches(&video.media) => ("video", ELSEWHERE),
            _ => return true,
        };
        self.losses.dropped(what, why);
        false
    }

    /// Whether the host can get at `media`.
    fn reaches(&self, media: &Media) -> bool {
        match media {
            Media::File { issuer: Some(issuer), .. } => self.call.issuer.is(issuer),
            _ => true,
        }
    }

    /// Writes parts, each with its signature; the first call that has none carries `excuse`.
    pub(super) fn parts(&mut self, parts: &[&Part], excuse: Option<&'static str>) -> Result<()> {
        let signatures = signatures(parts);
        let mut excuse = excuse;
        for (part, signature) in parts.iter().zip(signatures) {
            let called = matches!(part.content, Content::ToolCall(_));
            let excused = excuse.filter(|_| called);
            // Of parallel calls, only the first is signed.
            excuse = excuse.filter(|_| !called);
            match signature {
                Signature::Elsewhere => (),
                Signature::None => self.part(part, excused.map(|word| (word, None)))?,
                Signature::Of(seal, text) => self.part(part, Some((text, Some(seal))))?,
            }
        }
        self.aside(parts)
    }

    /// Writes what tools answered beside text, where it has no place within their results.
    fn aside(&mut self, parts: &[&Part]) -> Result<()> {
        if self.takes_media() {
            return Ok(());
        }
        let results = parts.iter().filter_map(|part| match &part.content {
            Content::ToolResult(result) => Some(result),
            _ => None,
        });
        for part in results.flat_map(|result| &result.parts) {
            if part.as_text().is_none() && self.keeps(part, Role::Tool) {
                let why = "the model takes only text from tools; the rest follows in the turn";
                self.losses.translated("tool_result", why);
                self.part(part, None)?;
            }
        }
        Ok(())
    }

    /// Whether a tool may answer with more than text.
    fn takes_media(&self) -> bool {
        self.generation >= 30
    }

    /// Writes one part with its signature, and the part that the signature came as.
    fn part(&mut self, part: &Part, signature: Option<(&str, Option<&Part>)>) -> Result<()> {
        if let Content::Opaque(opaque) = &part.content {
            self.out.raw(opaque.json.as_str());
            return Ok(());
        }
        self.out.object().take(BEGINS);
        let inner: &[&str] = match &part.content {
            Content::Text(text) => {
                self.out.field("text", text);
                if !part.citations.is_empty() {
                    let why = "the dialect has no place for them in a request";
                    self.losses.dropped("citations", why);
                }
                &[]
            }
            Content::Refusal(text) => {
                self.losses.translated("refusal", "the dialect tells a refusal as text");
                self.out.field("text", text);
                &[]
            }
            Content::Reasoning(reasoning) => {
                self.out.field("text", &reasoning.text);
                // A signature that belongs to no other part stands on an empty text.
                if reasoning.sealed.is_none() || !reasoning.text.is_empty() {
                    self.out.field("thought", true);
                }
                let own = reasoning.signature.as_ref().or(reasoning.sealed.as_ref());
                if let Some(own) = own {
                    self.signature(&part.extra, own);
                }
                self.out.take("inlineData");
                self.out.take("functionCall");
                &[]
            }
            Content::ToolCall(call) => {
                self.function_call(part, call)?;
                &["functionCall."]
            }
            Content::ToolResult(result) => {
                self.function_response(part, result)?;
                &["functionResponse."]
            }
            Content::Audio(audio) => self.maybe_media(part, audio.media.as_ref()),
            Content::Document(document) => {
                if document.name.is_some() {
                    self.losses.dropped("document.name", "the dialect has no word for it");
                }
                self.maybe_media(part, Some(&document.media))
            }
            Content::Image(image) => {
                if image.detail.is_some() {
                    self.losses.dropped("image.detail", "the dialect has no word for it");
                }
                self.maybe_media(part, Some(&image.media))
            }
            Content::Video(video) => self.maybe_media(part, Some(&video.media)),
            _ => &[],
        };
        if let Some((text, seal)) = signature {
            let none = Extras::new();
            self.signature(seal.map_or(&none, |seal| &seal.extra), text);
        }
        if part.cache.is_some() {
            self.losses.dropped("cache", "the host caches whole prompts by itself");
        }
        self.out.extras(&part.extra, "", inner, self.reach, &mut self.losses).end_object();
        Ok(())
    }

    fn signature(&mut self, extra: &Extras, text: &str) {
        self.key(extra, "", "thoughtSignature", "thought_signature").string(text);
    }

    fn function_call(&mut self, part: &Part, call: &ToolCall) -> Result<()> {
        let extra = &part.extra;
        let (inside, prefix) = (object(call, &mut self.losses)?, "functionCall.");
        self.key(extra, "", "functionCall", "function_call").object();
        self.id(&call.id);
        self.called.insert(call.id.clone(), call.name.clone());
        self.out.field("name", &call.name);
        if let Some(arguments) = inside {
            self.out.key("args").raw(&arguments);
        }
        self.out.extras(extra, prefix, &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    /// Writes the id of a call, unless the host does without or never gave one.
    fn id(&mut self, id: &str) {
        match self.dialect.ids {
            CallIds::Said if !id.is_empty() && !is_made(id) => self.out.field("id", id).done(),
            _ => self.out.take("id"),
        }
    }

    fn function_response(&mut self, part: &Part, result: &ToolResult) -> Result<()> {
        let (extra, prefix) = (&part.extra, "functionResponse.");
        self.key(extra, "", "functionResponse", "function_response").object();
        self.id(&result.id);
        let known = self.called.get(&result.id).cloned();
        let told = self.form_in(extra, "functionResponse.name");
        match (told, known) {
            (Some(_), _) => (),
            (None, Some(name)) => self.out.field("name", name).done(),
            (None, None) => {
                self.losses.translated("tool_result", "no call has its id, which names it here");
                self.out.field("name", &result.id);
            }
        }
        let texts: Vec<&str> = result.parts.iter().filter_map(Part::as_text).collect();
        let form = self.form_in(extra, "functionResponse.response");
        if form.is_none_or(|form| form == "\"\"" || !texts.is_empty()) {
            self.response(&texts.join("\n"), result.failed == Some(true), form.is_some());
        } else if form == Some("[]") {
            self.out.take("response");
        }
        let others = result.parts.iter().filter(|part| part.as_text().is_none());
        let mut others: Vec<&Part> = others.filter(|_| self.takes_media()).collect();
        others.retain(|part| self.keeps(part, Role::Tool));
        if !others.is_empty() {
            self.out.key("parts").array();
            self.parts(&others, None)?;
            self.out.end_array();
        }
        self.out.extras(extra, prefix, &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    /// Writes what a tool answered: an object as it is, and a text, or what is to be taken for one,
    /// under the name that is meant for it.
    fn response(&mut self, text: &str, failed: bool, literal: bool) {
        self.out.key("response");
        let object = text.trim();
        if !failed && !literal && is_object(object) {
            return self.out.raw(object).done();
        }
        let key = if failed { "error" } else { "output" };
        self.out.object().field(key, text).end_object();
    }

    fn maybe_media(&mut self, part: &Part, media: Option<&Media>) -> &'static [&'static str] {
        if let Some(media) = media {
            self.media(part, media);
        }
        &["inlineData.", "fileData."]
    }

    fn media(&mut self, part: &Part, media: &Media) {
        let extra = &part.extra;
        match media {
            Media::Bytes { media_type, bytes } => {
                let prefix = "inlineData.";
                let url_safe = self.form_in(extra, SPELLED).is_some();
                self.key(extra, "", "inlineData", "inline_data").object();
                self.key(extra, prefix, "mimeType", "mime_type").string(media_type);
                self.out.field("data", Spelled { bytes, url_safe });
                self.out.extras(extra, prefix, &[], self.reach, &mut self.losses).end_object();
            }
            Media::File { id: uri, .. } | Media::Url(uri) => {
                let prefix = "fileData.";
                self.key(extra, "", "fileData", "file_data").object();
                self.key(extra, prefix, "fileUri", "file_uri").string(uri);
                let told = self.form_in(extra, "fileData.mimeType");
                match (told, label(uri)) {
                    (Some("null"), _) => self.out.take("mimeType"),
                    (Some(form), _) => {
                        self.key(extra, prefix, "mimeType", "mime_type").raw(form);
                    }
                    (None, Some(label)) => {
                        self.key(extra, prefix, "mimeType", "mime_type").string(&label);
                    }
                    (None, None) => (),
                }
                self.out.extras(extra, prefix, &[], self.reach, &mut self.losses).end_object();
            }
            _ => (),
        }
    }
}

const ELSEWHERE: &str = "the file was uploaded to another provider";

/// Whether a part is signed.
#[derive(Clone, Copy)]
enum Signature<'p> {
    /// It is itself the signature of another.
    Elsewhere,
    None,
    /// It is, and the signature came as this part.
    Of(&'p Part, &'p str),
}

/// The signature of each part: one that still says where it stood belongs to the part after it, and
/// one that has lost that on its way belongs to the first call that has none.
fn signatures<'p>(parts: &[&'p Part]) -> Vec<Signature<'p>> {
    let mut signatures = vec![Signature::None; parts.len()];
    for (number, part) in parts.iter().enumerate() {
        let Content::Reasoning(reasoning) = &part.content else { continue };
        let Some(text) = reasoning.sealed.as_deref().filter(|_| reasoning.text.is_empty()) else {
            continue;
        };
        let free = |place: &usize| matches!(signatures[*place], Signature::None);
        let owner = match Place::of(part) {
            // Surfaces that tell thinking before all else put several in front.
            Some(place) => {
                (number + 1..parts.len()).find(|next| place.fits(parts[*next]) && free(next))
            }
            None => {
                let called = |place: &usize| Place::Call.fits(parts[*place]) && free(place);
                (number + 1..parts.len()).find(called)
            }
        };
        if let Some(owner) = owner {
            signatures[owner] = Signature::Of(part, text);
            signatures[number] = Signature::Elsewhere;
        }
    }
    signatures
}
