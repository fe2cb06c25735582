//! Which candidate next.
//!
//! A [`Policy`] narrows and orders [`Candidates`]; the order it leaves is the order of attempts. A
//! [`Plan`] walks that order, and decides after each failure whether to retry, move on or give up.
//!
//! ```
//! use nohop_policy::{Policy, available, by, cheapest, fastest, ignore};
//!
//! let policy = available()
//!     .then(ignore(["azure"]))
//!     .then(by(cheapest()).then_by(fastest()));
//! assert_eq!(policy.name(), "available, then ignore azure, then by cheapest, then fastest");
//! ```
//!
//! Invariant: nothing here waits, reads a clock or draws a number of its own. Time and chance are
//! arguments, so the router and the simulator run the same code.

mod accept;
mod attempt;
mod candidate;
mod candidates;
mod context;
mod difficulty;
mod extent;
mod health;
mod limits;
mod needs;
mod offer;
mod order;
mod plan;
mod policies;
mod policy;
mod preferences;
mod price;
mod purse;
mod quota;
mod quotas;
mod random;
mod rest;
mod time;
mod warm;
mod when;

pub use accept::{Accept, Again, And, Verdict, calls, json, mend, not_cut, not_empty, not_refused};
#[cfg(feature = "schema")]
pub use accept::{fitting_calls, follows, shaped};
pub use attempt::{Attempt, Manner, Outcome};
pub use candidate::Candidate;
pub use candidates::{Candidates, Decision};
pub use context::Context;
pub use difficulty::{Difficulty, Weight};
pub use extent::Extent;
pub use health::{Board, Gauge, Health, Percentiles, Saved};
pub use limits::{Broken, Clocks, Hedge, Limits, Taken, Window};
pub use offer::{Data, Offer};
pub use order::{By, Order, Reversed, ThenBy, by};
pub use plan::{AttemptId, Plan, Signal, Step, Turn};
pub use policies::{
    Percentile, Split, Sticky, affordable, allowed, available, balanced, best, capable, cheapest,
    fastest, first, highest_throughput, ignore, in_order, least_loaded, most_reliable, newest,
    only, only_within, pooled, split, sticky, top, weighted, within,
};
pub use policy::{Named, Policy, Then};
pub use preferences::none_left;
pub use price::{Longer, Price};
pub use purse::Purse;
pub use quota::{Quota, Subject};
pub use quotas::{Ask, Full, Held, Look, Needs, Quotas, Ticket};
pub use rest::Rest;
pub use warm::Warm;
pub use when::{Otherwise, When, when};
