//! Policies that need more than a list: what they say of a request, and what they learn from its attempts.

use nohop::policy::{Offer, Policy, available, first, only, split, sticky};
use nohop::{Json, Label, Tool};
use nohop_testkit::Fault;

use super::*;

/// A road whose first provider says `one` and whose second says `two`, with a policy for both.
async fn check(first: Script, policy: impl Policy) -> Road {
    let second = Emulator::anthropic().says("two").usage(4_000, 1).cached(3_900);
    road_with(first.says("one"), second, Limits::DEFAULT, |builder| {
        let targets =
            [Target::new("m1@first").price(price()), Target::new("m2@second").price(price())];
        builder.route(Route::new("chosen", targets).policy(policy))
    })
    .await
}

#[tokio::test]
async fn the_arm_of_a_split_is_on_the_trace_and_on_every_entry() {
    let trial = split("model").arm("new", 1, only(["first", "second"])).arm("old", 0, first());
    let road = check(Emulator::openai().fault(Fault::ServerError), available().then(trial)).await;
    let request = Request::new("chosen").user("Who answers?").by("ann").tag("team", "red");
    let response = road.router.send(request).await.unwrap();

    assert_eq!(response.text(), "two");
    let trace = response.trace.unwrap();
    assert_eq!(trace.labels, [Label::new("model", "new")]);
    assert!(trace.to_string().contains("\nlabels: model new\n"), "{trace}");
    let entries = road.ledger.entries();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        assert_eq!((&*entry.tags["model"], &*entry.tags["team"]), ("new", "red"));
    }
}

#[tokio::test]
async fn a_conversation_stays_where_the_router_saw_it_cached() {
    let road = check(Emulator::openai().fault_times(1, Fault::ServerError), sticky(first())).await;
    let talk = |text: &str| Request::new("chosen").user("A long story. ".repeat(1_000)).user(text);
    for (request, answer) in [
        // The first fails, and so the second answers and says what it had cached.
        (talk("Who?"), "two"),
        (talk("Who?").assistant("They.").user("And then?"), "two"),
        (Request::new("chosen").user("Another story."), "one"),
    ] {
        assert_eq!(road.router.send(request).await.unwrap().text(), answer);
    }
}

#[tokio::test]
async fn a_route_that_says_nothing_asks_who_is_able() {
    let unable = Offer { tools: Some(false), ..Offer::default() };
    let (first, second) = (Emulator::openai().says("one"), Emulator::anthropic().says("two"));
    let road = road_with(first, second, Limits::DEFAULT, |builder| {
        let targets = [Target::new("m1@first").offer(unable), Target::new("m2@second")];
        builder.route(Route::new("plain", targets))
    })
    .await;
    let tool = Tool::function("look", Json::new(r#"{"type":"object"}"#).unwrap());
    let plain = Request::new("plain").user("Who answers?");
    assert_eq!(road.router.send(plain.clone()).await.unwrap().text(), "one");
    let response = road.router.send(plain.tool(tool)).await.unwrap();
    assert_eq!(response.text(), "two");
    let stages = response.trace.unwrap().stages;
    let shown: Vec<_> = stages.iter().map(|stage| (&*stage.name, stage.kept)).collect();
    assert_eq!(shown, [("available", 2), ("capable", 1)]);
}
