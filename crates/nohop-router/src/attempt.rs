use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use nohop_ledger::{Cause, Reservation};
use nohop_policy::{self as policy, AttemptId, Candidate, Manner, Signal};
use nohop_providers::Opened;
use nohop_types::{
    Attempted, Error, ErrorKind, Event, Money, Outcome, Piece, Request, Result, Usage,
};
use nohop_wire::{Counted, Mode, State};
use tracing::Span;

use crate::asked::Asked;
use crate::clock::{Clock, date, now, sooner};
use crate::flight::Permit;
use crate::room::Room;
use crate::route::Place;
use crate::safely::safely;
use crate::telemetry;
use crate::work::{Whole, Work};

mod call;
mod consumed;
mod entry;
mod errand;
mod hold;
mod judged;
mod listener;

use call::Stamp;
use errand::Errand;
use hold::Hold;
use listener::Listener;

/// Of how many requests that are left it is taken note: more are no limit to anybody.
const SCARCE: u64 = 100;

/// One call of one candidate, from reservation to settlement.
///
/// It settles itself exactly once, however it ends: dropping it is cancelling it.
pub(crate) struct Attempt {
    pub(crate) id: AttemptId,
    /// What was read and not yet delivered.
    pub(crate) events: Vec<Event>,
    /// What was told, where it is no stream of events.
    pub(crate) whole: Option<Box<Whole>>,
    /// What the trace shows of it.
    pub(crate) shown: Attempted,
    asked: Arc<Asked>,
    place: usize,
    phase: Phase,
    /// When the call was handed to the transport.
    sent: Stamp,
    clock: Clock,
    began: Instant,
    /// When it began, by the calendar.
    date: Duration,
    /// How many bytes of content came.
    said: u64,
    hold: Hold,
    /// Whether what another has said is to be discarded.
    pub(crate) anew: bool,
    /// Whether all of the answer came, whatever became of it.
    complete: bool,
    listener: Listener,
    cause: Cause,
    span: Span,
    held: Option<Held>,
}

/// What an attempt holds until it is settled.
struct Held {
    reservation: Reservation,
    room: Room,
    _permit: Permit,
}

enum Phase {
    Calling(Pin<Box<dyn Future<Output = Result<Opened>> + Send>>),
    Reading { opened: Box<Opened>, state: State, arriving: usize },
    Running(Box<Errand>),
    Over,
}

impl Attempt {
    /// Reserves money, and prepares the call of the candidate at `place`, for which there is `room`; nothing is sent
    /// before it is polled.
    ///
    /// # Errors
    ///
    /// Whatever the ledger refuses with, and `Unsupported` when it can not be asked for such a thing; then
    /// there is nothing to settle.
    pub(crate) fn begin(
        asked: &Arc<Asked>,
        request: &Arc<Request>,
        id: AttemptId,
        place: usize,
        room: Room,
        cause: Cause,
    ) -> Result<Self> {
        let (began, candidate) = (now(), &asked.resolved.candidates[place]);
        let sent = Stamp::default();
        let phase = match asked.work {
            Work::Chat => {
                let call = call::call(asked.clone(), request.clone(), place, sent.clone());
                Phase::Calling(Box::pin(call))
            }
            _ => Phase::Running(Box::new(Errand::new(asked, place, sent.clone())?)),
        };
        let clocks = asked.limits.clocks;
        let clock = match asked.mode {
            Mode::Stream => {
                Clock::new(began, clocks.first_content, "no content", "clocks.first_content")
            }
            Mode::Whole => Clock::new(began, clocks.whole, "no whole answer", "clocks.whole"),
        };
        let shared = &asked.shared;
        let cx = Asked::context(request, &asked.resolved, &asked.work, began, 0);
        let estimate = cx.estimate(candidate);
        let reserve = || shared.ledger.reserve(request, &candidate.target, estimate);
        // A ledger that can not say no says nothing.
        let reservation =
            safely("the ledger", reserve).unwrap_or_else(|| Ok(Reservation::new(Money::ZERO)))?;
        let held = Held { reservation, room, _permit: shared.flight.attempt() };
        shared.board.begin(&asked.resolved.places[place].gauge, began);
        let mut shown = Attempted::new(candidate.target.clone(), candidate.key);
        shown.way = Some(asked.way(place));
        shown.began = began - asked.began;
        let span = telemetry::attempt(asked, id, place);
        Ok(Self {
            id,
            events: Vec::new(),
            whole: None,
            shown,
            place,
            phase,
            sent,
            clock,
            began,
            date: date(),
            said: 0,
            hold: Hold::new(asked.is_judged()),
            anew: false,
            complete: false,
            listener: Listener::default(),
            cause,
            span,
            held: Some(held),
            asked: asked.clone(),
        })
    }

