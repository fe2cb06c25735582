//! Whether the decisions of two threads hold each other up, by the clock.

use std::fmt;
use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use nohop_policy::{Candidates, Context, Limits, Policy, Price, available, by, cheapest};
use nohop_providers::{Endpoint, table};
use nohop_router::{Route, Router, Target};
use nohop_types::{Error, ErrorKind, Request};

use crate::bodies::{QUESTION, SYSTEM};
use crate::decisions::candidate;

/// How many decisions a second come of one thread, and of two at once.
///
/// What all threads write holds them up: two come to less than twice as many, and may come to fewer than one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scaling {
    /// What decides.
    pub name: &'static str,
    /// By one thread.
    pub one: f64,
    /// By two threads.
    pub two: f64,
}

/// How many targets there are to decide on.
const TARGETS: usize = 10;

/// How many decisions each thread makes in a round.
const DECISIONS: u32 = 50_000;

/// Others who use the machine only ever make a round slower, so the best of a few counts.
const ROUNDS: usize = 5;

const ROUTE: &str = "chat";

impl Scaling {
    /// Times a policy over one snapshot, and the whole decision of a router, with its trace.
    ///
    /// # Errors
    ///
    /// The router's own.
    pub fn all() -> Result<[Self; 2], Error> {
        let snapshot: Vec<_> = (0..TARGETS).map(|n| candidate(n, Instant::now())).collect();
        let policy: &dyn Policy = &available().then(by(cheapest()));
        let choose = |request: &Arc<Request>| {
            let cx = Context::new(request, Instant::now(), 7);
            let list = Candidates::decide(policy, &cx, &snapshot, Limits::DEFAULT.front());
            black_box(list.places().next());
            Ok(())
        };
        let router = router()?;
        let explain = |request: &Arc<Request>| {
            router.explain(request.clone()).map(|trace| drop(black_box(trace)))
        };
        Ok([Self::of("a policy", &choose)?, Self::of("a router", &explain)?])
    }

    fn of(name: &'static str, decide: &Decide<'_>) -> Result<Self, Error> {
        let mut best = Self { name, one: 0.0, two: 0.0 };
        for _ in 0..ROUNDS {
            best.one = best.one.max(rate(1, decide)?);
            best.two = best.two.max(rate(2, decide)?);
        }
        Ok(best)
    }
}

type Decide<'a> = dyn Fn(&Arc<Request>) -> Result<(), Error> + Sync + 'a;

/// How many decisions a second so many threads come to together, each with a request of its own.
fn rate(threads: u32, decide: &Decide<'_>) -> Result<f64, Error> {
    let work = || {
        let request = Arc::new(Request::new(ROUTE).system(SYSTEM).user(QUESTION));
        (0..DECISIONS).try_for_each(|_| decide(&request))
    };
    let began = Instant::now();
    thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let panicked = |_| Err(Error::new(ErrorKind::Config, "a thread panicked"));
        all.into_iter().try_for_each(|one| one.join().unwrap_or_else(panicked))
    })?;
    Ok(f64::from(threads * DECISIONS) / began.elapsed().as_secs_f64())
}

fn router() -> Result<Router, Error> {
    let price = |n: usize| Price::cents_per_million((n as u64 * 7_919) % 10_007, 100);
    let targets = (0..TARGETS).map(|n| Target::new(format!("model-{n}@endpoint")).price(price(n)));
    Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).id("endpoint").key("sk-no-key-of-anyone"))
        .route(Route::new(ROUTE, targets).policy(available().then(by(cheapest()))))
        .build()
}

impl fmt::Display for Scaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, one, two } = self;
        write!(
            f,
            "{name}: {one:.0} decisions a second by one thread, {two:.0} by two ({:.2} times)",
            two / one
        )
    }
}
