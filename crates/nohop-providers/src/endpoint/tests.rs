use std::error::Error as StdError;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use nohop_types::{EmbedRequest, Listed, Request, RerankRequest, Response};
use nohop_wire::dialect::OpenAiChat;
use nohop_wire::{Abilities, Mode, State};
use proptest::prelude::*;

use super::*;
use crate::testing::{HERE, Pieces, Scripted};
use crate::{Auth, Body, Transport, table};

const ANSWER: &str = r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;

async fn call(endpoint: &Endpoint, transport: &dyn Transport, request: &Request) -> Result<Opened> {
    endpoint.call(transport, request, "m", Mode::Whole, 0, &Abilities::default()).await
}

/// The error of a call, and how many requests were sent for it.
async fn refused(endpoint: Endpoint, request: &Request) -> (Error, usize) {
    let transport = Scripted::new(200, ANSWER);
    let error = call(&endpoint, &transport, request).await.unwrap_err();
    (error, transport.sent().len())
}

fn hello() -> Request {
    Request::new("m@here").user("Hello")
}

/// All that can be seen of an error.
fn shown(error: &Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let causes: Vec<_> = causes.map(|cause| format!("{cause} {cause:?}")).collect();
    format!("{error} {error:?} {error:#?} {:?} {causes:?}", error.headers())
}

#[tokio::test]
async fn a_call_is_addressed_signed_and_answered() {
    let endpoint = Endpoint::new(HERE).base_url("https://there.example/v2/?version=3").key("sk-1");
    let transport = Scripted::new(200, ANSWER).header("x-request-id", "r-1");
    let mut opened = call(&endpoint, &transport, &hello()).await.unwrap();

    let mut events = Vec::new();
    while opened.read(&mut events).await.unwrap() != State::Done {}
    assert_eq!(Response::from_iter(events).text(), "Hi");
    assert_eq!((opened.status(), opened.header("x-request-id").as_deref()), (200, Some("r-1")));

    let sent = transport.sent().remove(0);
    assert_eq!(sent.uri(), "https://there.example/v2/chat/completions?version=3");
    assert_eq!(sent.headers()["authorization"], "Bearer sk-1");
    assert!(sent.headers()["authorization"].is_sensitive());
    assert_eq!(sent.headers()["content-type"], "application/json");
    assert!(sent.headers().contains_key("user-agent"));
}

#[tokio::test]
async fn what_the_request_says_goes_before_what_the_endpoint_says() {
    let endpoint = Endpoint::new(HERE)
        .key("endpoint")
        .header("x-team", "endpoint")
        .header("x-kept", "endpoint")
        .secret_header("authorization", "endpoint");
    let request = hello().key("own").header("x-team", "own");
    let transport = Scripted::new(200, ANSWER);
    call(&endpoint, &transport, &request).await.unwrap();

    let sent = transport.sent().remove(0);
    assert_eq!(sent.headers()["authorization"], "Bearer own");
    assert_eq!(sent.headers()["x-team"], "own");
    assert_eq!(sent.headers()["x-kept"], "endpoint");
}

#[tokio::test]
async fn a_key_that_is_rotated_signs_the_next_call_of_every_copy() {
    let endpoint = Endpoint::new(HERE).key("old").key("second");
    let copy = endpoint.clone();
    endpoint.rotate(0, Secret::new("new")).unwrap();
    let transport = Scripted::new(200, ANSWER);
    call(&copy, &transport, &hello()).await.unwrap();
    assert_eq!(transport.sent()[0].headers()["authorization"], "Bearer new");

    assert_eq!(copy.keys(), 2);
    let error = endpoint.rotate(2, Secret::new("new")).unwrap_err();
    assert_eq!(error.message(), "endpoint here: there is no key 2; there are 2, from 0 on");
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let (error, sent) = refused(Endpoint::new(HERE), &hello()).await;
    assert_eq!((error.kind(), sent), (ErrorKind::Auth, 0));
    assert!(error.message().contains("NOHOP_NOT_SET is not set"), "{error}");
}

#[tokio::test]
async fn a_key_that_is_optional_may_be_missing() {
    let provider = Provider { auth: Auth::Optional("NOHOP_NOT_SET"), ..HERE };
    let transport = Scripted::new(200, ANSWER);
    call(&Endpoint::new(provider), &transport, &hello()).await.unwrap();
    call(&Endpoint::new(provider).key("sk-1"), &transport, &hello()).await.unwrap();
    let sent = transport.sent();
    assert!(!sent[0].headers().contains_key("authorization"));
    assert_eq!(sent[1].headers()["authorization"], "Bearer sk-1");
}

