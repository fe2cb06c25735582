//! The matrix of faults: one provider that fails, in each dialect, and another that is well.

use std::time::Duration;

use nohop::policy::Clocks;
use nohop::{ErrorKind, FinishReason, Trace};
use nohop_testkit::{Dialect, Fault, RetryAfter};

use super::*;

mod breaks;
mod clocks;
mod departures;
mod limited;
mod openings;
mod refusals;
mod resumed;
mod strange;
mod told;

/// What the first provider says when nothing goes wrong, in seven pieces.
const FIRST: &str = "One two three four five six seven.";

/// What the second says.
const SECOND: &str = "Hello from the second.";

/// What all dialects tell apart by a word of their own, without the help of a status.
const TOLD: [ErrorKind; 4] =
    [ErrorKind::ContentFilter, ErrorKind::Quota, ErrorKind::RateLimit, ErrorKind::Server];

/// How long a provider may be silent here; every test that comes to that has a paused clock.
const LIMITS: Limits = Limits {
    clocks: Clocks { whole: Some(Duration::from_secs(90)), ..Clocks::DEFAULT },
    ..Limits::DEFAULT
};

/// Whose fault it is, and how the answer is asked for.
#[derive(Clone, Copy, Debug)]
struct Case {
    /// What the first provider speaks; the second speaks another.
    dialect: Dialect,
    mode: Mode,
}

impl Case {
    fn streams() -> impl Iterator<Item = Self> {
        Dialect::ALL.into_iter().map(|dialect| Self { dialect, mode: Mode::Stream })
    }

    fn wholes() -> impl Iterator<Item = Self> {
        Dialect::ALL.into_iter().map(|dialect| Self { dialect, mode: Mode::Whole })
    }

    fn all() -> impl Iterator<Item = Self> {
        Self::streams().chain(Self::wholes())
    }

    /// A road whose first provider is scripted by `first`.
    async fn road(self, first: impl FnOnce(Script) -> Script) -> Road {
        self.road_of(first, |second| second, LIMITS).await
    }

    /// The same, with a script for the second too, and limits.
    async fn road_of(
        self,
        first: impl FnOnce(Script) -> Script,
        second: impl FnOnce(Script) -> Script,
        limits: Limits,
    ) -> Road {
        self.road_to(first, second, limits, |endpoint| endpoint).await
    }

    /// The same, with more to be said of the first endpoint.
    async fn road_to(
        self,
        first: impl FnOnce(Script) -> Script,
        second: impl FnOnce(Script) -> Script,
        limits: Limits,
        more: impl FnOnce(Endpoint) -> Endpoint,
    ) -> Road {
        let first = first(Script::new(self.dialect).says(FIRST)).start().await.unwrap();
        let second = second(Script::new(self.other()).says(SECOND)).start().await.unwrap();
        let ledger = Arc::new(Memory::new());
        let (m1, m2) = (Target::new("m1@first"), Target::new("m2@second"));
        let router = Router::builder()
            .endpoint(more(endpoint("first", self.dialect, &first)))
            .endpoint(endpoint("second", self.other(), &second))
            .target(m1.price(price()))
            .target(m2.price(price()))
            .route(Route::new("both", ["m1@first", "m2@second"]))
            .limits(limits)
            .ledger(ledger.clone());
        Road { router: router.build().unwrap(), ledger, first, second }
    }

    /// Whether this provider says by an error that something is of `kind`: what Google filters, it
    /// says in an answer.
    fn errs(self, kind: ErrorKind) -> bool {
        self.dialect != Dialect::Gemini || kind != ErrorKind::ContentFilter
    }

    fn other(self) -> Dialect {
        match self.dialect {
            Dialect::Anthropic => Dialect::OpenAiChat,
            _ => Dialect::Anthropic,
        }
    }

    async fn ask(self, road: &Road, request: Request) -> Result<Response> {
        ask(&road.router, request, self.mode).await
    }
}

fn endpoint(id: &'static str, dialect: Dialect, emulator: &Emulator) -> Endpoint {
    let (provider, root, way) = match dialect {
        Dialect::OpenAiChat => (table::OPENAI, "/v1", "openai-chat"),
        Dialect::Anthropic => (table::ANTHROPIC, "", "anthropic"),
        Dialect::OpenAiResponses => (table::OPENAI, "/v1", "openai-responses"),
        Dialect::Gemini => (table::GEMINI, "/v1beta", "gemini"),
        Dialect::Cohere => (table::COHERE, "", "cohere"),
        Dialect::Ollama => (table::OLLAMA, "", "ollama"),
        Dialect::Converse => (table::BEDROCK, "", "converse"),
        other => panic!("nobody speaks {other:?} yet"),
    };
    Endpoint::new(provider).id(id).base_url(emulator.url() + root).way(way).key("sk-one")
}

/// A request to the first provider alone.
fn alone() -> Request {
    Request::new("m1@first").user("Hello?")
}

/// Whatever is asked for, a first provider with `fault` is called once and fails with `kind`, and the
/// second answers.
async fn check_falls_over(fault: Fault, kind: ErrorKind) {
    for case in Case::all().filter(|case| case.errs(kind)) {
        let road = case.road(|first| first.fault(fault.clone())).await;
        let response = case.ask(&road, hello()).await.unwrap();

        check_fell_over(&road, &response, kind);
    }
}

/// The first provider was called once and failed with `kind`, and `response` is the second's.
fn check_fell_over(road: &Road, response: &Response, kind: ErrorKind) {
    let trace = response.trace.as_ref().unwrap();
    assert_eq!(response.text(), SECOND, "{trace}");
    check_calls(road, 1, 1);
    check_attempts(road, trace, &[Outcome::Failed(kind), Outcome::Finished]);
    assert_eq!(road.first.journal().judge(Err(kind)), Ok(()));
    assert_eq!(road.second.journal().judge(Ok(SECOND)), Ok(()));
    assert_eq!(response.cost, trace.cost());
    assert!(road.is_clear());
}

/// So many calls arrived at the two.
#[track_caller]
fn check_calls(road: &Road, first: u64, second: u64) {
    let calls = (road.first.journal().calls(), road.second.journal().calls());
    assert_eq!(calls, (first, second), "{:?}", road.first);
}

/// The attempts at one request ended like this, the first of them at the first provider, and the
/// ledger says the same.
#[track_caller]
fn check_attempts(road: &Road, trace: &Trace, ended: &[Outcome]) {
    let attempts: Vec<_> = trace.attempts.iter().map(|attempt| attempt.outcome.unwrap()).collect();
    assert_eq!(attempts, ended, "{trace}");
    assert_eq!(&*trace.attempts[0].target, "m1@first");
    let entries = road.ledger.entries();
    let entries: Vec<_> = entries.iter().filter(|entry| entry.request == trace.id).collect();
    assert_eq!(entries.len(), attempts.len(), "{entries:?}");
    for (number, (entry, attempt)) in entries.iter().zip(&trace.attempts).enumerate() {
        assert_eq!(entry.attempt as usize, number);
        assert_eq!((&entry.target, Some(entry.outcome)), (&attempt.target, attempt.outcome));
        assert_eq!((&entry.usage, entry.cost), (&attempt.usage, attempt.cost));
        assert_eq!((entry.status, entry.key), (attempt.status, attempt.key));
    }
}
