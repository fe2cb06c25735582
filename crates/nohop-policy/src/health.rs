use std::time::{Duration, Instant};

mod board;
mod breaker;
mod cap;
mod gauge;
mod pages;
mod saved;
mod window;

pub use board::Board;
pub use gauge::Gauge;
pub use saved::Saved;

/// How a candidate has been doing lately, in numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// The usual time to the first content.
    pub latency: Option<Duration>,
    /// The time to the first content, by how many were as fast.
    pub latencies: Option<Percentiles<Duration>>,
    /// Tokens of the answer in a thousand seconds, by how many had at least as many.
    pub throughputs: Option<Percentiles<u32>>,
    /// Until when it should be left alone.
    pub resting_until: Option<Instant>,
    /// Until when the provider asked to be left alone: calling before that is of no use.
    pub asked_until: Option<Instant>,
    /// How many attempts all this is about.
    pub attempts: u32,
    /// How many of a thousand recent attempts failed.
    pub failures: u32,
    /// How many of a thousand recent answers with calls had one that names no tool, or whose arguments do not fit it.
    pub malformed: u32,
    /// How many of a thousand recent answers were withheld or refused.
    pub refusals: u32,
    /// How many of a thousand recent answers had nothing in them.
    pub empty: u32,
    /// How many attempts it is busy with.
    pub running: u32,
    /// How many more attempts at once it is thought to bear; `None` where no limit was ever met.
    pub room: Option<u32>,
}

/// What so many of a hundred recent attempts were at least as good as.
///
/// Of times that is the longest of so many, and of speeds the slowest, so that a higher percentile is always the harder
/// to keep.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Percentiles<T> {
    /// Half of them.
    pub p50: T,
    /// Three of four.
    pub p75: T,
    /// Nine of ten.
    pub p90: T,
    /// Nineteen of twenty.
    pub p95: T,
    /// All but one of a hundred.
    pub p99: T,
}

impl<T> Percentiles<T> {
    /// The same for all of them: what is known by one figure only.
    pub fn of(figure: T) -> Self
    where
        T: Copy,
    {
        Self { p50: figure, p75: figure, p90: figure, p95: figure, p99: figure }
    }

    fn map<U>(self, of: impl Fn(T) -> U) -> Percentiles<U> {
        let Self { p50, p75, p90, p95, p99 } = self;
        Percentiles { p50: of(p50), p75: of(p75), p90: of(p90), p95: of(p95), p99: of(p99) }
    }
}

impl Health {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the usual time to the first content.
    #[must_use]
    pub fn latency(mut self, latency: impl Into<Option<Duration>>) -> Self {
        self.latency = latency.into();
        self
    }

    /// Sets the time to the first content, by how many were as fast; the usual is that of half of them.
    #[must_use]
    pub fn latencies(mut self, latencies: Percentiles<Duration>) -> Self {
        (self.latency, self.latencies) = (Some(latencies.p50), Some(latencies));
        self
    }

    /// Sets the tokens of the answer in a thousand seconds, by how many had at least as many.
    #[must_use]
    pub fn throughputs(mut self, throughputs: impl Into<Option<Percentiles<u32>>>) -> Self {
        self.throughputs = throughputs.into();
        self
    }

    /// Sets until when it should be left alone.
    #[must_use]
    pub fn resting_until(mut self, until: impl Into<Option<Instant>>) -> Self {
        self.resting_until = until.into();
        self
    }

    /// Sets until when the provider asked to be left alone.
    #[must_use]
    pub fn asked_until(mut self, until: impl Into<Option<Instant>>) -> Self {
        self.asked_until = until.into();
        self
    }

    /// Sets how many attempts all this is about.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets how many of a thousand recent attempts failed.
    #[must_use]
    pub fn failures(mut self, per_thousand: u32) -> Self {
        self.failures = per_thousand;
        self
    }

    /// Sets how many of a thousand recent answers with calls had one that fits no tool.
    #[must_use]
    pub fn malformed(mut self, per_thousand: u32) -> Self {
        self.malformed = per_thousand;
        self
    }

    /// Sets how many of a thousand recent answers were withheld or refused.
    #[must_use]
    pub fn refusals(mut self, per_thousand: u32) -> Self {
        self.refusals = per_thousand;
        self
    }

    /// Sets how many of a thousand recent answers had nothing in them.
    #[must_use]
    pub fn empty(mut self, per_thousand: u32) -> Self {
        self.empty = per_thousand;
        self
    }

    /// Sets how many attempts it is busy with.
    #[must_use]
    pub fn running(mut self, attempts: u32) -> Self {
        self.running = attempts;
        self
    }

    /// Sets how many more attempts at once it is thought to bear.
    #[must_use]
    pub fn room(mut self, attempts: impl Into<Option<u32>>) -> Self {
        self.room = attempts.into();
        self
    }

    /// Whether it has no room for another attempt.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.room == Some(0)
    }

    /// Whether it should be left alone at `now`.
    #[inline]
    pub fn is_resting(&self, now: Instant) -> bool {
        let until = |time: Option<Instant>| time.is_some_and(|until| until > now);
        until(self.resting_until) || until(self.asked_until)
    }
}
