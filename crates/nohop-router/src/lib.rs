//! The one loop.
//!
//! [`Router`] turns a request into candidates and a plan; the [`Answer`] it returns owns both, and does
//! what the plan says whenever it is polled. What it considered, dropped and tried is on the
//! [`Trace`](nohop_types::Trace) of every response and every error.
//!
//! Invariant: nothing is spawned. Whoever drops an answer has stopped everything it did.

mod answer;
mod asked;
mod attempt;
mod board;
mod builder;
mod clock;
mod file;
mod flight;
mod hooks;
mod media;
mod names;
mod outline;
mod priced;
mod room;
mod route;
mod router;
mod safely;
mod said;
mod target;
mod tasks;
mod text;
#[cfg(feature = "schema")]
mod typed;
mod work;

pub use answer::Answer;
pub use builder::Builder;
pub use file::file;
pub use route::Route;
pub use router::Router;
pub use target::Target;
pub use text::Text;
#[cfg(feature = "schema")]
pub use typed::{Misfit, Typed};
