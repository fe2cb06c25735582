use std::collections::BTreeMap;
use std::time::Duration;

use nohop_policy::Outcome;
use nohop_types::{Error, Money, Usage};

mod drawing;
mod sizes;
mod table;

pub use drawing::svg;
pub use sizes::Sizes;
pub use table::table;

/// What came of a workload under one policy.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The name of the policy.
    pub policy: String,
    /// How many requests there were.
    pub requests: u64,
    /// How many of them were answered whole.
    pub answered: u64,
    /// How many calls were made for them.
    pub calls: u64,
    /// How many calls were given up, because another was faster or the time was over.
    pub cancelled: u64,
    /// How many answers were not good enough, so that another was asked.
    pub escalated: u64,
    /// What was paid, as a ledger would have it.
    pub cost: Money,
    /// What the answers cost that were not good enough.
    pub escalations: Money,
    /// How many tokens were read from caches instead of afresh.
    pub cached: u64,
    /// How many tokens prompts had in all.
    pub prompts: u64,
    /// How long answered requests waited for their first content.
    pub content: Sizes,
    /// How long answered requests took.
    pub total: Sizes,
    /// What requests failed with, and how many.
    pub errors: BTreeMap<&'static str, u64>,
    /// What calls failed with, and how many.
    pub failures: BTreeMap<&'static str, u64>,
    /// The same over time, in slices of equal length.
    pub slices: Vec<Slice>,
    /// How long a slice is.
    pub slice: Duration,
    /// The names of the providers, by their places in the world.
    pub providers: Vec<String>,
}

/// What came of the requests that came in a slice of time.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Slice {
    /// How many requests came.
    pub requests: u64,
    /// How many of them were answered whole.
    pub answered: u64,
    /// How many calls were made in it.
    pub calls: u64,
    /// What was paid for calls that ended in it.
    pub cost: Money,
    /// How long the answered ones waited for their first content.
    pub content: Sizes,
    /// How many calls each provider got, by its place in the world.
    pub shares: BTreeMap<usize, u64>,
}

impl Report {
    /// The part of the requests that were answered; one where there was none.
    pub fn availability(&self) -> f64 {
        if self.requests == 0 { 1.0 } else { self.answered as f64 / self.requests as f64 }
    }

    /// How many calls were made for a request, on average.
    pub fn amplification(&self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.calls as f64 / self.requests as f64 }
    }

    /// The part of all calls that went to a provider.
    pub fn share(&self, provider: &str) -> f64 {
        let place = self.providers.iter().position(|name| name == provider);
        let Some(place) = place.filter(|_| self.calls > 0) else { return 0.0 };
        let calls = self.slices.iter().filter_map(|slice| slice.shares.get(&place));
        calls.sum::<u64>() as f64 / self.calls as f64
    }
}

/// What is counted while a rehearsal runs.
pub(crate) struct Tally {
    report: Report,
    /// The first content and the whole of answered requests, in microseconds; the former by slice.
    contents: Vec<Vec<u32>>,
    totals: Vec<u32>,
}

impl Tally {
    pub(crate) fn new(end: Duration, slices: usize) -> Self {
        let slice = end / slices as u32 + Duration::from_nanos(1);
        let report = Report {
            policy: String::new(),
            requests: 0,
            answered: 0,
            calls: 0,
            cancelled: 0,
            escalated: 0,
            cost: Money::ZERO,
            escalations: Money::ZERO,
            cached: 0,
            prompts: 0,
            content: Sizes::default(),
            total: Sizes::default(),
            errors: BTreeMap::new(),
            failures: BTreeMap::new(),
            slices: vec![Slice::default(); slices],
            slice,
            providers: Vec::new(),
        };
        Self { report, contents: vec![Vec::new(); slices], totals: Vec::new() }
    }

    /// A call is made at a time.
    pub(crate) fn call(&mut self, at: Duration, provider: usize) {
        self.report.calls += 1;
        let slice = self.place(at);
        let slice = &mut self.report.slices[slice];
        slice.calls += 1;
        *slice.shares.entry(provider).or_default() += 1;
    }

    /// A call has ended.
    pub(crate) fn attempt(
        &mut self,
        at: Duration,
        outcome: &Outcome<'_>,
        usage: Option<&Usage>,
        cost: Option<Money>,
    ) {
        match outcome {
            Outcome::Failed(error) => {
                *self.report.failures.entry(error.kind().as_str()).or_default() += 1;
            }
            Outcome::Cancelled => self.report.cancelled += 1,
            _ => {}
        }
        if let Some(usage) = usage {
            let cached = usage.cache_read.unwrap_or_default();
            self.report.cached = self.report.cached.saturating_add(cached);
            let fresh = usage.input.or(usage.cache_write).unwrap_or_default();
            self.report.prompts = self.report.prompts.saturating_add(cached).saturating_add(fresh);
        }
        if let Some(cost) = cost {
            let slice = self.place(at);
            let slice = &mut self.report.slices[slice];
            slice.cost = slice.cost + cost;
            self.report.cost = self.report.cost + cost;
        }
    }

    /// An answer was not good enough.
    pub(crate) fn escalated(&mut self, cost: Option<Money>) {
        self.report.escalated += 1;
        self.report.escalations = self.report.escalations + cost.unwrap_or_default();
    }

    /// A request has ended that came at a time.
    pub(crate) fn request(
        &mut self,
        came: Duration,
        error: Option<&Error>,
        content: Duration,
        total: Duration,
    ) {
        let place = self.place(came);
        let slice = &mut self.report.slices[place];
        slice.requests += 1;
        self.report.requests += 1;
        if let Some(error) = error {
            *self.report.errors.entry(error.kind().as_str()).or_default() += 1;
            return;
        }
        slice.answered += 1;
        self.report.answered += 1;
        self.contents[place].push(micros(content));
        self.totals.push(micros(total));
    }

    pub(crate) fn report(self, policy: &str, providers: Vec<String>) -> Report {
        let Self { mut report, contents, totals } = self;
        (report.policy, report.providers) = (policy.to_owned(), providers);
        report.content = Sizes::of(contents.concat());
        report.total = Sizes::of(totals);
        for (slice, contents) in report.slices.iter_mut().zip(contents) {
            slice.content = Sizes::of(contents);
        }
        report
    }

    /// The slice of a time; what is later is in the last.
    fn place(&self, at: Duration) -> usize {
        let place = at.as_nanos() / self.report.slice.as_nanos().max(1);
        usize::try_from(place).unwrap_or(usize::MAX).min(self.report.slices.len() - 1)
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
