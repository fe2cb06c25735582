use std::time::Instant;

use nohop_types::{Error, ErrorKind, Money, Scope};

use super::window::Window;
use super::{Full, Needs};
use crate::Quota;
use crate::quota::Measure;

/// What is in use of one thing that a quota is on.
#[derive(Debug)]
pub(super) struct Counter {
    windows: Vec<Window>,
    most_running: Option<u64>,
    running: u64,
    /// How many in line may come to need it, and what they need of it together.
    pub(super) waiting: u64,
    pub(super) wanted: Sums,
    /// How many in line lacked it when they were last looked at.
    pub(super) lacked: u64,
    /// The quota's own words.
    what: Box<str>,
}

/// Sums of what many need.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    requests: u128,
    tokens: u128,
    money: u128,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lack {
    /// There will be when a window has gone on, or before.
    Until(Instant),
    /// There will be when an attempt has ended.
    Running,
    /// There never will be for so much.
    Never,
}

impl Counter {
    pub(super) fn new(quota: &Quota, slots: usize) -> Self {
        Self {
            windows: quota.rates.iter().map(|rate| Window::new(*rate, slots)).collect(),
            most_running: quota.running,
            running: 0,
            waiting: 0,
            wanted: Sums::default(),
            lacked: 0,
            what: quota.to_string().into(),
        }
    }

    /// Whether it says nothing that a new one would not.
    pub(super) fn is_idle(&mut self, now: Instant) -> bool {
        self.windows.iter_mut().for_each(|window| window.forget(now));
        self.running == 0 && self.waiting == 0 && self.windows.iter().all(Window::is_empty)
    }

    /// Whether there is room now, and if not, what is lacking.
    pub(super) fn lacks(&mut self, now: Instant, needs: Needs) -> Option<Lack> {
        let mut lack = None;
        for window in &mut self.windows {
            let Some(amount) = needs.of(window.measure()) else { return Some(Lack::Never) };
            if amount > window.rate.most {
                return Some(Lack::Never);
            }
            window.forget(now);
            let Some(until) = window.when(amount) else { continue };
            lack = match lack {
                Some(Lack::Until(other)) => Some(Lack::Until(until.max(other))),
                _ => Some(Lack::Until(until)),
            };
        }
        match self.is_busy() {
            true => Some(Lack::Running),
            false => lack,
        }
    }

    /// When there may be room for all that wait, and for `more`; `None` where only an end will tell.
    pub(super) fn behind(&self, now: Instant, more: Option<Needs>) -> Option<Instant> {
        if self.is_busy() {
            return None;
        }
        let until = self.windows.iter().filter_map(|window| {
            let more = more.and_then(|needs| needs.of(window.measure())).unwrap_or_default();
            window.when(self.wanted.of(window.measure()).saturating_add(more))
        });
        until.max().filter(|until| *until > now)
    }

    pub(super) fn take(&mut self, now: Instant, needs: Needs) {
        self.running += 1;
        for window in &mut self.windows {
            window.add(now, needs.of(window.measure()).unwrap_or_default());
        }
    }

    /// Ends what was held since a time: what was `used` counts instead, or nothing, if it was never sent.
    pub(super) fn end(&mut self, now: Instant, since: Instant, held: Needs, used: Option<Needs>) {
        self.running -= 1;
        for window in &mut self.windows {
            let measure = window.measure();
            let held = held.of(measure).unwrap_or_default();
            match used {
                None => window.take_back(since, held),
                // What it cost is not known where the price is not: then it is what was held.
                Some(used) => window.correct(now, since, held, used.of(measure).unwrap_or(held)),
            }
        }
    }

    /// What is told to whom it lacks room for.
    pub(super) fn full(&self, now: Instant, needs: Needs, lack: Lack) -> Full {
        let what = &self.what;
        let said: Vec<_> = self.windows.iter().map(|window| window.rate.to_string()).collect();
        let running = self.most_running.map(|most| format!("{most} at once"));
        let said = said.into_iter().chain(running).collect::<Vec<_>>().join(", ");
        let (message, until) = match lack {
            Lack::Never if needs.money.is_none() && self.counts_money() => {
                let message = format!(
                    "its price is not known, so it fits no quota of money, as there is one on {what}; set \
                     its price"
                );
                return Full::never(Error::new(ErrorKind::Budget, message));
            }
            Lack::Never => {
                let message = format!(
                    "the request alone is more than the quota on {what} ever allows ({said}); raise it, or \
                     ask for less with max_tokens"
                );
                return Full::never(Error::new(ErrorKind::Budget, message));
            }
            Lack::Running => (format!("the quota on {what} ({said}) is in use"), None),
            Lack::Until(until) => (format!("the quota on {what} ({said}) is used up"), Some(until)),
        };
        let wait = until.map(|until| until.saturating_duration_since(now));
        let error = Error::new(ErrorKind::RateLimit, message).with_scope(Scope::Us);
        let sooner = until.is_some() && self.gives_back(needs);
        Full { until, sooner, never: false, error: error.with_retry_after(wait) }
    }

    /// Whether what lacks is held by estimates that may be too high.
    fn gives_back(&self, needs: Needs) -> bool {
        let lacks = |window: &Window| {
            let amount = needs.of(window.measure()).unwrap_or_default();
            window.measure() != Measure::Requests && !window.fits(amount)
        };
        self.running > 0 && self.windows.iter().any(lacks)
    }

    fn is_busy(&self) -> bool {
        self.most_running.is_some_and(|most| self.running >= most)
    }

    fn counts_money(&self) -> bool {
        self.windows.iter().any(|window| window.measure() == Measure::Money)
    }

    pub(super) fn running(&self) -> u64 {
        self.running
    }
}

impl Sums {
    pub(super) fn add(&mut self, needs: Needs) {
        self.each(needs, u128::saturating_add);
    }

    pub(super) fn remove(&mut self, needs: Needs) {
        self.each(needs, u128::saturating_sub);
    }

    fn of(&self, measure: Measure) -> u128 {
        match measure {
            Measure::Money => self.money,
            Measure::Requests => self.requests,
            Measure::Tokens => self.tokens,
        }
    }

    fn each(&mut self, needs: Needs, change: fn(u128, u128) -> u128) {
        self.requests = change(self.requests, 1);
        self.tokens = change(self.tokens, needs.tokens.into());
        self.money = change(self.money, needs.money.unwrap_or(Money::ZERO).as_atto());
    }
}

impl Needs {
    /// How much of a measure; `None` where that is not known.
    fn of(self, measure: Measure) -> Option<u128> {
        match measure {
            Measure::Money => self.money.map(Money::as_atto),
            Measure::Requests => Some(1),
            Measure::Tokens => Some(self.tokens.into()),
        }
    }
}
