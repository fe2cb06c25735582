use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::{ArcSwap, Guard};
use nohop_policy::{Accept, Board, Candidate, Gauge, Limits, Policy, available, capable, pooled};
use nohop_pricing::Catalog;
use nohop_providers::Endpoint;
use nohop_types::{Error, ErrorKind, Result, SortBy};
use nohop_wire::Abilities;

use crate::lengths::Lengths;
use crate::priced::{self, Priced};
use crate::slots::Slots;
use crate::{Classify, Shadow, Target};

/// A name for targets, with its policy.
///
/// ```
/// use nohop_policy::{Limits, Policy, available, by, cheapest};
/// use nohop_router::Route;
///
/// let route = Route::new("fast", ["gpt-4.1-mini@openai", "claude-haiku-4-5@anthropic"])
///     .policy(available().then(by(cheapest())))
///     .limits(Limits { attempts: 2, ..Limits::DEFAULT });
/// assert_eq!(route.name(), "fast");
/// ```
#[derive(Clone)]
pub struct Route {
    pub(crate) name: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) policy: Option<Arc<dyn Policy>>,
    pub(crate) limits: Option<Limits>,
    pub(crate) follow: bool,
    pub(crate) slots: Slots,
}

impl Route {
    /// A route to `targets`, tried in this order while they are available.
    ///
    /// A target may be the name of another route: that route's targets stand in its place, and this
    /// route's policy and limits rule them all.
    pub fn new<T: Into<Target>>(
        name: impl Into<String>,
        targets: impl IntoIterator<Item = T>,
    ) -> Self {
        let targets = targets.into_iter().map(Into::into).collect();
        Self {
            name: name.into(),
            targets,
            policy: None,
            limits: None,
            follow: false,
            slots: Slots::default(),
        }
    }

    /// A route that asks the cheap before the strong: `targets` in this order, each once, until `accept` takes an answer.
    ///
    /// How much all of them may cost is said by [`limits`](Self::limits), as how many may be asked: each answer is judged,
    /// and paid for.
    pub fn cascade<T: Into<Target>>(
        name: impl Into<String>,
        targets: impl IntoIterator<Item = T>,
        accept: impl Accept,
    ) -> Self {
        let route = Self::new(name, targets).accept(accept);
        let attempts = route.targets.len();
        route.limits(Limits { attempts, ..Limits::DEFAULT })
    }

    /// Sets who narrows and orders the candidates.
    #[must_use]
    pub fn policy(mut self, policy: impl Policy) -> Self {
        self.policy = Some(Arc::new(policy));
        self
    }

    /// Sets how far a request may go.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Follows the catalog: a model of this route is at every endpoint that offers it by the newest catalog, and the
    /// successor stands in the place of a model that is retired.
    ///
    /// Without it a model stays at the providers that offered it when the router was built, so that nothing is sent
    /// to anyone new because a list has changed.
    #[must_use]
    pub fn follow(mut self) -> Self {
        self.follow = true;
        self
    }

    /// Sets who labels chats before the policy decides, so that it may go by the labels.
    #[must_use]
    pub fn classify(mut self, classify: impl Classify) -> Self {
        self.slots.classify = Some(Arc::new(classify));
        self
    }

    /// Sets who judges the answers to chats: what is not accepted has failed, and another candidate is called.
    ///
    /// An answer is judged when it is whole, so that nothing of a stream is told before its end.
    #[must_use]
    pub fn accept(mut self, accept: impl Accept) -> Self {
        self.slots.accept = Some(Arc::new(accept));
        self
    }

    /// Sets who gets copies of some chats, whose answers nobody waits for.
    #[must_use]
    pub fn shadow(mut self, shadow: Shadow) -> Self {
        self.slots.shadow = Some(shadow);
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("name", &self.name)
            .field("targets", &self.targets)
            .field("policy", &self.policy.as_ref().map(|policy| policy.name().to_owned()))
            .field("classify", &self.slots.classify.as_ref().map(|it| it.name().to_owned()))
            .field("accept", &self.slots.accept.as_ref().map(|it| it.name().to_owned()))
            .field("shadow", &self.slots.shadow)
            .finish_non_exhaustive()
    }
}

