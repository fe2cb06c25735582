mod address;
mod call;
mod errand;
mod secrets;
mod sign;
mod tasks;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use http::Uri;
use nohop_types::{Error, ErrorKind, Result, Secret};
use nohop_wire::Strictness;

use crate::{Credentials, Provider, Way};

pub use call::Opened;
use secrets::Secrets;
pub use tasks::Told;

/// A provider you have an account with.
///
/// A provider may be there several times, each under an [`id`](Self::id) of its own. Each key is a
/// candidate of its own, so that policies, limits and health see them all; without one, the key is in the
/// environment, where the provider's row says.
///
/// Copies share their keys: one that is rotated is rotated for all.
///
/// ```
/// use nohop_providers::{Command, Endpoint, table};
///
/// let endpoint = Endpoint::new(table::AZURE)
///     .id("azure-sweden")
///     .set("resource", "acme-sweden")
///     .key("first")
///     .credentials(Command::new("pass show azure"))
///     .header("x-team", "search");
/// endpoint.check()?;
/// assert_eq!(endpoint.keys(), 2);
/// # Ok::<(), nohop_types::Error>(())
/// ```
#[derive(Clone)]
pub struct Endpoint {
    id: Cow<'static, str>,
    base_url: Cow<'static, str>,
    provider: Provider,
    way: Option<Cow<'static, str>>,
    settings: Vec<(Cow<'static, str>, String)>,
    headers: Vec<Header>,
    keys: Vec<Arc<Slot>>,
    /// How large a part of the requests each key gets, where that was said.
    weights: Vec<Option<u32>>,
    strictness: Strictness,
    /// The first path that was asked for, and its address: reading a URL costs more than all else here.
    address: OnceLock<(String, Uri)>,
}

/// Where the credentials of one key are; `None` means the environment, as the provider's row says.
#[derive(Debug, Default)]
struct Slot(RwLock<Option<Arc<dyn Credentials>>>);

/// A header that goes with every request.
#[derive(Clone, Debug)]
struct Header {
    name: Cow<'static, str>,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Hidden(Secret),
    Plain(String),
}

impl Endpoint {
    /// The provider's public endpoint, with the key in the environment unless one is given.
    pub fn new(provider: Provider) -> Self {
        Self {
            id: provider.id.into(),
            base_url: provider.base_url.into(),
            provider,
            way: None,
            settings: Vec::new(),
            headers: Vec::new(),
            keys: vec![Arc::default()],
            weights: vec![None],
            strictness: Strictness::Lenient,
            address: OnceLock::new(),
        }
    }

    /// The provider's public endpoint, if the environment has a key for it and all that its URL needs.
    ///
    /// A provider that wants no key is found only where its variable is set.
    pub fn from_env(provider: &Provider) -> Option<Self> {
        let endpoint = Self::new(*provider);
        let found = provider.auth.read().is_some();
        (found && endpoint.check().is_ok()).then_some(endpoint)
    }

    /// Sets the name after the at-sign.
    #[must_use]
    pub fn id(mut self, id: impl Into<Cow<'static, str>>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the root of the API; a query in it goes with every request.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<Cow<'static, str>>) -> Self {
        self.base_url = url.into();
        self.address = OnceLock::new();
        self
    }

    /// Fills the place `{name}` of the base URL.
    #[must_use]
    pub fn set(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self.address = OnceLock::new();
        self
    }

    /// Chooses one of the provider's ways by its path or the beginning of that, or by the name of its
    /// dialect.
    #[must_use]
    pub fn way(mut self, way: impl Into<Cow<'static, str>>) -> Self {
        self.way = Some(way.into());
        self
    }

    /// Adds a key.
    #[must_use]
    pub fn key(self, key: impl Into<Secret>) -> Self {
        self.credentials(key.into())
    }

    /// Adds a key that is fetched.
    #[must_use]
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        // The first that is given stands in the place of the environment's.
        if matches!(&self.keys[..], [only] if only.credentials().is_none()) {
            self.keys.clear();
            self.weights.clear();
        }
        self.weights.push(None);
        self.keys.push(Arc::new(Slot(RwLock::new(Some(Arc::new(credentials))))));
        self
    }

