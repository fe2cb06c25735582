//! What is held back of an answer before it is told, and who judges it.

use std::time::Duration;

use nohop::policy::{Accept, Clocks, Taken, Verdict, Window, json, not_empty};
use nohop::wire::Abilities;
use nohop::{Error, ErrorKind, Event};
use nohop_testkit::Fault;

use super::scripted::{Scripted, paused};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Two providers behind `both`: what the first says is up to the test, and the second says hello at once.
fn stage(first: Script, limits: Limits, more: impl FnOnce(Route) -> Route) -> (Router, Scripted) {
    let second = Script::openai().says("Hello from the second.").usage(5, 4);
    let transport = Scripted::default().host("first", first).host("second", second);
    let endpoint = |host: &'static str| {
        Endpoint::new(table::OPENAI).id(host).base_url(format!("http://{host}")).key("sk")
    };
    let targets = ["m1@first", "m2@second"]
        .map(|name| Target::new(name).price(price()).abilities(Abilities::default()));
    let router = Router::builder()
        .endpoint(endpoint("first"))
        .endpoint(endpoint("second"))
        .route(more(Route::new("both", targets).limits(limits)))
        .transport(transport.clone())
        .build()
        .unwrap();
    (router, transport)
}

/// What comes of asking in this way, and whom that took.
fn check(
    first: Script,
    limits: Limits,
    mode: Mode,
    more: impl FnOnce(Route) -> Route,
) -> (Result<Response>, Vec<String>) {
    paused(async {
        let (router, transport) = stage(first, limits, more);
        let answer = ask(&router, hello(), mode).await;
        assert_eq!(router.running(), 0);
        (answer, transport.calls())
    })
}

const DRIPPING: Limits = Limits {
    window: Window { time: Duration::from_secs(5), floor: 20, ..Window::NONE },
    clocks: Clocks { silence: Duration::from_secs(60), ..Clocks::DEFAULT },
    ..Limits::DEFAULT
};

fn plain(route: Route) -> Route {
    route
}

#[test]
fn a_stream_that_drips_is_left_before_any_of_it_is_told() {
    let drips = || Script::openai().says("One two three four five six seven.").pause(SECOND);
    let (answer, calls) = check(drips(), DRIPPING, Mode::Stream, plain);
    let answer = answer.unwrap();
    assert_eq!((answer.text().as_str(), calls.len()), ("Hello from the second.", 2));
    let attempts = &answer.trace.as_ref().unwrap().attempts;
    assert_eq!(attempts[0].outcome, Some(Outcome::Failed(ErrorKind::Timeout)));
    assert!(attempts[0].error.as_ref().unwrap().contains("it drips"), "{:?}", attempts[0].error);
    assert!(attempts[0].cost.is_some(), "what it said is paid for");

    let brisk = Script::openai().says("One two three four five six.".repeat(9)).pause(SECOND / 10);
    let (answer, calls) = check(brisk, DRIPPING, Mode::Stream, plain);
    assert_eq!((answer.unwrap().text().len(), calls.len()), (28 * 9, 1));
    let (answer, _) = check(drips(), Limits::DEFAULT, Mode::Stream, plain);
    assert_eq!(answer.unwrap().text(), "One two three four five six seven.");
}

#[test]
fn a_floor_without_a_time_is_refused_when_the_router_is_built() {
    let limits = Limits { window: Window { floor: 20, ..Window::NONE }, ..Limits::DEFAULT };
    let builder = || Router::builder().endpoint(Endpoint::new(table::OPENAI).key("sk"));
    let route = Route::new("drips", ["m@openai"]).limits(limits);
    for (builder, place) in
        [(builder().limits(limits), ""), (builder().route(route), "route drips: ")]
    {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let expected =
            "the limit `window.floor` counts over `window.time`, which is nothing; set both";
        assert_eq!(error.message(), format!("{place}{expected}"));
    }
}

