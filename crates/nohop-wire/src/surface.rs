use std::fmt;

use http::{HeaderMap, StatusCode};
use nohop_types::{Error, ErrorKind, Event, Request, Result};

use crate::Mode;

/// One way providers talk HTTP, seen from the server: their request in, our answer out.
pub trait Surface: fmt::Debug + Send + Sync + 'static {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// `InvalidRequest`, naming the field that is wrong and what it should be.
    fn decode(&self, head: &RequestHead, body: &[u8]) -> Result<Incoming>;

    /// Opens the answer to `incoming`.
    fn encoder(&self, incoming: &Incoming, stamp: Stamp) -> Box<dyn Encoder>;

    /// Writes a failure, for a request that was not answered.
    fn error(&self, error: &Error) -> Reply;
}

/// Turns the events of one answer into a surface's bytes.
pub trait Encoder: Send {
    /// The label of the body.
    fn content_type(&self) -> &'static str;

    /// Writes one event; events follow the grammar of an answer.
    ///
    /// A seam where the answer begins anew is a failure in a stream: no dialect has a word for it.
    fn event(&mut self, event: &Event, out: &mut Vec<u8>);

    /// Writes a failure that comes after the answer began.
    fn fail(&mut self, error: &Error, out: &mut Vec<u8>);
}

/// What precedes the body of a request.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RequestHead {
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
}

impl RequestHead {
    /// The head of a request for `path`.
    pub fn new(path: impl Into<String>, headers: HeaderMap) -> Self {
        Self { path: path.into(), headers }
    }
}

/// A request as a surface read it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Incoming {
    /// What the caller wants answered.
    pub request: Request,
    /// Whether the answer shall arrive whole or as it is made.
    pub mode: Mode,
}

impl Incoming {
    /// The `request`, to be answered in `mode`.
    pub fn new(request: Request, mode: Mode) -> Self {
        Self { request, mode }
    }
}

/// The id and the time that an answer carries, for there is no clock and no chance here.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stamp {
    /// The answer's id, where the provider gave none.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub created: u64,
}

impl Stamp {
    /// The stamp of an answer made at `created`.
    pub fn new(id: impl Into<String>, created: u64) -> Self {
        Self { id: id.into(), created }
    }
}

/// A whole answer to an HTTP request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The JSON `body` under `status`.
    pub fn json(status: StatusCode, body: Vec<u8>) -> Self {
        let json = http::HeaderValue::from_static("application/json");
        Self { status, headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, json)]), body }
    }
}

/// Why a stream ends at a seam where the answer begins anew.
pub(crate) fn anew() -> Error {
    let message = "the answer broke and begins anew, which this stream can not say; ask for it whole, or let \
                   the route resume without restarting";
    Error::new(ErrorKind::Truncated, message)
}
