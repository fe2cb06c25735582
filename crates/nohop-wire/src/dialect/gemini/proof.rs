//! Signatures: proofs of what the model thought, which stand on parts of any kind.
//!
//! In the vocabulary a signature is thinking that only its issuer can read. It stands in front of the
//! part that it belongs to, and an extra field says of which kind that part is; so it finds its way
//! back through surfaces of other dialects too, and is never sent to a stranger.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use nohop_types::{Content, ExtraScope, Issuer, Json, Part, Reasoning, Summary};
use serde_json::value::RawValue;

use super::Gemini;
use crate::dialect::carried::{self, Carried};

/// The documented word for a call that the model can not have signed.
pub(super) const EXCUSE: &str = "skip_thought_signature_validator";

/// What a signature stands on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// A text that is empty.
    Alone,
    /// A call.
    Call,
    /// Media.
    Media,
    /// A text.
    Text,
}

impl Place {
    const ALL: [Self; 4] = [Self::Alone, Self::Call, Self::Media, Self::Text];

    /// The field that tells the place, and what it says.
    fn mark(self) -> (&'static str, &'static str) {
        match self {
            Self::Alone => ("text", "\"\""),
            Self::Call => ("functionCall", "null"),
            Self::Media => ("inlineData", "null"),
            Self::Text => ("text", "null"),
        }
    }

    /// Where `seal` says that it stands; `None` for one that has lost it on the way.
    pub(super) fn of(seal: &Part) -> Option<Self> {
        Self::ALL.into_iter().find(|place| {
            let (key, value) = place.mark();
            seal.extra.get(Gemini::NAME, "", key).is_some_and(|said| said.as_str() == value)
        })
    }

    /// Whether `part` is what a signature in this place belongs to.
    pub(super) fn fits(self, part: &Part) -> bool {
        match &part.content {
            Content::Text(_) => self == Self::Text,
            Content::ToolCall(_) => self == Self::Call,
            Content::Audio(_) | Content::Document(_) | Content::Image(_) | Content::Video(_) => {
                self == Self::Media
            }
            _ => false,
        }
    }
}

/// The part that a `signature` of `issuer` becomes.
pub(super) fn seal(issuer: Issuer, signature: impl Into<String>, place: Place) -> Part {
    let mut part = Part::from(Reasoning::new(issuer).sealed(signature));
    let (key, value) = place.mark();
    let value = if value == "null" { Json::from(RawValue::NULL) } else { empty() };
    part.extra.push(ExtraScope::Dialect(Gemini::NAME.into()), key, value);
    part
}

fn empty() -> Json {
    serde_json::Value::from("").into()
}

/// What proves the thinking that `part` is, as a client of this dialect is told, who expects base64.
pub(super) fn carry<'a>(part: &Part, proof: &'a str) -> Cow<'a, str> {
    match carried::carry(part, Gemini::NAME, proof) {
        Cow::Borrowed(own) => Cow::Borrowed(own),
        Cow::Owned(marked) => Cow::Owned(STANDARD.encode(marked)),
    }
}

/// Whose proof a client of this dialect sends, and the proof as it was.
pub(super) fn unload(signature: &str) -> Carried<'_> {
    // Some clients know only the alphabet for URLs.
    let plain = || signature.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let marked = || String::from_utf8(STANDARD_NO_PAD.decode(plain()).ok()?).ok();
    if signature.starts_with("bm9ob3A6")
        && let Some(text) = marked()
        && let Some(carried) = carried::marked(Gemini::NAME, &text)
    {
        let proof = Cow::Owned(carried.proof.into_owned());
        return Carried { proof, ..carried };
    }
    // What the dialect shows of its thinking is a summary.
    Carried { summary: Summary::Summary, ..carried::unload(Gemini::NAME, signature) }
}