#[test]
fn what_breaks_within_its_window_falls_over_unseen() {
    let limits = Limits { window: Window { time: SECOND, ..Window::NONE }, ..Limits::DEFAULT };
    for events in 1..6 {
        let first = Script::openai().says("One two three four five six.");
        for fault in [Fault::ResetAfter { events }, Fault::EofAfter { events }] {
            let (answer, calls) = check(first.clone().fault(fault), limits, Mode::Stream, plain);
            assert_eq!(answer.unwrap().text(), "Hello from the second.");
            assert_eq!(calls.len(), 2);
        }
    }
}

#[test]
fn a_window_delays_no_more_than_it_says() {
    paused(async {
        let limits = Limits { window: Window { time: SECOND, ..Window::NONE }, ..Limits::DEFAULT };
        let first = Script::openai().says("One two three four five six.").pause(SECOND / 2);
        let (router, _) = stage(first, limits, plain);
        let began = tokio::time::Instant::now();
        let mut answer = router.stream(hello()).await.unwrap();
        assert_eq!(began.elapsed(), SECOND);
        let mut told = Vec::new();
        while began.elapsed() == SECOND {
            told.push(answer.next().await.unwrap().unwrap());
        }
        let text: Response = told.into_iter().collect();
        assert!(text.text().starts_with("One two three"), "{}", text.text());
    });
}

#[test]
fn what_is_empty_or_refused_is_an_answer_unless_the_window_says_otherwise() {
    let filtered = || Script::openai().says("").finish("content_filter");
    let refused = || Script::openai().refuses("No.");
    let empty = || Script::openai().fault(Fault::NullContent);
    let window = Window { empty: Taken::AsFailure, refused: Taken::AsFailure, ..Window::NONE };
    for mode in MODES {
        for (first, kind) in [
            (filtered(), ErrorKind::ContentFilter),
            (refused(), ErrorKind::ContentFilter),
            (empty(), ErrorKind::Unaccepted),
        ] {
            let (answer, calls) = check(first.clone(), Limits::DEFAULT, mode, plain);
            assert_eq!((answer.unwrap().text().as_str(), calls.len()), ("", 1));
            let limits = Limits { window, ..Limits::DEFAULT };
            let (answer, calls) = check(first, limits, mode, plain);
            let answer = answer.unwrap();
            assert_eq!((answer.text().as_str(), calls.len()), ("Hello from the second.", 2));
            assert_eq!(outcomes(&answer)[0], Outcome::Failed(kind));
        }
    }
}

fn says(word: &'static str) -> impl Accept {
    move |_: &Request, response: &Response| match response.text().contains(word) {
        true => Verdict::Accept,
        false => Verdict::elsewhere(format!("it does not say {word}")),
    }
}

#[test]
fn what_is_not_accepted_goes_elsewhere_and_is_paid_for() {
    for mode in MODES {
        let first = Script::openai().says("Hello from the first.").usage(5, 6);
        let (answer, calls) =
            check(first, Limits::DEFAULT, mode, |route| route.accept(says("second")));
        let answer = answer.unwrap();
        assert_eq!((answer.text().as_str(), calls.len()), ("Hello from the second.", 2));
        let trace = answer.trace.as_ref().unwrap();
        assert_eq!(outcomes(&answer), [Outcome::Failed(ErrorKind::Unaccepted), Outcome::Finished]);
        assert_eq!(trace.attempts[0].error.as_deref(), Some("it does not say second"));
        assert!(!trace.attempts[0].usage.estimated);
        // Five and six tokens, then five and four, at a dollar and two a million.
        assert_eq!(answer.cost.unwrap().amount, Money::cents_per_million(100 * 10 + 200 * 10));
    }
}

#[test]
fn who_finds_nobody_to_accept_is_told_what_was_answered() {
    for mode in MODES {
        let first = Script::openai().says("Hello from the first.");
        let (answer, calls) =
            check(first, Limits::DEFAULT, mode, |route| route.accept(says("third")));
        let error: Error = answer.unwrap_err();
        assert_eq!((error.kind(), calls.len()), (ErrorKind::Unaccepted, 2));
        assert_eq!(error.response().unwrap().text(), "Hello from the second.");
        assert_eq!(error.earlier()[0].response().unwrap().text(), "Hello from the first.");
        assert!(!format!("{error:?} {error:#?}").contains("Hello from"), "answers are not shown");
    }
}

