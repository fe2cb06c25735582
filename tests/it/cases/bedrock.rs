//! The provider Bedrock from end to end, but for the network: addressed, signed, and its messages read.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use http::Request as Sent;
use nohop::providers::{AwsKey, Body, Endpoint, Transport, table};
use nohop_types::{ErrorKind, Request, Response, Result};
use nohop_wire::{Abilities, Mode, State};

use crate::fixtures::converse::messages;

const MODEL: &str = "eu.acme.parrot-v2:0";

/// Answers every request with the same messages, a few bytes at a time, and keeps what was sent.
#[derive(Clone, Debug)]
struct Canned {
    body: Bytes,
    sent: Arc<Mutex<VecDeque<Sent<Bytes>>>>,
}

impl Canned {
    fn new(lines: &str) -> Self {
        Self { body: messages(lines.as_bytes()).into(), sent: Arc::default() }
    }
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, request: Sent<Bytes>) -> Result<http::Response<Body>> {
        self.sent.lock().unwrap().push_back(request);
        let body = self.body.clone();
        let cuts = (0..body.len()).step_by(7);
        let pieces = cuts.map(move |at| Ok(body.slice(at..body.len().min(at + 7))));
        let body: Pin<Box<_>> = Box::pin(stream::iter(pieces.collect::<Vec<_>>()));
        let label = "application/vnd.amazon.eventstream";
        Ok(http::Response::builder().header("content-type", label).body(body as Body).unwrap())
    }
}

async fn call(endpoint: &Endpoint, transport: &Canned) -> Result<Response> {
    let (request, able) = (Request::new(MODEL).user("Hello"), Abilities::default());
    let mut opened = endpoint.call(transport, &request, MODEL, Mode::Stream, 0, &able).await?;
    let mut events = Vec::new();
    while opened.read(&mut events).await? != State::Done {}
    Ok(Response::from_iter(events))
}

fn endpoint() -> Endpoint {
    let key = AwsKey::new("AKIAPARROT", "polly-wants-a-cracker").token("perch-of-the-session");
    Endpoint::new(table::BEDROCK).set("region", "eu-west-3").key(key)
}

#[tokio::test]
async fn a_signed_call_of_bedrock_streams_its_answer() {
    let transport = Canned::new(
        "messageStart {\"role\":\"assistant\"}\n\
         contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hi\"}}\n\
         messageStop {\"stopReason\":\"end_turn\"}\n\
         metadata {\"usage\":{\"inputTokens\":1,\"outputTokens\":1,\"totalTokens\":2}}\n",
    );
    let response = call(&endpoint(), &transport).await.unwrap();
    assert_eq!((&*response.text(), response.usage.total()), ("Hi", Some(2)));

    let sent = transport.sent.lock().unwrap().pop_front().unwrap();
    let url = "https://bedrock-runtime.eu-west-3.amazonaws.com/model/eu.acme.parrot-v2%3A0/converse-stream";
    assert_eq!(sent.uri(), url);
    let signed = sent.headers()["authorization"].to_str().unwrap();
    assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIAPARROT/"), "{signed}");
    assert!(signed.contains("/eu-west-3/bedrock/aws4_request, SignedHeaders="), "{signed}");
}

#[tokio::test]
async fn an_exception_of_bedrock_shows_no_part_of_the_key() {
    let transport = Canned::new(
        "messageStart {\"role\":\"assistant\"}\n\
         !throttlingException {\"message\":\"perch-of-the-session wants polly-wants-a-cracker\"}\n",
    );
    let error = call(&endpoint(), &transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    let shown = format!("{error} {error:#?}");
    assert!(!shown.contains("polly") && !shown.contains("perch-of"), "{shown}");
}

#[tokio::test]
async fn another_way_of_bedrock_wraps_another_dialect() {
    let transport = Canned::new("!serviceUnavailableException {\"message\":\"busy\"}\n");
    let error = call(&endpoint().way("anthropic"), &transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    let sent = transport.sent.lock().unwrap().pop_front().unwrap();
    assert!(sent.uri().path().ends_with("%3A0/invoke-with-response-stream"), "{}", sent.uri());
}
