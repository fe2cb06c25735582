//! What holds of every input, for the fuzz targets to look for one of which it does not.
//!
//! A check panics when something does not hold. Inputs that mean nothing are no reason to: most of
//! what a fuzzer makes is refused, and that it is refused without a panic is checked as well.

#![forbid(unsafe_code)]

pub mod answer;
pub mod frames;
pub mod request;
mod tree;
