//! What it saves to keep conversations where their caches are warm, by the prices of real offers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nohop::policy::{
    Attempt, Candidate, Candidates, Context, Outcome, Policy, Price, by, cheapest, sticky, weighted,
};
use nohop_pricing::{Card, Catalog, Class, Form, Meter, Offer};
use nohop_types::{Money, Request, Usage};

/// How many conversations are simulated.
const CONVERSATIONS: u64 = 10_000;

/// How long a provider keeps a prompt.
const KEPT: Duration = Duration::from_secs(300);

#[test]
fn sticky_costs_no_conversation_more_than_the_cheapest_each_time() {
    let sums = simulate("cheapest", Outages::None, || by(cheapest()));
    assert_eq!(sums.dearer, 0);
    assert!(sums.kept < sums.each_time);
}

#[test]
fn where_providers_are_away_now_and_then_sticky_costs_less_than_the_cheapest_each_time() {
    // Of one conversation it may cost more: whom it stays with may be away the turn after.
    let sums = simulate("cheapest, with outages", Outages::Some, || by(cheapest()));
    assert!(sums.kept < sums.each_time);
    assert!(sums.dearer * 8 < sums.cheaper);
}

#[test]
fn where_requests_are_spread_sticky_costs_far_less() {
    let sums = simulate("spread by weight", Outages::Some, || by(weighted()));
    assert!(sums.saved() > 100);
}

/// What conversations cost where a policy decides each time, and where it is sticky.
#[derive(Default)]
struct Sums {
    each_time: Money,
    kept: Money,
    /// How many conversations cost more with sticky, and how many less.
    dearer: u32,
    cheaper: u32,
}

impl Sums {
    /// How many thousandths were saved.
    fn saved(&self) -> u128 {
        (self.each_time - self.kept).as_atto() / (self.each_time.as_atto() / 1_000).max(1)
    }
}

/// Whether providers are away now and then.
#[derive(Clone, Copy, PartialEq)]
enum Outages {
    None,
    Some,
}

#[allow(clippy::print_stderr, reason = "what is saved is printed")]
fn simulate<P: Policy>(what: &str, outages: Outages, policy: impl Fn() -> P) -> Sums {
    let catalog = Catalog::bundled();
    let markets = markets(&catalog);
    assert!(
        markets.len() >= 20,
        "{} models are offered twice with prices of caches",
        markets.len()
    );
    let began = Instant::now();
    let (plain, sticky) = (policy(), sticky(policy()));
    let mut sums = Sums::default();
    for number in 0..CONVERSATIONS {
        let mut dice = Dice(number);
        let market = &markets[dice.of(markets.len() as u64) as usize];
        let talk = Talk::new(&mut dice, number, outages);
        let each_time = talk.held(&plain, market, began);
        let kept = talk.held(&sticky, market, began);
        (sums.each_time, sums.kept) = (sums.each_time + each_time, sums.kept + kept);
        sums.dearer += u32::from(kept > each_time);
        sums.cheaper += u32::from(kept < each_time);
    }
    let saved = sums.saved();
    eprintln!(
        "{CONVERSATIONS} conversations at {} models, {what}: {} each time, {} with sticky, {}.{} % saved; {} cost less, {} more",
        markets.len(),
        sums.each_time,
        sums.kept,
        saved / 10,
        saved % 10,
        sums.cheaper,
        sums.dearer
    );
    sums
}

/// The offers of each model that several providers offer, one of them at least with a price for its cache.
fn markets(catalog: &Catalog) -> Vec<Vec<Candidate>> {
    let mut models = BTreeMap::<&str, Vec<Candidate>>::new();
    for offer in catalog.offers() {
        let (Some(model), Some(price)) = (offer.model(), price(offer)) else { continue };
        let target = format!("{}@{}", offer.native(), offer.provider());
        let offers = models.entry(model.slug()).or_default();
        offers.push(Candidate::new(target).price(price));
    }
    let cached = |it: &Candidate| {
        it.price.as_ref().is_some_and(|price| price.cache_read < Some(price.input))
    };
    let caches = |offers: &Vec<Candidate>| offers.len() > 1 && offers.iter().any(cached);
    models.into_values().filter(caches).collect()
}

