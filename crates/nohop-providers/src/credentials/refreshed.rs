use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use nohop_types::{Error, ErrorKind, Result, Secret};
use tokio::sync;
use tokio::time::Instant;

use super::Credentials;

type Fetching = Pin<Box<dyn Future<Output = Result<Issued>> + Send>>;

/// A key that expires, and the function that fetches the next one.
///
/// It is fetched at first use, again a while before it expires, and only once however many requests
/// want it: while the old key still serves, one request fetches and the others go on; when it does not,
/// they wait for the one. Nothing is spawned: a request that is dropped while it fetches leaves the
/// fetching to the next.
///
/// ```
/// use std::time::Duration;
/// use nohop_providers::{Issued, Refreshed};
///
/// let token = Refreshed::new(|| async { Ok(Issued::new("token", Duration::from_secs(3600))) });
/// ```
pub struct Refreshed {
    fetch: Box<dyn Fn() -> Fetching + Send + Sync>,
    ahead: Duration,
    held: Mutex<Option<Held>>,
    fetching: sync::Mutex<Option<Failure>>,
}

/// A key as it is handed out: what it is, and how long it serves.
#[derive(Clone, Debug)]
pub struct Issued {
    secret: Secret,
    lifetime: Duration,
}

impl Issued {
    /// The key `secret`, which serves for `lifetime` from now on.
    pub fn new(secret: impl Into<Secret>, lifetime: Duration) -> Self {
        Self { secret: secret.into(), lifetime }
    }
}

#[derive(Clone, Debug)]
struct Held {
    secret: Secret,
    due: Instant,
    expires: Instant,
}

/// The last fetch, where it failed: those who waited for it need not try again.
#[derive(Debug)]
struct Failure {
    at: Instant,
    kind: ErrorKind,
    message: String,
}

impl Refreshed {
    /// The key that `fetch` fetches.
    pub fn new<F, R>(fetch: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Issued>> + Send + 'static,
    {
        Self {
            fetch: Box::new(move || Box::pin(fetch())),
            ahead: Duration::from_secs(60),
            held: Mutex::new(None),
            fetching: sync::Mutex::new(None),
        }
    }

    /// Sets how long before it expires a key is fetched again: a minute, unless this is said, and never
    /// more than half its life.
    #[must_use]
    pub fn ahead(mut self, ahead: Duration) -> Self {
        self.ahead = ahead;
        self
    }

    fn held(&self) -> Option<Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, held: Option<Held>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }

    async fn fetch(&self, last: &mut Option<Failure>) -> Result<Secret> {
        *last = None;
        match (self.fetch)().await {
            Ok(Issued { secret, lifetime }) => {
                let now = Instant::now();
                // What never expires is looked at again in a day: the sum must not overflow.
                let lifetime = lifetime.min(Duration::from_secs(24 * 3600));
                let due = now + lifetime - self.ahead.min(lifetime / 2);
                self.hold(Some(Held { secret: secret.clone(), due, expires: now + lifetime }));
                Ok(secret)
            }
            Err(error) => {
                let (kind, message) = (error.kind(), error.message().to_owned());
                *last = Some(Failure { at: Instant::now(), kind, message });
                Err(error)
            }
        }
    }
}

#[async_trait]
impl Credentials for Refreshed {
    async fn secret(&self) -> Result<Secret> {
        let asked = Instant::now();
        if let Some(held) = self.held().filter(|held| asked < held.expires) {
            if asked < held.due {
                return Ok(held.secret);
            }
            // Somebody else may be fetching already; the old key serves meanwhile.
            let Ok(mut last) = self.fetching.try_lock() else { return Ok(held.secret) };
            return Ok(match self.fetch(&mut last).await {
                Ok(secret) => secret,
                // It serves still: whoever comes next need not try again at once.
                Err(_) => {
                    let due = asked + (held.expires - asked) / 2;
                    self.hold(Some(Held { due, ..held.clone() }));
                    held.secret
                }
            });
        }
        let mut last = self.fetching.lock().await;
        match (self.held(), &*last) {
            (Some(held), _) if Instant::now() < held.expires => Ok(held.secret),
            (_, Some(failure)) if asked < failure.at => {
                Err(Error::new(failure.kind, failure.message.clone()))
            }
            _ => self.fetch(&mut last).await,
        }
    }

    fn refused(&self, secret: &Secret) {
        if self.held().is_some_and(|held| held.secret == *secret) {
            self.hold(None);
        }
    }
}

impl fmt::Debug for Refreshed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshed").field("ahead", &self.ahead).finish_non_exhaustive()
    }
}
