use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The signature of a thinking block: it holds for this text and this salt only.
///
/// Not a secret, and no cryptography: it need only differ where a real one would.
pub(super) fn of(salt: &str, thinking: &str) -> String {
    let hash = fnv(fnv(0xcbf2_9ce4_8422_2325, salt), thinking);
    STANDARD.encode(format!("testkit {hash:016x} {:016x}", fnv(hash, "signed")))
}

fn fnv(seed: u64, text: &str) -> u64 {
    // The length parts the texts, so that no two of them join to a third.
    let bytes = text.bytes().chain((text.len() as u64).to_le_bytes());
    bytes.fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
