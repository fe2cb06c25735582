use std::sync::Arc;
use std::time::{Duration, Instant};

use nohop_policy::{Context, Decision, Limits, none_left};
use nohop_types::{Attempted, Error, Request, Trace};
use nohop_wire::Mode;

use crate::clock::{chance, now};
use crate::media::Fetched;
use crate::route::Resolved;
use crate::router::Shared;
use crate::work::Work;

/// The most names of dropped targets that a trace shows of one stage.
const MOST_DROPPED: usize = 64;

/// One request that was decided on: what all its attempts share.
pub(crate) struct Asked {
    pub(crate) id: Arc<str>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) resolved: Arc<Resolved>,
    /// What policies, hooks and the ledger see; of a chat it is what is asked.
    pub(crate) request: Arc<Request>,
    pub(crate) work: Work,
    pub(crate) mode: Mode,
    pub(crate) fetched: Fetched,
    pub(crate) decision: Decision,
    /// Those of its route, unless the request says less.
    pub(crate) limits: Limits,
    pub(crate) seed: u64,
    pub(crate) began: Instant,
    pub(crate) decided: Duration,
}

impl Asked {
    /// What policies may look at.
    pub(crate) fn context<'a>(
        request: &'a Request,
        work: &Work,
        now: Instant,
        seed: u64,
    ) -> Context<'a> {
        let cx = Context::new(request, now, seed);
        match work.tokens() {
            None => cx,
            Some(input) => cx.task(work.task()).tokens(input, 0),
        }
    }

    /// An id that no other request has, as far as chance allows.
    pub(crate) fn id(seed: u64) -> Arc<str> {
        let words = [seed.to_be_bytes(), chance().to_be_bytes()];
        let digits = words.as_flattened().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let mut id = [0; 32];
        for (place, digit) in id.iter_mut().zip(digits) {
            *place = b"0123456789abcdef"[usize::from(digit)];
        }
        std::str::from_utf8(&id).unwrap_or_default().into()
    }

    /// The dialect in which the candidate at `place` is asked.
    pub(crate) fn way(&self, place: usize) -> Arc<str> {
        let at = &self.resolved.places[place];
        match &self.work {
            Work::Chat => at.way.clone(),
            work => at
                .endpoint
                .way_to(&work.task())
                .map_or_else(|_| at.way.clone(), |way| way.dialect.name().into()),
        }
    }

    /// What was considered and dropped, and what was tried.
    pub(crate) fn trace(&self, attempts: Vec<Attempted>) -> Trace {
        let Self { resolved, decision, .. } = self;
        let target = |place: usize| resolved.candidates[place].target.clone();
        let mut trace = Trace::new(self.id.clone(), self.request.model.as_str());
        trace.resolved = resolved.what.clone();
        trace.candidates = resolved.candidates.len();
        trace.stages = decision.stages(&resolved.candidates, MOST_DROPPED);
        trace.order = decision.places().take(self.limits.front()).map(target).collect();
        trace.attempts = attempts;
        trace.decided = self.decided;
        trace.took = now() - self.began;
        trace
    }

    /// The error of a request that everybody was dropped for, if that is so.
    pub(crate) fn none_left(&self) -> Option<Error> {
        if self.decision.places().len() > 0 {
            return None;
        }
        let trace = self.trace(Vec::new());
        Some(none_left(trace.candidates, &trace.stages).with_trace(trace))
    }

    /// The error of a request that it never came to a decision on.
    pub(crate) fn undecided(error: Error, name: &str) -> Error {
        let mut trace = Trace::new(Self::id(chance()), name);
        trace.resolved = "nothing".into();
        error.with_trace(trace)
    }
}
