//! Shows a router a million distinct tags, models, keys and conversations, and holds it to the memory that docs/benchmarks.md states.
//!
//! ```sh
//! cargo run --release -p nohop-tests --bin memory            # or with how many
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool reports")]
#![allow(clippy::unwrap_used, reason = "a panic is how a check fails")]

use std::process::ExitCode;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use nohop::policy::{Policy, Price, Quota, available, by, cheapest, sticky};
use nohop::providers::{Body, Endpoint, Transport, table};
use nohop::{Cache, ErrorKind, Request, Result, Route, Router, Target};
use nohop_tests::process::resident;

/// What the router may take beside what it took before the first request: docs/benchmarks.md says of what.
const BOUND: u64 = 128 << 10;

/// How much of that is the cache.
const CACHE: usize = 16 << 20;

/// How many looks are taken on the way.
const LOOKS: u64 = 10;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let count = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse());
    let (Ok(count @ 10_000..), Some(_)) = (count, resident()) else {
        eprintln!("usage: memory COUNT, at least 10000, where the system tells what is resident");
        return ExitCode::from(2);
    };
    let router = router();
    for number in 0..100 {
        ask(&router, number).await;
    }
    let before = resident().unwrap();
    println!("{before:9} kB resident when a router has served a hundred");

    let mut taken = Vec::new();
    for look in 0..LOOKS {
        let numbers = count * look / LOOKS..count * (look + 1) / LOOKS;
        for number in numbers.clone() {
            ask(&router, 100 + number).await;
        }
        taken.push(resident().unwrap().saturating_sub(before));
        println!("{:9} kB more after {}", taken.last().unwrap(), numbers.end);
    }
    let report = router.stats().all();
    println!(
        "statistics: {} rows of targets, {} of users, of {} attempts; health: {} targets",
        report.by_target().len(),
        report.by_tag("user").len(),
        report.all().totals.attempts,
        router.health().targets().len(),
    );
    // By the middle all that is bounded is full.
    let (middle, end) = (taken[taken.len() / 2 - 1], *taken.last().unwrap());
    let grows = end > middle + middle / 10 + 1_024;
    let fits = end <= BOUND;
    println!("{end} kB of at most {BOUND}; {middle} in the middle");
    ExitCode::from(u8::from(grows || !fits || report.all().totals.attempts < count))
}

/// A router that remembers all that one can.
fn router() -> Router {
    let price = |cents| Price {
        cache_read: Some(nohop::Money::cents_per_million(cents / 4)),
        ..Price::cents_per_million(cents, 4 * cents)
    };
    let targets = [Target::new("m@one").price(price(40)), Target::new("m@two").price(price(80))];
    let endpoint = |id| Endpoint::new(table::OPENAI).id(id).base_url("http://here").key("sk-0");
    Router::builder()
        .transport(Provider)
        .endpoint(endpoint("one"))
        .endpoint(endpoint("two"))
        .route(Route::new("chat", targets).policy(available().then(sticky(by(cheapest())))))
        .quota(Quota::tag("user").requests(1 << 30, MINUTE).tokens(1 << 40, MINUTE).running(8))
        .cache(Cache::memory(CACHE))
        .build()
        .unwrap()
}

/// Asks what nobody has asked, for somebody who was never there, of a route or a model that was never named.
async fn ask(router: &Router, number: u64) {
    let name = match number % 2 {
        0 => "chat".to_owned(),
        _ => format!("model-{number}@one"),
    };
    if number.is_multiple_of(10) {
        let one = router.endpoint("one").unwrap();
        one.rotate(0, nohop::Secret::new(format!("sk-{number}"))).unwrap();
    }
    let user = format!("user-{number}");
    let request = Request::new(name)
        .user(format!("Conversation {number}: why is the sky blue?"))
        .tag("user", &user)
        .tag(format!("name-{number}"), "any");
    match router.send(request).await {
        Ok(response) => assert_eq!(response.text(), SAYS),
        // One of a hundred calls fails, where there is nobody else to ask.
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}"),
    }
}

const SAYS: &str = "It is the air that scatters what is blue more than what is red.";

/// Answers at once, in this process.
#[derive(Debug)]
struct Provider;

#[async_trait]
impl Transport for Provider {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>> {
        let fails = request.body().windows(3).any(|window| window == b"00:");
        let (status, body) = match fails {
            true => (
                400,
                r#"{"error":{"message":"not this one","type":"invalid_request_error"}}"#.to_owned(),
            ),
            false => (
                200,
                format!(
                    r#"{{"id":"1","object":"chat.completion","model":"m","choices":[{{"index":0,"message":{{"role":"assistant","content":"{SAYS}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":1500,"completion_tokens":16,"total_tokens":1516,"prompt_tokens_details":{{"cached_tokens":1024}}}}}}"#
                ),
            ),
        };
        let body: Body = Box::pin(stream::iter([Ok(Bytes::from(body))]));
        let response = http::Response::builder().status(status);
        Ok(response.header("content-type", "application/json").body(body).unwrap())
    }
}
