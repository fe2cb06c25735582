//! Keeps a conversation where its prompt is cached, and lets it go where that no longer pays.
//!
//! ```sh
//! cargo run --example sticky
//! ```
//!
//! Two emulated providers at nearly the same price. The cheaper one fails once, so that the other begins the conversation.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::policy::{Policy, Price, available, by, cheapest, sticky};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Result, Route, Router, Target};
use nohop_testkit::{Emulator, Fault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let first = Emulator::openai().says("one").fault_times(1, Fault::ServerError).start().await?;
    let second = Emulator::openai().says("two").usage(3_450, 2).cached(3_400).start().await?;
    let at = |id, url| Endpoint::new(table::OPENAI).id(id).base_url(url).key("any");

    // A prompt that is in a cache costs a tenth.
    let price = |cents: u64| Price {
        cache_read: Some(Money::cents_per_million(cents / 10)),
        ..Price::cents_per_million(cents, 400)
    };
    let router = Router::builder()
        .endpoint(at("one", first.url()))
        .endpoint(at("two", second.url()))
        .route(
            Route::new(
                "chat",
                [Target::new("gpt@one").price(price(90)), Target::new("gpt@two").price(price(100))],
            )
            .policy(available().then(sticky(by(cheapest())))),
        )
        .build()?;

    // What is long enough is cached.
    let manual = "Hold the blue button until the lamp is green. ".repeat(300);
    let mut talk = Request::new("chat").system(manual).user("What is the blue button for?");
    for what in
        ["the cheaper one fails, so the other answers", "and goes on, for it knows the manual"]
    {
        let response = router.send(talk.clone()).await?;
        println!("{what}: {}", response.text());
        talk = talk.answer(&response).user("And the lamp?");
    }
    let response = router.send(Request::new("chat").user("Hello?")).await?;
    println!("who asks something else goes to the cheaper one: {}", response.text());

    println!("\n{}", router.explain(talk)?);
    Ok(())
}
