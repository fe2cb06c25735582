//! Lets a model call a function of yours, and answers it, until the model has what it needs.
//!
//! ```sh
//! cargo run --example tools
//! ```
//!
//! An emulated provider calls the tool. With the key of a real one in the environment, such as
//! `ANTHROPIC_API_KEY`, name a model and it is asked: `-- claude-haiku-4-5@anthropic`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::providers::{Endpoint, table};
use nohop::{Request, Result, Router, Tool};
use nohop_testkit::Emulator;
use serde_json::{Value, json};

/// The most times that the model may call before it answers.
const MOST_ROUNDS: usize = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(model) = std::env::args().nth(1) {
        return Ok(converse(&Router::from_env()?, &model).await?);
    }
    let script = Emulator::anthropic()
        .says("I look it up.")
        .calls("weather", json!({ "city": "Paris" }))
        .calls("weather", json!({ "city": "Atlantis" }))
        .then()
        .says("It rains in Paris. Of Atlantis nothing is known.");
    let emulator = script.start().await?;
    let endpoint = Endpoint::new(table::ANTHROPIC).base_url(emulator.url()).key("no-key");
    let router = Router::builder().endpoint(endpoint).build()?;
    Ok(converse(&router, "claude-haiku-4-5@anthropic").await?)
}

async fn converse(router: &Router, model: &str) -> Result<()> {
    let schema = json!({
        "type": "object",
        "properties": { "city": { "type": "string" } },
        "required": ["city"],
    });
    let tool = Tool::function("weather", schema).description("The weather in a city, now");
    let question = "What is the weather in Paris and in Atlantis?";
    println!("person   {question}");

    let mut request = Request::new(model).tool(tool).user(question);
    for _ in 0..MOST_ROUNDS {
        let response = router.send(request.clone()).await?;
        println!("model    {}", response.text());
        if response.tool_calls().next().is_none() {
            break;
        }
        // The model's turn goes back as it was, thinking included; then the results, in any order.
        request = request.answer(&response);
        for call in response.tool_calls() {
            println!("calls    {}({})", call.name, call.arguments);
            let result = weather(&call.arguments);
            println!("result   {result}");
            request = request.result(&call.id, result);
        }
    }
    Ok(())
}

/// The arguments are what the model wrote: they may be wrong, and saying so lets it try again.
fn weather(arguments: &str) -> String {
    let arguments: Value = serde_json::from_str(arguments).unwrap_or_default();
    match arguments["city"].as_str() {
        Some("Paris") => "rain, 17 °C".to_owned(),
        Some(city) => format!("there is no city called {city}"),
        None => "say a city".to_owned(),
    }
}
