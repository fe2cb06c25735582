//! Adds a provider that nohop does not know: a row of seven lines.
//!
//! ```sh
//! cargo run --example custom_provider
//! ```

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::providers::{Auth, Endpoint, Provider, Way};
use nohop::wire::dialect::{Cap, OpenAiChat};
use nohop::{Request, Result, Router};
use nohop_testkit::Emulator;

/// What the host does otherwise than others is a field of the dialect's value, and no code anywhere.
const ACME: Provider = Provider {
    id: "acme",
    base_url: "https://{region}.acme.example/v1",
    auth: Auth::Bearer("ACME_API_KEY"),
    ways: &[Way {
        path: "/chat/completions",
        dialect: &OpenAiChat { cap: Cap::MaxCompletionTokens, ..OpenAiChat::HOSTED },
    }],
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let real = Endpoint::new(ACME).set("region", "eu");
    println!("it is asked at    {}", real.url()?);

    // There is no such host, so an emulator stands in for it.
    let emulator = Emulator::openai().says("Hello from Acme.").start().await?;
    let endpoint = Endpoint::new(ACME).base_url(emulator.url() + "/v1").key("sk-acme");
    let router = Router::builder().endpoint(endpoint).build()?;
    let request = Request::new("anvil-1@acme").user("Hello?").max_tokens(20);
    println!("it answers        {}", router.send(request).await?.text());

    let received = emulator.journal().last().ok_or("it was asked")?;
    println!("it was sent       {} {}", received.method, received.path);
    println!(
        "with the header   authorization: {}",
        received.header("authorization").unwrap_or("-")
    );
    println!("and the body      {:#}", received.json());
    Ok(())
}
