use proptest::prelude::*;

use crate::{
    CacheMark, Effort, ExtraScope, Json, Modality, OutputFormat, Parallel, Priority, Request,
    ServiceTier, Thinking, Tool, ToolChoice, Verbosity, strategies,
};

fn request() -> Request {
    Request::new("m").user("Hello?")
}

fn same(other: Request) {
    assert_eq!(other.essence(), request().essence(), "{other:?}");
}

fn other(other: Request) {
    assert_ne!(other.essence(), request().essence(), "{other:?}");
}

#[test]
fn what_decides_the_answer_is_in_it() {
    let tool = Tool::function("f", Json::new("{}").unwrap());
    other(Request::new("n").user("Hello?"));
    other(request().user("Hello?"));
    other(Request::new("m").system("Hello?"));
    other(request().tool(tool));
    other(request().tool_choice(ToolChoice::None));
    other(request().parallel(Parallel::Forbid));
    other(request().output(OutputFormat::JsonObject));
    other(request().temperature(0.5));
    other(request().seed(1));
    other(request().stop(["x"]));
    other(request().max_tokens(1));
    other(request().effort(Effort::Low));
    other(request().thinking(Thinking { budget: Some(1_024), ..Thinking::default() }));
    other(request().modalities([Modality::Audio]));
    other(request().prediction("Hello!"));
    other(request().verbosity(Verbosity::Low));
    other(request().or("n"));
    other(request().by("ann"));
    other(request().extra(ExtraScope::Any, "k", Json::new("1").unwrap()));
}

#[test]
fn what_is_said_about_a_request_is_not_in_it() {
    same(request().tier(ServiceTier::Flex));
    same(request().priority(Priority::High));
    same(request().cached(CacheMark::default()));
    same(request().session("s"));
    same(request().metadata("a", "b"));
    same(request().tag("a", "b"));
    same(request().key("sk-1"));
    same(request().header("x-a", "b"));
}

#[test]
fn the_order_of_properties_does_not_matter() {
    let with = |schema: &str| request().tool(Tool::function("f", Json::new(schema).unwrap()));
    let one = with(r#"{"type":"object","properties":{"a":{"type":"string"},"b":{}}}"#);
    let two = with(r#"{ "properties": {"b":{}, "a":{"type":"string"}}, "type":"object" }"#);
    assert_eq!(one.essence(), two.essence());
    let order = with(r#"{"required":["a","b"]}"#).essence();
    assert_ne!(order, with(r#"{"required":["b","a"]}"#).essence());
}

proptest! {
    #[test]
    fn an_essence_is_json_and_survives_the_text_of_its_request(request in strategies::request()) {
        let text = serde_json::to_string(&request).unwrap();
        let read: Request = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.essence(), request.essence());
        prop_assert!(Json::new(request.essence()).is_ok());
    }

    #[test]
    fn nothing_said_about_a_request_changes_its_essence(request in strategies::request()) {
        let essence = request.essence();
        let mut bare = request;
        (bare.tier, bare.cache, bare.session) = (None, None, None);
        bare.priority = Priority::Normal;
        bare.metadata.clear();
        bare.tags.clear();
        prop_assert_eq!(bare.essence(), essence);
    }
}
