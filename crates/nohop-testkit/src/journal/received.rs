use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode, Version};
use serde_json::Value;
use tokio::time::Instant;

use crate::dialect::credential;
use crate::{Fault, Outcome};

/// One request as it arrived, and what it was served.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// Which request to this emulator it was, counted from one.
    pub number: u64,
    /// Which call it was, counted from one, if it asked for an answer.
    pub call: Option<u64>,
    /// When it was read, by tokio's clock.
    pub at: Instant,
    /// The method.
    pub method: Method,
    /// The path, with the query.
    pub path: String,
    /// The version of HTTP.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Which connection it came on, counted from one.
    pub connection: u64,
    /// Which request on its connection it was, counted from one.
    pub turn: u64,
    /// The fault that was applied.
    pub fault: Option<Fault>,
    /// What it was served so far.
    pub served: Served,
    pub(crate) outcome: Outcome,
    /// Whether nothing more will be served.
    pub(crate) is_over: bool,
}

/// What a request was served so far.
///
/// Counted as it is handed to the connection, which on a loopback is as good as received.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Served {
    /// The status, if there was a head.
    pub status: Option<StatusCode>,
    /// How many bytes of the body.
    pub bytes: usize,
    /// How many content events.
    pub events: usize,
    /// Whether the body was written to its end.
    pub whole: bool,
    /// Whether the client left before that.
    pub left: bool,
}

impl Received {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The key, in whichever header it came, or the id of the one that signed the request.
    pub fn key(&self) -> Option<&str> {
        let authorization = self.header(AUTHORIZATION.as_str());
        let bearer = authorization.and_then(credential);
        let named = ["x-api-key", "x-goog-api-key", "api-key"];
        named.into_iter().find_map(|name| self.header(name)).or(bearer)
    }

    /// What a correct client makes of it.
    pub fn outcome(&self) -> Outcome {
        match &self.outcome {
            Outcome::Answered { .. } if self.served.left => Outcome::Left,
            outcome => outcome.clone(),
        }
    }
}