/// What a token costs of an offer that charges by tokens alone.
fn price(offer: Offer<'_>) -> Option<Price> {
    let card = offer.card();
    let price = Price {
        input: rate(card, Class::Input)?,
        output: rate(card, Class::Output)?,
        // Where nobody says what a cache costs, there is none.
        cache_read: rate(card, Class::CacheRead),
        ..Price::FREE
    };
    (price.input > Money::ZERO).then_some(price)
}

fn rate(card: Card<'_>, class: Class) -> Option<Money> {
    let of = |form| card.base(Meter::Tokens(class, form));
    of(Form::Any).or_else(|| of(Form::Text))
}

/// A conversation: for each turn the tokens that it adds to the prompt and has in its answer, the pause before it, and who is
/// away.
struct Talk {
    number: u64,
    turns: Vec<Turn>,
}

struct Turn {
    prompt: u64,
    answer: u64,
    pause: Duration,
    /// Which of the candidates can not be asked.
    away: Option<u64>,
}

impl Talk {
    fn new(dice: &mut Dice, number: u64, outages: Outages) -> Self {
        let turns = 1 + dice.of(20);
        let begins = 200 * (1 + dice.of(100));
        let turn = |place: u64| Turn {
            prompt: if place == 0 { begins } else { 20 + dice.of(2_000) },
            answer: 20 + dice.of(1_500),
            // One in eight is after a break that no cache outlives.
            pause: Duration::from_secs(if dice.of(8) == 0 { 3_600 } else { dice.of(120) }),
            away: (dice.of(10) == 0).then(|| dice.of(4)).filter(|_| outages == Outages::Some),
        };
        Self { number, turns: (0..turns).map(turn).collect() }
    }

    /// What the conversation costs in `market` where `policy` decides each time.
    fn held(&self, policy: &impl Policy, market: &[Candidate], began: Instant) -> Money {
        // Where the prompt is, how much of it, and until when.
        let mut caches = BTreeMap::<&str, (u64, Instant)>::new();
        let (mut now, mut tokens, mut cost) = (began, 0, Money::ZERO);
        for (place, turn) in self.turns.iter().enumerate() {
            now += turn.pause;
            tokens += turn.prompt;
            let request = Request::new("m").session(format!("session-{}", self.number));
            let seed = 100 * self.number + place as u64;
            let cx = Context::new(&request, now, seed).tokens(tokens, turn.answer);
            let there = |(place, _): &(usize, &Candidate)| Some(*place as u64) != turn.away;
            let there: Vec<_> =
                market.iter().enumerate().filter(there).map(|(_, it)| it.clone()).collect();
            let list = Candidates::decide(policy, &cx, &there, 1);
            let Some(chosen) = list.iter().next() else { continue };
            let price = chosen.price.clone().expect("all have one");

            let chosen_name = market.iter().find(|it| it.target == chosen.target);
            let name = &*chosen_name.expect("it is of the market").target;
            let warm = caches.get(name).filter(|(_, until)| *until > now);
            let caching =
                price.cache_read.is_some_and(|read| read < price.input) && tokens >= 1_024;
            let read = warm.map_or(0, |(tokens, _)| *tokens).min(tokens);
            let mut usage = Usage::default();
            (usage.input, usage.output) = (Some(tokens - read), Some(turn.answer));
            usage.cache_read = Some(read);
            if caching {
                caches.insert(name, (tokens, now + KEPT));
            }
            cost = cost + price.cost(&usage).expect("it has a price");
            let took = Duration::ZERO;
            policy.observe(&cx, &Attempt::new(chosen, Outcome::Finished, took).usage(&usage));
            tokens += turn.answer;
        }
        cost
    }
}

/// Numbers that follow from a seed, one after the other (SplitMix64).
struct Dice(u64);

impl Dice {
    /// Below `most`.
    fn of(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % most
    }
}
