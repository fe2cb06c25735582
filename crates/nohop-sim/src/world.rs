use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use nohop_policy::{Candidate, Price};
use nohop_types::{Error, ErrorKind, Money, Result};

use crate::chance::Chance;
use crate::{Provider, Spread, Target};

/// All that requests may be sent to.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) providers: Vec<Provider>,
    pub(crate) targets: Vec<Target>,
    pub(crate) models: BTreeMap<String, Vec<Place>>,
    pub(crate) date: SystemTime,
}

/// A target with one of its provider's keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) target: usize,
    pub(crate) provider: usize,
    pub(crate) key: u32,
}

impl World {
    /// A world of `providers`, where `targets` stand in the order in which routes name them.
    ///
    /// # Errors
    ///
    /// `Config` when a target is at a provider that is not there.
    pub fn new(
        providers: impl IntoIterator<Item = Provider>,
        targets: impl IntoIterator<Item = Target>,
    ) -> Result<Self> {
        let providers: Vec<_> = providers.into_iter().collect();
        let names: BTreeMap<_, _> =
            providers.iter().enumerate().map(|(place, it)| (&*it.name, place)).collect();
        let at = |target: Target| {
            let name = target.name.rsplit_once('@').map(|(_, provider)| provider);
            match name.and_then(|name| names.get(name)) {
                Some(provider) => Ok((*provider, target)),
                None => Err(nowhere(&target.name)),
            }
        };
        let targets: Vec<_> = targets.into_iter().map(at).collect::<Result<_>>()?;
        Ok(Self::of(providers, targets))
    }

    /// A world that nobody wrote: so many providers, models, and offers of a model at the most.
    ///
    /// The first provider is the largest: it offers every model, and at a good price. The others offer the fewer the
    /// later they come. Providers are called `p0`, `p1` and so on, and models `m0`, `m1`.
    pub fn made_up(seed: u64, providers: usize, models: usize, offers: usize) -> Self {
        let made = (0..providers).map(|place| provider(seed, place)).collect();
        let models = 0..if providers == 0 { 0 } else { models };
        Self::of(made, models.flat_map(|model| targets(seed, model, providers, offers)).collect())
    }

    /// Says at which date it begins, for prices that are dated; the first of 1970 unless said otherwise.
    #[must_use]
    pub fn date(mut self, date: SystemTime) -> Self {
        self.date = date;
        self
    }

    /// The provider called `name`, to have something go wrong with it.
    pub fn provider(&mut self, name: &str) -> Option<&mut Provider> {
        self.providers.iter_mut().find(|provider| provider.name == name)
    }

    /// The targets, to have their prices change.
    pub fn targets(&mut self) -> impl Iterator<Item = &mut Target> {
        self.targets.iter_mut()
    }

    /// The models that requests may name.
    pub fn models(&self) -> impl ExactSizeIterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    fn of(providers: Vec<Provider>, targets: Vec<(usize, Target)>) -> Self {
        let mut models: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for (target, (provider, row)) in targets.iter().enumerate() {
            let keys = 0..providers[*provider].keys;
            let places = keys.map(|key| Place { target, provider: *provider, key });
            models.entry(row.model.clone()).or_default().extend(places);
        }
        let targets = targets.into_iter().map(|(_, target)| target).collect();
        Self { providers, targets, models, date: SystemTime::UNIX_EPOCH }
    }

    /// What a policy sees of `place` before anything happened.
    pub(crate) fn candidate(&self, place: &Place) -> Candidate {
        let target = &self.targets[place.target];
        Candidate::new(&*target.name)
            .model(&*target.model)
            .key(place.key)
            .price(target.price.clone())
            .offer(target.offer.clone())
            .weight(target.weight)
    }
}

/// How long most providers remember the beginning of a conversation.
const MINUTES: Duration = Duration::from_secs(300);

fn nowhere(target: &str) -> Error {
    let message = format!("{target:?} names no provider of this world; write `model@provider`");
    Error::new(ErrorKind::Config, message)
}

/// What the words are for that a sequence of chance belongs to.
const PROVIDERS: u64 = 1;
const MODELS: u64 = 2;

fn provider(seed: u64, place: usize) -> Provider {
    let mut chance = Chance::of(seed, [PROVIDERS, place as u64, 0]);
    let half = Spread::of(450.0, 1_600.0).draw(&mut chance);
    let speed = Spread::of(60.0, 200.0).draw(&mut chance);
    Provider {
        first_content: Spread::of(half, half * (2.0 + 2.0 * chance.unit())),
        throughput: Spread::of(speed, speed * 1.5),
        errors: chance.below(12) as u32,
        breaks: chance.below(2) as u32,
        cache: if chance.happens(500) { MINUTES } else { Duration::ZERO },
        ..Provider::new(format!("p{place}"))
    }
}

/// The offers of a model: the first provider's, and those of others, which come the likelier the sooner they stand.
fn targets(seed: u64, model: usize, providers: usize, offers: usize) -> Vec<(usize, Target)> {
    let mut chance = Chance::of(seed, [MODELS, model as u64, 0]);
    // Cents for a million tokens of the prompt.
    let dear = Spread::of(60.0, 1_500.0).draw(&mut chance);
    let count = (1 + chance.below(offers as u64) as usize).min(providers);
    let mut at = vec![0];
    while at.len() < count {
        let drawn = (providers as f64).powf(chance.unit()) as usize;
        let next = (drawn..).map(|place| place % providers).find(|place| !at.contains(place));
        at.extend(next);
    }
    let row = |place: usize| {
        let factor = if place == 0 { 0.9 } else { 0.85 + 0.6 * chance.unit() };
        let cents = |times: f64| Money::from_atto((dear * factor * times * 1e10) as u128);
        let (input, output) = (cents(1.0), cents(4.0));
        let price = Price { input, output, cache_read: Some(cents(0.1)), ..Price::FREE };
        (place, Target { price: Some(price), ..Target::new(format!("m{model}@p{place}")) })
    };
    at.into_iter().map(row).collect()
}
