use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nohop_policy::{
    Attempt, AttemptId, Candidate, Candidates, Context, Outcome, Plan, Policy, Purse, Signal, Step,
    Turn,
};
use nohop_types::{Error, ErrorKind, Money, Request};

use crate::board::Board;
use crate::chance::Chance;
use crate::rehearsal::Rehearsal;
use crate::report::{Report, Tally};
use crate::serving::{Course, Serving, Writes};
use crate::world::Place;

/// A rehearsal under one policy while it runs: what happens next happens, until nothing is left.
pub(crate) struct Run<'a> {
    rehearsal: &'a Rehearsal,
    policy: &'a dyn Policy,
    purse: Arc<Purse>,
    board: Board,
    providers: Vec<Serving>,
    /// For each model that requests name, its candidates.
    models: Vec<Model>,
    flights: Vec<Option<Flight>>,
    /// The places of flights that have landed.
    free: Vec<usize>,
    events: BinaryHeap<Reverse<Event>>,
    /// How many events there were, so that those of one moment keep their order.
    order: u64,
    tally: Tally,
}

/// The candidates for a model as they stood when the snapshot was made.
struct Model {
    generation: u64,
    places: Vec<Place>,
    candidates: Vec<Candidate>,
    /// Whether any price changes.
    reprices: bool,
}

/// A request that is not over.
struct Flight {
    ask: usize,
    request: Request,
    plan: Plan,
    seed: u64,
    attempts: Vec<Call>,
    begun: u64,
    /// When its first content was delivered.
    content: Option<Duration>,
}

/// An attempt that is not over.
struct Call {
    id: AttemptId,
    place: usize,
    began: Duration,
    course: Course,
    /// Whether an answer that comes is good enough.
    good: bool,
}

/// Something that happens at a time; what belongs to a flight that has landed does not happen.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Event {
    at: Duration,
    order: u64,
    slot: usize,
    ask: usize,
    what: What,
}

#[derive(Eq, Ord, PartialEq, PartialOrd)]
enum What {
    Content(AttemptId),
    End(AttemptId),
    Wake,
}

impl<'a> Run<'a> {
    pub(crate) fn new(rehearsal: &'a Rehearsal, policy: &'a dyn Policy, purse: Arc<Purse>) -> Self {
        let Rehearsal { world, workload, .. } = rehearsal;
        let models = workload.models.iter().map(|model| {
            let places = world.models.get(model).cloned().unwrap_or_default();
            let changes = |place: &Place| !world.targets[place.target].changes.is_empty();
            Model {
                generation: 0,
                candidates: places.iter().map(|place| world.candidate(place)).collect(),
                reprices: places.iter().any(changes),
                places,
            }
        });
        Self {
            policy,
            purse,
            board: Board::new(world, rehearsal.began),
            providers: world.providers.iter().map(Serving::new).collect(),
            models: models.collect(),
            flights: Vec::new(),
            free: Vec::new(),
            events: BinaryHeap::new(),
            order: 0,
            tally: Tally::new(workload.end(), rehearsal.slices),
            rehearsal,
        }
    }

    /// Lets everything happen, and says what came of it.
    pub(crate) fn finish(mut self) -> Report {
        let rehearsal = self.rehearsal;
        for (ask, row) in rehearsal.workload.asks.iter().enumerate() {
            while let Some(event) = self.until(row.at) {
                self.happen(event);
            }
            self.ask(ask);
        }
        while let Some(event) = self.until(Duration::MAX) {
            self.happen(event);
        }
        let names = rehearsal.world.providers.iter().map(|provider| provider.name.clone());
        self.tally.report(self.policy.name(), names.collect())
    }

    /// The next event that is not after `time`.
    fn until(&mut self, time: Duration) -> Option<Event> {
        self.events.peek().filter(|Reverse(event)| event.at <= time)?;
        self.events.pop().map(|Reverse(event)| event)
    }

