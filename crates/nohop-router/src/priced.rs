//! What the catalog says of targets: which there are for a model, and what they charge.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nohop_policy::{self as offered, Price};
use nohop_pricing::{Card, Catalog, Charge, Class, Facts, Form, Meter, Model, Offer};
use nohop_providers::Endpoint;
use nohop_types::{Cost, Modality, Money, ServiceTier, Usage};

use crate::Target;

/// An offer that a target was found to be, and the catalog that says so.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    catalog: Catalog,
    provider: &'static str,
    native: Arc<str>,
    /// Which catalog it is.
    pub(crate) version: Arc<str>,
}

impl Priced {
    /// The offer of `native` at `endpoint`, if the catalog has it and knows what it charges.
    pub(crate) fn find(catalog: &Catalog, endpoint: &Endpoint, native: &Arc<str>) -> Option<Self> {
        let provider = endpoint.provider().id;
        catalog.offer(provider, native).filter(|offer| !offer.card().is_unknown())?;
        let version = catalog.version().into();
        Some(Self { catalog: catalog.clone(), provider, native: native.clone(), version })
    }

    /// What candidates are compared by: the card without its finer print.
    pub(crate) fn price(&self) -> Option<Price> {
        let card = self.offer()?.card();
        let rate = |class| rate(card, class);
        // What charges for pictures alone has no price that compares; what makes vectors charges nothing.
        let silent =
            |charge: Charge<'_>| !matches!(charge.meter(), Some(Meter::Tokens(Class::Output, _)));
        let nothing = || card.charges().all(silent).then_some(Money::ZERO);
        Some(Price {
            input: rate(Class::Input)?,
            output: rate(Class::Output).or_else(nothing)?,
            cache_read: rate(Class::CacheRead),
            cache_write: rate(Class::CacheWrite).or_else(|| rate(Class::CacheWrite5m)),
            request: card.base(Meter::Request),
        })
    }

    /// What `usage` cost at a time, counted from the beginning of 1970, where the request asked for `tier`.
    pub(crate) fn cost(
        &self,
        usage: &Usage,
        tier: Option<&ServiceTier>,
        at: Duration,
    ) -> Option<Cost> {
        let facts = match tier {
            Some(tier) => Facts::new().tier(tier.as_str()),
            None => Facts::new(),
        };
        let bill = self.offer()?.bill(usage, &facts, SystemTime::UNIX_EPOCH + at)?;
        Some(bill.cost)
    }

    fn offer(&self) -> Option<Offer<'_>> {
        self.catalog.offer(self.provider, &self.native)
    }
}

fn rate(card: Card<'_>, class: Class) -> Option<Money> {
    let of = |form| card.base(Meter::Tokens(class, form));
    of(Form::Any).or_else(|| of(Form::Text))
}

/// The targets that offer `model` at `endpoints`: one at each whose provider has it, its maker's own first.
pub(crate) fn targets<'e>(
    model: Model<'_>,
    endpoints: impl Iterator<Item = &'e Arc<Endpoint>>,
) -> Vec<Target> {
    let mut found = Vec::new();
    for endpoint in endpoints {
        let provider = endpoint.provider().id;
        let offers = || model.offers().filter(|offer| offer.provider() == provider);
        // One that is in no region is everywhere.
        let offer = offers().find(|offer| offer.region().is_empty()).or_else(|| offers().next());
        if let Some(offer) = offer {
            let name = format!("{}@{}", offer.native(), endpoint.name());
            found.push((!offer.is_its_makers(), Target::new(name).model(model.slug())));
        }
    }
    found.sort_by_key(|(other, _)| *other);
    found.into_iter().map(|(_, target)| target).collect()
}

/// What `catalog` calls the model that is `native` at `endpoint`.
pub(crate) fn slug(
    catalog: Option<&Catalog>,
    endpoint: &Endpoint,
    native: &str,
) -> Option<Arc<str>> {
    let offer = catalog?.offer(endpoint.provider().id, native)?;
    offer.model().map(|model| model.slug().into())
}

/// What `catalog` knows of `native` at `endpoint` beside its price.
pub(crate) fn offer(
    catalog: Option<&Catalog>,
    endpoint: &Endpoint,
    native: &str,
) -> offered::Offer {
    let provider = endpoint.provider().id;
    let ours = offered::Offer { provider: Some(provider.to_owned()), ..Default::default() };
    let Some(offer) = catalog.and_then(|catalog| catalog.offer(provider, native)) else {
        return ours;
    };
    let said = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    let model = offer.model();
    let can = |ability| model.and_then(|model| model.can(ability));
    let forms = |forms: Vec<Form>| forms.into_iter().filter_map(modality).collect();
    ours.or(offered::Offer {
        region: said(offer.region()),
        quantization: said(offer.quantization()),
        context: offer.context(),
        output: offer.output(),
        reads: model.map(|model| forms(model.reads().collect())).unwrap_or_default(),
        writes: model.map(|model| forms(model.writes().collect())).unwrap_or_default(),
        tools: can("tools"),
        forced_tools: can("forced_tools"),
        parallel_tools: can("parallel_tools"),
        schema: can("schema"),
        reasoning: can("reasoning"),
        sampling: can("sampling"),
        prefill: can("prefill"),
        released: model.and_then(Model::released_on),
        ..Default::default()
    })
}

fn modality(form: Form) -> Option<Modality> {
    Some(match form {
        Form::Text => Modality::Text,
        Form::Audio => Modality::Audio,
        Form::Image => Modality::Image,
        Form::Video => Modality::Video,
        Form::Document => Modality::Document,
        _ => return None,
    })
}
