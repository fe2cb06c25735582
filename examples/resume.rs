//! Goes on elsewhere when a stream breaks in the middle, or begins anew where nobody can go on.
//!
//! ```sh
//! cargo run --example resume
//! ```
//!
//! Two emulated providers; the first hangs up after a few words. A reader that prints must know what a seam is: what stands
//! behind one goes on, unless it says `restart`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::policy::{Broken, Limits};
use nohop::providers::{Endpoint, table};
use nohop::wire::{Abilities, Ability};
use nohop::{Event, Piece, Request, Result, Route, Router, Target};
use nohop_testkit::{Emulator, Fault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let says = "The rain in Spain stays mainly in the plain.";
    let first =
        Emulator::openai().says(says).fault(Fault::ResetAfter { events: 4 }).start().await?;
    let rest = Emulator::anthropic().says(" stays mainly in the plain.").start().await?;
    let anew =
        Emulator::anthropic().says("It rains in Spain, mostly in the plain.").start().await?;

    tell(&router(&first, &rest, Broken::Fail, Ability::Able)?, "A break is the end").await?;
    tell(&router(&first, &rest, Broken::Resume, Ability::Able)?, "It goes on").await?;
    tell(&router(&first, &anew, Broken::Restart, Ability::Drop)?, "It begins anew").await?;
    Ok(())
}

/// Prints an answer as it is made.
async fn tell(router: &Router, what: &str) -> Result<()> {
    println!("{what}:");
    let mut answer = router.stream(Request::new("story").user("How is the weather?")).await?;
    while let Some(event) = answer.next().await {
        match event {
            Ok(Event::Delta { piece: Piece::Text(text), .. }) => print!("{text}"),
            Ok(Event::Seam { target, restart: false }) => print!("⟨{target}⟩"),
            Ok(Event::Seam { target, restart: true }) => print!(" … never mind.\n⟨{target}⟩"),
            Ok(_) => {}
            Err(error) => {
                let told = error.response().map(|response| response.text()).unwrap_or_default();
                print!("\n{error}; {} bytes had come", told.len());
            }
        }
    }
    println!("\n{}\n", answer.trace());
    Ok(())
}

fn router(first: &Emulator, second: &Emulator, broken: Broken, prefill: Ability) -> Result<Router> {
    let abilities = Abilities { prefill, ..Abilities::default() };
    let targets = [
        Target::new("gpt-4.1@openai"),
        Target::new("claude-sonnet-4-5@anthropic").abilities(abilities),
    ];
    Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(first.url()).key("any"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(second.url()).key("any"))
        .route(Route::new("story", targets).limits(Limits { broken, ..Limits::DEFAULT }))
        .build()
}
