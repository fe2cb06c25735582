//! What is learned of providers: who is left alone, for how long, and what is told of it. By a paused clock.

use std::time::Duration;

use nohop::policy::{Hedge, by, fastest};
use nohop::{Json, Tool};
use nohop_testkit::Fault;
use tokio::time::sleep;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn out() -> Fault {
    Fault::status(500, r#"{"error":{"message":"no"}}"#)
}

/// Asks so often, and says which targets were called.
async fn called(router: &Router, name: &str, times: usize) -> Vec<String> {
    let mut targets = Vec::new();
    for _ in 0..times {
        let response = router.send(Request::new(name).user("Hello?")).await.unwrap();
        let attempts = response.trace.unwrap().attempts;
        targets.extend(attempts.iter().map(|attempt| attempt.target.to_string()));
    }
    targets
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_remove_a_target_until_it_answers_again() {
    let road = road(Emulator::openai().fault(out()), Emulator::anthropic().says("Hello!")).await;
    called(&road.router, "both", 25).await;
    assert_eq!(road.first.journal().calls(), 5, "it was left after five of twenty-five");

    // It is tried again now and then, by one request at a time, and nobody sees it fail.
    for _ in 0..600 {
        called(&road.router, "both", 1).await;
        sleep(SECOND).await;
    }
    let calls = road.first.journal().calls();
    assert!((35..=50).contains(&calls), "{calls} calls in ten minutes");

    road.first.becomes(Emulator::openai().says("I am back."));
    for _ in 0..30 {
        called(&road.router, "both", 1).await;
        sleep(SECOND).await;
    }
    assert_eq!(called(&road.router, "both", 10).await, ["m1@first"; 10]);
    assert!(road.is_clear());
}

#[tokio::test(start_paused = true)]
async fn who_failed_is_remembered_from_request_to_request_whatever_the_route() {
    let (first, second) = (Emulator::openai().fault(out()), Emulator::anthropic().says("Hello!"));
    let other = Route::new("other", ["m1@first", "m3@first", "m2@second"]);
    let road = road_with(first, second, Limits::DEFAULT, |builder| builder.route(other)).await;
    called(&road.router, "other", 5).await;
    assert_eq!(called(&road.router, "both", 3).await, ["m2@second"; 3]);
    // When another model fails there too it is the endpoint, and nobody tries them one by one.
    let calls = called(&road.router, "other", 3).await;
    assert_eq!(calls, ["m3@first", "m2@second", "m2@second", "m2@second"]);
}

#[tokio::test(start_paused = true)]
async fn of_many_requests_at_once_one_tries_who_was_out() {
    let road = road(Emulator::openai().fault(out()), Emulator::anthropic().says("Hello!")).await;
    called(&road.router, "both", 10).await;
    let before = road.first.journal().calls();
    road.first.becomes(Emulator::openai().says("Slowly.").delay(SECOND * 5));
    sleep(SECOND * 2).await;
    let ask = || async { road.router.send(hello()).await.unwrap().text() };
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    let slow = [a, b, c, d].iter().filter(|text| *text == "Slowly.").count();
    assert_eq!((slow, road.first.journal().calls() - before), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_only_target_is_asked_though_it_is_out() {
    let road = road(Emulator::openai().fault(out()), Emulator::anthropic()).await;
    for _ in 0..20 {
        let request = Request::new("m1@first").user("Hello?");
        assert_eq!(road.router.send(request).await.unwrap_err().status(), Some(500));
    }
    assert!(road.first.journal().calls() >= 20);
    road.first.becomes(Emulator::openai().says("Hello!"));
    assert_eq!(called(&road.router, "m1@first", 1).await, ["m1@first"]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_an_answer_says_is_used_up_is_not_met() {
    let first = Emulator::openai()
        .says("That was the last.")
        .header("x-ratelimit-remaining-tokens", "0")
        .header("x-ratelimit-reset-tokens", "30s");
    let road = road(first, Emulator::anthropic().says("Hello!")).await;
    let calls = called(&road.router, "both", 3).await;
    assert_eq!(calls, ["m1@first", "m2@second", "m2@second"]);
    sleep(SECOND * 30).await;
    assert_eq!(called(&road.router, "both", 1).await, ["m1@first"]);
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_that_succeeds_says_of_coming_back_is_not_read() {
    let first = Emulator::openai().says("Hello!").header("retry-after", "60");
    let road = road(first, Emulator::anthropic()).await;
    assert_eq!(called(&road.router, "both", 3).await, ["m1@first"; 3]);
}

#[tokio::test(start_paused = true)]
async fn whoever_begins_with_what_was_saved_is_not_blind() {
    let make = || async {
        let first = Emulator::openai().says("Slowly.").delay(SECOND * 2);
        let second = Emulator::anthropic().says("Fast.").delay(SECOND / 10);
        let fastest = |builder: Builder| builder.policy(by(fastest()));
        road_with(first, second, Limits::DEFAULT, fastest).await
    };
    let old = make().await;
    called(&old.router, "both", 5).await;
    let measured = old.router.health().targets();
    assert!(measured.values().all(|health| health.latency > Some(SECOND / 20)), "{measured:?}");
    let saved = old.router.health().save();

    let new = make().await;
    let first = |road: &Road| road.router.explain(hello()).unwrap().order[0].to_string();
    assert_eq!(first(&new), "m1@first");
    new.router.health().load(&saved).unwrap();
    assert_eq!(first(&new), "m2@second");
    assert!(new.router.health().load("{}").is_err());
}

#[tokio::test(start_paused = true)]
async fn calls_that_fit_no_tool_are_counted_against_who_makes_them() {
    let first = Emulator::openai().calls("look", "{\"at\": ");
    let road = road(first, Emulator::anthropic()).await;
    let function = Tool::function("look", Json::new(r#"{"type":"object"}"#).unwrap());
    let request = hello().tool(function);
    road.router.send(request).await.unwrap();
    let health = road.router.health().targets()["m1@first"];
    assert_eq!((health.attempts, health.malformed, health.failures), (1, 1_000, 0));
}

#[tokio::test(start_paused = true)]
async fn statistics_say_who_served_whom_and_why_while_it_happens() {
    let first = Emulator::openai().fault_times(1, out()).says("Hello!").delay(SECOND);
    let road = road(first, Emulator::anthropic().says("Hello!").delay(SECOND * 2)).await;
    for arm in ["a", "b"] {
        road.router.send(hello().tag("arm", arm)).await.unwrap();
    }
    road.router.send(Request::new("m1@first").user("Hello?")).await.unwrap();

    for report in [road.router.stats().all(), road.router.stats().last(5)] {
        let all = report.all();
        assert_eq!((all.totals.attempts, all.fallbacks, all.retries), (4, 1, 0));
        assert_eq!(all.errors(), [(nohop::ErrorKind::Server, 1)]);
        let targets = report.by_target();
        let (one, other) = (&targets["m1@first"], &targets["m2@second"]);
        assert_eq!((one.totals.finished, one.totals.failed), (2, 1));
        let near = |time: Option<Duration>, exact: Duration| {
            assert!(time.unwrap().abs_diff(exact) < exact / 50, "{time:?} for {exact:?}");
        };
        near(one.first_content(500), SECOND);
        near(other.first_content(990), SECOND * 2);
        assert_eq!(report.by_route()["both"].totals.attempts, 3);
        assert_eq!(report.by_key()[&("first".into(), 0)].totals.attempts, 3);
        let arms = report.by_tag("arm");
        assert_eq!((arms["a"].totals.attempts, arms["b"].totals.attempts), (2, 1));
        assert_eq!(all.totals.cost, road.ledger.spent());
    }
}

#[tokio::test(start_paused = true)]
async fn a_hedge_is_counted_as_one() {
    let limits = Limits { hedge: Some(Hedge::After(SECOND)), ..Limits::DEFAULT };
    let first = Emulator::openai().says("Slowly.").delay(SECOND * 30);
    let road = road_with(first, Emulator::anthropic().says("Hello!"), limits, |it| it).await;
    assert_eq!(road.router.send(hello()).await.unwrap().text(), "Hello!");
    let report = road.router.stats().all();
    assert_eq!((report.all().hedges, report.by_target()["m2@second"].hedges), (1, 1));
    assert_eq!(report.all().totals.cancelled, 1);
}
