use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::Guard;
use http::Uri;
use nohop_ledger::{Ledger, Statistics};
use nohop_policy::{
    Board, Candidates, Context, Hedge, Limits, Plan, Policy, Purse, Turn, available,
};
use nohop_pricing::Catalog;
use nohop_providers::{Endpoint, Transport};
use nohop_types::{Aside, Request, Response, Result, Trace};
use nohop_wire::Mode;

use crate::asked::{Asked, Asking, Bounds};
#[cfg(feature = "cache")]
use crate::cache::Found;
use crate::classify::Labelled;
use crate::clock::now;
use crate::flight::{Flight, Permit};
use crate::hooks::Hooks;
use crate::media::Fetching;
use crate::names::Names;
use crate::preferred;
use crate::room::Desk;
use crate::safely::safely;
use crate::seen::Seen;
#[cfg(feature = "metrics")]
use crate::telemetry::Measures;
use crate::telemetry::Words;
use crate::work::Work;
use crate::{Answer, Builder, Gauges, Shadow, Shadows, Stats};

/// What the trace shows of a policy that panicked.
const PANICKED: &str = "available, for the policy panicked";

/// Sends requests to whoever should answer them.
///
/// Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Router {
    pub(crate) shared: Arc<Shared>,
}

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) names: Names,
    pub(crate) board: Board,
    pub(crate) statistics: Statistics,
    pub(crate) hooks: Hooks,
    pub(crate) fetching: Fetching,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) transport: Arc<dyn Transport>,
    /// What pays for retries.
    pub(crate) purse: Arc<Purse>,
    pub(crate) hedges: Arc<Purse>,
    pub(crate) flight: Arc<Flight>,
    /// What is in use of the quotas, where there are any.
    pub(crate) desk: Option<Arc<Desk>>,
    /// What lists said when the catalog was refreshed; one refresh runs at a time.
    #[cfg(feature = "refresh")]
    pub(crate) latest: tokio::sync::Mutex<crate::refresh::Latest>,
    #[cfg(feature = "cache")]
    pub(crate) cache: Option<Arc<crate::Cache>>,
    pub(crate) words: Words,
    #[cfg(feature = "metrics")]
    pub(crate) measures: Measures,
    /// By the names of their routes.
    pub(crate) shadows: BTreeMap<String, Shadow>,
}

