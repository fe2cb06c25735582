mod lanes;
mod opening;
mod settings;
mod tls;
mod trouble;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response, Uri};
use http_body::Body as _;
use nohop_types::{Error, ErrorKind, Result};

use self::lanes::{Clients, Known, Ticket};
use self::settings::Settings;
use super::{Body, Connected, Transport};

pub use self::settings::{Roots, Versions};

/// The transport on reqwest: one per router, cheap to copy, and copies share their connections.
///
/// - Nothing is sent twice, but for what no server can have read: a connection that turned out to be
///   closed before the request was written, or one whose server said that it did not begin with it.
/// - Idle connections are dropped before servers usually drop them: after four seconds where nothing
///   stands between us and a server that may be small, after 55 where TLS does.
/// - HTTP/2 is spoken where it is offered, and no call waits for another: each has a connection to itself
///   while it lasts, unless [`Http::streams`] says how many may share one.
/// - Redirects are not followed. Proxies are those of the environment, but none stands between us and
///   this machine. Bodies are not compressed.
///
/// Connections are served by the tokio runtime that was running when they were made.
#[derive(Clone, Default)]
pub struct Http {
    settings: Settings,
    clients: Arc<Clients>,
}

impl Http {
    /// The transport as most want it; it opens nothing and reads nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bounds the time to connect, names and TLS included: five seconds, unless this is said.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.connect = timeout)
    }

    /// Sets how long a connection with TLS, and one without, may idle before it is dropped.
    #[must_use]
    pub fn idle_timeout(self, secure: Duration, plain: Duration) -> Self {
        self.with(|settings| (settings.idle_secure, settings.idle_plain) = (secure, plain))
    }

    /// Sets whom to believe about who a server is.
    #[must_use]
    pub fn roots(self, roots: Roots) -> Self {
        self.with(|settings| settings.roots = roots)
    }

    /// Sets how many calls may share a connection of HTTP/2: one, unless this is said.
    ///
    /// More than one saves connections, and is safe up to the number of streams that the servers are
    /// known to allow: a call beyond that waits in the connection until another ends, unseen.
    #[must_use]
    pub fn streams(self, most: u32) -> Self {
        self.with(|settings| settings.streams = most.max(1))
    }

    /// Trusts the certificates in this PEM text besides, such as those of a company's own authority.
    #[must_use]
    pub fn trust(self, pem: impl Into<Vec<u8>>) -> Self {
        self.with(|settings| settings.trusted.push(pem.into()))
    }

    /// Sets the versions of HTTP to speak.
    #[must_use]
    pub fn versions(self, versions: Versions) -> Self {
        self.with(|settings| settings.versions = versions)
    }

    /// Other settings need other clients.
    fn with<T>(mut self, set: impl FnOnce(&mut Settings) -> T) -> Self {
        set(&mut self.settings);
        Self { settings: self.settings, clients: Arc::default() }
    }
}

#[async_trait]
impl Transport for Http {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>> {
        // A server may have closed a connection while nobody looked: this lets the runtime look.
        tokio::task::yield_now().await;
        let known = self.clients.know(request.uri())?;
        let (client, ticket) = self.clients.enter(&known, &self.settings)?;
        let (sent, opening) = opening::timed(client.execute(known.request(request))).await;
        let failed = |error| trouble::connecting(error, &known.host, &self.settings);
        let mut response: Response<reqwest::Body> = sent.map_err(failed)?.into();
        if let Some(took) = opening {
            response.extensions_mut().insert(Connected::new(took));
        }
        Ok(response.map(|body| -> Body { Box::pin(Arriving { body, known, _ticket: ticket }) }))
    }

    async fn warm(&self, urls: &[Uri]) {
        let mut calls = tokio::task::JoinSet::new();
        for url in urls {
            let (transport, url) = (self.clone(), url.clone());
            calls.spawn(async move { transport.connect(url).await });
        }
        // What fails here will fail again, where it can be told.
        calls.join_all().await;
    }
}

impl Http {
    /// Asks the host for nothing, without a key, so that a connection is there.
    async fn connect(&self, url: Uri) -> Result<()> {
        let mut parts = url.into_parts();
        parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/"));
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = http::Method::HEAD;
        *request.uri_mut() = Uri::from_parts(parts)
            .map_err(|source| Error::new(ErrorKind::Config, "not a URL").with_source(source))?;
        self.send(request).await.map(drop)
    }
}

/// How servers show who they are, for others who ask in HTTP/1.1.
pub(crate) fn tls() -> Result<rustls::ClientConfig, String> {
    tls::config(&Settings { versions: Versions::One, ..Settings::default() })
}

/// A body on its way; its place in its lane is taken until it is dropped.
struct Arriving {
    body: reqwest::Body,
    known: Arc<Known>,
    _ticket: Option<Ticket>,
}

impl Stream for Arriving {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => Some(Ok(bytes)),
                    // Trailers say nothing that any dialect knows.
                    Err(_) => continue,
                },
                Some(Err(error)) => Some(Err(trouble::reading(error, &self.known.host))),
                None => None,
            });
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
