use nohop_types::{Content, Media, Part, Reasoning, ToolCall};

use super::extras;
use crate::dialect::gemini::Gemini;
use crate::dialect::gemini::proof::{self, Place};
use crate::dialect::media::Base64;
use crate::json::Writer;

/// Whether a part can be shown.
pub(super) fn is_shown(part: &Part) -> bool {
    match &part.content {
        Content::Opaque(opaque) => opaque.issuer.dialect == Gemini::NAME,
        Content::Audio(audio) => matches!(audio.media, Some(Media::Bytes { .. })),
        Content::Document(document) => matches!(document.media, Media::Bytes { .. }),
        Content::Image(image) => matches!(image.media, Media::Bytes { .. }),
        Content::Video(video) => matches!(video.media, Media::Bytes { .. }),
        Content::Reasoning(_) | Content::Refusal(_) | Content::Text(_) | Content::ToolCall(_) => {
            true
        }
        _ => false,
    }
}

/// A signature that waits for the part that it stands on.
#[derive(Debug, Default)]
pub(super) struct Waiting(Option<(String, Place)>);

impl Waiting {
    /// Takes a part that is the signature of another; `false` for any other part.
    ///
    /// One that stands alone is written at once, and so is one that waited in vain.
    pub(super) fn take(&mut self, out: &mut Writer, part: &Part) -> bool {
        let Content::Reasoning(reasoning) = &part.content else { return false };
        let Some(text) = reasoning.sealed.as_ref().filter(|_| reasoning.text.is_empty()) else {
            return false;
        };
        self.flush(out);
        let own = reasoning.issuer.dialect == Gemini::NAME;
        match Place::of(part).filter(|place| own && *place != Place::Alone) {
            Some(place) => self.0 = Some((text.clone(), place)),
            None => alone(out, &proof::carry(part, text)),
        }
        true
    }

    /// The signature of `part`, if one waits for it; otherwise it is written by itself.
    pub(super) fn of(&mut self, out: &mut Writer, part: &Part) -> Option<String> {
        match self.0.take() {
            Some((text, place)) if place.fits(part) => Some(text),
            waiting => {
                self.0 = waiting;
                self.flush(out);
                None
            }
        }
    }

    /// Writes a signature that nothing follows.
    pub(super) fn flush(&mut self, out: &mut Writer) {
        if let Some((text, _)) = self.0.take() {
            alone(out, &text);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

fn alone(out: &mut Writer, signature: &str) {
    out.object().field("text", "").field("thoughtSignature", signature).end_object();
}

/// Writes a part that [is shown](is_shown), with its signature.
pub(super) fn part(out: &mut Writer, part: &Part, signature: Option<&str>) {
    if let Content::Opaque(opaque) = &part.content {
        return out.raw(opaque.json.as_str()).done();
    }
    out.object();
    match &part.content {
        Content::Text(text) | Content::Refusal(text) => out.field("text", text).done(),
        Content::Reasoning(reasoning) => thought(out, part, reasoning),
        Content::ToolCall(call) => function_call(out, part, call),
        Content::Audio(audio) => media(out, part, audio.media.as_ref()),
        Content::Document(document) => media(out, part, Some(&document.media)),
        Content::Image(image) => media(out, part, Some(&image.media)),
        Content::Video(video) => media(out, part, Some(&video.media)),
        _ => (),
    }
    out.maybe("thoughtSignature", signature);
    extras(out, &part.extra, "", &["functionCall.", "inlineData."]);
    out.end_object();
}

/// Thinking, with what proves it; that of another issuer says whose it is.
fn thought(out: &mut Writer, part: &Part, reasoning: &Reasoning) {
    out.field("text", &reasoning.text).field("thought", true);
    let foreign = reasoning.issuer.dialect != Gemini::NAME;
    let own = reasoning.signature.as_deref().or(reasoning.sealed.as_deref());
    let proof = own.or(foreign.then_some(""));
    out.maybe("thoughtSignature", proof.map(|proof| proof::carry(part, proof)));
}

fn function_call(out: &mut Writer, part: &Part, call: &ToolCall) {
    out.key("functionCall").object();
    out.maybe("id", (!call.id.is_empty()).then_some(&call.id)).field("name", &call.name);
    let text = call.arguments.trim();
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    out.key("args");
    match text {
        "" | "null" => out.raw("{}").done(),
        text if text.starts_with('{') && is_json => out.raw(text).done(),
        // Clients want an object, whatever the model wrote.
        _ => out.object().field("input", &call.arguments).end_object().done(),
    }
    extras(out, &part.extra, "functionCall.", &[]);
    out.end_object();
}

fn media(out: &mut Writer, part: &Part, media: Option<&Media>) {
    if let Some(Media::Bytes { media_type, bytes }) = media {
        out.key("inlineData").object().field("mimeType", media_type);
        out.field("data", Base64(bytes));
        extras(out, &part.extra, "inlineData.", &[]);
        out.end_object();
    }
}
