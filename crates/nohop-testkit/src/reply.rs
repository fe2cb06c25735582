mod aws;
mod draft;
mod faulty;
mod render;
mod writer;

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::{Fault, Outcome, Script};

/// What a provider does with one request: when, which bytes, and how it ends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The fault that was applied.
    pub fault: Option<Fault>,
    /// How long it takes until the head, or until the end if there is no head.
    pub delay: Duration,
    /// Status and headers; none where the provider fails before it answers.
    pub head: Option<Head>,
    /// The body.
    pub chunks: Vec<Chunk>,
    /// How it ends, the body being out.
    pub end: End,
    /// How long afterwards the connection is closed, if it is idle then.
    pub close_idle: Option<Duration>,
    /// What a correct client makes of it.
    pub outcome: Outcome,
}

/// The head of an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Head {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

/// A piece of a body that is written at once.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Chunk {
    /// How long it takes until it comes, counted from the one before.
    pub after: Duration,
    /// The bytes.
    pub bytes: Bytes,
    /// How many content events end in it.
    pub events: usize,
}

/// How an answer ends.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum End {
    /// The body ends as HTTP says.
    Complete,
    /// The connection is closed in order, without the end of the body.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing comes any more, but for what keeps the stream alive.
    Stall {
        /// What is sent again and again, and at which interval.
        ping: Option<(Duration, Bytes)>,
    },
}

impl Reply {
    /// What `script` does with its `call`th call, or with a request that is none if it is zero.
    pub(crate) fn new(script: &Script, call: u64, head: &Parts, body: &[u8]) -> Self {
        draft::Exchange::new(script, call, head, body).reply()
    }

    /// The content events in it.
    pub fn events(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.events).sum()
    }

    /// The bytes of the body.
    pub fn body(&self) -> Bytes {
        self.chunks.iter().flat_map(|chunk| chunk.bytes.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests;
