//! Says whom a request would be sent to and why, and sends it to nobody.
//!
//! ```sh
//! cargo run --example explain
//! ```
//!
//! Three providers that nobody reaches: one is cheap, one is dear, and of one the price is not known.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use nohop::policy::{Policy, Price, available, by, cheapest, ignore};
use nohop::providers::{Endpoint, table};
use nohop::{Request, Result, Route, Router, Target};

fn main() -> Result<()> {
    let targets = [
        Target::new("claude-sonnet-4-5@anthropic").price(Price::cents_per_million(300, 1_500)),
        Target::new("gpt-4.1-mini@openai").price(Price::cents_per_million(40, 160)),
        Target::new("unheard-of@mistral"),
        Target::new("llama-3.3-70b@groq").price(Price::cents_per_million(59, 79)),
    ];
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).key("any"))
        .endpoint(Endpoint::new(table::ANTHROPIC).key("any"))
        .endpoint(Endpoint::new(table::MISTRAL).key("any"))
        .endpoint(Endpoint::new(table::GROQ).key("any"))
        .route(
            Route::new("chat", targets)
                .policy(available().then(ignore(["groq"])).then(by(cheapest()))),
        )
        .build()?;

    let request = Request::new("chat").user("Why is the sky blue?").max_tokens(200);
    let trace = router.explain(request)?;
    println!("{trace}\n");

    // The same as JSON, for a log or a page.
    println!("{}", trace.to_json());
    Ok(())
}
