//! Which models there are.

use std::future::poll_fn;

use nohop_types::{Error, ErrorKind, Request, Result};
use nohop_wire::models;

use super::Endpoint;
use super::call::exchange;
use crate::{Body, Transport};

/// The most bytes that are read of a list of models; the longest that is known has one million.
const MOST: usize = 8 << 20;

impl Endpoint {
    /// Asks for the names of the models there, as the provider names them, with the endpoint's first key.
    ///
    /// It costs nothing at any provider that is known, so it also tells whether an endpoint is reached and
    /// its key is good. There is no clock here, as with [`call`](Self::call).
    ///
    /// # Errors
    ///
    /// `Unsupported` where there is no such list; `Protocol` when the answer is none, or too long; and those
    /// of [`call`](Self::call). No secret occurs in any of them.
    pub async fn models(&self, transport: &dyn Transport) -> Result<Vec<String>> {
        let way = self.chosen()?;
        let none = || Error::new(ErrorKind::Unsupported, "the endpoint has no list of its models");
        let asked = way.dialect.models(way.path).ok_or_else(none)?;

        let request = Request::default();
        let secret = match self.credentials_of(&request, 0)? {
            Some(credentials) => Some(credentials.secret().await?),
            None => None,
        };
        let secrets = self.secrets(secret.as_ref(), &request);
        let read = async {
            let sent = self.sign(http::Method::GET, asked, secret.as_ref(), &request)?;
            let (_, body) = exchange(transport, way, sent, &secrets).await?;
            models(&whole(body).await?)
        };
        read.await.map_err(|error| match error.kind() {
            // Whoever has a list has it whatever the models are.
            ErrorKind::NotFound => none().with_status(error.status()),
            _ => secrets.redact(error),
        })
    }
}

async fn whole(mut body: Body) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        bytes.extend_from_slice(&piece?);
        if bytes.len() > MOST {
            return Err(Error::new(ErrorKind::Protocol, "the list of models does not end"));
        }
    }
    Ok(bytes)
}
