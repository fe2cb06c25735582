/// The random number that belongs to `argument` under `seed` (SplitMix64's mixer, twice).
pub(crate) fn random(seed: u64, argument: u64) -> u64 {
    mix(mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ argument)
}

/// A number for `text`, the same in every process.
pub(crate) fn fingerprint(text: &str) -> u64 {
    hash(text.as_bytes())
}

/// A number for how `bytes` begin, how they end and how many they are; of a long text the middle is not looked at.
pub(crate) fn sketch(bytes: &[u8]) -> u64 {
    const EDGE: usize = 1_024;
    if bytes.len() <= 2 * EDGE {
        return hash(bytes);
    }
    let (head, tail) = (&bytes[..EDGE], &bytes[bytes.len() - EDGE..]);
    random(random(hash(head), hash(tail)), bytes.len() as u64)
}

/// FNV-1a by words.
fn hash(bytes: &[u8]) -> u64 {
    let fold = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0100_0000_01b3);
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        fold(hash, u64::from_le_bytes(*word)).rotate_left(29)
    });
    rest.iter().fold(fold(hash, bytes.len() as u64), |hash, byte| fold(hash, u64::from(*byte)))
}

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
