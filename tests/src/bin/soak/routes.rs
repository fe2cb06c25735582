use std::sync::Arc;
use std::time::Duration;

use nohop::policy::{
    Broken, Clocks, Hedge, Limits, Policy, Price, Window, available, by, fastest, weighted,
};
use nohop::{Route, Router, Target};
use nohop_testkit::Emulator;

use crate::books::Books;
use crate::hosts::{Hosts, endpoint};

/// What callers ask for in turn: by health, whatever the health, the fastest with a hedge, one that goes on elsewhere, and
/// one that holds back what it begins with and begins anew elsewhere.
pub(crate) const ROUTES: [&str; 5] = ["well", "any", "quick", "on", "anew"];

const MILLISECOND: Duration = Duration::from_millis(1);

/// Short, so that what hangs does not take the time that is there for others.
const LIMITS: Limits = Limits {
    attempts: 4,
    total: Duration::from_secs(6),
    backoff: Duration::from_millis(20),
    patience: Duration::from_millis(300),
    clocks: Clocks {
        first_content: Duration::from_millis(1_000),
        silence: Duration::from_millis(1_000),
        grace: Duration::from_millis(1_000),
        whole: Some(Duration::from_millis(2_000)),
    },
    ..Limits::DEFAULT
};

/// A router over all hosts, and one that nobody can reach.
pub(crate) async fn router(hosts: &Hosts, books: Arc<Books>) -> Router {
    let gone = Emulator::openai().start().await.unwrap();
    gone.down().await;
    let gone = endpoint("gone", nohop_testkit::Dialect::OpenAiChat, &gone.url());
    let mut builder = Router::builder().catalog(None).ledger(books).endpoint(gone);
    let mut names = vec!["m@gone".to_owned()];
    for host in hosts.all() {
        builder = builder.endpoint(endpoint(host.name, host.dialect, &host.emulator.url()));
        names.push(format!("m@{}", host.name));
    }
    let prices = (1..).map(|dimes| Price::cents_per_million(10 * dimes, 40 * dimes));
    let targets: Vec<_> =
        names.into_iter().zip(prices).map(|(name, price)| Target::new(name).price(price)).collect();
    let route = |name, limits| Route::new(name, targets.clone()).limits(limits);
    let hedged = Limits { hedge: Some(Hedge::After(MILLISECOND * 250)), ..LIMITS };
    let resumed = Limits { broken: Broken::Resume, ..LIMITS };
    let window = Window { time: MILLISECOND * 30, ..Window::NONE };
    let restarted = Limits { broken: Broken::Restart, window, ..LIMITS };
    let [well, any, quick, on, anew] = ROUTES;
    builder
        .route(route(well, LIMITS).policy(available().then(by(weighted()))))
        .route(route(any, LIMITS).policy(by(weighted())))
        .route(route(quick, hedged).policy(available().then(by(fastest()))))
        .route(route(on, resumed).policy(available().then(by(weighted()))))
        .route(route(anew, restarted).policy(available().then(by(weighted()))))
        .build()
        .unwrap()
}
