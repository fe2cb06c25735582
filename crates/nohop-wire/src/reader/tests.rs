use http::{HeaderMap, StatusCode};
use nohop_types::{Issuer, Request, Response};

use super::*;
use crate::Mode;
use crate::dialect::OpenAiChat;

const HI: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

/// Reads `body` as a stream, with a reader that `set` has set up.
fn read(set: impl Fn(Reader) -> Reader, body: &str) -> (Result<String>, usize) {
    let (request, issuer) = (Request::new("m"), Issuer::speaking("openai-chat"));
    let call = Call::new(&request, "m", "/", &issuer).mode(Mode::Stream);
    let head = Head::new(StatusCode::OK, HeaderMap::new());
    let mut reader = set(Reader::open(&OpenAiChat::PLAIN, &call, &head).unwrap());
    let mut events = Vec::new();
    let mut all = || {
        reader.push(body.as_bytes(), &mut events)?;
        reader.end(&mut events)
    };
    let ended = all();
    (ended.map(|()| Response::from_iter(events).text()), reader.skipped())
}

fn lenient(reader: Reader) -> Reader {
    reader
}

fn strict(reader: Reader) -> Reader {
    reader.strictness(Strictness::Strict)
}

#[test]
fn a_lenient_reader_skips_and_counts_what_a_strict_one_refuses() {
    for odd in ["data: {\"choices\": oops\n\n", "data: {\"novel\":1}\n\n", "data: \n\ndata: 5\n\n"]
    {
        let body = format!("{odd}{HI}{odd}{STOP}");
        let (text, skipped) = read(lenient, &body);
        assert_eq!((text.unwrap(), skipped > 0), ("Hi".to_owned(), true), "{odd}");
        let (ended, _) = read(strict, &body);
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Protocol, "{odd}");
    }
}

#[test]
fn an_answer_without_oddities_satisfies_both() {
    for set in [lenient, strict] {
        let (text, skipped) = read(set, &format!("{HI}{STOP}data: [DONE]\n\n"));
        assert_eq!((text.unwrap(), skipped), ("Hi".to_owned(), 0));
    }
}

#[test]
fn a_frame_past_the_bound_is_skipped_or_refused() {
    let long = HI.replace("Hi", &"x".repeat(5_000));
    let body = format!("{HI}{long}{HI}{STOP}");
    let (text, skipped) = read(|reader| reader.bound(1_000), &body);
    assert_eq!((text.unwrap(), skipped), ("HiHi".to_owned(), 1));
    let (ended, _) = read(|reader| strict(reader.bound(1_000)), &body);
    assert!(ended.unwrap_err().message().contains("bound"));
    let (text, skipped) = read(lenient, &body);
    assert_eq!((text.unwrap().len(), skipped), (5_004, 0));
}

#[test]
fn an_end_without_a_reason_is_a_truncation_for_both() {
    for set in [lenient, strict] {
        assert_eq!(read(set, HI).0.unwrap_err().kind(), ErrorKind::Truncated);
    }
}

#[test]
fn a_debug_of_a_reader_shows_nothing_of_the_answer() {
    let (request, issuer) = (Request::new("m"), Issuer::speaking("openai-chat"));
    let call = Call::new(&request, "m", "/", &issuer).mode(Mode::Stream);
    let head = Head::new(StatusCode::OK, HeaderMap::new());
    let mut reader = Reader::open(&OpenAiChat::PLAIN, &call, &head).unwrap();
    reader.push(b"data: confidential", &mut Vec::new()).unwrap();
    assert!(!format!("{reader:?}").contains("confidential"));
}
