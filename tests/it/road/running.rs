//! What an application does with a router that runs: hooks, keys, budgets, the end of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nohop::ledger::{Entry, Ledger, Reservation};
use nohop::policy::{Attempt, Candidates, Context, Policy};
use nohop::{Error, ErrorKind, Event, Scope, Secret};
use nohop_testkit::Fault;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A road whose first provider answers, with more to be said of the router.
async fn check(more: impl FnOnce(Builder) -> Builder) -> Road {
    let (first, second) = (Emulator::openai().says("Hello!"), Emulator::anthropic().says("Bye!"));
    road_with(first, second, Limits::DEFAULT, more).await
}

#[tokio::test(start_paused = true)]
async fn a_router_that_drains_takes_no_more_requests_and_waits_for_those_under_way() {
    let first = Emulator::openai().says("One two three.").pause(SECOND);
    let road = road(first, Emulator::anthropic()).await;
    let answer = road.router.stream(hello()).await.unwrap();
    let drained = Mutex::new(false);
    let drain = async {
        road.router.drain().await;
        *drained.lock().unwrap() = true;
    };
    let read = async {
        tokio::task::yield_now().await;
        let error = road.router.send(hello()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("the router is drained"), "{error}");
        let response = answer.response().await.unwrap();
        assert!(!*drained.lock().unwrap());
        response
    };
    let ((), response) = tokio::join!(drain, read);
    assert_eq!(response.trace.unwrap().attempts[0].outcome, Some(Outcome::Finished));
    assert_eq!(road.first.journal().calls(), 1);
    assert!(road.router.clone().stream(hello()).await.is_err(), "a copy drains too");
    road.router.drain().await;
}

#[tokio::test]
async fn an_answer_that_is_over_holds_up_no_drain_though_it_is_kept() {
    let road = check(|builder| builder).await;
    let mut complete = road.router.stream(hello()).await.unwrap();
    while !matches!(complete.next().await.unwrap().unwrap(), Event::Finish { .. }) {}
    road.first.becomes(Emulator::openai().says("One two.").fault(Fault::ResetAfter { events: 1 }));
    let mut broken = road.router.stream(hello()).await.unwrap();
    while broken.next().await.unwrap().is_ok() {}

    let drained = tokio::time::timeout(SECOND * 60, road.router.drain()).await;
    assert!(drained.is_ok(), "it is not under way any more");
    assert!(complete.cost().is_some() && broken.next().await.is_none());
}

#[tokio::test]
async fn hooks_see_every_request_and_event_and_may_change_them() {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    let road = check(|builder| {
        builder
            .before(|request| {
                request.max_tokens = Some(7);
                Ok(())
            })
            .before(|request| {
                assert_eq!(request.max_tokens, Some(7), "in their order");
                request.model = "m1@first".to_owned();
                Ok(())
            })
            .after(move |_, event| {
                count.fetch_add(1, Ordering::Relaxed);
                if let Event::Finish { usage, .. } = event {
                    Arc::make_mut(usage).input = Some(99);
                }
                Ok(())
            })
    })
    .await;
    let request = Arc::new(Request::new("nobody").user("Hello?"));
    let response = road.router.send(request.clone()).await.unwrap();
    assert_eq!(response.usage.input, Some(99));
    assert!(seen.load(Ordering::Relaxed) > 2);
    assert_eq!(request.max_tokens, None, "the caller's own is left alone");
    let sent = road.first.journal().last().unwrap().json().to_string();
    assert!(sent.contains(":7") && sent.contains("\"m1\""), "{sent}");
}

