//! Amazon's keys and its signature.

#[cfg(feature = "bedrock")]
mod moment;
#[cfg(feature = "bedrock")]
pub(crate) mod sigv4;

use std::fmt;

use nohop_types::Secret;

#[cfg(feature = "bedrock")]
pub(crate) use moment::Moment;

/// An access key of Amazon's: requests are signed with it, under the feature `bedrock`, and it is never
/// sent.
///
/// ```
/// use nohop_providers::{AwsKey, Endpoint, table};
///
/// let key = AwsKey::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let endpoint = Endpoint::new(table::BEDROCK_MANTLE).set("region", "eu-central-1").key(key);
/// endpoint.check()?;
/// # Ok::<(), nohop_types::Error>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct AwsKey {
    id: String,
    secret: Secret,
    token: Option<Secret>,
}

impl AwsKey {
    /// The key that goes by `id`.
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { id: id.into(), secret: secret.into(), token: None }
    }

    /// Sets the token of the session that the key belongs to.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The key that `secret` is; `None` for a key that is sent as it stands.
    ///
    /// None of the three parts has a colon in it, and what is sent as it stands does not begin like an
    /// id.
    pub(crate) fn read(secret: &Secret) -> Option<Self> {
        let mut parts = secret.expose().splitn(3, ':');
        let (id, key, token) = (parts.next()?, parts.next()?, parts.next());
        let named = id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let whole = !id.is_empty() && !key.is_empty() && token != Some("");
        let read = Self { id: id.into(), secret: key.into(), token: token.map(Secret::from) };
        (named && whole).then_some(read)
    }

    /// What of it is secret.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        [Some(self.secret.clone()), self.token.clone()].into_iter().flatten()
    }
}

/// One text, as credentials hand it out.
impl From<AwsKey> for Secret {
    fn from(key: AwsKey) -> Self {
        let token = key.token.iter().flat_map(|token| [":", token.expose()]);
        Self::new([&key.id, ":", key.secret.expose()].into_iter().chain(token).collect::<String>())
    }
}

impl fmt::Debug for AwsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
