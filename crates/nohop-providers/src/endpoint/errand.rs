//! One exchange, whatever it is for: signed with a key, answered, and with nothing secret in a failure.

use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use nohop_types::{EmbedRequest, Error, ErrorKind, Request, RerankRequest, Result, Scope, Secret};
use nohop_wire::{Encoded, Head, Loss};

use super::{Endpoint, Secrets, Value};
use crate::{Auth, AwsKey, Body, Credentials, Transport, Way};

/// The most bytes that are read of an answer that is a failure.
const MOST_FAILURE: usize = 64 << 10;

/// What is asked, but for the key.
pub(super) struct Errand<'a> {
    pub(super) way: &'static Way,
    pub(super) method: Method,
    /// What the caller brings.
    pub(super) own: Own<'a>,
    /// Writes the request; it is written again where it is sent again.
    pub(super) encode: &'a (dyn Fn() -> Result<Encoded> + Sync),
}

/// What a request brings of its own: it goes before what the endpoint has.
#[derive(Clone, Copy, Default)]
pub(super) struct Own<'a> {
    pub(super) key: Option<&'a Secret>,
    pub(super) headers: &'a [(String, Secret)],
}

/// An answer whose head has come, and is no failure.
pub(super) struct Answered {
    pub(super) head: Head,
    pub(super) body: Body,
    pub(super) losses: Vec<Loss>,
    /// What is removed from every error.
    pub(super) secrets: Secrets,
}

impl Endpoint {
    /// Runs the errand with the key at `key`. A key that is refused is asked for again, and where another
    /// comes the errand is run once more: tokens end.
    pub(super) async fn run(
        &self,
        transport: &dyn Transport,
        errand: &Errand<'_>,
        key: usize,
    ) -> Result<Answered> {
        let credentials = self.credentials_of(errand.own, key)?;
        let secret = match &credentials {
            Some(credentials) => Some(credentials.secret().await?),
            None => errand.own.key.cloned(),
        };
        let answered = self.once(transport, errand, secret.as_ref()).await;
        let (Err(error), Some(credentials), Some(secret)) = (&answered, credentials, secret) else {
            return answered;
        };
        if error.kind() != ErrorKind::Auth {
            return answered;
        }
        let again = async {
            credentials.refused(&secret);
            // A key that ended meanwhile has a successor; one that was never right has none.
            let fresh = credentials.secret().await.ok().filter(|fresh| *fresh != secret)?;
            let answered = self.once(transport, errand, Some(&fresh)).await;
            if answered.as_ref().is_err_and(|error| error.kind() == ErrorKind::Auth) {
                credentials.refused(&fresh);
            }
            Some(answered)
        };
        // It is rare, so that every other call need not carry the room for it.
        Box::pin(again).await.unwrap_or(answered)
    }

    /// Makes one exchange, with this key.
    async fn once(
        &self,
        transport: &dyn Transport,
        errand: &Errand<'_>,
        secret: Option<&Secret>,
    ) -> Result<Answered> {
        let mut encoded = (errand.encode)()?;
        let losses = std::mem::take(&mut encoded.losses);
        let secrets = self.secrets(secret, errand.own);
        let sent = self.sign(errand.method.clone(), encoded, secret, errand.own);
        let sent = sent.map_err(|error| secrets.redact(error))?;
        match exchange(transport, errand.way, sent, &secrets).await {
            Ok((head, body)) => Ok(Answered { head, body, losses, secrets }),
            Err(error) => Err(secrets.redact(error)),
        }
    }

    /// What the key comes from; `None` where the request brings its own, or none is needed.
    fn credentials_of(&self, own: Own<'_>, key: usize) -> Result<Option<Arc<dyn Credentials>>> {
        let slot = self.slot(key)?;
        if own.key.is_some() {
            return Ok(None);
        }
        if let Some(credentials) = slot.credentials() {
            return Ok(Some(credentials));
        }
        let auth = self.provider.auth;
        match auth.is_optional() && auth.read().is_none() {
            true => Ok(None),
            false => Ok(Some(auth.environment())),
        }
    }

    fn secrets(&self, key: Option<&Secret>, own: Own<'_>) -> Secrets {
        let hidden = self.headers.iter().filter_map(|header| match &header.value {
            Value::Hidden(value) => Some(value.clone()),
            Value::Plain(_) => None,
        });
        let own = own.headers.iter().map(|(_, value)| value.clone());
        let parts = match self.provider.auth {
            Auth::Aws(_) => key.and_then(AwsKey::read),
            _ => None,
        };
        let parts = parts.iter().flat_map(AwsKey::secrets);
        Secrets::new(key.cloned().into_iter().chain(parts).chain(hidden).chain(own))
    }
}

impl Answered {
    /// The whole body, which is an error where it has more than `most` bytes.
    pub(super) async fn whole(&mut self, most: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(piece) = poll_fn(|cx| self.body.as_mut().poll_next(cx)).await {
            bytes.extend_from_slice(&piece.map_err(|error| self.secrets.redact(error))?);
            if bytes.len() > most {
                return Err(Error::new(ErrorKind::Protocol, "the answer does not end"));
            }
        }
        Ok(bytes)
    }
}

/// Sends `request`, and waits for the head of an answer that is no failure.
async fn exchange(
    transport: &dyn Transport,
    way: &Way,
    request: http::Request<Bytes>,
    secrets: &Secrets,
) -> Result<(Head, Body)> {
    let (parts, body) = transport.send(request).await?.into_parts();
    let mut head = Head::new(parts.status, parts.headers);
    if head.status.is_success() {
        return Ok((head, body));
    }
    if head.status.is_redirection() {
        return Err(redirected(&head));
    }
    let body = failure(body).await;
    // What is kept of a failure is cut short, and half a key would not be found again.
    secrets.clean_headers(&mut head.headers);
    let body = secrets.clean(&String::from_utf8_lossy(&body));
    Err(way.dialect.error(&head, body.as_bytes()))
}

/// The body of a failure, as far as it is wanted and comes: its status matters more than its end.
async fn failure(mut body: Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(Ok(piece)) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        let left = MOST_FAILURE - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(left)]);
        if bytes.len() == MOST_FAILURE {
            break;
        }
    }
    bytes
}

/// A redirect: the key is meant for the host that was asked, and for no other.
fn redirected(head: &Head) -> Error {
    let uri = head.text("location").and_then(|location| location.parse::<http::Uri>().ok());
    let host = uri.as_ref().and_then(|uri| uri.host()).unwrap_or("another path of the same host");
    let message = format!(
        "the endpoint redirects to {host}, where the key is not sent; if that is right, set the base URL"
    );
    Error::new(ErrorKind::Config, message)
        .with_scope(Scope::Endpoint)
        .with_status(head.status.as_u16())
}

impl<'a> From<&'a Request> for Own<'a> {
    fn from(request: &'a Request) -> Self {
        Self { key: request.key.as_ref(), headers: &request.headers }
    }
}

impl<'a> From<&'a EmbedRequest> for Own<'a> {
    fn from(request: &'a EmbedRequest) -> Self {
        Self { key: request.key.as_ref(), headers: &request.headers }
    }
}

impl<'a> From<&'a RerankRequest> for Own<'a> {
    fn from(request: &'a RerankRequest) -> Self {
        Self { key: request.key.as_ref(), headers: &request.headers }
    }
}
