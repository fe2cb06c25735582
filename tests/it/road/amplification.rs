//! However routes are nested and whatever goes wrong, one request is a few calls.

use std::time::Duration;

use nohop::Attempted;
use nohop::policy::{Broken, Clocks, Hedge, Purse};
use nohop_testkit::Fault;
use proptest::prelude::*;
use proptest::sample::select;
use tokio::time::Instant;

use super::scripted::{Scripted, paused};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Three groups of two providers each, every one of which fails as its schedule says.
const GROUPS: [[&str; 2]; 3] = [["a1", "a2"], ["b1", "b2"], ["c1", "c2"]];

/// What a request met.
struct Seen {
    calls: Vec<String>,
    ended: Result<Response>,
    ledger: Arc<Memory>,
    running: usize,
    /// How long it took, by the clock of the test.
    took: Duration,
}

/// How the route that is asked leads to the groups.
#[derive(Clone, Copy, Debug)]
enum Nesting {
    /// It names all targets.
    Flat,
    /// It names a route for each group.
    Groups,
    /// It names a route that names the first group and the rest, and so on.
    Chain,
    /// It names every group twice.
    Twice,
}

fn routes(nesting: Nesting, limits: Limits) -> Vec<Route> {
    let targets = |group: [&str; 2]| group.map(|host| format!("m@{host}"));
    let mut routes: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .zip(GROUPS)
        .map(|(name, group)| Route::new(name, targets(group)).limits(limits))
        .collect();
    let top = match nesting {
        Nesting::Flat => Route::new("top", GROUPS.into_iter().flat_map(targets)),
        Nesting::Groups => Route::new("top", ["a", "b", "c"]),
        Nesting::Chain => {
            routes.push(Route::new("bc", ["b", "c"]).limits(limits));
            routes.push(Route::new("abc", ["a", "bc"]).limits(limits));
            Route::new("top", ["abc"])
        }
        Nesting::Twice => Route::new("top", ["a", "b", "c", "a", "b", "c"]),
    };
    routes.push(top.limits(limits));
    routes
}

fn check(nesting: Nesting, limits: Limits, mode: Mode, faults: &[Option<Fault>]) -> Seen {
    let mut transport = Scripted::default();
    let ledger = Arc::new(Memory::new());
    let mut builder = Router::builder().ledger(ledger.clone()).purse(Purse::new(100));
    for (index, host) in GROUPS.into_iter().flatten().enumerate() {
        // Each host begins elsewhere in the schedule, and after its end all fail.
        let schedule = faults.iter().cycle().skip(index).take(faults.len()).cloned();
        let script = Script::openai().says("One two three.").faults(schedule);
        transport = transport.host(host, script.fault(Fault::ServerError));
        let url = format!("http://{host}");
        builder = builder.endpoint(Endpoint::new(table::OPENAI).id(host).base_url(url).key("k"));
    }
    for route in routes(nesting, limits) {
        builder = builder.route(route);
    }
    paused(async {
        let router = builder.transport(transport.clone()).build().unwrap();
        let began = Instant::now();
        let ended = ask(&router, Request::new("top").user("Hello?"), mode).await;
        let (took, running) = (began.elapsed(), router.running());
        Seen { calls: transport.calls(), ended, ledger, running, took }
    })
}

fn nestings() -> impl Strategy<Value = Nesting> {
    select(vec![Nesting::Flat, Nesting::Groups, Nesting::Chain, Nesting::Twice])
}

/// Any fault, or none now and then.
fn faults() -> impl Strategy<Value = Vec<Option<Fault>>> {
    let huge = |fault: &Fault| matches!(fault, Fault::Oversized { .. });
    let all: Vec<_> = Fault::all().into_iter().filter(|fault| !huge(fault)).collect();
    prop::collection::vec(prop::option::weighted(0.95, select(all)), 1..8)
}

fn limits() -> impl Strategy<Value = Limits> {
    let clocks = Clocks {
        first_content: SECOND * 3,
        silence: SECOND * 2,
        whole: Some(SECOND * 5),
        ..Clocks::DEFAULT
    };
    let hedge = prop::option::of(Just(Hedge::After(SECOND)));
    (hedge, select(vec![Broken::Fail, Broken::Resume, Broken::Restart])).prop_map(
        move |(hedge, broken)| Limits { attempts: 4, hedge, broken, clocks, ..Limits::DEFAULT },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_request_is_at_most_as_many_calls_as_its_limit_whatever_fails(
        nesting in nestings(),
        limits in limits(),
        mode in select(MODES.to_vec()),
        faults in faults(),
    ) {
        let Seen { calls, ended, ledger, running, took } = check(nesting, limits, mode, &faults);

        prop_assert!(calls.len() <= 4, "{calls:?} {ended:?}");
        prop_assert_eq!(ledger.entries().len(), calls.len());
        prop_assert_eq!((running, ledger.held()), (0, Money::ZERO));
        let trace = match &ended {
            Ok(response) => response.trace.as_deref(),
            Err(error) => error.trace(),
        };
        let attempts = &trace.unwrap().attempts;
        prop_assert_eq!(attempts.iter().filter(|it| !it.is_refused()).count(), calls.len());
        let ended = |attempt: &Attempted| attempt.began + attempt.took;
        prop_assert_eq!(attempts.iter().map(ended).max(), Some(took), "slept after the last");
    }
}
