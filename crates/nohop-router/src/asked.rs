use std::sync::Arc;
use std::time::{Duration, Instant};

use nohop_policy::{Context, Decision, Limits, none_left};
use nohop_types::{
    Aside, Attempted, Classified, Considered, Error, Label, Request, Result, Shadowed, Trace,
};
use nohop_wire::Mode;

use crate::Router;
use crate::classify::Labelled;
use crate::clock::{chance, now};
use crate::media::Fetched;
use crate::route::{Resolved, Snapshot};
use crate::router::Shared;
use crate::work::Work;

/// The most candidates that a trace shows, and the most names of those that one stage dropped.
const MOST_NAMED: usize = 64;

/// One request that is to be decided on.
pub(crate) struct Asking {
    pub(crate) request: Arc<Request>,
    pub(crate) work: Work,
    pub(crate) mode: Mode,
    pub(crate) resolved: Arc<Resolved>,
    pub(crate) labelled: Labelled,
    pub(crate) shadow: Option<Shadowed>,
    pub(crate) aside: Option<Aside>,
    /// The id that was chosen for it, if one was.
    pub(crate) id: Option<Arc<str>>,
    pub(crate) seed: u64,
    pub(crate) began: Instant,
}

impl Asking {
    /// A chat, whose name is looked up.
    ///
    /// # Errors
    ///
    /// `Config` when the name means nothing.
    pub(crate) fn new(router: &Router, request: Arc<Request>, mode: Mode) -> Result<Self> {
        let (began, seed) = (now(), chance());
        let shared = &router.shared;
        let preferences = request.preferences.as_deref();
        let resolved = shared.names.resolve_all(&request.model, preferences, &shared.board);
        let resolved = resolved.map_err(|error| Asked::undecided(error, &request.model))?;
        Ok(Self {
            request,
            work: Work::Chat,
            mode,
            resolved,
            labelled: Labelled::default(),
            shadow: None,
            aside: None,
            id: None,
            seed,
            began,
        })
    }

    /// Says what is asked of the model, where that is no chat.
    pub(crate) fn work(mut self, work: Work) -> Self {
        self.work = work;
        self
    }

    /// Says what it is asked for beside what a caller asked for.
    pub(crate) fn aside(mut self, aside: Aside) -> Self {
        self.aside = Some(aside);
        self
    }

    /// Chooses its id.
    pub(crate) fn named(mut self, id: Arc<str>) -> Self {
        self.id = Some(id);
        self
    }
}

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
    /// The candidates as they stood when it was decided.
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) decision: Decision,
    /// What was found out about the request, before the decision and with it.
    pub(crate) labels: Vec<Label>,
    pub(crate) classified: Option<Classified>,
    pub(crate) shadow: Option<Shadowed>,
    pub(crate) aside: Option<Aside>,
    /// How far it goes: as its route says, unless the request says less.
    pub(crate) limits: Limits,
    pub(crate) seed: u64,
    pub(crate) began: Instant,
    /// When it was decided on.
    pub(crate) at: Instant,
    pub(crate) decided: Duration,
}

impl Asked {
    /// What policies may look at; a chat without a cap is taken to be answered as the route's were lately.
    pub(crate) fn context<'a>(
        request: &'a Request,
        resolved: &Resolved,
        work: &Work,
        now: Instant,
        seed: u64,
    ) -> Context<'a> {
        let cx = Context::new(request, now, seed);
        match work.tokens() {
            None => match resolved.lengths.mean().filter(|_| request.max_tokens.is_none()) {
                None => cx,
                Some(mean) => {
                    let choices = request.sampling.n.unwrap_or(1).into();
                    let input = cx.input;
                    cx.tokens(input, mean.saturating_mul(choices))
                }
            },
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

    /// Whether its answers are judged.
    pub(crate) fn is_judged(&self) -> bool {
        self.work.is_chat() && self.resolved.slots.accept.is_some()
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
        trace.labels.clone_from(&self.labels);
        trace.classified.clone_from(&self.classified);
        trace.shadow.clone_from(&self.shadow);
        trace.candidates = resolved.candidates.len();
        trace.considered = self.considered();
        trace.stages = decision.stages(&resolved.candidates, MOST_NAMED);
        trace.order = decision.places().take(self.limits.front()).map(target).collect();
        trace.attempts = attempts;
        trace.decided = self.decided;
        trace.took = now() - self.began;
        trace
    }

    /// What was known of the candidates, those that were kept first.
    fn considered(&self) -> Vec<Considered> {
        let cx = Self::context(&self.request, &self.resolved, &self.work, self.at, self.seed);
        let kept = self.decision.places().map(|place| (place, None));
        let dropped = self.decision.dropped().map(|(place, stage)| (place, Some(stage)));
        let places = kept.chain(dropped).take(MOST_NAMED);
        let considered = places.map(|(place, dropped)| {
            let candidate = &self.snapshot.candidates[place];
            let health = &candidate.health;
            let rests = health.resting_until.max(health.asked_until);
            let mut it = Considered::new(candidate.target.clone(), candidate.key);
            it.estimate = cx.estimate(candidate);
            it.latency = health.latency;
            (it.failures, it.running) = (health.failures, health.running);
            it.resting = rests.and_then(|until| until.checked_duration_since(self.at));
            it.resting = it.resting.filter(|rest| !rest.is_zero());
            it.dropped = dropped;
            if let Some(money) = self.limits.money.filter(|_| dropped.is_none()) {
                it.passed = match it.estimate {
                    None => Some("its price is not known".into()),
                    Some(estimate) if estimate > money => {
                        Some(format!("it may cost more than {money}").into())
                    }
                    Some(_) => None,
                };
            }
            it
        });
        considered.collect()
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
