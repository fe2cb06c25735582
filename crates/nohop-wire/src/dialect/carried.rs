//! Thinking of another dialect, as a surface tells it to a client that knows only its own.
//!
//! The client sends back what it got. A mark says whose it was and what its issuer said beside it, so
//! that it returns as it was and is never taken for the surface's own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nohop_types::{Content, ExtraScope, Extras, Issuer, Json, Part, Summary};

const MARK: &str = "nohop:";

/// Stands behind the name of whose thinking it was, where its text is a summary: some issuers take
/// the two back in different places, and not every surface tells them apart.
const SUMMARY: &str = "/summary";

/// Stands in front of what the issuer said beside the thinking: an id, a format, what it stood on.
const BESIDE: char = '?';

/// Thinking as a client sent it back.
#[derive(Debug)]
pub(super) struct Carried<'a> {
    /// Whose it is.
    pub(super) issuer: Issuer,
    /// Whether its text is a summary.
    pub(super) summary: Summary,
    /// What its issuer said beside it.
    pub(super) extra: Extras,
    /// What proves it, which may be nothing.
    pub(super) proof: Cow<'a, str>,
}

/// What proves the thinking that `part` is, as a client of `dialect` is told.
pub(super) fn carry<'a>(part: &Part, dialect: &str, proof: &'a str) -> Cow<'a, str> {
    let Content::Reasoning(thinking) = &part.content else { return Cow::Borrowed(proof) };
    let whose = &thinking.issuer.dialect;
    if whose == dialect {
        return Cow::Borrowed(proof);
    }
    let summary = thinking.summary == Summary::Summary && thinking.sealed.is_none();
    let summary = if summary { SUMMARY } else { "" };
    Cow::Owned(format!("{MARK}{whose}{summary}{}:{proof}", beside(&part.extra, whose)))
}

/// What those who speak `dialect` said beside the thinking, as the mark tells it.
fn beside(extra: &Extras, dialect: &str) -> String {
    let own =
        extra.iter().filter(|entry| matches!(&entry.scope, ExtraScope::Dialect(d) if d == dialect));
    let own: BTreeMap<&str, &Json> = own.map(|entry| (&*entry.key, &entry.value)).collect();
    match Json::of(&own) {
        Ok(json) if !own.is_empty() => {
            format!("{BESIDE}{}", URL_SAFE_NO_PAD.encode(json.as_str()))
        }
        _ => String::new(),
    }
}

/// Whose proof a client of `dialect` sends, and the proof as it was.
pub(super) fn unload<'a>(dialect: &str, text: &'a str) -> Carried<'a> {
    marked(dialect, text).unwrap_or_else(|| Carried {
        issuer: Issuer::speaking(dialect.to_owned()),
        summary: Summary::Full,
        extra: Extras::new(),
        proof: Cow::Borrowed(text),
    })
}

/// The proof of another dialect's, if `text` is one with the mark that [`carry`] makes; what only
/// resembles a mark is somebody's own proof.
pub(super) fn marked<'a>(dialect: &str, text: &'a str) -> Option<Carried<'a>> {
    let (told, proof) = text.strip_prefix(MARK)?.split_once(':')?;
    let (whose, beside) = match told.split_once(BESIDE) {
        Some((whose, beside)) => (whose, Some(URL_SAFE_NO_PAD.decode(beside).ok()?)),
        None => (told, None),
    };
    let (whose, summary) = match whose.strip_suffix(SUMMARY) {
        Some(whose) => (whose, Summary::Summary),
        None => (whose, Summary::Full),
    };
    if whose.is_empty() || whose == dialect {
        return None;
    }
    let mut extra = Extras::new();
    if let Some(beside) = beside {
        let entries: BTreeMap<String, Json> = serde_json::from_slice(&beside).ok()?;
        for (key, value) in entries {
            extra.push(ExtraScope::dialect(whose.to_owned()), key, value);
        }
    }
    Some(Carried { issuer: Issuer::speaking(whose), summary, extra, proof: Cow::Borrowed(proof) })
}
