//! One exchange: asked, answered, and with nothing secret in what comes back.

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::Method;
use nohop_types::{Event, Issuer, Request, Result};
use nohop_wire::{Abilities, Allowance, Call, Head, Loss, Mode, Reader, State};

use super::errand::{Answered, Errand};
use super::{Endpoint, Secrets};
use crate::{Body, Transport};

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
    connect: Option<Duration>,
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
        let encode = || way.dialect.encode(&call);
        let errand = Errand { way, method: Method::POST, own: request.into(), encode: &encode };
        let Answered { head, body, connect, losses, secrets } =
            self.run(transport, &errand, key).await?;
        match Reader::open(way.dialect, &call, &head) {
            Ok(reader) => {
                let reader = reader.strictness(self.strictness);
                Ok(Opened { reader, losses, body, connect, secrets, head })
            }
            Err(error) => Err(secrets.redact(error)),
        }
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

    /// Of which of the provider's limits the answer says that at most so many are left.
    pub fn scarce(&self, left: u64) -> impl Iterator<Item = Allowance> {
        Allowance::scarce(&self.head, left)
    }

    /// The text of a header of the answer, without a secret.
    pub fn header(&self, name: &str) -> Option<String> {
        self.head.text(name).map(|text| self.secrets.clean(text))
    }

    /// How long the call waited for a connection to be opened, where none was there and the transport tells.
    pub fn connect(&self) -> Option<Duration> {
        self.connect
    }

    /// The status of the answer.
    pub fn status(&self) -> u16 {
        self.head.status.as_u16()
    }
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
