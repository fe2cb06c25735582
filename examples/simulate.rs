//! Rehearses six policies through a day on which much goes wrong, and the month's bill of a smaller model for easy requests.
//!
//! ```sh
//! cargo run --release --example simulate            # or with the number of requests
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what an example does")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use nohop::policy::{
    Candidate, Candidates, Context, Hedge, Limits, Policy, available, by, cheapest, fastest, top,
    weighted,
};
use nohop_pricing::Catalog;
use nohop_sim::{Provider, Rehearsal, Report, Spread, Target, Traffic, Trouble, World, svg, table};

const HOUR: Duration = Duration::from_secs(3_600);

fn main() -> Result<(), Box<dyn Error>> {
    // What is not optimized takes its time over a million.
    let usual = if cfg!(debug_assertions) { 10_000 } else { 1_000_000 };
    let requests = std::env::args().nth(1).map_or(Ok(usual), |count| count.parse())?;
    a_bad_day(requests)?;
    println!();
    a_month(requests)
}

/// A thousand endpoints and fifty models: the largest is out for four hours, another becomes cheaper, one slow, and one
/// turns most calls away.
fn a_bad_day(requests: usize) -> Result<(), Box<dyn Error>> {
    let mut world = World::made_up(7, 1_000, 50, 30);
    let troubles = [
        ("p0", Trouble::outage(HOUR * 6, HOUR * 10)),
        ("p2", Trouble::slow(HOUR * 13, HOUR * 17, 8.0)),
        ("p3", Trouble::storm(HOUR * 18, HOUR * 20, 800, Some(Duration::from_secs(20)))),
    ];
    for (name, trouble) in troubles {
        world.provider(name).ok_or("there is no such provider")?.troubles.push(trouble);
    }
    for target in world.targets().filter(|target| target.name.ends_with("@p1")) {
        let cut = target.price.clone().map(|mut price| {
            (price.input, price.output) = (half(price.input), half(price.output));
            (HOUR * 11, price)
        });
        target.changes.extend(cut);
    }
    let models = world.models().map(str::to_owned).collect::<Vec<_>>();
    let workload = Traffic { requests, ..Traffic::of(models) }.make(7);
    let rehearsal = Rehearsal::new(world, workload, Instant::now()).seed(7);
    let hedged = Limits { hedge: Some(Hedge::After(Duration::from_secs(2))), ..Limits::DEFAULT };

    let plain = |policy: Box<dyn Policy>| (rehearsal.clone(), policy);
    let began = Instant::now();
    let reports = rehearse(vec![
        plain(Box::new(available())),
        plain(Box::new(available().then(by(weighted())))),
        plain(Box::new(available().then(by(cheapest())))),
        plain(Box::new(available().then(by(fastest())))),
        plain(Box::new(available().then(top(5, cheapest())).then(by(fastest())))),
        (
            rehearsal.clone().limits(hedged),
            Box::new(available().then(by(cheapest())).named("cheapest, hedged after 2 s")),
        ),
    ]);
    println!("{requests} requests in a day, among 1,000 endpoints and 50 models:\n");
    print!("{}", table(&reports));
    let path = std::env::temp_dir().join("nohop-simulate.svg");
    std::fs::write(&path, svg(&reports))?;
    println!("\nover time: {}", path.display());
    let worked = worked().map(|seconds| format!(", {seconds:.1} s of work")).unwrap_or_default();
    eprintln!("took {:.1} s{worked}", began.elapsed().as_secs_f64());
    Ok(())
}

/// A hundred thousand requests a day, by the prices of the catalog: all of them to a strong model, or what seems easy to a
/// smaller one, whose answers are looked at before they are delivered.
fn a_month(requests: usize) -> Result<(), Box<dyn Error>> {
    const DAYS: u32 = 30;
    let requests = requests.min(100_000);
    let catalog = Catalog::bundled();
    let listed = |native, skill| {
        let target = Target::listed(&catalog, "anthropic", native);
        let target = target.ok_or("the catalog does not know what it charges")?;
        Ok::<_, &str>(Target { model: "chat".to_owned(), skill, ..target })
    };
    // The smaller model answers three of four well enough; a classifier that errs by a twentieth guesses which.
    let targets = [listed("claude-sonnet-4-5", 1_000)?, listed("claude-haiku-4-5", 750)?];
    let provider = Provider { throughput: Spread::of(70.0, 120.0), ..Provider::new("anthropic") };
    let world = World::new([provider], targets)?.date(SystemTime::now());
    let traffic = Traffic { requests, judged: Some(50), ..Traffic::of(["chat"]) };
    let rehearsal = Rehearsal::new(world, traffic.make(7), Instant::now()).seed(7);

    let strong = |candidate: &Candidate| candidate.target.starts_with("claude-sonnet");
    let all_strong = move |_: &Context<'_>, list: &mut Candidates<'_>| list.retain(strong);
    let by_difficulty = move |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let hard = cx
            .tag("difficulty")
            .and_then(|tag| tag.parse().ok())
            .is_none_or(|hard: u32| hard >= 800);
        list.sort_by_key(|candidate| strong(candidate) != hard);
    };
    let reports = rehearse(vec![
        (rehearsal.clone(), Box::new(all_strong.named("all to the strong model")) as _),
        (rehearsal, Box::new(by_difficulty.named("four fifths to the small one")) as _),
    ]);
    println!("{requests} requests a day for a month of {DAYS} days, at the catalog's prices:\n");
    for report in &reports {
        let month = |money: nohop::Money| (money * u64::from(DAYS)).as_atto() / 10_u128.pow(18);
        println!(
            "{:30} ${:>9}   content p50 {:.2} s   {:.1} % asked again, for ${}",
            report.policy,
            month(report.cost),
            report.content.p50.as_secs_f64(),
            100.0 * report.escalated as f64 / report.requests as f64,
            month(report.escalations),
        );
    }
    Ok(())
}

/// Runs each policy, on as many threads as there are.
fn rehearse(policies: Vec<(Rehearsal, Box<dyn Policy>)>) -> Vec<Report> {
    let count = policies.len();
    let waiting: Vec<_> = policies.into_iter().map(|it| Mutex::new(Some(it))).collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(slot) = waiting.get(place) else { break };
                    let taken = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let Some((rehearsal, policy)) = taken else { continue };
                    let report = rehearsal.run(policy);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(place, report);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// How many seconds this program has worked on all cores, where the system tells it as Linux does.
fn worked() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut hundredths = || fields.next()?.parse::<f64>().ok();
    Some((hundredths()? + hundredths()?) / 100.0)
}

fn half(price: nohop::Money) -> nohop::Money {
    nohop::Money::from_atto(price.as_atto() / 2)
}
