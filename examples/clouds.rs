//! Asks models of the clouds with the clouds' own credentials: Bedrock, Vertex AI and Azure.
//!
//! ```sh
//! cargo run --example clouds --features clouds -- anthropic.claude-haiku-4-5-v1:0@bedrock gemini-2.5-flash@vertex
//! ```
//!
//! Each is found where the cloud's own tools keep what they know. Without a model's name it says which are
//! ready, and what the others lack.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::env;
use std::error::Error;

use nohop::providers::{AwsProfile, Credentials, Endpoint, GoogleToken, Http, table};
use nohop::{Request, Result, Router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = env::args().skip(1).collect();
    if asked.is_empty() {
        return doctor().await;
    }
    let ready = endpoints().into_iter().filter(|cloud| cloud.check().is_ok());
    let router = ready.fold(Router::builder(), |builder, cloud| builder.endpoint(cloud)).build()?;
    for model in asked {
        let request = Request::new(&*model).user("Say hello in one short sentence.").max_tokens(64);
        match router.send(request).await {
            Ok(response) => println!("{model}: {}", response.text()),
            Err(error) => println!("{model}: {error}"),
        }
    }
    Ok(())
}

/// Each cloud, with the credentials of its own tools.
fn endpoints() -> [Endpoint; 4] {
    // A key in the environment goes before a profile.
    let bedrock = Endpoint::from_env(&table::BEDROCK)
        .unwrap_or_else(|| Endpoint::new(table::BEDROCK).credentials(AwsProfile::new()));
    let google = || GoogleToken::found(Http::new());
    [
        bedrock,
        Endpoint::new(table::VERTEX).credentials(google()),
        // The same project, another way: Anthropic's models.
        Endpoint::new(table::VERTEX).id("vertex-claude").way("anthropic").credentials(google()),
        Endpoint::new(table::AZURE),
    ]
}

/// Says which clouds are ready to be asked; no model is.
async fn doctor() -> Result<(), Box<dyn Error>> {
    for endpoint in endpoints() {
        match endpoint.url() {
            Ok(url) => println!("{:14} is at {url}", endpoint.name()),
            Err(error) => println!("{:14} {}", endpoint.name(), error.message()),
        }
    }
    println!();
    for (name, key) in [
        ("Amazon's key", AwsProfile::new().secret().await),
        ("Google's token", GoogleToken::found(Http::new()).secret().await),
    ] {
        match key {
            Ok(_) => println!("{name:14} was found"),
            Err(error) => println!("{}", error.message()),
        }
    }
    Ok(())
}
