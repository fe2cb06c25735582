//! Sends ten thousand prompts within a budget, and goes on where it was stopped.
//!
//! ```sh
//! cargo run --example batch_with_budget                        # stops once by itself, and goes on
//! cargo run --example batch_with_budget -- reviews.jsonl       # stop it with Ctrl-C, and start it again
//! cargo run --example batch_with_budget -- reviews.jsonl 0.25  # and with more dollars
//! ```
//!
//! An emulated provider answers, at OpenAI's prices. The budget does not suffice for all of the longest prompts, which
//! come last.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::fs;
use std::io::{IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nohop::map::Progress;
use nohop::providers::{Endpoint, table};
use nohop::{ErrorKind, Money, Request, Result, Router};
use nohop_testkit::Emulator;

const PROMPTS: usize = 10_000;

const MODEL: &str = "gpt-4.1-nano@openai";

/// After how many the batch stops by itself, where no file is named.
const STOPS_AFTER: u64 = 4_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (file, dollars) = (args.next().map(PathBuf::from), args.next());
    let budget: Money = dollars.as_deref().unwrap_or("0.15").parse()?;

    let provider = Emulator::openai().says("Good").remembers(1).start().await?;
    let endpoint = Endpoint::new(table::OPENAI).base_url(provider.url() + "/v1").key("no-key");
    let router = Router::builder().endpoint(endpoint).build()?;

    if let Some(file) = file {
        return Ok(label(&router, &file, budget, u64::MAX).await?);
    }
    let file = std::env::temp_dir().join(format!("nohop-batch-{}.jsonl", std::process::id()));
    let labelled = async {
        label(&router, &file, budget, STOPS_AFTER).await?;
        label(&router, &file, budget, u64::MAX).await
    };
    let labelled = labelled.await;
    fs::remove_file(&file)?;
    Ok(labelled?)
}

/// Labels all reviews, or goes on with it; stops at Ctrl-C, or once so many are over.
async fn label(router: &Router, file: &Path, budget: Money, most: u64) -> Result<()> {
    let mut batch = router.map(prompts(), 64).budget(budget).resume(file)?;
    let known = batch.progress().cost;
    println!("{PROMPTS} reviews within {budget}, of which {known} is spent: {}", file.display());

    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    let (mut good, mut refused, mut failed) = (0, None, None);
    let mut bar = Bar::new();
    let stopped = loop {
        let done = tokio::select! {
            done = batch.next() => done,
            _ = &mut stop => break true,
        };
        let Some(done) = done else { break false };
        match done.result {
            Ok(response) => good += u64::from(response.text() == "Good"),
            // It was not sent: there was no money for it.
            Err(error) if error.kind() == ErrorKind::Budget => {
                refused.get_or_insert((done.number, error));
            }
            Err(error) => failed = Some((done.number, error)),
        }
        let progress = batch.progress();
        bar.draw(&progress);
        if progress.done >= most {
            break true;
        }
    };
    let progress = batch.progress();
    // Whoever is under way is told to stop; what is over is in the file.
    drop(batch);
    bar.end(&progress);

    println!("{good} are good; it cost {} in all, {} tokens now", progress.cost, progress.tokens);
    if progress.known > 0 {
        println!("{} were known from the file, and not asked again", progress.known);
    }
    if let Some((number, error)) = failed {
        println!("{} failed, the last of them number {number}: {error}", progress.failed);
    }
    if let Some((number, error)) = refused {
        let count = progress.refused;
        println!("{count} were left undone, the first of them number {number}: {error}");
    }
    if stopped {
        println!("stopped; start it again with this file, and it goes on");
    }
    println!();
    Ok(())
}

/// Made when they are asked for: there is never more than one of them here.
fn prompts() -> impl ExactSizeIterator<Item = Request> + Send {
    (0..PROMPTS).map(|number| {
        let long = if number < PROMPTS * 9 / 10 { 10 } else { 200 };
        let review = format!("Review {number}: {}", "it does what it says. ".repeat(long));
        let request = Request::new(MODEL).system("Good or bad? One word.");
        request.user(review).max_tokens(2)
    })
}

/// A line that is drawn over, and where nobody sees that a line for each tenth.
struct Bar {
    is_terminal: bool,
    drawn: Option<Instant>,
    tenths: u64,
}

impl Bar {
    fn new() -> Self {
        Self { is_terminal: stdout().is_terminal(), drawn: None, tenths: 0 }
    }

    fn draw(&mut self, progress: &Progress) {
        let over = progress.done + progress.failed;
        let tenths = over * 10 / PROMPTS as u64;
        let again = match self.is_terminal {
            true => self.drawn.is_none_or(|drawn| drawn.elapsed() > Duration::from_millis(100)),
            false => tenths > self.tenths,
        };
        if again {
            (self.drawn, self.tenths) = (Some(Instant::now()), tenths);
            self.end(progress);
            // Where nobody reads any more there is nobody to tell.
            let _ = stdout().flush();
        }
    }

    fn end(&self, progress: &Progress) {
        let over = progress.done + progress.failed;
        let full = (over * 30 / PROMPTS as u64) as usize;
        let line = format!(
            "[{}{}] {over} of {PROMPTS}, {} under way, {}, {:.0} a second, {} s to go",
            "#".repeat(full),
            ".".repeat(30 - full),
            progress.running,
            progress.cost,
            progress.rate().unwrap_or_default(),
            progress.remaining().map_or("?".to_owned(), |left| left.as_secs().to_string()),
        );
        match self.is_terminal {
            // Back to the left, and nothing left behind it.
            true => print!("\r{line}\x1b[K"),
            false => println!("{line}"),
        }
    }
}
