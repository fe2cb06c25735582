//! Which client carries a call.
//!
//! A reqwest client has one connection of HTTP/2 per host, on which a call beyond the server's limit of
//! streams waits unseen, and nobody can ask it for that limit. So a call gets a lane, which is a client
//! that is not busy with that host; the first free one, for its connection is the one kept warm.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use nohop_types::{Error, ErrorKind, Result};

use super::opening::Timing;
use super::settings::{Settings, Versions};
use super::tls;

/// How many URLs are remembered; an application has a few endpoints.
const MOST_URLS: usize = 32;

/// The clients of one transport, made as they are wanted.
#[derive(Default)]
pub(super) struct Clients {
    tls: OnceLock<Result<rustls::ClientConfig, String>>,
    near: Lanes,
    near_secure: Lanes,
    plain: Lanes,
    secure: Lanes,
    known: Mutex<VecDeque<Arc<Known>>>,
}

/// Where a call goes, read once.
pub(super) struct Known {
    uri: Uri,
    url: reqwest::Url,
    /// The host and port, which is all of it that errors show.
    pub(super) host: Box<str>,
    /// Whether it is on this machine.
    near: bool,
}

/// Clients for the same kind of host, and how many calls each carries to which.
#[derive(Default)]
struct Lanes {
    clients: Mutex<Vec<reqwest::Client>>,
    busy: Arc<Mutex<Busy>>,
}

type Busy = BTreeMap<Box<str>, Vec<u32>>;

/// A place in a lane, until it is dropped.
pub(super) struct Ticket {
    busy: Arc<Mutex<Busy>>,
    host: Box<str>,
    lane: usize,
}

impl Clients {
    /// What is known of `uri`; one that was met lately is not read again.
    ///
    /// # Errors
    ///
    /// `Config` when it can not be.
    pub(super) fn know(&self, uri: &Uri) -> Result<Arc<Known>> {
        let mut all = lock(&self.known);
        if let Some(known) = all.iter().find(|known| is_same(&known.uri, uri)) {
            return Ok(known.clone());
        }
        let known = Arc::new(Known::read(uri)?);
        if all.len() == MOST_URLS {
            all.pop_front();
        }
        all.push_back(known.clone());
        Ok(known)
    }

    /// The client for a call to there, and its place there where places are counted.
    pub(super) fn enter(
        &self,
        known: &Known,
        settings: &Settings,
    ) -> Result<(reqwest::Client, Option<Ticket>)> {
        let (secure, near) = (known.url.scheme() == "https", known.near);
        let lanes = match (secure, near) {
            (true, true) => &self.near_secure,
            (true, false) => &self.secure,
            (false, true) => &self.near,
            (false, false) => &self.plain,
        };
        // A client has as many connections of HTTP/1.1 as it needs.
        let ticket = match settings.versions {
            Versions::One => None,
            Versions::Offered if !secure => None,
            _ => Some(lanes.ticket(&known.host, settings.streams)),
        };
        let lane = ticket.as_ref().map_or(0, |ticket| ticket.lane);
        let client = lanes.client(lane, || {
            // A proxy may want TLS where the far side does not, but none is between us and ourselves.
            let tls = match secure || !near {
                true => self.tls.get_or_init(|| tls::config(settings)).clone(),
                false => tls::none(),
            };
            client(settings, tls?, if secure { Layer::Secure } else { Layer::Plain }, near)
        });
        let wrong = |why| Error::new(ErrorKind::Config, format!("no HTTP client: {why}"));
        Ok((client.map_err(wrong)?, ticket))
    }
}

impl Known {
    fn read(uri: &Uri) -> Result<Self> {
        let host = uri.authority().map_or("no host", |authority| authority.as_str());
        let url = reqwest::Url::parse(&uri.to_string()).map_err(|source| {
            let message = format!("the URL at {host} can not be: check the base URL");
            Error::new(ErrorKind::Config, message).with_source(source)
        })?;
        Ok(Self { uri: uri.clone(), url, host: host.into(), near: is_near(uri) })
    }

    /// The request to there, as reqwest wants it.
    pub(super) fn request(&self, request: Request<Bytes>) -> reqwest::Request {
        let (parts, body) = request.into_parts();
        let mut sent = reqwest::Request::new(parts.method, self.url.clone());
        *sent.headers_mut() = parts.headers;
        *sent.body_mut() = Some(body.into());
        sent
    }
}

impl Lanes {
    fn ticket(&self, host: &str, most: u32) -> Ticket {
        let mut busy = lock(&self.busy);
        if !busy.contains_key(host) {
            busy.insert(host.into(), Vec::new());
        }
        let calls = busy.get_mut(host).into_iter().flatten();
        let free = calls.enumerate().find(|(_, calls)| **calls < most);
        let lane = match free {
            Some((lane, calls)) => {
                *calls += 1;
                lane
            }
            None => {
                let lanes = busy.entry(host.into()).or_default();
                lanes.push(1);
                lanes.len() - 1
            }
        };
        Ticket { busy: Arc::clone(&self.busy), host: host.into(), lane }
    }

    fn client(
        &self,
        lane: usize,
        make: impl Fn() -> Result<reqwest::Client, String>,
    ) -> Result<reqwest::Client, String> {
        let mut clients = lock(&self.clients);
        while clients.len() <= lane {
            clients.push(make()?);
        }
        Ok(clients[lane].clone())
    }
}

impl Ticket {
    #[cfg(test)]
    pub(super) fn lane(&self) -> usize {
        self.lane
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut busy = lock(&self.busy);
        if let Some(calls) = busy.get_mut(&self.host).and_then(|lanes| lanes.get_mut(self.lane)) {
            *calls -= 1;
        }
    }
}

#[derive(Clone, Copy)]
enum Layer {
    Plain,
    Secure,
}

fn client(
    settings: &Settings,
    tls: rustls::ClientConfig,
    layer: Layer,
    near: bool,
) -> Result<reqwest::Client, String> {
    let idle = match layer {
        Layer::Plain => settings.idle_plain,
        Layer::Secure => settings.idle_secure,
    };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(settings.connect)
        .connector_layer(Timing)
        .pool_idle_timeout(idle)
        .tcp_nodelay(true)
        // A far side that is gone without a word is found out, in an answer as between two.
        .tcp_keepalive(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_timeout(Duration::from_secs(10));
    builder = match settings.versions {
        Versions::Offered => builder,
        Versions::One => builder.http1_only(),
        Versions::Two => builder.http2_prior_knowledge(),
    };
    // Only HTTP/2 says that it did not begin with a request, for which reqwest keeps a copy of each.
    if matches!((layer, settings.versions), (Layer::Plain, Versions::Offered) | (_, Versions::One))
    {
        builder = builder.retry(reqwest::retry::never().max_retries_per_request(0));
    }
    // What runs on this machine is not reached through another.
    if near {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| error.without_url().to_string())
}

/// Whether both are the same; of copies, which share their text, nothing is compared.
fn is_same(one: &Uri, other: &Uri) -> bool {
    let place = |uri: &Uri| Some(ptr::from_ref(uri.authority()?.as_str()));
    let path = |uri: &Uri| Some(ptr::from_ref(uri.path_and_query()?.as_str()));
    let is_copy = place(one) == place(other) && path(one) == path(other);
    one.scheme() == other.scheme() && is_copy || one == other
}

/// Whether `uri` is on this machine.
fn is_near(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback() || ip.is_unspecified(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
