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
use nohop_wire::dialect::{JinaRerank, OpenAiChat};

use crate::{Auth, Body, Provider, Transport, Way};

/// A host that does every task.
pub(crate) const HERE: Provider = Provider {
    id: "here",
    base_url: "http://localhost/v1",
    auth: Auth::Bearer("NOHOP_NOT_SET"),
    ways: &[Way { path: "/chat/completions", dialect: &EVERYTHING }],
};

const EVERYTHING: OpenAiChat = OpenAiChat { rerank: Some(JinaRerank::PLAIN), ..OpenAiChat::HOSTED };

/// Answers every request alike, or by the end of its address, and keeps what was sent.
#[derive(Debug)]
pub(crate) struct Scripted {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    pages: Vec<(String, String)>,
    sent: Mutex<Vec<Request<Bytes>>>,
}

impl Scripted {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let (headers, pages) = (Vec::new(), Vec::new());
        Self { status, headers, body: body.into(), pages, sent: Mutex::default() }
    }

    /// Answers with the last of these bodies whose address ends so.
    pub(crate) fn pages(pages: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { pages: pages.into_iter().collect(), ..Self::new(200, "") }
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
        let address = request.uri().to_string();
        let page = self.pages.iter().rev().find(|(end, _)| address.ends_with(end));
        let body = page.map_or(self.body.clone(), |(_, body)| body.clone().into_bytes());
        self.sent.lock().unwrap().push(request);
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body: Body = Box::pin(Pieces([Ok(Bytes::from(body))].into()));
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
