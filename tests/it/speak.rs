//! What the tests of a dialect have in common: one call each way.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use nohop_tests::hosts::Host;
use nohop_types::{Error, Event, Issuer, Request, Response, Result};
use nohop_wire::laws::Sample;
use nohop_wire::{Call, Head, Incoming, Mode, RequestHead, Stamp};
use serde_json::Value;

/// The events of an answer, and how it ended.
pub(crate) fn events(host: &dyn Host, mode: Mode, body: &[u8]) -> (Vec<Event>, Option<Error>) {
    let dialect = host.dialect();
    let (request, issuer) = (Request::new("m"), issuer(host));
    let call = Call::new(&request, "m", "/", &issuer).mode(mode);
    let head = Head::new(StatusCode::OK, HeaderMap::new());
    let (events, ended) = Sample::new(dialect, call, &head, body).read(7);
    (events, ended.err())
}

/// An answer, and how it ended.
pub(crate) fn answer(host: &dyn Host, mode: Mode, body: &str) -> (Response, Option<Error>) {
    let (events, error) = events(host, mode, body.as_bytes());
    (events.into_iter().collect(), error)
}

/// What an answer with `status` and `headers` is taken for.
pub(crate) fn error(
    host: &dyn Host,
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: &str,
) -> Error {
    let named = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    let headers = headers.iter().map(named).collect();
    let head = Head::new(StatusCode::from_u16(status).unwrap(), headers);
    host.dialect().error(&head, body.as_bytes())
}

/// A request as it is sent, and what is lost of it.
pub(crate) fn sent(host: &dyn Host, request: &Request) -> Result<(Value, Vec<String>)> {
    let issuer = issuer(host);
    let call = Call::new(request, &request.model, "/", &issuer);
    let encoded = host.dialect().encode(&call)?;
    let losses = encoded.losses.iter().map(ToString::to_string).collect();
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

/// A request as a client sent it.
pub(crate) fn heard(host: &dyn Host, body: &str) -> Result<Request> {
    let incoming = host.asked(&RequestHead::default(), body.as_bytes())?;
    Ok(incoming.request)
}

/// Who answers in these tests.
pub(crate) fn issuer(host: &dyn Host) -> Issuer {
    Issuer::new(host.dialect().name(), "here", "m")
}

/// What a client of `surface` is told of a whole answer in the dialect of `host`.
pub(crate) fn told(surface: &dyn Host, host: &dyn Host, body: &str) -> Value {
    let (events, error) = events(host, Mode::Whole, body.as_bytes());
    assert!(error.is_none(), "{error:?}");
    let incoming = Incoming::new(Request::new("m"), Mode::Whole);
    let mut encoder = surface.surface().unwrap().encoder(&incoming, Stamp::new("1", 0));
    let mut out = Vec::new();
    events.iter().for_each(|event| encoder.event(event, &mut out));
    serde_json::from_slice(&out).unwrap()
}
