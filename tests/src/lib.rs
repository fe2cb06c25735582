//! Replays recorded traffic against the dialects, and compares prices.
//!
//! The recordings are other people's and no part of the project: what they prove, a fixture of ours
//! in `tests/it` proves as well.

pub mod asked;
pub mod embeds;
mod held;
pub mod hosts;
pub mod lists;
pub mod models;
pub mod prices;
pub mod process;
pub mod proofs;
pub mod ranks;
pub mod recording;
pub mod replay;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
