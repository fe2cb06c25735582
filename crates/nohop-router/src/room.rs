//! Room under the application's own quotas: taken before an attempt is sent, and waited for in line.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use nohop_policy::{Ask, AttemptId, Full, Held, Look, Needs, Quotas, Ticket};
use nohop_types::{Aside, Error, Priority};

use crate::asked::Asked;
use crate::clock::now;

/// The quotas of one router, and whom to wake.
pub(crate) type Desk = Quotas<Waker>;

/// The tags of a copy.
static NO_TAGS: BTreeMap<String, String> = BTreeMap::new();

/// Room for one attempt, until it is dropped; none is needed where there are no quotas.
pub(crate) struct Room(Option<Box<Taken>>);

struct Taken {
    desk: Arc<Desk>,
    /// Until it is ended.
    held: Option<Held>,
}

impl Room {
    /// Takes room for the candidate at `place`.
    ///
    /// # Errors
    ///
    /// Why there is none, and from when on there may be some.
    pub(crate) fn take(asked: &Asked, place: usize, since: Option<Instant>) -> Result<Self, Full> {
        let Some(desk) = &asked.shared.desk else { return Ok(Self(None)) };
        let now = now();
        let (taken, woken) = desk.take(now, &ask(asked, place, now, since));
        wake(woken);
        taken.map(|held| Self::of(desk, held))
    }

    /// What it was expected to be needed for; `None` where nobody counts.
    pub(crate) fn needs(&self) -> Option<Needs> {
        self.0.as_ref()?.held.as_ref().map(Held::needs)
    }

    /// Ends it: what was used counts from now on, and not what was expected.
    pub(crate) fn settle(mut self, used: Needs) {
        if let Some(taken) = &mut self.0
            && let Some(held) = taken.held.take()
        {
            wake(taken.desk.settle(now(), held, used));
        }
    }

    fn of(desk: &Arc<Desk>, held: Held) -> Self {
        Self(Some(Box::new(Taken { desk: desk.clone(), held: Some(held) })))
    }
}

/// Where it is not settled, nothing was sent.
impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            wake(self.desk.release(now(), held));
        }
    }
}

/// One request's wait for room: whichever of its attempts there is room for first.
#[derive(Default)]
pub(crate) struct Wait {
    /// The attempts that found none, and the places of their candidates.
    parked: Vec<(AttemptId, usize)>,
    seat: Option<Seat>,
    /// When the request first found none: it keeps its place in line by that.
    since: Option<Instant>,
    /// Room that came, and for which attempt.
    room: Option<(AttemptId, Room)>,
}

/// A place in line, until it is dropped.
struct Seat {
    desk: Arc<Desk>,
    ticket: Ticket,
    entered: Instant,
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

impl Wait {
    /// When the request first found no room.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Takes down that an attempt found no room.
    pub(crate) fn park(&mut self, id: AttemptId, place: usize) {
        self.since.get_or_insert_with(now);
        if self.parked.iter().all(|(parked, _)| *parked != id) {
            self.parked.push((id, place));
            // There is more to wait for than the place in line knows of.
            self.seat = None;
        }
    }

    /// The room that came for an attempt.
    pub(crate) fn room(&mut self, id: AttemptId) -> Option<Room> {
        self.room.take_if(|(to, _)| *to == id).map(|(_, room)| room)
    }

    /// Leaves the line, and says how long the wait was: an attempt has begun.
    pub(crate) fn over(&mut self) -> Duration {
        self.parked.clear();
        self.room = None;
        self.seat.take().map(|seat| now() - seat.entered).unwrap_or_default()
    }

    /// Looks how it is going, in line until a time.
    pub(crate) fn look(&mut self, asked: &Asked, until: Instant, waker: &Waker) -> Turn {
        let Some(desk) = &asked.shared.desk else { return Turn::Later(None) };
        let now = now();
        let ticket = match &self.seat {
            Some(seat) => seat.ticket,
            None => match self.enter(asked, desk, until, waker) {
                Ok(ticket) => ticket,
                Err(error) => return self.crowded(asked, &error),
            },
        };
        let (look, woken) = desk.look(now, ticket, waker.clone());
        wake(woken);
        match look {
            Look::Wait(until) => Turn::Later(until),
            Look::Room(index, held) => {
                let (id, _) = self.parked[index];
                self.room = Some((id, Room::of(desk, held)));
                Turn::Room(id)
            }
        }
    }

    fn enter(
        &mut self,
        asked: &Asked,
        desk: &Arc<Desk>,
        until: Instant,
        waker: &Waker,
    ) -> Result<Ticket, Error> {
        let now = now();
        let asks = self.parked.iter().map(|(_, place)| ask(asked, *place, now, self.since));
        let ticket = desk.wait(now, until, &asks.collect::<Vec<_>>(), waker.clone())?;
        self.seat = Some(Seat { desk: desk.clone(), ticket, entered: now });
        Ok(ticket)
    }

    fn crowded(&mut self, asked: &Asked, error: &Error) -> Turn {
        let refused = self.parked.drain(..).map(|(id, place)| {
            let target = &*asked.resolved.candidates[place].target;
            let error = Error::new(error.kind(), error.message()).with_scope(error.scope());
            (id, error.with_target(target))
        });
        Turn::Crowded(refused.collect())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        wake(self.desk.leave(now(), self.ticket));
    }
}

/// What the candidate at `place` asks for.
fn ask(asked: &Asked, place: usize, now: Instant, since: Option<Instant>) -> Ask<'_> {
    let Asked { request, resolved, work, .. } = asked;
    let candidate = &resolved.candidates[place];
    let cx = Asked::context(request, resolved, work, now, 0);
    let needs = Needs { tokens: cx.input.saturating_add(cx.output), money: cx.estimate(candidate) };
    let (tags, priority) = match asked.aside {
        // Nobody asked for a copy: it is on nobody's account, and goes behind whoever did ask.
        Some(Aside::Shadow) => (&NO_TAGS, Priority::Low),
        _ => (&request.tags, request.priority),
    };
    Ask::new(candidate, tags, needs)
        .model(resolved.places[place].slug.as_deref())
        .route(resolved.route.as_deref())
        .priority(priority)
        .since(since)
}

fn wake(woken: Vec<Waker>) {
    woken.into_iter().for_each(Waker::wake);
}
