//! Media fetched from the web for hosts that can not fetch them.

mod address;
mod basket;
mod hosts;
mod verify;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{StatusCode, header};
use nohop_types::{Error, ErrorKind, Result};
use reqwest::Url;

use self::hosts::Pattern;
use crate::transport::http as transport;

pub use self::address::is_public;
pub use self::basket::Basket;

/// Fetches media for hosts that can not: off unless it is asked for, and only from where it is told.
///
/// Whoever may name an address makes this machine ask for it, from inside its own network. So:
///
/// - Only hosts on the list are asked, over TLS and at the usual port unless more is said.
/// - A name is resolved once, every address it has must be [public](is_public), and one of those is
///   connected to: a name that changes meanwhile changes nothing. Numbers in whatever spelling are
///   addresses, and are checked as such.
/// - A redirect is an error unless some are allowed, and then all of this holds for it again.
/// - Nothing of ours goes along: no key, no cookie, no proxy of the environment, no referrer; an address
///   that holds credentials is refused.
/// - Bytes, time and types are bounded. What the bytes are is found out from them, and a label or a length
///   that lies is an error. Compressed bodies are refused.
///
/// ```
/// use std::time::Duration;
/// use nohop_providers::Fetch;
///
/// let fetch = Fetch::from_hosts(["upload.wikimedia.org", "*.our-bucket.example"])
///     .bytes(10 << 20)
///     .time(Duration::from_secs(5));
/// # let _ = fetch;
/// ```
#[derive(Clone)]
pub struct Fetch {
    hosts: Vec<Pattern>,
    ports: Vec<u16>,
    plain: bool,
    redirects: usize,
    bytes: usize,
    together: usize,
    time: Duration,
    types: Vec<String>,
    resolver: Arc<dyn Resolve>,
    reach: Arc<Reach>,
    tls: Arc<OnceLock<Result<rustls::ClientConfig, String>>>,
}

type Reach = dyn Fn(IpAddr) -> bool + Send + Sync;

/// Finds the addresses of a host.
#[async_trait]
pub trait Resolve: fmt::Debug + Send + Sync + 'static {
    /// All addresses of `host`.
    ///
    /// # Errors
    ///
    /// When it has none, or nobody can be asked.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// What was fetched.
#[derive(Clone)]
#[non_exhaustive]
pub struct Fetched {
    /// Its type, as the bytes tell it.
    pub media_type: String,
    /// Itself.
    pub bytes: Bytes,
}

impl Fetch {
    /// Fetches from these hosts: `img.example.com`, or `*.example.com` for all below it.
    pub fn from_hosts<H: AsRef<str>>(hosts: impl IntoIterator<Item = H>) -> Self {
        let types = ["image/*", "audio/*", "video/*", "application/pdf"];
        let texts = ["text/plain", "text/csv", "text/markdown"];
        Self {
            hosts: hosts.into_iter().map(|host| Pattern::read(host.as_ref())).collect(),
            ports: vec![443],
            plain: false,
            redirects: 0,
            bytes: 20 << 20,
            together: 64 << 20,
            time: Duration::from_secs(10),
            types: types.into_iter().chain(texts).map(str::to_owned).collect(),
            resolver: Arc::new(System),
            reach: Arc::new(is_public),
            tls: Arc::default(),
        }
    }

    /// Sets the most bytes of one: 20 MiB, unless this is said.
    #[must_use]
    pub fn bytes(mut self, most: usize) -> Self {
        self.bytes = most;
        self
    }

    /// Sets the most bytes of all that one request has fetched: 64 MiB, unless this is said.
    #[must_use]
    pub fn together(mut self, most: usize) -> Self {
        self.together = most;
        self
    }

    /// Sets the most time for all that a candidate of a request needs: ten seconds, unless this is said.
    #[must_use]
    pub fn time(mut self, most: Duration) -> Self {
        self.time = most;
        self
    }

