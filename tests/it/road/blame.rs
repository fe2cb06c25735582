//! Who is called after which failure, and whom it counts against.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nohop::policy::{Attempt, Candidates, Context, Policy};
use nohop::{Error, ErrorKind, Scope};
use nohop_testkit::{Fault, RetryAfter};
use tokio::time::timeout;

use super::*;

/// Asks the route, whose preferred provider fails like this; says how often that one and the other were
/// called, and how it ended.
async fn check(route: &str, fault: &Fault, mode: Mode) -> ((u64, u64), Result<Response>) {
    let failing = |script: Script| script.fault(fault.clone());
    let road = match route {
        "both" => road(failing(Emulator::openai()), Emulator::anthropic().says("Hello!")).await,
        _ => road(Emulator::openai().says("Hello!"), failing(Emulator::anthropic())).await,
    };
    let ended = ask(&road.router, Request::new(route).user("Hello?"), mode).await;
    let calls = (road.first.journal().calls(), road.second.journal().calls());
    assert!(road.is_clear(), "{fault:?}");
    assert_eq!(road.ledger.entries().len() as u64, calls.0 + calls.1, "{fault:?}");
    (if route == "both" { calls } else { (calls.1, calls.0) }, ended)
}

/// Goes through every fault, both dialects and both ways of asking.
async fn each(faults: &[Fault], look: impl Fn(&Fault, (u64, u64), Result<Response>)) {
    for fault in faults {
        for mode in MODES {
            for route in ["both", "back"] {
                let (calls, ended) = check(route, fault, mode).await;
                look(fault, calls, ended);
            }
        }
    }
}

