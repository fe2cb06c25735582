use super::*;

const BOUND: usize = 1 << 20;

/// What a framer makes of these reads, up to the last frame; refused frames are `None`.
fn cut(framing: Framing, bound: usize, reads: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
    let mut frames = Vec::new();
    let mut framer = Framer::new(framing, bound);
    for mut read in reads.iter().copied() {
        loop {
            match framer.next(&mut read) {
                Ok(Some(frame)) => frames.push(Some(frame.data.to_vec())),
                Ok(None) => break,
                Err(refused) => {
                    assert_eq!(refused, Uncut::Oversized(bound));
                    frames.push(None);
                }
            }
        }
        assert!(read.is_empty(), "a read is taken whole");
    }
    while let Some(frame) = framer.last() {
        frames.push(Some(frame.data.to_vec()));
    }
    frames
}

/// The same, once it is sure that cuts do not matter.
fn cut_anywhere(framing: Framing, bound: usize, body: &[u8]) -> Vec<Option<Vec<u8>>> {
    let frames = cut(framing, bound, &[body]);
    for at in 0..=body.len() {
        let halves = [&body[..at], &body[at..]];
        assert_eq!(cut(framing, bound, &halves), frames, "{framing:?} of {halves:?}");
    }
    let bytes: Vec<_> = body.chunks(1).collect();
    assert_eq!(cut(framing, bound, &bytes), frames, "{framing:?} of each of {bytes:?}");
    frames
}

fn check_bound(framing: Framing, bound: usize, body: impl AsRef<[u8]>, frames: &[Option<&str>]) {
    let found = cut_anywhere(framing, bound, body.as_ref());
    let found: Vec<_> = found.iter().map(|frame| frame.as_deref()).collect();
    let frames: Vec<_> = frames.iter().map(|frame| frame.map(str::as_bytes)).collect();
    assert_eq!(found, frames, "{:?}", String::from_utf8_lossy(body.as_ref()));
}

fn check(framing: Framing, body: impl AsRef<[u8]>, frames: &[&str]) {
    let frames: Vec<_> = frames.iter().copied().map(Some).collect();
    check_bound(framing, BOUND, body, &frames);
}

fn sse(body: &str, frames: &[&str]) {
    check(Framing::Sse, body, frames);
}

#[test]
fn an_event_is_a_frame() {
    sse("", &[]);
    sse("data: a\n\ndata: b\n\n", &["a", "b"]);
    sse("data:a\n\n", &["a"]);
    sse("data:  a \n\n", &[" a "]);
    sse("data: a: b\n\n", &["a: b"]);
    sse("\n\n\ndata: a\n\n\n\n", &["a"]);
}

