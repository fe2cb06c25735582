//! A router for language models that runs inside the application.
//!
//! One API for every model of every provider, the choice by price, speed or reliability, fallbacks that
//! keep the application up, and one place for cost, budgets and keys: in the process, with the user's own
//! keys.
//!
//! ```
//! use nohop::policy::{Policy, available, by, cheapest};
//! use nohop::{Request, Result, Route, Router};
//!
//! # async fn check() -> Result<()> {
//! let router = Router::builder()
//!     .from_env()
//!     .route(
//!         Route::new("fast", ["gpt-4.1-mini@openai", "claude-haiku-4-5@anthropic"])
//!             .policy(available().then(by(cheapest()))),
//!     )
//!     .build()?;
//! let response = router.send(Request::new("fast").user("Why is the sky blue?")).await?;
//! println!("{}", response.text());
//! # Ok(())
//! # }
//! ```
//!
//! Invariant: there is no logic here. Everything is in the crates behind it, each of which can be used
//! alone.

#[cfg(feature = "cache")]
pub use nohop_router::Cache;
#[cfg(feature = "schema")]
pub use nohop_router::Typed;
pub use nohop_router::{
    Answer, Builder, Classify, Gauges, Inquiry, Judge, Route, Router, Shadow, Shadows, Stats,
    Target, Text, Thresholds, Words, difficulty, file,
};
#[cfg(feature = "refresh")]
pub use nohop_router::{Heard, News, Refreshed, Sources};
pub use nohop_types::*;

/// Where answers are kept.
#[cfg(feature = "cache")]
pub mod cache {
    pub use nohop_router::{Cache, Kept, Key, Store};
}

/// What happened and what it may cost: entries, budgets, totals.
pub mod ledger {
    pub use nohop_ledger::*;
}

/// Batches of work, which `Router::map` sends.
pub mod map {
    pub use nohop_router::{Done, Ended, Known, Map, Progress, Watch};
}

/// Which candidate next: policies, orders, limits.
pub mod policy {
    pub use nohop_policy::*;
}

/// What each model can do, and what each offer charges.
pub mod pricing {
    pub use nohop_pricing::*;
}

/// Who answers, where, with which key.
pub mod providers {
    pub use nohop_providers::*;
}

/// Bytes to vocabulary and back: dialects, surfaces, framing.
pub mod wire {
    pub use nohop_wire::*;
}

/// The pages whose programs are compiled here.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    mod readme {}

    #[doc = include_str!("../../../docs/batches.md")]
    mod batches {}

    #[cfg(feature = "cache")]
    #[doc = include_str!("../../../docs/cache.md")]
    mod answers_kept {}

    #[doc = include_str!("../../../docs/media.md")]
    mod media {}

    #[doc = include_str!("../../../docs/policies.md")]
    mod policies {}

    #[doc = include_str!("../../../docs/providers.md")]
    mod providers {}

    #[cfg(feature = "schema")]
    #[doc = include_str!("../../../docs/schemas.md")]
    mod schemas {}
}
