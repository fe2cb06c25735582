//! Asks once, and is answered although the first provider fails.
//!
//! ```sh
//! cargo run --example quickstart
//! ```
//!
//! Two emulated providers answer, of which the cheaper is overloaded. With the key of a real one in the
//! environment, such as `OPENAI_API_KEY`, name a model and it is asked: `-- gpt-4.1-mini@openai`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::policy::{Policy, Price, available, by, cheapest};
use nohop::providers::{Endpoint, table};
use nohop::{Request, Result, Route, Router, Target};
use nohop_testkit::{Emulator, Fault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(model) = std::env::args().nth(1) {
        return Ok(ask(&Router::from_env()?, &model).await?);
    }

    let failing = Emulator::openai().fault(Fault::Overloaded).start().await?;
    let healthy = Emulator::anthropic().says("Because blue is scattered most.").start().await?;

    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(failing.url()).key("no-key"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(healthy.url()).key("no-key"))
        .route(
            Route::new(
                "fast",
                [
                    Target::new("gpt-4.1-mini@openai").price(Price::cents_per_million(40, 160)),
                    Target::new("claude-haiku-4-5@anthropic")
                        .price(Price::cents_per_million(100, 500)),
                ],
            )
            .policy(available().then(by(cheapest()))),
        )
        .build()?;
    Ok(ask(&router, "fast").await?)
}

async fn ask(router: &Router, model: &str) -> Result<()> {
    println!("Why is the sky blue?");
    let request = Request::new(model).user("Why is the sky blue?").max_tokens(200);
    let response = router.send(request).await?;
    println!("{}\n", response.text());

    // Who was considered and tried, in which order, how long it took and what it cost.
    if let Some(trace) = &response.trace {
        println!("{trace}");
    }
    Ok(())
}