#[tokio::test]
async fn a_key_or_a_header_that_breaks_the_line_is_refused_and_not_shown() {
    let bad = "sk-secret\r\nx-admin: yes";
    let check = async |endpoint: Endpoint, request: Request, kind, says: &str| {
        let (error, sent) = refused(endpoint, &request).await;
        assert_eq!((error.kind(), sent), (kind, 0), "{error}");
        assert!(error.message().contains(says), "{error}");
        assert!(!shown(&error).contains("sk-secret"), "{error}");
    };
    let here = || Endpoint::new(HERE);
    check(here().key(bad), hello(), ErrorKind::Auth, "line break").await;
    check(here(), hello().key(bad), ErrorKind::Auth, "line break").await;
    check(here().key(""), hello(), ErrorKind::Auth, "empty").await;
    check(here().key("k").header("x-a", bad), hello(), ErrorKind::Config, "x-a").await;
    check(here().key("k").secret_header("x a", "v"), hello(), ErrorKind::Config, "x a").await;
    let request = hello().header("x-b", bad);
    check(here().key("k"), request, ErrorKind::InvalidRequest, "x-b").await;
    let request = hello().header("content-length", "3");
    check(here().key("k"), request, ErrorKind::InvalidRequest, "the transport's own").await;
}

#[tokio::test]
async fn an_endpoint_that_is_not_complete_says_what_it_lacks_before_anything_is_sent() {
    let check = async |endpoint: Endpoint, says: &str| {
        assert_eq!(endpoint.check().unwrap_err().kind(), ErrorKind::Config);
        let (error, sent) = refused(endpoint.key("sk-1"), &hello()).await;
        assert_eq!((error.kind(), sent), (ErrorKind::Config, 0), "{error}");
        assert!(error.message().contains(says), "{error}");
    };
    let at = |url: &'static str| Endpoint::new(HERE).base_url(url);
    check(at("https://{account}.example"), "lacks the account: say .set(\"account\", …)").await;
    check(at("https://{a:NOHOP_NOT_SET}.example"), "or set NOHOP_NOT_SET").await;
    check(at("https://{account.example"), "does not close").await;
    check(at("https://{a}.example").set("a", "evil.example/x"), "does not fit in a URL").await;
    check(at("https://{a}.example").set("a", ""), "does not fit in a URL").await;
    check(at("localhost:8080"), "is not a URL; write http://").await;
    check(at("ftp://host/v1"), "is not a URL; write http://").await;
    check(at("http://a b/"), "is not a URL; write http://").await;
    check(at(""), "is not a URL; write http://").await;
    check(at("https://user:pass@host/"), "secret header").await;
    check(Endpoint::new(HERE).way("anthropic"), "no anthropic way; there is openai-chat").await;
}

#[test]
fn places_in_a_url_are_filled_and_the_last_word_counts() {
    let endpoint = Endpoint::new(HERE)
        .base_url("https://{account}.{region}.example/{account}")
        .set("account", "old")
        .set("account", "acme")
        .set("region", "https://eu-1/");
    let url = endpoint.url().unwrap().to_string();
    assert_eq!(url, "https://acme.eu-1.example/acme/chat/completions");
}

#[test]
fn a_place_says_how_some_values_are_written() {
    let check = |value: &str, expected: &str| {
        let base = "https://{zone?all=api|eu=api.eu|*-api}.example/{zone}";
        let endpoint = Endpoint::new(HERE).base_url(base).set("zone", value);
        assert_eq!(endpoint.url().unwrap().to_string(), expected);
    };
    check("all", "https://api.example/all/chat/completions");
    check("eu", "https://api.eu.example/eu/chat/completions");
    check("us-1", "https://us-1-api.example/us-1/chat/completions");
}

#[test]
fn a_way_is_chosen_by_its_dialect_or_its_path() {
    let check = |way: &'static str, path| {
        assert_eq!(Endpoint::new(table::ZAI).way(way).chosen().unwrap().path, path);
    };
    check("openai-chat", "/paas/v4/chat/completions");
    check("anthropic", "/anthropic/v1/messages");
    check("/coding/paas/v4/chat/completions", "/coding/paas/v4/chat/completions");
}

#[tokio::test]
async fn a_redirect_is_an_error_that_names_the_host_alone() {
    let transport = Scripted::new(307, "").header("location", "https://evil.example/x?key=sk-1");
    let endpoint = Endpoint::new(HERE).key("sk-1");
    let error = call(&endpoint, &transport, &hello()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Config, Some(307)));
    assert!(error.message().contains("redirects to evil.example, where"), "{error}");
    assert!(!shown(&error).contains("sk-1"));
    assert_eq!(transport.sent().len(), 1);
}

