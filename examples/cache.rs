//! Keeps answers, so that what was asked before is not asked again.
//!
//! ```sh
//! cargo run --example cache --features cache
//! ```
//!
//! Of five who ask for the same at the same time one is sent on, and whoever asks later is told what was kept.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::time::Duration;

use nohop::providers::{Endpoint, table};
use nohop::{Cache, Request, Router};
use nohop_testkit::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::openai().says("Because of Rayleigh.").start().await?;
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(emulator.url() + "/v1").key("any"))
        // Of 64 MiB; an answer is kept for an hour, and tenants are kept apart.
        .cache(Cache::memory(64 << 20).ttl(Duration::from_secs(3_600)).per_tag("tenant"))
        .build()?;

    let asks = (0..5).map(|_| {
        let router = router.clone();
        tokio::spawn(async move { router.send(request("acme")).await })
    });
    for ask in asks.collect::<Vec<_>>() {
        println!("> {}", ask.await??.text());
    }
    println!("five asked, and the provider was called {} time(s)\n", emulator.journal().calls());

    let kept = router.send(request("acme")).await?;
    if let Some(trace) = &kept.trace {
        println!("{trace}\n");
    }

    router.send(request("other")).await?;
    println!("for another tenant it was called again: {} times", emulator.journal().calls());
    Ok(())
}

fn request(tenant: &str) -> Request {
    Request::new("gpt-4.1-mini@openai").user("Why is the sky blue?").tag("tenant", tenant)
}
