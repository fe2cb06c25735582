//! What a trace shows to a person: each of these is kept as it is printed, by a clock that stands still.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nohop::policy::{Limits, Policy, Price, available, by, cheapest, in_order, when};
use nohop::providers::{Endpoint, table};
use nohop::{
    Builder, Judge, Money, Request, Result, Route, Router, Shadow, Target, Trace, difficulty,
};
use nohop_testkit::{Fault, RetryAfter, Script};

use crate::road::scripted::{Scripted, paused};

const SECOND: Duration = Duration::from_secs(1);

const SMALL: &str = "small@one";
const LARGE: &str = "large@two";

/// Two providers: the one speaks OpenAI's dialect and is cheap, the other speaks Anthropic's.
struct World {
    one: Script,
    two: Script,
}

impl World {
    fn new() -> Self {
        let one = Script::openai().says("Yes.").usage(12, 3).delay(SECOND / 4);
        let two = Script::anthropic().says("Yes.").usage(12, 3).delay(SECOND / 2);
        Self { one, two }
    }

    fn builder(self) -> Builder {
        let transport = Scripted::default().host("one.test", self.one).host("two.test", self.two);
        let at = |row, id: &'static str| {
            Endpoint::new(row).id(id).base_url(format!("http://{id}.test")).key("sk-planted")
        };
        Router::builder()
            .endpoint(at(table::OPENAI, "one"))
            .endpoint(at(table::ANTHROPIC, "two"))
            .target(Target::new(SMALL).price(Price::cents_per_million(10, 40)))
            .target(Target::new(LARGE).price(Price::cents_per_million(300, 1_500)))
            .transport(transport)
    }

    fn route(self, route: Route) -> Router {
        self.builder().route(route).build().unwrap()
    }
}

fn hello() -> Request {
    Request::new("chat").user("Hello?").max_tokens(100)
}

fn proof() -> Request {
    hello().user("Prove this theorem, compare both proofs and implement them: ∑ 1/n² ≤ 2")
}

/// The trace of what was sent, whether it was answered or not.
fn sent(router: &Router, request: Request) -> Trace {
    paused(async {
        match router.send(request).await {
            Ok(response) => *response.trace.unwrap(),
            Err(error) => error.trace().unwrap().clone(),
        }
    })
}

/// Holds that `trace` is printed as the file of this name says, and that its JSON has no word of the request.
fn check(name: &str, trace: &Trace) {
    let mut trace = trace.clone();
    // Ids are drawn.
    trace.id = "r1".into();
    for (place, id) in trace.classified.iter_mut().flat_map(|it| &mut it.requests).enumerate() {
        *id = format!("c{}", place + 1).into();
    }
    if let Some(id) = trace.shadow.as_mut().and_then(|it| it.request.as_mut()) {
        *id = "s1".into();
    }
    let found = format!("{trace}\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("it/traces/{name}.txt"));
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expected, "it/traces/{name}.txt must be:\n\n{found}\nand is:\n\n{expected}");
    for said in [found, trace.to_json()] {
        let told = ["Hello?", "theorem", "Yes.", "sk-planted"];
        assert!(told.iter().all(|word| !said.contains(word)), "{said}");
    }
    let read: Trace = serde_json::from_str(&trace.to_json()).unwrap();
    assert_eq!(read, trace);
}

#[test]
fn a_fallback() {
    let world = World { one: Script::openai().fault(Fault::Overloaded), ..World::new() };
    let policy = available().then(by(cheapest()));
    let router = world.route(Route::new("chat", [LARGE, SMALL]).policy(policy));
    check("fallback", &sent(&router, hello()));
}

#[test]
fn a_request_for_which_all_fail() {
    let two = Script::anthropic().fault(Fault::ServerError);
    let world = World { one: Script::openai().fault(Fault::UnknownModel), two };
    let limits = Limits { attempts: 2, ..Limits::DEFAULT };
    let router = world.route(Route::new("chat", [SMALL, LARGE]).limits(limits));
    check("all_fail", &sent(&router, hello()));
}

