//! Keeps to limits of one's own: who finds no room goes elsewhere, or waits in line.
//!
//! ```sh
//! cargo run --example quotas
//! ```
//!
//! Two emulated providers: the first may be asked twice in a second, and the second once at a time.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::time::Duration;

use nohop::policy::Quota;
use nohop::providers::{Endpoint, table};
use nohop::{Priority, Request, Result, Route, Router};
use nohop_testkit::Emulator;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let quick = Emulator::openai().says("Quick.").start().await?;
    let slow = Emulator::anthropic().says("Slow.").delay(SECOND * 2 / 5).start().await?;

    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(quick.url()).key("any"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(slow.url()).key("any"))
        .route(Route::new("either", ["gpt-4.1@openai", "claude-sonnet-4-5@anthropic"]))
        .quota(Quota::endpoint("openai").requests(2, SECOND))
        .quota(Quota::endpoint("anthropic").running(1))
        .quota(Quota::tag("user").requests(3, 60 * SECOND))
        .build()?;

    println!("Two go to the first, one to the second, and the urgent before the patient:\n");
    tokio::try_join!(
        ask(&router, "ann", Priority::Normal),
        ask(&router, "ann", Priority::Normal),
        ask(&router, "ann", Priority::Normal),
        ask(&router, "bob", Priority::Low),
        ask(&router, "cid", Priority::High),
    )?;

    println!("\nA fourth of the same user within a minute is not waited for:\n");
    let error = router.send(request("ann")).await.err().ok_or("there is a quota on users")?;
    println!("{error}");
    println!("ask again in {:.0?}", error.retry_after().unwrap_or_default());
    Ok(())
}

fn request(user: &str) -> Request {
    Request::new("either").user("Who answers?").tag("user", user)
}

async fn ask(router: &Router, user: &str, priority: Priority) -> Result<()> {
    let response = router.send(request(user).priority(priority)).await?;
    let trace = response.trace.as_deref();
    let attempts = trace.into_iter().flat_map(|trace| &trace.attempts);
    for attempt in attempts.filter(|attempt| !attempt.is_refused()) {
        let waited = attempt.waited.as_millis();
        println!("{user} ({priority:?}) by {}, which had room after {waited} ms", attempt.target);
    }
    Ok(())
}
