use std::sync::Arc;
use std::time::{Duration, Instant};

use nohop_types::{Error, ErrorKind, Recovery};

use crate::random::random;
use crate::time::after;
use crate::{Broken, Full, Limits, Purse};

mod end;
mod phase;
mod queue;
mod step;
#[cfg(test)]
mod tests;
mod turn;

pub use step::{AttemptId, Signal, Step};
pub use turn::Turn;

use phase::Phase;
use queue::{Paid, Queue, Waiting};

/// One request's walk down its candidates.
///
/// A state machine with two functions: [`poll`](Self::poll) says what to do, and
/// [`signal`](Self::signal) is told how it went. Time is an argument of both, and chance of
/// [`new`](Self::new). A candidate is its place in the snapshot; a [`Turn`] has what else the plan
/// must know of it.
///
/// It promises, whatever happens: at most [`Limits::attempts`] calls, hedges included; no wait that
/// no call can follow, or beyond [`Limits::total`]; an error that has every earlier attempt.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Instant;
/// use nohop_policy::{Limits, Plan, Purse, Signal, Step, Turn};
/// use nohop_types::{Error, ErrorKind};
///
/// let (now, seed) = (Instant::now(), 7);
/// let turns = [Turn::new(0), Turn::new(1)];
/// let mut plan = Plan::new(now, turns, Limits::DEFAULT, Arc::new(Purse::default()), seed);
/// let Step::Call(first, 0) = plan.poll(now) else { panic!("the first is called") };
/// plan.signal(now, first, Signal::Failed(Error::new(ErrorKind::Overloaded, "try later")));
/// assert!(matches!(plan.poll(now), Step::Call(_, 1)));
/// ```
#[derive(Debug)]
pub struct Plan {
    limits: Limits,
    purse: Arc<Purse>,
    /// What pays for hedges.
    hedges: Arc<Purse>,
    seed: u64,
    deadline: Instant,
    queue: Queue,
    /// One, or two while a hedge runs.
    running: Vec<(AttemptId, Waiting)>,
    /// How many attempts have begun, refused ones included.
    begun: usize,
    /// When to call a second candidate beside the one that runs.
    hedge: Option<Instant>,
    cancels: Vec<AttemptId>,
    /// Until when those are waited for that found no room.
    room: Option<Instant>,
    phase: Phase,
    errors: Vec<Error>,
}

impl Plan {
    /// A plan to call the candidates of `turns`, first to last, from `now` on.
    ///
    /// The pauses between calls of the same candidate are drawn from `seed`.
    pub fn new(
        now: Instant,
        turns: impl IntoIterator<Item = Turn>,
        limits: Limits,
        purse: Arc<Purse>,
        seed: u64,
    ) -> Self {
        let deadline = after(now, limits.total);
        Self {
            queue: Queue::new(turns, &limits, now, deadline),
            limits,
            hedges: purse.clone(),
            purse,
            seed,
            deadline,
            running: Vec::new(),
            begun: 0,
            hedge: None,
            cancels: Vec::new(),
            room: None,
            phase: Phase::Open,
            errors: Vec::new(),
        }
    }

    /// Sets what pays for hedges; otherwise it is what pays for retries.
    #[must_use]
    pub fn hedges(mut self, purse: Arc<Purse>) -> Self {
        self.hedges = purse;
        self
    }

