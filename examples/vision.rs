//! Shows a model a picture: as bytes, and by its address to whoever fetches it himself.
//!
//! ```sh
//! cargo run --example vision
//! ```
//!
//! Two emulated providers: the first takes pictures only as bytes, the second fetches them as well. With the
//! key of a real one in the environment, name a model and a picture: `-- gpt-4.1-mini@openai cat.jpg`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::providers::{Endpoint, Fetch, table};
use nohop::{Image, Media, Message, Part, Request, Role, Route, Router};
use nohop_testkit::Emulator;

/// A picture of one red point.
const POINT: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cI\
    DATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut named = std::env::args().skip(1);
    if let (Some(model), Some(path)) = (named.next(), named.next()) {
        // What it is labelled matters little: what is sent is what the bytes are.
        let picture = Media::bytes("image/*", std::fs::read(path)?);
        return ask(&Router::from_env()?, &model, picture).await;
    }
    let local = Emulator::ollama().says("A red point.").start().await?;
    let cloud = Emulator::openai().says("A picture that I fetched myself.").start().await?;
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OLLAMA).base_url(local.url()).way("ollama").key("no-key"))
        .endpoint(Endpoint::new(table::OPENAI).base_url(cloud.url() + "/v1").key("no-key"))
        .route(Route::new("eyes", ["llava@ollama", "gpt-4.1-mini@openai"]))
        // Off unless it is said. Only these hosts are asked, and only at addresses of the public web.
        .fetch(Fetch::from_hosts(["upload.wikimedia.org"]).bytes(5 << 20))
        .build()?;

    println!("Bytes go to the first, which reads them:");
    ask(&router, "eyes", Media::bytes("image/jpeg", POINT)).await?;

    println!("An address that may not be fetched goes to whoever fetches it himself:");
    let elsewhere = "https://intranet.example/plan.png".to_owned();
    ask(&router, "eyes", Media::Url(elsewhere)).await
}

async fn ask(router: &Router, model: &str, picture: Media) -> Result<(), Box<dyn Error>> {
    let parts = [Part::text("What is in this picture?"), Image::new(picture).into()];
    let request = Request::new(model).message(Message::new(Role::User, parts));
    let response = router.send(request).await?;
    println!("\n> {}", response.text());
    for attempt in response.trace.iter().flat_map(|trace| &trace.attempts) {
        for loss in &attempt.losses {
            println!("  {}: {loss}", attempt.target);
        }
        if let Some(error) = &attempt.error {
            println!("  {}: {error}", attempt.target);
        }
    }
    println!();
    Ok(())
}
