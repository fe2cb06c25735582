//! Who may still be called, when, and for what.

use std::time::Instant;

use nohop_types::{Error, Money, Scope};

use super::{AttemptId, Turn, end};
use crate::{Full, Limits};

/// The candidates that wait for their turn.
#[derive(Debug)]
pub(super) struct Queue {
    /// In the order of preference, whatever their times.
    waiting: Vec<Waiting>,
    /// How many more calls there may be.
    left: usize,
    limit: Option<Money>,
    /// The estimates of the calls that were or may be charged for.
    spent: Money,
    /// The first of those who want more patience than there is.
    too_late: Option<Instant>,
    /// Why there was no room, of those for whom there may be the soonest.
    full: Option<Full>,
}

/// A candidate that may be called from a time on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) turn: Turn,
    pub(super) from: Instant,
    /// How often it was called.
    pub(super) calls: u32,
    /// Whether a purse has paid for the next call.
    pub(super) paid: Paid,
    /// Whether its first content has come, and is held back.
    pub(super) spoke: bool,
    /// Which attempt it was, where it has asked for room before.
    pub(super) id: Option<AttemptId>,
    rank: usize,
    /// Whether it is waiting for room, whatever the time.
    parked: bool,
    /// Whether trouble elsewhere reaches it.
    spoiled: bool,
}

/// Which purse has paid for a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Paid {
    No,
    ByRetries,
    ByHedges,
}

impl Waiting {
    /// The next turn of the same candidate, which the purse has paid for.
    pub(super) fn again(self, from: Instant) -> Self {
        Self { from, calls: self.calls + 1, paid: Paid::ByRetries, id: None, ..self }
    }
}

impl Queue {
    /// All of `turns` whose time comes before patience and time end.
    pub(super) fn new(
        turns: impl IntoIterator<Item = Turn>,
        limits: &Limits,
        now: Instant,
        deadline: Instant,
    ) -> Self {
        let mut waiting = Vec::with_capacity(limits.attempts.min(16));
        let mut too_late: Option<Instant> = None;
        for (rank, turn) in turns.into_iter().take(limits.front()).enumerate() {
            let from = turn.from.unwrap_or(now).max(now);
            let patient = from == now || from < deadline && from - now <= limits.patience;
            match patient {
                false => too_late = Some(too_late.map_or(from, |first| first.min(from))),
                true => waiting.push(Waiting {
                    turn,
                    from,
                    calls: 0,
                    paid: Paid::No,
                    spoke: false,
                    id: None,
                    rank,
                    parked: false,
                    spoiled: false,
                }),
            }
        }
        let (left, limit) = (limits.attempts, limits.money);
        Self { waiting, left, limit, spent: Money::ZERO, too_late, full: None }
    }

    /// Takes out whoever is next, if their time has come and the money is there.
    ///
    /// Those who were called less often go first, then those no trouble reaches, then by preference.
    pub(super) fn take(&mut self, now: Instant) -> Option<Waiting> {
        let ready = self.eligible().filter(|(_, turn)| turn.from <= now);
        let next = ready.min_by_key(|(_, turn)| (turn.calls, turn.spoiled, turn.rank));
        let index = next?.0;
        Some(self.waiting.remove(index))
    }

    /// When the next candidate's time comes.
    pub(super) fn soonest(&self) -> Option<Instant> {
        self.eligible().map(|(_, turn)| turn.from).min()
    }

    /// Lets `turn` wait again.
    pub(super) fn put_back(&mut self, turn: Waiting) {
        let index = self.waiting.partition_point(|waiting| waiting.rank < turn.rank);
        self.waiting.insert(index, turn);
    }

    /// Lets `turn` wait for room, unless there is none before `until`; says whether it waits.
    pub(super) fn park(&mut self, turn: Waiting, full: Full, until: Instant) -> bool {
        let waits = full.sooner || full.until.is_none_or(|from| from < until);
        let time = |full: &Full| (full.until.is_none(), full.until);
        if self.full.as_ref().is_none_or(|known| time(&full) < time(known)) {
            self.full = Some(full);
        }
        if waits {
            self.put_back(Waiting { parked: true, ..turn });
        }
        waits
    }

    /// Lets those who wait for room ask for it again.
    pub(super) fn unpark(&mut self, now: Instant, which: impl Fn(&Waiting) -> bool) {
        for turn in self.waiting.iter_mut().filter(|turn| turn.parked && which(turn)) {
            (turn.parked, turn.from) = (false, turn.from.min(now));
        }
    }

