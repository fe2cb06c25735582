use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use nohop_types::{Error, ErrorKind, Money, Priority, Scope};

use crate::{Candidate, Quota};

mod counter;
mod counters;
mod line;
#[cfg(test)]
mod tests;
mod window;

use counter::Lack;
use counters::Counters;
pub use line::Ticket;
use line::{Choice, Line, Waiting};

/// What is in use of every quota, and the line of those who wait for room.
///
/// Room is taken before an attempt is sent, by its estimate, and ended when the attempt is, by what it
/// used. Whoever finds none may wait in line: by priority, and of equal priority first come first served,
/// but only among those who lack the same; who lacks one thing holds nobody back from another. A lower
/// priority is overtaken for a while and not for ever.
///
/// Time is an argument; whoever may go on is returned as the `W` it gave, for the caller to wake.
///
/// It promises, whoever asks at once: never more in any window than its quota, as far as estimates are
/// right; memory that is bounded, whatever the tags say.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::time::{Duration, Instant};
/// use nohop_policy::{Ask, Candidate, Needs, Quota, Quotas};
///
/// let (now, minute) = (Instant::now(), Duration::from_secs(60));
/// let quotas: Quotas<()> = Quotas::new([Quota::endpoint("e").requests(1, minute)]);
/// let (candidate, tags) = (Candidate::new("m@e"), BTreeMap::new());
/// let ask = Ask::new(&candidate, &tags, Needs::default());
///
/// let (held, _) = quotas.take(now, &ask);
/// assert!(held.is_ok());
/// let (full, _) = quotas.take(now, &ask);
/// assert_eq!(full.unwrap_err().until, Some(now + minute));
/// ```
#[derive(Debug)]
pub struct Quotas<W> {
    state: Mutex<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    counters: Counters,
    line: Line<W>,
    /// Times do not go back, whoever came to the lock first.
    latest: Option<Instant>,
}

/// What one attempt is expected to use of quotas, or did use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Needs {
    /// Tokens of the prompt and of the answer.
    pub tokens: u64,
    /// Money, if the price is known.
    pub money: Option<Money>,
}

/// One attempt that asks for room: what it would call, for whom, and what that needs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ask<'a> {
    /// Whom it would call.
    pub candidate: &'a Candidate,
    /// The model as the catalog calls it, where the candidate calls it otherwise.
    pub model: Option<&'a str>,
    /// The route that the request named.
    pub route: Option<&'a str>,
    /// The request's tags.
    pub tags: &'a BTreeMap<String, String>,
    /// How soon the request is served before others.
    pub priority: Priority,
    /// When the request first waited for room, if it has before.
    pub since: Option<Instant>,
    /// What it is expected to use.
    pub needs: Needs,
}

impl<'a> Ask<'a> {
    /// What a call of `candidate` for a request with these tags asks for.
    pub fn new(candidate: &'a Candidate, tags: &'a BTreeMap<String, String>, needs: Needs) -> Self {
        let (model, route, priority, since) = (None, None, Priority::Normal, None);
        Self { candidate, model, route, tags, priority, since, needs }
    }

    /// Says what the catalog calls the model.
    #[must_use]
    pub fn model(mut self, model: impl Into<Option<&'a str>>) -> Self {
        self.model = model.into();
        self
    }

    /// Says which route the request named.
    #[must_use]
    pub fn route(mut self, route: impl Into<Option<&'a str>>) -> Self {
        self.route = route.into();
        self
    }

    /// Says how soon the request is served before others.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Says when the request first waited for room.
    #[must_use]
    pub fn since(mut self, since: impl Into<Option<Instant>>) -> Self {
        self.since = since.into();
        self
    }
}

/// Room that was taken; whoever gets it ends it, once.
#[derive(Debug)]
#[must_use = "room that is not ended is in use for ever"]
pub struct Held {
    counters: Vec<usize>,
    since: Instant,
    needs: Needs,
}

/// There is no room.
#[derive(Debug)]
#[non_exhaustive]
pub struct Full {
    /// From when on there may be; `None` where that is for an attempt to end, or never.
    pub until: Option<Instant>,
    /// Whether there may be some before, when an attempt ends that used less than was expected of it.
    pub sooner: bool,
    /// Whether there never will be: it is more than is ever allowed.
    pub never: bool,
    /// What to tell the caller: `RateLimit`, and `Budget` where there never will be room.
    pub error: Error,
}

/// How it is going for one in line.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "whoever waits must know of every turn it may take")]
pub enum Look {
    /// It has room for this one of what it asked for.
    Room(usize, Held),
    /// It waits on: it is woken, or looks again at this time.
    Wait(Option<Instant>),
}

impl<W: Clone> Quotas<W> {
    /// How many values of one tag are counted apart.
    pub const MOST_VALUES: usize = 1_024;

    /// How many may wait in line, unless it is said.
    pub const MOST_WAITING: usize = 1_000;

    /// The quotas, of which nothing is in use.
    pub fn new(quotas: impl IntoIterator<Item = Quota>) -> Self {
        let counters = Counters::new(quotas.into_iter().collect());
        let line = Line::new(Self::MOST_WAITING);
        Self { state: Mutex::new(State { counters, line, latest: None }) }
    }

