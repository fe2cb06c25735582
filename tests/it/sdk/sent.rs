//! What leaves an endpoint, and where it differs from what left an SDK.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use http::Request as Sent;
use nohop::providers::{Body, Endpoint, Transport};
use nohop_types::{Request, Result};
use nohop_wire::{Abilities, Loss, Mode};

use super::{Asks, Ours, Theirs};

/// Keeps what was sent, and answers with nothing.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Sent<Bytes>>>);

impl Kept {
    fn only(self) -> Sent<Bytes> {
        let mut sent = self.0.into_inner().unwrap();
        assert_eq!(sent.len(), 1);
        sent.remove(0)
    }
}

#[async_trait]
impl Transport for Kept {
    async fn send(&self, request: Sent<Bytes>) -> Result<http::Response<Body>> {
        self.0.lock().unwrap().push(request);
        let body: Body = Box::pin(stream::empty());
        Ok(http::Response::new(body))
    }
}

/// What an endpoint sends for `ours`, and what it could not say.
pub(super) async fn send(ours: &Ours) -> (Sent<Bytes>, Vec<Loss>) {
    match &ours.asks {
        Asks::Answer(request, mode) => call(&ours.endpoint, request, *mode).await.unwrap(),
        Asks::Models => {
            let transport = Kept::default();
            // Nothing is no list, but it was asked for.
            ours.endpoint.models(&transport, 0).await.unwrap_err();
            (transport.only(), Vec::new())
        }
    }
}

/// What `endpoint` sends for `request`, and what it could not say.
pub(crate) async fn call(
    endpoint: &Endpoint,
    request: &Request,
    mode: Mode,
) -> Result<(Sent<Bytes>, Vec<Loss>)> {
    let (transport, able) = (Kept::default(), Abilities::default());
    let opened = endpoint.call(&transport, request, &request.model, mode, 0, &able).await?;
    Ok((transport.only(), opened.losses))
}

/// The places where the method, the URL or a header is not that of `theirs`.
pub(super) fn heads(sent: &Sent<Bytes>, theirs: &Theirs) -> Vec<String> {
    let uri = sent.uri();
    // What stands behind it never leaves a client.
    let url = theirs.url.split('#').next().unwrap_or_default();
    let url: http::Uri = url.parse().unwrap();
    let same = [
        ("method", sent.method().as_str() == theirs.method),
        ("host", (uri.scheme(), uri.authority()) == (url.scheme(), url.authority())),
        ("path", uri.path() == url.path()),
        ("query", uri.query() == url.query()),
    ];
    let differ = same.into_iter().filter(|(_, same)| !same).map(|(place, _)| place.to_owned());
    differ.chain(headers(sent, theirs)).collect()
}

/// Headers in which a client speaks of itself.
fn is_own(name: &str) -> bool {
    let families = ["amz-sdk-", "x-fern-", "x-stainless-"];
    matches!(name, "user-agent" | "x-goog-api-client")
        || families.iter().any(|family| name.starts_with(family))
}

fn headers(sent: &Sent<Bytes>, theirs: &Theirs) -> Vec<String> {
    let ours = |name: &str| Some(sent.headers().get(name)?.to_str().unwrap());
    let their_names = theirs.headers.as_object().unwrap().keys().map(String::as_str);
    let names: BTreeSet<&str> =
        sent.headers().keys().map(http::HeaderName::as_str).chain(their_names).collect();
    let their = |name: &str| theirs.headers[name].as_str();
    let mut places = Vec::new();
    for name in names.into_iter().filter(|name| !is_own(name)) {
        let ours = ours(name).map(|value| timeless(name, value, ours("x-amz-date")));
        let their = their(name).map(|value| timeless(name, value, their("x-amz-date")));
        match (ours, their) {
            (ours, their) if ours == their => (),
            // The key, the day, the region and the service are the same; the list is not.
            (Some(ours), Some(their))
                if scope(&ours).is_some_and(|ours| scope(&their) == Some(ours)) =>
            {
                places.push("SignedHeaders".to_owned());
            }
            _ => places.push(name.to_owned()),
        }
    }
    places
}

/// What a signature of Amazon's is good for.
fn scope(authorization: &str) -> Option<&str> {
    Some(authorization.split_once(", SignedHeaders=")?.0)
}

/// A header's value as it would be at any time, where it is signed at `moment`.
fn timeless(name: &str, value: &str, moment: Option<&str>) -> String {
    let digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
    match (name, moment) {
        ("x-amz-date", _) => digits(value),
        ("authorization", Some(moment)) => {
            let (day, _) = moment.split_once('T').unwrap();
            let value = value.replace(&format!("/{day}/"), "/day/");
            let (said, _) = value.split_once(" Signature=").unwrap();
            said.to_owned()
        }
        _ => value.to_owned(),
    }
}
