//! Numbers that stand for texts and blocks.

/// Where a name stands in the index, but for its size.
pub(crate) fn name_sum(name: &[u8], scope: u16) -> u32 {
    let sum = name.iter().fold(0x811c_9dc5 ^ u32::from(scope), |sum: u32, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    sum ^ (sum >> 15)
}

/// What most terms that differ differ in.
pub(crate) fn term_sum(by: u8, word: &str) -> u32 {
    (u32::from(by) << 28) | (name_sum(word.as_bytes(), 0) & 0x0fff_ffff)
}

/// A number that two blocks share only when they hold the same.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
