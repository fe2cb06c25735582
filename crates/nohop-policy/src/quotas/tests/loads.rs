//! Random loads against every kind of quota, in made-up time.

use super::*;
use crate::random::random;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// One request of a load.
struct Spec {
    choices: Vec<Candidate>,
    tags: BTreeMap<String, String>,
    route: Option<&'static str>,
    priority: Priority,
    needs: Needs,
    used: Option<Needs>,
    runs: Duration,
    /// When it gives up, if it does.
    leaves: Option<Duration>,
}

enum Event {
    Arrives(u32),
    Looks(u32),
    Ends(u32),
    Leaves(u32),
}

/// What was admitted: everything, and for ever.
struct Admitted {
    who: u32,
    choice: usize,
    at: Instant,
    uses: Vec<(Instant, Needs, u128)>,
    over: bool,
}

/// A load in made-up time.
struct Load {
    quotas: Quotas<u32>,
    specs: Vec<Spec>,
    events: BTreeMap<(Instant, u64), Event>,
    came: u64,
    tickets: BTreeMap<u32, (Ticket, Instant)>,
    held: BTreeMap<u32, Held>,
    admitted: Vec<Admitted>,
    left: u32,
    longest: Duration,
}

impl Load {
    fn at(&mut self, at: Instant, event: Event) {
        self.came += 1;
        self.events.insert((at, self.came), event);
    }

    fn wake(&mut self, now: Instant, woken: Vec<u32>) {
        for who in woken {
            self.at(now, Event::Looks(who));
        }
    }

    fn admit(&mut self, now: Instant, who: u32, choice: usize, held: Held) {
        let uses = vec![(now, held.needs(), 1)];
        self.admitted.push(Admitted { who, choice, at: now, uses, over: false });
        self.held.insert(who, held);
        let runs = self.specs[who as usize].runs;
        self.at(now + runs, Event::Ends(who));
        if let Some((_, since)) = self.tickets.remove(&who) {
            self.longest = self.longest.max(now - since);
        }
    }

    fn arrive(&mut self, now: Instant, who: u32) {
        let spec = &self.specs[who as usize];
        let ask = |candidate| {
            let ask = Ask::new(candidate, &spec.tags, spec.needs);
            ask.route(spec.route).priority(spec.priority)
        };
        let asks: Vec<_> = spec.choices.iter().map(ask).collect();
        let (mut woken, mut taken) = (Vec::new(), None);
        for (choice, ask) in asks.iter().enumerate() {
            let (held, more) = self.quotas.take(now, ask);
            woken.extend(more);
            if let Ok(held) = held {
                taken = Some((choice, held));
                break;
            }
        }
        match taken {
            Some((choice, held)) => self.admit(now, who, choice, held),
            None => {
                let leaves = spec.leaves;
                let ticket = self.quotas.wait(now, now + DAY, &asks, who).unwrap();
                self.tickets.insert(who, (ticket, now));
                woken.push(who);
                if let Some(leaves) = leaves {
                    self.at(now + leaves, Event::Leaves(who));
                }
            }
        }
        self.wake(now, woken);
    }

    fn step(&mut self, now: Instant, event: Event) {
        match event {
            Event::Arrives(who) => self.arrive(now, who),
            Event::Looks(who) => {
                let Some((ticket, _)) = self.tickets.get(&who).copied() else { return };
                let (look, woken) = self.quotas.look(now, ticket, who);
                self.wake(now, woken);
                match look {
                    Look::Room(choice, held) => self.admit(now, who, choice, held),
                    Look::Wait(Some(until)) => {
                        assert!(until > now, "it looks again at once, for ever");
                        self.at(until, Event::Looks(who));
                    }
                    Look::Wait(None) => {}
                }
            }
            Event::Ends(who) => {
                let held = self.held.remove(&who).unwrap();
                let used = self.specs[who as usize].used;
                let admitted = self.admitted.iter_mut().find(|it| it.who == who).unwrap();
                admitted.over = true;
                let needs = held.needs();
                match used {
                    None => admitted.uses.clear(),
                    Some(used) => {
                        let less = Needs {
                            tokens: needs.tokens.min(used.tokens),
                            money: needs.money.min(used.money),
                        };
                        let more = Needs {
                            tokens: used.tokens.saturating_sub(needs.tokens),
                            money: used.money.zip(needs.money).map(|(used, held)| used - held),
                        };
                        admitted.uses = vec![(admitted.at, less, 1), (now, more, 0)];
                    }
                }
                let woken = match used {
                    None => self.quotas.release(now, held),
                    Some(used) => self.quotas.settle(now, held, used),
                };
                self.wake(now, woken);
            }
            Event::Leaves(who) => {
                let Some((ticket, _)) = self.tickets.remove(&who) else { return };
                self.left += 1;
                let woken = self.quotas.leave(now, ticket);
                self.wake(now, woken);
            }
        }
    }

