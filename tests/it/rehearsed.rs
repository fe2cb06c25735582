//! What a rehearsal says comes true: the real router, asked the same by a paused clock, meets emulators that are as fast and
//! as faulty as the made-up providers, and both come to the same figures.
//!
//! A hundredth of the example's scale: ten endpoints, and as many thousand requests where `NOHOP_REHEARSED` says so.

#![allow(clippy::print_stdout, reason = "figures that a test holds are worth reading")]

use std::sync::Arc;
use std::time::Duration;

use nohop::ledger::Memory;
use nohop::policy::{Hedge, Limits, Policy, Price, available, by, cheapest, first, weighted};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Route, Router, Target};
use nohop_sim::{self as sim, Arrival, Rehearsal, Report, Spread, Trouble, Workload, World};
use nohop_testkit::{Emulator, Fault, RetryAfter, Script};
use tokio::time::{Instant, sleep_until};

const NAMES: [&str; 10] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"];
const HOUR: Duration = Duration::from_secs(3_600);

/// Every answer has fifty tokens, ten in a piece, and a piece each tenth of a second.
const TOKENS: u64 = 50;
const PIECE: Duration = Duration::from_millis(100);

/// How a provider is, besides that it is slower and dearer than the one before.
#[derive(Clone, Copy, Default)]
struct Manner {
    /// Of a thousand calls, how many fail.
    errors: u32,
    trouble: Option<Trouble>,
}

/// What the router and the rehearsal must agree on.
struct Seen {
    answered: f64,
    amplification: f64,
    /// Dollars.
    cost: f64,
    /// Of the first content, in seconds: p50, p90 and p99.
    content: [f64; 3],
    /// Of the whole answer.
    total: [f64; 3],
    shares: Vec<f64>,
}

#[test]
fn an_outage_is_as_rehearsed() {
    let mut manners = [Manner { errors: 5, trouble: None }; 10];
    manners[0].trouble = Some(Trouble::outage(HOUR * 8, HOUR * 12));
    check(manners, Limits::DEFAULT, || available().then(by(cheapest())));
}

#[test]
fn a_storm_of_limits_is_as_rehearsed() {
    let mut manners = [Manner { errors: 20, trouble: None }; 10];
    let retry = Some(Duration::from_secs(20));
    manners[0].trouble = Some(Trouble::storm(HOUR * 10, HOUR * 16, 700, retry));
    check(manners, Limits::DEFAULT, || available().then(by(weighted())));
}

#[test]
fn hedges_around_a_slow_provider_are_as_rehearsed() {
    let mut manners = [Manner { errors: 10, trouble: None }; 10];
    manners[0].trouble = Some(Trouble::slow(HOUR * 10, HOUR * 14, 8.0));
    let limits = Limits { hedge: Some(Hedge::After(Duration::from_secs(1))), ..Limits::DEFAULT };
    check(manners, limits, first);
}

/// Holds the router to what is rehearsed, within a twentieth.
fn check<P: Policy>(manners: [Manner; 10], limits: Limits, policy: impl Fn() -> P) {
    let asks = asks();
    let rehearsed = rehearsed(&manners, &asks, limits, policy());
    let real = real(&manners, &asks, limits, policy());

    let mut figures = vec![
        ("answered", rehearsed.answered, real.answered),
        ("calls for a request", rehearsed.amplification, real.amplification),
        ("cost", rehearsed.cost, real.cost),
        ("first content p50", rehearsed.content[0], real.content[0]),
        ("total p50", rehearsed.total[0], real.total[0]),
    ];
    // Of a few thousand, the slowest are too few for a figure.
    if asks.len() >= 10_000 {
        figures.push(("first content p90", rehearsed.content[1], real.content[1]));
        figures.push(("total p90", rehearsed.total[1], real.total[1]));
        figures.push(("first content p99", rehearsed.content[2], real.content[2]));
        figures.push(("total p99", rehearsed.total[2], real.total[2]));
    }
    for (name, rehearsed, real) in &figures {
        println!("{name:20} rehearsed {rehearsed:10.4}  real {real:10.4}");
    }
    println!("shares: {:.3?} {:.3?}", rehearsed.shares, real.shares);
    for (name, rehearsed, real) in figures {
        assert!((rehearsed / real - 1.0).abs() < 0.05, "{name}: {rehearsed} for {real}");
    }
    for (name, (rehearsed, real)) in NAMES.iter().zip(rehearsed.shares.iter().zip(real.shares)) {
        assert!((rehearsed - real).abs() < 0.05, "{name} gets {rehearsed} for {real}");
    }
}

