use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nohop::ledger::{Cause, Entry, Ledger, Memory, Reservation};
use nohop::{Money, Outcome, Request, Result};

/// The tag by which a request is known to all who saw it.
pub(crate) const NUMBER: &str = "number";

/// A ledger that lets the judge read each entry once.
#[derive(Debug, Default)]
pub(crate) struct Books {
    memory: Memory,
    unread: Mutex<Vec<Entry>>,
    counts: Mutex<Counts>,
}

/// How many of each.
#[derive(Clone, Debug, Default)]
struct Counts {
    requests: u64,
    entries: u64,
    finished: u64,
    causes: BTreeMap<&'static str, u64>,
}

impl Books {
    /// The entries since the last time.
    pub(crate) fn unread(&self) -> Vec<Entry> {
        std::mem::take(&mut self.unread.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts requests that have ended.
    pub(crate) fn ended(&self, requests: u64) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).requests += requests;
    }

    /// What there is to say of money that is still held.
    pub(crate) fn held(&self) -> Option<String> {
        let held = self.memory.held();
        (held > Money::ZERO).then(|| format!("{held} is still held"))
    }

    pub(crate) fn figures(&self, lasted: Duration) -> String {
        let Counts { requests, entries, finished, causes } = self.counts();
        let causes: Vec<_> =
            causes.iter().map(|(cause, count)| format!("{count} {cause}")).collect();
        format!(
            "{requests} requests, {:.0} a second; {entries} calls, {:.4} for a request: {}\n\
             purses paid {} of {} retries and {} of {} hedges that {finished} successes paid for",
            requests as f64 / lasted.as_secs_f64(),
            entries as f64 / requests as f64,
            causes.join(", "),
            self.paid()[0],
            self.payable()[0],
            self.paid()[1],
            self.payable()[1],
        )
    }

    /// Whether more was called than the purse and the limits of routes allow.
    pub(crate) fn breaches(&self) -> Option<String> {
        let (paid, payable) = (self.paid(), self.payable());
        let over = paid.iter().zip(payable).any(|(paid, payable)| *paid > payable);
        over.then(|| format!("{paid:?} retries and hedges, and purses pay {payable:?}"))
    }

    /// Retries, and hedges.
    fn paid(&self) -> [u64; 2] {
        let causes = self.counts().causes;
        ["retries", "hedges"].map(|cause| causes.get(cause).copied().unwrap_or_default())
    }

    /// How many of each the router's purses could pay for: ten to begin with, and of a hundred successes ten and five.
    fn payable(&self) -> [u64; 2] {
        let finished = self.counts().finished;
        [10 + finished / 10, 10 + finished / 20]
    }

    fn counts(&self) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Ledger for Books {
    fn reserve(
        &self,
        request: &Request,
        target: &str,
        estimate: Option<Money>,
    ) -> Result<Reservation> {
        self.memory.reserve(request, target, estimate)
    }

    fn settle(&self, reservation: Reservation, entry: Entry) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.entries += 1;
        counts.finished += u64::from(entry.outcome == Outcome::Finished);
        let cause = match entry.cause {
            Cause::First => "first calls",
            Cause::Retry => "retries",
            Cause::Fallback => "fallbacks",
            Cause::Hedge => "hedges",
            Cause::Resumption => "resumptions",
            _ => "others",
        };
        *counts.causes.entry(cause).or_default() += 1;
        drop(counts);
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).push(entry.clone());
        self.memory.settle(reservation, entry);
    }

    fn release(&self, reservation: Reservation) {
        self.memory.release(reservation);
    }
}
