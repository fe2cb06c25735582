use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use nohop_providers::{Body, Opened, Transport};
use nohop_types::{Request, Result};

use crate::asked::Asked;
use crate::clock::now;

/// When a call was handed to the transport, while it may still be on its way; empty until it is.
pub(super) type Stamp = Arc<OnceLock<Instant>>;

/// Calls the candidate at `place`, and waits for the head of its answer.
///
/// # Errors
///
/// Those of the endpoint; without a stamp, nothing was sent.
pub(super) async fn call(
    asked: Arc<Asked>,
    request: Arc<Request>,
    place: usize,
    sent: Stamp,
) -> Result<Opened> {
    let key = asked.resolved.candidates[place].key as usize;
    let at = &asked.resolved.places[place];
    let request = asked.fetched.fill(request, at).await?;
    let stamping = Stamping::new(&asked.shared.transport, sent);
    at.endpoint.call(&stamping, &request, &at.model, asked.mode, key, &at.abilities).await
}

/// A transport that takes down when it is first used.
pub(super) struct Stamping {
    transport: Arc<dyn Transport>,
    sent: Stamp,
}

impl Stamping {
    pub(super) fn new(transport: &Arc<dyn Transport>, sent: Stamp) -> Self {
        Self { transport: transport.clone(), sent }
    }
}

impl Transport for Stamping {
    // Written as the trait expands to, so that it needs no second future.
    fn send<'s, 'f>(
        &'s self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Body>>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        self.sent.get_or_init(now);
        self.transport.send(request)
    }
}

impl fmt::Debug for Stamping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.transport.fmt(f)
    }
}
