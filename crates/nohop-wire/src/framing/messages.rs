use crc32fast::hash;

use super::{Buffer, Frame, Uncut};

/// The message's length, its headers' length, and the check sum of both.
const PRELUDE: usize = 12;

/// The check sum of the message, at its end.
const SUM: usize = 4;

/// Cuts Amazon's binary event stream into its messages.
///
/// A message is its prelude, its headers, its data, and a check sum of them all. Of one that is larger
/// than the bound, nothing but the prelude is kept.
///
/// Reference: <https://smithy.io/2.0/aws/amazon-eventstream.html>.
#[derive(Debug)]
pub(super) struct Messages {
    bound: usize,
    stage: Stage,
    /// What a read left of a message that is arriving.
    message: Buffer,
}

/// Which part of a message comes next.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Prelude,
    /// The rest of a message of this length.
    Rest(usize),
    /// So many bytes of a message that is passed over.
    Over(usize),
    /// Nobody knows.
    Broken(&'static str),
}

impl Messages {
    pub(super) fn new(bound: usize) -> Self {
        Self { bound, stage: Stage::Prelude, message: Buffer::new(bound.max(PRELUDE)) }
    }

    pub(super) fn next<'f, 'i: 'f>(
        &'f mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<'f>>, Uncut> {
        self.message.reclaim();
        while !input.is_empty() {
            match self.stage {
                Stage::Prelude => {
                    if self.message.is_empty()
                        && let Some(prelude) = input.first_chunk()
                    {
                        self.begin(*prelude, 0)?;
                        if let Stage::Rest(length) = self.stage
                            && let Some((message, rest)) = input.split_at_checked(length)
                        {
                            *input = rest;
                            let headers = self.verify(message)?;
                            return Ok(Some(frame(message, headers)));
                        }
                    } else {
                        self.take(PRELUDE, input)?;
                        if let Some(prelude) = self.message.bytes.first_chunk() {
                            self.begin(*prelude, PRELUDE)?;
                        }
                    }
                }
                Stage::Rest(length) => {
                    self.take(length, input)?;
                    if self.message.bytes.len() == length {
                        self.message.lent = true;
                        let message = std::mem::take(&mut self.message.bytes);
                        let headers = self.verify(&message);
                        self.message.bytes = message;
                        return Ok(Some(frame(&self.message.bytes, headers?)));
                    }
                }
                Stage::Over(left) => {
                    let passed = left.min(input.len());
                    *input = &input[passed..];
                    self.stage = match left - passed {
                        0 => Stage::Prelude,
                        left => Stage::Over(left),
                    };
                }
                Stage::Broken(why) => {
                    *input = &[];
                    return Err(Uncut::Broken(why));
                }
            }
        }
        Ok(None)
    }

    pub(super) fn arriving(&self) -> usize {
        self.message.arriving()
    }

    /// Moves bytes off the front of `input` until there are `length` of the message.
    fn take(&mut self, length: usize, input: &mut &[u8]) -> Result<(), Uncut> {
        let missing = length.saturating_sub(self.message.bytes.len());
        let (taken, rest) = input.split_at(missing.min(input.len()));
        *input = rest;
        Ok(self.message.add(taken)?)
    }

    /// Reads the prelude of a message of which `seen` bytes were taken.
    fn begin(&mut self, prelude: [u8; PRELUDE], seen: usize) -> Result<(), Uncut> {
        let [length, headers, sum] = [0, 4, 8].map(|place| number(&prelude[place..]));
        if hash(&prelude[..8]) != sum {
            return Err(self.fail("the check sum of a message's lengths is wrong"));
        }
        let (length, headers) = (length as usize, headers as usize);
        if length.checked_sub(PRELUDE + SUM).is_none_or(|room| headers > room) {
            return Err(self.fail("the lengths of a message contradict each other"));
        }
        if length > self.bound {
            self.message.bytes.clear();
            self.stage = Stage::Over(length - seen);
            return Err(Uncut::Oversized(self.bound));
        }
        self.stage = Stage::Rest(length);
        Ok(())
    }

    /// Checks a whole message, and says where its headers end.
    fn verify(&mut self, message: &[u8]) -> Result<usize, Uncut> {
        self.stage = Stage::Prelude;
        let (said, sum) = message.split_at(message.len() - SUM);
        if hash(said) != number(sum) {
            return Err(self.fail("the check sum of a message is wrong"));
        }
        let headers = PRELUDE + number(&message[4..]) as usize;
        match Headers(&message[PRELUDE..headers]).all(|header| header.is_some()) {
            true => Ok(headers),
            false => Err(self.fail("the headers of a message can not be read")),
        }
    }

    fn fail(&mut self, why: &'static str) -> Uncut {
        self.stage = Stage::Broken(why);
        Uncut::Broken(why)
    }
}

fn frame(message: &[u8], headers: usize) -> Frame<'_> {
    let data = &message[headers..message.len() - SUM];
    Frame { data, headers: &message[PRELUDE..headers] }
}

/// The text of the header `name` among `headers`.
pub(super) fn header<'a>(headers: &'a [u8], name: &str) -> Option<&'a str> {
    let found = Headers(headers).flatten().find(|(known, _)| *known == name.as_bytes());
    std::str::from_utf8(found?.1?).ok()
}

/// The headers of a message: a name, and a value where it is text; `None` for one that is cut, which is
/// the last.
struct Headers<'a>(&'a [u8]);

impl<'a> Iterator for Headers<'a> {
    type Item = Option<(&'a [u8], Option<&'a [u8]>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0;
        if rest.is_empty() {
            return None;
        }
        self.0 = &[];
        let read = || {
            let (length, rest) = rest.split_first()?;
            let (name, rest) = rest.split_at_checked(usize::from(*length))?;
            let (kind, rest) = rest.split_first()?;
            let (length, rest) = match kind {
                // True and false.
                0 | 1 => (0, rest),
                // Integers of four sizes, and a time.
                2 => (1, rest),
                3 => (2, rest),
                4 => (4, rest),
                5 | 8 => (8, rest),
                // Bytes and text.
                6 | 7 => {
                    let (length, rest) = rest.split_first_chunk()?;
                    (usize::from(u16::from_be_bytes(*length)), rest)
                }
                // A UUID.
                9 => (16, rest),
                _ => return None,
            };
            let (value, rest) = rest.split_at_checked(length)?;
            Some((rest, (name, (*kind == 7).then_some(value))))
        };
        let Some((rest, header)) = read() else { return Some(None) };
        self.0 = rest;
        Some(Some(header))
    }
}

/// The number that `bytes` begin with.
fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests;
