use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fmt, fs};

use async_trait::async_trait;
use nohop_types::{Error, ErrorKind, Result, Secret};

use super::issued::{self, BELIEVED};
use crate::aws::Moment;
use crate::credentials::{command, read};
use crate::{AwsKey, Credentials, Issued, Refreshed};

/// Amazon's key in the files that its own tools keep, by the name of a profile.
///
/// The profile is that of `AWS_PROFILE`, or `default`. The files are those of
/// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE`, or `credentials` and `config` in `~/.aws`; the
/// first goes before the second. They are read again every quarter of an hour, and when a key is
/// refused. A profile that names a command, as `credential_process`, has the key that it prints.
///
/// ```
/// use nohop_providers::{AwsProfile, Endpoint, table};
///
/// let endpoint = Endpoint::new(table::BEDROCK_MANTLE)
///     .set("region", "us-east-1")
///     .credentials(AwsProfile::new().name("work"));
/// ```
pub struct AwsProfile {
    files: Files,
    refreshed: Refreshed,
}

/// Where to look, as far as it was said.
#[derive(Clone, Debug, Default)]
struct Files {
    profile: Option<String>,
    credentials: Option<PathBuf>,
    config: Option<PathBuf>,
}

impl AwsProfile {
    /// The profile and the files that the environment names.
    pub fn new() -> Self {
        Self::of(Files::default())
    }

    /// Sets the name of the profile.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self::of(Files { profile: Some(name.into()), ..self.files })
    }

    /// Sets the file that is called `credentials`.
    #[must_use]
    pub fn credentials_file(self, path: impl Into<PathBuf>) -> Self {
        Self::of(Files { credentials: Some(path.into()), ..self.files })
    }

    /// Sets the file that is called `config`.
    #[must_use]
    pub fn config_file(self, path: impl Into<PathBuf>) -> Self {
        Self::of(Files { config: Some(path.into()), ..self.files })
    }

    fn of(files: Files) -> Self {
        let asked = files.clone();
        let refreshed = Refreshed::new(move || {
            let files = asked.clone();
            async move { files.key().await }
        });
        Self { files, refreshed }
    }
}

impl Default for AwsProfile {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Credentials for AwsProfile {
    async fn secret(&self) -> Result<Secret> {
        self.refreshed.secret().await
    }

    fn refused(&self, secret: &Secret) {
        self.refreshed.refused(secret);
    }
}

impl fmt::Debug for AwsProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsProfile").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Files {
    async fn key(self) -> Result<Issued> {
        let profile = self.profile.clone().or_else(|| read("AWS_PROFILE"));
        let profile = profile.unwrap_or_else(|| "default".to_owned());
        let wrong = |what: &str| {
            Error::new(ErrorKind::Auth, format!("the profile {profile:?} of Amazon's files {what}"))
        };
        let name = profile.clone();
        let found = tokio::task::spawn_blocking(move || self.section(&name));
        let found = found.await.map_err(|_| wrong("could not be read"))?;
        let mut found = found.ok_or_else(|| wrong("is not there; name another, or give a key"))?;
        let (id, secret) =
            (found.remove("aws_access_key_id"), found.remove("aws_secret_access_key"));
        if let (Some(id), Some(secret)) = (id, secret) {
            let key = AwsKey::new(id, secret);
            let key = match found.remove("aws_session_token").filter(|token| !token.is_empty()) {
                Some(token) => key.token(token),
                None => key,
            };
            return Ok(Issued::new(Secret::from(key), BELIEVED));
        }
        if let Some(line) = found.remove("credential_process") {
            let printed = command::ask(Arc::from(line)).await?;
            let whose = format!("what the command of the profile {profile:?} prints");
            return issued::read(printed.expose(), &whose, Moment::now());
        }
        Err(wrong(
            "has no access key; one that signs in elsewhere is read where it says \
             credential_process = aws configure export-credentials --format process --profile NAME",
        ))
    }

    /// What the files say of a profile, the credentials' own before the other's.
    fn section(&self, profile: &str) -> Option<BTreeMap<String, String>> {
        let config = format!("profile {profile}");
        let config: &[&str] = if profile == "default" { &[&config, profile] } else { &[&config] };
        let path = |given: &Option<PathBuf>, variable, name| {
            let home = || {
                let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"))?;
                Some(PathBuf::from(home).join(".aws").join(name))
            };
            given.clone().or_else(|| read(variable).map(PathBuf::from)).or_else(home)
        };
        let text = |path: Option<PathBuf>| fs::read_to_string(path?).ok();
        let second = text(path(&self.config, "AWS_CONFIG_FILE", "config"));
        let first = text(path(&self.credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials"));
        let second = second.and_then(|text| section(&text, config));
        let first = first.and_then(|text| section(&text, &[profile]));
        if first.is_none() && second.is_none() {
            return None;
        }
        let mut found = second.unwrap_or_default();
        found.extend(first.unwrap_or_default());
        Some(found)
    }
}

/// The settings under one of these `names`, if there is such a section.
fn section(text: &str, names: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut found: Option<BTreeMap<String, String>> = None;
    let mut inside = false;
    for line in text.lines() {
        let line = [" #", " ;", "\t#", "\t;"]
            .iter()
            .fold(line, |line, mark| line.split_once(mark).map_or(line, |(said, _)| said));
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let name = name.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            inside = names.contains(&&*name);
            if inside {
                found.get_or_insert_default();
            }
        } else if let (true, Some((key, value))) = (inside, line.split_once('='))
            // A line that is set in belongs to the setting above it.
            && !key.starts_with([' ', '\t'])
            && let Some(found) = &mut found
        {
            found.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    found
}
