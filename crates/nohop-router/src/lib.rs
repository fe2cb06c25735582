//! The one loop.
//!
//! [`Router`] turns a request into candidates and a plan; the [`Answer`] it returns owns both, and does
//! what the plan says whenever it is polled. What it considered, dropped and tried is on the
//! [`Trace`](nohop_types::Trace) of every response and every error.
//!
//! Invariant: nothing is spawned for an answer. Whoever drops it has stopped everything it did. A copy of a request
//! is the one thing that is spawned, where a route has a [`Shadow`].

mod answer;
mod asked;
mod attempt;
mod builder;
#[cfg(feature = "cache")]
mod cache;
mod classify;
mod clock;
mod file;
mod flight;
mod gauges;
mod hooks;
mod lengths;
mod map;
mod media;
mod names;
mod outline;
mod preferred;
mod priced;
#[cfg(feature = "refresh")]
mod refresh;
mod replay;
mod room;
mod route;
mod router;
mod safely;
mod said;
mod seen;
mod shadow;
mod slots;
mod stats;
mod target;
mod tasks;
mod telemetry;
mod text;
#[cfg(feature = "schema")]
mod typed;
mod work;

pub use answer::Answer;
pub use builder::Builder;
#[cfg(feature = "cache")]
pub use cache::{Cache, Kept, Key, Store};
pub use classify::{Classify, Inquiry, Judge, Thresholds, difficulty};
pub use file::file;
pub use gauges::Gauges;
pub use map::{Done, Ended, Known, Map, Progress, Watch};
#[cfg(feature = "refresh")]
pub use refresh::{Heard, News, Refreshed, Sources};
pub use route::Route;
pub use router::Router;
pub use shadow::{Shadow, Shadows};
pub use stats::Stats;
pub use target::Target;
pub use telemetry::Words;
pub use text::Text;
#[cfg(feature = "schema")]
pub use typed::Typed;
