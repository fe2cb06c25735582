use std::collections::BTreeMap;
use std::sync::Arc;

use nohop_ledger::{Ledger, Memory, Statistics};
use nohop_policy::{Board, Limits, Policy, Purse, Quota};
use nohop_pricing::Catalog;
use nohop_providers::{ALL, Endpoint, Transport};
use nohop_types::{Error, ErrorKind, Event, Request, Result};

use crate::clock::now;
use crate::flight::Flight;
use crate::hooks::Hooks;
use crate::media::Fetching;
use crate::names::{Known, Names};
use crate::room::Desk;
use crate::route::Defaults;
use crate::router::Shared;
use crate::{Route, Router, Target, Words};

/// Assembles a [`Router`]; made by [`Router::builder`].
///
/// Nothing is opened, read or asked before the first request.
#[derive(Debug)]
pub struct Builder {
    endpoints: Vec<Endpoint>,
    targets: Vec<Target>,
    routes: Vec<Route>,
    hooks: Hooks,
    fetching: Fetching,
    policy: Option<PolicyBox>,
    limits: Limits,
    purse: Purse,
    hedges: Purse,
    quotas: Vec<Quota>,
    most_waiting: usize,
    catalog: Option<Catalog>,
    ledger: Arc<dyn Ledger>,
    transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "cache")]
    cache: Option<Arc<crate::Cache>>,
    words: Words,
}

struct PolicyBox(Arc<dyn Policy>);

impl std::fmt::Debug for PolicyBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            endpoints: Vec::new(),
            targets: Vec::new(),
            routes: Vec::new(),
            hooks: Hooks::default(),
            fetching: Fetching::default(),
            policy: None,
            limits: Limits::DEFAULT,
            purse: Purse::default(),
            hedges: Purse::new(5),
            quotas: Vec::new(),
            most_waiting: Desk::MOST_WAITING,
            catalog: bundled(),
            ledger: Arc::new(Memory::new()),
            transport: None,
            #[cfg(feature = "cache")]
            cache: None,
            words: Words::default(),
        }
    }

    /// Adds an endpoint, or a provider's row with the key that its environment variable holds.
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl Into<Endpoint>) -> Self {
        self.endpoints.push(endpoint.into());
        self
    }

    /// Adds an endpoint for every provider of the table whose key the environment holds.
    #[must_use]
    pub fn from_env(mut self) -> Self {
        self.endpoints.extend(ALL.iter().filter_map(|provider| Endpoint::from_env(provider)));
        self
    }

    /// Adds what is known of a target: its model's name, its price, what it can do.
    #[must_use]
    pub fn target(mut self, target: impl Into<Target>) -> Self {
        self.targets.push(target.into());
        self
    }

    /// Adds a route.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Sets who narrows and orders the candidates of whatever names no policy.
    #[must_use]
    pub fn policy(mut self, policy: impl Policy) -> Self {
        self.policy = Some(PolicyBox(Arc::new(policy)));
        self
    }

    /// Sets how far a request may go that names no limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets what pays for the retries of all requests.
    #[must_use]
    pub fn purse(mut self, purse: Purse) -> Self {
        self.purse = purse;
        self
    }

    /// Sets what pays for the hedges of all requests: five for every hundred successes, unless this is said.
    ///
    /// ```
    /// use nohop_policy::Purse;
    /// use nohop_types::Money;
    ///
    /// let builder = nohop_router::Router::builder().hedges(Purse::new(2).money(Money::DOLLAR));
    /// ```
    #[must_use]
    pub fn hedges(mut self, purse: Purse) -> Self {
        self.hedges = purse;
        self
    }

    /// Adds what all requests together may use of an endpoint, a key, a model, a target, a route or a tag.
    ///
    /// Whoever finds no room goes to another candidate; where none has any, it waits in line within its
    /// limit `patience`, and ends with an error of the kind `RateLimit` that says from when on there may
    /// be some.
    #[must_use]
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quotas.push(quota);
        self
    }

    /// Sets how many requests may wait for room under the quotas; more are refused at once.
    #[must_use]
    pub fn most_waiting(mut self, requests: usize) -> Self {
        self.most_waiting = requests;
        self
    }

    /// Sets what is known of models and prices, instead of what is bundled under the feature `catalog`; `None`
    /// knows nothing.
    ///
    /// What a target says of itself goes before it.
    #[must_use]
    pub fn catalog(mut self, catalog: impl Into<Option<Catalog>>) -> Self {
        self.catalog = catalog.into();
        self
    }

    /// Sets where entries go, and who says what may be spent; keep a copy to read it.
    #[must_use]
    pub fn ledger(mut self, ledger: impl Ledger) -> Self {
        self.ledger = Arc::new(ledger);
        self
    }

    /// Sets what carries HTTP.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Fetches media for candidates that can not fetch them themselves: never, unless this is said.
    ///
    /// Without it, such a candidate is passed over, and the error says so.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn fetch(mut self, fetch: nohop_providers::Fetch) -> Self {
        self.fetching = Fetching::with(fetch);
        self
    }

    /// Keeps answers of chats, so that what was asked before is not asked again: never, unless this is said.
    ///
    /// An answer that is kept is told as any other, under a trace and an entry that say so, and costs nothing. Hooks see its
    /// request and its events.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache(mut self, cache: crate::Cache) -> Self {
        self.cache = Some(Arc::new(cache));
        self
    }

    /// Says whether spans have the words of requests and answers; they have not, unless this is said.
    #[must_use]
    pub fn words(mut self, words: Words) -> Self {
        self.words = words;
        self
    }

    /// Shows every request to `hook` before anything is decided; it may change or refuse it.
    ///
    /// A request is refused by an error, and by a panic: what a guard has not seen to its end is not sent.
    #[must_use]
    pub fn before(
        mut self,
        hook: impl Fn(&mut Request) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.before.push(Arc::new(hook));
        self
    }

    /// Shows every event to `hook` before the caller sees it; it may change it, or end the answer.
    ///
    /// An answer that is ended so is abandoned like one that the caller drops: nobody else is tried. A
    /// hook that panics is passed over.
    #[must_use]
    pub fn after(
        mut self,
        hook: impl Fn(&Request, &mut Event) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.after.push(Arc::new(hook));
        self
    }

    /// Assembles the router.
    ///
    /// # Errors
    ///
    /// `Config` when there is no endpoint, when one of them is not complete or shares its name with
    /// another, when a route or target names none of them, when a quota is on nothing that is here or admits nobody,
    /// when limits contradict themselves, when a host to fetch from is none, or when nothing carries HTTP.
    pub fn build(self) -> Result<Router> {
        self.fetching.check()?;
        self.limits.check()?;
        for (route, limits) in self.routes.iter().filter_map(|it| Some((&it.name, it.limits?))) {
            limits.check().map_err(|error| error.at(format_args!("route {route}")))?;
        }
        let board = Board::new(now());
        let defaults = Defaults { limits: self.limits, ..Defaults::default() };
        let defaults = match self.policy {
            Some(PolicyBox(policy)) => Defaults { policy, ..defaults },
            None => defaults,
        };
        let endpoints = endpoints(self.endpoints)?;
        let targets = self.targets.into_iter().map(|target| (target.name.clone(), target));
        let known = Known { endpoints, targets: targets.collect(), catalog: self.catalog };
        let slots: Vec<_> =
            self.routes.iter().map(|route| (route.name.clone(), route.slots.clone())).collect();
        let names = Names::new(known, self.routes, defaults, &board)?;
        for quota in &self.quotas {
            quota.check()?;
            names.check(quota.subject())?;
        }
        let counts = !self.quotas.is_empty();
        let desk = || Arc::new(Desk::new(self.quotas).most_waiting(self.most_waiting));
        for (route, slots) in &slots {
            let found = slots.names().try_for_each(|name| names.resolve(name, &board).map(|_| ()));
            found.map_err(|error| error.at(format_args!("route {route}")))?;
        }
        let shadows = slots.into_iter().filter_map(|(route, slots)| Some((route, slots.shadow?)));
        Ok(Router::new(Shared {
            names,
            board,
            statistics: Statistics::new(),
            hooks: self.hooks,
            fetching: self.fetching,
            ledger: self.ledger,
            transport: self.transport.or_else(transport).ok_or_else(no_transport)?,
            purse: Arc::new(self.purse),
            hedges: Arc::new(self.hedges),
            flight: Arc::new(Flight::default()),
            desk: counts.then(desk),
            #[cfg(feature = "refresh")]
            latest: tokio::sync::Mutex::default(),
            #[cfg(feature = "cache")]
            cache: self.cache,
            words: self.words,
            #[cfg(feature = "metrics")]
            measures: crate::telemetry::Measures::new(),
            shadows: shadows.collect(),
        }))
    }
}