/// A day of requests, evenly spread.
fn asks() -> Vec<Arrival> {
    let count = std::env::var("NOHOP_REHEARSED").ok().and_then(|count| count.parse().ok());
    let count: u32 = count.unwrap_or(2_000);
    let ask = |place: u32| {
        let at = HOUR * 24 / count * place;
        Arrival { input: 1_000, output: TOKENS, ..Arrival::new(at, "m") }
    };
    (0..count).map(ask).collect()
}

/// Half of the first contents of a provider come within so many milliseconds; all but one of a hundred, within 1.6 times that.
fn usual(place: usize) -> f64 {
    300.0 + 60.0 * place as f64
}

fn weight(place: usize) -> u32 {
    10 - place as u32
}

fn price(place: usize) -> Price {
    let cents = 100 + 20 * place as u64;
    Price {
        input: Money::cents_per_million(cents),
        output: Money::cents_per_million(4 * cents),
        ..Price::FREE
    }
}

fn rehearsed(manners: &[Manner], asks: &[Arrival], limits: Limits, policy: impl Policy) -> Seen {
    let providers = manners.iter().zip(NAMES).enumerate().map(|(place, (manner, name))| {
        let pace = TOKENS as f64 / (PIECE.as_secs_f64() * 4.0);
        sim::Provider {
            first_content: Spread::of(usual(place), usual(place) * 1.6),
            throughput: Spread::exactly(pace),
            refusal: Spread::exactly(0.0),
            errors: manner.errors,
            troubles: manner.trouble.into_iter().collect(),
            ..sim::Provider::new(name)
        }
    });
    let targets = NAMES.iter().enumerate().map(|(place, name)| sim::Target {
        price: Some(price(place)),
        weight: weight(place),
        ..sim::Target::new(format!("m@{name}"))
    });
    let world = World::new(providers, targets).unwrap();
    let workload = Workload::new(asks.iter().cloned());
    let rehearsal = Rehearsal::new(world, workload, std::time::Instant::now()).seed(11);
    let report: Report = rehearsal.limits(limits).run(policy);
    let sizes = |sizes: sim::Sizes| [sizes.p50, sizes.p90, sizes.p99].map(|it| it.as_secs_f64());
    Seen {
        answered: report.availability(),
        amplification: report.amplification(),
        cost: dollars(report.cost),
        content: sizes(report.content),
        total: sizes(report.total),
        shares: NAMES.iter().map(|name| report.share(name)).collect(),
    }
}

