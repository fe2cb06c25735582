//! Who answers, where, with which key, and how to reach them.
//!
//! A [`Provider`] is a row of facts; [`table`] has those we know, and yours is a literal like them. An
//! [`Endpoint`] is a provider you have an account with. [`Credentials`] are where a key comes from. A
//! [`Transport`] carries HTTP, and `Http` is the one that is there by default.
//!
//! ```
//! use nohop_providers::{Auth, Endpoint, Provider, Way};
//! use nohop_wire::dialect::{Cap, OpenAiChat};
//!
//! const ACME: Provider = Provider {
//!     id: "acme",
//!     base_url: "https://llm.acme.example/v1",
//!     auth: Auth::Bearer("ACME_API_KEY"),
//!     ways: &[Way { path: "/chat/completions", dialect: &OpenAiChat::HOSTED }],
//! };
//!
//! let endpoint = Endpoint::new(ACME).id("acme-eu").base_url("https://eu.acme.example/v1").key("sk-1");
//! assert_eq!(endpoint.name(), "acme-eu");
//! endpoint.check()?;
//! # Ok::<(), nohop_types::Error>(())
//! ```
//!
//! Invariant: nothing else in the workspace opens a client socket.
//!
//! Invariant: no error shows a key, wherever the key came from and whoever sent it back to us.

mod aws;
mod credentials;
mod endpoint;
#[cfg(feature = "http")]
mod fetch;
mod provider;
pub mod table;
#[cfg(test)]
mod testing;
mod transport;

pub use aws::AwsKey;
#[cfg(feature = "vertex")]
pub use credentials::GoogleToken;
#[cfg(feature = "bedrock")]
pub use credentials::{AwsContainer, AwsInstance, AwsProfile};
pub use credentials::{AwsEnvironment, Command, Credentials, Environment, Issued, Refreshed};
pub use endpoint::{Endpoint, Opened, Told};
#[cfg(feature = "http")]
pub use fetch::{Basket, Fetch, Fetched, Resolve, is_public};
pub use provider::{Auth, Provider, Way};
pub use table::ALL;
pub use transport::{Body, Connected, Transport};
#[cfg(feature = "http")]
pub use transport::{Http, Roots, Versions};
