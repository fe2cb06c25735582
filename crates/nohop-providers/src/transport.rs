#[cfg(feature = "http")]
pub(crate) mod http;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use ::http::{Request, Response, Uri};
use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use nohop_types::Result;

#[cfg(feature = "http")]
pub use self::http::{Http, Roots, Versions};

/// The body of an answer, as it arrives.
pub type Body = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// How long a call waited for its connection to be opened: an extension of its answer.
///
/// A transport that knows puts it there; an answer over a connection that was there already has none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connected {
    /// With names and TLS.
    pub took: Duration,
}

impl Connected {
    /// The connection took so long.
    pub fn new(took: Duration) -> Self {
        Self { took }
    }
}

/// Carries one HTTP exchange.
///
/// An answer with a failure status is still an answer: only an exchange that did not happen is an error,
/// of kind `Transport` or `Timeout`. Dropping the future or the body abandons the exchange. A transport
/// follows no redirect and tries nothing a second time once the far side may have read the body: the
/// request carries a key, and costs money.
///
/// ```
/// use async_trait::async_trait;
/// use bytes::Bytes;
/// use nohop_providers::{Body, Transport};
/// use nohop_types::{Error, ErrorKind, Result};
///
/// /// Reaches nobody.
/// #[derive(Debug)]
/// struct Offline;
///
/// #[async_trait]
/// impl Transport for Offline {
///     async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>> {
///         Err(Error::new(ErrorKind::Transport, "this machine is offline"))
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends `request` and waits for the head of its answer.
    ///
    /// # Errors
    ///
    /// `Transport` when there was no exchange, `Timeout` when a connection took too long, `Config` for a
    /// URL that can not be.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>>;

    /// Connects to where these URLs are, so that the first request need not; whether it works out is not
    /// told.
    async fn warm(&self, urls: &[Uri]) {
        let _ = urls;
    }
}
