//! What made-up providers do with a call.

use std::collections::BTreeMap;
use std::time::Duration;

use nohop_policy::Clocks;
use nohop_types::{Error, ErrorKind, Usage};

use crate::chance::Chance;
use crate::provider::Fault;
use crate::spread::seconds;
use crate::workload::Row;
use crate::world::Place;
use crate::{Limit, Provider};

/// A provider while it serves.
pub(crate) struct Serving {
    /// For each key, what is used of each limit.
    used: Vec<Vec<Used>>,
    /// Until when the beginnings of conversations are remembered, by key and conversation.
    warm: BTreeMap<(u32, u32), Duration>,
    pub(crate) running: u32,
}

/// What was admitted in a window.
#[derive(Clone, Copy, Default)]
struct Used {
    window: u128,
    requests: u64,
    tokens: u64,
}

/// How a call will go, if nobody gives it up before; times are counted from the call.
pub(crate) struct Course {
    /// When the first content comes, if it comes to that.
    pub(crate) content: Option<Duration>,
    /// When it ends.
    pub(crate) ends: Duration,
    /// What it fails with, if it does.
    pub(crate) error: Option<Error>,
    /// Tokens of the answer in a second.
    pace: f64,
    input: u64,
    read: u64,
    output: u64,
    /// Whether the prompt is remembered.
    kept: bool,
}

/// What writing to a cache costs.
#[derive(Clone, Copy)]
pub(crate) enum Writes {
    AsPrompt,
    AtAPrice,
}

impl Course {
    /// What was consumed when a call is over that came so far; nothing is told of what never answered.
    ///
    /// Where writing to a cache has a price, all that is remembered is written.
    pub(crate) fn usage(&self, came: Duration, writes: Writes) -> Option<Usage> {
        let content = self.content.filter(|content| *content <= came)?;
        let whole = self.error.is_none() && came >= self.ends;
        let said = (came - content).as_secs_f64() * self.pace;
        let mut usage = Usage::default();
        let fresh = Some(self.input - self.read);
        match writes {
            Writes::AtAPrice if self.kept => usage.cache_write = fresh,
            _ => usage.input = fresh,
        }
        usage.cache_read = (self.read > 0).then_some(self.read);
        usage.output = Some(if whole { self.output } else { self.output.min(said as u64) });
        usage.estimated = !whole;
        Some(usage)
    }

    fn failed(after: Duration, error: Error) -> Self {
        let (content, error, ends) = (None, Some(error), after.min(LONGEST));
        Self { content, ends, error, pace: 0.0, input: 0, read: 0, output: 0, kept: false }
    }
}

impl Serving {
    pub(crate) fn new(provider: &Provider) -> Self {
        let used = vec![vec![Used::default(); provider.limits.len()]; provider.keys as usize];
        Self { used, warm: BTreeMap::new(), running: 0 }
    }

    /// How a call goes that comes at `now`.
    pub(crate) fn call(
        &mut self,
        provider: &Provider,
        place: &Place,
        ask: &Row,
        clocks: &Clocks,
        now: Duration,
        mut chance: Chance,
    ) -> Course {
        let chance = &mut chance;
        let refused =
            |chance: &mut Chance, error| Course::failed(provider.refusal.time(chance), error);
        // Drawn whatever happens, so that what follows is the same luck in each case.
        let (first, throughput) =
            (provider.first_content.time(chance), provider.throughput.draw(chance));
        let (mut slow, mut pace, mut breaks) = (1.0, throughput, provider.breaks);
        for trouble in provider.troubles.iter().filter(|trouble| trouble.is_at(now)) {
            match trouble.what {
                Fault::Down(kind) => return refused(chance, failure(kind)),
                Fault::Hangs => {
                    return Course::failed(clocks.first_content, silent());
                }
                Fault::Fails(share) if chance.happens(share) => {
                    return refused(chance, failure(ErrorKind::Server));
                }
                Fault::Limits { of_a_thousand, retry_after } if chance.happens(of_a_thousand) => {
                    let error = failure(ErrorKind::RateLimit).with_retry_after(retry_after);
                    return refused(chance, error);
                }
                Fault::Breaks(share) => breaks = breaks.saturating_add(share),
                Fault::Slow(times) => slow *= times.max(0.0),
                Fault::Drips(tokens) => pace = pace.min(tokens),
                Fault::Fails(_) | Fault::Limits { .. } => {}
            }
        }
        if provider.capacity.is_some_and(|most| self.running >= most) {
            return refused(chance, failure(ErrorKind::Overloaded));
        }
        if let Err(wait) = self.admit(provider, place.key, ask, now) {
            return refused(chance, failure(ErrorKind::RateLimit).with_retry_after(wait));
        }
        if chance.happens(provider.errors) {
            return refused(chance, failure(ErrorKind::Server));
        }
        let read = self.remember(provider, place.key, ask, now);
        let course = Answering {
            first: seconds(first.as_secs_f64() * slow),
            pace: if slow > 0.0 { pace / slow } else { pace },
            breaks: chance.happens(breaks).then(|| chance.unit()),
            read,
        };
        course.course(provider, ask, clocks, now)
    }

