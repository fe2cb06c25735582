use std::time::{Duration, Instant};

use nohop_types::{Money, Scope};

use crate::random::fingerprint;
use crate::{Candidate, Context};

/// One candidate's turn in a plan: its place in the snapshot, and what the plan must know of it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Turn {
    /// Where in the snapshot it stands.
    pub place: usize,
    /// What a call is expected to cost, if its price is known.
    pub estimate: Option<Money>,
    /// Before when it may not be called.
    pub from: Option<Instant>,
    /// How long it may be silent before another is called beside it; `None` where nobody ever is.
    pub silence: Option<Duration>,
    pub(super) target: Kin,
    pub(super) endpoint: Kin,
    pub(super) key: u32,
}

/// What turns have in common with each other; a stranger has nothing in common with anyone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kin {
    Of(u64),
    Stranger(usize),
}

impl Turn {
    /// The turn of the candidate at `place`, of which nothing else is known.
    pub fn new(place: usize) -> Self {
        let (target, endpoint) = (Kin::Stranger(place), Kin::Stranger(place));
        Self { place, estimate: None, from: None, silence: None, target, endpoint, key: 0 }
    }

    /// The turn of `candidate`, which stands at `place`: with its estimate, and its kin known.
    ///
    /// When a failure reaches further than its candidate (to a key, an account, an endpoint, a
    /// model there), others that it reaches are called after those it does not.
    pub fn of(place: usize, candidate: &Candidate, cx: &Context<'_>) -> Self {
        Self {
            place,
            estimate: cx.estimate(candidate),
            from: None,
            silence: None,
            target: Kin::Of(fingerprint(&candidate.target)),
            endpoint: match candidate.endpoint.is_empty() {
                true => Kin::Stranger(place),
                false => Kin::Of(fingerprint(&candidate.endpoint)),
            },
            key: candidate.key,
        }
    }

    /// Says what a call is expected to cost.
    #[must_use]
    pub fn estimate(mut self, estimate: impl Into<Option<Money>>) -> Self {
        self.estimate = estimate.into();
        self
    }

    /// Says before when it may not be called, for whoever would rather wait than try anyway.
    #[must_use]
    pub fn from(mut self, from: impl Into<Option<Instant>>) -> Self {
        self.from = from.into();
        self
    }

    /// Says how long it may be silent before another is called beside it.
    #[must_use]
    pub fn silence(mut self, silence: impl Into<Option<Duration>>) -> Self {
        self.silence = silence.into();
        self
    }

    /// Whether trouble with this candidate in `scope` reaches `other`.
    pub(super) fn reaches(&self, scope: Scope, other: &Self) -> bool {
        let same_endpoint = self.endpoint == other.endpoint;
        match scope {
            Scope::Account | Scope::Endpoint | Scope::Network => same_endpoint,
            Scope::Key => same_endpoint && self.key == other.key,
            Scope::Model => self.target == other.target,
            _ => false,
        }
    }
}
