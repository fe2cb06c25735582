use std::fmt;
use std::sync::Arc;

use http::Uri;
use nohop_ledger::Ledger;
use nohop_policy::{Candidates, Plan, Policy, Purse, Turn, available};
use nohop_providers::{Endpoint, Transport};
use nohop_types::{Request, Response, Result, Trace};
use nohop_wire::Mode;

use crate::asked::Asked;
use crate::board::Board;
use crate::clock::{chance, now};
use crate::flight::{Flight, Permit};
use crate::hooks::Hooks;
use crate::media::Fetching;
use crate::names::Names;
use crate::room::Desk;
use crate::safely::safely;
use crate::work::Work;
use crate::{Answer, Builder};

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
    pub(crate) hooks: Hooks,
    pub(crate) fetching: Fetching,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) purse: Arc<Purse>,
    pub(crate) flight: Arc<Flight>,
    /// What is in use of the quotas, where there are any.
    pub(crate) desk: Option<Arc<Desk>>,
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
        self.answer(request.into(), Mode::Whole)?.response().await
    }

    /// Sends `request` and returns its answer as it is made, from the first content on.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), for what fails before the first content. What fails after it is the
    /// last item of the answer.
    pub async fn stream(&self, request: impl Into<Arc<Request>>) -> Result<Answer> {
        let mut answer = self.answer(request.into(), Mode::Stream)?;
        answer.commit().await?;
        Ok(answer)
    }

    /// Decides without calling anyone.
    ///
    /// # Errors
    ///
    /// `Config` when the request's model names nothing.
    pub fn explain(&self, request: impl Into<Arc<Request>>) -> Result<Trace> {
        Ok(self.decide(request.into(), Mode::Whole, Work::Chat)?.0.trace(Vec::new()))
    }

    /// Connects to every endpoint, so that the first request need not; whether it works out is not told.
    pub async fn warm(&self) {
        let endpoints = self.shared.names.endpoints.values();
        let urls: Vec<Uri> = endpoints.filter_map(|endpoint| endpoint.url().ok()).collect();
        self.shared.transport.warm(&urls).await;
    }

    /// Takes no more requests, and waits until those under way are over.
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

    /// Where entries go.
    pub fn ledger(&self) -> &dyn Ledger {
        &*self.shared.ledger
    }

    fn answer(&self, mut request: Arc<Request>, mode: Mode) -> Result<Answer> {
        let permit = self.shared.flight.answer().and_then(|permit| {
            self.shared.hooks.before(&mut request)?;
            request.check()?;
            Ok(permit)
        });
        let permit = permit.map_err(|error| Asked::undecided(error, &request.model))?;
        self.begin(permit, request, mode, Work::Chat)
    }

    /// Begins what was seen and found right.
    pub(crate) fn begin(
        &self,
        permit: Permit,
        request: Arc<Request>,
        mode: Mode,
        work: Work,
    ) -> Result<Answer> {
        let (asked, plan) = self.decide(request, mode, work)?;
        Ok(Answer::new(asked, plan, permit))
    }

    /// Narrows and orders the candidates: all that happens before the first call.
    fn decide(&self, request: Arc<Request>, mode: Mode, work: Work) -> Result<(Arc<Asked>, Plan)> {
        let (began, seed) = (now(), chance());
        let shared = &self.shared;
        let resolved = shared.names.resolve(&request.model, &shared.board);
        let resolved = resolved.map_err(|error| Asked::undecided(error, &request.model))?;
        let limits = resolved.limits;
        let (decision, turns) = {
            let cx = Asked::context(&request, &work, began, seed);
            let snapshot = resolved.snapshot(&shared.board);
            let snapshot = &snapshot.candidates[..];
            let decide =
                |policy: &dyn Policy| Candidates::decide(policy, &cx, snapshot, limits.front());
            let list = safely("a policy", || decide(&*resolved.policy));
            let list = list.unwrap_or_else(|| decide(&available().named(PANICKED)));
            let decision = list.decided();
            let turn = |place: usize| {
                let asked = snapshot[place].health.asked_until.filter(|until| *until > began);
                Turn::of(place, &snapshot[place], &cx).from(asked)
            };
            let turns: Vec<_> = decision.places().take(limits.front()).map(turn).collect();
            (decision, turns)
        };
        let plan = Plan::new(began, turns, limits, shared.purse.clone(), seed);
        // A hedge must hear the first content, and a whole answer is silent until it is there.
        let mode = match work {
            Work::Chat if limits.hedge.is_some() => Mode::Stream,
            _ => mode,
        };
        let asked = Asked {
            id: Asked::id(seed),
            shared: shared.clone(),
            resolved,
            request,
            work,
            mode,
            fetched: shared.fetching.begin(),
            decision,
            seed,
            began,
            decided: now() - began,
        };
        Ok((Arc::new(asked), plan))
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