    /// Decides on a request that has come, as `Router` does.
    fn ask(&mut self, ask: usize) {
        let Rehearsal { workload, limits, began, .. } = self.rehearsal;
        let row = &workload.asks[ask];
        let seed = Chance::of(self.rehearsal.seed, [REQUESTS, ask as u64, 0]).word();
        let request = workload.request(row);
        self.refresh(row.model as usize, row.at);
        let (model, now) = (&self.models[row.model as usize], *began + row.at);
        let cx = context(&request, row.input, now, seed);
        let list = Candidates::decide(self.policy, &cx, &model.candidates, limits.front());
        let turns = list.places().take(limits.front()).map(|place| {
            let candidate = &model.candidates[place];
            let asked = candidate.health.asked_until.filter(|until| *until > now);
            Turn::of(place, candidate, &cx).from(asked)
        });
        let plan = Plan::new(now, turns, *limits, self.purse.clone(), seed);
        let flight =
            Flight { ask, request, plan, seed, attempts: Vec::new(), begun: 0, content: None };
        let slot = self.free.pop().unwrap_or(self.flights.len());
        match self.flights.get_mut(slot) {
            Some(free) => *free = Some(flight),
            None => self.flights.push(Some(flight)),
        }
        self.go_on(slot, row.at);
    }

    /// Makes the snapshot of a model anew where numbers have changed.
    fn refresh(&mut self, model: usize, now: Duration) {
        let model = &mut self.models[model];
        if model.generation != self.board.generation {
            model.generation = self.board.generation;
            for (candidate, place) in model.candidates.iter_mut().zip(&model.places) {
                candidate.health = self.board.health(place);
            }
        }
        if model.reprices {
            for (candidate, place) in model.candidates.iter_mut().zip(&model.places) {
                candidate.price = self.rehearsal.world.targets[place.target].price_at(now);
            }
        }
    }

    fn happen(&mut self, event: Event) {
        let Event { at, slot, ask, what, .. } = event;
        let Some(flight) = &mut self.flights[slot] else { return };
        if flight.ask != ask {
            return;
        }
        let now = self.rehearsal.began + at;
        let known = |id: &AttemptId| flight.attempts.iter().any(|call| call.id == *id);
        match what {
            What::Content(id) if known(&id) => flight.plan.signal(now, id, Signal::Content),
            What::End(id) if known(&id) => self.end(slot, id, at),
            What::Content(_) | What::End(_) => return,
            What::Wake => {}
        }
        self.go_on(slot, at);
    }

    /// Does what the plan of a flight says, until it is to wait or over.
    fn go_on(&mut self, slot: usize, at: Duration) {
        let now = self.rehearsal.began + at;
        loop {
            let Some(flight) = &mut self.flights[slot] else { return };
            match flight.plan.poll(now) {
                Step::Call(id, place) => self.call(slot, id, place, at),
                Step::Cancel(id) => {
                    let call = take(flight, id);
                    self.settle(slot, call, at, Outcome::Cancelled);
                }
                Step::Deliver(_) => {
                    flight.content.get_or_insert(at);
                }
                Step::Wait(until) => {
                    // Whatever happens before makes it ask again.
                    let ends = flight.attempts.iter().map(|call| call.began + call.course.ends);
                    let until = until.saturating_duration_since(self.rehearsal.began);
                    if ends.min().is_none_or(|ends| until < ends) {
                        self.push(slot, until, What::Wake);
                    }
                    return;
                }
                Step::Fail(error) => return self.land(slot, at, Some(&error)),
                Step::Done => return self.land(slot, at, None),
            }
        }
    }

    fn call(&mut self, slot: usize, id: AttemptId, place: usize, at: Duration) {
        let Rehearsal { world, workload, limits, seed, .. } = self.rehearsal;
        let Some(flight) = &mut self.flights[slot] else { return };
        let row = &workload.asks[flight.ask];
        let here = &self.models[row.model as usize].places[place];
        let (provider, target) = (&world.providers[here.provider], &world.targets[here.target]);
        let words = [CALLS ^ flight.begun, flight.ask as u64, here.target as u64];
        flight.begun += 1;
        let serving = &mut self.providers[here.provider];
        let chance = Chance::of(*seed, words);
        let course = serving.call(provider, here, row, &limits.clocks, at, chance);
        serving.running += 1;
        self.board.begin(here);
        self.tally.call(at, here.provider);
        let good = row.difficulty < target.skill;
        // What may turn out not to be good enough is looked at before it is delivered.
        let shown = target.skill >= 1_000;
        let (content, ends) = (course.content.filter(|_| shown), at.saturating_add(course.ends));
        flight.attempts.push(Call { id, place, began: at, course, good });
        if let Some(content) = content {
            self.push(slot, at.saturating_add(content), What::Content(id));
        }
        self.push(slot, ends, What::End(id));
    }

