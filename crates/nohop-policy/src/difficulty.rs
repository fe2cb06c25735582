use std::fmt;

use nohop_types::{Effort, OutputFormat, Request, Role};

use crate::Context;

#[cfg(test)]
mod tests;
mod words;

use words::Said;

/// How difficult a request is, as far as it tells itself.
///
/// Points are added for what the request asks for, and their sum is the difficulty: less than 4 is easy,
/// less than 9 is medium, and all else is hard. Nothing is asked, waited for or learned, and no word but
/// those of the last turn of the person is looked at; of that, the first 8,192 bytes. Words are English
/// ones; whatever else is counted is the same in all languages. [`WEIGHTS`](Self::WEIGHTS) is the table.
///
/// ```
/// use nohop_policy::Difficulty;
/// use nohop_types::Request;
///
/// let easy = Request::new("auto").user("Translate to French: good morning.");
/// assert_eq!(Difficulty::of(&easy), Difficulty::Easy);
/// let hard = Request::new("auto").user("Prove that there are infinitely many primes, and analyze: ∑ 1/p ≥ ...");
/// assert!(Difficulty::of(&hard) > Difficulty::Easy);
/// ```
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Difficulty {
    /// A small model answers it as well as any.
    Easy,
    /// A small model may fail at it.
    Medium,
    /// It is for the best there is.
    Hard,
}

/// What counts for how much.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Weight {
    /// What is counted.
    pub what: &'static str,
    /// How many points each is worth.
    pub each: i32,
    /// How often it counts, at most.
    pub most: i32,
    count: fn(&Seen<'_>) -> u64,
}

/// What is looked at.
struct Seen<'a> {
    request: &'a Request,
    /// The tokens of the whole prompt.
    input: u64,
    said: Said,
}

impl Difficulty {
    /// What counts for how much.
    pub const WEIGHTS: &'static [Weight] = &[
        weight(
            "the last turn is of twelve words at most, without code, maths or words for thought",
            -2,
            1,
            |it| u64::from(it.said.words <= 12 && it.said.is_plain()),
        ),
        weight("a hundred words in the last turn", 1, 4, |it| it.said.words / 100),
        weight("two thousand tokens in the whole prompt", 1, 5, |it| it.input / 2_000),
        weight("four turns of the model before it", 1, 3, |it| it.turns() / 4),
        weight("code in the last turn", 4, 1, |it| u64::from(it.said.has_code())),
        weight("maths in the last turn", 4, 1, |it| u64::from(it.said.has_maths())),
        weight("a word that asks for thought: analyze, compare, design, prove", 2, 3, |it| {
            it.said.thought
        }),
        weight("tools are offered", 2, 1, |it| u64::from(!it.request.tools.is_empty())),
        weight("eight more tools", 1, 3, |it| it.request.tools.len() as u64 / 8),
        weight("the answer has a schema", 1, 1, |it| {
            u64::from(matches!(it.request.output, Some(OutputFormat::JsonSchema(_))))
        }),
        weight("a picture, a sound, a film or a document", 1, 3, |it| it.said.media),
        weight("the answer may have 64 tokens at most", -2, 1, |it| {
            u64::from(it.request.max_tokens.is_some_and(|most| most <= 64))
        }),
        weight("little effort is asked for: none, minimal or low", -3, 1, |it| {
            u64::from(it.request.thinking.effort.is_some_and(|effort| effort <= Effort::Low))
        }),
        weight("high effort is asked for", 5, 1, |it| it.effort(Effort::High)),
        weight("more effort than that", 4, 1, |it| it.effort(Effort::XHigh)),
    ];

    /// How many points are less than medium, and less than hard.
    const BOUNDS: [i32; 2] = [4, 9];

    /// How difficult `request` is.
    pub fn of(request: &Request) -> Self {
        match Self::points(request) {
            points if points < Self::BOUNDS[0] => Self::Easy,
            points if points < Self::BOUNDS[1] => Self::Medium,
            _ => Self::Hard,
        }
    }

    /// The sum of the points that `request` has.
    pub fn points(request: &Request) -> i32 {
        let input = Context::tokens_of(request);
        let seen = Seen { request, input, said: Said::of(request) };
        let points = |weight: &Weight| {
            let count = i32::try_from((weight.count)(&seen)).unwrap_or(i32::MAX);
            weight.each * count.min(weight.most)
        };
        Self::WEIGHTS.iter().map(points).sum()
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }
}

impl fmt::Display for Difficulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Seen<'_> {
    fn turns(&self) -> u64 {
        let turns = self.request.messages.iter();
        turns.filter(|message| message.role == Role::Assistant).count() as u64
    }

    fn effort(&self, least: Effort) -> u64 {
        u64::from(self.request.thinking.effort.is_some_and(|effort| effort >= least))
    }
}

const fn weight(what: &'static str, each: i32, most: i32, count: fn(&Seen<'_>) -> u64) -> Weight {
    Weight { what, each, most, count }
}
