//! Copies of requests, for targets that are tried out.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nohop_policy::Context;
use nohop_types::{Aside, Cost, Money, Request, Shadowed};
use tokio::runtime::Handle;

use crate::Router;
use crate::asked::{Asked, Asking};
use crate::clock::now;

/// Sends copies of some requests to another target or route as well, and nobody waits for the answers.
///
/// A copy never delays a request and never fails it. There are bounds: a share of requests, so many copies
/// at once, so much money in all. What would be beyond them is not sent, and counted. Each copy is called
/// once: there are no retries and no hedges. What its answer says is dropped; how it ended, what it consumed
/// and what that cost is on the ledger, in entries that say [`Aside::Shadow`], and health learns from it.
/// A budget of the ledger holds for copies as for everything else.
///
/// Only chats are copied. A copy is a task of the tokio runtime that the request was made in;
/// [`Router::drain`] ends those that are under way.
///
/// ```
/// use nohop_router::{Route, Shadow};
/// use nohop_types::Money;
///
/// let shadow = Shadow::new("gpt-5-mini@openai").share(50).running(8).money(Money::DOLLAR * 5);
/// let route = Route::new("chat", ["gpt-4.1-mini@openai"]).shadow(shadow);
/// ```
#[derive(Clone)]
pub struct Shadow {
    name: Arc<str>,
    share: u32,
    running: usize,
    money: Option<Money>,
    state: Arc<Mutex<Shadows>>,
}

/// What became of the copies of a route's requests so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Shadows {
    /// How many were sent.
    pub sent: u64,
    /// How many were answered whole.
    pub finished: u64,
    /// How many were not sent, because that would have been beyond a bound.
    pub dropped: u64,
    /// How many are under way.
    pub running: usize,
    /// What those that are over cost; at least that, where a price is not known.
    pub spent: Money,
    /// What those under way are expected to cost.
    pub held: Money,
}

impl Shadow {
    /// Copies of ten of a thousand requests to the target, model or route of this name: four at once, for a
    /// dollar in all.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        let (share, running, money) = (10, 4, Some(Money::DOLLAR));
        Self { name: name.into(), share, running, money, state: Arc::default() }
    }

    /// Says how many of a thousand requests are copied.
    #[must_use]
    pub fn share(mut self, per_thousand: u32) -> Self {
        self.share = per_thousand;
        self
    }

    /// Says how many copies may be under way at once.
    #[must_use]
    pub fn running(mut self, most: usize) -> Self {
        self.running = most;
        self
    }

    /// Says what all copies together may cost, as far as estimates are right, a dollar unless it is said;
    /// `None` is no bound. What has no price does not fit a bound.
    #[must_use]
    pub fn money(mut self, most: impl Into<Option<Money>>) -> Self {
        self.money = most.into();
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn figures(&self) -> Shadows {
        *self.state()
    }

    /// Sends a copy of what `asking` is about, if it falls under the share and within the bounds.
    pub(crate) fn fall(&self, router: &Router, asking: &Asking) -> Option<Shadowed> {
        // The seed is even, so its place among all seeds is that of the request among a thousand.
        let place = (u128::from(asking.seed) * 1_000) >> 64;
        if place >= u128::from(self.share) {
            return None;
        }
        let mut shadowed = Shadowed::new(self.name.clone());
        match self.send(router, asking) {
            Ok(id) => shadowed.request = Some(id),
            Err(why) => {
                self.state().dropped += 1;
                shadowed.dropped = Some(why.into());
            }
        }
        Some(shadowed)
    }

    fn send(&self, router: &Router, asking: &Asking) -> Result<Arc<str>, &'static str> {
        let handle = Handle::try_current().map_err(|_| "there is no tokio runtime here")?;
        let flight = &router.shared.flight;
        let permit = flight.shadow().ok_or("the router is drained")?;
        let place = self.place(self.estimate(router, &asking.request))?;
        let (id, mode) = (Asked::id(asking.seed), asking.mode);
        let (router, request) = (router.clone(), asking.request.clone());
        let (named, name) = (id.clone(), self.name.clone());
        // Copied in the task, since a conversation may be long.
        let task = async move {
            let mut request = Request::clone(&request);
            name.as_ref().clone_into(&mut request.model);
            drop(name);
            let asking = Asking::new(&router, Arc::new(request), mode);
            let asking = asking.map(|asking| asking.aside(Aside::Shadow).named(named));
            let Ok(answer) = asking.and_then(|asking| router.beside(asking)) else {
                return place.end(None, 0);
            };
            let answered = permit.unless_closed(answer.response()).await;
            match answered {
                Some(Ok(response)) => place.end(response.cost, 1),
                Some(Err(error)) => place.end(error.trace().and_then(|trace| trace.cost()), 0),
                None => drop(place),
            }
            // Last of all: a drain waits for it, and then all figures stand.
            drop(permit);
        };
        handle.spawn(task);
        Ok(id)
    }

    /// What a copy may cost: as much as at the dearest that may be asked; `None` where that is not known.
    fn estimate(&self, router: &Router, request: &Request) -> Option<Money> {
        let resolved = router.shared.names.resolve(&self.name, &router.shared.board).ok()?;
        let cx = Context::new(request, now(), 0);
        let estimates = resolved.candidates.iter().map(|candidate| cx.estimate(candidate));
        estimates.reduce(|dearest, other| Some(dearest?.max(other?))).flatten()
    }

    /// Takes a place among the copies under way, and holds the money for it.
    fn place(&self, estimate: Option<Money>) -> Result<Place, &'static str> {
        let mut state = self.state();
        if state.running >= self.running {
            return Err("as many copies as may be are under way");
        }
        let held = match (estimate, self.money) {
            (None, Some(_)) => return Err("its price is not known, and its money is bounded"),
            (Some(estimate), Some(most)) if state.spent + state.held + estimate > most => {
                return Err("its money is spent");
            }
            (estimate, _) => estimate.unwrap_or(Money::ZERO),
        };
        state.running += 1;
        state.sent += 1;
        state.held = state.held + held;
        drop(state);
        Ok(Place { state: self.state.clone(), held, ended: None })
    }

    fn state(&self) -> MutexGuard<'_, Shadows> {
        lock(&self.state)
    }
}

impl fmt::Debug for Shadow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, share, running, money, .. } = self;
        f.debug_struct("Shadow")
            .field("name", name)
            .field("share", share)
            .field("running", running)
            .field("money", money)
            .finish_non_exhaustive()
    }
}

/// A copy's place among those under way, given up when it is dropped.
struct Place {
    state: Arc<Mutex<Shadows>>,
    held: Money,
    /// What it cost and how many were finished, once that is known.
    ended: Option<(Money, u64)>,
}

impl Place {
    fn end(mut self, cost: Option<Cost>, finished: u64) {
        self.ended = Some((cost.map_or(Money::ZERO, |cost| cost.amount), finished));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Of what was cut off the estimate is taken for the cost: too much is safer than too little.
        let (cost, finished) = self.ended.unwrap_or((self.held, 0));
        let mut state = lock(&self.state);
        state.running -= 1;
        state.held = state.held - self.held;
        state.spent = state.spent + cost;
        state.finished += finished;
    }
}

fn lock(state: &Mutex<Shadows>) -> MutexGuard<'_, Shadows> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
