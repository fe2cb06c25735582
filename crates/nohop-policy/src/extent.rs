use nohop_types::Money;

use crate::Candidate;

/// How large a request is expected to be: what its cost is estimated by, without the request.
///
/// Made by [`Context::extent`](crate::Context::extent).
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// In tokens of the prompt, and of the answer.
    pub(crate) input: u64,
    pub(crate) output: u64,
    /// Whether it asks that its prompt be cached.
    pub(crate) cached: bool,
}

impl Extent {
    /// What the answer would cost at `candidate`, if its price is known and nothing of the prompt is in a cache.
    #[inline]
    pub fn estimate(&self, candidate: &Candidate) -> Option<Money> {
        match self.cached {
            false => Some(candidate.price.as_ref()?.estimate(self.input, self.output)),
            true => self.estimate_warm(candidate, 0),
        }
    }

    /// What the answer would cost at `candidate` if `tokens` of the prompt were warm there.
    pub(crate) fn estimate_warm(&self, candidate: &Candidate, tokens: u64) -> Option<Money> {
        let price = candidate.price.as_ref()?;
        Some(price.estimate_cached(tokens, self.cached, self.input, self.output))
    }
}
