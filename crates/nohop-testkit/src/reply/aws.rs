use bytes::Bytes;

/// A message of Amazon's binary event streams: its lengths and their check sum, its headers, its
/// payload, and the check sum of all of it.
pub(super) fn message(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    /// The type of a header's value that is a text.
    const TEXT: u8 = 7;
    let mut told = Vec::new();
    for (name, value) in headers {
        told.push(name.len() as u8);
        told.extend_from_slice(name.as_bytes());
        told.push(TEXT);
        told.extend_from_slice(&(value.len() as u16).to_be_bytes());
        told.extend_from_slice(value.as_bytes());
    }
    let mut message = Vec::with_capacity(told.len() + payload.len() + 16);
    message.extend_from_slice(&((told.len() + payload.len() + 16) as u32).to_be_bytes());
    message.extend_from_slice(&(told.len() as u32).to_be_bytes());
    let prelude = crc32(&message);
    message.extend_from_slice(&prelude.to_be_bytes());
    message.extend(told);
    message.extend_from_slice(payload);
    let sum = crc32(&message);
    message.extend_from_slice(&sum.to_be_bytes());
    message.into()
}

/// The check sum that Ethernet and zip files have too.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8);
    !bytes.iter().fold(!0, step)
}

/// What each byte does to the sum.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut crc, mut bit) = (byte as u32, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests;
