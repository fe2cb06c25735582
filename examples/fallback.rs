//! Goes on to the next key, and to the next provider, and leaves alone whoever asked for it.
//!
//! ```sh
//! cargo run --example fallback
//! ```
//!
//! Three emulated providers: the first turns one key away and asks the other to come back in a second, the
//! second is overloaded, the third answers.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::time::Duration;

use nohop::policy::{Limits, available};
use nohop::providers::{Endpoint, table};
use nohop::{Request, Result, Route, Router};
use nohop_testkit::{Emulator, Fault, RetryAfter};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let limited = Emulator::openai()
        .says("The first is back.")
        .key("good")
        .fault_at(2, Fault::RateLimited(RetryAfter::Seconds(SECOND)))
        .start()
        .await?;
    let overloaded = Emulator::anthropic().fault(Fault::Overloaded).start().await?;
    let healthy = Emulator::openai().says("The third answers.").start().await?;

    let router = Router::builder()
        // Each key is a candidate of its own.
        .endpoint(Endpoint::new(table::OPENAI).base_url(limited.url()).key("revoked").key("good"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(overloaded.url()).key("any"))
        .endpoint(Endpoint::new(table::MISTRAL).base_url(healthy.url()).key("any"))
        .route(
            Route::new("safe", ["gpt-4.1@openai", "claude-sonnet-4-5@anthropic", "large@mistral"])
                .policy(available())
                .limits(Limits { attempts: 4, total: 30 * SECOND, ..Limits::DEFAULT }),
        )
        .build()?;

    ask(&router, "All but the last fail, and the caller sees nothing of it.").await?;
    ask(&router, "Who failed rests, so that the next request begins with who answered.").await?;
    tokio::time::sleep(SECOND).await;
    ask(&router, "A second later the key that was too fast is asked again.").await?;
    Ok(())
}

async fn ask(router: &Router, what: &str) -> Result<()> {
    let response = router.send(Request::new("safe").user("Who answers?")).await?;
    println!("{what}\n\n> {}", response.text());
    if let Some(trace) = &response.trace {
        println!("{trace}\n");
    }
    Ok(())
}
