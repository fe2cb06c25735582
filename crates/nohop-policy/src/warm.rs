use crate::Candidate;

/// Says how much of a prompt is warm in one candidate's cache.
///
/// [`sticky`](crate::sticky) finds that out; a test of a policy may say it.
///
/// ```
/// use std::time::Instant;
/// use nohop_policy::{Candidate, Context, Policy, Price, Warm, by, cheapest};
/// use nohop_types::{Money, Request};
///
/// let cents = Money::cents_per_million;
/// let cheap = Candidate::new("gpt@cheap").price(Price::cents_per_million(40, 160));
/// let warm = Candidate::new("gpt@warm")
///     .price(Price { cache_read: Some(cents(5)), ..Price::cents_per_million(50, 160) });
/// let (places, list) = ([Warm::new(&warm, 20_000)], [cheap, warm]);
///
/// let request = Request::new("chat").user("Hello?");
/// let cx = Context::new(&request, Instant::now(), 7).tokens(21_000, 100);
/// assert_eq!(by(cheapest()).targets(&cx, &list), ["gpt@cheap", "gpt@warm"]);
/// assert_eq!(by(cheapest()).targets(&cx.warm(&places), &list), ["gpt@warm", "gpt@cheap"]);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Warm {
    /// The candidate's fingerprint.
    pub(crate) place: u64,
    pub(crate) tokens: u64,
}

impl Warm {
    /// So many `tokens` from the beginning of the prompt are warm at `candidate`.
    pub fn new(candidate: &Candidate, tokens: u64) -> Self {
        Self { place: candidate.fingerprint(), tokens }
    }
}
