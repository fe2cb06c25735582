//! What can not be right is told before a byte is sent, in words that say what to do.

use nohop::providers::{Auth, Provider};
use nohop::{Content, Error, ErrorKind, Part, ToolCall};

use super::*;

/// A provider whose key is in a variable that nobody has set.
const KEYLESS: Provider =
    Provider { id: "keyless", auth: Auth::Bearer("NOHOP_TESTS_SET_NO_SUCH_KEY"), ..table::OPENAI };

/// Asks in both ways, and holds that nobody heard of it.
async fn check(request: Request) -> Error {
    let (first, second) = (Emulator::openai().says("Hi"), Emulator::anthropic().says("Hi"));
    let more = |builder: Builder| builder.endpoint(KEYLESS);
    let road = road_with(first, second, Limits::DEFAULT, more).await;
    let mut errors = Vec::new();
    for mode in MODES {
        errors.push(ask(&road.router, request.clone(), mode).await.unwrap_err());
    }
    assert_eq!(errors[0].message(), errors[1].message());
    for emulator in [&road.first, &road.second] {
        assert_eq!((emulator.journal().calls(), emulator.accepted()), (0, 0));
    }
    assert!(road.is_clear() && road.ledger.entries().is_empty());
    assert!(errors[0].trace().is_some());
    errors.remove(0)
}

/// The same, of what is asked of nobody in particular; holds its kind and what it says to do.
async fn says(request: Request, kind: ErrorKind, words: &[&str]) {
    let error = check(request).await;
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.message().contains(word), "{word:?} is not in {error}");
    }
}

#[tokio::test]
async fn a_model_that_nobody_knows_is_answered_with_the_nearest_names() {
    let ask = |name: &str| Request::new(name).user("Hello?");
    says(ask("bth"), ErrorKind::Config, &["\"bth\"", "nearest are both", "model@endpoint"]).await;
    says(ask("m1@frist"), ErrorKind::Config, &["nearest are m1@first", "the endpoints are"]).await;
    says(ask("third/m1"), ErrorKind::Config, &["the endpoints are first, keyless, second"]).await;
    says(ask(""), ErrorKind::Config, &["names no model", "say a route"]).await;
}

#[tokio::test]
async fn a_missing_key_is_told_with_the_variable_it_should_be_in() {
    let request = Request::new("m@keyless").user("Hello?");
    says(request, ErrorKind::Auth, &["NOHOP_TESTS_SET_NO_SUCH_KEY"]).await;
}

#[tokio::test]
async fn a_key_that_was_pasted_badly_is_told_and_not_shown() {
    let request = hello().key("sk-secret\n");
    says(request.clone(), ErrorKind::Auth, &["a line break", "both of its ends"]).await;
    assert!(!format!("{:?}", check(request).await).contains("sk-secret"));
}

#[tokio::test]
async fn a_request_without_a_message_is_refused() {
    says(Request::new("both"), ErrorKind::InvalidRequest, &["has no message", "add one"]).await;
}

#[tokio::test]
async fn a_tools_answer_without_its_call_is_refused_where_it_stands() {
    let call = Part::new(Content::ToolCall(ToolCall::new("c2", "weather", "{}")));
    let request = hello().assistant(call).result("c1", "No.");
    let words = [
        "messages[2].parts[0]",
        "to a call that no turn before it made",
        "keep the",
        "leave the answer out",
    ];
    says(request, ErrorKind::InvalidRequest, &words).await;
}

#[tokio::test]
async fn what_a_hook_breaks_is_refused_too() {
    let forget = |request: &mut Request| {
        request.messages.clear();
        Ok(())
    };
    let more = |builder: Builder| builder.before(forget);
    let road = road_with(Emulator::openai(), Emulator::anthropic(), Limits::DEFAULT, more).await;
    let error = road.router.send(hello()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(road.first.accepted(), 0);
}

#[tokio::test]
async fn a_header_that_can_not_be_is_refused() {
    let words = ["headers: ", "no header can be named \"x y\""];
    says(hello().header("x y", "1"), ErrorKind::InvalidRequest, &words).await;
    let words = ["content-length", "leave it out"];
    says(hello().header("content-length", "1"), ErrorKind::InvalidRequest, &words).await;
}

#[test]
fn a_url_that_is_none_is_told_when_the_router_is_built() {
    let build = |url: &'static str| {
        let endpoint = Endpoint::new(table::OPENAI).id("only").base_url(url).key("k");
        Router::builder().endpoint(endpoint).build().map(drop).unwrap_err()
    };
    for url in ["", "api.example.com/v1", "http://", "http//x", "ftp://x", "https://a b", "{host"] {
        let error = build(url);
        assert_eq!(error.kind(), ErrorKind::Config, "{url}: {error}");
        assert!(error.message().contains("endpoint only: the base URL "), "{url}: {error}");
    }
}

#[test]
fn a_file_that_does_not_exist_is_told_with_its_name() {
    let error = nohop::file("no/such/file.pdf").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("no/such/file.pdf can not be read: is the path right?"));
    let error = nohop::file(".").unwrap_err();
    assert!(error.message().contains("is no file"), "{error}");
}