#[test]
fn lines_end_in_lf_or_crlf_or_cr() {
    sse("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]);
    sse("data: a\r\rdata: b\r\r", &["a", "b"]);
    sse(
        "data: a\r\n\ndata: b\n\r\ndata: c\r\n\rdata: d\r\r\ndata: e\n\r",
        &["a", "b", "c", "d", "e"],
    );
    sse("data: a\r\ndata: b\r\n\r\n", &["a\nb"]);
    sse("data\r\ndata\r\rdata: b", &["\n", "b"]);
}

#[test]
fn data_lines_are_joined() {
    sse("data: a\ndata: b\ndata:c\n\n", &["a\nb\nc"]);
    sse("data: a\ndata\ndata:\ndata: \n\n", &["a\n\n\n"]);
    sse("data:\ndata: a\n\n", &["\na"]);
    sse("data: a\n: comment\nid: 1\ndata: b\n\n", &["a\nb"]);
}

#[test]
fn all_but_data_is_passed_over() {
    sse(": comment\n\n:\n\ndata: a\n\n", &["a"]);
    sse("event: e\nid: 1\nretry: 5\ndata: a\nid\nevent\nretry\n\n", &["a"]);
    sse("event: e\n\nid: 1\n\n", &[]);
    sse("dat: a\ndatum: a\ndata : a\n data: a\nDATA: a\nevents: e\ni\n\n", &[]);
    sse("<html>\n  <body>\n", &[]);
}

#[test]
fn an_event_without_data_is_no_frame() {
    sse("data\n\ndata:\n\ndata: \n\ndata: a\n\ndata", &["a"]);
    sse("data:\r\n\r\ndata: a\r\n\r\n", &["a"]);
}

#[test]
fn one_byte_order_mark_is_passed_over_at_the_start() {
    sse("\u{feff}data: a\n\n", &["a"]);
    sse("\u{feff}\u{feff}data: a\n\ndata: b\n\n", &["b"]);
    sse("data: \u{feff}a\n\n\u{feff}data: b\n\n", &["\u{feff}a"]);
    sse("\u{feff}", &[]);
    check(Framing::Sse, b"\xef\xbbdata: a\n\ndata: b\n\n", &["b"]);
}

#[test]
fn bytes_that_are_no_text_pass_through() {
    let frames = cut_anywhere(Framing::Sse, BOUND, b"data: \xff\0\xc3\n\ndata: \xe2\x82");
    assert_eq!(frames, [Some(b"\xff\0\xc3".to_vec()), Some(b"\xe2\x82".to_vec())]);
}

#[test]
fn an_event_counts_when_the_body_ends_in_it() {
    sse("data: a\n\ndata: b\n", &["a", "b"]);
    sse("data: a\n\ndata: b", &["a", "b"]);
    sse("data: a\r\n\r\ndata: b\r\n\r", &["a", "b"]);
    sse("data: a\ndata: b\nevent: c", &["a\nb"]);
    sse("data: a\ndat", &["a"]);
}

#[test]
fn a_bare_error_is_the_last_frame() {
    sse(r#"{"error":1}"#, &[r#"{"error":1}"#]);
    sse("\u{feff} \t{\"error\":1}\n", &["{\"error\":1}"]);
    sse("data: a\n\n{\"error\":1}\n", &["a", "{\"error\":1}"]);
    sse("data: a\n{\"error\":1}", &["a", "{\"error\":1}"]);
    sse("{\"error\":1}\n\ndata: a\n\n", &["a", "{\"error\":1}"]);
    sse("[1,\n2\n]\n", &["[1,\n2\n]"]);
}

#[test]
fn a_bare_error_may_have_many_lines() {
    let body = "{\r\n  \"error\": {\r\n\r\n\"id\": 5,\r\n  \"data\": true\r\n}\r\n}\r\n";
    sse(body, &["{\n  \"error\": {\n\"id\": 5,\n  \"data\": true\n}\n}"]);
    sse("{\"a\":\ndata: b\n\n1}", &["b", "{\"a\":\n1}"]);
    // Lines that begin like the name of a field are not cut short where a read ends in that name.
    sse("{\nda\ndatum\nidea\nerr:x\n}", &["{\nda\ndatum\nidea\nerr:x\n}"]);
}

#[test]
fn an_error_field_holds_a_bare_error() {
    sse("data: a\n\nerror: {\"code\":1}\n\n", &["a", "{\"code\":1}"]);
    sse("error:{\"code\":\nerror: 1}", &["{\"code\":\n 1}"]);
    sse("error: out of luck\nerror\nerrors: {}\n\n", &[]);
}

#[test]
fn text_that_is_no_json_is_not_kept() {
    sse("oops\n\"oops\"\n5\nnull\n", &[]);
    sse("oops\n{}\noops", &["{}\noops"]);
}

#[test]
fn a_bare_error_among_events_is_cut_short() {
    const KEPT: usize = 64 << 10;
    let long = format!("[{}", "1,".repeat(KEPT));
    let among = format!("data: a\n\n{long}");
    let reads: Vec<_> = among.as_bytes().chunks(1000).collect();

    let frames = cut(Framing::Sse, BOUND, &reads);

    let kept = &long.as_bytes()[..KEPT];
    assert_eq!(frames, [Some(b"a".to_vec()), Some(kept.to_vec())]);
    assert_eq!(cut(Framing::Sse, BOUND, &[long.as_bytes()]), [Some(long.clone().into_bytes())]);
}

#[test]
fn an_event_past_the_bound_is_refused_once() {
    check_bound(Framing::Sse, 4, "data: 1234\n\n", &[Some("1234")]);
    check_bound(Framing::Sse, 4, "data: 12345\n\ndata: b\n\n", &[None, Some("b")]);
    check_bound(Framing::Sse, 4, "data: 12\ndata: 3\n\n", &[Some("12\n3")]);
    check_bound(Framing::Sse, 4, "data: 12\ndata: 34\ndata: 5\n\ndata: b", &[None, Some("b")]);
    check_bound(Framing::Sse, 4, "data: 1234\ndata\ndata: 1\n\ndata: b", &[None, Some("b")]);
    check_bound(Framing::Sse, 4, "data: 12345\ndata: 12345678", &[None]);
    check_bound(Framing::Sse, 0, "data\n\ndata: 1\n\n", &[None]);
}

#[test]
fn what_is_not_kept_may_be_of_any_length() {
    check_bound(Framing::Sse, 1, ": 12345\nevent: 12345\nnone: 12345\n\ndata: b", &[Some("b")]);
}

#[test]
fn a_bare_error_past_the_bound_is_refused_once() {
    check_bound(Framing::Sse, 4, "[12]\n\n", &[Some("[12]")]);
    check_bound(Framing::Sse, 4, "[123]\n[4]\ndata: a\n\n[5]", &[None, Some("a")]);
    check_bound(Framing::Sse, 4, "data: a\n\n[123]\n[4]", &[Some("a"), Some("[123")]);
}

#[test]
fn a_frame_in_one_read_is_not_copied() {
    let bodies = [
        (Framing::Sse, "data: a\n\n"),
        (Framing::Sse, "id: 1\r\ndata:a\r\n\r\n"),
        (Framing::Sse, "data: a\r\r"),
        (Framing::Lines, "a\r\n"),
    ];
    for (framing, body) in bodies {
        let mut input = body.as_bytes();
        let mut framer = Framer::new(framing, BOUND);

        let frame = framer.next(&mut input).unwrap().unwrap();

        assert!(body.as_bytes().as_ptr_range().contains(&frame.data.as_ptr()), "{body:?}");
    }
}

#[test]
fn a_line_is_a_frame() {
    check(Framing::Lines, "", &[]);
    check(Framing::Lines, "{}\n[]\r\n1", &["{}", "[]", "1"]);
    check(Framing::Lines, "\n \t\r\n\r\n{} \n\r\n  ", &["{} "]);
    check(Framing::Lines, "a\rb\r\r\nc\r", &["a\rb\r", "c"]);
}

#[test]
fn a_line_past_the_bound_is_refused_once() {
    check_bound(Framing::Lines, 3, "123\r\n1234\n1\n", &[Some("123"), None, Some("1")]);
    check_bound(Framing::Lines, 3, "123\r4\r\n12\r\r\n1234\r", &[None, Some("12\r"), None]);
    check_bound(Framing::Lines, 3, "          \n1", &[None, Some("1")]);
}

#[test]
fn a_whole_body_is_a_frame() {
    check(Framing::Whole, "", &[]);
    check(Framing::Whole, "\n{\n}\n", &["\n{\n}\n"]);
}

#[test]
fn a_whole_body_past_the_bound_fails_at_each_read() {
    assert_eq!(cut(Framing::Whole, 3, &[b"123", b""]), [Some(b"123".to_vec())]);
    assert_eq!(cut(Framing::Whole, 3, &[b"12", b"34", b"", b"5"]), [None, None]);
}

#[test]
fn cuts_do_not_matter() {
    const PARTS: [&str; 11] =
        ["data", ":", " ", "a", "\n", "\r", "{", "error", "id", "data: a", "\u{feff}"];
    let parts = |mut seed: usize| {
        let mut body = String::new();
        while seed > 0 {
            body.push_str(PARTS[seed % PARTS.len()]);
            seed /= PARTS.len();
        }
        body
    };
    for seed in 0..PARTS.len().pow(4) {
        let body = parts(seed);
        for bound in [1, BOUND] {
            cut_anywhere(Framing::Sse, bound, body.as_bytes());
            cut_anywhere(Framing::Lines, bound, body.as_bytes());
        }
    }
}

#[test]
fn a_framer_does_not_print_what_it_holds() {
    for framing in [Framing::Sse, Framing::Lines, Framing::Whole] {
        let mut framer = Framer::new(framing, BOUND);
        framer.next(&mut &b"data: 171"[..]).unwrap();
        let shown = format!("{framer:?}");
        assert!(!shown.contains("171") && !shown.contains("49"), "{shown}");
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let text = Uncut::Oversized(7).to_string();
    assert_eq!(text, "a frame is larger than 7 bytes; raise the reader's bound");
}
