use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::{Duration, Instant};

use nohop_types::Priority;

use super::counter::Lack;
use super::counters::Counters;
use super::{Held, Look, Needs};
use crate::time::after;

/// Those who wait for room, first to last.
#[derive(Debug)]
pub(super) struct Line<W> {
    pub(super) most: usize,
    waiting: BTreeMap<Ticket, Waiting<W>>,
    /// Room that was given to those who have not come for it yet.
    given: BTreeMap<Ticket, (usize, Held)>,
    /// How many ever came.
    came: u64,
    /// How many counters somebody in line lacks room of.
    lacked: usize,
}

/// One's place in the line.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Ticket {
    due: Instant,
    number: u64,
}

/// One request in line.
#[derive(Debug)]
pub(super) struct Waiting<W> {
    until: Instant,
    choices: Vec<Choice>,
    /// The counters that lack room for it, or where others come first: one of each choice at least.
    lacks: Vec<usize>,
    /// When it was told to look again.
    alarm: Option<Instant>,
    caller: W,
}

/// One of the attempts that a request waits for room for.
#[derive(Debug)]
pub(super) struct Choice {
    /// Which of what it asked for.
    pub(super) index: usize,
    /// The counters that it is under.
    pub(super) under: Vec<usize>,
    pub(super) needs: Needs,
}

/// From when on nobody goes first who comes later: so a lower priority is overtaken for a while only.
pub(super) fn due(now: Instant, priority: Priority, since: Option<Instant>) -> Instant {
    let lead = match priority {
        Priority::High => Duration::ZERO,
        Priority::Low => Duration::from_secs(60),
        _ => Duration::from_secs(5),
    };
    after(since.unwrap_or(now), lead)
}