    /// Counts a call against the limits of its key; or says after which time there is room.
    fn admit(
        &mut self,
        provider: &Provider,
        key: u32,
        ask: &Row,
        now: Duration,
    ) -> Result<(), Duration> {
        let tokens = ask.input.saturating_add(ask.output);
        let used = &mut self.used[key as usize];
        for (limit, used) in provider.limits.iter().zip(used.iter_mut()) {
            let window = limit.window.as_nanos().max(1);
            let current = now.as_nanos() / window;
            if used.window != current {
                *used = Used { window: current, ..Used::default() };
            }
            let full = used.requests >= limit.requests
                || used.tokens.saturating_add(tokens) > limit.tokens;
            if full {
                let left = window - now.as_nanos() % window;
                return Err(Duration::from_nanos(u64::try_from(left).unwrap_or(u64::MAX)));
            }
        }
        for used in used.iter_mut() {
            used.requests += 1;
            used.tokens = used.tokens.saturating_add(tokens);
        }
        Ok(())
    }

    /// How many tokens of the prompt are remembered; from now on all of it is.
    fn remember(&mut self, provider: &Provider, key: u32, ask: &Row, now: Duration) -> u64 {
        let Some(session) = ask.session.filter(|_| !provider.cache.is_zero()) else { return 0 };
        let until = now.saturating_add(provider.cache);
        let warm = self.warm.insert((key, session), until).is_some_and(|until| until > now);
        if warm { ask.prefix.min(ask.input) } else { 0 }
    }
}

/// An answer that has begun well.
struct Answering {
    first: Duration,
    pace: f64,
    /// After which part of its tokens it breaks, if it does.
    breaks: Option<f64>,
    read: u64,
}

impl Answering {
    fn course(self, provider: &Provider, ask: &Row, clocks: &Clocks, now: Duration) -> Course {
        let Self { first, pace, breaks, read } = self;
        if first > clocks.first_content {
            return Course::failed(clocks.first_content, silent());
        }
        let said = seconds(if pace > 0.0 { ask.output as f64 / pace } else { f64::INFINITY });
        let mut course = Course {
            content: Some(first),
            ends: first.saturating_add(said).min(LONGEST),
            error: None,
            pace,
            input: ask.input,
            read,
            output: ask.output,
            kept: ask.session.is_some() && !provider.cache.is_zero(),
        };
        let mut ends = |after: Duration, error: Error| {
            let after = after.min(LONGEST);
            if after < course.ends {
                (course.ends, course.error) = (after, Some(error));
            }
        };
        if let Some(part) = breaks {
            ends(first + said.mul_f64(part), failure(ErrorKind::Truncated));
        }
        // A second token that comes too late is no better than none.
        if pace < 1.0 / clocks.silence.as_secs_f64().max(1e-9) && ask.output > 1 {
            ends(first.saturating_add(clocks.silence), silent());
        }
        let down = provider.troubles.iter().filter(|it| matches!(it.what, Fault::Down(_)));
        if let Some(from) = down.map(|it| it.from).filter(|from| *from > now).min() {
            ends(from - now, failure(ErrorKind::Transport));
        }
        if course.content.is_some_and(|content| content > course.ends) {
            course.content = None;
        }
        course
    }
}

/// No call lasts longer, so that its end is a time that can be told.
const LONGEST: Duration = Duration::from_secs(1 << 30);

/// The error that a provider fails with.
fn failure(kind: ErrorKind) -> Error {
    let (message, status) = match kind {
        ErrorKind::RateLimit => ("too many requests", Some(429)),
        ErrorKind::Overloaded => ("overloaded", Some(529)),
        ErrorKind::Auth => ("the key is not allowed", Some(401)),
        ErrorKind::Quota => ("out of credit", Some(402)),
        ErrorKind::NotFound => ("no such model", Some(404)),
        ErrorKind::Transport => ("the connection was reset", None),
        ErrorKind::Truncated => ("the answer ended before it was complete", None),
        _ => ("the provider failed", Some(500)),
    };
    Error::new(kind, message).with_status(status)
}

fn silent() -> Error {
    Error::new(ErrorKind::Timeout, "silent for too long")
}

impl Limit {
    /// So many requests in a minute.
    pub const fn a_minute(requests: u64) -> Self {
        Self { requests, ..Self::NONE }
    }
}
