//! Ids of calls, which a dialect may do without.
//!
//! Whoever answers a call has to name it. A call without an id gets one of our own making: the same
//! for the same answer, unlike those of other answers, and never sent back.

use std::fmt::Display;

const MADE: &str = "nohop_";

/// An id for the call `number` of what `told` names.
pub(super) fn make(told: impl Display, number: usize) -> String {
    let mut id = format!("{MADE}{told}_{number}");
    // Other dialects know only these characters in an id, and a conversation may go on there.
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        id = id.chars().map(plain).collect();
    }
    id
}

/// Whether an id is of our own making.
pub(super) fn is_made(id: &str) -> bool {
    id.starts_with(MADE)
}
