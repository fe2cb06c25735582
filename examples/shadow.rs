//! Tries a new model out on copies of what people ask, while they are answered as ever.
//!
//! ```sh
//! cargo run --example shadow
//! ```
//!
//! The new model is slow: nobody waits for it. No more copies are under way at once than was said.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use nohop::ledger::Memory;
use nohop::policy::Price;
use nohop::providers::{Endpoint, table};
use nohop::{Aside, Money, Request, Route, Router, Shadow, Target};
use nohop_testkit::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let old = Emulator::openai().says("Because blue is scattered most.").start().await?;
    let slow = Duration::from_millis(200);
    let new = Emulator::anthropic().says("Rayleigh!").delay(slow).start().await?;

    let ledger = Arc::new(Memory::new());
    // All requests are copied here; in earnest it is a few of a thousand.
    let shadow =
        Shadow::new("claude-haiku-4-5@anthropic").share(1_000).running(2).money(Money::DOLLAR);
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(old.url()).key("any"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(new.url()).key("any"))
        .target(Target::new("claude-haiku-4-5@anthropic").price(Price::cents_per_million(100, 500)))
        .route(Route::new("chat", ["gpt-4.1-mini@openai"]).shadow(shadow))
        .ledger(ledger.clone())
        .build()?;

    for _ in 0..3 {
        let response = router.send(Request::new("chat").user("Why is the sky blue?")).await?;
        let trace = response.trace.as_deref();
        let shadow = trace.and_then(|trace| trace.shadow.as_ref());
        println!("> {}", response.text());
        println!("{}", shadow.map(ToString::to_string).unwrap_or_default());
    }

    tokio::time::sleep(2 * slow).await;
    println!("\n{:?}", router.shadowed("chat").unwrap_or_default());
    for entry in ledger.entries() {
        let whose = entry.aside.map_or("the caller's", Aside::as_str);
        println!("{:28}  {:14}  {}", entry.target, whose, entry.outcome);
    }
    Ok(())
}
