//! Tries a new model on one user of four, and counts on the ledger what each arm cost.
//!
//! ```sh
//! cargo run --example ab_test
//! ```

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use nohop::ledger::Memory;
use nohop::policy::{Policy, Price, available, only, split};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Result, Route, Router, Target};
use nohop_testkit::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let old = Emulator::openai().says("The old one.").start().await?;
    let new = Emulator::anthropic().says("The new one.").start().await?;

    let targets = [
        Target::new("old@openai").price(Price::cents_per_million(40, 160)),
        Target::new("new@anthropic").price(Price::cents_per_million(100, 500)),
    ];
    // Each arm has a policy of its own: here it is who may be asked, and it could be anything.
    let trial = split("model").arm("old", 3, only(["openai"])).arm("new", 1, only(["anthropic"]));
    let ledger = Arc::new(Memory::new());
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(old.url()).key("any"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(new.url()).key("any"))
        .route(Route::new("chat", targets).policy(available().then(trial)))
        .ledger(ledger.clone())
        .build()?;

    // Forty users ask twice each, and nobody changes arms.
    let mut arms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for turn in 0..80 {
        let user = format!("user-{}", turn % 40);
        let request = Request::new("chat").user("Who answers?").by(user.clone());
        let response = router.send(request).await?;
        arms.entry(user).or_default().push(response.text());
    }
    let changed = arms.values().filter(|texts| texts[0] != texts[1]).count();
    println!("{} users, of whom {changed} changed arms", arms.len());

    // The arm is a tag on each entry.
    let mut sums: BTreeMap<String, (u32, Money)> = BTreeMap::new();
    for entry in ledger.entries() {
        let (Some(arm), Some(cost)) = (entry.tags.get("model"), entry.cost) else { continue };
        let (count, sum) = sums.entry(arm.clone()).or_default();
        (*count, *sum) = (*count + 1, *sum + cost.amount);
    }
    for (arm, (count, sum)) in sums {
        println!("{arm}: {count} answers, {sum}");
    }

    let trace = router.explain(Request::new("chat").user("Who answers?").by("user-1"))?;
    println!("\n{trace}");
    Ok(())
}
