//! What is left of a provider's limits, in each of the ways they say it.

use std::time::Duration;

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
        let structured = head.headers.get_all("ratelimit").iter().filter_map(|it| it.to_str().ok());
        let structured = structured.flat_map(|list| list.split(',')).filter_map(draft);
        let spread = head.headers.keys().filter_map(|name| spread(head, name.as_str()));
        spread.chain(structured)
    }
}

/// The limit whose rest is in the header `name`, if it is one: others of about the same name say more of it.
fn spread(head: &Head, name: &str) -> Option<Allowance> {
    // Most headers are none of these, and this is asked of every answer.
    let known = ["x-ratelimit", "anthropic-ratelimit", "ratelimit"];
    known.iter().find(|start| name.starts_with(**start))?;
    let at = name.find("remaining")?;
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
    let left: f64 = head.text(name)?.trim().parse().ok()?;
    let period = || wait::number(other("renewalperiod")?, 1.0);
    let resets = other("reset").and_then(|reset| wait::moment(reset, head)).or_else(period);
    // What is overdrawn is used up.
    Some(Allowance { counts: counted(name), left: left as u64, limit, resets })
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