    /// When the time for the request is over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// What to do next; ask again until it is to wait, to fail, or done.
    pub fn poll(&mut self, now: Instant) -> Step {
        if now >= self.deadline && !self.is_over() {
            self.give_up(end::late(self.limits.total));
        }
        if let Some(id) = self.cancels.pop() {
            return Step::Cancel(id);
        }
        match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Due(id) => {
                if !self.running.is_empty() {
                    self.phase = Phase::Delivered;
                }
                Step::Deliver(id)
            }
            Phase::Failing(error) => {
                Step::Fail(error.with_earlier(std::mem::take(&mut self.errors)))
            }
            Phase::Done => Step::Done,
            phase @ (Phase::Open | Phase::Delivered) => {
                self.phase = phase;
                match self.running.is_empty() {
                    true => self.next(now),
                    false => self.second(now),
                }
            }
        }
    }

    /// Takes note of what attempt `id` has to say; one that has ended has nothing to say.
    pub fn signal(&mut self, now: Instant, id: AttemptId, signal: Signal) {
        let Some(index) = self.running.iter().position(|(running, _)| *running == id) else {
            return self.parked(now, id, signal);
        };
        match signal {
            Signal::Spoke => {
                self.running[index].1.spoke = true;
                self.hedge = None;
            }
            Signal::Content => self.commit(id),
            Signal::Finished => {
                let cost = self.running[index].1.turn.estimate;
                self.commit(id);
                self.running.clear();
                self.forget();
                self.purse.deposit(cost);
                if !Arc::ptr_eq(&self.purse, &self.hedges) {
                    self.hedges.deposit(cost);
                }
                if matches!(self.phase, Phase::Delivered) {
                    self.phase = Phase::Done;
                }
            }
            Signal::Failed(error) => {
                let (_, turn) = self.running.swap_remove(index);
                self.failed(now, turn, error);
            }
            Signal::Refused(error) => {
                let (_, turn) = self.running.swap_remove(index);
                self.refused(now, turn, error);
            }
            Signal::Full(full) => {
                let (_, turn) = self.running.swap_remove(index);
                self.full(now, turn, full);
            }
            Signal::Room => {}
        }
    }

    /// Whether attempt `id`, which found no room, waits for some.
    pub fn waits(&self, id: AttemptId) -> bool {
        self.queue.waits(id)
    }

    /// Until when there is any use in waiting for room; `None` while nobody waits for it.
    pub fn patience(&self) -> Option<Instant> {
        self.room.filter(|_| self.queue.is_parked())
    }

    /// From now on the delivered answer can not go on elsewhere: a break is the end, whatever the limits
    /// say.
    pub fn forbid_resuming(&mut self) {
        self.limits.broken = Broken::Fail;
    }

    /// Nothing runs: call, wait for a candidate, or fail.
    fn next(&mut self, now: Instant) -> Step {
        if let Some(turn) = self.queue.take(now) {
            return self.call(now, turn);
        }
        if self.room.is_some_and(|until| now >= until) {
            let gone = self.queue.drop_parked();
            self.refund(gone);
        }
        let room = self.room.filter(|_| self.queue.is_parked());
        if let Some(from) = self.queue.soonest().into_iter().chain(room).min() {
            return Step::Wait(from);
        }
        let error = self.queue.reason(&self.limits, now);
        let error = error.or_else(|| self.errors.pop()).unwrap_or_else(end::nobody);
        self.give_up(error);
        self.poll(now)
    }

    /// Something runs: call a second candidate if the first is silent for too long.
    fn second(&mut self, now: Instant) -> Step {
        let Some(at) = self.hedge else { return Step::Wait(self.deadline) };
        if now < at {
            return Step::Wait(at.min(self.deadline));
        }
        let Some(mut turn) = self.queue.take(now) else {
            return Step::Wait(self.queue.soonest().unwrap_or(self.deadline));
        };
        self.hedge = None;
        if turn.paid == Paid::No {
            if !self.hedges.withdraw(turn.turn.estimate) {
                self.queue.put_back(turn);
                return Step::Wait(self.deadline);
            }
            turn.paid = Paid::ByHedges;
        }
        self.call(now, turn)
    }

    fn call(&mut self, now: Instant, mut turn: Waiting) -> Step {
        let id = turn.id.unwrap_or(AttemptId(self.begun));
        self.begun += usize::from(turn.id.is_none());
        turn.id = Some(id);
        let alone = self.running.is_empty() && matches!(self.phase, Phase::Open);
        let silence = turn.turn.silence.or_else(|| Some(self.limits.hedge?.silence(None)));
        let silence = silence.filter(|_| alone && self.limits.hedge.is_some());
        self.hedge = silence.map(|silence| after(now, silence));
        turn.spoke = false;
        let place = turn.turn.place;
        self.queue.begin(&turn);
        self.running.push((id, turn));
        Step::Call(id, place)
    }

    /// The point of no return: everyone else has lost.
    fn commit(&mut self, id: AttemptId) {
        if matches!(self.phase, Phase::Open) {
            self.phase = Phase::Due(id);
            self.hedge = None;
            let losers = self.running.extract_if(.., |(running, _)| *running != id);
            self.cancels.extend(losers.map(|(id, _)| id));
        }
    }

    fn failed(&mut self, now: Instant, turn: Waiting, error: Error) {
        // Content that the caller was not told of is as good as none.
        let broke = matches!(self.phase, Phase::Delivered);
        if broke && self.limits.broken == Broken::Fail || error.recovery() == Recovery::Abort {
            return self.give_up(error);
        }
        self.phase = Phase::Open;
        self.ask_again(now);
        // What the provider refused with a status, it did not charge for.
        if error.status().is_some_and(|status| status >= 400) && !broke {
            self.queue.release(&turn);
        }
        if error.kind() == ErrorKind::ContextLength {
            let gone = self.queue.leave(&turn);
            self.refund(gone);
        }
        let pause = self.pause(&turn);
        let again = error.recovery() == Recovery::Retry;
        self.queue.spoil(&turn, error.scope(), self.within(now, pause).filter(|_| again));
        let from = self.within(now, error.retry_after().unwrap_or(pause));
        if let Some(from) = from.filter(|_| again && !self.queue.is_closed())
            && self.purse.withdraw(turn.turn.estimate)
        {
            self.queue.put_back(turn.again(from));
        }
        self.errors.push(error);
        self.fall_over(now);
    }

    /// Our own side would not send it: no call was made, and none is used up.
    fn refused(&mut self, now: Instant, turn: Waiting, error: Error) {
        self.phase = Phase::Open;
        self.queue.undo(&turn);
        self.queue.unpark(now, |_| true);
        self.refund([turn]);
        if error.recovery() == Recovery::Abort {
            return self.give_up(error);
        }
        self.errors.push(error);
        self.fall_over(now);
    }

    /// There is no room for it now: it is asked for again when there is, if anybody has the patience.
    fn full(&mut self, now: Instant, turn: Waiting, full: Full) {
        self.queue.undo(&turn);
        let patience = after(now, self.limits.patience).min(self.deadline);
        let until = *self.room.get_or_insert(patience);
        if !self.queue.park(turn, full, until) {
            self.refund([turn]);
        }
        self.fall_over(now);
    }

    /// What there is to say of one that found no room.
    fn parked(&mut self, now: Instant, id: AttemptId, signal: Signal) {
        match signal {
            Signal::Room => self.queue.unpark(now, |turn| turn.id == Some(id)),
            Signal::Refused(error) => {
                let gone = self.queue.dismiss(id);
                if !gone.is_empty() {
                    self.errors.push(error);
                }
                self.refund(gone);
            }
            _ => {}
        }
    }

    /// Something was tried since there was no room: whoever found none is asked for again.
    fn ask_again(&mut self, now: Instant) {
        self.room = None;
        self.queue.unpark(now, |_| true);
    }

    /// One of two has failed, or our own side refused it: another may take its place at once.
    fn fall_over(&mut self, now: Instant) {
        let silent = self.running.iter().all(|(_, turn)| !turn.spoke);
        let beside = silent && !self.running.is_empty();
        self.hedge = self.limits.hedge.map(|_| now).filter(|_| beside);
    }

    /// The pause before the next call of the same candidate, drawn evenly up to the backoff.
    fn pause(&self, turn: &Waiting) -> Duration {
        let doubled = 1_u32.checked_shl(turn.calls).unwrap_or(u32::MAX);
        let most = self.limits.backoff.saturating_mul(doubled).min(self.limits.patience);
        let most = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        let chance = random(self.seed, self.begun as u64);
        let drawn = (u128::from(chance) * (u128::from(most) + 1)) >> 64;
        Duration::from_nanos(drawn as u64)
    }

    /// The end of a wait, if there are patience and time for it.
    fn within(&self, now: Instant, wait: Duration) -> Option<Instant> {
        let until = now.checked_add(wait).filter(|_| wait <= self.limits.patience);
        until.filter(|until| *until < self.deadline)
    }

    fn give_up(&mut self, error: Error) {
        self.cancels.extend(self.running.drain(..).map(|(id, _)| id));
        self.forget();
        self.phase = Phase::Failing(error);
    }

    /// Nobody else is called, and retries that were paid for are paid back.
    fn forget(&mut self) {
        let gone = self.queue.clear();
        self.refund(gone);
    }

    fn refund(&self, gone: impl IntoIterator<Item = Waiting>) {
        for turn in gone {
            match turn.paid {
                Paid::No => {}
                Paid::ByRetries => self.purse.refund(turn.turn.estimate),
                Paid::ByHedges => self.hedges.refund(turn.turn.estimate),
            }
        }
    }

    /// Whether all that is left is to tell the caller.
    fn is_over(&self) -> bool {
        match self.phase {
            Phase::Due(_) => self.running.is_empty(),
            Phase::Open | Phase::Delivered => false,
            Phase::Failing(_) | Phase::Done => true,
        }
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
pub(crate) use tests::epoch;
