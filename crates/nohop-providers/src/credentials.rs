mod aws;
mod command;
mod environment;
#[cfg(feature = "vertex")]
mod google;
mod refreshed;
#[cfg(any(feature = "bedrock", feature = "vertex"))]
mod service;

use std::fmt;

use async_trait::async_trait;
use nohop_types::{Result, Secret};

pub use aws::AwsEnvironment;
#[cfg(feature = "bedrock")]
pub use aws::{AwsContainer, AwsInstance, AwsProfile};
pub use command::Command;
pub use environment::Environment;
pub(crate) use environment::read;
#[cfg(feature = "vertex")]
pub use google::GoogleToken;
pub use refreshed::{Issued, Refreshed};

/// Where a key comes from: it is asked for at each call, so that it may be fetched, refreshed and
/// rotated behind this trait.
///
/// A [`Secret`] is the credentials that never change.
#[async_trait]
pub trait Credentials: fmt::Debug + Send + Sync + 'static {
    /// The key as it is now.
    ///
    /// # Errors
    ///
    /// `Auth` when there is none. Nothing that is an error here was sent.
    async fn secret(&self) -> Result<Secret>;

    /// Hears that a provider refused `secret`: whoever keeps it may fetch another.
    fn refused(&self, secret: &Secret) {
        let _ = secret;
    }
}

#[async_trait]
impl Credentials for Secret {
    async fn secret(&self) -> Result<Self> {
        Ok(self.clone())
    }
}

#[cfg(test)]
mod tests;
