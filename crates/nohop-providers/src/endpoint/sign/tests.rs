use nohop_types::{ErrorKind, Request, Result, Secret};
use nohop_wire::dialect::OpenAiChat;
use nohop_wire::{Abilities, Mode};

use crate::testing::Scripted;
use crate::{Auth, AwsKey, Endpoint, Opened, Provider, Way};

const SIGNED: Provider = Provider {
    id: "signed",
    base_url: "https://birds.{region:NOHOP_NO_REGION}.example",
    auth: Auth::Aws("birds"),
    ways: &[Way { path: "/v1/a%3Ab", dialect: &OpenAiChat::HOSTED }],
};

const ANSWER: &str = r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;

fn parrot() -> AwsKey {
    AwsKey::new("AKIAPARROT", "polly-wants-a-cracker").token("perch-of-the-session")
}

fn endpoint() -> Endpoint {
    Endpoint::new(SIGNED).set("region", "eu-west-3").key(parrot())
}

async fn call(endpoint: &Endpoint, transport: &Scripted, request: Request) -> Result<Opened> {
    let able = Abilities::default();
    endpoint.call(transport, &request.user("Hello"), "m", Mode::Whole, 0, &able).await
}

/// The headers that are sent.
async fn headers(endpoint: &Endpoint, request: Request) -> http::HeaderMap {
    let transport = Scripted::new(200, ANSWER);
    call(endpoint, &transport, request).await.unwrap();
    transport.sent().remove(0).headers().clone()
}

#[cfg(feature = "bedrock")]
#[tokio::test]
async fn a_request_is_signed_with_an_access_key_when_it_is_complete() {
    let headers = headers(&endpoint().header("x-amz-target", "nest"), Request::new("m")).await;
    let signed = headers["authorization"].to_str().unwrap();
    let (place, rest) = signed.split_once(", SignedHeaders=").unwrap();
    assert!(place.starts_with("AWS4-HMAC-SHA256 Credential=AKIAPARROT/20"), "{signed}");
    assert!(place.ends_with("/eu-west-3/birds/aws4_request"), "{signed}");
    let names = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=";
    assert!(rest.starts_with(names), "{signed}");
    assert_eq!(headers["x-amz-security-token"], "perch-of-the-session");
    assert!(!format!("{headers:?}").contains("perch"));
}

#[cfg(feature = "bedrock")]
#[tokio::test]
async fn a_requests_own_access_key_goes_before_the_endpoints() {
    let bearer = Endpoint::new(SIGNED).set("region", "eu-west-3").key("bearer-key-0123456789");
    let own = Request::new("m").key(Secret::from(AwsKey::new("AKIAOWN", "polly")));
    let headers = headers(&bearer, own).await;
    let signed = headers["authorization"].to_str().unwrap();
    assert!(signed.contains("Credential=AKIAOWN/"), "{signed}");
}

#[cfg(not(feature = "bedrock"))]
#[tokio::test]
async fn an_access_key_says_which_feature_it_takes() {
    let error = call(&endpoint(), &Scripted::new(200, ANSWER), Request::new("m")).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("feature `bedrock`"), "{error}");
}

#[tokio::test]
async fn a_key_that_is_no_access_key_is_a_bearers() {
    let bearer = Endpoint::new(SIGNED).set("region", "eu-west-3").key("bearer-key-0123456789");
    assert_eq!(
        headers(&bearer, Request::new("m")).await["authorization"],
        "Bearer bearer-key-0123456789"
    );
    let own = Request::new("m").key(Secret::new("own-key-0123456789"));
    assert_eq!(headers(&bearer, own).await["authorization"], "Bearer own-key-0123456789");
}

#[tokio::test]
async fn what_a_caller_says_of_authorization_stands() {
    let told = endpoint().secret_header("authorization", "Negotiate nest");
    let headers = headers(&told, Request::new("m")).await;
    assert_eq!(headers["authorization"], "Negotiate nest");
    assert!(!headers.contains_key("x-amz-date"));
}

#[cfg(feature = "bedrock")]
#[tokio::test]
async fn without_a_region_nothing_is_signed_or_sent() {
    let nowhere = Endpoint::new(SIGNED).base_url("http://localhost:1").key(parrot());
    if std::env::var("AWS_REGION").is_ok() {
        return;
    }
    let transport = Scripted::new(200, ANSWER);
    let error = call(&nowhere, &transport, Request::new("m")).await.unwrap_err();
    assert_eq!((error.kind(), transport.sent().len()), (ErrorKind::Config, 0));
    assert!(
        error.message().contains("region") && error.message().contains("AWS_REGION"),
        "{error}"
    );
}

#[cfg(feature = "bedrock")]
#[tokio::test]
async fn no_part_of_an_access_key_is_shown() {
    let echo = r#"{"error":{"message":"polly-wants-a-cracker of perch-of-the-session"}}"#;
    for status in [400, 403, 500] {
        let transport = Scripted::new(status, echo).header("x-echo", "perch-of-the-session");
        let error = call(&endpoint(), &transport, Request::new("m")).await.unwrap_err();
        let shown = format!("{error} {error:#?} {:?} {:?}", error.headers(), endpoint());
        assert!(shown.contains("[redacted]"), "{shown}");
        assert!(!shown.contains("polly") && !shown.contains("perch"), "{shown}");
    }
}
