//! Answers that are kept: what was asked before is not asked again.

use std::time::Duration;

use nohop::ledger::Delivery;
use nohop::{Cache, Event};
use nohop_testkit::Fault;

use super::*;

/// A road on which answers are kept, and on which nobody is asked twice for one request.
async fn kept(script: Script, cache: Cache) -> Road {
    let limits = Limits { attempts: 1, ..Limits::DEFAULT };
    let more = |builder: Builder| builder.limits(limits).cache(cache);
    road_with(script, Script::anthropic(), limits, more).await
}

fn cache() -> Cache {
    Cache::memory(1 << 20)
}

#[tokio::test]
async fn what_was_asked_before_is_told_again_at_no_cost_and_said_to_be_kept() {
    let road = kept(Script::openai().says("Hello!"), cache()).await;
    let first = road.router.send(hello()).await.unwrap();
    let second = road.router.send(hello()).await.unwrap();

    assert_eq!(road.first.journal().calls(), 1);
    assert_eq!((second.text(), second.usage.clone()), (first.text(), first.usage.clone()));
    assert!(first.cost.unwrap().amount > Money::ZERO);
    assert_eq!(second.cost.unwrap().amount, Money::ZERO);
    let trace = second.trace.unwrap();
    let attempt = &trace.attempts[0];
    assert_eq!((&*attempt.target, attempt.outcome), ("m1@first", Some(Outcome::Finished)));
    assert!(attempt.kept.is_some());
    let entries = road.ledger.entries();
    assert_eq!(entries.len(), 2);
    assert_eq!((entries[1].delivery, entries[1].usage.total()), (Delivery::Kept, None));
    assert_eq!(entries[1].cost.unwrap().amount, Money::ZERO);
}

#[tokio::test]
async fn a_stream_fills_what_a_whole_answer_is_told_from_and_the_other_way_round() {
    let road = kept(Script::openai().says("One two three."), cache()).await;
    let mut text = road.router.stream(hello()).await.unwrap().text();
    while let Some(piece) = text.next().await {
        piece.unwrap();
    }
    let whole = road.router.send(hello()).await.unwrap();
    let mut stream = road.router.stream(hello()).await.unwrap();
    let mut again = Response::default();
    while let Some(event) = stream.next().await {
        again.extend([event.unwrap()]);
    }

    assert_eq!(road.first.journal().calls(), 1);
    assert_eq!(
        (whole.text().as_str(), again.text().as_str()),
        ("One two three.", "One two three.")
    );
}

#[tokio::test]
async fn a_thousand_that_ask_for_the_same_at_once_are_one_call() {
    let road = kept(Script::openai().says("Hello!"), cache()).await;
    let asks = (0..1_000).map(|number| {
        let router = road.router.clone();
        tokio::spawn(async move {
            match number % 2 {
                0 => router.send(hello()).await.unwrap().text(),
                _ => router.stream(hello()).await.unwrap().response().await.unwrap().text(),
            }
        })
    });
    for ask in asks.collect::<Vec<_>>() {
        assert_eq!(ask.await.unwrap(), "Hello!");
    }
    assert_eq!(road.first.journal().calls(), 1);
    assert_eq!(road.ledger.entries().len(), 1_000);
    assert_eq!(road.router.running(), 0);
}

#[tokio::test]
async fn who_leads_and_is_dropped_hands_over() {
    let road = kept(Script::openai().says("Hello!"), cache()).await;
    let mut leader = road.router.stream(hello()).await.unwrap();
    assert!(matches!(leader.next().await, Some(Ok(Event::Start { .. }))));
    let other = tokio::spawn({
        let router = road.router.clone();
        async move { router.send(hello()).await.unwrap().text() }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!other.is_finished());

    drop(leader);

    assert_eq!(other.await.unwrap(), "Hello!");
    assert_eq!(road.first.journal().calls(), 2);
}

#[tokio::test]
async fn what_failed_or_was_cut_is_asked_again() {
    let only = || Request::new("m1@first").user("Hello?");
    for fault in [
        Fault::Overloaded,
        Fault::CloseAfter { events: 2 },
        Fault::EofAfter { events: 2 },
        Fault::ErrorAfter { events: 2, kind: nohop::ErrorKind::Overloaded },
    ] {
        let road =
            kept(Script::openai().says("One two three.").fault_at(1, fault.clone()), cache()).await;
        let first = match road.router.stream(only()).await {
            Ok(answer) => answer.response().await,
            Err(error) => Err(error),
        };
        assert!(first.is_err(), "{fault:?}");

        let second = road.router.send(only()).await.unwrap();

        assert_eq!(second.text(), "One two three.", "{fault:?}");
        assert_eq!(road.first.journal().calls(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn calls_of_tools_are_kept_only_where_that_is_asked_for() {
    for (cache, calls) in [(cache(), 2), (cache().with_calls(), 1)] {
        let road = kept(Script::openai().calls("weather", r#"{"city":"Paris"}"#), cache).await;
        for _ in 0..2 {
            let response = road.router.send(hello()).await.unwrap();
            assert_eq!(response.tool_calls().count(), 1);
        }
        assert_eq!(road.first.journal().calls(), calls);
    }
}

#[tokio::test]
async fn an_answer_that_is_too_old_is_asked_for_again() {
    let road = kept(Script::openai().says("Hello!"), cache().ttl(Duration::from_millis(20))).await;
    road.router.send(hello()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(40)).await;
    road.router.send(hello()).await.unwrap();
    assert_eq!(road.first.journal().calls(), 2);
}

#[tokio::test]
async fn hooks_see_what_is_kept_as_they_see_what_is_told() {
    let road = road_with(
        Script::openai().says("Hello!"),
        Script::anthropic(),
        Limits::DEFAULT,
        |builder| {
            builder.cache(cache()).after(|_, event| {
                if let Event::Delta { piece: nohop::Piece::Text(text), .. } = event {
                    text.make_ascii_uppercase();
                }
                Ok(())
            })
        },
    )
    .await;
    for _ in 0..2 {
        let response = road.router.stream(hello()).await.unwrap().response().await.unwrap();
        assert_eq!(response.text(), "HELLO!");
    }
    assert_eq!(road.first.journal().calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_tries_nobody_who_was_out() {
    let (first, second) = (Emulator::openai().says("one"), Emulator::anthropic().says("two"));
    let road = road_with(first, second, Limits::DEFAULT, |builder| builder.cache(cache())).await;
    let ask = async |text: &str| {
        let request = Request::new("both").user(text);
        road.router.send(request).await.unwrap().text()
    };
    assert_eq!(ask("Again?").await, "one");
    road.first.becomes(Emulator::openai().fault(Fault::ServerError));
    for number in 0..5 {
        assert_eq!(ask(&number.to_string()).await, "two");
    }
    road.first.becomes(Emulator::openai().says("back"));
    tokio::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(ask("Again?").await, "one");

    assert_eq!(ask("Anew?").await, "back");
}