    /// Holds the sums of everything that was ever admitted to a quota that is told in other words.
    fn check(&self, now: Instant, told: &Told) {
        let mut sums: BTreeMap<String, (u128, u128, u128, u64)> = BTreeMap::new();
        for it in &self.admitted {
            let spec = &self.specs[it.who as usize];
            let Some(which) = (told.which)(spec, &spec.choices[it.choice]) else { continue };
            let sum = sums.entry(which).or_default();
            sum.3 += u64::from(!it.over);
            for (at, needs, requests) in &it.uses {
                if *at + told.window > now {
                    sum.0 += requests;
                    sum.1 += u128::from(needs.tokens);
                    sum.2 += needs.money.unwrap_or_default().as_atto();
                }
            }
        }
        for (which, (requests, tokens, money, running)) in sums {
            let most = &told.most;
            let fits =
                requests <= most.0 && tokens <= most.1 && money <= most.2 && running <= most.3;
            assert!(fits, "{} {which}: {requests} {tokens} {money} {running}", told.name);
        }
    }
}

type Which = fn(&Spec, &Candidate) -> Option<String>;

/// A quota in other words.
struct Told {
    name: &'static str,
    quota: Quota,
    which: Which,
    window: Duration,
    /// Requests, tokens, money, attempts at once.
    most: (u128, u128, u128, u64),
}

const NONE: (u128, u128, u128, u64) = (u128::MAX, u128::MAX, u128::MAX, u64::MAX);

fn kinds() -> Vec<Told> {
    let cents = |cents: u64| Money::cents_per_million(cents * 1_000_000);
    let told =
        |name, quota: Quota, which: Which, window, most| Told { name, quota, which, window, most };
    vec![
        told(
            "requests of an endpoint",
            Quota::endpoint("e").requests(7, SECOND * 10),
            |_, it| (&*it.endpoint == "e").then(String::new),
            SECOND * 10,
            (7, NONE.1, NONE.2, NONE.3),
        ),
        told(
            "tokens of a target",
            Quota::target("n@f").tokens(5_000, SECOND * 20),
            |_, it| (&*it.target == "n@f").then(String::new),
            SECOND * 20,
            (NONE.0, 5_000, NONE.2, NONE.3),
        ),
        told(
            "money of a route",
            Quota::route("fast").money(cents(90), MINUTE),
            |spec, _| spec.route.map(str::to_owned),
            MINUTE,
            (NONE.0, NONE.1, cents(90).as_atto(), NONE.3),
        ),
        told(
            "attempts at once of each key",
            Quota::keys("e").running(2),
            |_, it| (&*it.endpoint == "e").then(|| it.key.to_string()),
            SECOND,
            (NONE.0, NONE.1, NONE.2, 2),
        ),
        told(
            "requests and tokens of each user",
            Quota::tag("user").requests(5, SECOND * 30).tokens(9_000, SECOND * 30),
            |spec, _| spec.tags.get("user").cloned(),
            SECOND * 30,
            (5, 9_000, NONE.2, NONE.3),
        ),
        told(
            "attempts at once of a model",
            Quota::model("m").running(3),
            |_, it| (&*it.model == "m").then(String::new),
            SECOND,
            (NONE.0, NONE.1, NONE.2, 3),
        ),
        told(
            "everything",
            Quota::all().requests(12, SECOND * 10).running(8),
            |_, _| Some(String::new()),
            SECOND * 10,
            (12, NONE.1, NONE.2, 8),
        ),
    ]
}

