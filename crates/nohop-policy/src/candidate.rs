use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Price;
use crate::random::fingerprint;

/// A target with one key, as the snapshot shows it.
///
/// ```
/// use nohop_policy::{Candidate, Price};
///
/// let candidate = Candidate::new("gpt-4.1-mini@openai").model("openai/gpt-4.1-mini").price(Price::FREE);
/// assert_eq!(&*candidate.endpoint, "openai");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Candidate {
    /// The target, `model@endpoint`.
    pub target: Arc<str>,
    /// The endpoint's name.
    pub endpoint: Arc<str>,
    /// The model, as the caller may name it.
    pub model: Arc<str>,
    /// Which of the endpoint's keys.
    pub key: u32,
    /// What it charges, if that is known.
    pub price: Option<Price>,
    /// How it has been doing.
    pub health: Health,
    /// How large a part of the requests it gets of [`weighted`](crate::weighted).
    pub weight: u32,
}

impl Candidate {
    /// The candidate for `target` with the endpoint's first key, of which nothing else is known.
    ///
    /// The endpoint is what stands behind the last at-sign, and the model what stands before it.
    pub fn new(target: impl Into<Arc<str>>) -> Self {
        let target = target.into();
        let (model, endpoint) = match target.rsplit_once('@') {
            Some((model, endpoint)) => (model.into(), endpoint.into()),
            None => (target.clone(), Arc::default()),
        };
        Self { target, endpoint, model, key: 0, price: None, health: Health::default(), weight: 1 }
    }

    /// Names the model as the caller does, where the target has the provider's own name for it.
    #[must_use]
    pub fn model(mut self, model: impl Into<Arc<str>>) -> Self {
        self.model = model.into();
        self
    }

    /// Says which of the endpoint's keys it uses.
    #[must_use]
    pub fn key(mut self, key: u32) -> Self {
        self.key = key;
        self
    }

    /// Says what it charges.
    #[must_use]
    pub fn price(mut self, price: impl Into<Option<Price>>) -> Self {
        self.price = price.into();
        self
    }

    /// Says how it has been doing.
    #[must_use]
    pub fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// Says how large a part of the requests it gets; none at all but as the last resort if zero.
    #[must_use]
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Whether `name` is that of the endpoint, the target or the model.
    pub fn is(&self, name: &str) -> bool {
        *self.endpoint == *name || *self.target == *name || *self.model == *name
    }

    /// A number that is the same wherever the candidate stands.
    pub(crate) fn fingerprint(&self) -> u64 {
        fingerprint(&self.target) ^ u64::from(self.key)
    }
}

/// How a candidate has been doing, in numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// The usual time to the first content.
    pub latency: Option<Duration>,
    /// Until when it should be left alone.
    pub resting_until: Option<Instant>,
    /// Until when the provider asked to be left alone: calling before that is of no use.
    pub asked_until: Option<Instant>,
    /// How many of a thousand recent attempts failed.
    pub failures: u32,
    /// How many attempts it is busy with.
    pub running: u32,
}

impl Health {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the usual time to the first content.
    #[must_use]
    pub fn latency(mut self, latency: impl Into<Option<Duration>>) -> Self {
        self.latency = latency.into();
        self
    }

    /// Sets until when it should be left alone.
    #[must_use]
    pub fn resting_until(mut self, until: impl Into<Option<Instant>>) -> Self {
        self.resting_until = until.into();
        self
    }

    /// Sets until when the provider asked to be left alone.
    #[must_use]
    pub fn asked_until(mut self, until: impl Into<Option<Instant>>) -> Self {
        self.asked_until = until.into();
        self
    }

    /// Sets how many of a thousand recent attempts failed.
    #[must_use]
    pub fn failures(mut self, per_thousand: u32) -> Self {
        self.failures = per_thousand;
        self
    }

    /// Sets how many attempts it is busy with.
    #[must_use]
    pub fn running(mut self, attempts: u32) -> Self {
        self.running = attempts;
        self
    }

    /// Whether it should be left alone at `now`.
    #[inline]
    pub fn is_resting(&self, now: Instant) -> bool {
        let until = |time: Option<Instant>| time.is_some_and(|until| until > now);
        until(self.resting_until) || until(self.asked_until)
    }
}
