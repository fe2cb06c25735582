//! Services that hand out keys.

use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use nohop_types::{Error, ErrorKind, Result};
use tokio::time::timeout;

use crate::Transport;

/// The most bytes of an answer that are read.
const MOST: usize = 64 << 10;

/// Who hands out keys, and how long an answer may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    pub(super) whose: &'static str,
    pub(super) patience: Duration,
}

impl Service {
    /// The status and the text of an answer, whatever it is.
    pub(super) async fn ask(
        self,
        transport: &dyn Transport,
        request: http::Result<Request<Bytes>>,
    ) -> Result<(StatusCode, String)> {
        let request = request.map_err(|_| self.wrong("what is asked fits in no request"))?;
        let exchange = async {
            let (head, mut body) = transport.send(request).await?.into_parts();
            let mut bytes = Vec::new();
            while let Some(piece) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
                bytes.extend_from_slice(&piece?);
                if bytes.len() > MOST {
                    return Err(self.wrong("the service's answer does not end"));
                }
            }
            let text = String::from_utf8(bytes);
            Ok((head.status, text.map_err(|_| self.wrong("the service answers no text"))?))
        };
        let late = || Err(self.wrong("the service does not answer"));
        timeout(self.patience, exchange).await.unwrap_or_else(|_| late())
    }

    /// The error that says why there is no key; nothing of an answer may stand in it that could be one.
    pub(super) fn wrong(self, what: &str) -> Error {
        Error::new(ErrorKind::Auth, format!("there is no key of {}: {what}", self.whose))
    }

    /// The error for an answer with this status.
    pub(super) fn refused(self, status: StatusCode) -> Error {
        self.wrong(&format!("the service answers with {}", status.as_u16()))
    }
}
