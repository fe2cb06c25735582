//! Asks one's own provider first, and OpenRouter where that is of no help.
//!
//! ```sh
//! cargo run --example direct_with_openrouter_fallback
//! ```
//!
//! Two emulated providers: the maker of the model, which has an outage for one request, and OpenRouter, which offers the
//! same model among many. The price is the maker's, nothing passes through a third party, and an outage is not seen.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::providers::{Endpoint, table};
use nohop::{Preferences, Request, Result, Router, Target};
use nohop_testkit::{Emulator, Fault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let maker =
        Emulator::openai().says("From the maker.").fault_at(2, Fault::Overloaded).start().await?;
    let many = Emulator::openai().says("By way of OpenRouter.").start().await?;

    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(maker.url()).key("mine"))
        .endpoint(Endpoint::new(table::OPENROUTER).base_url(many.url()).key("theirs"))
        // The catalog knows this of models that are in it; the maker's own offer comes first.
        .target(Target::new("gpt-4.1@openai").model("openai/gpt-4.1"))
        .target(Target::new("openai/gpt-4.1@openrouter").model("openai/gpt-4.1"))
        .build()?;

    let request = Request::new("openai/gpt-4.1").user("Who answers?");
    let first = Preferences { order: vec!["openai".into()], ..Preferences::default() };
    let direct = request.clone().prefer(first);
    ask(&router, &direct, "Direct, while the maker answers:").await?;
    ask(&router, &direct, "The maker is overloaded; the caller sees nothing of it:").await?;

    let other = request.clone().only(["openrouter"]);
    ask(&router, &other, "This one is for OpenRouter only:").await?;

    // What only OpenRouter has is asked for there, under its own name, its variants included.
    let long_tail = Request::new("openrouter/z-ai/glm-4.5-air:free").user("Who answers?");
    ask(&router, &long_tail, "And this is a model that the others have not:").await
}

async fn ask(router: &Router, request: &Request, what: &str) -> Result<(), Box<dyn Error>> {
    let response = router.send(request.clone()).await?;
    println!("{what}\n\n> {}", response.text());
    if let Some(trace) = &response.trace {
        println!("{trace}\n");
    }
    Ok(())
}
