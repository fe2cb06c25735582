use nohop_providers::table;
use nohop_types::Request;

use super::*;
use crate::clock::now;
use crate::{Builder, Router};

/// Endpoints called `openai`, with two keys, and `anthropic`; neither is ever called.
fn builder() -> Builder {
    Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).key("1").key("2"))
        .endpoint(Endpoint::new(table::ANTHROPIC).key("3"))
}

/// The targets that a request for `name` would try, and what the name turned out to be.
fn check(builder: Builder, name: &str, targets: &[&str], what: &str) {
    let trace = builder.build().unwrap().explain(Request::new(name).user("?")).unwrap();
    assert_eq!(trace.order.iter().map(|target| &**target).collect::<Vec<_>>(), targets);
    assert!(trace.resolved.starts_with(what), "{}", trace.resolved);
}

/// What a router says that can not be built.
fn refused(builder: Builder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error.message().to_owned()
}

#[test]
fn a_route_of_that_name_comes_first() {
    let builder = builder().route(Route::new("gpt@openai", ["claude@anthropic"]));
    check(builder, "gpt@openai", &["claude@anthropic"], "a route");
}

#[test]
fn what_stands_before_an_endpoint_is_a_model_verbatim_and_each_key_is_a_candidate() {
    check(builder(), "ft:gpt:a/b@openai", &["ft:gpt:a/b@openai"; 2], "a target");
    check(builder(), "m@2026@anthropic", &["m@2026@anthropic"], "a target");
}

#[test]
fn a_model_that_targets_were_given_for_is_at_those() {
    let builder = builder()
        .target(Target::new("claude-x@anthropic").model("anthropic/claude"))
        .target(Target::new("claude-y@openai").model("anthropic/claude"));
    let targets = ["claude-x@anthropic", "claude-y@openai", "claude-y@openai"];
    check(builder, "anthropic/claude", &targets, "a model");
}

#[test]
fn an_unknown_model_is_tried_only_at_the_endpoint_named_like_its_author() {
    check(builder(), "anthropic/new", &["new@anthropic"], "a model unknown here");
}

#[test]
fn a_route_may_name_routes_and_models_and_its_own_words_go_first() {
    let builder = builder()
        .target(Target::new("claude@anthropic").model("anthropic/claude"))
        .route(Route::new("inner", ["anthropic/claude"]))
        .route(Route::new("outer", ["inner", "gpt@openai"]));
    check(builder, "outer", &["claude@anthropic", "gpt@openai", "gpt@openai"], "a route");
}

#[test]
fn a_name_that_means_nothing_is_answered_with_the_nearest() {
    let router = builder().route(Route::new("smart", ["claude@anthropic"])).build().unwrap();
    let error = router.explain(Request::new("smrat").user("?")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("nearest are smart"), "{error}");
    assert!(error.message().contains("the endpoints are anthropic, openai"), "{error}");
    assert_eq!(&*error.trace().unwrap().resolved, "nothing");
    let error = router.explain(Request::new("").user("?")).unwrap_err();
    assert!(error.message().contains("names no model"), "{error}");
}

#[cfg(feature = "catalog")]
#[test]
fn a_slip_in_the_name_of_a_model_is_answered_with_models_that_are_offered_here() {
    let router = builder().build().unwrap();
    let said = |name: &str| {
        let error = router.explain(Request::new(name).user("?")).unwrap_err();
        error.message().to_owned()
    };
    assert!(
        said("gpt-4.1-mni").contains("nearest are openai/gpt-4.1-mini"),
        "{}",
        said("gpt-4.1-mni")
    );
    // What nobody here offers is no help.
    assert!(!said("mistral-large").contains("mistralai/"), "{}", said("mistral-large"));
}

#[test]
fn a_router_that_can_not_work_is_not_built() {
    assert!(refused(Router::builder()).contains("OPENAI_API_KEY"));
    assert!(refused(builder().endpoint(table::OPENAI)).contains("two endpoints"));
    let slash = Endpoint::new(table::OPENAI).id("a/b");
    assert!(refused(builder().endpoint(slash)).contains("no /"));
    let none: [&str; 0] = [];
    assert!(refused(builder().route(Route::new("r", none))).contains("route r: it has no targets"));
    assert!(refused(builder().route(Route::new("r", ["gpt@opnai"]))).contains("opnai"));
    assert!(refused(builder().target("gpt@opnai")).contains("opnai"));
    let twice = builder().route(Route::new("r", ["a@openai"])).route(Route::new("r", ["b@openai"]));
    assert!(refused(twice).contains("two routes"));
    let circle = builder().route(Route::new("a", ["b"])).route(Route::new("b", ["a"]));
    assert!(refused(circle).contains("names itself"));
}

/// The names of one endpoint, `e`, and their board.
fn names() -> (Names, Board) {
    let endpoint = Arc::new(Endpoint::new(table::OPENAI).id("e").key("k"));
    let endpoints = BTreeMap::from([("e".to_owned(), endpoint)]);
    let (board, defaults) = (Board::new(now()), Defaults::default());
    let known = Known { endpoints, targets: BTreeMap::new(), catalog: None };
    let names = Names::new(known, Vec::new(), defaults, &board).unwrap();
    (names, board)
}

#[test]
fn names_that_anyone_may_ask_for_are_forgotten_again() {
    let (names, board) = names();
    for number in 0..3 * Board::MOST_TARGETS {
        names.resolve(&format!("model-{number}@e"), &board).unwrap();
        assert!(names.resolve(&format!("model-{number}"), &board).is_err());
        assert!(names.meaning.load().remembered().len() <= MOST_REMEMBERED);
        assert!(board.targets() <= Board::MOST_TARGETS);
    }
    assert!(board.targets() > MOST_REMEMBERED, "those that are remembered are kept");
}

#[test]
fn a_name_that_is_remembered_is_not_made_up_again() {
    let (names, board) = names();
    let first = names.resolve("m@e", &board).unwrap();
    assert!(Arc::ptr_eq(&first, &names.resolve("m@e", &board).unwrap()));
}
