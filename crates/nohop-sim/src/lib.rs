//! Rehearses policies: made-up providers, made-up time, the real plan.
//!
//! A [`World`] has [`Provider`]s with their speeds, limits and troubles, and [`Target`]s with their prices. A [`Workload`]
//! is made up ([`Traffic`]), or read back from the entries of a ledger. A [`Rehearsal`] sends one through the other as a
//! router would, under a policy, and a [`Report`] says what came of it: what it cost, how long people waited, how many were
//! answered, who got the calls. [`table`] puts reports side by side, and [`svg`] draws them over time.
//!
//! Only providers and time are made up: policies, plans, the purse, health and quotas are those of `nohop-policy`. What is random
//! follows from a seed, so that the same seed makes the same report.
//!
//! Invariant: nothing here opens a socket, sleeps or reads a clock. An instant comes in to count from, and nothing depends
//! on which.

mod chance;
mod line;
mod provider;
mod rehearsal;
mod report;
mod run;
mod serving;
mod spread;
mod target;
mod workload;
mod world;

pub use provider::{Fault, Limit, Provider, Trouble};
pub use rehearsal::Rehearsal;
pub use report::{Report, Sizes, Slice, svg, table};
pub use spread::Spread;
pub use target::{Listed, Target};
pub use workload::{Arrival, Traffic, Workload};
pub use world::World;
