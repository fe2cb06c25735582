use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nohop_policy::{self as policy, Longer, Price};
use nohop_pricing::{Card, Catalog, Facts};
use nohop_types::{Money, Usage};

/// A model at a made-up provider: what it charges, and how good it is.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Target {
    /// Its name, `model@provider`.
    pub name: String,
    /// The model, as requests name it.
    pub model: String,
    /// What it charges in the beginning, if that is known.
    pub price: Option<Price>,
    /// What it charges from later times on, the earliest first.
    pub changes: Vec<(Duration, Price)>,
    /// The rate card that its bills are made by, where the price is only what candidates are compared by.
    pub listed: Option<Listed>,
    /// What else is known of it before it is asked.
    pub offer: policy::Offer,
    /// How large a part of the requests it gets of [`weighted`](policy::weighted).
    pub weight: u32,
    /// How many of a thousand requests it answers well enough; the harder ones are asked elsewhere.
    pub skill: u32,
}

impl Target {
    /// The target called `name`, which charges nothing and answers everything well.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        let model = name.rsplit_once('@').map_or(&*name, |(model, _)| model).to_owned();
        Self {
            name,
            model,
            price: None,
            changes: Vec::new(),
            listed: None,
            offer: policy::Offer::default(),
            weight: 1,
            skill: 1_000,
        }
    }

    /// The target of an offer of `catalog`, at a made-up provider called as the real one: `native@provider`.
    ///
    /// `None` where the catalog does not know the offer, or not what it charges for tokens.
    pub fn listed(catalog: &Catalog, provider: &str, native: &str) -> Option<Self> {
        let price = compared(catalog.offer(provider, native)?.card())?;
        let listed = Listed {
            catalog: catalog.clone(),
            provider: provider.to_owned(),
            native: native.to_owned(),
        };
        let name = format!("{native}@{provider}");
        Some(Self { price: Some(price), listed: Some(listed), ..Self::new(name) })
    }

    /// The price at a time, counted from the beginning.
    pub(crate) fn price_at(&self, now: Duration) -> Option<&Price> {
        let changed = self.changes.iter().rev().find(|(from, _)| *from <= now);
        changed.map(|(_, price)| price).or(self.price.as_ref())
    }

    /// What `usage` costs at a time, counted from the beginning, which is at `date`.
    pub(crate) fn cost(&self, usage: &Usage, now: Duration, date: SystemTime) -> Option<Money> {
        match &self.listed {
            Some(listed) => listed.cost(usage, date.checked_add(now).unwrap_or(date)),
            None => self.price_at(now)?.cost(usage),
        }
    }
}

/// An offer of a catalog.
#[derive(Clone, Debug)]
pub struct Listed {
    catalog: Catalog,
    provider: String,
    native: String,
}

impl Listed {
    fn cost(&self, usage: &Usage, at: SystemTime) -> Option<Money> {
        let offer = self.catalog.offer(&self.provider, &self.native)?;
        Some(offer.bill(usage, &Facts::new(), at)?.cost.amount)
    }
}

/// The card without its finer print, but for what a long prompt costs.
fn compared(card: Card<'_>) -> Option<Price> {
    let price = |prompt| {
        card.plain(prompt).map(|it| Price {
            input: it.input,
            output: it.output,
            cache_read: it.cache_read,
            cache_write: it.cache_write,
            request: it.request,
            longer: None,
        })
    };
    let bounds = card.bounds().into_iter();
    let longer = bounds.filter_map(|from| price(from).map(|price| Longer { from, price }));
    let longer: Arc<[Longer]> = longer.collect();
    Some(Price { longer: (!longer.is_empty()).then_some(longer), ..price(0)? })
}
