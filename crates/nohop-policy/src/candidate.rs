use std::sync::Arc;

use crate::random::fingerprint;
use crate::{Health, Offer, Price};

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
    /// What else is known of it before it is asked.
    pub offer: Arc<Offer>,
    /// How it has been doing.
    pub health: Health,
    /// How large a part of the requests it gets of [`weighted`](crate::weighted).
    pub weight: u32,
    /// How large a part of its target's requests its key gets of [`pooled`](crate::pooled), where that was
    /// said of any key.
    pub share: Option<u32>,
    /// How many names stand before the one that it was found under: a request may name others to fall back to.
    pub fallback: u32,
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
        Self {
            target,
            endpoint,
            model,
            key: 0,
            price: None,
            offer: Arc::default(),
            health: Health::default(),
            weight: 1,
            share: None,
            fallback: 0,
        }
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

    /// Says what else is known of it.
    #[must_use]
    pub fn offer(mut self, offer: impl Into<Arc<Offer>>) -> Self {
        self.offer = offer.into();
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

    /// Says how large a part of its target's requests its key gets; none at all but as the last resort if
    /// zero.
    #[must_use]
    pub fn share(mut self, share: impl Into<Option<u32>>) -> Self {
        self.share = share.into();
        self
    }

    /// Says how many names stand before the one that it was found under.
    #[must_use]
    pub fn fallback(mut self, before: u32) -> Self {
        self.fallback = before;
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
