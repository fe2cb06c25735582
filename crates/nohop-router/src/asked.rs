use std::sync::Arc;
use std::time::{Duration, Instant};

use nohop_policy::{Context, Limits, none_left};
use nohop_types::{
    Aside, Attempted, Classified, Error, Label, Money, Request, Result, Shadowed, Trace,
};
use nohop_wire::Mode;

use crate::Router;
use crate::classify::Labelled;
use crate::clock::{chance, now};
use crate::media::Fetched;
use crate::route::Resolved;
use crate::router::Shared;
use crate::seen::Seen;
use crate::work::Work;

/// One request that is to be decided on.
pub(crate) struct Asking {
    pub(crate) request: Arc<Request>,
    pub(crate) work: Work,
    pub(crate) mode: Mode,
    pub(crate) resolved: Arc<Resolved>,
    pub(crate) labelled: Labelled,
    pub(crate) shadow: Option<Shadowed>,
    pub(crate) aside: Option<Aside>,
    pub(crate) bounds: Bounds,
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
            bounds: Bounds::default(),
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

    /// Says how far it goes, where that is less than its route says.
    pub(crate) fn within(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Chooses its id.
    pub(crate) fn named(mut self, id: Arc<str>) -> Self {
        self.id = Some(id);
        self
    }
}

/// What a request may use of what it shares with others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bounds {
    /// The money for all attempts.
    pub(crate) money: Option<Money>,
    /// Until when it has time.
    pub(crate) until: Option<Instant>,
}

impl Bounds {
    /// `limits`, or less, for a request that `began` at some time.
    pub(crate) fn narrow(self, limits: Limits, began: Instant) -> Limits {
        let time = self.until.map(|until| until.saturating_duration_since(began));
        Limits {
            money: limits.money.into_iter().chain(self.money).min(),
            total: time.map_or(limits.total, |time| time.min(limits.total)),
            ..limits
        }
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
    /// What the decision saw, and what it came to.
    pub(crate) seen: Arc<Seen>,
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
        let (seed, chance) = (seed, chance());
        let words = [seed >> 32, seed, chance >> 32, chance].map(|word| digits(word as u32));
        std::str::from_utf8(words.as_flattened()).unwrap_or_default().into()
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
        let Self { resolved, seen, .. } = self;
        let target = |place: usize| resolved.candidates[place].target.clone();
        let mut trace = Trace::new(self.id.clone(), self.request.model.as_str());
        trace.resolved = resolved.what.clone();
        trace.labels.clone_from(&self.labels);
        trace.classified.clone_from(&self.classified);
        trace.shadow.clone_from(&self.shadow);
        trace.candidates = resolved.candidates.len();
        trace.considered = seen.considered();
        trace.stages = seen.stages();
        trace.order = seen.decision.places().take(self.limits.front()).map(target).collect();
        trace.attempts = attempts;
        trace.decided = self.decided;
        trace.took = now() - self.began;
        trace
    }

    /// The error of a request that everybody was dropped for, if that is so.
    pub(crate) fn none_left(&self) -> Option<Error> {
        if self.seen.decision.places().len() > 0 {
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

/// The hexadecimal digits of `word`, all eight at once.
fn digits(word: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let word = u64::from(word);
    let word = (word | word << 16) & 0x0000_ffff_0000_ffff;
    let word = (word | word << 8) & 0x00ff_00ff_00ff_00ff;
    let word = (word | word << 4) & (0x0f * ONES);
    // A digit beyond nine goes beyond fifteen with six more.
    let letters = (word + 6 * ONES) >> 4 & ONES;
    (word + u64::from(b'0') * ONES + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_begins_with_the_seed_and_goes_on_by_chance() {
        let (one, other) = (Asked::id(0x0123_4567_89ab_cdef), Asked::id(0x0123_4567_89ab_cdef));
        assert!(one.starts_with("0123456789abcdef") && one.len() == 32, "{one}");
        assert!(one.bytes().all(|digit| digit.is_ascii_hexdigit()), "{one}");
        assert_ne!(one, other);
    }
}
