use nohop::{ErrorKind, Event, Money, Outcome, Provenance};
use nohop_testkit::{Emulator, Fault};

use super::*;

#[tokio::test]
async fn a_failed_attempt_falls_over_and_the_answer_says_what_it_cost() {
    let first = Emulator::openai().fault(Fault::Overloaded);
    let road = road(first, Emulator::anthropic().says("Hello!").usage(10, 20)).await;
    let response = road.router.send(hello()).await.unwrap();

    assert_eq!(response.text(), "Hello!");
    assert_eq!(outcomes(&response), [Outcome::Failed(ErrorKind::Overloaded), Outcome::Finished]);
    let cost = response.cost.unwrap();
    assert_eq!(cost.provenance, Provenance::Computed);
    assert_eq!(
        cost.amount,
        Money::cents_per_million(100) * 10 + Money::cents_per_million(200) * 20
    );
    assert_eq!((road.first.journal().calls(), road.second.journal().calls()), (1, 1));
    assert_eq!(road.ledger.entries().len(), 2);
    assert!(road.is_clear());
}

#[tokio::test]
async fn a_stream_arrives_as_it_is_made_and_folds_to_the_same() {
    let says = "One two three four five.";
    let road = road(Emulator::openai().says(says).usage(3, 5), Emulator::anthropic()).await;
    let mut answer = road.router.stream(hello()).await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = answer.next().await {
        events.push(event.unwrap());
    }
    let deltas = events.iter().filter(|event| matches!(event, Event::Delta { .. })).count();
    assert!(deltas > 3, "{events:?}");
    assert_eq!(Response::from_iter(events).text(), says);
    assert_eq!(answer.cost().unwrap().amount, Money::cents_per_million(100) * 13);
    drop(answer);
    assert!(road.is_clear());
}

#[tokio::test]
async fn text_is_a_stream_of_strings() {
    let road = road(Emulator::openai().thinks("Hm.").says("One two."), Emulator::anthropic()).await;
    let mut text = road.router.stream(hello()).await.unwrap().text();
    let mut said = String::new();
    while let Some(piece) = text.next().await {
        said += &piece.unwrap();
    }
    assert_eq!(said, "One two.");
    assert!(text.trace().attempts[0].first_content.is_some());
}

#[tokio::test]
async fn nothing_but_the_decision_is_explained_without_a_call() {
    let road = road(Emulator::openai(), Emulator::anthropic()).await;
    let trace = road.router.explain(hello()).unwrap();
    assert_eq!(
        trace.order.iter().map(|target| &**target).collect::<Vec<_>>(),
        ["m1@first", "m2@second"]
    );
    assert!(trace.attempts.is_empty());
    assert_eq!(road.first.journal().calls(), 0);
}

#[tokio::test]
async fn answers_one_after_another_share_a_connection() {
    let road = road(Emulator::openai().says("One two three."), Emulator::anthropic()).await;
    for _ in 0..5 {
        road.router.stream(hello()).await.unwrap().response().await.unwrap();
        road.router.send(hello()).await.unwrap();
    }
    assert_eq!(road.first.accepted(), 1);
}
