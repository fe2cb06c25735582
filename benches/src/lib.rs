//! What the benchmarks measure, and how they count.
//!
//! Instructions and allocations are counted, and what is timed has no limit: the same work takes the same
//! instructions on a busy machine, so a limit on them can fail a build.

pub mod bodies;
pub mod costs;
pub mod decisions;
pub mod floor;
pub mod mock;
pub mod peers;
pub mod prices;
pub mod report;
pub mod threads;
pub mod valgrind;
pub mod works;
