//! Says of every key in the environment whether it works, what it may ask for, how fast and at what cost.
//!
//! ```sh
//! cargo run --example doctor
//! ```
//!
//! It lists the models of each endpoint, which is free, and asks one of them for one token. Name a model to
//! ask another: `-- gpt-4.1@openai`. Without any key it says where it looked, and examines two emulators.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::time::Duration;

use nohop::policy::Limits;
use nohop::providers::{ALL, Endpoint, Http, table};
use nohop::{Error as Failure, ErrorKind, Listed, Request, Response, Result, Router};
use nohop_testkit::Emulator;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// What small models are called, the cheaper first.
const SMALL: [&str; 6] = ["-nano", "-lite", "-mini", "haiku", "small", "-8b"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let found: Vec<_> = ALL.iter().filter_map(|provider| Endpoint::from_env(provider)).collect();
    if !found.is_empty() {
        examine(&found).await;
        return Ok(());
    }
    println!("No key was found. These variables were looked at:\n");
    let mut variables: Vec<_> = ALL.iter().flat_map(|it| it.auth.variables()).copied().collect();
    variables.sort_unstable();
    variables.dedup();
    for line in variables.chunks(4) {
        println!(
            "  {}",
            line.iter().map(|name| format!("{name:26}")).collect::<String>().trim_end()
        );
    }

    println!("\nWith some of them set it looks like this, for two emulated providers:\n");
    let script = Emulator::openai().model("gpt-4.1").model("gpt-4.1-nano");
    let good = script.says("Yes").start().await?;
    let strict = Emulator::anthropic().key("another").start().await?;
    let openai = Endpoint::new(table::OPENAI).base_url(good.url()).key("good");
    let anthropic = Endpoint::new(table::ANTHROPIC).base_url(strict.url()).key("revoked");
    examine(&[openai, anthropic]).await;
    Ok(())
}

/// Prints a line for each endpoint, and below it what went wrong.
async fn examine(endpoints: &[Endpoint]) {
    line("endpoint", "reached", "models", "asked", "took", "cost");
    for endpoint in endpoints {
        let name = endpoint.name();
        let listed = timeout(PATIENCE, endpoint.models(&Http::new(), 0)).await;
        let listed = listed.unwrap_or_else(|_| Err(Failure::new(ErrorKind::Timeout, "no answer")));
        let listed = listed.map(|told| told.answer);
        let count = listed.as_ref().map_or("-".to_owned(), |models| models.len().to_string());

        let target = target(name, listed.as_deref().unwrap_or_default());
        let asked = match &target {
            Some(target) => ask(endpoint, target).await,
            None => Err(listed.err().unwrap_or_else(|| {
                Failure::new(ErrorKind::Config, "it lists no models: name one, as model@endpoint")
            })),
        };
        let target = target.as_deref().unwrap_or("-");
        match asked {
            Ok(Response { trace, cost, .. }) => {
                let took = trace.map_or("-".to_owned(), |trace| format!("{:.0?}", trace.took));
                let cost = cost.map_or("-".to_owned(), |cost| cost.amount.to_string());
                line(name, "yes", &count, target, &took, &cost);
            }
            Err(error) => {
                let lost = matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Transport);
                line(name, if lost { "no" } else { "yes" }, &count, target, "-", "-");
                println!("  {error}");
            }
        }
    }
    println!(
        "\nA cost is what the provider itself says: nohop knows no prices but those you give it."
    );
}

/// The model to ask: the one that was named for this endpoint, or a small one.
fn target(endpoint: &str, models: &[Listed]) -> Option<String> {
    let end = format!("@{endpoint}");
    let named = std::env::args().skip(1).find(|name| name.ends_with(&end));
    // A list has models for other tasks, too.
    let talks = |model: &&Listed| !["embed", "rerank"].iter().any(|it| model.id.contains(it));
    let like = |word: &str| models.iter().filter(talks).find(|model| model.id.contains(word));
    let small = || SMALL.iter().find_map(|word| like(word)).or(models.iter().find(talks));
    named.or_else(|| Some(small()?.id.clone() + &end))
}

async fn ask(endpoint: &Endpoint, target: &str) -> Result<Response> {
    let limits = Limits { attempts: 1, total: PATIENCE, ..Limits::DEFAULT };
    let router = Router::builder().endpoint(endpoint.clone()).limits(limits).build()?;
    router.send(Request::new(target).user("Is this on?").max_tokens(1)).await
}

fn line(endpoint: &str, reached: &str, models: &str, asked: &str, took: &str, cost: &str) {
    println!("{endpoint:16} {reached:8} {models:>6}  {asked:40} {took:>7}  {cost}");
}
