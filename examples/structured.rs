//! Asks for a value of a type, and for the arguments of a tool as one.
//!
//! ```sh
//! cargo run --example structured --features structured
//! ```
//!
//! An emulated provider answers. With the key of a real one in the environment, such as
//! `OPENAI_API_KEY`, name a model and it is asked: `-- gpt-4.1-mini@openai`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::providers::{Endpoint, table};
use nohop::{Request, Result, Router, Tool};
use nohop_testkit::Emulator;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// What a mail asks for.
#[derive(Debug, Deserialize, JsonSchema)]
struct Wish {
    /// In one sentence.
    summary: String,
    urgency: Urgency,
    /// Until when, if the mail says so, as in 2026-03-31.
    until: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Urgency {
    Low,
    Normal,
    High,
}

/// Puts a meeting into the calendar.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "meet")]
struct Meet {
    /// As in 2026-03-31.
    day: String,
    #[schemars(range(min = 15, max = 240))]
    minutes: u32,
}

const MAIL: &str = "Could we go over the contract before it ends on the 31st of March 2026? Half an \
                    hour should do.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(model) = std::env::args().nth(1) {
        return Ok(ask(&Router::from_env()?, &model).await?);
    }
    let wish = json!({
        "summary": "To go over the contract.",
        "urgency": "normal",
        "until": "2026-03-31",
    });
    let script = Emulator::openai()
        .says(wish.to_string())
        .then()
        .calls("meet", json!({ "day": "2026-03-30", "minutes": 30 }))
        .then()
        .says(r#"{"summary":"To go over it.","urgency":"tomorrow"}"#);
    let emulator = script.start().await?;
    let endpoint = Endpoint::new(table::OPENAI).base_url(emulator.url() + "/v1").key("no-key");
    let router = Router::builder().endpoint(endpoint).build()?;
    ask(&router, "gpt-4.1-mini@openai").await?;

    // Whatever a provider promises, an answer that is no such value is an error, and says why.
    let request = Request::new("gpt-4.1-mini@openai").user(MAIL);
    let error = router.send_as::<Wish>(request).await.expect_err("it is never urgent tomorrow");
    println!("error    {error}");
    println!("answer   {}", error.response().map(|answer| answer.text()).unwrap_or_default());
    Ok(())
}

async fn ask(router: &Router, model: &str) -> Result<()> {
    let answer = router.send_as::<Wish>(Request::new(model).user(MAIL)).await?;
    let Wish { summary, urgency, until } = answer.value;
    println!(
        "wish     {summary} Urgency: {urgency:?}. Until: {}.",
        until.as_deref().unwrap_or("?")
    );
    // What of the schema the target was told otherwise, or not at all.
    for attempt in answer.response.trace.iter().flat_map(|trace| &trace.attempts) {
        for loss in &attempt.losses {
            println!("loss     {loss}");
        }
    }

    let request = Request::new(model).tool(Tool::of::<Meet>().strict()).user(MAIL);
    for call in router.send(request).await?.tool_calls() {
        match call.read::<Meet>() {
            Ok(Meet { day, minutes }) => println!("meeting  on {day}, {minutes} minutes"),
            // It shows nothing of the arguments, and may be told to the model as the tool's answer.
            Err(error) => println!("refused  {error}"),
        }
    }
    Ok(())
}
