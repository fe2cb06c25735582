//! Asks a cheap model first, and a strong one only where the answer will not do.
//!
//! ```sh
//! cargo run --example cascade
//! ```
//!
//! Three emulated models are asked for JSON: the cheap one writes it nearly right, which is mended, or not at all, and then the next is
//! asked. Every step is judged, paid for and on the trace.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::policy::{Accept, Limits, Verdict, json, not_cut, not_empty};
use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Response, Result, Route, Router};
use nohop_testkit::{Emulator, Script};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let nearly = "Sure!\n```json\n{\"city\": \"Paris\", \"people\": 2100000,}\n```";
    let cheap = says("I think it is Paris.").then().says(nearly).start().await?;
    let mid = says("{\"city\": \"Paris\"}").start().await?;
    let strong = says("{\"city\": \"Paris\", \"people\": 2102650}").start().await?;
    let router = router(&[("cheap", &cheap), ("mid", &mid), ("strong", &strong)])?;

    for what in ["The first two will not do:", "What is nearly right is mended:"] {
        let request = Request::new("city").user("The largest city of France, as JSON?");
        let response = router.send(request.max_tokens(100)).await?;
        println!("{what}\n> {}", response.text());
        if let Some(trace) = &response.trace {
            println!("{trace}\n");
        }
    }
    Ok(())
}

/// JSON with all that was asked for.
fn whole() -> impl Accept {
    let people = |_: &Request, response: &Response| match response.text().contains("people") {
        true => Verdict::Accept,
        false => Verdict::elsewhere("it does not say how many people live there"),
    };
    not_empty().and(not_cut()).and(json()).and(people)
}

fn router(models: &[(&'static str, &Emulator)]) -> Result<Router> {
    let endpoints = models.iter().map(|(id, emulator)| {
        Endpoint::new(table::OPENAI).id(*id).base_url(emulator.url()).key("any")
    });
    let builder = endpoints.fold(Router::builder(), |builder, endpoint| builder.endpoint(endpoint));
    let names = ["gpt-4.1-nano@cheap", "gpt-4.1-mini@mid", "gpt-4.1@strong"];
    builder
        .route(Route::cascade("city", names, whole()).limits(Limits {
            attempts: names.len(),
            money: Some(Money::DOLLAR),
            ..Limits::DEFAULT
        }))
        .build()
}

fn says(text: &str) -> Script {
    Script::openai().says(text).usage(20, 12)
}