fn endpoints(added: Vec<Endpoint>) -> Result<BTreeMap<String, Arc<Endpoint>>> {
    let wrong = |message: String| Error::new(ErrorKind::Config, message);
    let mut endpoints = BTreeMap::new();
    for endpoint in added {
        endpoint.check()?;
        let name = endpoint.name().to_owned();
        if name.is_empty() || name.contains(['@', '/']) {
            return Err(wrong(format!(
                "an endpoint can not be called {name:?}: no @, no /, not nothing"
            )));
        }
        if endpoints.insert(name.clone(), Arc::new(endpoint)).is_some() {
            return Err(wrong(format!("two endpoints are called {name:?}; give one another id")));
        }
    }
    match endpoints.is_empty() {
        false => Ok(endpoints),
        true => Err(wrong(
            "there is no endpoint: add one, or set the key of a provider, such as OPENAI_API_KEY or \
             ANTHROPIC_API_KEY, and call from_env"
                .to_owned(),
        )),
    }
}

#[cfg(feature = "catalog")]
fn bundled() -> Option<Catalog> {
    Some(Catalog::bundled())
}

#[cfg(not(feature = "catalog"))]
fn bundled() -> Option<Catalog> {
    None
}

#[cfg(feature = "http")]
fn transport() -> Option<Arc<dyn Transport>> {
    Some(Arc::new(nohop_providers::Http::new()))
}

#[cfg(not(feature = "http"))]
fn transport() -> Option<Arc<dyn Transport>> {
    None
}

fn no_transport() -> Error {
    let message = "nothing carries HTTP: enable the feature `http`, or set a transport";
    Error::new(ErrorKind::Config, message)
}
