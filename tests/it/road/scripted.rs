//! Providers without sockets: a transport that does what scripts say, by the test's own clock.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Request as HttpRequest, Response as HttpResponse, Uri};
use nohop::providers::{Body, Transport};
use nohop::{Error, ErrorKind};
use nohop_testkit::{Chunk, End, Reply};
use tokio::time::sleep;

use super::*;

/// Each host is a script; copies share their calls.
#[derive(Clone, Default)]
pub(crate) struct Scripted {
    hosts: BTreeMap<String, Script>,
    sent: Arc<Mutex<Vec<(Uri, HeaderMap)>>>,
    bodies: Arc<Mutex<Vec<Bytes>>>,
}

impl Scripted {
    /// The host `name` follows `script`.
    pub(crate) fn host(mut self, name: &str, script: Script) -> Self {
        self.hosts.insert(name.to_owned(), script);
        self
    }

    /// The hosts that were called, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.sent().iter().map(|(uri, _)| uri.host().unwrap().to_owned()).collect()
    }

    /// Where each call went, and its headers.
    pub(crate) fn sent(&self) -> Vec<(Uri, HeaderMap)> {
        self.sent.lock().unwrap().clone()
    }

    /// What each call said.
    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        self.bodies.lock().unwrap().clone()
    }
}

impl fmt::Debug for Scripted {
    // A script may have a secret planted in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.hosts.keys()).finish()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: HttpRequest<Bytes>) -> Result<HttpResponse<Body>> {
        let host = request.uri().host().unwrap().to_owned();
        self.sent.lock().unwrap().push((request.uri().clone(), request.headers().clone()));
        self.bodies.lock().unwrap().push(request.body().clone());
        played(self.hosts[&host].respond(request)).await
    }
}

/// Plays a reply, by the test's own clock.
pub(crate) async fn played(reply: Reply) -> Result<HttpResponse<Body>> {
    sleep(reply.delay).await;
    let Some(head) = reply.head else {
        return match reply.end {
            End::Stall { .. } => std::future::pending().await,
            _ => Err(broken()),
        };
    };
    let mut response = HttpResponse::new(body(reply.chunks.into(), reply.end));
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    Ok(response)
}

fn body(chunks: VecDeque<Chunk>, end: End) -> Body {
    let chunks = stream::unfold(chunks, async |mut chunks| {
        let chunk = chunks.pop_front()?;
        sleep(chunk.after).await;
        Some((Ok(chunk.bytes), chunks))
    });
    match end {
        End::Complete => Box::pin(chunks),
        End::Stall { .. } => Box::pin(chunks.chain(stream::pending())),
        _ => Box::pin(chunks.chain(stream::iter([Err(broken())]))),
    }
}

/// Runs a test by a paused clock, in a runtime of its own.
pub(crate) fn paused<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(test)
}

fn broken() -> Error {
    Error::new(ErrorKind::Transport, "the script ends the exchange here")
}