#[test]
fn a_stream_that_is_judged_is_told_when_it_is_whole_and_mended_where_that_is_needed() {
    paused(async {
        let first = Script::openai().says("```json\n{\"a\": [1, 2,]}\n```").pause(SECOND);
        let accept = not_empty().and(json());
        let (router, _) = stage(first, Limits::DEFAULT, |route| route.accept(accept));
        let began = tokio::time::Instant::now();
        let mut answer = router.stream(hello()).await.unwrap();
        let waited = began.elapsed();
        assert!(waited >= SECOND);
        let mut events = Vec::new();
        while let Some(event) = answer.next().await {
            events.push(event.unwrap());
        }
        assert_eq!(began.elapsed(), waited, "all of it is told at once");
        assert!(matches!(events.last(), Some(Event::Finish { .. })));
        assert!(answer.trace().attempts[0].mended);
        assert_eq!(Response::from_iter(events).text(), "{\"a\": [1, 2]}");
    });
}

#[test]
fn who_may_try_again_is_asked_again() {
    let first = Script::openai().says("Hello.").fault_times(1, Fault::NullContent);
    let route = |route: Route| route.accept(not_empty());
    let (answer, _) = paused(async {
        let transport = Scripted::default().host("first", first);
        let endpoint = Endpoint::new(table::OPENAI).id("first").base_url("http://first").key("sk");
        let router = Router::builder()
            .endpoint(endpoint)
            .route(route(Route::new("both", ["m1@first"])))
            .transport(transport.clone());
        let answer = router.build().unwrap().send(hello()).await.unwrap();
        (answer, transport.calls())
    });
    assert_eq!(answer.text(), "Hello.");
    assert_eq!(outcomes(&answer), [Outcome::Failed(ErrorKind::Unaccepted), Outcome::Finished]);
}

#[test]
fn a_judge_that_panics_lets_nothing_pass() {
    let first = Script::openai().says("Hello.");
    let judge = |_: &Request, _: &Response| -> Verdict { panic!("a judge of the application's") };
    let (answer, calls) = check(first, Limits::DEFAULT, Mode::Whole, |it| it.accept(judge));
    assert_eq!((answer.unwrap_err().kind(), calls.len()), (ErrorKind::Unaccepted, 2));
}

#[test]
fn a_cascade_asks_each_once_in_its_order_and_stops_at_the_first_that_will_do() {
    paused(async {
        let hosts = ["cheap", "mid", "strong"];
        let transport = hosts.iter().fold(Scripted::default(), |it, host| {
            it.host(host, Script::openai().says(format!("So says {host}.")).usage(10, 10))
        });
        let builder = hosts.into_iter().fold(Router::builder(), |builder, host| {
            let endpoint = Endpoint::new(table::OPENAI).id(host).key("sk");
            builder.endpoint(endpoint.base_url(format!("http://{host}")))
        });
        let targets = || hosts.map(|host| Target::new(format!("m@{host}")).price(price()));
        let cents = Money::cents_per_million(1);
        let route = |name: &str, word| Route::cascade(name, targets(), says(word));
        let poor = Limits { money: Some(cents * 2_000), ..Limits::DEFAULT };
        let router = builder
            .route(route("one", "cheap"))
            .route(route("two", "mid"))
            .route(route("none", "nobody"))
            .route(route("poor", "strong").limits(poor))
            .transport(transport.clone())
            .build()
            .unwrap();
        let asked = |name: &str| Request::new(name).user("Hello?").max_tokens(10);
        for (name, calls) in [("one", 1), ("two", 2)] {
            let answer = router.send(asked(name)).await.unwrap();
            assert_eq!(outcomes(&answer).len(), calls);
        }
        let error = router.send(asked("none")).await.unwrap_err();
        assert_eq!((error.kind(), error.earlier().len()), (ErrorKind::Unaccepted, 2));
        let error = router.send(asked("poor")).await.unwrap_err();
        let asked = error.trace().unwrap().attempts.len();
        assert!(asked < 3, "money ends it first: {error}");
    });
}
