use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use futures_core::Stream;
use nohop_ledger::Cause;
use nohop_policy::{AttemptId, Broken, Full, Plan, Signal, Step};
use nohop_types::{Attempted, Cost, Error, ErrorKind, Event, Response, Result, Trace};
use nohop_wire::Ability;
use tokio::time::{Sleep, sleep_until};
use tracing::Span;

use crate::Text;
use crate::asked::Asked;
use crate::attempt::Attempt;
use crate::clock::{now, sooner};
use crate::flight::Permit;
use crate::room::{Room, Turn, Wait};
use crate::said::Said;
use crate::telemetry::{self, Told};
use crate::work::Whole;

mod ended;
mod folded;
#[cfg(feature = "cache")]
mod kept;

use folded::Folded;

/// An answer, as it is made: a stream of [`Event`]s.
///
/// It owns the plan and every attempt, and works only while it is polled. [`response`](Self::response)
/// waits for the whole; dropping it stops the provider. Either way every attempt is settled.
///
/// ```
/// # async fn check(router: nohop_router::Router) -> nohop_types::Result<()> {
/// use nohop_types::{Event, Request};
///
/// let mut answer = router.stream(Request::new("fast").user("Why is the sky blue?")).await?;
/// while let Some(event) = answer.next().await {
///     if let Event::Finish { usage, .. } = event? {
///         println!("{:?} tokens", usage.total());
///     }
/// }
/// println!("{}", answer.trace());
/// # Ok(())
/// # }
/// ```
pub struct Answer {
    asked: Arc<Asked>,
    plan: Plan,
    /// Until when the plan wants to hear nothing but signals; `None` when it has more to say.
    until: Option<Instant>,
    /// The attempts that have not ended, and those whose events were not all delivered.
    attempts: Vec<Attempt>,
    /// What the trace shows of attempts that have ended, at the index of their ids.
    ended: Vec<Attempted>,
    delivered: Option<AttemptId>,
    ready: VecDeque<Event>,
    /// What was told, where it is no stream of events.
    whole: Option<Whole>,
    /// What was delivered so far, while the answer may be resumed.
    said: Option<Said>,
    /// What was delivered so far, as one; `None` once it is folded elsewhere.
    folded: Option<Folded>,
    /// What was delivered so far, while the span has words.
    told: Option<Told>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Its wait for room, once it found none.
    room: Option<Box<Wait>>,
    over: bool,
    span: Span,
    /// Until it is over: whoever keeps it longer keeps nobody waiting.
    permit: Option<Permit>,
    /// What becomes of the answer once it is complete, where answers are kept.
    #[cfg(feature = "cache")]
    fill: Option<crate::cache::Fill>,
}

impl Answer {
    pub(crate) fn new(asked: Arc<Asked>, plan: Plan, permit: Permit) -> Self {
        let span = telemetry::request(&asked);
        let told = Told::new(asked.shared.words, &span);
        let said = match asked.limits.broken {
            Broken::Resume => Some(Said::new(false)),
            Broken::Restart => Some(Said::new(true)),
            _ => None,
        };
        Self {
            asked,
            plan,
            until: None,
            attempts: Vec::with_capacity(1),
            ended: Vec::with_capacity(1),
            delivered: None,
            ready: VecDeque::new(),
            whole: None,
            said,
            folded: Some(Folded::default()),
            told,
            timer: None,
            room: None,
            over: false,
            span,
            permit: Some(permit),
            #[cfg(feature = "cache")]
            fill: None,
        }
    }

    /// The next event; `None` when there is none left.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Only the text, as it is made.
    pub fn text(self) -> Text {
        Text::new(self)
    }