impl<W: Clone> Line<W> {
    pub(super) fn new(most: usize) -> Self {
        let (waiting, given) = (BTreeMap::new(), BTreeMap::new());
        Self { most, waiting, given, came: 0, lacked: 0 }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Puts one in line, before those who are due later.
    pub(super) fn enter(
        &mut self,
        now: Instant,
        due: Instant,
        mut waiting: Waiting<W>,
        counters: &mut Counters,
    ) -> Ticket {
        let mut lacks = Vec::new();
        for Choice { under, needs, .. } in &waiting.choices {
            let known = lacks.len();
            for index in under.iter().copied() {
                let counter = counters.at(index);
                counter.waiting += 1;
                counter.wanted.add(*needs);
                if counter.lacked > 0 || counter.lacks(now, *needs).is_some() {
                    lacks.push(index);
                }
            }
            // Room may have come meanwhile: then it is looked at, whoever is before it.
            if lacks.len() == known {
                lacks.extend(under);
            }
        }
        waiting.note(lacks, counters, &mut self.lacked);
        let ticket = Ticket { due, number: self.came };
        self.came += 1;
        self.waiting.insert(ticket, waiting);
        ticket
    }

    /// Says who wakes one in line from now on.
    pub(super) fn renew(&mut self, ticket: Ticket, caller: W) {
        if let Some(waiting) = self.waiting.get_mut(&ticket) {
            waiting.caller = caller;
        }
    }

    /// Gives room to those in line, as far as there is any, up to where a newcomer would be who is `due`.
    ///
    /// It says at which counters they come before whoever is behind them, and whom to wake.
    pub(super) fn serve(
        &mut self,
        now: Instant,
        due: Option<Instant>,
        counters: &mut Counters,
    ) -> (Vec<usize>, Vec<W>) {
        let (mut blocked, mut woken) = (Vec::new(), Vec::new());
        let mut next = self.waiting.first_key_value().map(|(ticket, _)| *ticket);
        while let Some(ticket) = next.filter(|ticket| due.is_none_or(|due| ticket.due <= due)) {
            // Where everything that is lacking has its first in line, nobody behind gets anything.
            if blocked.len() >= self.lacked {
                break;
            }
            woken.extend(self.serve_one(now, ticket, &mut blocked, counters));
            let behind = (Bound::Excluded(ticket), Bound::Unbounded);
            next = self.waiting.range(behind).next().map(|(ticket, _)| *ticket);
        }
        (blocked, woken)
    }

    /// How it is going for one in line, who looks again when it is told to.
    pub(super) fn look(&mut self, now: Instant, ticket: Ticket, counters: &mut Counters) -> Look {
        if let Some((choice, held)) = self.given.remove(&ticket) {
            return Look::Room(choice, held);
        }
        let Some(waiting) = self.waiting.get_mut(&ticket) else { return Look::Wait(None) };
        waiting.alarm = waiting.alarm.filter(|alarm| *alarm > now);
        // Whoever is first knows when its turn comes. The others have a guess, should nobody wake them.
        if waiting.alarm.is_none() {
            let lacks = &waiting.lacks;
            let guess = |under: &[usize], counters: &mut Counters| {
                let lacks = under.iter().filter(|counter| lacks.contains(counter));
                lacks.filter_map(|counter| counters.at(*counter).behind(now, None)).max()
            };
            let guesses =
                waiting.choices.iter().filter_map(|choice| guess(&choice.under, counters));
            waiting.alarm = guesses.min();
        }
        Look::Wait(waiting.alarm)
    }

    /// Lets one go, and returns the room that it had been given.
    pub(super) fn leave(&mut self, ticket: Ticket, counters: &mut Counters) -> Option<Held> {
        self.remove(ticket, counters);
        self.given.remove(&ticket).map(|(_, held)| held)
    }

    /// Gives room to one in line, or finds out where it comes before those behind; says whom to wake.
    fn serve_one(
        &mut self,
        now: Instant,
        ticket: Ticket,
        blocked: &mut Vec<usize>,
        counters: &mut Counters,
    ) -> Option<W> {
        let waiting = self.waiting.get_mut(&ticket)?;
        if waiting.until <= now {
            return self.remove(ticket, counters).map(|waiting| waiting.caller);
        }
        let (mut lacks, mut turn) = (Vec::new(), None);
        for choice in &waiting.choices {
            let Some((these, until)) = choice.lacks(now, blocked, counters) else {
                let (index, under, needs) = (choice.index, choice.under.clone(), choice.needs);
                let waiting = self.remove(ticket, counters)?;
                self.given.insert(ticket, (index, counters.hold(now, under, needs)));
                return Some(waiting.caller);
            };
            turn = [turn, until].into_iter().flatten().min();
            lacks.extend(these);
        }
        for counter in &lacks {
            if !blocked.contains(counter) {
                blocked.push(*counter);
            }
        }
        waiting.note(lacks, counters, &mut self.lacked);
        // It was told of a later time, or of none, while others were before it.
        let late = |alarm: Instant| alarm <= now || turn.is_some_and(|turn| turn < alarm);
        if turn.is_none() || !waiting.alarm.is_none_or(late) {
            return None;
        }
        waiting.alarm = turn;
        Some(waiting.caller.clone())
    }

    fn remove(&mut self, ticket: Ticket, counters: &mut Counters) -> Option<Waiting<W>> {
        let mut waiting = self.waiting.remove(&ticket)?;
        waiting.note(Vec::new(), counters, &mut self.lacked);
        for Choice { under, needs, .. } in &waiting.choices {
            for counter in under {
                let counter = counters.at(*counter);
                counter.waiting -= 1;
                counter.wanted.remove(*needs);
            }
        }
        Some(waiting)
    }
}

impl<W> Waiting<W> {
    pub(super) fn new(until: Instant, choices: Vec<Choice>, caller: W) -> Self {
        Self { until, choices, lacks: Vec::new(), alarm: None, caller }
    }

    /// Takes down what it lacks, in place of what it lacked before.
    fn note(&mut self, mut lacks: Vec<usize>, counters: &mut Counters, lacked: &mut usize) {
        lacks.sort_unstable();
        lacks.dedup();
        for counter in &lacks {
            let counter = counters.at(*counter);
            *lacked += usize::from(counter.lacked == 0);
            counter.lacked += 1;
        }
        for counter in std::mem::replace(&mut self.lacks, lacks) {
            let counter = counters.at(counter);
            counter.lacked -= 1;
            *lacked -= usize::from(counter.lacked == 0);
        }
    }
}

impl Choice {
    /// The counters that lack room for it, those before it in line counted, and when its turn comes if it
    /// is the first everywhere; `None` where there is room.
    fn lacks(
        &self,
        now: Instant,
        blocked: &[usize],
        counters: &mut Counters,
    ) -> Option<(Vec<usize>, Option<Instant>)> {
        let (mut these, mut turn, mut first) = (Vec::new(), None, true);
        for counter in self.under.iter().copied() {
            let lack = match blocked.contains(&counter) {
                true => Some(Lack::Running),
                false => counters.at(counter).lacks(now, self.needs),
            };
            match lack {
                None => continue,
                Some(Lack::Until(until)) => turn = turn.max(Some(until)),
                Some(Lack::Running | Lack::Never) => first = false,
            }
            these.push(counter);
        }
        (!these.is_empty()).then(|| (these, turn.filter(|_| first)))
    }
}
