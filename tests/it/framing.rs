//! The framing of event streams, against a peer's, against the standard's text and against itself.

use std::convert::Infallible;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;

use eventsource_stream::EventStream;
use futures_util::{FutureExt, StreamExt, stream};
use nohop_wire::{Frame, Framer, Framing};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn recorded_streams_are_cut_as_others_cut_them() {
    let Some(bodies) = recordings() else { return };
    assert!(bodies.len() > 900, "only {} recordings are event streams", bodies.len());
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for (id, body) in bodies {
        let whole = cut([body.as_bytes()]);
        let standard = Standard::read(&body);
        assert_eq!(whole.events, standard.frames(), "{id}");
        assert_eq!(whole.events, peer(&body), "{id}");
        let (pending, stray) = whole.last.split_at(usize::from(!standard.pending.is_empty()));
        assert_eq!(pending.concat(), standard.pending.as_bytes(), "{id}");
        for stray in stray {
            assert!(serde_json::from_slice::<Value>(stray).is_ok(), "{id}: not JSON");
        }
        for longest in [1, 7, 200, 5000] {
            assert_eq!(cut(chance.reads(body.as_bytes(), longest)), whole, "{id} cut by {longest}");
        }
    }
}

proptest! {
    #![proptest_config(many_cases())]

    #[test]
    fn generated_streams_are_cut_as_others_cut_them(
        body in event_stream(),
        seed in 1_u64..,
        longest in 1_usize..40,
    ) {
        let standard = Standard::read(&body);
        let frames = cut(Chance(seed).reads(body.as_bytes(), longest));

        prop_assert_eq!(&frames.events, &standard.frames());
        prop_assert_eq!(&frames.events, &peer(&body));
        prop_assert_eq!(frames.last.concat(), standard.pending.as_bytes());
    }

    #[test]
    fn cuts_do_not_matter(
        body in any_bytes(),
        bound in prop_oneof![Just(usize::MAX), 0_usize..20],
        seed in 1_u64..,
        longest in 1_usize..40,
    ) {
        for framing in [Framing::Sse, Framing::Lines, Framing::Whole] {
            // A whole body past the bound fails at each read, so there cuts do matter.
            let bound = if framing == Framing::Whole { usize::MAX } else { bound };
            let whole = cut_bounded(framing, bound, [&*body]);
            let cut = cut_bounded(framing, bound, Chance(seed).reads(&body, longest));
            prop_assert_eq!(cut, whole, "{:?} within {}", framing, bound);
        }
    }
}

/// "If the data buffer is an empty string, set the data buffer and the event type buffer to the
/// empty string and return." A line `data:` makes that buffer one LF, so the standard and the peer
/// dispatch an event with empty data. We do not: there is nothing to decode in it.
#[test]
fn an_event_with_empty_data_is_an_event_to_others_and_no_frame_to_us() {
    let body = "data\n\ndata:\n\ndata: a\n\n";

    assert_eq!(Standard::read(body).events, ["", "", "a"]);
    assert_eq!(peer_events(body), ["", "", "a"]);
    assert_eq!(cut([body.as_bytes()]).events, [b"a"]);
}

/// "Once the end of the file is reached, any pending data must be discarded. (If the file ends in
/// the middle of an event, before the final empty line, the incomplete event is not dispatched.)"
/// We hand it out as the last frame: real servers end without the empty line, or even the line's
/// end.
#[test]
fn an_event_that_the_body_ends_in_is_discarded_by_others_and_the_last_frame_to_us() {
    for body in ["data: a\n\ndata: b\n", "data: a\n\ndata: b"] {
        let frames = cut([body.as_bytes()]);

        assert_eq!(Standard::read(body).events, ["a"]);
        assert_eq!(peer_events(body), ["a"]);
        assert_eq!((frames.events, frames.last), (vec![b"a".to_vec()], vec![b"b".to_vec()]));
    }
}

/// "end-of-line = ( cr lf / cr / lf )": a CR ends its line, whatever follows and even if nothing
/// does. The peer waits for the byte after it, so it misses an event that ends in the body's last.
#[test]
fn a_carriage_return_ends_a_line_at_once() {
    let body = "data: a\r\rdata: b\r\r";

    assert_eq!(Standard::read(body).events, ["a", "b"]);
    assert_eq!(peer_events(body), ["a"]);
    assert_eq!(cut([body.as_bytes()]).events, [b"a", b"b"]);
}

