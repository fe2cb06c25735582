//! Where Amazon's keys come from.

#[cfg(feature = "bedrock")]
mod issued;
#[cfg(feature = "bedrock")]
mod metadata;
#[cfg(feature = "bedrock")]
mod profile;

use async_trait::async_trait;
use nohop_types::{Error, ErrorKind, Result, Secret};

use super::{Credentials, read};
use crate::AwsKey;

#[cfg(feature = "bedrock")]
pub use metadata::{AwsContainer, AwsInstance};
#[cfg(feature = "bedrock")]
pub use profile::AwsProfile;

/// Amazon's key in the environment, read at each use.
///
/// `AWS_BEARER_TOKEN_BEDROCK` goes before `AWS_ACCESS_KEY_ID`, with which `AWS_SECRET_ACCESS_KEY` must
/// and `AWS_SESSION_TOKEN` may be set.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing to say of it")]
pub struct AwsEnvironment;

impl AwsEnvironment {
    pub(crate) const VARIABLES: [&'static str; 2] =
        ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"];

    /// The key, if the variables are set to one.
    pub(crate) fn read() -> Option<Secret> {
        let [bearer, id] = Self::VARIABLES;
        let signed = || {
            let key = AwsKey::new(read(id)?, read("AWS_SECRET_ACCESS_KEY")?);
            Some(match read("AWS_SESSION_TOKEN") {
                Some(token) => key.token(token),
                None => key,
            })
        };
        read(bearer).map(Secret::new).or_else(|| signed().map(Secret::from))
    }
}

#[async_trait]
impl Credentials for AwsEnvironment {
    async fn secret(&self) -> Result<Secret> {
        Self::read().ok_or_else(|| {
            let [bearer, id] = Self::VARIABLES;
            let message = format!(
                "there is no key: neither {bearer} nor {id} with AWS_SECRET_ACCESS_KEY is set; set \
                 it, or give a key"
            );
            Error::new(ErrorKind::Auth, message)
        })
    }
}

#[cfg(test)]
#[cfg(all(feature = "bedrock", feature = "http"))]
mod tests;