    /// Waits for the rest of the answer, and folds it with what was taken already.
    ///
    /// # Errors
    ///
    /// Whatever the answer ends with when it is not complete.
    pub async fn response(mut self) -> Result<Response> {
        let mut response = self.folded.take().unwrap_or_default().response();
        while let Some(event) = self.next().await {
            match event {
                Ok(event) => response.extend([event]),
                Err(error) => return Err(self.partial(error, response)),
            }
        }
        // Nobody asks this answer for its trace again.
        let trace = self.asked.trace(std::mem::take(&mut self.ended));
        response.cost = trace.cost();
        response.trace = Some(Box::new(trace));
        Ok(response)
    }

    /// Waits for what is no stream of events.
    pub(crate) async fn whole(mut self) -> Result<(Whole, Trace)> {
        self.commit().await?;
        let trace = self.asked.trace(std::mem::take(&mut self.ended));
        let nothing = || Error::new(ErrorKind::Protocol, "nothing was told");
        let whole = self.whole.take().ok_or_else(nothing);
        whole.map(|whole| (whole, trace))
    }

    /// What was considered, dropped and tried so far.
    pub fn trace(&self) -> Trace {
        let mut attempts = self.ended.clone();
        for attempt in &self.attempts {
            attempts[attempt.id.index()].clone_from(&attempt.shown);
        }
        self.asked.trace(attempts)
    }

    /// What the request cost so far, if the prices are known.
    pub fn cost(&self) -> Option<Cost> {
        self.trace().cost()
    }

    /// Works until the first event may be delivered.
    pub(crate) async fn commit(&mut self) -> Result<()> {
        poll_fn(|cx| self.work(cx)).await
    }

