//! Room under quotas, and the line of those who wait for it, as the router has them.

use std::time::Instant;

use nohop_policy::{
    Ask, AttemptId, Candidate, Context, Full, Held, Look, Needs, Quota, Quotas, Ticket,
};
use nohop_types::{Error, Money, Usage};

/// The quotas of a rehearsal; whom to wake is a request, by its slot and its place in the workload.
pub(crate) struct Desk(Option<Quotas<Caller>>);

pub(crate) type Caller = (usize, usize);

/// One request's wait for room.
#[derive(Default)]
pub(crate) struct Wait {
    /// The attempts that found none, and the places of their candidates.
    parked: Vec<(AttemptId, usize)>,
    ticket: Option<Ticket>,
    /// When it first found none.
    since: Option<Instant>,
    /// Room that came, and for which attempt.
    room: Option<(AttemptId, Held)>,
}

/// What comes of looking how it is going.
pub(crate) enum Turn {
    /// There is room for this attempt.
    Room(AttemptId),
    /// Look again when woken, or at this time.
    Later(Option<Instant>),
    /// The line is full: nobody of these gets a place.
    Crowded(Vec<(AttemptId, Error)>),
}

impl Desk {
    pub(crate) fn new(quotas: &[Quota]) -> Self {
        Self((!quotas.is_empty()).then(|| Quotas::new(quotas.iter().cloned())))
    }

    /// Takes room for an attempt, if that did not come while it waited; none is needed where there are no quotas.
    pub(crate) fn take(
        &self,
        wait: &mut Wait,
        id: AttemptId,
        cx: &Context<'_>,
        candidate: &Candidate,
        woken: &mut Vec<Caller>,
    ) -> Result<Option<Held>, Full> {
        let Some(quotas) = &self.0 else { return Ok(None) };
        if let Some((_, held)) = wait.room.take_if(|(to, _)| *to == id) {
            return Ok(Some(held));
        }
        let (taken, others) = quotas.take(cx.now, &ask(cx, candidate, wait.since));
        woken.extend(others);
        taken.map(Some)
    }

    /// Looks how it is going in line until a time.
    pub(crate) fn look(
        &self,
        wait: &mut Wait,
        cx: &Context<'_>,
        candidates: &[Candidate],
        until: Instant,
        caller: Caller,
        woken: &mut Vec<Caller>,
    ) -> Turn {
        let Some(quotas) = &self.0 else { return Turn::Later(None) };
        let ticket = match wait.ticket {
            Some(ticket) => ticket,
            None => {
                let asks = wait.parked.iter();
                let asks = asks.map(|(_, place)| ask(cx, &candidates[*place], wait.since));
                match quotas.wait(cx.now, until, &asks.collect::<Vec<_>>(), caller) {
                    Ok(ticket) => *wait.ticket.insert(ticket),
                    Err(error) => {
                        let again = || Error::new(error.kind(), error.message());
                        let parked = wait.parked.drain(..);
                        let told = parked.map(|(id, _)| (id, again().with_scope(error.scope())));
                        return Turn::Crowded(told.collect());
                    }
                }
            }
        };
        let (look, others) = quotas.look(cx.now, ticket, caller);
        woken.extend(others);
        match look {
            Look::Wait(until) => Turn::Later(until),
            Look::Room(index, held) => {
                let (id, _) = wait.parked[index];
                wait.room = Some((id, held));
                Turn::Room(id)
            }
        }
    }

    /// Takes down that an attempt found no room.
    pub(crate) fn park(
        &self,
        wait: &mut Wait,
        id: AttemptId,
        place: usize,
        now: Instant,
        woken: &mut Vec<Caller>,
    ) {
        wait.since.get_or_insert(now);
        if wait.parked.iter().all(|(parked, _)| *parked != id) {
            wait.parked.push((id, place));
            // There is more to wait for than the place in line knows of.
            self.leave(wait, now, woken);
        }
    }

    /// Ends a wait: an attempt has begun, or none will.
    pub(crate) fn over(&self, wait: &mut Wait, now: Instant, woken: &mut Vec<Caller>) {
        wait.parked.clear();
        self.leave(wait, now, woken);
        if let (Some(quotas), Some((_, held))) = (&self.0, wait.room.take()) {
            woken.extend(quotas.release(now, held));
        }
    }

    /// Ends the room of an attempt that used so much.
    pub(crate) fn settle(&self, now: Instant, held: Held, used: Needs, woken: &mut Vec<Caller>) {
        if let Some(quotas) = &self.0 {
            woken.extend(quotas.settle(now, held, used));
        }
    }

    fn leave(&self, wait: &mut Wait, now: Instant, woken: &mut Vec<Caller>) {
        if let (Some(quotas), Some(ticket)) = (&self.0, wait.ticket.take()) {
            woken.extend(quotas.leave(now, ticket));
        }
    }
}

/// What an attempt used of the room that was held for it, as far as that is known.
pub(crate) fn used(
    held: &Held,
    usage: Option<&Usage>,
    cost: Option<Money>,
    error: Option<&Error>,
) -> Needs {
    // What the provider refused with a status, it did not process.
    if usage.is_none() && error.is_some_and(|error| error.status().is_some()) {
        return Needs { tokens: 0, money: Some(Money::ZERO) };
    }
    let tokens = usage.and_then(Usage::total).unwrap_or(held.needs().tokens);
    Needs { tokens, money: cost.or(held.needs().money) }
}

fn ask<'a>(cx: &Context<'a>, candidate: &'a Candidate, since: Option<Instant>) -> Ask<'a> {
    let needs = Needs { tokens: cx.input.saturating_add(cx.output), money: cx.estimate(candidate) };
    Ask::new(candidate, &cx.request.tags, needs)
        .route(Some(cx.request.model.as_str()))
        .priority(cx.request.priority)
        .since(since)
}