#[tokio::test]
async fn of_a_failure_only_so_much_is_read() {
    /// Fails without an end.
    #[derive(Debug)]
    struct Endless;

    #[async_trait::async_trait]
    impl Transport for Endless {
        async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>> {
            let pieces = std::iter::repeat_n(Bytes::from(vec![b'x'; 1 << 10]), 100).map(Ok);
            let end = Error::new(ErrorKind::Transport, "read too far");
            let body: Body = Box::pin(Pieces(pieces.chain([Err(end)]).collect()));
            Ok(http::Response::builder().status(503).body(body).unwrap())
        }
    }

    let error = call(&Endpoint::new(HERE).key("k"), &Endless, &hello()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Overloaded, Some(503)));
    assert_eq!(error.body().map(str::len), Some(Error::MOST_BODY));
}

#[tokio::test]
async fn half_a_key_at_the_cut_of_a_body_is_no_more_shown_than_a_whole_one() {
    let key = "sk-0123456789abcdef0123456789abcdef";
    for at in [512 - 10, Error::MOST_BODY - 10, (64 << 10) - 10] {
        let body = format!("{}{key}", "y".repeat(at));
        let transport = Scripted::new(500, body);
        let error = call(&Endpoint::new(HERE).key(key), &transport, &hello()).await.unwrap_err();
        assert!(!shown(&error).contains("sk-0"), "at {at}");
    }
}

#[tokio::test]
async fn a_key_that_was_refused_is_told_to_where_it_came_from() {
    let (count, fetched) =
        (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::Ordering::SeqCst);
    let credentials = crate::Refreshed::new(move || {
        let key = format!("key-{}", count.fetch_add(1, fetched));
        async move { Ok(crate::Issued::new(&*key, std::time::Duration::from_secs(3600))) }
    });
    let endpoint = Endpoint::new(HERE).credentials(credentials);
    let transport = Scripted::new(401, "{}");
    for _ in 0..2 {
        call(&endpoint, &transport, &hello()).await.unwrap_err();
    }
    let keys: Vec<_> =
        transport.sent().iter().map(|sent| sent.headers()["authorization"].clone()).collect();
    // Each call is made once more with the key that comes after a refused one, and not again.
    assert_eq!(keys, ["Bearer key-0", "Bearer key-1", "Bearer key-2", "Bearer key-3"]);

    let same = Endpoint::new(HERE).key("sk-1");
    let transport = Scripted::new(401, "{}");
    call(&same, &transport, &hello()).await.unwrap_err();
    assert_eq!(transport.sent().len(), 1, "a key that never changes is not tried again");
}

#[test]
fn an_endpoint_does_not_show_its_keys() {
    let endpoint = Endpoint::new(HERE)
        .base_url("https://user:planted@host/v1?key=planted")
        .key("planted")
        .secret_header("x-key", "planted");
    assert!(!format!("{endpoint:?} {endpoint:#?}").contains("planted"));
}

/// The error of a task that is no call, with a key and headers of the request's own.
async fn asked(
    endpoint: &Endpoint,
    transport: &dyn Transport,
    (key, headers): (Option<Secret>, Vec<(String, Secret)>),
    task: usize,
) -> Option<Error> {
    let mut texts = EmbedRequest::new("m@here").text("a");
    let mut documents = RerankRequest::new("m@here", "q").document("a");
    (texts.key, documents.key) = (key.clone(), key);
    (texts.headers, documents.headers) = (headers.clone(), headers.clone());
    match task {
        0 => endpoint.embed(transport, &texts, &texts.inputs, "m", 0).await.err(),
        1 => endpoint.rerank(transport, &documents, "m", 0).await.err(),
        // A list is nobody's request.
        2 if texts.key.is_none() && headers.is_empty() => endpoint.models(transport, 0).await.err(),
        _ => None,
    }
}

/// A failure of every part of an exchange that can hold a key.
#[derive(Debug)]
struct Leaky {
    key: String,
    place: usize,
}

/// A cause that shows a key only further down.
#[derive(Debug)]
struct Wrapped(std::io::Error);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrapped")
    }
}

