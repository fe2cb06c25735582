//! Random lists and requests, the same in every run.

use std::time::Duration;

use nohop_types::{
    Image, Json, Media, Modality, Money, OutputFormat, Parallel, Request, Schema, Tool, ToolChoice,
};

use crate::plan::epoch;
use crate::random::random;
use crate::{Candidate, Candidates, Context, Health, Offer, Percentiles, Policy, Price};

/// How many lists each doc sentence is held to.
const LISTS: u64 = 1_000;

/// Holds what `policy` leaves of random lists to `law`: the context, the list as it was, and what is left of it, in order.
pub(in crate::policies) fn hold(
    policy: impl Policy,
    law: impl Fn(&Context<'_>, &[Candidate], &[&Candidate]),
) {
    for number in 0..LISTS {
        let (request, snapshot) = (request(number), list(number));
        let cx = Context::new(&request, epoch(), number);
        let left = |front| {
            // The policy alone: what a request prefers drops some before it.
            let mut list = Candidates::new(&snapshot);
            policy.apply_front(&cx, &mut list, front);
            list.places().collect::<Vec<_>>()
        };
        let all = left(usize::MAX);
        law(&cx, &snapshot, &all.iter().map(|place| &snapshot[*place]).collect::<Vec<_>>());

        // What holds for every policy: nobody is there twice, and who reads only the front sees the same there.
        let sorted = |mut places: Vec<usize>| {
            places.sort_unstable();
            places
        };
        let mut distinct = sorted(all.clone());
        distinct.dedup();
        assert_eq!(distinct.len(), all.len());
        for front in [0, 1, 3] {
            let some = left(front);
            let seen = front.min(all.len());
            assert_eq!(some[..seen], all[..seen], "list {number}, front {front}");
            assert_eq!(sorted(some), sorted(all.clone()));
        }
    }
}

/// The list of this number: none, one or a few, and now and then many.
pub(in crate::policies) fn list(number: u64) -> Vec<Candidate> {
    let dice = Dice(random(1, number).into());
    let many = if number % 100 == 99 { 300 } else { dice.of(0, 12) };
    (0..many).map(|place| candidate(random(number, place))).collect()
}

pub(in crate::policies) fn candidate(number: u64) -> Candidate {
    let dice = Dice(number.into());
    let target = format!("model-{}@endpoint-{}", dice.of(0, 5), dice.of(0, 4));
    Candidate::new(target)
        .model(format!("author-{}/model-{}", dice.of(0, 2), dice.of(0, 5)))
        .key(dice.of(0, 2) as u32)
        .weight(dice.of(0, 4) as u32)
        .price(dice.maybe(price))
        .health(health(&dice))
        .offer(offer(&dice))
}

fn price(dice: &Dice) -> Price {
    let rate = || {
        Money::from_atto(match dice.of(0, 12) {
            0 => 0,
            1 => u128::MAX,
            cents => Money::cents_per_million(cents).as_atto(),
        })
    };
    Price {
        input: rate(),
        output: rate(),
        cache_read: dice.maybe(|_| rate()),
        cache_write: dice.maybe(|_| rate()),
        request: dice.maybe(|_| rate()),
        ..Price::FREE
    }
}

fn health(dice: &Dice) -> Health {
    let time = || match dice.of(0, 10) {
        0 => Duration::ZERO,
        1 => Duration::MAX,
        tenths => Duration::from_millis(100 * tenths),
    };
    let until = || dice.maybe(|dice| epoch() + Duration::from_secs(dice.of(0, 3)));
    let mut health = Health::new()
        .latency(dice.maybe(|_| time()))
        .resting_until(until())
        .asked_until(until())
        .attempts(dice.pick(&[0, 1, 7, 40, 1_000, u32::MAX]))
        .failures(dice.pick(&[0, 0, 5, 20, 500, 1_000, u32::MAX]))
        .malformed(dice.pick(&[0, 0, 50, 1_000]))
        .running(dice.pick(&[0, 0, 1, 9, 40, u32::MAX]));
    if dice.of(0, 2) == 0 {
        let [p50, p75, p90, p99] = [time(), time(), time(), time()];
        health = health.latencies(Percentiles { p50, p75, p90, p95: p99, p99 });
    }
    health = health.room(dice.maybe(|dice| dice.pick(&[0, 0, 1, u32::MAX])));
    let speed = dice.pick(&[0, 1, 900, 50_000, u32::MAX]);
    health.throughputs(dice.maybe(|_| Percentiles::of(speed)))
}

fn offer(dice: &Dice) -> Offer {
    let can = || dice.maybe(|dice| dice.of(0, 2) == 0);
    let modalities = || match dice.of(0, 3) {
        0 => vec![Modality::Text],
        1 => vec![Modality::Text, Modality::Image, Modality::Audio],
        _ => Vec::new(),
    };
    Offer {
        context: dice.maybe(|dice| dice.pick(&[0, 10, 1_000, u64::MAX])),
        output: dice.maybe(|dice| dice.pick(&[0, 10, 1_000, u64::MAX])),
        reads: modalities(),
        writes: modalities(),
        tools: can(),
        forced_tools: can(),
        parallel_tools: can(),
        schema: can(),
        reasoning: can(),
        sampling: can(),
        prefill: can(),
        score: dice.maybe(|dice| dice.of(0, 4) as u32 * 250),
        released: dice.maybe(|dice| 20_000 + dice.of(0, 3) as u32),
        ..Offer::default()
    }
}

pub(in crate::policies) fn request(number: u64) -> Request {
    let dice = Dice(random(2, number).into());
    let mut request = Request::new("m").user("word ".repeat(dice.of(0, 20) as usize));
    if dice.of(0, 3) == 0 {
        request = request.user(Image::new(Media::bytes("image/png", "bytes")));
    }
    if dice.of(0, 3) == 0 {
        request = request.tool(Tool::function("look", Json::new("{}").unwrap()));
        request.tool_choice = dice.maybe(|_| ToolChoice::Required);
        request.parallel = dice.maybe(|_| Parallel::Forbid);
    }
    if dice.of(0, 3) == 0 {
        let schema = Schema::new("city", Json::new("{}").unwrap());
        request = request.output(OutputFormat::JsonSchema(schema));
    }
    if dice.of(0, 4) == 0 {
        request = request.assistant("Well,");
    }
    if dice.of(0, 4) == 0 {
        request = request.modalities([Modality::Text, Modality::Audio]);
    }
    request.max_tokens = dice.maybe(|dice| dice.pick(&[1, 100, 100_000, u64::MAX]));
    request.sampling.temperature = dice.maybe(|_| 0.5);
    request.thinking.budget = dice.maybe(|_| 1_000);
    request
}

/// Numbers that follow from a seed, one after the other.
struct Dice(std::cell::Cell<u64>);

impl Dice {
    /// From `least` to below `most`.
    fn of(&self, least: u64, most: u64) -> u64 {
        self.0.set(random(self.0.get(), 3));
        least + self.0.get() % (most - least)
    }

    fn pick<T: Copy>(&self, of: &[T]) -> T {
        of[self.of(0, of.len() as u64) as usize]
    }

    /// In two of three cases.
    fn maybe<T>(&self, what: impl FnOnce(&Self) -> T) -> Option<T> {
        (self.of(0, 3) > 0).then(|| what(self))
    }
}