    /// When it will have been silent for too long.
    pub(crate) fn due(&self) -> Option<Instant> {
        match self.phase {
            Phase::Over => None,
            _ => sooner(self.clock.due(), self.hold.due()),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Reads on; `None` when there is progress that the plan need not know of.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Signal>> {
        let span = self.span.clone();
        let _entered = span.enter();
        let seen = self.events.len();
        let read = match &mut self.phase {
            Phase::Over => return Poll::Pending,
            Phase::Calling(call) => {
                let called = call.as_mut().poll(cx);
                self.shown.sent = self.sent.get().map(|sent| *sent - self.began);
                self.opened(ready!(called))
            }
            Phase::Reading { opened, .. } => ready!(opened.poll_read(cx, &mut self.events)),
            Phase::Running(_) => ready!(self.run(cx)),
        };
        Poll::Ready(self.note(read, seen))
    }

    /// Goes on with an errand: each answer counts as it comes, for the next call may fail.
    fn run(&mut self, cx: &mut Context<'_>) -> Poll<Result<State>> {
        let Phase::Running(errand) = &mut self.phase else { return Poll::Pending };
        let shown = &mut self.shown;
        let began = self.began;
        let ran = errand.poll(cx, |told| {
            shown.status = Some(told.status);
            let usage = Arc::make_mut(&mut shown.usage);
            match shown.head.replace(now() - began) {
                // What is asked for in parts loses the same in each.
                None => {
                    shown.losses = std::mem::take(&mut told.losses);
                    *usage = told.answer.usage();
                }
                Some(_) => *usage += told.answer.usage(),
            }
        });
        shown.sent = self.sent.get().map(|sent| *sent - began);
        self.whole = Some(Box::new(ready!(ran)?));
        self.spoke();
        Poll::Ready(Ok(State::Done))
    }

    /// Looks at the clock: an attempt that was silent for too long has failed, or is complete.
    pub(crate) fn check(&mut self, now: Instant) -> Option<Signal> {
        if self.due().is_none_or(|due| now < due) {
            return None;
        }
        if self.clock.due().is_none_or(|due| now < due) {
            return match self.hold.check(&self.asked.limits.window, self.said, now) {
                Ok(signal) => signal,
                Err(error) => Some(self.fail(error)),
            };
        }
        let seen = self.events.len();
        let Clock { what, name, .. } = self.clock;
        let limit = self.clock.limit();
        let message = format!("{what} in {limit:?}; allow more with the limit `{name}`");
        self.note(Err(Error::new(ErrorKind::Timeout, message)), seen)
    }

    /// Ends the attempt because it is not wanted any more.
    pub(crate) fn cancel(&mut self) {
        self.settle(policy::Outcome::Cancelled);
    }

    fn candidate(&self) -> &Candidate {
        &self.asked.resolved.candidates[self.place]
    }

    fn at(&self) -> &Place {
        &self.asked.resolved.places[self.place]
    }

    /// Takes the head of the answer.
    fn opened(&mut self, called: Result<Opened>) -> Result<State> {
        let mut opened = called?;
        let now = now();
        self.shown.head = Some(now - self.began);
        self.shown.status = Some(opened.status());
        self.shown.connect = opened.connect();
        self.shown.losses = std::mem::take(&mut opened.losses);
        self.heed(&opened, now);
        self.phase = Phase::Reading { opened: Box::new(opened), state: State::Open, arriving: 0 };
        Ok(State::Open)
    }

    /// Takes note of what the provider says is left of its limits.
    fn heed(&self, opened: &Opened, now: Instant) {
        let (board, gauge) = (&self.asked.shared.board, &self.at().gauge);
        let mut least: Option<(u64, Duration)> = None;
        for allowance in opened.scarce(SCARCE) {
            let Some(resets) = allowance.resets else { continue };
            match allowance.counts {
                Counted::Requests if least.is_none_or(|(left, _)| allowance.left < left) => {
                    least = Some((allowance.left, resets));
                }
                _ if allowance.left == 0 => board.spent(gauge, now, resets),
                _ => {}
            }
        }
        board.allowed(gauge, now, least);
    }

    /// Takes note that the first content has come.
    fn spoke(&mut self) {
        let now = now();
        self.shown.first_content = Some(now - self.began);
        self.asked.shared.board.spoke(&self.at().gauge, self.began, now);
    }

    /// Takes note of what was read, and says what the plan must know.
    fn note(&mut self, read: Result<State>, seen: usize) -> Option<Signal> {
        let state = read.or_else(|error| self.complete(error));
        let content = self.hear(seen);
        self.complete |= matches!(state, Ok(State::Done));
        match state.and_then(|state| self.judge(state).map(|()| state)) {
            Ok(State::Done) => {
                self.settle(policy::Outcome::Finished);
                Some(Signal::Finished)
            }
            Ok(state) => {
                self.progress(state, seen);
                // The clock is not looked at where there is nothing new.
                (content > 0 && !self.hold.is_told())
                    .then(|| self.hold.hear(&self.asked.limits.window, content, self.said, now()))
                    .flatten()
            }
            Err(error) => Some(self.fail(error)),
        }
    }

    /// Trouble after a complete answer is none: only its usage may be missing.
    fn complete(&mut self, error: Error) -> Result<State> {
        let way = matches!(
            error.kind(),
            ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Truncated
        );
        match &mut self.phase {
            Phase::Reading { opened, state: State::Enough, .. } if way => {
                opened.end(&mut self.events).map(|()| State::Done)
            }
            _ => Err(error),
        }
    }

    /// Takes note of the events after the first `seen`, and says how many of them are content.
    fn hear(&mut self, seen: usize) -> usize {
        let mut content = 0;
        let read = &self.events[seen..];
        let finished = matches!(read.last(), Some(Event::Finish { .. }));
        for event in read {
            telemetry::heard(&self.span, event);
            self.listener.hear(event, &self.asked.request.tools);
            match event {
                // The finish says it all again.
                Event::Usage(_) if finished => {}
                Event::Usage(usage) => {
                    Arc::make_mut(&mut self.shown.usage).merge(Usage::clone(usage));
                }
                Event::Finish { usage, .. } => self.shown.usage = usage.clone(),
                event => {
                    content += usize::from(event.is_content());
                    self.said += length(event);
                }
            }
        }
        if content > 0 && self.shown.first_content.is_none() {
            self.spoke();
        }
        content
    }

    /// Sets the clock that the answer is now under.
    fn progress(&mut self, read: State, seen: usize) {
        let clocks = self.asked.limits.clocks;
        let spoke = self.events.len() > seen;
        let Phase::Reading { opened, state, arriving } = &mut self.phase else { return };
        // A frame that grows is a sign of life, though it has no event yet.
        let grew = opened.reader.arriving() > *arriving;
        *arriving = opened.reader.arriving();
        if *state == State::Open && read == State::Enough {
            self.clock = Clock::new(now(), clocks.grace, "nothing after the end", "clocks.grace");
        } else if read == State::Open
            && self.asked.mode == Mode::Stream
            && self.shown.first_content.is_some()
            && (spoke || grew)
        {
            match self.clock.name {
                "clocks.silence" => self.clock.touch(now()),
                _ => {
                    self.clock = Clock::new(now(), clocks.silence, "silence", "clocks.silence");
                }
            }
        }
        *state = read;
    }

    fn fail(&mut self, error: Error) -> Signal {
        let error = match error.target() {
            None => error.with_target(&*self.candidate().target),
            Some(_) => error,
        };
        self.shown.error = Some(error.message().to_owned());
        self.shown.status = error.status().or(self.shown.status);
        if self.shown.sent.is_none() {
            self.take_back(Outcome::Failed(error.kind()));
            return Signal::Refused(error);
        }
        self.settle(policy::Outcome::Failed(&error));
        Signal::Failed(error)
    }

    /// Takes back an attempt that was not sent: there is nothing to write down.
    fn take_back(&mut self, outcome: Outcome) {
        self.phase = Phase::Over;
        let Some(Held { reservation, .. }) = self.held.take() else { return };
        self.shown.outcome = Some(outcome);
        self.shown.took = now() - self.began;
        self.asked.shared.board.forget(&self.at().gauge, self.began, now());
        safely("the ledger", || self.asked.shared.ledger.release(reservation));
    }

    /// Writes down how it ended, once, and lets go of what it held.
    fn settle(&mut self, outcome: policy::Outcome<'_>) {
        if self.shown.sent.is_none() {
            return self.take_back(ended(&outcome));
        }
        if let Phase::Reading { opened, .. } = std::mem::replace(&mut self.phase, Phase::Over) {
            self.shown.skipped = opened.reader.skipped();
        }
        let Some(Held { reservation, room, _permit }) = self.held.take() else { return };
        let now = now();
        self.shown.took = now - self.began;
        self.shown.outcome = Some(ended(&outcome));
        self.count();
        self.estimate();
        self.shown.cost = self.cost();
        telemetry::ended(&self.span, &self.shown, self.asked.mode);
        #[cfg(feature = "metrics")]
        self.asked.shared.measures.note(&self.asked, self.place, &self.shown);
        let entry = self.entry();
        tracing::debug!(
            parent: &self.span,
            outcome = %entry.outcome,
            took = ?entry.took,
            "an attempt has ended"
        );
        if let Some(held) = room.needs() {
            room.settle(self.used(held));
        }
        let shared = &self.asked.shared;
        shared.statistics.add(&entry);
        safely("the ledger", || shared.ledger.settle(reservation, entry));
        let Attempted { took, first_content, .. } = self.shown;
        let attempt = policy::Attempt::new(self.candidate(), outcome, took)
            .first_content(first_content)
            .usage(&self.shown.usage)
            .manner(self.manner());
        shared.board.learn(&self.at().gauge, now, &attempt);
        let Asked { request, resolved, work, seed, .. } = &*self.asked;
        let cx = Asked::context(request, resolved, work, now, *seed).labels(&self.asked.labels);
        safely("a policy", || self.asked.resolved.policy.observe(&cx, &attempt));
    }

    fn manner(&self) -> Manner {
        let Attempted { took, first_content, usage, .. } = &self.shown;
        let manner = self.listener.manner(usage, *took, *first_content);
        // What is told all at once is never empty.
        Manner { empty: manner.empty && self.asked.work.is_chat(), ..manner }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.settle(policy::Outcome::Dropped);
    }
}

/// How many bytes of content an event brings.
fn length(event: &Event) -> u64 {
    let length = match event {
        Event::Open { start, .. } => start.len(),
        Event::Delta { piece: Piece::Text(text) | Piece::Arguments(text), .. } => text.len(),
        _ => 0,
    };
    length as u64
}

fn ended(outcome: &policy::Outcome<'_>) -> Outcome {
    match outcome {
        policy::Outcome::Cancelled => Outcome::Cancelled,
        policy::Outcome::Failed(error) => Outcome::Failed(error.kind()),
        policy::Outcome::Finished => Outcome::Finished,
        _ => Outcome::Dropped,
    }
}