    /// Says how large a part of the requests the key gets that was added last; a key of which nothing is said
    /// counts as one, and one of no weight is the last resort.
    ///
    /// Where it is said of none, keys are taken in their order, and the next only when one rests. A policy
    /// may order them otherwise.
    ///
    /// ```
    /// use nohop_providers::{Endpoint, table};
    ///
    /// let endpoint = Endpoint::new(table::OPENAI).key("sk-large").weight(4).key("sk-small");
    /// assert_eq!([endpoint.share(0), endpoint.share(1)], [Some(4), Some(1)]);
    /// ```
    #[must_use]
    pub fn weight(mut self, weight: u32) -> Self {
        if let Some(last) = self.weights.last_mut() {
            *last = Some(weight);
        }
        self
    }

    /// Adds a header to every request; it goes before the dialect's and behind the request's own.
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push(Header { name: name.into(), value: Value::Plain(value.into()) });
        self
    }

    /// Adds a header whose value is as secret as a key.
    #[must_use]
    pub fn secret_header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Secret>,
    ) -> Self {
        self.headers.push(Header { name: name.into(), value: Value::Hidden(value.into()) });
        self
    }

    /// Says what to do about a frame of an answer that can not be read; it is passed over and counted,
    /// unless this is said.
    #[must_use]
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Replaces the credentials at `key`, for every call from now on; those under way keep theirs.
    ///
    /// # Errors
    ///
    /// `Config` when there is no such key.
    pub fn rotate(&self, key: usize, credentials: impl Credentials) -> Result<()> {
        self.slot(key)?.rotate(Arc::new(credentials));
        Ok(())
    }

    /// Finds what would keep every call from being sent: a URL that is none or lacks something, a way
    /// that the provider does not have, a header that can not be.
    ///
    /// # Errors
    ///
    /// `Config`, which says what to do.
    pub fn check(&self) -> Result<()> {
        let way = self.chosen()?;
        self.address(way.path)?;
        self.plain_headers()?;
        Ok(())
    }

    /// The name after the at-sign.
    pub fn name(&self) -> &str {
        &self.id
    }

    /// The provider's row.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// How many candidates each of its targets makes.
    pub fn keys(&self) -> usize {
        self.keys.len()
    }

    /// How large a part of the requests the key at `key` gets; `None` where nothing was said of any.
    pub fn share(&self, key: usize) -> Option<u32> {
        let said = self.weights.iter().any(Option::is_some);
        self.weights.get(key).filter(|_| said).map(|weight| weight.unwrap_or(1))
    }

    /// Where requests go, for [`Transport::warm`](crate::Transport::warm).
    ///
    /// # Errors
    ///
    /// `Config` when the base URL is none, or lacks something.
    pub fn url(&self) -> Result<Uri> {
        self.address(self.chosen()?.path)
    }

    /// The way that is spoken.
    ///
    /// # Errors
    ///
    /// `Config` when the provider has no such way.
    pub fn chosen(&self) -> Result<&'static Way> {
        let ways = self.provider.ways;
        let found = match self.way.as_deref() {
            None => ways.first(),
            Some(wish) => ways
                .iter()
                .find(|way| way.path == wish)
                .or_else(|| ways.iter().find(|way| way.dialect.name() == wish))
                .or_else(|| ways.iter().find(|way| wish.len() > 1 && way.path.starts_with(wish))),
        };
        found.ok_or_else(|| {
            let known: Vec<_> = ways.iter().map(|way| way.dialect.name()).collect();
            let wish = self.way.as_deref().unwrap_or("default");
            let what = format!("there is no {wish} way; there is {}", known.join(", "));
            self.wrong(&what)
        })
    }

    fn slot(&self, key: usize) -> Result<&Slot> {
        let count = self.keys.len();
        let slot = self.keys.get(key).map(|slot| &**slot);
        slot.ok_or_else(|| {
            self.wrong(&format!("there is no key {key}; there are {count}, from 0 on"))
        })
    }

    /// What is wrong with the endpoint's own configuration.
    fn wrong(&self, what: &str) -> Error {
        Error::new(ErrorKind::Config, format!("endpoint {}: {what}", self.id))
    }
}

impl Slot {
    fn credentials(&self) -> Option<Arc<dyn Credentials>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn rotate(&self, credentials: Arc<dyn Credentials>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(credentials);
    }
}

impl From<Provider> for Endpoint {
    fn from(provider: Provider) -> Self {
        Self::new(provider)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold a key.
        let url = self.base_url.split('?').next().unwrap_or_default();
        let url = url.rsplit('@').next().unwrap_or_default();
        f.debug_struct("Endpoint")
            .field("id", &self.id)
            .field("provider", &self.provider.id)
            .field("base_url", &url)
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
