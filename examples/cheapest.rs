//! Asks whoever is cheapest for this very request: by its length, and by what is still in a cache.
//!
//! ```sh
//! cargo run --example cheapest
//! ```
//!
//! Two emulated providers: one is cheap to ask and dear to listen to, the other the other way round.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::policy::{Policy, Price, affordable, available, by, capable, cheapest};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Result, Route, Router, Target};
use nohop_testkit::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let reader = Emulator::openai().says("The reader.").start().await?;
    let writer = Emulator::anthropic().says("The writer.").start().await?;

    let targets = [
        // Cents for a million tokens of the prompt, and of the answer.
        Target::new("reader@openai").price(Price::cents_per_million(10, 400)),
        Target::new("writer@anthropic").price(Price::cents_per_million(100, 100)),
    ];
    let ten_cents = Money::cents_per_million(10) * 1_000_000;
    let router =
        Router::builder()
            .endpoint(Endpoint::new(table::OPENAI).base_url(reader.url()).key("any"))
            .endpoint(Endpoint::new(table::ANTHROPIC).base_url(writer.url()).key("any"))
            .route(Route::new("cheap", targets).policy(
                available().then(capable()).then(affordable(ten_cents)).then(by(cheapest())),
            ))
            .build()?;

    let text = "All work and no play makes Jack a dull boy. ".repeat(400);
    let summary = Request::new("cheap").user(text).user("Sum it up.").max_tokens(100);
    ask(&router, summary, "much to read, and a line to write").await?;
    let story = Request::new("cheap").user("Tell me a long story.").max_tokens(4_000);
    ask(&router, story, "a line to read, and much to write").await?;

    // More than ten cents wherever it goes: nobody is asked.
    let novel = Request::new("cheap").user("Write a novel.").max_tokens(200_000);
    if let Err(error) = router.send(novel).await {
        println!("a novel: {error}");
    }
    Ok(())
}

async fn ask(router: &Router, request: Request, what: &str) -> Result<()> {
    let response = router.send(request).await?;
    println!("{what}: {}", response.text());
    if let Some(trace) = &response.trace {
        println!("{trace}\n");
    }
    Ok(())
}