    /// Whether an attempt waits for room.
    pub(super) fn waits(&self, id: AttemptId) -> bool {
        self.waiting.iter().any(|turn| turn.parked && turn.id == Some(id))
    }

    /// Whether anybody waits for room.
    pub(super) fn is_parked(&self) -> bool {
        self.waiting.iter().any(|turn| turn.parked)
    }

    /// Sends everyone home who waits for room.
    pub(super) fn drop_parked(&mut self) -> Vec<Waiting> {
        self.waiting.extract_if(.., |turn| turn.parked).collect()
    }

    /// Sends one home that waits for room.
    pub(super) fn dismiss(&mut self, id: AttemptId) -> Vec<Waiting> {
        // What is told of it now goes before why there was no room.
        self.full = None;
        self.waiting.extract_if(.., |turn| turn.parked && turn.id == Some(id)).collect()
    }

    /// Counts a call of `turn`.
    pub(super) fn begin(&mut self, turn: &Waiting) {
        self.left -= 1;
        self.spent = self.spent + turn.turn.estimate.unwrap_or_default();
    }

    /// Takes back what a call of `turn` was expected to cost.
    pub(super) fn release(&mut self, turn: &Waiting) {
        self.spent = self.spent - turn.turn.estimate.unwrap_or_default();
    }

    /// Takes back a call of `turn` that was not made.
    pub(super) fn undo(&mut self, turn: &Waiting) {
        self.left += 1;
        self.release(turn);
    }

    /// Puts those whom trouble of `turn` reaches behind the others.
    ///
    /// Those of the same account also wait until `from`, so that its limit is not met at full speed.
    pub(super) fn spoil(&mut self, turn: &Waiting, scope: Scope, from: Option<Instant>) {
        let from = from.filter(|_| scope == Scope::Account);
        for other in &mut self.waiting {
            if turn.turn.reaches(scope, &other.turn) {
                other.spoiled = true;
                other.from = from.map_or(other.from, |from| from.max(other.from));
            }
        }
    }

    /// Sends those of the same target home: what its model has no room for, no other key has room for.
    pub(super) fn leave(&mut self, turn: &Waiting) -> Vec<Waiting> {
        let same = |other: &mut Waiting| turn.turn.reaches(Scope::Model, &other.turn);
        self.waiting.extract_if(.., same).collect()
    }

    /// Whether no call is left.
    pub(super) fn is_closed(&self) -> bool {
        self.left == 0
    }

    /// Sends everyone home.
    pub(super) fn clear(&mut self) -> Vec<Waiting> {
        std::mem::take(&mut self.waiting)
    }

    /// Why nobody is eligible, if it is not that everyone was tried.
    pub(super) fn reason(&mut self, limits: &Limits, now: Instant) -> Option<Error> {
        if limits.attempts == 0 {
            return Some(end::forbidden());
        }
        if self.left == 0 {
            return None;
        }
        if let (Some(limit), false) = (self.limit, self.waiting.is_empty()) {
            let least = self.waiting.iter().filter_map(|turn| turn.turn.estimate).min();
            return Some(end::dear(limit, self.spent, least));
        }
        if self.left < limits.attempts {
            return None;
        }
        let room = self.full.take();
        let until = room.as_ref().and_then(|full| full.until).filter(|until| *until > now);
        match (self.too_late, room) {
            (Some(from), room) if room.is_none() || until.is_none_or(|until| from <= until) => {
                Some(end::resting(from.saturating_duration_since(now)))
            }
            (_, Some(full)) => {
                Some(end::full(full, until.map(|until| until - now), limits.patience))
            }
            _ => None,
        }
    }

    /// Those who fit the money that is left, while a call is.
    fn eligible(&self) -> impl Iterator<Item = (usize, &Waiting)> {
        let left = self.limit.map(|limit| limit - self.spent);
        let fits = move |turn: &Waiting| match (left, turn.turn.estimate) {
            (None, _) => true,
            (Some(left), Some(estimate)) => estimate <= left,
            (Some(_), None) => false,
        };
        let ready = move |turn: &Waiting| self.left > 0 && !turn.parked && fits(turn);
        self.waiting.iter().enumerate().filter(move |(_, turn)| ready(turn))
    }
}
