use crate::{Framer, Framing, Uncut};

const BOUND: usize = 1 << 20;

/// The check sum, a bit at a time, as the standard writes it: the library's is not proof of itself.
fn sum(bytes: &[u8]) -> [u8; 4] {
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    });
    (!sum).to_be_bytes()
}

/// A message with these headers, as they are written.
fn message(headers: &[u8], data: &[u8]) -> Vec<u8> {
    let length = (16 + headers.len() + data.len()) as u32;
    let mut message = [length.to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    message.extend(sum(&message));
    message.extend([headers, data].concat());
    message.extend(sum(&message));
    message
}

/// A header that is text.
fn text(name: &str, value: &str) -> Vec<u8> {
    let mut header = vec![name.len() as u8];
    header.extend(name.bytes().chain([7]));
    header.extend((value.len() as u16).to_be_bytes());
    header.extend(value.bytes());
    header
}

/// A frame's `:event-type` and data, or why there is none.
type Cut = Result<(Option<String>, Vec<u8>), Uncut>;

fn cut_reads(bound: usize, reads: &[&[u8]]) -> Vec<Cut> {
    let mut framer = Framer::new(Framing::AwsEventStream, bound);
    let mut cut = Vec::new();
    for mut read in reads.iter().copied() {
        loop {
            match framer.next(&mut read) {
                Ok(Some(frame)) => {
                    let name = frame.header(":event-type").map(str::to_owned);
                    cut.push(Ok((name, frame.data.to_vec())));
                }
                Ok(None) => break,
                Err(uncut @ Uncut::Broken(_)) => {
                    cut.push(Err(uncut));
                    return cut;
                }
                Err(uncut) => cut.push(Err(uncut)),
            }
        }
        assert!(read.is_empty(), "a read is taken whole");
    }
    assert!(framer.last().is_none(), "a part of a message is none");
    cut
}

/// What is made of `body`, once it is sure that cuts do not matter.
fn cut_bounded(bound: usize, body: &[u8]) -> Vec<Cut> {
    let cut = cut_reads(bound, &[body]);
    for at in 0..=body.len() {
        assert_eq!(cut_reads(bound, &[&body[..at], &body[at..]]), cut, "cut at {at}");
    }
    let bytes: Vec<_> = body.chunks(1).collect();
    assert_eq!(cut_reads(bound, &bytes), cut, "byte by byte");
    cut
}

fn cut(body: &[u8]) -> Vec<Cut> {
    cut_bounded(BOUND, body)
}

fn good(name: &str, data: &str) -> Cut {
    Ok(((!name.is_empty()).then(|| name.to_owned()), data.as_bytes().to_vec()))
}

#[test]
fn the_check_sum_is_the_one_of_the_standard() {
    assert_eq!(sum(b"123456789"), 0xcbf4_3926_u32.to_be_bytes());
    assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
}

#[test]
fn a_message_is_a_frame_with_headers() {
    let headers = [text(":message-type", "event"), text(":event-type", "messageStop")].concat();
    let body = [message(&headers, b"{}"), message(&[], b""), message(&[], b"bare")].concat();
    assert_eq!(cut(&body), [good("messageStop", "{}"), good("", ""), good("", "bare")]);
}

#[test]
fn headers_of_every_type_are_passed_over() {
    let sized = |kind: u8, size: usize| [vec![1, b'x', kind], vec![7; size]].concat();
    let mut headers: Vec<u8> = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)]
        .iter()
        .flat_map(|(kind, size)| sized(*kind, *size))
        .collect();
    headers.extend([1, b'b', 6, 0, 3, 1, 2, 3]);
    headers.extend(text(":event-type", "é"));
    assert_eq!(cut(&message(&headers, b"d")), [good("é", "d")]);
}

#[test]
fn text_that_is_none_and_values_that_are_no_text_are_no_headers() {
    for value in [&[7, 0, 1, 0xff][..], &[6, 0, 1, b'a'], &[0]] {
        let headers = [&[11], &b":event-type"[..], value].concat();
        assert_eq!(cut(&message(&headers, b"d")), [good("", "d")]);
    }
}

#[test]
fn a_byte_that_is_wrong_anywhere_breaks_the_stream() {
    let first = message(&text(":event-type", "a"), b"{\"text\":\"Hi\"}");
    let second = message(&text(":event-type", "b"), b"{}");
    for place in 0..second.len() {
        let mut body = [&first[..], &second, &first].concat();
        body[first.len() + place] ^= 0x40;
        let cut = cut_reads(BOUND, &[&body]);
        assert_eq!(cut.len(), 2, "at {place}");
        assert_eq!(cut[0], good("a", "{\"text\":\"Hi\"}"), "at {place}");
        assert!(matches!(cut[1], Err(Uncut::Broken(_))), "at {place}: {:?}", cut[1]);
    }
}

#[test]
fn lengths_that_contradict_each_other_break_the_stream() {
    for (length, headers) in [(0, 0), (15, 0), (16, 1), (u32::MAX, u32::MAX), (20, 5)] {
        let mut body = [u32::to_be_bytes(length), u32::to_be_bytes(headers)].concat();
        body.extend(sum(&body));
        body.extend([0; 16]);
        let why = "the lengths of a message contradict each other";
        assert_eq!(cut(&body), [Err(Uncut::Broken(why))], "{length} {headers}");
    }
}

#[test]
fn headers_that_are_cut_or_of_no_known_type_break_the_stream() {
    let whole = text("name", "value");
    let cuts = (1..whole.len()).map(|end| whole[..end].to_vec());
    for headers in cuts.chain([vec![1, b'x', 10]]) {
        let why = "the headers of a message can not be read";
        assert_eq!(cut(&message(&headers, b"{}")), [Err(Uncut::Broken(why))], "{headers:?}");
    }
}

#[test]
fn a_message_past_the_bound_is_passed_over_and_never_gathered() {
    let (small, large) = (message(&[], b"ok"), message(&[], &[b'x'; 100]));
    let body = [&small[..], &large, &small].concat();
    let refused = || Err(Uncut::Oversized(20));
    assert_eq!(cut_bounded(20, &body), [good("", "ok"), refused(), good("", "ok")]);
    assert_eq!(cut_bounded(0, &small), [Err(Uncut::Oversized(0))]);

    let mut framer = Framer::new(Framing::AwsEventStream, 20);
    let mut most = 0;
    for byte in large {
        let _ = framer.next(&mut &[byte][..]);
        most = most.max(framer.arriving());
    }
    assert!(most <= 12, "{most}");
}

#[test]
fn a_stream_that_broke_stays_broken() {
    let mut framer = Framer::new(Framing::AwsEventStream, BOUND);
    for _ in 0..3 {
        let mut read = &[0_u8; 64][..];
        assert!(matches!(framer.next(&mut read), Err(Uncut::Broken(_))));
    }
    assert_eq!(framer.next(&mut &[][..]), Ok(None));
}
