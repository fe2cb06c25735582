//! The router over real sockets: every emulator runs in the test's own runtime.

use std::sync::Arc;

use nohop::ledger::Memory;
use nohop::policy::{Limits, Price};
use nohop::providers::{Endpoint, table};
use nohop::wire::Mode;
use nohop::{Builder, Money, Outcome, Request, Response, Result, Route, Router, Target};
use nohop_testkit::{Emulator, Script};

mod amplification;
mod basics;
mod blame;
mod cache;
mod catalog;
mod choosing;
mod connections;
mod drops;
mod faults;
mod gateway;
mod health;
mod inputs;
mod life;
mod map;
mod media;
mod quotas;
mod refresh;
pub(crate) mod rows;
mod running;
pub(crate) mod scripted;
mod secrets;
mod shown;
mod slots;
mod tasks;
mod tokens;
mod waits;
mod ways;
mod windows;

/// Two emulated providers behind the route `both`, the first of which is tried first; behind `back` it is
/// the second.
pub(crate) struct Road {
    pub(crate) router: Router,
    pub(crate) ledger: Arc<Memory>,
    pub(crate) first: Emulator,
    pub(crate) second: Emulator,
}

/// A road with these scripts: the first speaks OpenAI's dialect, the second Anthropic's.
pub(crate) async fn road(first: Script, second: Script) -> Road {
    road_with(first, second, Limits::DEFAULT, |builder| builder).await
}

/// The same, with limits and more to be said of the router.
pub(crate) async fn road_with(
    first: Script,
    second: Script,
    limits: Limits,
    more: impl FnOnce(Builder) -> Builder,
) -> Road {
    let (first, second) = (first.start().await.unwrap(), second.start().await.unwrap());
    let ledger = Arc::new(Memory::new());
    let targets = [Target::new("m1@first").price(price()), Target::new("m2@second").price(price())];
    let builder = Router::builder()
        .endpoint(openai("first", &first))
        .endpoint(anthropic("second", &second))
        .route(Route::new("both", targets.clone()).limits(limits))
        .route(Route::new("back", targets.into_iter().rev()).limits(limits))
        .ledger(ledger.clone());
    Road { router: more(builder).build().unwrap(), ledger, first, second }
}

pub(crate) fn openai(id: &'static str, emulator: &Emulator) -> Endpoint {
    Endpoint::new(table::OPENAI).id(id).base_url(emulator.url() + "/v1").key("sk-first")
}

pub(crate) fn anthropic(id: &'static str, emulator: &Emulator) -> Endpoint {
    Endpoint::new(table::ANTHROPIC).id(id).base_url(emulator.url()).key("sk-second")
}

/// A dollar for a million tokens of the prompt, two for as many of the answer.
pub(crate) fn price() -> Price {
    Price {
        input: Money::cents_per_million(100),
        output: Money::cents_per_million(200),
        ..Price::FREE
    }
}

pub(crate) fn hello() -> Request {
    Request::new("both").user("Hello?")
}

/// Both ways of asking.
pub(crate) const MODES: [Mode; 2] = [Mode::Whole, Mode::Stream];

/// Asks in this way, and waits for the whole answer.
pub(crate) async fn ask(router: &Router, request: Request, mode: Mode) -> Result<Response> {
    match mode {
        Mode::Whole => router.send(request).await,
        Mode::Stream => router.stream(request).await?.response().await,
    }
}

/// The keys that an emulator was called with, in order.
pub(crate) fn keys(emulator: &Emulator) -> Vec<String> {
    let calls = emulator.journal().requests();
    calls.iter().map(|call| call.key().unwrap_or_default().to_owned()).collect()
}

/// How the attempts of a response ended.
pub(crate) fn outcomes(response: &Response) -> Vec<Outcome> {
    let attempts = &response.trace.as_ref().unwrap().attempts;
    attempts.iter().filter_map(|attempt| attempt.outcome).collect()
}

impl Road {
    /// Holds that nothing is left behind: no attempt runs, and no money is held.
    pub(crate) fn is_clear(&self) -> bool {
        self.router.running() == 0 && self.ledger.held() == Money::ZERO
    }
}
