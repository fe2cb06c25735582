//! What the catalog says of targets: which there are for a model, and what they charge.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nohop_policy::{self as offered, Candidate, Data, Longer, Price};
use nohop_pricing::{Card, Catalog, Class, Facts, Form, Meter, Model, Offer};
use nohop_providers::Endpoint;
use nohop_types::{Cost, Json, Modality, Money, Request, Usage};

use crate::Target;

/// How requests and answers call how fast they are, and where they are processed, where they say so.
const SPEED: &str = "speed";
const REGION: &str = "inference_geo";

/// Where usages count what the provider's own tools did, and what cards charge for it.
const CALLS: [(&str, &str, Meter); 5] = [
    ("server_tool_use", "web_search_requests", Meter::WebSearch),
    ("server_tool_use_details", "web_search_requests", Meter::WebSearch),
    ("server_side_tool_usage_details", "web_search_calls", Meter::WebSearch),
    ("server_side_tool_usage_details", "x_search_calls", Meter::SocialSearch),
    ("server_side_tool_usage_details", "file_search_calls", Meter::FileSearch),
];

/// An offer that a target was found to be, and the catalog that says so.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    catalog: Catalog,
    provider: &'static str,
    native: Arc<str>,
    /// Where the endpoint is, if it says so.
    region: Option<String>,
    /// Which catalog it is.
    pub(crate) version: Arc<str>,
}

impl Priced {
    /// The offer of `native` at `endpoint`, if the catalog has it and knows what it charges.
    pub(crate) fn find(catalog: &Catalog, endpoint: &Endpoint, native: &Arc<str>) -> Option<Self> {
        let provider = endpoint.provider().id;
        catalog.offer(provider, native).filter(|offer| !offer.card().is_unknown())?;
        let version = catalog.version().into();
        let (catalog, region) = (catalog.clone(), endpoint.region());
        Some(Self { catalog, provider, native: native.clone(), region, version })
    }

    /// What candidates are compared by: the card without its finer print.
    pub(crate) fn price(&self) -> Option<Price> {
        let card = self.offer()?.card();
        let longer = card
            .bounds()
            .into_iter()
            .filter_map(|from| price(card, from).map(|price| Longer { from, price }));
        let longer: Arc<[Longer]> = longer.collect();
        Some(Price { longer: (!longer.is_empty()).then_some(longer), ..price(card, 0)? })
    }

    /// What `usage` cost at a time, counted from the beginning of 1970, by `facts`.
    pub(crate) fn cost(&self, usage: &Usage, facts: &Facts<'_>, at: Duration) -> Option<Cost> {
        let bill = self.offer()?.bill(usage, facts, SystemTime::UNIX_EPOCH + at)?;
        Some(bill.cost)
    }

    /// What sets the price of a request beside its usage: what the answer says of itself, otherwise what was asked for,
    /// otherwise what is so of the endpoint.
    pub(crate) fn facts<'f>(
        &'f self,
        usage: &'f Usage,
        request: &'f Request,
        (way, candidate): (&str, &'f Candidate),
    ) -> Facts<'f> {
        let said = |field: &str| {
            let told = usage.extra.iter().rfind(|entry| entry.key == field);
            let value = told.map(|entry| &entry.value);
            word(value.or_else(|| request.extra.get(way, &candidate.endpoint, field))?)
        };
        let mut facts = Facts::new();
        if let Some(tier) = &request.tier {
            facts = facts.tier(tier.as_str());
        }
        if let Some(speed) = said(SPEED) {
            facts = facts.speed(speed);
        }
        let there = || candidate.offer.region.as_deref().or(self.region.as_deref());
        if let Some(region) = said(REGION).or_else(there) {
            facts = facts.region(region);
        }
        calls(usage).fold(facts, |facts, (meter, count)| facts.count(meter, count))
    }

    fn offer(&self) -> Option<Offer<'_>> {
        self.catalog.offer(self.provider, &self.native)
    }
}

/// What a card charges where the prompt has so many tokens and nothing else is so of the request.
fn price(card: Card<'_>, prompt: u64) -> Option<Price> {
    let plain = card.plain(prompt)?;
    Some(Price {
        input: plain.input,
        output: plain.output,
        cache_read: plain.cache_read,
        cache_write: plain.cache_write,
        request: plain.request,
        longer: None,
    })
}

/// What the provider's own tools did for an answer, as far as it is counted.
fn calls(usage: &Usage) -> impl Iterator<Item = (Meter, u64)> {
    CALLS.into_iter().filter_map(|(field, of, meter)| {
        let told = usage.extra.iter().rfind(|entry| entry.key == field)?;
        let counts: serde_json::Value = serde_json::from_str(told.value.as_str()).ok()?;
        let count = counts.get(of)?.as_u64().filter(|count| *count > 0)?;
        Some((meter, count))
    })
}

/// The text of a JSON string that needs no reading.
fn word(value: &Json) -> Option<&str> {
    let word = value.as_str().strip_prefix('"')?.strip_suffix('"')?;
    (!word.is_empty() && !word.contains('\\')).then_some(word)
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
    let ours = offered::Offer {
        provider: Some(provider.to_owned()),
        region: endpoint.region(),
        ..Default::default()
    };
    let Some(offer) = catalog.and_then(|catalog| catalog.offer(provider, native)) else {
        return ours;
    };
    let said = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    let model = offer.model();
    let can = |ability| model.and_then(|model| model.can(ability));
    let forms = |forms: Vec<Form>| forms.into_iter().filter_map(modality).collect();
    ours.or(offered::Offer {
        region: said(offer.region()),
        data: data(offer.data()),
        quantization: said(offer.quantization()),
        context: offer.context(),
        output: offer.output(),
        image: charged(offer.card(), |card| card.base(Meter::ImageIn)),
        audio: charged(offer.card(), |card| {
            let heard = card.base(Meter::Tokens(Class::Input, Form::Audio));
            let input = |form| card.base(Meter::Tokens(Class::Input, form));
            heard.or_else(|| input(Form::Any)).or_else(|| input(Form::Text))
        }),
        reads: model.map(|model| forms(model.reads().collect())).unwrap_or_default(),
        writes: model.map(|model| forms(model.writes().collect())).unwrap_or_default(),
        tools: can("tools"),
        forced_tools: can("forced_tools"),
        parallel_tools: can("parallel_tools"),
        schema: can("schema"),
        reasoning: can("reasoning"),
        sampling: can("sampling"),
        prefill: can("prefill"),
        score: model.and_then(Model::score),
        released: model.and_then(Model::released_on),
        ..Default::default()
    })
}

/// What becomes of what is told there, in the catalog's word.
fn data(word: &str) -> Option<Data> {
    match word {
        "forgets" => Some(Data::Forgets),
        "keeps" => Some(Data::Keeps),
        "trains" => Some(Data::Trains),
        _ => None,
    }
}

/// What a card that is known charges for something: nothing, where it does not say.
fn charged<'c>(card: Card<'c>, rate: impl Fn(Card<'c>) -> Option<Money>) -> Option<Money> {
    (!card.is_unknown()).then(|| rate(card).unwrap_or_default())
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
