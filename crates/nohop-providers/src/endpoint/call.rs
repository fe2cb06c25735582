//! One exchange: asked, answered, and with nothing secret in what comes back.

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use nohop_types::{Error, ErrorKind, Event, Issuer, Request, Result, Scope, Secret};
use nohop_wire::{Abilities, Call, Head, Loss, Mode, Reader, State};

use super::{Endpoint, Secrets, Value};
use crate::{Auth, AwsKey, Body, Credentials, Transport, Way};

/// The most bytes that are read of an answer that is a failure.
const MOST_FAILURE: usize = 64 << 10;

/// An answer whose head has come: the rest of it arrives as it is read.
///
/// Dropping it abandons the exchange.
#[non_exhaustive]
pub struct Opened {
    /// What makes events of the body.
    pub reader: Reader,
    /// What of the request the dialect could not say.
    pub losses: Vec<Loss>,
    body: Body,
    /// What is removed from every error.
    secrets: Secrets,
    head: Head,
}

impl Endpoint {
    /// Asks `model` to answer `request` with the key at `key`, and waits for the head of the answer.
    ///
    /// The request's own key and headers go before the endpoint's. A key that is refused is asked for
    /// again, and where another comes the call is made once more: tokens end. There is no clock here: of
    /// a failure at most 64 KiB are read, and whoever calls bounds the time by dropping the future.
    ///
    /// # Errors
    ///
    /// Whatever kind the dialect gives a failure status, and whatever the transport fails with; `Auth`
    /// when there is no key, or one that fits in no header; `Config` when the endpoint is not complete,
    /// or answers with a redirect, which is never followed. No secret occurs in any of them.
    pub async fn call(
        &self,
        transport: &dyn Transport,
        request: &Request,
        model: &str,
        mode: Mode,
        key: usize,
        abilities: &Abilities,
    ) -> Result<Opened> {
        let way = self.chosen()?;
        let issuer = Issuer::new(way.dialect.name(), self.name(), model);
        let call = Call::new(request, model, way.path, &issuer).mode(mode).abilities(abilities);
        let credentials = self.credentials_of(request, key)?;
        let secret = match &credentials {
            Some(credentials) => Some(credentials.secret().await?),
            None => request.key.clone(),
        };
        let opened = self.open(transport, way, &call, secret.as_ref()).await;
        let (Err(error), Some(credentials), Some(secret)) = (&opened, credentials, secret) else {
            return opened;
        };
        if error.kind() != ErrorKind::Auth {
            return opened;
        }
        let again = async {
            credentials.refused(&secret);
            // A key that ended meanwhile has a successor; one that was never right has none.
            let fresh = credentials.secret().await.ok().filter(|fresh| *fresh != secret)?;
            let opened = self.open(transport, way, &call, Some(&fresh)).await;
            if opened.as_ref().is_err_and(|error| error.kind() == ErrorKind::Auth) {
                credentials.refused(&fresh);
            }
            Some(opened)
        };
        // It is rare, so that every other call need not carry the room for it.
        Box::pin(again).await.unwrap_or(opened)
    }

    /// Makes one exchange, with this key.
    async fn open(
        &self,
        transport: &dyn Transport,
        way: &Way,
        call: &Call<'_>,
        secret: Option<&Secret>,
    ) -> Result<Opened> {
        let mut encoded = way.dialect.encode(call)?;
        let losses = std::mem::take(&mut encoded.losses);
        let secrets = self.secrets(secret, call.request);
        let sent = self.sign(http::Method::POST, encoded, secret, call.request);
        let sent = sent.map_err(|error| secrets.redact(error))?;
        let opened = match exchange(transport, way, sent, &secrets).await {
            Ok((head, body)) => Reader::open(way.dialect, call, &head)
                .map(|it| (it.strictness(self.strictness), head, body)),
            Err(error) => Err(error),
        };
        match opened {
            Ok((reader, head, body)) => Ok(Opened { reader, losses, body, secrets, head }),
            Err(error) => Err(secrets.redact(error)),
        }
    }

    /// What the key comes from; `None` where the request brings its own, or none is needed.
    pub(super) fn credentials_of(
        &self,
        request: &Request,
        key: usize,
    ) -> Result<Option<std::sync::Arc<dyn Credentials>>> {
        let slot = self.slot(key)?;
        if request.key.is_some() {
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

    pub(super) fn secrets(&self, key: Option<&Secret>, request: &Request) -> Secrets {
        let hidden = self.headers.iter().filter_map(|header| match &header.value {
            Value::Hidden(value) => Some(value.clone()),
            Value::Plain(_) => None,
        });
        let own = request.headers.iter().map(|(_, value)| value.clone());
        let parts = match self.provider.auth {
            Auth::Aws(_) => key.and_then(AwsKey::read),
            _ => None,
        };
        let parts = parts.iter().flat_map(AwsKey::secrets);
        Secrets::new(key.cloned().into_iter().chain(parts).chain(hidden).chain(own))
    }
}

impl Opened {
    /// Waits for more of the answer, appends the events that it completes, and says whether more must
    /// come; once the answer is [`State::Done`] nothing is left to read.
    ///
    /// # Errors
    ///
    /// Whatever the reader or the transport fails with, without a secret.
    pub async fn read(&mut self, events: &mut Vec<Event>) -> Result<State> {
        poll_fn(|cx| self.poll_read(cx, events)).await
    }

    /// [`Opened::read`], for those who poll.
    ///
    /// # Errors
    ///
    /// Those of [`Opened::read`].
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        events: &mut Vec<Event>,
    ) -> Poll<Result<State>> {
        let read = match ready!(self.body.as_mut().poll_next(cx)) {
            Some(piece) => piece.and_then(|bytes| self.reader.push(&bytes, events)),
            None => Ok(State::Done),
        };
        Poll::Ready(match read {
            Ok(State::Done) => self.end(events).map(|()| State::Done),
            read => read.map_err(|error| self.secrets.redact(error)),
        })
    }

    /// Ends the answer where it stands, for those who will not wait for the end of the body.
    ///
    /// # Errors
    ///
    /// `Truncated` when the answer is not complete.
    pub fn end(&mut self, events: &mut Vec<Event>) -> Result<()> {
        self.reader.end(events).map_err(|error| self.secrets.redact(error))
    }

    /// The text of a header of the answer, without a secret.
    pub fn header(&self, name: &str) -> Option<String> {
        self.head.text(name).map(|text| self.secrets.clean(text))
    }

    /// The status of the answer.
    pub fn status(&self) -> u16 {
        self.head.status.as_u16()
    }
}

/// Sends `request`, and waits for the head of an answer that is no failure.
pub(super) async fn exchange(
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

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("status", &self.head.status)
            .field("reader", &self.reader)
            .field("losses", &self.losses)
            .finish_non_exhaustive()
    }
}
