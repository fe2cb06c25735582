//! Where Google's tokens come from.

mod account;
mod jwt;
mod machine;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fmt, fs};

use async_trait::async_trait;
use nohop_types::{Error, Result, Secret};
use serde::Deserialize;

use super::service::Service;
use super::{Credentials, Issued, Refreshed, read};
use crate::Transport;
use account::Account;

/// Google's services for tokens, on the machine or far away.
const SERVICE: Service = Service { whose: "Google's", patience: Duration::from_secs(10) };

/// How long before its end a token is fetched again.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// Google's token for an account of Google Cloud, which lives for an hour.
///
/// It is fetched ahead of its end, and once for all who wait. Where the account is told is said by the
/// constructor: [`found`](Self::found) looks where Google's own tools do.
///
/// ```no_run
/// use nohop_providers::{Endpoint, GoogleToken, Http, table};
///
/// let endpoint = Endpoint::new(table::VERTEX)
///     .set("project", "acme")
///     .set("location", "global")
///     .credentials(GoogleToken::found(Http::new()));
/// ```
pub struct GoogleToken(Refreshed);

impl GoogleToken {
    /// The token of the application-default account, fetched over `transport`.
    ///
    /// That is the file that `GOOGLE_APPLICATION_CREDENTIALS` names, or the one that `gcloud auth
    /// application-default login` has written, or the machine's own account where there is neither. It is
    /// looked for at each fetch.
    pub fn found(transport: impl Transport) -> Self {
        Self::fetched(transport, |transport| async move {
            match named().or_else(written) {
                Some(path) => account::token(&*transport, &file(&path)?).await,
                None => machine::token(&*transport, &machine::root()).await,
            }
        })
    }

    /// The token of the account in the file at `path`, which is read at each fetch.
    pub fn file(transport: impl Transport, path: impl Into<PathBuf>) -> Self {
        let path: Arc<Path> = path.into().into();
        Self::fetched(transport, move |transport| {
            let path = path.clone();
            async move { account::token(&*transport, &file(&path)?).await }
        })
    }

    /// The token of the account that `json` tells: the file of a service account, or of an authorized
    /// user.
    ///
    /// # Errors
    ///
    /// `Auth` when it tells none.
    pub fn json(transport: impl Transport, json: &str) -> Result<Self> {
        let account = Arc::new(Account::read(json)?);
        Ok(Self::fetched(transport, move |transport| {
            let account = account.clone();
            async move { account::token(&*transport, &account).await }
        }))
    }

    /// The token of the machine's own account: of Compute Engine, Cloud Run, Kubernetes Engine and the
    /// like. The host of their service may be in `GCE_METADATA_HOST`.
    pub fn machine(transport: impl Transport) -> Self {
        Self::fetched(transport, |transport| async move {
            machine::token(&*transport, &machine::root()).await
        })
    }

    fn fetched<F, R>(transport: impl Transport, fetch: F) -> Self
    where
        F: Fn(Arc<dyn Transport>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Issued>> + Send + 'static,
    {
        let transport: Arc<dyn Transport> = Arc::new(transport);
        Self(Refreshed::new(move || fetch(transport.clone())).ahead(AHEAD))
    }
}

/// The file that the environment names.
fn named() -> Option<PathBuf> {
    read("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from)
}

/// The file that Google's own tool writes, if it has.
fn written() -> Option<PathBuf> {
    let folder = read("CLOUDSDK_CONFIG").map(PathBuf::from).or_else(|| {
        let beside = |root: PathBuf| root.join("gcloud");
        let windows = || read("APPDATA").map(PathBuf::from);
        let home = || env::home_dir().map(|home| home.join(".config"));
        if cfg!(windows) { windows() } else { home() }.map(beside)
    });
    let path = folder?.join("application_default_credentials.json");
    path.exists().then_some(path)
}

fn file(path: &Path) -> Result<Account> {
    let text = fs::read_to_string(path).map_err(|error| {
        wrong(&format!("the file {} can not be read: {}", path.display(), error.kind()))
    })?;
    Account::read(&text)
}

/// A token as Google's services print it.
#[derive(Deserialize)]
struct Printed {
    access_token: Option<String>,
    expires_in: Option<u64>,
    /// Why there is none, in a word.
    error: Option<String>,
}

/// The token in the answer of a service.
fn issued(status: http::StatusCode, text: &str) -> Result<Issued> {
    // What it is instead may be half of a token, so nothing of it is shown but a word.
    let printed: Option<Printed> = serde_json::from_str(text).ok();
    let (token, lifetime, word) =
        printed.map_or((None, None, None), |it| (it.access_token, it.expires_in, it.error));
    let word = word.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    match (status.is_success(), token, word) {
        (true, Some(token), _) => {
            Ok(Issued::new(token, Duration::from_secs(lifetime.unwrap_or(0))))
        }
        (_, _, Some(word)) => Err(wrong(&format!("the service says {word:?}"))),
        (true, None, None) => Err(wrong("the service answers without a token")),
        (false, _, None) => Err(SERVICE.refused(status)),
    }
}

fn wrong(what: &str) -> Error {
    SERVICE.wrong(what)
}

#[async_trait]
impl Credentials for GoogleToken {
    async fn secret(&self) -> Result<Secret> {
        self.0.secret().await
    }

    fn refused(&self, secret: &Secret) {
        self.0.refused(secret);
    }
}

impl fmt::Debug for GoogleToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GoogleToken").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "http")]
mod tests;
