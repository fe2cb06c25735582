use std::sync::Arc;

use nohop_types::Secret;
use nohop_wire::Dialect;

use crate::Credentials;
use crate::credentials::{AwsEnvironment, Environment};

/// The facts about one provider.
///
/// A provider is a value, not a type: to add one, write its row. A base URL may have places that differ
/// from account to account, as `{account}`; [`Endpoint::set`](crate::Endpoint::set) fills them, or the
/// environment where the place names a variable, as `{account:ACME_ACCOUNT}`. Where some values are
/// written otherwise than others, the place says how: `{zone:ACME_ZONE?all=api|*-api}` is `api` for `all`
/// and `eu-api` for `eu`.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Provider {
    /// The name after the at-sign.
    pub id: &'static str,
    /// The root of its API.
    pub base_url: &'static str,
    /// How requests prove who sends them.
    pub auth: Auth,
    /// How it talks; the first is the default.
    pub ways: &'static [Way],
}

/// One path and dialect that a provider offers.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Way {
    /// The path, below the endpoint's base URL.
    pub path: &'static str,
    /// What is spoken there.
    pub dialect: &'static dyn Dialect,
}

/// How requests prove who sends them, and the environment variable that holds the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Auth {
    /// Amazon's signature for this service, with an [`AwsKey`](crate::AwsKey); any other key is a
    /// bearer's, as Bedrock hands them out.
    ///
    /// It takes the feature `bedrock`, and the base URL's place `region`, or `AWS_REGION`.
    Aws(&'static str),
    /// `Authorization: Bearer`, with the key of this variable.
    Bearer(&'static str),
    /// The same, with the key of the first of these variables that is set.
    BearerOf(&'static [&'static str]),
    /// The header of the first name holds the key alone, which is in the variable of the second.
    Header(&'static str, &'static str),
    /// The same, with the key of the first of these variables that is set.
    HeaderOf(&'static str, &'static [&'static str]),
    /// Nothing.
    None,
    /// `Authorization: Bearer` where this variable is set or a key is given, and nothing elsewhere.
    Optional(&'static str),
}

impl Auth {
    /// The variables that may hold the key, the preferred one first.
    pub fn variables(&self) -> &[&'static str] {
        match self {
            Self::Aws(_) => &AwsEnvironment::VARIABLES,
            Self::Bearer(variable) | Self::Header(_, variable) | Self::Optional(variable) => {
                std::slice::from_ref(variable)
            }
            Self::BearerOf(variables) | Self::HeaderOf(_, variables) => variables,
            Self::None => &[],
        }
    }

    /// The key in the environment, if there is one.
    pub(crate) fn read(self) -> Option<Secret> {
        match self {
            Self::Aws(_) => AwsEnvironment::read(),
            auth => Environment::any(auth.variables()).read(),
        }
    }

    /// The environment, as credentials.
    pub(crate) fn environment(self) -> Arc<dyn Credentials> {
        match self {
            Self::Aws(_) => Arc::new(AwsEnvironment),
            auth => Arc::new(Environment::any(auth.variables())),
        }
    }

    /// Whether a request without a key is sent all the same.
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::None | Self::Optional(_))
    }
}
