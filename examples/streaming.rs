//! Prints the text as it comes.
//!
//! ```sh
//! cargo run --example streaming
//! ```
//!
//! An emulated provider answers. With the key of a real one in the environment, such as
//! `OPENAI_API_KEY`, name a model and it is asked: `-- gpt-4.1-mini@openai`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::io::{Write, stdout};
use std::time::Duration;

use nohop::providers::{Endpoint, table};
use nohop::{Request, Result, Router};
use nohop_testkit::Emulator;

const STORY: &str = "A router walked into a bar. The bar was closed, so it walked into the next one, \
    and nobody at the table noticed that they had moved.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(model) = std::env::args().nth(1) {
        return Ok(tell(&Router::from_env()?, &model).await?);
    }
    let emulator = Emulator::openai().says(STORY).pause(Duration::from_millis(40)).start().await?;
    let endpoint = Endpoint::new(table::OPENAI).base_url(emulator.url()).key("no-key");
    let router = Router::builder().endpoint(endpoint).build()?;
    Ok(tell(&router, "gpt-4.1-mini@openai").await?)
}

async fn tell(router: &Router, model: &str) -> Result<()> {
    // What fails up to the first word falls over to the next candidate, and nothing of it is seen here.
    let answer = router.stream(Request::new(model).user("Tell me a very short story.")).await?;

    // For thinking, tool calls and usage, read the answer itself: it is a stream of events.
    let mut text = answer.text();
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
        // Where nobody reads any more there is nobody to tell.
        let _ = stdout().flush();
    }

    // To stop early, drop it: the provider is told, and what was said so far is on the ledger.
    println!("\n\n{}", text.trace());
    Ok(())
}