/// What a route says for those that say nothing.
#[derive(Clone)]
pub(crate) struct Defaults {
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) limits: Limits,
    pub(crate) slots: Slots,
}

impl Default for Defaults {
    fn default() -> Self {
        let (policy, limits) = (Arc::new(available().then(capable())), Limits::DEFAULT);
        Self { policy, limits, slots: Slots::default() }
    }
}

/// Targets that were looked up: where to call each, and whom a request may choose from.
pub(crate) struct Resolved {
    /// What the name turned out to be, for the trace.
    pub(crate) what: Arc<str>,
    /// The route's name, if it is one.
    pub(crate) route: Option<Arc<str>>,
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) limits: Limits,
    pub(crate) slots: Slots,
    /// By what its candidates are ordered, where the name says so.
    pub(crate) sort: Option<SortBy>,
    /// Where to call each candidate.
    pub(crate) places: Vec<Place>,
    /// The candidates without their health, which changes.
    pub(crate) candidates: Vec<Candidate>,
    /// How long its answers have been.
    pub(crate) lengths: Arc<Lengths>,
    snapshot: ArcSwap<Snapshot>,
}

/// Where to call one candidate.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) endpoint: Arc<Endpoint>,
    /// The dialect that is spoken there.
    pub(crate) way: Arc<str>,
    /// The model, as the provider calls it.
    pub(crate) model: Arc<str>,
    /// The model, as the catalog calls it, where the catalog knows it.
    pub(crate) slug: Option<Arc<str>>,
    pub(crate) abilities: Arc<Abilities>,
    pub(crate) gauge: Gauge,
    /// The offer that it is, where the target says no price of its own.
    pub(crate) priced: Option<Priced>,
}

/// The candidates as they stood at one moment.
pub(crate) struct Snapshot {
    generation: u64,
    pub(crate) candidates: Vec<Candidate>,
}

impl Resolved {
    /// The places of `targets`: one for each key of each target's endpoint.
    pub(crate) fn new(
        what: String,
        targets: &[Target],
        endpoints: &BTreeMap<String, Arc<Endpoint>>,
        catalog: Option<&Catalog>,
        board: &Board,
        Defaults { policy, limits, slots }: Defaults,
    ) -> Result<Self> {
        let (mut places, mut candidates) = (Vec::new(), Vec::new());
        for target in targets {
            let (model, endpoint) = split(&target.name, endpoints).ok_or_else(|| {
                Error::new(ErrorKind::Config, format!("{:?} names no endpoint", target.name))
            })?;
            let endpoint = target.at(endpoint)?;
            let way: Arc<str> = endpoint.chosen()?.dialect.name().into();
            let name: Arc<str> = target.name.as_str().into();
            let native: Arc<str> = model.into();
            let abilities = Arc::new(target.abilities.clone().unwrap_or_default());
            let said = target.model.as_deref().unwrap_or(model);
            let find = |catalog| Priced::find(catalog, &endpoint, &native);
            let priced = catalog.filter(|_| target.price.is_none()).and_then(find);
            let listed = priced.as_ref().and_then(Priced::price);
            let known = priced::offer(catalog, &endpoint, &native);
            let slug = priced::slug(catalog, &endpoint, &native);
            let candidate = Candidate::new(name.clone())
                .model(said)
                .offer(target.offer.clone().or(known))
                .price(target.price.clone().or(listed))
                .weight(target.weight.unwrap_or(1));
            for key in 0..endpoint.keys() as u32 {
                let share = endpoint.share(key as usize);
                candidates.push(candidate.clone().key(key).share(share));
                places.push(Place {
                    endpoint: endpoint.clone(),
                    way: way.clone(),
                    model: native.clone(),
                    slug: slug.clone(),
                    abilities: abilities.clone(),
                    priced: priced.clone(),
                    gauge: board.gauge(endpoint.name(), key, &name),
                });
            }
        }
        let policy = match is_shared(&candidates) {
            true => Arc::new(pooled().then(policy)),
            false => policy,
        };
        Ok(Self {
            what: what.into(),
            route: None,
            policy,
            limits,
            slots,
            sort: None,
            places,
            candidates,
            lengths: Arc::default(),
            snapshot: Snapshot::none(),
        })
    }