    /// Sets how many redirects are followed, each checked like an address of its own: none, unless this is
    /// said.
    #[must_use]
    pub fn redirects(mut self, most: usize) -> Self {
        self.redirects = most;
        self
    }

    /// Sets the types that are taken, such as `image/*` or `application/pdf`.
    #[must_use]
    pub fn types<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.types = types.into_iter().map(Into::into).collect();
        self
    }

    /// Allows addresses without TLS as well, at port 80: whoever is between may read and change them.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.plain = true;
        self.port(80)
    }

    /// Allows one more port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.ports.push(port);
        self
    }

    /// Sets who finds the addresses of a host; what it finds is checked all the same.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolve) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Sets which addresses may be connected to, in place of [`is_public`]: for a store inside one's own
    /// network. Whatever this allows, whoever may send a request may reach.
    #[must_use]
    pub fn reach(mut self, may: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        self.reach = Arc::new(may);
        self
    }

    /// Finds what would keep every address from being fetched: a host that is none.
    ///
    /// # Errors
    ///
    /// `Config`, which says what to do.
    pub fn check(&self) -> Result<()> {
        match self.hosts.iter().find_map(Pattern::wrong) {
            None => Ok(()),
            Some(host) => {
                let message = format!(
                    "{host:?} is no host to fetch from: name one as img.example.com, or all below it as \
                     *.example.com"
                );
                Err(Error::new(ErrorKind::Config, message))
            }
        }
    }

    /// Fetches what is at `url`.
    ///
    /// # Errors
    ///
    /// `Unsupported` for what may not be fetched, `Timeout` and `Transport` for what could not be. None of
    /// them shows the address, which may be a secret.
    pub async fn fetch(&self, url: &str) -> Result<Fetched> {
        let left = AtomicUsize::new(self.together);
        let fetched = tokio::time::timeout(self.time, self.fetch_within(url, &left)).await;
        fetched.map_err(|_| self.late())?
    }

    fn late(&self) -> Error {
        let message =
            format!("it was not fetched within {:?}: allow more with Fetch::time", self.time);
        Error::new(ErrorKind::Timeout, message)
    }

    /// Fetches what is at `url`, if as many bytes are `left`.
    async fn fetch_within(&self, url: &str, left: &AtomicUsize) -> Result<Fetched> {
        let mut url = Url::parse(url).map_err(|_| refused("its address is no URL: correct it"))?;
        for more in (0..=self.redirects).rev() {
            let answer = self.get(&url).await?;
            if !answer.status().is_redirection() {
                return self.read(answer, left).await;
            }
            if more == 0 {
                break;
            }
            let place =
                answer.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
            url = place
                .and_then(|place| url.join(place).ok())
                .ok_or_else(|| refused("its address redirects to nowhere: send the bytes"))?;
        }
        Err(refused(
            "its address redirects: name where it leads, or allow more with Fetch::redirects",
        ))
    }

    /// Asks for what is at `url`, if that may be, of nobody but whom was checked.
    async fn get(&self, url: &Url) -> Result<reqwest::Response> {
        let addresses = self.addresses(url).await?;
        let client = self.client(addresses.clone())?;
        let asked = client.get(url.clone()).header(header::ACCEPT, self.types.join(", "));
        let answer = asked.send().await.map_err(broken)?;
        // What can not be, unless somebody else resolved the name after all.
        if !answer.remote_addr().is_some_and(|far| addresses.contains(&far)) {
            return Err(refused("another address than the one that was checked has answered"));
        }
        Ok(answer)
    }

    /// The addresses at which `url` may be fetched.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>> {
        match url.scheme() {
            "https" => (),
            "http" if self.plain => (),
            "http" => {
                return Err(refused("its address is without TLS: allow that with Fetch::plain"));
            }
            _ => return Err(refused("its address is none of the web: send the bytes")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("its address holds credentials: leave them out"));
        }
        let port = url.port_or_known_default().filter(|port| self.ports.contains(port));
        let port =
            port.ok_or_else(|| refused("its port is not allowed: allow it with Fetch::port"))?;
        let host = url.host_str().unwrap_or_default();
        if !self.hosts.iter().any(|pattern| pattern.matches(host)) {
            return Err(refused("its host is not on the list: add it to Fetch::from_hosts"));
        }
        let found = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.resolver.resolve(host).await.map_err(|source| {
                let message = "its host has no address: check the name and the network";
                Error::new(ErrorKind::Transport, message).with_source(source)
            })?,
        };
        // One that is private among others is there to be reached at the second try.
        if found.is_empty() || !found.iter().all(|address| (self.reach)(*address)) {
            return Err(refused("its host is not on the public web: send the bytes"));
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    /// A client that reaches these addresses, whatever a name is said to mean.
    fn client(&self, addresses: Vec<SocketAddr>) -> Result<reqwest::Client> {
        let tls = self.tls.get_or_init(transport::tls).clone();
        let tls = tls.map_err(|why| Error::new(ErrorKind::Config, why))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Pinned(addresses)))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never());
        client.build().map_err(|error| {
            let message = "no client could be made to fetch with";
            Error::new(ErrorKind::Config, message).with_source(error.without_url())
        })
    }

    /// Reads what was answered, as far as it may be.
    async fn read(&self, mut answer: reqwest::Response, left: &AtomicUsize) -> Result<Fetched> {
        if answer.status() != StatusCode::OK {
            let message = format!("its address answers with {}", answer.status().as_u16());
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let coded = answer.headers().get(header::CONTENT_ENCODING);
        if coded.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(refused(
                "its address answers with compressed bytes, which were not asked for",
            ));
        }
        let promised = answer.content_length();
        if promised.is_some_and(|length| length > self.bytes as u64) {
            return Err(self.large());
        }
        let mut bytes = BytesMut::new();
        while let Some(piece) = answer.chunk().await.map_err(broken)? {
            if piece.len() > self.bytes - bytes.len() {
                return Err(self.large());
            }
            let less = |left: usize| left.checked_sub(piece.len());
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).map_err(|_| {
                let most = self.together;
                let message = format!(
                    "with it the request fetches more than {most} bytes: allow more with Fetch::together"
                );
                Error::new(ErrorKind::Unsupported, message)
            })?;
            bytes.extend_from_slice(&piece);
        }
        if promised.is_some_and(|length| length != bytes.len() as u64) {
            return Err(refused("its length is not the one that was promised"));
        }
        let label =
            answer.headers().get(header::CONTENT_TYPE).and_then(|label| label.to_str().ok());
        let media_type = verify::media_type(label, &bytes, &self.types).map_err(refused)?;
        Ok(Fetched { media_type, bytes: bytes.freeze() })
    }
}

impl Fetch {
    fn large(&self) -> Error {
        let most = self.bytes;
        let message = format!("it has more than {most} bytes: allow more with Fetch::bytes");
        Error::new(ErrorKind::Unsupported, message)
    }
}

/// The machine's own way to find addresses.
#[derive(Debug)]
struct System;

#[async_trait]
impl Resolve for System {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Says of every name that it has these addresses.
struct Pinned(Vec<SocketAddr>);

impl reqwest::dns::Resolve for Pinned {
    fn resolve(&self, _name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let addresses = self.0.clone();
        Box::pin(async move {
            let addresses: reqwest::dns::Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// Why something is not fetched, though it might be there.
fn refused(message: &'static str) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}

fn broken(error: reqwest::Error) -> Error {
    let message = "its address could not be read: is it up, and reachable from here?";
    Error::new(ErrorKind::Transport, message).with_source(error.without_url())
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("hosts", &self.hosts)
            .field("ports", &self.ports)
            .field("plain", &self.plain)
            .field("redirects", &self.redirects)
            .field("bytes", &self.bytes)
            .field("together", &self.together)
            .field("time", &self.time)
            .field("types", &self.types)
            .field("resolver", &self.resolver)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("media_type", &self.media_type)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
