//! One exchange, whatever it is for: signed with a key, answered, and with nothing secret in a failure.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use nohop_types::{
    EmbedRequest, Error, ErrorKind, Request as Chat, RerankRequest, Result, Scope, Secret,
};
use nohop_wire::{Encoded, Head, Loss};

use super::{Endpoint, Secrets, Value};
use crate::{Auth, AwsKey, Body, Connected, Credentials, Transport, Way};

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
    /// How long it waited for a connection to be opened, if it did.
    pub(super) connect: Option<Duration>,
    pub(super) losses: Vec<Loss>,
    /// What is removed from every error.
    pub(super) secrets: Secrets,
}

impl Endpoint {
    /// Runs the errand with the key at `key`. A key that is refused is asked for again, and where another
    /// comes the errand is run once more: tokens end.
    ///
    /// What lives while an answer is waited for is kept small here and below: every call carries it.
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
        let refused = match refused(self.once(transport, errand, secret.as_ref()).await) {
            Ok(answered) => return answered,
            Err(refused) => refused,
        };
        let (Some(credentials), Some(secret)) = (credentials, secret) else { return Err(refused) };
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
        Box::pin(again).await.unwrap_or(Err(refused))
    }

    /// Makes one exchange, with this key.
    async fn once(
        &self,
        transport: &dyn Transport,
        errand: &Errand<'_>,
        secret: Option<&Secret>,
    ) -> Result<Answered> {
        let (sent, losses, secrets) = self.prepare(errand, secret)?;
        match exchange(transport.send(sent), errand.way, &secrets).await {
            Ok((head, body, connect)) => Ok(Answered { head, body, connect, losses, secrets }),
            Err(error) => Err(secrets.redact(error)),
        }
    }

    /// The request as it is sent with this key, what it could not say, and what is secret in it.
    fn prepare(
        &self,
        errand: &Errand<'_>,
        secret: Option<&Secret>,
    ) -> Result<(Request<Bytes>, Vec<Loss>, Secrets)> {
        let mut encoded = (errand.encode)()?;
        let losses = std::mem::take(&mut encoded.losses);
        let secrets = self.secrets(secret, errand.own);
        match self.sign(errand.method.clone(), encoded, secret, errand.own) {
            Ok(sent) => Ok((sent, losses, secrets)),
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
        let mut secrets = Vec::with_capacity(1 + own.headers.len());
        secrets.extend(key.cloned());
        if let (Auth::Aws(_), Some(key)) = (self.provider.auth, key.and_then(AwsKey::read)) {
            secrets.extend(key.secrets());
        }
        secrets.extend(self.headers.iter().filter_map(|header| match &header.value {
            Value::Hidden(value) => Some(value.clone()),
            Value::Plain(_) => None,
        }));
        secrets.extend(own.headers.iter().map(|(_, value)| value.clone()));
        Secrets::new(secrets)
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

/// A request on its way.
type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Body>>> + Send + 'a>>;

/// An answer whose head has come, and how long it waited for a connection to be opened.
type Arrived = (Head, Body, Option<Duration>);

/// The refusal, where the key was refused.
fn refused(answered: Result<Answered>) -> Result<Result<Answered>, Error> {
    match answered {
        Err(error) if error.kind() == ErrorKind::Auth => Err(error),
        answered => Ok(answered),
    }
}

/// Waits for the head of an answer that is no failure.
async fn exchange(sending: Sending<'_>, way: &Way, secrets: &Secrets) -> Result<Arrived> {
    let (head, body, connect) = arrived(sending.await?);
    match head.status {
        status if status.is_success() => Ok((head, body, connect)),
        status if status.is_redirection() => Err(redirected(&head)),
        // It is rare, so that every other call need not carry the room for it.
        _ => Err(Box::pin(failed(head, body, way, secrets)).await),
    }
}

fn arrived(response: Response<Body>) -> Arrived {
    let (parts, body) = response.into_parts();
    let connect = parts.extensions.get::<Connected>().map(|connected| connected.took);
    (Head::new(parts.status, parts.headers), body, connect)
}

/// What a failure says.
async fn failed(mut head: Head, body: Body, way: &Way, secrets: &Secrets) -> Error {
    let body = failure(body).await;
    // What is kept of a failure is cut short, and half a key would not be found again.
    secrets.clean_headers(&mut head.headers);
    let body = secrets.clean(&String::from_utf8_lossy(&body));
    way.dialect.error(&head, body.as_bytes())
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

impl<'a> From<&'a Chat> for Own<'a> {
    fn from(request: &'a Chat) -> Self {
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
