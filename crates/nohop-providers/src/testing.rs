//! What the unit tests share: a transport in memory.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use nohop_types::Result;

use crate::{Body, Transport};

/// Answers every request alike, and keeps what was sent.
#[derive(Debug)]
pub(crate) struct Scripted {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    sent: Mutex<Vec<Request<Bytes>>>,
}

impl Scripted {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), sent: Mutex::default() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// What was sent, in order.
    pub(crate) fn sent(&self) -> Vec<Request<Bytes>> {
        self.sent.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>> {
        self.sent.lock().unwrap().push(request);
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body: Body = Box::pin(Pieces([Ok(Bytes::from(self.body.clone()))].into()));
        Ok(response.body(body).unwrap())
    }
}

/// A body in pieces.
pub(crate) struct Pieces(pub(crate) VecDeque<Result<Bytes>>);

impl Stream for Pieces {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        Poll::Ready(self.0.pop_front())
    }
}
