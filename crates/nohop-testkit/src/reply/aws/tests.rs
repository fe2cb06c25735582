use super::{crc32, message};

#[test]
fn the_check_sum_is_the_one_that_everybody_knows() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    assert_eq!(crc32(b""), 0);
}

#[test]
fn a_message_says_its_lengths_and_both_sums() {
    let said = message(&[("a", "bc")], b"{}");

    let (rest, sum) = said.split_at(said.len() - 4);
    assert_eq!(said[..8], [0, 0, 0, 25, 0, 0, 0, 7]);
    assert_eq!(said[8..12], crc32(&said[..8]).to_be_bytes());
    assert_eq!(rest[12..], *b"\x01a\x07\x00\x02bc{}".as_slice());
    assert_eq!(sum, crc32(rest).to_be_bytes());
}