fn status(status: u16) -> Fault {
    Fault::status(status, r#"{"error":{"message":"no"}}"#)
}

#[tokio::test]
async fn the_callers_own_mistake_is_neither_tried_again_nor_elsewhere() {
    each(&[Fault::BadSchema, status(400), status(422)], |fault, calls, ended| {
        let error = ended.unwrap_err();
        assert_eq!(calls, (1, 0), "{fault:?}");
        assert_eq!((error.kind(), error.scope()), (ErrorKind::InvalidRequest, Scope::Request));
        assert!(error.earlier().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_model_that_is_not_there_is_asked_for_at_the_next_target() {
    each(&[Fault::UnknownModel, status(404), status(405), status(410)], |fault, calls, ended| {
        assert_eq!(calls, (1, 1), "{fault:?}");
        assert_eq!(
            outcomes(&ended.unwrap()),
            [Outcome::Failed(ErrorKind::NotFound), Outcome::Finished]
        );
    })
    .await;
}

#[tokio::test]
async fn an_overloaded_provider_is_left_for_the_next_target() {
    each(&[Fault::Overloaded, status(529)], |fault, calls, ended| {
        assert_eq!(calls, (1, 1), "{fault:?}");
        assert_eq!(
            outcomes(&ended.unwrap()),
            [Outcome::Failed(ErrorKind::Overloaded), Outcome::Finished]
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_overloaded_provider_is_tried_again_where_there_is_no_other() {
    let script = Emulator::openai().says("Hello!").fault_times(2, Fault::Overloaded);
    let road = road(script, Emulator::anthropic()).await;
    let response = road.router.send(Request::new("m1@first").user("Hello?")).await.unwrap();
    let overloaded = Outcome::Failed(ErrorKind::Overloaded);
    assert_eq!(outcomes(&response), [overloaded, overloaded, Outcome::Finished]);
}

#[tokio::test]
async fn whoever_limits_us_is_left_for_the_next_target_however_long_it_asks_for() {
    let day = Duration::from_secs(24 * 3600);
    let mut limits = RetryAfter::all(day);
    limits.extend(RetryAfter::all(Duration::from_millis(1)));
    let faults: Vec<_> = limits.into_iter().map(Fault::RateLimited).collect();
    each(&faults, |fault, calls, ended| {
        assert_eq!(calls, (1, 1), "{fault:?}");
        assert_eq!(
            outcomes(&ended.unwrap()),
            [Outcome::Failed(ErrorKind::RateLimit), Outcome::Finished]
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_does_not_pass_is_told_from_one_that_does() {
    let check = async |fault: Fault| {
        let script = Emulator::openai().says("Hello!").fault_times(1, fault);
        let road = road(script, Emulator::anthropic()).await;
        let ended = road.router.send(Request::new("m1@first").user("Hello?")).await;
        (road.first.journal().calls(), ended.map_err(|error| error.kind()).map(|it| it.text()))
    };
    let limited = Fault::RateLimited(RetryAfter::Missing);
    assert_eq!(check(limited).await, (2, Ok("Hello!".to_owned())));
    assert_eq!(check(Fault::InsufficientQuota).await, (1, Err(ErrorKind::Quota)));
}

/// Asks an endpoint with two keys, the first of which fails like this, and once more; says which keys were
/// used at first, and then.
async fn keys_after(fault: Fault, mode: Mode) -> (Vec<String>, Vec<String>) {
    let emulator = Emulator::openai().says("Hello!").fault_times(1, fault).start().await.unwrap();
    let endpoint = openai("only", &emulator).key("sk-spare");
    let router = Router::builder().endpoint(endpoint).build().unwrap();
    let request = Request::new("m@only").user("Hello?");
    ask(&router, request.clone(), mode).await.unwrap();
    let first = keys(&emulator);
    ask(&router, request, mode).await.unwrap();
    (first.clone(), keys(&emulator).split_off(first.len()))
}

#[tokio::test]
async fn a_key_that_is_refused_is_left_for_the_next_key_and_rests() {
    let refusals = [401, 402, 403].map(status).into_iter();
    for fault in refusals.chain([Fault::Unauthorized, Fault::InsufficientQuota]) {
        for mode in MODES {
            let (first, then) = keys_after(fault.clone(), mode).await;
            assert_eq!(first, ["sk-first", "sk-spare"], "{fault:?}");
            assert_eq!(then, ["sk-spare"], "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_target_whose_keys_are_all_refused_is_left_for_the_next_target() {
    let first = Emulator::openai().fault(Fault::Unauthorized).start().await.unwrap();
    let second = Emulator::anthropic().says("Hello!").start().await.unwrap();
    let router = Router::builder()
        .endpoint(openai("first", &first).key("sk-spare"))
        .endpoint(anthropic("second", &second))
        .route(Route::new("both", ["m1@first", "m2@second"]))
        .build()
        .unwrap();
    let response = router.send(hello()).await.unwrap();
    assert_eq!(keys(&first), ["sk-first", "sk-spare"]);
    assert_eq!(response.text(), "Hello!");
}

/// Writes down of every attempt that has ended whether it counts against its candidate.
#[derive(Clone, Default)]
struct Watch(Arc<Mutex<Vec<bool>>>);

impl Watch {
    fn faults(&self) -> Vec<bool> {
        self.0.lock().unwrap().clone()
    }
}

impl Policy for Watch {
    fn apply(&self, _: &Context<'_>, _: &mut Candidates<'_>) {}

    fn observe(&self, _: &Context<'_>, attempt: &Attempt<'_>) {
        self.0.lock().unwrap().push(attempt.is_fault());
    }
}

/// A road that is watched, and its watch.
async fn watched(first: Script, limits: Limits) -> (Road, Watch) {
    let watch = Watch::default();
    let policy = watch.clone();
    let second = Emulator::anthropic().says("Hello!");
    (road_with(first, second, limits, |builder| builder.policy(policy)).await, watch)
}

#[tokio::test(start_paused = true)]
async fn what_the_caller_gave_up_counts_against_nobody() {
    let hang = Emulator::openai().fault(Fault::Hang);
    let (road, watch) = watched(hang.clone(), Limits::DEFAULT).await;
    timeout(Duration::from_secs(1), road.router.send(hello())).await.unwrap_err();
    timeout(Duration::from_secs(1), road.router.stream(hello())).await.unwrap_err();
    assert_eq!(watch.faults(), [false, false]);

    let limits = Limits { total: Duration::from_secs(1), ..Limits::DEFAULT };
    let (road, watch) = watched(hang, limits).await;
    let error = road.router.send(hello()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(watch.faults(), [false]);

    let order = road.router.explain(hello()).unwrap().order;
    assert_eq!(order[0], "m1@first".into());
    assert!(road.is_clear());
}

#[tokio::test]
async fn the_callers_mistakes_and_our_own_refusals_count_against_nobody() {
    let (road, watch) = watched(Emulator::openai().fault(status(400)), Limits::DEFAULT).await;
    road.router.send(hello()).await.unwrap_err();
    assert_eq!(watch.faults(), [false]);
    assert_eq!(road.router.explain(hello()).unwrap().order[0], "m1@first".into());

    let guarded = watch.clone();
    let refuse = |_: &Request, _: &mut nohop::Event| {
        Err(Error::new(ErrorKind::ContentFilter, "not in this house"))
    };
    let road = road_with(
        Emulator::openai().says("Hello!"),
        Emulator::anthropic(),
        Limits::DEFAULT,
        |builder| builder.policy(guarded).after(refuse),
    )
    .await;
    let error = road.router.send(hello()).await.unwrap_err();
    assert_eq!(error.message(), "not in this house");
    assert_eq!(watch.faults(), [false, false]);
    assert!(road.is_clear());
}

#[tokio::test]
async fn what_is_our_own_fault_is_no_fault_of_a_provider() {
    // What Anthropic can not be sent, though OpenAI could be: arguments that are no JSON.
    let (road, watch) = watched(Emulator::openai(), Limits::DEFAULT).await;
    let call = nohop::ToolCall::new("c1", "weather", "{no JSON");
    let request = Request::new("m2@second")
        .user("Rain?")
        .assistant(nohop::Part::new(nohop::Content::ToolCall(call)))
        .result("c1", "No.");
    let error = road.router.send(request).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::InvalidRequest, Scope::Request));
    assert!(error.trace().unwrap().attempts[0].is_refused());

    // A budget that has nothing left.
    let broke = Arc::new(Memory::new().budget(Money::ZERO));
    let ledger = broke.clone();
    let budgeted =
        road_with(Emulator::openai(), Emulator::anthropic(), Limits::DEFAULT, |builder| {
            builder.ledger(ledger)
        })
        .await;
    let error = budgeted.router.send(hello()).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Budget, Scope::Us));

    for road in [road, budgeted] {
        assert_eq!(road.first.accepted() + road.second.accepted(), 0);
    }
    assert!(watch.faults().is_empty() && broke.entries().is_empty());
}
