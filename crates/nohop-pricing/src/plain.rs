use nohop_types::Money;

use crate::card::{Card, Charge};
use crate::meter::{Class, Form, Meter};

/// What a card charges for text where nothing particular is so of the request: what offers are compared by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Plain {
    /// A token of the prompt.
    pub input: Money,
    /// A token of the answer.
    pub output: Money,
    /// A token of the prompt that is read from the cache.
    pub cache_read: Option<Money>,
    /// One that is written to it.
    pub cache_write: Option<Money>,
    /// The request itself.
    pub request: Option<Money>,
}

impl Card<'_> {
    /// What it charges where the prompt has `prompt` tokens; `None` where no such price is known, as of what charges for
    /// pictures alone.
    pub fn plain(self, prompt: u64) -> Option<Plain> {
        let rate = |class| {
            let of = |form| self.base_at(Meter::Tokens(class, form), prompt);
            of(Form::Any).or_else(|| of(Form::Text))
        };
        // What makes vectors charges nothing for its answers.
        let silent =
            |charge: Charge<'_>| !matches!(charge.meter(), Some(Meter::Tokens(Class::Output, _)));
        let nothing = || self.charges().all(silent).then_some(Money::ZERO);
        Some(Plain {
            input: rate(Class::Input)?,
            output: rate(Class::Output).or_else(nothing)?,
            cache_read: rate(Class::CacheRead),
            cache_write: rate(Class::CacheWrite).or_else(|| rate(Class::CacheWrite5m)),
            request: self.base_at(Meter::Request, prompt),
        })
    }
}
