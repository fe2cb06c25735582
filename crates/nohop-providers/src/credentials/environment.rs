use std::borrow::Cow;
use std::env;

use async_trait::async_trait;
use nohop_types::{Error, ErrorKind, Result, Secret};

use super::Credentials;

/// The key that an environment variable holds, read at each use.
#[derive(Clone, Debug)]
pub struct Environment {
    variables: Vec<Cow<'static, str>>,
}

impl Environment {
    /// The key in `variable`.
    pub fn new(variable: impl Into<Cow<'static, str>>) -> Self {
        Self { variables: vec![variable.into()] }
    }

    /// Adds a variable to look at where those before it are not set.
    #[must_use]
    pub fn or(mut self, variable: impl Into<Cow<'static, str>>) -> Self {
        self.variables.push(variable.into());
        self
    }

    pub(crate) fn any(variables: &[&'static str]) -> Self {
        Self { variables: variables.iter().map(|&variable| variable.into()).collect() }
    }

    /// The key, if a variable is set to anything.
    pub(crate) fn read(&self) -> Option<Secret> {
        self.variables.iter().find_map(|variable| read(variable)).map(Secret::new)
    }
}

#[async_trait]
impl Credentials for Environment {
    async fn secret(&self) -> Result<Secret> {
        self.read().ok_or_else(|| {
            let names = self.variables.join(" nor ");
            let neither = if self.variables.len() > 1 { "neither " } else { "" };
            let set = if self.variables.len() > 1 { "is set" } else { "is not set" };
            let message = format!("there is no key: {neither}{names} {set}; set it, or give a key");
            Error::new(ErrorKind::Auth, message)
        })
    }
}

/// What `variable` holds; one that is set to nothing is not set.
pub(crate) fn read(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}
