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
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
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
}

impl Price {
    /// Nothing is charged.
    pub const FREE: Self = Self {
        input: Money::ZERO,
        output: Money::ZERO,
        cache_read: None,
        cache_write: None,
        request: None,
    };

    /// What a million tokens of the prompt, and of the answer, cost in cents.
    pub const fn cents_per_million(input: u64, output: u64) -> Self {
        Self {
            input: Money::cents_per_million(input),
            output: Money::cents_per_million(output),
            ..Self::FREE
        }
    }

    /// What `usage` costs; `None` when nothing of it is known.
    ///
    /// A cache rate that is not known is the rate of the prompt: it is never free.
    pub fn cost(&self, usage: &Usage) -> Option<Money> {
        usage.total()?;
        let count = |tokens: Option<u64>| tokens.unwrap_or_default();
        Some(
            self.input * count(usage.input)
                + self.input * count(usage.tool_prompt)
                + self.cache_read.unwrap_or(self.input) * count(usage.cache_read)
                + self.cache_write.unwrap_or(self.input) * count(usage.cache_write)
                + self.output * count(usage.output)
                + self.output * count(usage.reasoning)
                + self.request.unwrap_or_default(),
        )
    }

    /// What so many tokens cost when none of them is cached.
    pub(crate) fn estimate(&self, input: u64, output: u64) -> Money {
        let tokens = self.input * input + self.output * output;
        self.request.map_or(tokens, |fee| tokens + fee)
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
}
