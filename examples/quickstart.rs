//! Asks once, and is answered although the first provider fails.
//!
//! ```sh
//! cargo run --example quickstart
//! ```
//!
//! Without a key it starts two emulated providers, one of which is overloaded. With the key of a real one
//! in the environment, such as `OPENAI_API_KEY`, it asks that one: name the model as first argument.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what an example does")]

use std::process::ExitCode;

use nohop::policy::{Policy, Price, available, by, cheapest};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Result, Route, Router, Target};
use nohop_testkit::{Emulator, Fault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    if let Some(model) = std::env::args().nth(1) {
        return ask(&Router::from_env()?, &model).await;
    }

    let emulator = |started: std::io::Result<Emulator>| started.expect("the loopback has ports");
    let failing = emulator(Emulator::openai().fault(Fault::Overloaded).start().await);
    let healthy = emulator(
        Emulator::anthropic()
            .says("Because short waves are scattered most, and blue ones are short.")
            .usage(14, 17)
            .start()
            .await,
    );

    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(failing.url() + "/v1").key("no-key"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(healthy.url()).key("no-key"))
        .route(
            Route::new(
                "fast",
                [
                    Target::new("gpt-4.1-mini@openai").price(cents_per_million(40, 160)),
                    Target::new("claude-haiku-4-5@anthropic").price(cents_per_million(100, 500)),
                ],
            )
            .policy(available().then(by(cheapest()))),
        )
        .build()?;
    println!(
        "no key was asked for: two emulated providers answer, of which the cheaper is overloaded\n"
    );
    ask(&router, "fast").await
}

async fn ask(router: &Router, model: &str) -> Result<()> {
    let request = Request::new(model).user("Why is the sky blue?").max_tokens(200);
    let response = router.send(request).await?;

    println!("{}\n", response.text());
    if let Some(trace) = &response.trace {
        println!("{trace}");
    }
    Ok(())
}

fn cents_per_million(input: u64, output: u64) -> Price {
    Price {
        input: Money::cents_per_million(input),
        output: Money::cents_per_million(output),
        ..Price::FREE
    }
}