/// A request that follows from a number.
fn spec(seed: u64, number: u64) -> Spec {
    let draw = |what: u64, most: u64| random(seed, number * 16 + what) % most;
    let places = ["m@e", "n@e", "m@f", "n@f"];
    let choice = |what| {
        let target = places[draw(what, 4) as usize];
        Candidate::new(target).key(draw(what + 1, 2) as u32)
    };
    let choices = (0..=draw(0, 2)).map(|index| choice(1 + 2 * index)).collect();
    let needs = Needs {
        tokens: 100 + draw(5, 1_900),
        money: Some(Money::cents_per_million((1 + draw(6, 20)) * 1_000_000)),
    };
    // Estimates are upper bounds here, so that no sum may ever be over.
    let used = Needs {
        tokens: needs.tokens * draw(7, 101) / 100,
        money: needs.money.map(|money| Money::from_atto(money.as_atto() / 100) * draw(8, 101)),
    };
    Spec {
        choices,
        tags: match draw(9, 3) {
            0 => BTreeMap::new(),
            user => tags(&user.to_string()),
        },
        route: (draw(10, 2) == 0).then_some("fast"),
        priority: [Priority::Low, Priority::Normal, Priority::High][draw(11, 3) as usize],
        needs,
        used: (draw(12, 8) > 0).then_some(used),
        runs: Duration::from_millis(draw(13, 4_000)),
        leaves: (draw(14, 6) == 0).then(|| Duration::from_millis(draw(15, 20_000))),
    }
}

/// Runs a load to its end, and says for how long anybody waited.
fn run(seed: u64, told: &[Told], requests: u64, apart: Duration) -> Duration {
    let start = epoch();
    let quotas = Quotas::new(told.iter().map(|told| told.quota.clone())).most_waiting(usize::MAX);
    let mut load = Load {
        quotas,
        specs: (0..requests).map(|number| spec(seed, number)).collect(),
        events: BTreeMap::new(),
        came: 0,
        tickets: BTreeMap::new(),
        held: BTreeMap::new(),
        admitted: Vec::new(),
        left: 0,
        longest: Duration::ZERO,
    };
    let mut at = start;
    for who in 0..requests as u32 {
        at += apart * (random(seed ^ 1, who.into()) % 200) as u32 / 100;
        load.at(at, Event::Arrives(who));
    }
    let mut steps = 0_u64;
    while let Some(((now, _), event)) = load.events.pop_first() {
        let known = load.admitted.len();
        load.step(now, event);
        if load.admitted.len() > known {
            told.iter().for_each(|told| load.check(now, told));
        }
        steps += 1;
    }
    assert_eq!(load.admitted.len() as u64 + u64::from(load.left), requests, "somebody starved");
    assert_eq!((load.quotas.running(), load.quotas.waiting()), (0, 0));
    assert!(load.held.is_empty() && load.tickets.is_empty());
    // Nobody polls: each is woken a few times.
    assert!(steps < requests * 16, "{steps} steps for {requests} requests");
    load.longest
}

#[test]
fn a_load_on_each_kind_of_quota_is_never_one_over_and_starves_nobody() {
    for told in kinds() {
        for seed in 0..4 {
            run(seed, std::slice::from_ref(&told), 400, SECOND);
        }
    }
}

#[test]
fn a_load_on_all_quotas_at_once_is_never_one_over_and_starves_nobody() {
    let longest = (10..16).map(|seed| run(seed, &kinds(), 500, SECOND * 4)).max().unwrap();
    assert!(longest < MINUTE * 30, "somebody waited for {longest:?}");
}

#[test]
fn a_backlog_goes_on_in_its_order_as_fast_as_the_quota_allows() {
    let (start, tags, candidate) = (epoch(), BTreeMap::new(), Candidate::new("m@e"));
    let quotas = Quotas::new([Quota::endpoint("e").requests(10, SECOND)]);
    let ask = Ask::new(&candidate, &tags, Needs::default());
    let first: Vec<_> = (0..10).map(|_| quotas.take(start, &ask).0.unwrap()).collect();
    first.into_iter().for_each(|held| drop(quotas.settle(start, held, Needs::default())));
    let tickets: Vec<_> =
        (0..95).map(|who| quotas.wait(start, start + MINUTE, &[ask], who).unwrap()).collect();
    let mut went = Vec::new();
    for second in 1..=10 {
        let now = start + SECOND * second;
        // The first that looks makes room for all whose turn has come.
        for (who, ticket) in tickets.iter().enumerate().skip(went.len()) {
            let Ok(held) = looks(&quotas, now, *ticket, who as u32) else { break };
            drop(quotas.settle(now, held, Needs::default()));
            went.push(second);
        }
    }
    let expected: Vec<_> = (0..95).map(|who| who / 10 + 1).collect();
    assert_eq!(went, expected);
}