    /// Lets an attempt end as it had to.
    fn end(&mut self, slot: usize, id: AttemptId, at: Duration) {
        let Some(flight) = &mut self.flights[slot] else { return };
        let now = self.rehearsal.began + at;
        let mut call = take(flight, id);
        let signal = match (call.as_mut().and_then(|call| call.course.error.take()), &call) {
            (Some(error), _) => {
                self.settle(slot, call, at, Outcome::Failed(&error));
                Signal::Failed(error)
            }
            (None, Some(Call { good: false, .. })) => {
                let cost = self.settle(slot, call, at, Outcome::Finished);
                self.tally.escalated(cost);
                Signal::Failed(Error::new(ErrorKind::Shape, "the answer is not good enough"))
            }
            (None, _) => {
                self.settle(slot, call, at, Outcome::Finished);
                Signal::Finished
            }
        };
        if let Some(flight) = &mut self.flights[slot] {
            flight.plan.signal(now, id, signal);
        }
    }

    /// Writes down how an attempt ended, for all who learn from it, and says what it cost.
    fn settle(
        &mut self,
        slot: usize,
        call: Option<Call>,
        at: Duration,
        outcome: Outcome<'_>,
    ) -> Option<Money> {
        let (call, flight) = (call?, self.flights[slot].as_ref()?);
        let Rehearsal { world, workload, began, .. } = self.rehearsal;
        let row = &workload.asks[flight.ask];
        let model = &self.models[row.model as usize];
        let here = &model.places[call.place];
        let took = at - call.began;
        let content = call.course.content.filter(|content| *content <= took);
        let target = &world.targets[here.target];
        let writes = match target.price.and_then(|price| price.cache_write) {
            Some(_) => Writes::AtAPrice,
            None => Writes::AsPrompt,
        };
        let usage = call.course.usage(took, writes);
        let cost = usage.as_ref().and_then(|usage| target.cost(usage, call.began, world.date));
        self.providers[here.provider].running -= 1;
        self.tally.attempt(at, &outcome, usage.as_ref(), cost);
        let attempt =
            Attempt::new(&model.candidates[call.place], outcome, took).first_content(content);
        self.board.learn(here, at, &attempt);
        let cx = context(&flight.request, row.input, *began + at, flight.seed);
        self.policy.observe(&cx, &attempt);
        cost
    }

    /// Ends a request.
    fn land(&mut self, slot: usize, at: Duration, error: Option<&Error>) {
        let Some(flight) = self.flights[slot].take() else { return };
        self.free.push(slot);
        let came = self.rehearsal.workload.asks[flight.ask].at;
        let content = flight.content.map_or(Duration::ZERO, |content| content - came);
        self.tally.request(came, error, content, at - came);
    }

    fn push(&mut self, slot: usize, at: Duration, what: What) {
        let Some(flight) = &self.flights[slot] else { return };
        self.order += 1;
        self.events.push(Reverse(Event { at, order: self.order, slot, ask: flight.ask, what }));
    }
}

/// What a policy may look at; nobody knows how long an answer will be.
fn context(request: &Request, input: u64, now: Instant, seed: u64) -> Context<'_> {
    let cx = Context::new(request, now, seed);
    let output = cx.output;
    cx.tokens(input, output)
}

fn take(flight: &mut Flight, id: AttemptId) -> Option<Call> {
    let place = flight.attempts.iter().position(|call| call.id == id)?;
    Some(flight.attempts.swap_remove(place))
}

/// What the words are for that a sequence of chance belongs to.
const REQUESTS: u64 = 4;
const CALLS: u64 = 5 << 32;