impl StdError for Wrapped {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

#[async_trait::async_trait]
impl Transport for Leaky {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>> {
        let key = &self.key;
        let failed = || {
            let cause = Wrapped(std::io::Error::other(format!("sent {key}")));
            Error::new(ErrorKind::Transport, format!("http://host/?key={key}")).with_source(cause)
        };
        let json = |status: u16, body: String| {
            let body: Body = Box::pin(Pieces([Ok(Bytes::from(body))].into()));
            http::Response::builder().status(status).body(body).unwrap()
        };
        let encoded = STANDARD_NO_PAD.encode(key);
        let text = serde_json::to_string(key).unwrap();
        Ok(match self.place {
            0 => return Err(failed()),
            1 => json(401, format!(r#"{{"error":{{"message":{text},"code":{text}}}}}"#)),
            2 => json(500, format!("<html>{key} {encoded}")),
            3 => {
                let mut response = json(429, "{}".into());
                let header = http::HeaderValue::from_str(key).unwrap();
                response.headers_mut().insert("x-request-id", header.clone());
                response.headers_mut().insert("x-echo", header);
                response
            }
            4 => json(200, format!(r#"{{"error":{{"message":{text},"type":{text}}}}}"#)),
            5 => json(200, format!("{key} is not JSON")),
            6 => {
                let mut response = json(302, String::new());
                let location = format!("https://{}.example/{key}?{encoded}", "evil");
                response.headers_mut().insert("location", location.parse().unwrap());
                response
            }
            _ => {
                let body: Body = Box::pin(Pieces([Err(failed())].into()));
                http::Response::new(body)
            }
        })
    }
}

proptest! {
    #[test]
    fn no_error_shows_a_key_wherever_it_was_planted(
        key in "[!-~]{12,40}",
        place in 0_usize..8,
        who in 0_usize..4,
        task in 0_usize..4,
    ) {
        let here = Endpoint::new(HERE);
        let (endpoint, request) = match who {
            0 => (here.key(&*key), hello()),
            1 => (here.key("other").secret_header("x-key", &*key), hello()),
            2 => (here.key("other"), hello().key(&*key)),
            _ => (here.key("other"), hello().header("x-key", &*key)),
        };
        let transport = Leaky { key: key.clone(), place };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(async {
            let own = (request.key.clone(), request.headers.clone());
            if let Some(error) = asked(&endpoint, &transport, own, task).await {
                return error;
            }
            let mut opened = match call(&endpoint, &transport, &request).await {
                Ok(opened) => opened,
                Err(error) => return error,
            };
            loop {
                match opened.read(&mut Vec::new()).await {
                    Ok(State::Done) => panic!("no error at place {place}"),
                    Ok(_) => {}
                    Err(error) => return error,
                }
            }
        });
        let shown = shown(&error);
        let json = serde_json::to_string(&key).unwrap();
        for form in [key.as_str(), json.trim_matches('"'), &STANDARD_NO_PAD.encode(&key)] {
            prop_assert!(!shown.contains(form), "place {place}, who {who}: {form} in {shown}");
        }
    }
}

#[tokio::test]
async fn models_are_asked_for_beside_the_way_and_named_as_the_provider_does() {
    let check = async |endpoint: Endpoint, url: &str| {
        let transport = Scripted::new(200, r#"{"data":[{"id":"b"},{"id":"a"}]}"#);
        let models = endpoint.key("sk-1").models(&transport, 0).await.unwrap().answer;
        assert_eq!(models, ["b", "a"].map(Listed::new));
        let sent = transport.sent().remove(0);
        assert_eq!((sent.method(), sent.uri().to_string().as_str()), (&http::Method::GET, url));
        assert!(sent.body().is_empty() && !sent.headers().contains_key("content-type"));
        sent
    };
    let sent = check(Endpoint::new(HERE), "http://localhost/v1/models").await;
    assert_eq!(sent.headers()["authorization"], "Bearer sk-1");
    let there = Endpoint::new(HERE).base_url("http://localhost/v1?version=3");
    check(there, "http://localhost/v1/models?version=3").await;

    let url = "https://api.anthropic.com/v1/models?limit=1000";
    let sent = check(Endpoint::new(table::ANTHROPIC), url).await;
    assert_eq!(sent.headers()["x-api-key"], "sk-1");
    assert_eq!(sent.headers()["anthropic-version"], "2023-06-01");
}

#[tokio::test]
async fn an_endpoint_without_a_list_of_models_says_so_and_no_failure_shows_the_key() {
    let check = async |provider: Provider, transport: Scripted, kind| {
        let endpoint = Endpoint::new(provider).key("sk-planted-0123456789");
        let error = endpoint.models(&transport, 0).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!shown(&error).contains("sk-planted"), "{error}");
        transport.sent().len()
    };
    let planted = "no such key: sk-planted-0123456789";
    assert_eq!(check(HERE, Scripted::new(401, planted), ErrorKind::Auth).await, 1);
    assert_eq!(check(HERE, Scripted::new(404, planted), ErrorKind::Unsupported).await, 1);
    assert_eq!(check(HERE, Scripted::new(200, planted), ErrorKind::Protocol).await, 1);
    assert_eq!(check(HERE, Scripted::new(302, planted), ErrorKind::Config).await, 1);
    let endless = vec![b' '; (8 << 20) + 1];
    assert_eq!(check(HERE, Scripted::new(200, endless), ErrorKind::Protocol).await, 1);
    const CHAT: Way = Way { path: "/chat", dialect: &OpenAiChat::HOSTED };
    let provider = Provider { ways: &[CHAT], ..HERE };
    assert_eq!(check(provider, Scripted::new(200, ""), ErrorKind::Unsupported).await, 0);
}
