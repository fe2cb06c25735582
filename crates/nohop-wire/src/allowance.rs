//! What is left of a provider's limits, in each of the ways they say it.

use std::time::Duration;

use http::HeaderValue;

use crate::{Head, wait};

#[cfg(test)]
mod tests;

/// What is left of one of a provider's limits, as the headers of an answer say it.
///
/// ```
/// use http::{HeaderMap, HeaderValue, StatusCode};
/// use nohop_wire::{Allowance, Counted, Head};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-ratelimit-remaining-requests", HeaderValue::from_static("59"));
/// headers.insert("x-ratelimit-reset-requests", HeaderValue::from_static("1m30s"));
/// let head = Head::new(StatusCode::OK, headers);
///
/// let left: Vec<_> = Allowance::all(&head).collect();
/// assert_eq!((left[0].counts, left[0].left), (Counted::Requests, 59));
/// assert_eq!(left[0].resets.unwrap().as_secs(), 90);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Allowance {
    /// What it limits.
    pub counts: Counted,
    /// How many are left.
    pub left: u64,
    /// How many there are at most, if that is said.
    pub limit: Option<u64>,
    /// After which time all of them are there again, if that is said.
    pub resets: Option<Duration>,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Counted {
    /// Requests.
    Requests,
    /// Tokens, of any kind or of one.
    Tokens,
    /// Something else, or it is not said what.
    Other,
}

impl Allowance {
    /// Those that `head` tells of: headers of OpenAI's, Azure's, Anthropic's, Mistral's and Cerebras's kind, and the two
    /// forms of the internet draft.
    ///
    /// A moment is counted from the answer's own date, for there is no clock here; without one it is not known.
    pub fn all(head: &Head) -> impl Iterator<Item = Self> {
        Self::scarce(head, u64::MAX)
    }

    /// Those of which at most so many are left: of the others little more is read than that.
    pub fn scarce(head: &Head, left: u64) -> impl Iterator<Item = Self> {
        let structured = head.headers.get_all("ratelimit").iter().filter_map(|it| it.to_str().ok());
        let structured = structured.flat_map(|list| list.split(',')).filter_map(draft);
        let structured = structured.filter(move |it| it.left <= left);
        let names = head.headers.iter();
        let spread =
            names.filter_map(move |(name, value)| spread(head, name.as_str(), value, left));
        spread.chain(structured)
    }
}

/// The limit whose rest is in the header `name`, if it is one: others of about the same name say more of it.
fn spread(head: &Head, name: &str, value: &HeaderValue, most: u64) -> Option<Allowance> {
    // Most headers are none of these, and this is asked of every answer: what is cheap to tell comes first.
    let start = match name.as_bytes().first()? {
        b'x' => "x-ratelimit",
        b'a' => "anthropic-ratelimit",
        b'r' => "ratelimit",
        _ => return None,
    };
    let tail = name.strip_prefix(start)?;
    let left = rest(value.as_bytes()).filter(|left| *left <= most)?;
    let at = start.len() + tail.find("remaining")?;
    let other = |word: &str| {
        let name = [&name[..at], word, &name[at + "remaining".len()..]].concat();
        head.text(&name).map(str::trim)
    };
    let limit =
        other("limit").and_then(|limit| limit.parse::<f64>().ok()).map(|limit| limit as u64);
    // Who has a limit of nothing means that there is none.
    if limit == Some(0) {
        return None;
    }
    let period = || wait::number(other("renewalperiod")?, 1.0);
    let resets = other("reset").and_then(|reset| wait::moment(reset, head)).or_else(period);
    Some(Allowance { counts: counted(name), left, limit, resets })
}

/// How many are left; what is overdrawn is used up.
fn rest(value: &[u8]) -> Option<u64> {
    let digit = |sum: u64, byte: &u8| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(digit.into())
    };
    let whole = (!value.is_empty()).then(|| value.iter().try_fold(0, digit)).flatten();
    let text = || str::from_utf8(value).ok()?.trim().parse::<f64>().ok();
    whole.or_else(|| text().map(|left| left as u64))
}

fn counted(name: &str) -> Counted {
    match () {
        () if name.contains("token") || name.contains("bysize") => Counted::Tokens,
        () if name.contains("req") => Counted::Requests,
        () => Counted::Other,
    }
}

/// A limit as the draft's later versions write it: `"name";r=50;t=30`.
fn draft(item: &str) -> Option<Allowance> {
    let parameter = |key: &str| {
        let mut parameters = item.split(';').skip(1).filter_map(|it| it.trim().split_once('='));
        parameters.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let left = parameter("r")?.parse().ok()?;
    let resets = parameter("t").and_then(|seconds| wait::number(seconds, 1.0));
    let name = item.split(';').next().unwrap_or_default();
    Some(Allowance { counts: counted(name), left, limit: None, resets })
}
