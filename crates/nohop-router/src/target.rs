use std::sync::Arc;

use nohop_policy::{Offer, Price};
use nohop_providers::Endpoint;
use nohop_types::Result;
use nohop_wire::Abilities;

/// A model at one of your endpoints, and what you know of it.
///
/// What is not said here is taken from the target of the same name that the
/// [`Builder`](crate::Builder) was given, if there is one.
///
/// ```
/// use nohop_policy::{Offer, Price};
/// use nohop_router::Target;
///
/// let target = Target::new("gpt-4.1-mini@openai")
///     .model("openai/gpt-4.1-mini")
///     .price(Price::cents_per_million(40, 160));
/// assert_eq!(target.name(), "gpt-4.1-mini@openai");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub(crate) name: String,
    pub(crate) model: Option<String>,
    pub(crate) price: Option<Price>,
    pub(crate) weight: Option<u32>,
    pub(crate) offer: Offer,
    pub(crate) abilities: Option<Abilities>,
    pub(crate) way: Option<String>,
}

impl Target {
    /// The target `model@endpoint`, where the model is called as its provider calls it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            model: None,
            price: None,
            weight: None,
            offer: Offer::default(),
            abilities: None,
            way: None,
        }
    }

    /// Names the model as callers do, `author/slug`: whoever asks for that gets this target among others.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Says what it charges.
    #[must_use]
    pub fn price(mut self, price: Price) -> Self {
        self.price = Some(price);
        self
    }

    /// Says how large a part of the requests it gets of [`weighted`](nohop_policy::weighted).
    #[must_use]
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Says what else is known of it, for policies to go by; what is not said is what the catalog says.
    #[must_use]
    pub fn offer(mut self, offer: Offer) -> Self {
        self.offer = offer;
        self
    }

    /// Says what the model can do; nothing said means everything.
    #[must_use]
    pub fn abilities(mut self, abilities: Abilities) -> Self {
        self.abilities = Some(abilities);
        self
    }

    /// Chooses one of the provider's ways for it, by the name of its dialect or by its path; nothing said
    /// means the endpoint's.
    ///
    /// Ways differ in what they can be told: the losses on the trace say which way they belong to.
    #[must_use]
    pub fn way(mut self, way: impl Into<String>) -> Self {
        self.way = Some(way.into());
        self
    }

    /// The name, `model@endpoint`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `endpoint` as this target calls it.
    ///
    /// # Errors
    ///
    /// `Config` when its provider does not have the way.
    pub(crate) fn at(&self, endpoint: &Arc<Endpoint>) -> Result<Arc<Endpoint>> {
        let Some(way) = &self.way else { return Ok(endpoint.clone()) };
        let endpoint = Endpoint::clone(endpoint).way(way.clone());
        endpoint.check()?;
        Ok(Arc::new(endpoint))
    }

    /// Takes over from `known` what is not said.
    pub(crate) fn or(mut self, known: Option<&Self>) -> Self {
        let Some(known) = known else { return self };
        self.model = self.model.or_else(|| known.model.clone());
        self.price = self.price.or_else(|| known.price.clone());
        self.weight = self.weight.or(known.weight);
        self.offer = self.offer.or(known.offer.clone());
        self.abilities = self.abilities.or_else(|| known.abilities.clone());
        self.way = self.way.or_else(|| known.way.clone());
        self
    }
}

impl From<&str> for Target {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Target {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}
