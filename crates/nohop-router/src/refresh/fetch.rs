//! Fetches one list.

use std::future::poll_fn;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use nohop_providers::{Body, Transport};
use nohop_types::{Error, ErrorKind, Result};

/// The longest mark of a version that is kept.
const MOST_MARK: usize = 1_024;

/// What a source said, and where and when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Fetched {
    pub(super) url: String,
    /// The server's mark of this version.
    pub(super) etag: Option<String>,
    pub(super) day: String,
    pub(super) body: Bytes,
}

/// Where to fetch, and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Fetch<'a> {
    pub(super) transport: &'a dyn Transport,
    pub(super) url: &'a str,
    pub(super) known: Option<&'a Fetched>,
    /// The most bytes that are read.
    pub(super) bytes: usize,
    pub(super) day: &'a str,
}

impl Fetch<'_> {
    /// Fetches it; `None` where it is as it was.
    pub(super) async fn run(&self) -> Result<Option<Fetched>> {
        let uri: Uri = self.url.parse().map_err(|source| {
            Error::new(ErrorKind::Config, "its address is no URL").with_source(source)
        })?;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static("nohop"));
        let mark = self.known.and_then(|known| known.etag.as_deref());
        let mark = mark.and_then(|mark| HeaderValue::from_str(mark).ok());
        let marked = mark.is_some();
        headers.extend(mark.map(|mark| (header::IF_NONE_MATCH, mark)));
        let (head, body) = self.transport.send(request).await?.into_parts();
        match head.status {
            StatusCode::OK => {}
            // Whoever was not asked so can not know.
            StatusCode::NOT_MODIFIED if marked => return Ok(None),
            status if status.is_redirection() => return Err(redirected(status, &head.headers)),
            status => {
                let message = format!("its server answers with {}", status.as_u16());
                let kind = match status.as_u16() {
                    429 => ErrorKind::RateLimit,
                    500.. => ErrorKind::Server,
                    _ => ErrorKind::NotFound,
                };
                return Err(Error::new(kind, message).with_status(status.as_u16()));
            }
        }
        let promised = head.headers.get(header::CONTENT_LENGTH);
        let promised = promised.and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
        if promised.is_some_and(|length| length > self.bytes as u64) {
            return Err(self.large());
        }
        let body = self.read(body).await?;
        if promised.is_some_and(|length| length != body.len() as u64) {
            return Err(Error::new(ErrorKind::Truncated, "its end is missing"));
        }
        let etag = head.headers.get(header::ETAG).and_then(|mark| mark.to_str().ok());
        let etag = etag.filter(|mark| mark.len() <= MOST_MARK).map(str::to_owned);
        Ok(self.news(body, etag))
    }

    /// What came, if it is not what is known.
    pub(super) fn news(&self, body: Bytes, etag: Option<String>) -> Option<Fetched> {
        if self.known.is_some_and(|known| known.body == body && known.etag == etag) {
            return None;
        }
        Some(Fetched { url: self.url.to_owned(), etag, day: self.day.to_owned(), body })
    }

    /// Reads no more than is allowed, whatever comes.
    async fn read(&self, mut body: Body) -> Result<Bytes> {
        let mut bytes = BytesMut::new();
        while let Some(piece) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
            let piece = piece?;
            if piece.len() > self.bytes - bytes.len() {
                return Err(self.large());
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.freeze())
    }

    fn large(&self) -> Error {
        let most = self.bytes;
        let message = format!("it has more than {most} bytes: allow more with Sources::bytes");
        Error::new(ErrorKind::Protocol, message)
    }
}

fn redirected(status: StatusCode, headers: &HeaderMap) -> Error {
    let location = headers.get(header::LOCATION).and_then(|it| it.to_str().ok());
    let host = location.and_then(|it| it.parse::<Uri>().ok()?.host().map(str::to_owned));
    let host = host.unwrap_or_else(|| "another path".to_owned());
    let message = format!("its server redirects to {host}: if that is right, set its URL");
    Error::new(ErrorKind::Config, message).with_status(status.as_u16())
}
