//! What each model can do, and what each offer charges.
//!
//! A [`Catalog`] answers three questions, exactly and without a start: which offers there are for a [`Model`], what each
//! can do, and what a request costs there. An [`Offer`] has a rate [`Card`]; the card makes a [`Bill`] of a usage.
//!
//! ```
//! # #[cfg(feature = "catalog")] {
//! use std::time::SystemTime;
//!
//! use nohop_pricing::{Catalog, Facts};
//! use nohop_types::Usage;
//!
//! let mut usage = Usage::default();
//! (usage.input, usage.output) = (Some(1_000_000), Some(0));
//! let catalog = Catalog::bundled();
//! let offer = catalog.offer("openai", "gpt-4o").unwrap();
//! let bill = offer.bill(&usage, &Facts::new(), SystemTime::UNIX_EPOCH).unwrap();
//! assert_eq!(bill.cost.amount.to_string(), "$2.50");
//! # }
//! ```
//!
//! Invariant: money and tokens are integers, and nothing here computes with a float. Nothing waits, and time is an argument.

#![deny(clippy::float_arithmetic)]

mod bill;
mod bill_of;
mod card;
mod catalog;
mod cells;
mod choose;
mod compare;
mod day;
mod diff;
mod draft;
mod error;
mod estimate;
mod facts;
mod latest;
#[cfg(feature = "load")]
mod link;
#[cfg(feature = "load")]
mod load;
mod makers;
#[cfg(feature = "load")]
mod merge;
mod meter;
mod model;
mod moment;
mod number;
mod offer;
#[cfg(feature = "toml")]
mod overlay;
mod pack;
mod packed;
mod pattern;
mod plain;
#[cfg(feature = "load")]
mod renew;
mod rows;
mod score;
mod sets;
mod situation;
mod sum;
#[cfg(test)]
mod testing;
mod text;
#[cfg(feature = "tokens")]
mod tokens;
mod unpack;
mod when;

pub use bill::{Bill, Doubt, Part};
pub use card::{Allowance, Card, Charge, Features, Period};
pub use catalog::{Catalog, Naming};
pub use compare::Compared;
pub use diff::{Change, Diff, Repriced, Retired};
pub use error::Error;
pub use estimate::Estimate;
pub use facts::Facts;
#[cfg(feature = "load")]
pub use load::{Loaded, Shape, day_of};
#[cfg(feature = "load")]
pub use merge::Merged;
pub use meter::{Class, Form, Meter};
pub use model::Model;
pub use offer::Offer;
pub use plain::Plain;
pub use rows::Rows;
