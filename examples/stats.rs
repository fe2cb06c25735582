//! Shows live what a router knows of its targets: latency, throughput, failures, cost, who rests.
//!
//! ```sh
//! cargo run --example stats            # for half a minute, in a terminal
//! cargo run --example stats -- --once  # a table of two seconds
//! ```
//!
//! Three emulated providers: one is fast and fails now and then, one is steady, one is slow. The fast one has an outage
//! of five seconds.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::fmt::Write;
use std::io::{IsTerminal, stdout};
use std::time::{Duration, Instant};

use nohop::ledger::Figures;
use nohop::policy::{Hedge, Limits, Policy, Price, available, by, fastest};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Result, Route, Router, Target};
use nohop_testkit::{Emulator, Fault, Script};

const TICK: Duration = Duration::from_millis(500);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A pipe gets one table: what is drawn over is for a terminal.
    let once = std::env::args().any(|arg| arg == "--once") || !stdout().is_terminal();
    let fast = || script(60).fault_at(7, unwell());
    let providers = [fast().start().await?, script(120).start().await?, script(250).start().await?];

    let [a, b, c] = providers.each_ref().map(|provider| provider.url() + "/v1");
    let endpoint = |id, url| Endpoint::new(table::OPENAI).id(id).base_url(url).key("any");
    let names = ["gpt@fast", "gpt@steady", "gpt@slow"];
    let cached = Some(Money::cents_per_million(4));
    let price = Price { cache_read: cached, ..Price::cents_per_million(40, 160) };
    let router = Router::builder()
        .endpoint(endpoint("fast", a))
        .endpoint(endpoint("steady", b))
        .endpoint(endpoint("slow", c))
        .route(
            Route::new("chat", names.map(|name| Target::new(name).price(price.clone())))
                .policy(available().then(by(fastest())))
                .limits(Limits {
                    hedge: Some(Hedge::After(Duration::from_millis(400))),
                    ..Limits::DEFAULT
                }),
        )
        .build()?;

    let ticks = if once { 4 } else { 60 };
    for tick in 0..ticks {
        match tick {
            20 => providers[0].becomes(script(60).fault(unwell())),
            30 => providers[0].becomes(fast()),
            _ => {}
        }
        let until = Instant::now() + TICK;
        while Instant::now() < until {
            tokio::join!(ask(&router, "a"), ask(&router, "b"), ask(&router, "b"));
        }
        if !once {
            // To the upper left, and nothing left below.
            print!("\x1b[H\x1b[2J{}", draw(&router, &format!("{:?}", TICK * (tick + 1))));
        }
    }
    if once {
        print!("{}", draw(&router, "two seconds"));
    }
    Ok(())
}

/// Speaks after so many milliseconds, and then a word at a time.
fn script(milliseconds: u64) -> Script {
    Emulator::openai()
        .says("It is the air that scatters what is blue more than what is red, all the way to the eye.")
        .usage(1_200, 24)
        .cached(1_000)
        .first_after(Duration::from_millis(milliseconds))
        .pause(Duration::from_millis(2))
}

fn unwell() -> Fault {
    Fault::status(500, r#"{"error": {"message": "not now"}}"#)
}

/// Asks one question for this customer; what becomes of it is in the statistics.
async fn ask(router: &Router, customer: &str) {
    let request = Request::new("chat").user("Why is the sky blue?").tag("customer", customer);
    if let Ok(answer) = router.stream(request).await {
        let _ = answer.response().await;
    }
}

/// The tables as they stand.
fn draw(router: &Router, time: &str) -> String {
    let (report, health) = (router.stats().last(1), router.health().targets());
    let mut page = format!("after {time}\n\n{}", title("target"));
    for (target, figures) in report.by_target() {
        page += &row(&target, &figures);
        let now = Instant::now();
        let rests = health.get(&target).is_some_and(|health| health.is_resting(now));
        page += if rests { "  rests\n" } else { "\n" };
    }
    page += &format!("\n{}", title("customer"));
    for (customer, figures) in report.by_tag("customer") {
        page += &format!("{}\n", row(&customer, &figures));
    }
    let all = report.all();
    let _ = writeln!(
        page,
        "\nfallbacks: {}; retries: {}; hedges: {}; tokens from caches: {}, which saved {}",
        all.fallbacks, all.retries, all.hedges, all.cached, all.saved
    );
    for (kind, count) in all.errors() {
        let _ = writeln!(page, "{count} × {kind}");
    }
    page
}

fn title(what: &str) -> String {
    format!(
        "{what:12}{:>9}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>13}\n",
        "attempts", "failed", "first", "p90", "p99", "total", "tokens/s", "cost"
    )
}

fn row(name: &str, figures: &Figures) -> String {
    let time = |time: Option<Duration>| match time {
        Some(time) => format!("{} ms", time.as_millis()),
        None => "-".to_owned(),
    };
    let speed = figures.throughput(500).map_or("-".to_owned(), |rate| (rate / 1_000).to_string());
    let totals = figures.totals;
    format!(
        "{name:12}{:>9}{:>8}{:>9}{:>9}{:>9}{:>9}{speed:>9}{:>13}",
        totals.attempts,
        totals.failed,
        time(figures.first_content(500)),
        time(figures.first_content(900)),
        time(figures.first_content(990)),
        time(figures.took(500)),
        totals.cost.to_string(),
    )
}