/// "stream = [ bom ] *event": one mark is passed over. The peer cuts one byte off its three, and
/// panics.
#[test]
fn a_byte_order_mark_is_passed_over() {
    let body = "\u{feff}data: a\n\n";

    assert_eq!(Standard::read(body).events, ["a"]);
    assert!(panic::catch_unwind(AssertUnwindSafe(|| peer_events(body))).is_err());
    assert_eq!(cut([body.as_bytes()]).events, [b"a"]);
    assert_eq!(cut(body.as_bytes().chunks(1)).events, [b"a"]);
}

/// "Streams must be decoded using the UTF-8 decode algorithm", which replaces what is not UTF-8.
/// The peer holds back all that follows such a byte, and fails when the body ends. We pass bytes
/// on, and the decoder refuses those in its own frame.
#[test]
fn bytes_that_are_no_text_spoil_one_frame() {
    let body = b"data: a\n\ndata: \xff\n\ndata: b\n\n";

    let events = EventStream::new(stream::iter([Ok::<_, Infallible>(body)]));
    let events: Vec<_> = events.collect().now_or_never().expect("nothing waits");
    assert!(matches!(&events[..], [Ok(event), Err(_)] if event.data == "a"));
    assert_eq!(cut([&body[..]]).events, [&b"a"[..], b"\xff", b"b"]);
}

/// "Otherwise: the field is ignored." A line that is no field may be a bare error, which ends up
/// in the last frame.
#[test]
fn a_bare_error_is_ignored_by_others_and_the_last_frame_to_us() {
    for body in ["data: a\n\n{\"error\":\n1}\n", "data: a\n\nerror: {\"error\":\n1}\n\n"] {
        let frames = cut([body.as_bytes()]);

        assert_eq!(Standard::read(body).events, ["a"]);
        assert_eq!(peer_events(body), ["a"]);
        assert_eq!(frames.events, [b"a"]);
        assert_eq!(frames.last, [b"{\"error\":\n1}"]);
    }
}

/// The frames that came out while bytes came in, and those that came out at the end.
#[derive(Debug, Default, PartialEq)]
struct Frames {
    events: Vec<Vec<u8>>,
    last: Vec<Vec<u8>>,
    /// Where a frame was refused: the number of events before it.
    refused: Vec<usize>,
}

fn cut<'a>(reads: impl IntoIterator<Item = &'a [u8]>) -> Frames {
    cut_bounded(Framing::Sse, usize::MAX, reads)
}

fn cut_bounded<'a>(
    framing: Framing,
    bound: usize,
    reads: impl IntoIterator<Item = &'a [u8]>,
) -> Frames {
    let own = |frame: Frame<'_>| frame.data.to_vec();
    let mut frames = Frames::default();
    let mut framer = Framer::new(framing, bound);
    for mut read in reads {
        loop {
            match framer.next(&mut read) {
                Ok(Some(frame)) => frames.events.push(own(frame)),
                Ok(None) => break,
                Err(_) => frames.refused.push(frames.events.len()),
            }
        }
    }
    while let Some(frame) = framer.last() {
        frames.last.push(own(frame));
    }
    frames
}

/// What the standard's own algorithm makes of a body, read all at once.
#[derive(Default)]
struct Standard {
    events: Vec<String>,
    /// The data that it discards at the end of the body.
    pending: String,
}

impl Standard {
    fn read(body: &str) -> Self {
        let mut standard = Self::default();
        let mut buffer = String::new();
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        let body = body.replace("\r\n", "\n").replace('\r', "\n");
        let (lines, rest) = body.rsplit_once('\n').map_or((None, &*body), |(a, b)| (Some(a), b));
        for line in lines.into_iter().flat_map(|lines| lines.split('\n')) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            if line.is_empty() && !buffer.is_empty() {
                buffer.pop();
                standard.events.push(std::mem::take(&mut buffer));
            } else if field == "data" {
                buffer.push_str(value.strip_prefix(' ').unwrap_or(value));
                buffer.push('\n');
            }
        }
        if let Some(value) = rest.strip_prefix("data:") {
            buffer.push_str(value.strip_prefix(' ').unwrap_or(value));
            buffer.push('\n');
        }
        buffer.pop();
        standard.pending = buffer;
        standard
    }

    /// The events that are frames to us.
    fn frames(&self) -> Vec<Vec<u8>> {
        frames_of(&self.events)
    }
}

