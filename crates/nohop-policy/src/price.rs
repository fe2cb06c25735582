use std::sync::Arc;

use nohop_types::{Money, Usage};

/// What a candidate charges, before the finer print of a rate card.
///
/// ```
/// use nohop_policy::Price;
/// use nohop_types::Money;
///
/// let price = Price {
///     cache_read: Some(Money::cents_per_million(4)),
///     ..Price::cents_per_million(15, 60)
/// };
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Price {
    /// A prompt token.
    pub input: Money,
    /// A token of the answer, seen or thought.
    pub output: Money,
    /// A prompt token read from the cache; as `input` where it is not known.
    pub cache_read: Option<Money>,
    /// A prompt token written to the cache; as `input` where it is not known.
    pub cache_write: Option<Money>,
    /// The request itself.
    pub request: Option<Money>,
    /// What it charges instead where the prompt is long.
    pub longer: Option<Arc<[Longer]>>,
}

/// What is charged for a whole request whose prompt is long.
///
/// ```
/// use nohop_policy::{Longer, Price};
///
/// let longer = Longer { from: 200_001, price: Price::cents_per_million(250, 1_500) };
/// let price = Price { longer: Some([longer].into()), ..Price::cents_per_million(125, 1_000) };
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Longer {
    /// How many tokens the prompt has at the least, cached or not.
    pub from: u64,
    /// What is charged then.
    pub price: Price,
}

impl Price {
    /// Nothing is charged.
    pub const FREE: Self = Self {
        input: Money::ZERO,
        output: Money::ZERO,
        cache_read: None,
        cache_write: None,
        request: None,
        longer: None,
    };

    /// What a million tokens of the prompt, and of the answer, cost in cents.
    pub const fn cents_per_million(input: u64, output: u64) -> Self {
        Self {
            input: Money::cents_per_million(input),
            output: Money::cents_per_million(output),
            cache_read: None,
            cache_write: None,
            request: None,
            longer: None,
        }
    }

    /// What `usage` costs; `None` when nothing of it is known.
    ///
    /// A cache rate that is not known is the rate of the prompt: it is never free.
    pub fn cost(&self, usage: &Usage) -> Option<Money> {
        usage.total()?;
        let count = |tokens: Option<u64>| tokens.unwrap_or_default();
        let prompt = [usage.input, usage.tool_prompt, usage.cache_read, usage.cache_write];
        let price = self.at(prompt.into_iter().flatten().fold(0, u64::saturating_add));
        Some(
            price.input * count(usage.input)
                + price.input * count(usage.tool_prompt)
                + price.cache_read.unwrap_or(price.input) * count(usage.cache_read)
                + price.cache_write.unwrap_or(price.input) * count(usage.cache_write)
                + price.output * count(usage.output)
                + price.output * count(usage.reasoning)
                + price.request.unwrap_or_default(),
        )
    }

    /// What so many tokens cost when none of them is cached.
    #[inline]
    pub(crate) fn estimate(&self, input: u64, output: u64) -> Money {
        let price = self.at(input);
        let tokens = price.input * input + price.output * output;
        price.request.map_or(tokens, |fee| tokens + fee)
    }

    /// The price of a request with a prompt of so many tokens.
    #[inline]
    fn at(&self, prompt: u64) -> &Self {
        match &self.longer {
            None => self,
            Some(longer) => self.among(longer, prompt),
        }
    }

    fn among<'p>(&'p self, longer: &'p [Longer], prompt: u64) -> &'p Self {
        let reached = longer.iter().filter(|longer| longer.from <= prompt);
        reached.max_by_key(|longer| longer.from).map_or(self, |longer| &longer.price)
    }

    /// What so many tokens cost when a prompt's first `cached` are read from a cache, and the others written to it
    /// where that is `asked` for.
    pub(crate) fn estimate_cached(
        &self,
        cached: u64,
        asked: bool,
        input: u64,
        output: u64,
    ) -> Money {
        let cached = cached.min(input);
        let usual = self.estimate(input - cached, output);
        let written = self.cache_write.filter(|_| asked).unwrap_or(self.input);
        let read = self.cache_read.unwrap_or(self.input) * cached;
        usual - self.input * (input - cached) + written * (input - cached) + read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_rate_that_is_not_known_is_the_rate_of_the_prompt() {
        let price = Price { input: Money::from_atto(5), ..Price::FREE };
        let mut usage = Usage::default();
        assert_eq!(price.cost(&usage), None);
        (usage.cache_read, usage.cache_write, usage.output) = (Some(3), Some(4), Some(9));
        assert_eq!(price.cost(&usage), Some(Money::from_atto(35)));
    }

    #[test]
    fn a_price_list_says_cents_for_a_million_tokens() {
        let price = Price::cents_per_million(15, 60);
        assert_eq!(price.estimate(1_000_000, 0).to_string(), "$0.15");
        assert_eq!(price.estimate(0, 1_000_000).to_string(), "$0.60");
    }

    #[test]
    fn the_request_itself_may_cost() {
        let price = Price { request: Some(Money::DOLLAR), ..Price::FREE };
        assert_eq!(price.estimate(1, 1), Money::DOLLAR);
    }
    #[test]
    fn a_long_prompt_sets_the_price_of_the_whole_request() {
        let price = |input| Price { input: Money::from_atto(input), ..Price::FREE };
        let longer = [(500, 9), (200, 2)].map(|(from, input)| Longer { from, price: price(input) });
        let price = Price { longer: Some(longer.into()), ..price(1) };
        let estimate = |input| price.estimate(input, 10).as_atto();
        assert_eq!([199, 200, 499, 500].map(estimate), [199, 400, 998, 4_500]);
        // What is cached makes the prompt as long.
        let mut usage = Usage::default();
        (usage.input, usage.cache_read) = (Some(100), Some(100));
        assert_eq!(price.cost(&usage), Some(Money::from_atto(400)));
    }
}
