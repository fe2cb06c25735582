/// Appends `text` as a JSON string, which is the same as the JSON library writes.
///
/// A conversation is nearly all text that needs no escapes: it is looked through many bytes at a time
/// and copied in one piece, where the library looks at each.
pub(super) fn quote(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(place) = first_special(rest) {
        out.extend_from_slice(&rest[..place]);
        escape(out, rest[place]);
        rest = &rest[place + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Where the first byte is that can not stand in a JSON string as it is.
fn first_special(bytes: &[u8]) -> Option<usize> {
    // A block is looked at without a branch, which the compiler makes a few wide instructions of.
    let (blocks, _) = bytes.as_chunks::<32>();
    let any = |block: &[u8; 32]| block.iter().fold(false, |found, byte| found | is_special(*byte));
    let start = 32 * blocks.iter().position(any).unwrap_or(blocks.len());
    let place = bytes[start..].iter().position(|byte| is_special(*byte))?;
    Some(start + place)
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let letter = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            let digit = |half: u8| DIGITS[usize::from(half & 0xf)];
            return out.extend_from_slice(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                digit(byte >> 4),
                digit(byte),
            ]);
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
mod tests;