/// The peer's events that are frames to us, in a body as it would have it: with an empty line in
/// place of a byte order mark, and with another byte after a CR.
fn peer(body: &str) -> Vec<Vec<u8>> {
    let rest = body.strip_prefix('\u{feff}');
    let start = if rest.is_some() { "\n" } else { "" };
    let end = if body.ends_with('\r') { ":" } else { "" };
    frames_of(&peer_events(&[start, rest.unwrap_or(body), end].concat()))
}

fn peer_events(body: &str) -> Vec<String> {
    // It moves all that it holds at each line, so it gets little at once.
    let reads = body.as_bytes().chunks(4096).map(Ok::<_, Infallible>);
    let events = EventStream::new(stream::iter(reads)).map(|event| event.expect("text").data);
    events.collect().now_or_never().expect("nothing waits")
}

fn frames_of(events: &[String]) -> Vec<Vec<u8>> {
    let filled = events.iter().filter(|data| !data.is_empty());
    filled.map(|data| data.clone().into_bytes()).collect()
}

/// Where reads end, by a seed that is not zero.
struct Chance(u64);

impl Chance {
    fn reads<'a>(&mut self, mut body: &'a [u8], longest: usize) -> Vec<&'a [u8]> {
        let mut reads = Vec::new();
        while !body.is_empty() {
            let (read, rest) = body.split_at(body.len().min(1 + self.next() as usize % longest));
            reads.push(read);
            body = rest;
        }
        reads
    }

    /// Xorshift, as Marsaglia gives it for 64 bits.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Many, for they are short; one that fails is printed, and becomes a test by hand.
fn many_cases() -> ProptestConfig {
    ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }
}

/// An event stream in which no line is a bare error.
fn event_stream() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        3 => "[a-z:{\\[\" ]{0,12}",
        1 => "[^\r\n]{0,12}",
        1 => Just(String::new()),
        1 => Just(String::from("\u{feff}")),
    ];
    let line = prop_oneof![
        6 => value.clone().prop_map(|value| format!("data: {value}")),
        3 => value.clone().prop_map(|value| format!("data:{value}")),
        1 => Just(String::from("data")),
        6 => Just(String::new()),
        2 => value.clone().prop_map(|value| format!(":{value}")),
        2 => ("event|id|retry|dat|datas| data|Data|\u{feff}data|e|é", value.clone())
            .prop_map(|(field, value)| format!("{field}: {value}")),
        1 => "error(: [a-z]{0,3})?|event|id|retry|[a-z]{1,5}",
    ];
    let end = prop_oneof![3 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r")];
    let lines = prop::collection::vec((line.clone(), end), 0..24);
    let lines = lines.prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect());
    let mark = prop_oneof![3 => Just(""), 1 => Just("\u{feff}")];
    let rest = prop_oneof![Just(String::new()), line];
    (mark, lines, rest)
        .prop_map(|(mark, lines, rest): (_, String, _)| format!("{mark}{lines}{rest}"))
}

/// Bytes in which the parts of an event stream are likely.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        2 => "data: |data:|data|error: |error|event|id: |:|[a-z]{1,9}".prop_map(String::into_bytes),
        2 => " |\\{|\\[|\n|\n\n|\r\n|\r|\u{feff}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..9),
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// The id and body of each event stream that was recorded byte by byte, if the recordings are here.
fn recordings() -> Option<Vec<(String, String)>> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    let shared = std::env::var_os("NOHOP_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("cassettes/dev");
    let Ok(files) = fs::read_dir(&folder) else {
        skipped(&format!("there are no recordings in {}", folder.display()));
        return None;
    };
    let mut bodies = Vec::new();
    for file in files {
        let path = file.expect("a folder lists its files").path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let text = fs::read_to_string(path).expect("a recording is text");
        // Most lines are no streams, and reading JSON takes longer than looking for a word in it.
        for line in text.lines().filter(|line| line.contains("text/event-stream")) {
            let line: Value = serde_json::from_str(line).expect("a line is JSON");
            if line["fidelity"] == "wire" && line["stream"] == true && is_event_stream(&line) {
                let body = line["response"]["body"].as_str().expect("a stream is text");
                bodies.push((line["id"].to_string(), body.to_owned()));
            }
        }
    }
    bodies.sort();
    Some(bodies)
}

fn is_event_stream(line: &Value) -> bool {
    let headers = line["response"]["headers"].as_object().into_iter().flatten();
    let mut types = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    line["response"]["encoding"].is_null()
        && types.any(|(_, value)| value.to_string().contains("text/event-stream"))
}

#[expect(clippy::print_stderr, reason = "a test that checks nothing must say so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