fn real(manners: &[Manner], asks: &[Arrival], limits: Limits, policy: impl Policy) -> Seen {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut emulators = Vec::new();
        for (place, manner) in manners.iter().enumerate() {
            let script = script(place, asks.len(), manner, None);
            emulators.push(Arc::new(script.start().await.unwrap()));
        }
        let ledger = Arc::new(Memory::new());
        let targets = NAMES.iter().enumerate();
        let targets = targets.map(|(place, name)| {
            Target::new(format!("m@{name}")).price(price(place)).weight(weight(place))
        });
        let route = Route::new("m", targets).policy(policy).limits(limits);
        let mut builder = Router::builder().route(route).ledger(ledger.clone());
        for (name, emulator) in NAMES.into_iter().zip(&emulators) {
            let url = emulator.url() + "/v1";
            let endpoint = Endpoint::new(table::OPENAI).id(name).base_url(url).key("sk-any");
            builder = builder.endpoint(endpoint);
        }
        let router = builder.build().unwrap();

        let began = Instant::now();
        for (place, (emulator, manner)) in emulators.iter().zip(manners).enumerate() {
            if let Some(trouble) = manner.trouble {
                let manner = *manner;
                let (emulator, calls) = (emulator.clone(), asks.len());
                tokio::spawn(async move {
                    sleep_until(began + trouble.from).await;
                    emulator.becomes(script(place, calls, &manner, Some(&trouble)));
                    sleep_until(began + trouble.until).await;
                    emulator.becomes(script(place, calls, &manner, None));
                });
            }
        }
        let requests = asks.iter().map(|ask| {
            let (router, at) = (router.clone(), began + ask.at);
            tokio::spawn(async move {
                sleep_until(at).await;
                let request = Request::new("m").user("Well?");
                let answer = router.stream(request).await.ok()?;
                let content = at.elapsed();
                answer.response().await.ok()?;
                Some((content, at.elapsed()))
            })
        });
        let requests: Vec<_> = requests.collect();
        let (mut contents, mut totals) = (Vec::new(), Vec::new());
        for request in requests {
            if let Some((content, total)) = request.await.unwrap() {
                contents.push(content);
                totals.push(total);
            }
        }
        let calls: Vec<_> = emulators.iter().map(|it| it.journal().calls() as f64).collect();
        let all: f64 = calls.iter().sum();
        Seen {
            answered: contents.len() as f64 / asks.len() as f64,
            amplification: all / asks.len() as f64,
            cost: dollars(ledger.spent()),
            content: percentiles(contents),
            total: percentiles(totals),
            shares: calls.iter().map(|calls| calls / all).collect(),
        }
    })
}

/// What an emulator does with each of so many calls, by a sequence of chance that is no rehearsal's.
fn script(place: usize, calls: usize, manner: &Manner, trouble: Option<&Trouble>) -> Script {
    let mut chance = Chance((place as u64 + 1) << 32 | 77);
    let words = "blue ".repeat(TOKENS as usize);
    let script = Emulator::openai().says(words.trim_end()).usage(1_000, TOKENS);
    let script = script.tokens_per_event(10).remembers(1);
    let mut pause = PIECE;
    let faults: Vec<_> = (0..calls * 2)
        .map(|_| {
            let deviation = 1.6_f64.ln() / 2.326;
            let mut late = usual(place) / 1_000.0 * (deviation * chance.normal()).exp();
            let (fails, stormy) = (chance.unit(), chance.unit());
            match trouble.map(|trouble| trouble.what) {
                Some(sim::Fault::Down(_)) => return Fault::ServerError,
                Some(sim::Fault::Limits { of_a_thousand, retry_after })
                    if stormy * 1_000.0 < f64::from(of_a_thousand) =>
                {
                    let after = retry_after.unwrap_or_default();
                    return Fault::RateLimited(RetryAfter::Seconds(after));
                }
                Some(sim::Fault::Slow(times)) => {
                    late *= times;
                    pause = PIECE.mul_f64(times);
                }
                _ => {}
            }
            match fails * 1_000.0 < f64::from(manner.errors) {
                true => Fault::ServerError,
                false => Fault::Late(Duration::from_secs_f64(late)),
            }
        })
        .collect();
    script.pause(pause).faults(faults)
}

fn percentiles(mut times: Vec<Duration>) -> [f64; 3] {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1].as_secs_f64();
    [50, 90, 99].map(at)
}

fn dollars(money: Money) -> f64 {
    money.as_atto() as f64 / Money::DOLLAR.as_atto() as f64
}

/// Chance of its own, so that what agrees does not agree by being the same.
struct Chance(u64);

impl Chance {
    fn unit(&mut self) -> f64 {
        // Xorshift, as Marsaglia has it.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (far, angle) = (1.0 - self.unit(), self.unit());
        (-2.0 * far.ln()).sqrt() * (std::f64::consts::TAU * angle).sin()
    }
}
