use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nohop_policy::{
    Attempt, AttemptId, Board, Candidate, Candidates, Context, Gauge, Hedge, Held, Manner, Outcome,
    Plan, Policy, Purse, Signal, Step, Turn,
};
use nohop_types::{Error, ErrorKind, Money, Request};

use crate::chance::Chance;
use crate::line::{Desk, Turn as Look, Wait, used};
use crate::rehearsal::Rehearsal;
use crate::report::{Report, Tally};
use crate::serving::{Course, Serving, Writes};
use crate::world::Place;

/// A rehearsal under one policy while it runs: what happens next happens, until nothing is left.
pub(crate) struct Run<'a> {
    rehearsal: &'a Rehearsal,
    policy: &'a dyn Policy,
    /// What pays for retries, and what pays for hedges.
    purses: [Arc<Purse>; 2],
    board: Board,
    desk: Desk,
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
    gauges: Vec<Gauge>,
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
    wait: Wait,
    /// When its first content was delivered.
    content: Option<Duration>,
}

/// An attempt that is not over.
struct Call {
    id: AttemptId,
    place: usize,
    began: Duration,
    course: Course,
    /// Its room under quotas.
    held: Option<Held>,
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
    pub(crate) fn new(
        rehearsal: &'a Rehearsal,
        policy: &'a dyn Policy,
        purses: [Arc<Purse>; 2],
    ) -> Self {
        let Rehearsal { world, workload, began, .. } = rehearsal;
        let board = Board::new(*began);
        let models = workload.models.iter().map(|model| {
            let places = world.models.get(model).cloned().unwrap_or_default();
            let changes = |place: &Place| !world.targets[place.target].changes.is_empty();
            let reprices = places.iter().any(changes);
            let candidates: Vec<_> = places.iter().map(|place| world.candidate(place)).collect();
            let gauge = |it: &Candidate| board.gauge(&it.endpoint, it.key, &it.target);
            let gauges = candidates.iter().map(gauge).collect();
            Model { generation: 0, places, gauges, candidates, reprices }
        });
        let models = models.collect();
        Self {
            policy,
            purses,
            board,
            desk: Desk::new(&rehearsal.quotas),
            providers: world.providers.iter().map(Serving::new).collect(),
            models,
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
        let turn = |place: usize| {
            let candidate = &model.candidates[place];
            let asked = candidate.health.asked_until.filter(|until| *until > now);
            let silence = |hedge: Hedge| hedge.silence(candidate.health.latencies.as_ref());
            Turn::of(place, candidate, &cx).from(asked).silence(limits.hedge.map(silence))
        };
        let mut turns: Vec<_> = list.places().take(limits.front()).map(turn).collect();
        // Who is being tried again by somebody else is behind the others, as long as there are others.
        for _ in 0..turns.len() {
            if self.board.may_lead(&model.gauges[turns[0].place], now) {
                break;
            }
            turns.rotate_left(1);
        }
        let [purse, hedges] = &self.purses;
        let plan = Plan::new(now, turns, *limits, purse.clone(), seed).hedges(hedges.clone());
        let (attempts, wait) = (Vec::new(), Wait::default());
        let flight = Flight { ask, request, plan, seed, attempts, begun: 0, wait, content: None };
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
        let generation = self.board.generation();
        if model.generation != generation {
            model.generation = generation;
            let now = self.rehearsal.began + now;
            for (candidate, gauge) in model.candidates.iter_mut().zip(&model.gauges) {
                candidate.health = self.board.health(gauge, now);
            }
        }
        if model.reprices {
            for (candidate, place) in model.candidates.iter_mut().zip(&model.places) {
                let target = &self.rehearsal.world.targets[place.target];
                candidate.price = target.price_at(now).cloned();
            }
        }
    }

    fn happen(&mut self, event: Event) {
        let Event { at, slot, ask, what, .. } = event;
        let Some(flight) = &mut self.flights[slot] else { return };
        if flight.ask != ask {
            return;
        }
        let rehearsal = self.rehearsal;
        let now = rehearsal.began + at;
        let known = |id: &AttemptId| flight.attempts.iter().any(|call| call.id == *id);
        match what {
            What::Content(id) if known(&id) => {
                let model = rehearsal.workload.asks[ask].model as usize;
                for call in flight.attempts.iter().filter(|call| call.id == id) {
                    let gauge = &self.models[model].gauges[call.place];
                    self.board.spoke(gauge, rehearsal.began + call.began, now);
                }
                flight.plan.signal(now, id, Signal::Content);
            }
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
                    if self.look(slot, at) {
                        continue;
                    }
                    let Some(flight) = &self.flights[slot] else { return };
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

    /// Looks how it is going in line, where there is nothing to do but to wait for room; says whether that is over.
    fn look(&mut self, slot: usize, at: Duration) -> bool {
        let now = self.rehearsal.began + at;
        let Some(flight) = &mut self.flights[slot] else { return false };
        let idle = flight.attempts.is_empty();
        let Some(until) = flight.plan.patience().filter(|_| idle) else { return false };
        let row = &self.rehearsal.workload.asks[flight.ask];
        let candidates = &self.models[row.model as usize].candidates;
        let cx = context(&flight.request, row.input, now, flight.seed);
        let (caller, mut woken) = ((slot, flight.ask), Vec::new());
        let look = self.desk.look(&mut flight.wait, &cx, candidates, until, caller, &mut woken);
        let over = match look {
            Look::Room(id) => {
                flight.plan.signal(now, id, Signal::Room);
                true
            }
            Look::Crowded(refused) => {
                for (id, error) in refused {
                    flight.plan.signal(now, id, Signal::Refused(error));
                }
                true
            }
            Look::Later(again) => {
                if let Some(again) = again.filter(|again| *again > now) {
                    let again = again.saturating_duration_since(self.rehearsal.began);
                    self.push(slot, again, What::Wake);
                }
                false
            }
        };
        self.wake(woken, at);
        over
    }

    /// Has those go on who may.
    fn wake(&mut self, woken: Vec<(usize, usize)>, at: Duration) {
        for (slot, ask) in woken {
            if self.flights[slot].as_ref().is_some_and(|flight| flight.ask == ask) {
                self.push(slot, at, What::Wake);
            }
        }
    }

    /// Takes room for an attempt, or has it wait for some.
    fn room(
        &mut self,
        slot: usize,
        id: AttemptId,
        place: usize,
        at: Duration,
    ) -> Option<Option<Held>> {
        let rehearsal = self.rehearsal;
        let now = rehearsal.began + at;
        let flight = self.flights[slot].as_mut()?;
        let row = &rehearsal.workload.asks[flight.ask];
        let model = &self.models[row.model as usize];
        let candidate = &model.candidates[place];
        let cx = context(&flight.request, row.input, now, flight.seed);
        let mut woken = Vec::new();
        let taken = self.desk.take(&mut flight.wait, id, &cx, candidate, &mut woken);
        if taken.is_err() {
            // Others may find out whether it answers again: this request does not, now.
            self.board.release(&model.gauges[place], rehearsal.began + row.at, now);
        }
        let taken = match taken {
            Ok(held) => {
                self.desk.over(&mut flight.wait, now, &mut woken);
                Some(held)
            }
            Err(full) if full.never => {
                flight.plan.signal(now, id, Signal::Refused(full.error));
                None
            }
            Err(full) => {
                flight.plan.signal(now, id, Signal::Full(full));
                if flight.plan.waits(id) {
                    self.desk.park(&mut flight.wait, id, place, now, &mut woken);
                }
                None
            }
        };
        self.wake(woken, at);
        taken
    }

    fn call(&mut self, slot: usize, id: AttemptId, place: usize, at: Duration) {
        let Rehearsal { world, workload, limits, seed, began, .. } = self.rehearsal;
        let Some(held) = self.room(slot, id, place, at) else { return };
        let Some(flight) = &mut self.flights[slot] else { return };
        let row = &workload.asks[flight.ask];
        let model = &self.models[row.model as usize];
        let here = &model.places[place];
        let (provider, target) = (&world.providers[here.provider], &world.targets[here.target]);
        let words = [CALLS ^ flight.begun, flight.ask as u64, here.target as u64];
        flight.begun += 1;
        let serving = &mut self.providers[here.provider];
        let chance = Chance::of(*seed, words);
        let course = serving.call(provider, here, row, &limits.clocks, at, chance);
        serving.running += 1;
        self.board.begin(&model.gauges[place], *began + at);
        self.tally.call(at, here.provider);
        let good = row.difficulty < target.skill;
        // What may turn out not to be good enough is looked at before it is delivered.
        let shown = target.skill >= 1_000;
        let (content, ends) = (course.content.filter(|_| shown), at.saturating_add(course.ends));
        flight.attempts.push(Call { id, place, began: at, course, held, good });
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
        let (mut call, flight) = (call?, self.flights[slot].as_ref()?);
        let Rehearsal { world, workload, began, .. } = self.rehearsal;
        let row = &workload.asks[flight.ask];
        let model = &self.models[row.model as usize];
        let here = &model.places[call.place];
        let took = at - call.began;
        let content = call.course.content.filter(|content| *content <= took);
        let target = &world.targets[here.target];
        let writes = match target.price.as_ref().and_then(|price| price.cache_write) {
            Some(_) => Writes::AtAPrice,
            None => Writes::AsPrompt,
        };
        let usage = call.course.usage(took, writes);
        let cost = usage.as_ref().and_then(|usage| target.cost(usage, call.began, world.date));
        self.providers[here.provider].running -= 1;
        self.tally.attempt(at, &outcome, usage.as_ref(), cost);
        let mut woken = Vec::new();
        if let Some(held) = call.held.take() {
            let error = if let Outcome::Failed(error) = outcome { Some(error) } else { None };
            let used = used(&held, usage.as_ref(), cost, error);
            self.desk.settle(*began + at, held, used, &mut woken);
        }
        let throughput = usage.as_ref().and_then(|usage| usage.throughput(took, content));
        let attempt = Attempt::new(&model.candidates[call.place], outcome, took)
            .first_content(content)
            .manner(Manner { throughput, ..Manner::default() });
        self.board.learn(&model.gauges[call.place], *began + at, &attempt);
        let cx = context(&flight.request, row.input, *began + at, flight.seed);
        self.policy.observe(&cx, &attempt);
        self.wake(woken, at);
        cost
    }

    /// Ends a request.
    fn land(&mut self, slot: usize, at: Duration, error: Option<&Error>) {
        let Some(mut flight) = self.flights[slot].take() else { return };
        self.free.push(slot);
        let mut woken = Vec::new();
        self.desk.over(&mut flight.wait, self.rehearsal.began + at, &mut woken);
        self.wake(woken, at);
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
