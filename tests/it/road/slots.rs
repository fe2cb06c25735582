//! What stands before a route's policy, and beside it: classifiers and shadows.

use std::time::Duration;

use nohop::ledger::Entry;
use nohop::policy::{Policy, Quota, available, in_order, only, when};
use nohop::{Aside, Classify, ErrorKind, Inquiry, Judge, Label, Shadow, difficulty};
use nohop_testkit::{Fault, RetryAfter};

use super::scripted::{Scripted, paused};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A verdict that makes a request easy.
const EASY: &str = r#"{"boundary":"supported","chance":80}"#;

fn route() -> Route {
    let targets = [Target::new("m1@first").price(price()), Target::new("m2@second").price(price())];
    let policy = when("difficulty", "easy", in_order(["first"])).otherwise(in_order(["second"]));
    Route::new("slots", targets).policy(available().then(policy))
}

async fn with(first: Script, second: Script, route: Route) -> Road {
    let target = Target::new("m1@first").price(price());
    road_with(first, second, Limits::DEFAULT, |builder| builder.target(target).route(route)).await
}

fn asks(text: &str) -> Request {
    Request::new("slots").user(text).max_tokens(100)
}

const HARD: &str = "Prove the theorem, compare two proofs and implement both: ∑ 1/n² ≤ 2";

fn calls(road: &Road) -> (u64, u64) {
    (road.first.journal().calls(), road.second.journal().calls())
}

/// The entries that say so.
fn entries(road: &Road, aside: Option<Aside>) -> Vec<Arc<Entry>> {
    road.ledger.entries().into_iter().filter(|entry| entry.aside == aside).collect()
}

#[tokio::test]
async fn easy_requests_go_to_one_hard_ones_to_another_and_each_is_the_others_fallback() {
    let first = Emulator::openai().says("first").fault_at(2, Fault::Overloaded);
    let road = with(first, Emulator::anthropic().says("second"), route().classify(difficulty()));
    let road = road.await;
    let said = async |text| road.router.send(asks(text)).await.unwrap().text();
    assert_eq!(said("Hello?").await, "first");
    assert_eq!(said(HARD).await, "second");
    assert_eq!(said("Hello?").await, "second", "the first is overloaded");
    let tags: Vec<_> =
        road.ledger.entries().iter().map(|it| it.tags["difficulty"].clone()).collect();
    assert_eq!(tags, ["easy", "hard", "easy", "easy"], "what was found is on the entries");
}

#[tokio::test]
async fn what_a_judge_asks_is_on_trace_and_ledger_and_part_of_the_cost() {
    let first = Emulator::openai().says(EASY).usage(100, 10).then().says("first").usage(10, 1);
    let road = with(first, Emulator::anthropic(), route().classify(Judge::new("m1@first"))).await;
    let request = asks("Hello?").tag("team", "red");
    let response = road.router.send(request).await.unwrap();

    assert_eq!(response.text(), "first");
    let trace = response.trace.as_ref().unwrap();
    let classified = trace.classified.as_ref().unwrap();
    assert_eq!((&*classified.by, &classified.error), ("m1@first", &None));
    let asked = entries(&road, Some(Aside::Classification));
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].tags["team"], "red");
    assert_eq!(classified.requests, [asked[0].request.clone()]);
    assert_ne!(classified.requests[0], trace.id);
    let cents = Money::cents_per_million(100);
    assert_eq!(asked[0].cost.unwrap().amount, cents * 120);
    assert_eq!(response.cost.unwrap().amount, cents * (120 + 12));
    assert!(road.is_clear());
}