#[tokio::test]
async fn what_is_explained_is_what_would_be_sent() {
    let elsewhere = |request: &mut Request| {
        request.model = "m1@first".to_owned();
        Ok(())
    };
    let road = check(|builder| builder.before(elsewhere)).await;
    let request = Arc::new(Request::new("nobody").user("Hello?"));
    let explained = road.router.explain(request.clone()).unwrap();
    assert_eq!((&*explained.name, &*explained.order), ("m1@first", &["m1@first".into()][..]));
    assert_eq!(request.model, "nobody", "the caller's own is left alone");
    let sent = road.router.send(request).await.unwrap().trace.unwrap();
    assert_eq!((sent.name, sent.order), (explained.name, explained.order));

    let nothing = road.router.explain(Request::new("m1@first")).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::InvalidRequest, "it would not be sent");
}

#[tokio::test]
async fn a_hook_that_refuses_ends_the_request_with_its_own_error() {
    let no = || Error::new(ErrorKind::ContentFilter, "not in this house");
    let road = check(|builder| builder.before(move |_| Err(no()))).await;
    let error = road.router.send(hello()).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::ContentFilter, "not in this house"));
    let unsent = road.router.explain(hello()).unwrap_err();
    assert_eq!((unsent.kind(), unsent.message()), (error.kind(), error.message()));
    assert_eq!(road.first.accepted() + road.second.accepted(), 0);

    let road = check(|builder| builder.after(move |_, _| Err(no()))).await;
    for mode in MODES {
        let error = ask(&road.router, hello(), mode).await.unwrap_err();
        assert_eq!(error.message(), "not in this house");
    }
    assert_eq!(road.second.journal().calls(), 0, "nobody else is tried");
    assert!(road.is_clear());
}

#[tokio::test]
async fn a_key_is_rotated_while_the_router_runs() {
    let road = check(|builder| builder).await;
    road.router.send(hello()).await.unwrap();
    let endpoint = road.router.endpoint("first").unwrap();
    endpoint.rotate(0, Secret::new("sk-new")).unwrap();
    road.router.send(hello()).await.unwrap();
    assert_eq!(keys(&road.first), ["sk-first", "sk-new"]);
    assert_eq!(endpoint.rotate(1, Secret::new("sk")).unwrap_err().kind(), ErrorKind::Config);
    assert!(road.router.endpoint("third").is_none());
}

#[tokio::test]
async fn what_is_too_dear_for_the_budget_goes_where_it_is_cheaper() {
    let budget = Money::cents_per_million(100) * 5_000;
    let ledger = Arc::new(Memory::new().budget(budget));
    let cheap = Price { output: Money::cents_per_million(1), ..Price::FREE };
    let road = check(|builder| {
        let route = Route::new(
            "dear first",
            [Target::new("m1@first").price(dear()), Target::new("m2@second").price(cheap)],
        );
        builder.route(route).ledger(ledger.clone())
    })
    .await;
    let response = road.router.send(Request::new("dear first").user("Hello?")).await.unwrap();
    assert_eq!(response.text(), "Bye!");
    let attempts = &response.trace.as_ref().unwrap().attempts;
    assert!(attempts[0].is_refused() && attempts[0].sent.is_none(), "{attempts:?}");
    assert_eq!(attempts[0].outcome, Some(Outcome::Failed(ErrorKind::Budget)));
    assert_eq!((road.first.accepted(), ledger.entries().len()), (0, 1));
    assert_eq!(ledger.held(), Money::ZERO);
}

fn dear() -> Price {
    Price { input: Money::DOLLAR, output: Money::DOLLAR, ..Price::FREE }
}

/// A ledger that never works.
#[derive(Debug)]
struct Torn;

impl Ledger for Torn {
    fn reserve(&self, _: &Request, _: &str, _: Option<Money>) -> Result<Reservation> {
        panic!("the ledger is torn")
    }

    fn settle(&self, _: Reservation, _: Entry) {
        panic!("the ledger is torn")
    }

    fn release(&self, _: Reservation) {
        panic!("the ledger is torn")
    }
}

/// A policy that never works.
struct Undecided;