    /// The one loop: does what the plan says until an event is ready or all is over.
    fn work(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let span = self.span.clone();
        let _entered = span.enter();
        while self.ready.is_empty() && !self.over {
            if self.until.is_some() {
                ready!(self.wait(cx));
                continue;
            }
            match self.plan.poll(now()) {
                Step::Call(id, place) => self.call(id, place),
                Step::Cancel(id) => self.cancel(id),
                Step::Deliver(id) => self.deliver(id),
                Step::Wait(until) => self.until = Some(until),
                Step::Done => self.over = true,
                Step::Fail(error) => {
                    self.over = true;
                    self.room = None;
                    #[cfg(feature = "cache")]
                    self.keep_nothing();
                    return Poll::Ready(Err(self.explained(error)));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, id: AttemptId, place: usize) {
        let candidate = &self.asked.resolved.candidates[place];
        let shown = Attempted::new(candidate.target.clone(), candidate.key);
        match self.ended.get_mut(id.index()) {
            // It was called before, and found no room.
            Some(known) => *known = shown,
            None => self.ended.push(shown),
        }
        let room = match self.enter(id, place) {
            Ok(room) => room,
            Err(full) => return self.full(id, place, full),
        };
        match self.begin(id, place, room) {
            Ok(mut attempt) => {
                attempt.shown.waited =
                    self.room.as_mut().map(|wait| wait.over()).unwrap_or_default();
                self.attempts.push(attempt);
            }
            Err(error) => {
                self.unclaim(place);
                self.refused(id, error);
            }
        }
    }

    /// Lets others find out whether the candidate at `place` answers again: this request does not, now.
    fn unclaim(&self, place: usize) {
        let Asked { shared, resolved, at, .. } = &*self.asked;
        shared.board.release(&resolved.places[place].gauge, *at, now());
    }

    /// Takes room for an attempt, if that was not taken for it while it waited.
    fn enter(&mut self, id: AttemptId, place: usize) -> Result<Room, Full> {
        let came = self.room.as_mut().and_then(|wait| wait.room(id));
        let since = self.room.as_ref().and_then(|wait| wait.since());
        came.map_or_else(|| Room::take(&self.asked, place, since), Ok)
    }

    /// There is no room for an attempt: it is parked until there is, unless there never is.
    fn full(&mut self, id: AttemptId, place: usize, full: Full) {
        self.unclaim(place);
        if full.never {
            let target = &*self.asked.resolved.candidates[place].target;
            return self.refused(id, full.error.with_target(target));
        }
        self.show(id, &full.error);
        self.signal(id, Signal::Full(full));
        if self.plan.waits(id) {
            self.room.get_or_insert_default().park(id, place);
        }
    }

    fn refused(&mut self, id: AttemptId, error: Error) {
        self.show(id, &error);
        self.signal(id, Signal::Refused(error));
    }

    /// Shows why an attempt was not made.
    fn show(&mut self, id: AttemptId, error: &Error) {
        let shown = &mut self.ended[id.index()];
        shown.began = now() - self.asked.began;
        shown.outcome = Some(nohop_types::Outcome::Failed(error.kind()));
        shown.error = Some(error.message().to_owned());
    }

    /// Begins an attempt: after a break, at going on from what was said.
    fn begin(&mut self, id: AttemptId, place: usize, room: Room) -> Result<Attempt> {
        let (asked, cause) = (&self.asked, self.cause(id, place));
        let Some(said) = self.said.as_mut().filter(|_| self.delivered.is_some()) else {
            return Attempt::begin(asked, &asked.request, id, place, room, cause);
        };
        let able = asked.resolved.places[place].abilities.prefill == Ability::Able;
        let target = &*asked.resolved.candidates[place].target;
        let onward =
            said.onward(&asked.request, able).map_err(|error| error.with_target(target))?;
        let mut attempt = Attempt::begin(asked, &onward.request, id, place, room, cause)?;
        attempt.anew = onward.anew;
        Ok(attempt)
    }

    /// Why the candidate at `place` is called.
    fn cause(&self, id: AttemptId, place: usize) -> Cause {
        let candidate = &self.asked.resolved.candidates[place];
        let same =
            |tried: &Attempted| tried.target == candidate.target && tried.key == candidate.key;
        // Those that our own side refused were not called.
        let earlier = || self.ended[..id.index()].iter().filter(|tried| !tried.is_refused());
        match () {
            () if self.attempts.iter().any(|attempt| !attempt.is_over()) => Cause::Hedge,
            () if self.delivered.is_some() => Cause::Resumption,
            () if earlier().any(same) => Cause::Retry,
            () if earlier().next().is_some() => Cause::Fallback,
            () => Cause::First,
        }
    }

    fn cancel(&mut self, id: AttemptId) {
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.id == id) {
            attempt.cancel();
            attempt.events.clear();
        }
        self.forget();
    }

    /// Lets the caller read an attempt: after a break, behind a seam instead of a start.
    fn deliver(&mut self, id: AttemptId) {
        let resumed = self.delivered.replace(id).is_some();
        let mut attempt = self.attempts.iter_mut().find(|attempt| attempt.id == id);
        self.whole = attempt.as_mut().and_then(|attempt| attempt.whole.take()).map(|whole| *whole);
        if resumed && let Some(attempt) = attempt {
            let restart = attempt.anew;
            let target = self.ended[id.index()].target.to_string();
            if let Some(start) = attempt.events.first_mut() {
                *start = Event::Seam { target, restart };
            }
            if restart && let Some(said) = &mut self.said {
                said.forget();
            }
        }
        self.pass_on();
        self.forget();
    }

    fn signal(&mut self, id: AttemptId, signal: Signal) {
        self.until = None;
        self.plan.signal(now(), id, signal);
    }

    /// Waits for an attempt to say something, or until a time.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.listen(|attempt| match attempt.poll(cx) {
            Poll::Ready(signal) => Heard::Something(signal),
            Poll::Pending => Heard::Nothing,
        }) {
            return Poll::Ready(());
        }
        let again = match self.look(cx) {
            None => None,
            Some(Turn::Later(again)) => again,
            Some(Turn::Room(id)) => {
                self.signal(id, Signal::Room);
                return Poll::Ready(());
            }
            Some(Turn::Crowded(refused)) => {
                refused.into_iter().for_each(|(id, error)| self.refused(id, error));
                return Poll::Ready(());
            }
        };
        let until = sooner(self.until, again);
        let until = self.attempts.iter().map(Attempt::due).fold(until, sooner);
        let Some(until) = until else { return Poll::Pending };
        let until = until.into();
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        // One that fires early is set again; one that would fire late is set at once.
        if timer.deadline() > until || timer.is_elapsed() {
            timer.as_mut().reset(until);
        }
        ready!(timer.as_mut().poll(cx));
        let now = now();
        self.listen(|attempt| match attempt.check(now) {
            None => Heard::Nothing,
            signal => Heard::Something(signal),
        });
        self.until = self.until.filter(|until| now < *until);
        Poll::Ready(())
    }

    /// Looks how it is going in line, where there is nothing to do but to wait for room.
    fn look(&mut self, cx: &Context<'_>) -> Option<Turn> {
        let until = self.plan.patience().filter(|_| self.attempts.is_empty())?;
        Some(self.room.as_mut()?.look(&self.asked, until, cx.waker()))
    }

    /// Hears every attempt once, and says whether any had something to say.
    fn listen(&mut self, mut hear: impl FnMut(&mut Attempt) -> Heard) -> bool {
        let mut heard = false;
        let mut index = 0;
        while index < self.attempts.len() {
            let attempt = &mut self.attempts[index];
            if let Heard::Something(signal) = hear(attempt) {
                heard = true;
                // Before the signal: what was read before a break is the caller's.
                self.pass_on();
                if let Some(signal) = signal {
                    let id = self.attempts[index].id;
                    self.signal(id, signal);
                }
            }
            index += 1;
        }
        if heard {
            self.forget();
        }
        heard
    }

    /// Moves the events of the delivered attempt to the caller.
    fn pass_on(&mut self) {
        let delivered = self.delivered;
        let mut attempts = self.attempts.iter_mut();
        let Some(attempt) = attempts.find(|attempt| delivered == Some(attempt.id)) else { return };
        let mut events = attempt.events.drain(..);
        if let Some(said) = &mut self.said
            && !events.all(|event| said.pass(event, &mut self.ready))
        {
            self.said = None;
            self.plan.forbid_resuming();
        }
        for event in events {
            self.ready.push_back(event);
        }
    }

    /// Lets go of attempts that have ended, but for events that may still be delivered.
    fn forget(&mut self) {
        let ended = &mut self.ended;
        self.attempts.retain_mut(|attempt| {
            if !attempt.is_over() {
                return true;
            }
            let finished = attempt.shown.outcome == Some(nohop_types::Outcome::Finished);
            let wanted = finished && (!attempt.events.is_empty() || attempt.whole.is_some());
            if !wanted {
                std::mem::swap(&mut ended[attempt.id.index()], &mut attempt.shown);
            }
            wanted
        });
    }

    fn explained(&self, error: Error) -> Error {
        error.with_trace(self.trace())
    }
}

/// What came of hearing an attempt.
enum Heard {
    Nothing,
    Something(Option<Signal>),
}

impl Stream for Answer {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let worked = ready!(self.work(cx));
        if self.over && self.ready.is_empty() {
            self.permit = None;
        }
        if let Err(error) = worked {
            return Poll::Ready(Some(Err(self.broken(error))));
        }
        let Some(mut event) = self.ready.pop_front() else { return Poll::Ready(None) };
        if matches!(event, Event::Finish { .. }) {
            self.permit = None;
        }
        #[cfg(feature = "cache")]
        self.fill(&event);
        let asked = &self.asked;
        if asked.aside.is_none()
            && let Err(error) = asked.shared.hooks.after(&asked.request, &mut event)
        {
            self.abandon();
            let error = self.explained(error);
            return Poll::Ready(Some(Err(self.broken(error))));
        }
        if let Some(folded) = &mut self.folded {
            folded.note(&event);
        }
        if let Some(said) = &mut self.said {
            said.note(&event);
        }
        let Self { told, span, .. } = &mut *self;
        if let Some(told) = told {
            told.note(&event, span);
        }
        Poll::Ready(Some(Ok(event)))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("trace", &self.trace()).finish_non_exhaustive()
    }
}
