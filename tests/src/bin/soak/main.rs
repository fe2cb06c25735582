//! Has a router serve two hundred streams at once, and as many whole answers as the machine bears, against emulators that
//! fail in every way, and holds every outcome to what was served.
//!
//! ```sh
//! export MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=1048576   # so that what is free is given back
//! cargo run --release -p nohop-tests --bin soak -- 600        # for so many seconds
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool reports")]
#![allow(clippy::unwrap_used, reason = "a panic is how a check fails")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, interval, sleep, timeout};

use books::Books;
use callers::Callers;
use hosts::Hosts;
use judge::Judge;

mod books;
mod callers;
mod hosts;
mod judge;
mod process;
mod routes;

const SECOND: Duration = Duration::from_secs(1);

/// How many streams there are at any time.
const STREAMS: usize = 200;

/// How many callers ask for whole answers, each for the next as soon as it has one: enough that nothing idles.
const WHOLES: usize = 300;

/// How often what was served is compared with what was made of it.
const JUDGED: Duration = Duration::from_millis(250);

/// How many times a second somebody's mood changes.
const MOODS: u32 = 20;

#[tokio::main]
async fn main() -> ExitCode {
    let seconds = std::env::args().nth(1).map_or(Ok(600), |seconds| seconds.parse());
    let Ok(seconds @ 10..) = seconds else {
        eprintln!("usage: soak SECONDS, at least ten");
        return ExitCode::from(2);
    };
    let length = SECOND * seconds;
    let hosts = Arc::new(Hosts::start().await);
    let books = Arc::new(Books::default());
    let router = routes::router(&hosts, books.clone()).await;
    let callers = Callers::begin(&router, length);
    let mut judge = Judge::new(hosts.clone(), books.clone());

    let (began, mut process) = (Instant::now(), process::Figures::new());
    let mut judged = interval(JUDGED);
    let mut moods = interval(SECOND / MOODS);
    while began.elapsed() < length {
        tokio::select! {
            _ = moods.tick() => hosts.change(),
            _ = judged.tick() => {
                judge.judge(callers.ended());
                process.look(began.elapsed());
            }
        }
    }
    let over = timeout(SECOND * 60, callers.over()).await.is_ok();
    let deadline = Instant::now() + SECOND * 10;
    while !judge.is_done() && Instant::now() < deadline {
        sleep(JUDGED).await;
        judge.judge(callers.ended());
    }

    let mut breaches = judge.finish(length);
    breaches.extend((!over).then(|| "a request has not ended within a minute".to_owned()));
    let running = router.running();
    breaches.extend((running > 0).then(|| format!("{running} requests still run")));
    breaches.extend(books.held());
    println!("{}", books.figures(began.elapsed()));
    breaches.extend(books.breaches());
    println!("{}", process.told());
    breaches.extend(process.breach());
    for breach in breaches.iter().take(20) {
        eprintln!("breach: {breach}");
    }
    println!("{} breaches", breaches.len());
    ExitCode::from(u8::from(!breaches.is_empty()))
}
