//! The policies and orders everyone needs. Each is one sentence long.

mod able;
mod balanced;
mod names;
mod orders;
mod peers;
mod split;
mod sticky;
mod titled;
mod within;

#[cfg(test)]
mod tests;

pub use able::{affordable, available, capable};
pub use balanced::balanced;
pub use names::{allowed, first, ignore, in_order, only};
pub use orders::{
    best, cheapest, fastest, highest_throughput, least_loaded, most_reliable, newest, pooled, top,
    weighted,
};
pub use split::{Split, split};
pub use sticky::{Sticky, sticky};
pub use within::{Percentile, only_within, within};