#[test]
fn a_target_that_rests() {
    let limited = Fault::RateLimited(RetryAfter::Seconds(30 * SECOND));
    let world = World { one: World::new().one.fault_times(1, limited), ..World::new() };
    let router = world.route(Route::new("chat", [SMALL, LARGE]));
    let trace = paused(async {
        router.send(hello()).await.unwrap();
        *router.send(hello()).await.unwrap().trace.unwrap()
    });
    check("resting", &trace);
}

#[test]
fn a_request_that_may_not_cost_what_the_dearer_one_does() {
    let money = Some("0.0001".parse::<Money>().unwrap());
    let limits = Limits { money, ..Limits::DEFAULT };
    let targets = [LARGE, "unpriced@two", SMALL];
    let router = World::new().route(Route::new("chat", targets).limits(limits));
    check("budget", &sent(&router, hello()));
}

fn by_difficulty() -> Route {
    let policy = when("difficulty", "easy", in_order([SMALL])).otherwise(in_order([LARGE]));
    Route::new("chat", [SMALL, LARGE]).policy(available().then(policy))
}

#[test]
fn a_request_that_is_classified_by_what_it_shows() {
    let router = World::new().route(by_difficulty().classify(difficulty()));
    check("classified", &sent(&router, proof()));
}

#[test]
fn a_request_that_a_small_model_has_judged() {
    let verdict = r#"{"boundary":"supported","chance":92}"#;
    let one = Script::openai().says(verdict).usage(300, 12).delay(SECOND / 4);
    let one = one.then().says("Yes.").usage(12, 3);
    let router = World { one, ..World::new() }.route(by_difficulty().classify(Judge::new(SMALL)));
    check("judged", &sent(&router, hello()));
}

#[test]
fn a_request_whose_judge_took_too_long() {
    let one = World::new().one.delay(10 * SECOND);
    let router = World { one, ..World::new() }.route(by_difficulty().classify(Judge::new(SMALL)));
    check("unjudged", &sent(&router, hello()));
}

#[test]
fn a_request_whose_copy_was_sent() {
    let shadow = Shadow::new(LARGE).share(1_000);
    let router = World::new().route(Route::new("chat", [SMALL]).shadow(shadow));
    check("shadowed", &sent(&router, hello()));
}

#[test]
fn a_request_whose_copy_was_not_sent() {
    let shadow = Shadow::new(LARGE).share(1_000).money(Money::ZERO);
    let router = World::new().route(Route::new("chat", [SMALL]).shadow(shadow));
    check("unshadowed", &sent(&router, hello()));
}

#[test]
fn what_would_be_tried() {
    let policy = available().then(by(cheapest()));
    let router = World::new().route(Route::new("chat", [LARGE, SMALL]).policy(policy));
    check("explained", &explain(&router, hello()).unwrap());
}

#[test]
fn what_would_be_tried_of_many() {
    let targets = (0..40).map(|it| format!("m{it}@one"));
    let router = World::new().route(Route::new("chat", targets));
    check("explained_many", &explain(&router, hello()).unwrap());
}

#[test]
fn what_would_be_tried_if_nobody_is_asked_how_difficult_it_is() {
    let shadow = Shadow::new(LARGE).share(1_000);
    let route = by_difficulty().classify(Judge::new(SMALL)).shadow(shadow);
    let router = World::new().route(route);
    check("explained_unjudged", &explain(&router, proof()).unwrap());
}

/// Explains, and holds that nobody was asked.
fn explain(router: &Router, request: Request) -> Result<Trace> {
    let trace = paused(async { router.explain(request) })?;
    assert_eq!(router.running(), 0);
    assert!(router.shadowed("chat").is_none_or(|it| it == Default::default()));
    Ok(trace)
}
