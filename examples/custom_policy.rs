//! Chooses by rules of your own: a closure, and a type that learns from what happened.
//!
//! ```sh
//! cargo run --example custom_policy
//! ```

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nohop::policy::{Attempt, Candidates, Context, Outcome, Policy, available};
use nohop::providers::{Endpoint, table};
use nohop::{Request, Result, Route, Router};
use nohop_testkit::{Emulator, Fault};

/// A closure is a policy, and so is a function: this one keeps requests that are tagged so within the union.
fn in_the_union(cx: &Context<'_>, list: &mut Candidates<'_>) {
    if cx.tag("region") == Some("eu") {
        list.retain(|candidate| candidate.endpoint.ends_with("-eu"));
    }
}

/// Stays with whoever answered last, whose cache knows the conversation.
#[derive(Default)]
struct Loyal {
    last: Mutex<Option<Arc<str>>>,
}

impl Loyal {
    fn last(&self) -> MutexGuard<'_, Option<Arc<str>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Policy for Loyal {
    fn apply(&self, _: &Context<'_>, list: &mut Candidates<'_>) {
        let last = self.last().clone();
        // Least first, and `false` is less than `true`; ties keep their order.
        list.sort_by_key(|candidate| last.as_ref() != Some(&candidate.target));
    }

    fn observe(&self, _: &Context<'_>, attempt: &Attempt<'_>) {
        if let Outcome::Finished = attempt.outcome {
            *self.last() = Some(attempt.candidate.target.clone());
        }
    }

    fn name(&self) -> &str {
        "loyal"
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let first = Emulator::openai().says("one").fault_times(1, Fault::ServerError).start().await?;
    let second = Emulator::openai().says("two").start().await?;
    let third = Emulator::openai().says("three").start().await?;
    let at = |id, url| Endpoint::new(table::OPENAI).id(id).base_url(url).key("any");
    let router =
        Router::builder()
            .endpoint(at("one", first.url()))
            .endpoint(at("two", second.url()))
            .endpoint(at("three-eu", third.url()))
            .route(Route::new("chat", ["gpt@one", "gpt@two", "gpt@three-eu"]).policy(
                available().then(in_the_union.named("in the union")).then(Loyal::default()),
            ))
            .build()?;

    let request = Request::new("chat").user("Who answers?");
    ask(&router, request.clone(), "the first fails once, so the second answers").await?;
    ask(&router, request.clone(), "and again, for it answered last").await?;
    ask(&router, request.tag("region", "eu"), "this one may not leave the union").await?;
    Ok(())
}

async fn ask(router: &Router, request: Request, what: &str) -> Result<()> {
    let response = router.send(request).await?;
    println!("{what}: {}", response.text());
    for stage in response.trace.iter().flat_map(|trace| &trace.stages) {
        println!("  {:12}  {stage}", stage.name);
    }
    println!();
    Ok(())
}