#[tokio::test]
async fn a_judge_that_fails_or_says_nothing_of_use_makes_a_request_hard() {
    let scripts = [
        Emulator::openai().says("I would rather not."),
        Emulator::openai().says(r#"{"boundary":"uncertain","chance":70}"#),
        Emulator::openai().fault(Fault::ServerError),
    ];
    for first in scripts {
        let judge = Judge::new("m1@first");
        let road = with(first, Emulator::anthropic().says("second"), route().classify(judge)).await;
        let response = road.router.send(asks("Hello?")).await.unwrap();
        assert_eq!(response.text(), "second");
        assert_eq!(response.trace.unwrap().label("difficulty"), Some("hard"));
        assert!(road.is_clear());
    }
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_takes_too_long_is_not_waited_for() {
    let first = Emulator::openai().says(EASY).delay(60 * SECOND);
    let judge = Judge::new("m1@first").within(SECOND);
    let road = with(first, Emulator::anthropic().says("second"), route().classify(judge)).await;
    let began = tokio::time::Instant::now();
    let response = road.router.send(asks("Hello?")).await.unwrap();
    assert_eq!(response.text(), "second");
    assert!((SECOND..2 * SECOND).contains(&began.elapsed()), "{:?}", began.elapsed());
    let error = response.trace.unwrap().classified.unwrap().error.unwrap();
    assert_eq!(error, "it took longer than 1s");
    let asked = entries(&road, Some(Aside::Classification));
    assert_eq!(asked.iter().map(|it| it.outcome).collect::<Vec<_>>(), [Outcome::Cancelled]);
    assert!(road.is_clear());
}

#[tokio::test]
async fn a_judge_may_ask_the_route_that_it_judges_for_and_is_not_judged() {
    let first = Emulator::openai().says(EASY);
    let second = Emulator::anthropic().says(EASY);
    let shadow = Shadow::new("m2@second").share(1_000).money(None);
    let judged = route().classify(Judge::new("slots")).shadow(shadow);
    let road = with(first, second, judged).await;
    let response = road.router.send(asks("Hello?")).await.unwrap();
    assert_eq!(response.trace.unwrap().classified.unwrap().requests.len(), 1);
    assert_eq!(entries(&road, Some(Aside::Classification)).len(), 1);
    settled(&road, "slots").await;
    assert_eq!(
        entries(&road, Some(Aside::Shadow)).len(),
        1,
        "what is asked to classify is not copied"
    );
}

/// Panics, wherever it is told to.
struct Panics(&'static str);

#[async_trait::async_trait]
impl Classify for Panics {
    fn look(&self, _: &Request) -> Option<Vec<Label>> {
        assert_ne!(self.0, "look");
        None
    }

    async fn ask(&self, _: &Request, _: &Inquiry<'_>) -> Result<Vec<Label>> {
        assert_ne!(self.0, "ask");
        Ok(vec![Label::new("difficulty", "easy")])
    }
}

#[tokio::test]
async fn a_classifier_that_panics_fails_no_request() {
    for (panics, expected) in [("nowhere", "first"), ("look", "second"), ("ask", "second")] {
        let (first, second) =
            (Emulator::openai().says("first"), Emulator::anthropic().says("second"));
        let road = with(first, second, route().classify(Panics(panics))).await;
        assert_eq!(road.router.send(asks("Hello?")).await.unwrap().text(), expected, "{panics}");
    }
}

#[tokio::test]
async fn a_closure_is_a_classifier() {
    let team = |request: &Request| {
        request.tags.get("team").map(|team| Label::new("team", team.as_str())).into_iter().collect()
    };
    let route = route().classify(team).policy(when("team", "red", only(["second"])));
    let (first, second) = (Emulator::openai().says("first"), Emulator::anthropic().says("second"));
    let road = with(first, second, route).await;
    let said =
        async |team| road.router.send(asks("Hello?").tag("team", team)).await.unwrap().text();
    assert_eq!((said("red").await, said("blue").await), ("second".to_owned(), "first".to_owned()));
}

#[tokio::test]
async fn whom_a_slot_asks_is_looked_up_when_the_router_is_built() {
    let emulator = Emulator::openai().start().await.unwrap();
    let build =
        |route: Route| Router::builder().endpoint(openai("first", &emulator)).route(route).build();
    let route = || Route::new("slots", ["m1@first"]);
    let wrong =
        [route().classify(Judge::new("small@nobody")), route().shadow(Shadow::new("new@nobody"))];
    for route in wrong {
        let error = build(route).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("route slots") && error.to_string().contains("@nobody"));
    }
    assert!(build(route().classify(Judge::new("slots")).shadow(Shadow::new("slots"))).is_ok());
}

/// Waits until no copy is under way.
async fn settled(road: &Road, route: &str) {
    while road.router.shadowed(route).unwrap().running > 0 {
        tokio::time::sleep(SECOND / 100).await;
    }
}

fn shadowed(shadow: Shadow) -> Route {
    let target = Target::new("m1@first").price(price());
    Route::new("slots", [target]).shadow(shadow.share(1_000))
}

/// A shadow at the second, whose price is known.
async fn shadow(first: Script, second: Script, more: impl FnOnce(Shadow) -> Shadow) -> Road {
    let route = shadowed(more(Shadow::new("m2@second")));
    let target = Target::new("m2@second").price(price());
    road_with(first, second, Limits::DEFAULT, |builder| builder.target(target).route(route)).await
}

#[tokio::test]
async fn a_copy_is_on_the_ledger_and_nothing_of_it_is_the_callers() {
    for mode in MODES {
        let first = Emulator::openai().says("first").usage(10, 1);
        let second = Emulator::anthropic().says("second").usage(1_000, 1_000);
        let road = shadow(first, second, |it| it).await;
        let request = asks("Hello?").tag("team", "red").by("u1");
        let response = ask(&road.router, request, mode).await.unwrap();
        settled(&road, "slots").await;

        assert_eq!(response.text(), "first");
        assert_eq!(response.cost.unwrap().amount, Money::cents_per_million(100) * 12);
        let copies = entries(&road, Some(Aside::Shadow));
        let trace = response.trace.unwrap();
        assert_eq!(trace.shadow.unwrap().request, Some(copies[0].request.clone()));
        assert_eq!((copies.len(), copies[0].outcome), (1, Outcome::Finished));
        assert_eq!((copies[0].tags.len(), &copies[0].user), (0, &None));
        assert_eq!(road.ledger.totals().by_tag("team")["red"].attempts, 1);
        let figures = road.router.shadowed("slots").unwrap();
        assert_eq!((figures.sent, figures.finished, figures.dropped), (1, 1, 0));
        assert_eq!(figures.spent, Money::cents_per_million(100) * 3_000);
        assert_eq!(figures.held, Money::ZERO);
        let told = road.second.journal().last().unwrap().json();
        assert!(told.to_string().contains("Hello?"), "{told}");
        assert!(road.is_clear());
    }
}

#[tokio::test]
async fn a_copy_that_fails_is_called_once_and_the_caller_sees_nothing_of_it() {
    let second = Emulator::anthropic().fault(Fault::RateLimited(RetryAfter::Missing));
    let road = shadow(Emulator::openai().says("first"), second, |it| it).await;
    let response = road.router.send(asks("Hello?")).await.unwrap();
    settled(&road, "slots").await;
    assert_eq!(response.text(), "first");
    assert_eq!(calls(&road), (1, 1));
    let figures = road.router.shadowed("slots").unwrap();
    assert_eq!((figures.sent, figures.finished), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn copies_that_never_end_delay_nobody_and_no_more_than_the_bound_are_under_way() {
    let second = Emulator::anthropic().says("never").delay(10_000 * SECOND);
    let road = shadow(Emulator::openai().says("first"), second, |it| it.running(3)).await;
    let began = tokio::time::Instant::now();
    for _ in 0..10 {
        assert_eq!(road.router.send(asks("Hello?")).await.unwrap().text(), "first");
    }
    assert!(began.elapsed() < SECOND, "{:?}", began.elapsed());
    let figures = road.router.shadowed("slots").unwrap();
    assert_eq!((figures.sent, figures.dropped, figures.running), (3, 7, 3));
    // What is under way is ended by the drain, and settled.
    tokio::time::timeout(SECOND, road.router.drain()).await.unwrap();
    let figures = road.router.shadowed("slots").unwrap();
    assert_eq!((figures.running, figures.held), (0, Money::ZERO));
    assert!(figures.spent > Money::ZERO, "of what was cut off the estimate is taken for the cost");
    assert!(road.is_clear());
}

#[tokio::test]
async fn copies_stop_where_their_money_ends_and_where_no_price_is_known() {
    let says = || Emulator::anthropic().says("second").usage(100, 100);
    let first = || Emulator::openai().says("first");
    // Each may cost 202 millionths, and costs 300.
    let most = Money::cents_per_million(100) * 700;
    let road = shadow(first(), says(), |it| it.money(most)).await;
    for _ in 0..6 {
        road.router.send(asks("Hello?")).await.unwrap();
        settled(&road, "slots").await;
    }
    let figures = road.router.shadowed("slots").unwrap();
    assert_eq!((figures.sent, figures.dropped), (2, 4));
    assert_eq!(figures.spent, Money::cents_per_million(100) * 600);

    let unpriced = with(first(), says(), shadowed(Shadow::new("m9@second"))).await;
    let response = unpriced.router.send(asks("Hello?")).await.unwrap();
    assert_eq!(unpriced.router.shadowed("slots").unwrap().dropped, 1);
    assert!(response.trace.unwrap().shadow.unwrap().dropped.unwrap().contains("its price"));
    let free = with(first(), says(), shadowed(Shadow::new("m9@second").money(None))).await;
    free.router.send(asks("Hello?")).await.unwrap();
    settled(&free, "slots").await;
    assert_eq!(free.router.shadowed("slots").unwrap().finished, 1);
}

#[tokio::test(start_paused = true)]
async fn a_copy_takes_room_where_there_is_some_now_and_none_of_its_callers() {
    let (first, second) = (Emulator::openai().says("first"), Emulator::anthropic().says("second"));
    let hour = 3_600 * SECOND;
    let patient = Limits { patience: hour, total: 2 * hour, ..Limits::DEFAULT };
    let quotas =
        [Quota::endpoint("second").requests(1, hour / 2), Quota::tag("team").requests(2, hour)];
    let route = shadowed(Shadow::new("m2@second")).limits(patient);
    let road = road_with(first, second, patient, |builder| {
        let target = Target::new("m2@second").price(price());
        let builder = builder.limits(patient).target(target).route(route);
        quotas.into_iter().fold(builder, Builder::quota)
    });
    let road = road.await;
    let began = tokio::time::Instant::now();
    for _ in 0..2 {
        road.router.send(asks("Hello?").tag("team", "red")).await.unwrap();
        settled(&road, "slots").await;
    }
    assert_eq!(calls(&road), (2, 1), "the second copy found no room");
    assert!(began.elapsed() < hour / 4, "nobody waited for any: {:?}", began.elapsed());
    let figures = road.router.shadowed("slots").unwrap();
    assert_eq!((figures.sent, figures.finished), (2, 1));
}

#[test]
fn so_many_of_a_thousand_are_copied_as_were_said() {
    for (share, least, most) in [(0, 0, 0), (100, 60, 140), (1_000, 1_000, 1_000)] {
        let transport = Scripted::default()
            .host("first.test", Script::openai().says("first"))
            .host("second.test", Script::anthropic().says("second"));
        let shadow = Shadow::new("m2@second").share(share).running(9).money(None);
        let at = |row, id: &'static str| {
            Endpoint::new(row).id(id).base_url(format!("http://{id}.test")).key("sk-any")
        };
        let router = Router::builder()
            .endpoint(at(table::OPENAI, "first"))
            .endpoint(at(table::ANTHROPIC, "second"))
            .route(Route::new("slots", ["m1@first"]).shadow(shadow))
            .transport(transport)
            .build()
            .unwrap();
        paused(async {
            for _ in 0..1_000 {
                router.send(asks("Hello?")).await.unwrap();
            }
        });
        let figures = router.shadowed("slots").unwrap();
        let copied = figures.sent + figures.dropped;
        assert!((least..=most).contains(&copied), "{share}: {copied}");
    }
}