impl Router {
    /// A builder with nothing in it.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A router with an endpoint for every provider whose key the environment holds.
    ///
    /// Ask it for `model@endpoint` or `endpoint/model`, as `gpt-4.1-mini@openai`.
    ///
    /// # Errors
    ///
    /// `Config` when the environment holds no key.
    pub fn from_env() -> Result<Self> {
        Self::builder().from_env().build()
    }

    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared) }
    }

    /// Sends `request` and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// The last attempt's error, with every earlier one and the trace, when all failed; `Config` when
    /// the model names nothing; `InvalidRequest` where [`Request::check`] finds something.
    pub async fn send(&self, request: impl Into<Arc<Request>>) -> Result<Response> {
        self.within(request.into(), Bounds::default()).await
    }

    /// Sends `request` and returns its answer as it is made, from the first content on.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), for what fails before the first content. What fails after it is the
    /// last item of the answer.
    pub async fn stream(&self, request: impl Into<Arc<Request>>) -> Result<Answer> {
        let mut answer = self.answer(request.into(), Mode::Stream, Bounds::default()).await?;
        answer.commit().await?;
        Ok(answer)
    }

    /// Decides without calling anyone: the trace of a request that is not sent.
    ///
    /// The hooks before requests see a copy of it, so that what is explained is what would be sent. A
    /// classifier that would have to ask somebody is not asked, and a shadow gets no copy.
    ///
    /// # Errors
    ///
    /// `Config` when the request's model names nothing; `InvalidRequest` where [`Request::check`] finds something;
    /// whatever a hook refuses it with.
    pub fn explain(&self, request: impl Into<Arc<Request>>) -> Result<Trace> {
        let request = self.shown(request.into())?;
        let mut asking = Asking::new(self, request, Mode::Whole)?;
        if let Some(classify) = asking.resolved.slots.classify.clone() {
            asking.labelled = Labelled::seen(&*classify, &asking.request);
        }
        Ok(self.decide(asking).0.trace(Vec::new()))
    }

    /// Connects to every endpoint, so that the first request need not; whether it works out is not told.
    pub async fn warm(&self) {
        let endpoints = self.shared.names.endpoints.values();
        let urls: Vec<Uri> = endpoints.filter_map(|endpoint| endpoint.url().ok()).collect();
        self.shared.transport.warm(&urls).await;
    }

    /// Takes no more requests, and waits until those under way are over; copies for shadows are ended.
    pub async fn drain(&self) {
        self.shared.flight.drain().await;
    }

    /// How many attempts are under way.
    pub fn running(&self) -> usize {
        self.shared.flight.attempts()
    }

    /// How many requests wait for room under the quotas.
    pub fn waiting(&self) -> usize {
        self.shared.desk.as_ref().map_or(0, |desk| desk.waiting())
    }

    /// The endpoint called `name`, to rotate its keys.
    pub fn endpoint(&self, name: &str) -> Option<&Endpoint> {
        self.shared.names.endpoints.get(name).map(|endpoint| &**endpoint)
    }

    /// Every endpoint, in the order of their names.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.shared.names.endpoints.values().map(|endpoint| &**endpoint)
    }

    /// The catalog in use, which a refresh replaces; one of nothing where none is known.
    pub fn catalog(&self) -> Catalog {
        self.shared.names.catalog().unwrap_or_default()
    }

    /// What became of the copies for the shadow of `route`; `None` where it has none.
    pub fn shadowed(&self, route: &str) -> Option<Shadows> {
        self.shared.shadows.get(route).map(Shadow::figures)
    }

    /// Where entries go.
    pub fn ledger(&self) -> &dyn Ledger {
        &*self.shared.ledger
    }

    /// How every target is doing, as policies see it.
    pub fn health(&self) -> Gauges<'_> {
        Gauges::new(&self.shared.board)
    }

    /// How attempts went, in all and lately.
    pub fn stats(&self) -> Stats<'_> {
        Stats::new(&self.shared.statistics)
    }

    /// Sends `request`, which goes no farther than its bounds, and waits for the whole answer.
    pub(crate) async fn within(&self, request: Arc<Request>, bounds: Bounds) -> Result<Response> {
        self.answer(request, Mode::Whole, bounds).await?.response().await
    }

    async fn answer(&self, request: Arc<Request>, mode: Mode, bounds: Bounds) -> Result<Answer> {
        let permit = self.shared.flight.answer();
        let permit = permit.map_err(|error| Asked::undecided(error, &request.model))?;
        let request = self.shown(request)?;
        #[cfg(feature = "cache")]
        if let Some(cache) = &self.shared.cache {
            return match cache.find(&request).await {
                Found::Kept(kept) => {
                    let (asked, _) = self.decide(Asking::new(self, request, mode)?);
                    Ok(self.walk(asked, Vec::new(), permit).tell(&kept))
                }
                found => {
                    let asking = Asking::new(self, request, mode)?.within(bounds);
                    Ok(self.asked(permit, asking).await?.with(cache, found))
                }
            };
        }
        self.asked(permit, Asking::new(self, request, mode)?.within(bounds)).await
    }

    /// The request as the hooks leave it, if it is right.
    fn shown(&self, mut request: Arc<Request>) -> Result<Arc<Request>> {
        let seen = self.shared.hooks.before(&mut request).and_then(|()| request.check());
        match seen {
            Ok(()) => Ok(request),
            Err(error) => Err(Asked::undecided(error, &request.model)),
        }
    }

    /// Begins what is not kept.
    async fn asked(&self, permit: Permit, mut asking: Asking) -> Result<Answer> {
        if let Some(classify) = asking.resolved.slots.classify.clone() {
            let labelled = Labelled::by(&*classify, self, &asking.request);
            asking.labelled = Box::pin(labelled).await;
        }
        if let Some(shadow) = &asking.resolved.slots.shadow {
            asking.shadow = shadow.fall(self, &asking);
        }
        self.begin(permit, asking)
    }

    /// Begins what was seen and found right.
    ///
    /// # Errors
    ///
    /// `Config` when nobody is left to ask.
    pub(crate) fn begin(&self, permit: Permit, asking: Asking) -> Result<Answer> {
        let (asked, mut turns) = self.decide(asking);
        if let Some(error) = asked.none_left() {
            return Err(error);
        }
        self.lead(&asked, &mut turns);
        Ok(self.walk(asked, turns, permit))
    }

    /// The answer of a request that calls its candidates by `turns`.
    fn walk(&self, asked: Arc<Asked>, turns: Vec<Turn>, permit: Permit) -> Answer {
        let purse = match asked.aside {
            // What nobody waits for takes nothing from what retries are paid with, and adds nothing.
            Some(Aside::Shadow) => Arc::default(),
            _ => self.shared.purse.clone(),
        };
        let plan = Plan::new(asked.began, turns, asked.limits, purse, asked.seed);
        let plan = plan.hedges(self.shared.hedges.clone());
        Answer::new(asked, plan, permit)
    }

    /// Begins what is asked beside a request: it is neither classified nor shadowed.
    pub(crate) fn beside(&self, asking: Asking) -> Result<Answer> {
        self.begin(self.shared.flight.beside(), asking)
    }

    /// Narrows and orders the candidates: all that happens before the first call.
    fn decide(&self, asking: Asking) -> (Arc<Asked>, Vec<Turn>) {
        let Asking {
            request,
            work,
            mode,
            resolved,
            labelled,
            shadow,
            aside,
            bounds,
            id,
            seed,
            began,
        } = asking;
        let (at, shared) = (now(), &self.shared);
        let preferences = request.preferences.as_deref();
        let limits = beside(preferred::limits(resolved.limits, preferences), aside);
        let limits = bounds.narrow(limits, began);
        let snapshot = resolved.snapshot(&shared.board, at);
        let (decision, extent, turns) = {
            let sorted = preferred::sorted(resolved.sort, preferences);
            let cx = Asked::context(&request, &resolved, &work, at, seed);
            let cx = sorted.iter().fold(cx.labels(&labelled.labels), Context::preferences);
            let snapshot = &snapshot.candidates[..];
            let decide =
                |policy: &dyn Policy| Candidates::decide(policy, &cx, snapshot, limits.front());
            let list = safely("a policy", || decide(&*resolved.policy));
            let list = list.unwrap_or_else(|| decide(&available().named(PANICKED)));
            let decision = list.decided();
            let turn = |place: usize| {
                let asked = snapshot[place].health.asked_until.filter(|until| *until > at);
                let silence =
                    |hedge: Hedge| hedge.silence(snapshot[place].health.latencies.as_ref());
                Turn::of(place, &snapshot[place], &cx)
                    .from(asked)
                    .silence(limits.hedge.map(silence))
            };
            let turns: Vec<_> = decision.places().take(limits.front()).map(turn).collect();
            (decision, cx.extent(), turns)
        };
        let mut labels = labelled.labels;
        labels.extend_from_slice(decision.labels());
        // A hedge must hear the first content, and a whole answer is silent until it is there.
        let mode = match work {
            Work::Chat if limits.hedge.is_some() => Mode::Stream,
            _ => mode,
        };
        let money = limits.money;
        let snapshot = Guard::into_inner(snapshot);
        let seen = Arc::new(Seen { snapshot, decision, extent, money, at });
        // Waiting for a classifier is no deciding.
        let waited = labelled.classified.as_ref().map_or(Duration::ZERO, |it| it.took);
        let asked = Asked {
            id: id.unwrap_or_else(|| Asked::id(seed)),
            shared: shared.clone(),
            resolved,
            request,
            work,
            mode,
            fetched: shared.fetching.begin(),
            seen,
            labels,
            classified: labelled.classified,
            shadow,
            aside,
            limits,
            seed,
            began,
            at,
            decided: (now() - began).saturating_sub(waited),
        };
        (Arc::new(asked), turns)
    }

    /// Puts behind the others who is being tried again by somebody else, as long as there are others.
    fn lead(&self, asked: &Asked, turns: &mut [Turn]) {
        let places = &asked.resolved.places;
        for _ in 0..turns.len() {
            let leader = &places[turns[0].place];
            if self.shared.board.may_lead(&leader.gauge, asked.at) {
                return;
            }
            turns.rotate_left(1);
        }
    }
}

/// How far a request goes that is asked beside another: a copy is called once, and at once or not at all.
fn beside(limits: Limits, aside: Option<Aside>) -> Limits {
    match aside {
        Some(Aside::Shadow) => {
            Limits { attempts: 1, hedge: None, patience: Duration::ZERO, ..limits }
        }
        _ => limits,
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router")
            .field("endpoints", &self.shared.names.endpoints)
            .field("ledger", &self.shared.ledger)
            .field("transport", &self.shared.transport)
            .field("hooks", &self.shared.hooks)
            .finish_non_exhaustive()
    }
}