    /// The candidates that `keep` says, with what their names say of the order.
    pub(crate) fn narrowed(
        &self,
        what: String,
        sort: Option<SortBy>,
        keep: impl Fn(&Candidate) -> bool,
    ) -> Self {
        let all = self.candidates.iter().zip(&self.places).filter(|(it, _)| keep(it));
        let (candidates, places) = all.map(|(it, place)| (it.clone(), place.clone())).unzip();
        Self {
            what: what.into(),
            route: self.route.clone(),
            policy: self.policy.clone(),
            limits: self.limits,
            slots: self.slots.clone(),
            sort,
            places,
            candidates,
            lengths: self.lengths.clone(),
            snapshot: Snapshot::none(),
        }
    }

    /// Adds the candidates of another name that it has not, as those of its name number `fallback`.
    pub(crate) fn extend(&mut self, other: &Self, fallback: u32) {
        let known = self.candidates.iter().map(|it| (it.target.clone(), it.key));
        let known: BTreeSet<(Arc<str>, u32)> = known.collect();
        let draws = is_shared(&self.candidates);
        for (it, place) in other.candidates.iter().zip(&other.places) {
            if !known.contains(&(it.target.clone(), it.key)) {
                self.candidates.push(it.clone().fallback(fallback));
                self.places.push(place.clone());
            }
        }
        if !draws && is_shared(&self.candidates) {
            self.policy = Arc::new(pooled().then(self.policy.clone()));
        }
    }

    /// The candidates as they stand now; nothing that is shared is written to read them.
    pub(crate) fn snapshot(&self, board: &Board, now: Instant) -> Guard<Arc<Snapshot>> {
        let snapshot = self.snapshot.load();
        let generation = board.generation();
        if snapshot.generation == generation {
            return snapshot;
        }
        let healthy = self.candidates.iter().zip(&self.places);
        let health = |place: &Place| board.health(&place.gauge, now);
        let candidates = healthy.map(|(it, place)| it.clone().health(health(place))).collect();
        self.snapshot.store(Arc::new(Snapshot::new(generation, candidates)));
        self.snapshot.load()
    }
}

impl Snapshot {
    /// The candidates as they stood in this generation of the board.
    pub(crate) fn new(generation: u64, candidates: Vec<Candidate>) -> Self {
        Self { generation, candidates }
    }

    /// One that is to be made anew.
    fn none() -> ArcSwap<Self> {
        ArcSwap::from_pointee(Self::new(0, Vec::new()))
    }
}

/// Whether keys are drawn by their weights.
fn is_shared(candidates: &[Candidate]) -> bool {
    candidates.iter().any(|candidate| candidate.share.is_some())
}

/// Splits `name` at the last at-sign whose right side names an endpoint.
pub(crate) fn split<'n, 'e>(
    name: &'n str,
    endpoints: &'e BTreeMap<String, Arc<Endpoint>>,
) -> Option<(&'n str, &'e Arc<Endpoint>)> {
    let signs = name.rmatch_indices('@').map(|(at, _)| (&name[..at], &name[at + 1..]));
    let mut found = signs.filter(|(model, _)| !model.is_empty());
    found.find_map(|(model, endpoint)| Some((model, endpoints.get(endpoint)?)))
}
