//! Sends easy requests to a small model and hard ones to a large one, each the other's fallback.
//!
//! ```sh
//! cargo run --example difficulty
//! ```
//!
//! Two routes find out how difficult a request is: one goes by what the request shows, the other asks the small
//! model, whose own question has a cost and ledger entries of its own.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::policy::{Policy, Price, available, in_order, when};
use nohop::providers::{Endpoint, table};
use nohop::{Classify, Judge, Request, Result, Route, Router, Target, difficulty};
use nohop_testkit::Emulator;

const SMALL: &str = "gpt-4.1-nano@openai";
const LARGE: &str = "claude-sonnet-4-5@anthropic";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let verdict = r#"{"boundary": "supported", "chance": 95}"#;
    let small = Emulator::openai().says("Guten Tag.").then().says("Hyvää päivää.");
    // The last that it is asked is how difficult a request is, and then the request itself.
    let small = small.then().says(verdict).then().says("God dag.").start().await?;
    let large = Emulator::anthropic().says("There are infinitely many.").start().await?;

    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(small.url()).key("any"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(large.url()).key("any"))
        .target(Target::new(SMALL).price(Price::cents_per_million(10, 40)))
        .target(Target::new(LARGE).price(Price::cents_per_million(300, 1_500)))
        .route(route("auto", difficulty()))
        .route(route("judged", Judge::new(SMALL)))
        .build()?;

    ask(&router, "auto", "Translate to German: good day.").await?;
    ask(&router, "auto", "Translate to Finnish: good day.").await?;
    ask(&router, "auto", "Prove that there are infinitely many primes, and compare two proofs.")
        .await?;
    ask(&router, "judged", "Translate to Danish: good day.").await?;
    Ok(())
}

fn route(name: &str, classify: impl Classify) -> Route {
    let policy = when("difficulty", "easy", in_order([SMALL])).otherwise(in_order([LARGE]));
    Route::new(name, [SMALL, LARGE]).classify(classify).policy(available().then(policy))
}

async fn ask(router: &Router, route: &str, text: &str) -> Result<()> {
    let response = router.send(Request::new(route).user(text)).await?;
    println!("{text}\n> {}\n", response.text());
    if let Some(trace) = &response.trace {
        println!("{trace}\n");
    }
    Ok(())
}