impl Policy for Undecided {
    fn apply(&self, _: &Context<'_>, list: &mut Candidates<'_>) {
        list.retain(|_| false);
        panic!("no idea")
    }

    fn observe(&self, _: &Context<'_>, _: &Attempt<'_>) {
        panic!("no idea either")
    }
}

#[tokio::test]
async fn ledgers_policies_and_hooks_that_panic_fail_no_request() {
    let road = road_with(
        Emulator::openai().says("Hello!").fault_times(1, Fault::Overloaded),
        Emulator::anthropic().says("Bye!"),
        Limits::DEFAULT,
        |builder| builder.ledger(Torn).policy(Undecided).after(|_, _| panic!("at each event")),
    )
    .await;
    let response = road.router.send(hello()).await.unwrap();
    assert_eq!(response.text(), "Bye!");
    let trace = response.trace.unwrap();
    assert_eq!(&*trace.stages[0].name, "available, for the policy panicked");
    let response = road.router.stream(hello()).await.unwrap().response().await.unwrap();
    assert_eq!(response.text(), "Bye!", "the first rests");
    assert_eq!(road.router.running(), 0);
}

#[tokio::test]
async fn a_guard_that_panics_lets_nothing_pass() {
    let (first, second) = (Emulator::openai().says("Hello!"), Emulator::anthropic());
    let road = road_with(first, second, Limits::DEFAULT, |builder| {
        builder.before(|_| panic!("in the middle of it"))
    })
    .await;
    let error = road.router.send(hello()).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Config, Scope::Us));
    assert_eq!(road.first.journal().calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_trace_says_where_the_time_went() {
    let first = Emulator::openai().fault_times(1, Fault::Overloaded).says("One two.");
    let road = road(first.delay(SECOND).first_after(SECOND).pause(SECOND), Emulator::anthropic());
    let road = road.await;
    let request = Request::new("m1@first").user("Hello?");
    let response = road.router.stream(request).await.unwrap().response().await.unwrap();

    let trace = response.trace.unwrap();
    let [failed, done] = &trace.attempts[..] else { panic!("{trace}") };
    // By the paused clock our own work takes no time: what is left is waiting, and the provider's.
    assert_eq!((trace.decided, failed.began), (Duration::ZERO, Duration::ZERO));
    assert_eq!(
        (failed.sent, failed.head, failed.first_content),
        (Some(Duration::ZERO), None, None)
    );
    assert_eq!((failed.status, failed.took), (Some(529), SECOND));
    assert!(done.began > failed.took, "the pause before a retry is seen as ours");
    assert_eq!((done.sent, done.head), (Some(Duration::ZERO), Some(SECOND)));
    assert_eq!((done.first_content, done.took), (Some(SECOND * 2), SECOND * 3));
    assert_eq!(trace.took, done.began + done.took);

    let entries = road.ledger.entries();
    assert_eq!((entries[1].first_content, entries[1].took), (done.first_content, done.took));
    let shown = trace.to_string();
    for name in ["decided", "sent", "head", "first", "took"] {
        assert!(trace.to_json().contains(name), "{name}");
    }
    assert!(shown.contains("m1@first"), "{shown}");
}

#[tokio::test]
async fn names_that_anyone_may_ask_for_fill_no_memory() {
    let ledger = Arc::new(Memory::new().most_entries(10));
    let road = check(|builder| builder.ledger(ledger.clone())).await;
    for number in 0..5_000 {
        let name = format!("made-up-{number}@first");
        road.router.explain(Request::new(name).user("Hello?")).unwrap();
        let unknown = Request::new(format!("nobody-{number}")).user("Hello?");
        road.router.explain(unknown).unwrap_err();
    }
    for number in 0..100 {
        let request = Request::new(format!("made-up-{number}@first")).user("Hello?");
        road.router.send(request).await.unwrap();
    }
    assert_eq!(ledger.entries().len(), 10);
    assert_eq!(ledger.totals().all().attempts, 100);
}
