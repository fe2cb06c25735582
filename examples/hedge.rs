//! Calls a second provider when the first is silent for longer than it usually is.
//!
//! ```sh
//! cargo run --release --example hedge
//! ```
//!
//! Two emulated providers; one request of twenty hangs at the first for two seconds. The same two hundred requests are
//! made twice: without hedges, and with hedges that go by the first's own 95th percentile and are paid from a purse.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::time::{Duration, Instant};

use nohop::policy::{Hedge, Limits, Purse, available};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Result, Route, Router, Target};
use nohop_testkit::{Emulator, Fault, Script};

const REQUESTS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let script = || Script::openai().says("Here I am.").first_after(Duration::from_millis(10));
    for (what, hedge) in [("without hedges", None), ("with hedges", Some(Hedge::DEFAULT))] {
        let late = |call: usize| (call % 20 == 19).then_some(Fault::Late(Duration::from_secs(2)));
        let first: Emulator = script().faults((0..REQUESTS).map(late)).start().await?;
        let second = script().start().await?;
        let router = router(&first, &second, Limits { hedge, ..Limits::DEFAULT })?;
        let mut waits = Vec::with_capacity(REQUESTS);
        for _ in 0..REQUESTS {
            let began = Instant::now();
            let mut answer = router.stream(Request::new("chat").user("Where are you?")).await?;
            waits.push(began.elapsed());
            while let Some(event) = answer.next().await {
                event?;
            }
        }
        waits.sort();
        let report = router.stats().all();
        println!(
            "{what}: first content p50 {:.0?}, p99 {:.0?}; {} attempts, {} hedges, {}",
            waits[REQUESTS / 2],
            waits[REQUESTS * 99 / 100],
            report.all().totals.attempts,
            report.all().hedges,
            report.all().totals.cost,
        );
    }
    Ok(())
}

fn router(first: &Emulator, second: &Emulator, limits: Limits) -> Result<Router> {
    let endpoint = |id, emulator: &Emulator| {
        Endpoint::new(table::OPENAI).id(id).base_url(emulator.url()).key("any")
    };
    Router::builder()
        .endpoint(endpoint("first", first))
        .endpoint(endpoint("second", second))
        .route(
            Route::new("chat", ["gpt-4.1@first", "gpt-4.1@second"].map(Target::new))
                .policy(available())
                .limits(limits),
        )
        // At most ten of a hundred requests are hedged, for a tenth of what answers cost.
        .hedges(Purse::new(10).money(Money::DOLLAR))
        .build()
}
