//! The framing, alone.

use nohop_wire::{Framer, Framing, Uncut};

/// What a framer made of a body: each frame, or that one was too large.
type Cut = Vec<Result<Vec<u8>, Uncut>>;

/// Checks that cuts do not matter, and that nothing larger than the bound is kept.
///
/// The first byte of `input` is the framing (`s`erver-sent events, `l`ines, `w`hole, `a` for Amazon's), the second the
/// bound (`~` and above is none), and the two after it the sizes of the reads, in turn.
pub fn check(input: &[u8]) {
    let [framing, bound, first, second, body @ ..] = input else { return };
    let framing = match (framing, framing % 3) {
        (b'a', _) => Framing::AwsEventStream,
        (_, 0) => Framing::Lines,
        (_, 1) => Framing::Sse,
        _ => Framing::Whole,
    };
    let bound = match *bound {
        b'~'.. => usize::MAX,
        bytes => usize::from(bytes),
    };
    let sizes = [*first, *second].map(|size| usize::from(size % 32) + 1);

    let pieces = cut(framing, bound, Reads { body, sizes });
    for frame in pieces.iter().flatten() {
        assert!(frame.len() <= bound, "a frame of {} bytes, beyond {bound}", frame.len());
    }
    // A whole body past the bound fails at each read, so there cuts do matter.
    if framing != Framing::Whole || bound == usize::MAX {
        assert_eq!(pieces, cut(framing, bound, [body]), "{framing:?} within {bound}");
    }
}

fn cut<'a>(framing: Framing, bound: usize, reads: impl IntoIterator<Item = &'a [u8]>) -> Cut {
    let mut framer = Framer::new(framing, bound);
    let mut frames = Cut::new();
    for mut read in reads {
        // An error may take no bytes, but not twice.
        let most = frames.len() + 2 * read.len() + 1;
        loop {
            match framer.next(&mut read) {
                Ok(Some(frame)) => frames.push(Ok(frame.data.to_vec())),
                Ok(None) => break,
                Err(Uncut::Broken(why)) => {
                    frames.push(Err(Uncut::Broken(why)));
                    return frames;
                }
                Err(oversized) => frames.push(Err(oversized)),
            }
            assert!(frames.len() <= most, "the framer is stuck {} bytes from the end", read.len());
        }
        assert!(read.is_empty(), "{} bytes are left behind", read.len());
        if bound < usize::MAX {
            bounded(&framer, bound);
        }
    }
    while let Some(frame) = framer.last() {
        frames.push(Ok(frame.data.to_vec()));
    }
    frames
}

/// Checks how much a framer keeps, which nothing but its debug text tells.
fn bounded(framer: &Framer, bound: usize) {
    let text = format!("{framer:?}");
    let mut lengths = text.split(" len: ").skip(1).peekable();
    assert!(lengths.peek().is_some(), "the debug text tells no length: {text}");
    for length in lengths {
        let digits: String = length.chars().take_while(char::is_ascii_digit).collect();
        assert!(digits.parse::<usize>().is_ok_and(|kept| kept <= bound), "{text}");
    }
}

/// A body in pieces whose sizes take turns.
struct Reads<'a> {
    body: &'a [u8],
    sizes: [usize; 2],
}

impl<'a> Iterator for Reads<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.body.is_empty() {
            return None;
        }
        let (read, rest) = self.body.split_at(self.sizes[0].min(self.body.len()));
        self.body = rest;
        self.sizes.swap(0, 1);
        Some(read)
    }
}
