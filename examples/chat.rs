//! A chat in the terminal, which may change its model in the middle of the conversation.
//!
//! ```sh
//! cargo run --example chat                            # with two emulated providers
//! cargo run --example chat -- gpt-4.1-mini@openai     # with those whose keys are in the environment
//! printf '%s\n' 'Hello!' '/why' | cargo run --example chat
//! ```
//!
//! The whole conversation goes to whoever is asked next, thinking and calls included, as its provider takes it.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, ErrorKind, IsTerminal, Write, stdin, stdout};

use nohop::providers::{Endpoint, table};
use nohop::{Money, Request, Response, Result, Router, Trace};
use nohop_testkit::Emulator;

const HELP: &str = "\
/model NAME  goes on with another model, such as claude-haiku-4-5@anthropic
/cost        says what the conversation cost so far
/why         shows who was considered and asked for the last answer
/help        shows this
/quit        ends it, as the end of the input does
Whatever does not begin with a slash is said to the model.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(model) = std::env::args().nth(1) {
        let router = Router::from_env()?;
        return Ok(Chat::new(router, &model)?.run().await?);
    }
    let openai = Emulator::openai()
        .says("Hello! I am emulated, so this is all I ever say first.")
        .then()
        .says("And this is what I say from then on.")
        .start()
        .await?;
    let anthropic =
        Emulator::anthropic().thinks("Who was that?").says("Here I am.").start().await?;
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(openai.url() + "/v1").key("no-key"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(anthropic.url()).key("no-key"))
        .build()?;
    println!("Nobody is named, so two emulated models answer: {MINI} and {HAIKU}.");
    Ok(Chat::new(router, MINI)?.run().await?)
}

const MINI: &str = "gpt-4.1-mini@openai";
const HAIKU: &str = "claude-haiku-4-5@anthropic";

struct Chat {
    router: Router,
    /// The conversation so far, for the model that is asked next.
    request: Request,
    /// By model; `None` where a price is not known.
    costs: BTreeMap<String, Option<Money>>,
    last: Option<Trace>,
}

impl Chat {
    fn new(router: Router, model: &str) -> Result<Self> {
        let request = Request::new(model).max_tokens(2_000);
        let mut chat = Self { router, request, costs: BTreeMap::new(), last: None };
        chat.change(model)?;
        Ok(chat)
    }

    /// Reads until the input ends, or somebody wants no more.
    async fn run(mut self) -> std::io::Result<()> {
        let is_terminal = stdin().is_terminal();
        let mut lines = stdin().lock().lines();
        println!("{} answers; /help says what else there is.", self.request.model);
        loop {
            print!("\n> ");
            stdout().flush()?;
            let line = match lines.next() {
                None => break,
                Some(Err(error)) if error.kind() == ErrorKind::InvalidData => {
                    println!("\nthat was no text in UTF-8, and nobody was asked; write it again");
                    continue;
                }
                Some(line) => line?,
            };
            if !is_terminal {
                println!("{line}");
            }
            match line.trim().split_once(' ').unwrap_or((line.trim(), "")) {
                ("", _) => {}
                ("/quit", _) => break,
                ("/help", _) => println!("{HELP}"),
                ("/cost", _) => self.cost(),
                ("/why", _) => match &self.last {
                    Some(trace) => println!("{trace}"),
                    None => println!("nobody was asked yet; say something first"),
                },
                ("/model", "") => {
                    println!("{} answers; name another, as in /model {HAIKU}", self.request.model)
                }
                ("/model", name) => match self.change(name.trim()) {
                    Ok(()) => println!("from now on {} answers", self.request.model),
                    Err(error) => println!("{error}\n{} still answers", self.request.model),
                },
                (command, _) if command.starts_with('/') => {
                    println!("there is no {command}; /help says what there is");
                }
                _ => self.say(line).await,
            }
        }
        println!();
        self.cost();
        Ok(())
    }

    /// Goes on with another model, if the name means one.
    fn change(&mut self, model: &str) -> Result<()> {
        // Decides without asking anybody, and knows the nearest names.
        self.router.explain(Request::new(model).user("?"))?;
        model.clone_into(&mut self.request.model);
        Ok(())
    }

    async fn say(&mut self, line: String) {
        let request = self.request.clone().user(line);
        match self.answer(request.clone()).await {
            Ok(response) => {
                if let Some(trace) = &response.trace {
                    self.note(trace);
                }
                self.request = request.answer(&response);
                self.last = response.trace.map(|trace| *trace);
            }
            // The conversation stays as it was.
            Err(error) => {
                println!("\nthat failed: {error}\nsay it again, or go on with another /model");
                if let Some(trace) = error.trace() {
                    self.note(trace);
                    self.last = Some(trace.clone());
                }
            }
        }
    }

    /// Prints the answer as it comes.
    async fn answer(&self, request: Request) -> Result<Response> {
        let mut answer = self.router.stream(request).await?;
        let (mut response, mut printed) = (Response::default(), 0);
        while let Some(event) = answer.next().await {
            // All of it is kept, for the conversation; what is text is shown.
            response.extend([event?]);
            let text = response.text();
            if text.len() < printed {
                print!("\n(it broke, and begins anew)\n");
                printed = 0;
            }
            print!("{}", &text[printed..]);
            printed = text.len();
            // Where nobody reads any more there is nobody to tell.
            let _ = stdout().flush();
        }
        println!();
        response.trace = Some(Box::new(answer.trace()));
        Ok(response)
    }

    fn note(&mut self, trace: &Trace) {
        let cost = trace.cost().map(|cost| cost.amount);
        let asked = !trace.attempts.is_empty();
        let costs = self.costs.entry(self.request.model.clone()).or_insert(Some(Money::ZERO));
        if asked {
            *costs = costs.and_then(|known| Some(known + cost?));
        }
    }

    fn cost(&self) {
        for (model, cost) in &self.costs {
            match cost {
                Some(cost) => println!("{model:40} {cost}"),
                None => println!("{model:40} its price is not known"),
            }
        }
        let all: Money = self.costs.values().flatten().copied().sum();
        let known = self.costs.values().all(Option::is_some);
        println!("{:40} {all}", if known { "in all" } else { "in all, at least" });
    }
}