    /// Says how many may wait in line; whoever comes to a full one is told so at once.
    #[must_use]
    pub fn most_waiting(self, most: usize) -> Self {
        self.lock().line.most = most;
        self
    }

    /// Takes room for one attempt, unless somebody in line comes before it.
    ///
    /// Time may have made room for others, who are returned to be woken.
    pub fn take(&self, now: Instant, ask: &Ask<'_>) -> (Result<Held, Full>, Vec<W>) {
        let mut state = self.lock();
        let now = state.now(now);
        state.take(now, ask)
    }

    /// Puts a request in line until a time, for whichever of its `asks` there is room first; it is `caller`
    /// who is woken. It looks at once, for room may have come meanwhile.
    ///
    /// # Errors
    ///
    /// `RateLimit` when the line is full.
    pub fn wait(
        &self,
        now: Instant,
        until: Instant,
        asks: &[Ask<'_>],
        caller: W,
    ) -> Result<Ticket, Error> {
        let mut state = self.lock();
        let now = state.now(now);
        let State { counters, line, .. } = &mut *state;
        if line.len() >= line.most {
            return Err(long(line.most));
        }
        let due = asks.iter().map(|ask| line::due(now, ask.priority, ask.since)).min();
        let choices = asks.iter().enumerate().filter_map(|(index, ask)| {
            let (under, needs) = (counters.under(now, ask), ask.needs);
            // Whoever never gets any would hold back all behind it.
            let never = matches!(counters.lack(now, &under, needs), Some((_, Lack::Never)));
            (!never).then_some(Choice { index, under, needs })
        });
        let choices = choices.collect();
        // Whoever must leave before it is due goes first while it can.
        let due = due.map_or(until, |due| due.min(until));
        Ok(line.enter(now, due, Waiting::new(until, choices, caller), counters))
    }

    /// Looks how it is going for one in line, which is `caller` from now on.
    pub fn look(&self, now: Instant, ticket: Ticket, caller: W) -> (Look, Vec<W>) {
        let mut state = self.lock();
        let now = state.now(now);
        let State { counters, line, .. } = &mut *state;
        line.renew(ticket, caller);
        let (_, woken) = line.serve(now, None, counters);
        (line.look(now, ticket, counters), woken)
    }

    /// Leaves the line; room that was kept meanwhile goes to others.
    pub fn leave(&self, now: Instant, ticket: Ticket) -> Vec<W> {
        let mut state = self.lock();
        let now = state.now(now);
        let State { counters, line, .. } = &mut *state;
        if let Some(held) = line.leave(ticket, counters) {
            counters.end(now, &held, None);
        }
        line.serve(now, None, counters).1
    }

    /// Ends an attempt that used so much.
    pub fn settle(&self, now: Instant, held: Held, used: Needs) -> Vec<W> {
        self.end(now, &held, Some(used))
    }

    /// Ends an attempt that was never sent: it used nothing.
    pub fn release(&self, now: Instant, held: Held) -> Vec<W> {
        self.end(now, &held, None)
    }

    /// How many attempts are under the quota that most are under; zero when nothing holds room.
    pub fn running(&self) -> u64 {
        self.lock().counters.running()
    }

    /// How many wait in line.
    pub fn waiting(&self) -> usize {
        self.lock().line.len()
    }

    fn end(&self, now: Instant, held: &Held, used: Option<Needs>) -> Vec<W> {
        let mut state = self.lock();
        let now = state.now(now);
        let State { counters, line, .. } = &mut *state;
        counters.end(now, held, used);
        line.serve(now, None, counters).1
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Clone> State<W> {
    fn now(&mut self, now: Instant) -> Instant {
        let now = self.latest.map_or(now, |latest| latest.max(now));
        self.latest = Some(now);
        now
    }

    fn take(&mut self, now: Instant, ask: &Ask<'_>) -> (Result<Held, Full>, Vec<W>) {
        let Self { counters, line, .. } = self;
        let under = counters.under(now, ask);
        let due = line::due(now, ask.priority, ask.since);
        let (blocked, woken) = line.serve(now, Some(due), counters);
        if let Some((counter, lack)) = counters.lack(now, &under, ask.needs) {
            return (Err(counters.at(counter).full(now, ask.needs, lack)), woken);
        }
        if let Some(counter) = under.iter().find(|counter| blocked.contains(counter)) {
            let counter = counters.at(*counter);
            let lack = counter.behind(now, Some(ask.needs)).map_or(Lack::Running, Lack::Until);
            return (Err(counter.full(now, ask.needs, lack)), woken);
        }
        (Ok(counters.hold(now, under, ask.needs)), woken)
    }
}

impl Held {
    /// What it was expected to use.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// When it was taken.
    pub fn since(&self) -> Instant {
        self.since
    }
}

impl Full {
    fn never(error: Error) -> Self {
        Self { until: None, sooner: false, never: true, error }
    }
}

/// The line is full.
fn long(most: usize) -> Error {
    let message = format!(
        "{most} requests already wait for room under your own quotas; ask again later, raise the quotas, \
         or let more of them wait with most_waiting"
    );
    Error::new(ErrorKind::RateLimit, message).with_scope(Scope::Us)
}
