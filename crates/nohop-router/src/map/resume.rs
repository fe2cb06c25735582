use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use nohop_types::{Error, ErrorKind, Money, Outcome, Request, Response, Result};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// What every file begins with; the digit is the version of its form.
const HEAD: &[u8] = b"{\"nohop\":\"map\",\"version\":1}\n";

/// A file with a line for each request that is over, to go on from.
///
/// It is only ever appended to, one line at a time and each in one piece. A line that was torn off at the end, as when
/// the process was killed, is taken away.
pub(super) struct Resume {
    path: PathBuf,
    file: File,
    /// What is known of each request, by its number.
    lines: BTreeMap<u64, Known>,
    /// What all lines say was spent.
    pub(super) spent: Money,
}

/// What the file says of a request, and where: some sixty bytes, since the answer stays in the file.
struct Known {
    request: u128,
    line: u64,
    offset: u64,
    finished: bool,
}

/// A line of the file.
#[derive(Deserialize, Serialize)]
struct Line<R> {
    number: u64,
    /// What identifies the request.
    request: String,
    outcome: Outcome,
    /// What it cost, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost: Option<Money>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The answer, without its trace.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    response: Option<R>,
}

/// So that a line may have no answer, whatever answers are read as.
fn none<R>() -> Option<R> {
    None
}

impl Resume {
    /// Reads what is at `path`, or begins it.
    ///
    /// # Errors
    ///
    /// `Config` when it can not be read or written, when another writes to it, and when it is no such file; that names
    /// the line.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::Config, format!("the file {} {what}", path.display()))
        };
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = file.map_err(|source| {
            wrong("can not be opened for reading and writing: is the path right?")
                .with_source(source)
        })?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(wrong(
                "is in use: requests are written there already; wait for them, or name another file",
            ));
        }
        let mut resume =
            Self { path: path.to_owned(), file, lines: BTreeMap::new(), spent: Money::ZERO };
        match resume.read() {
            Ok(()) => Ok(resume),
            Err(Trouble::Io(source)) => {
                Err(wrong("can not be read or written").with_source(source))
            }
            Err(Trouble::Line(line)) => Err(wrong(&format!(
                "has a line {line} that is of no list of requests to go on from; name another file, \
                 or mend the line"
            ))),
        }
    }

    /// What identifies `request`: a hash of its essence.
    pub(super) fn fingerprint(request: &Request) -> u128 {
        fnv(request.essence().as_bytes())
    }

    /// Whether the request of this number is finished.
    ///
    /// # Errors
    ///
    /// `Config` when the file is of another request.
    pub(super) fn is_finished(&self, number: u64, request: u128) -> Result<bool> {
        let Some(known) = self.lines.get(&number) else { return Ok(false) };
        if known.request == request {
            return Ok(known.finished);
        }
        Err(self.wrong(&format!(
            "is of other requests: its line {} is of another request number {number}; name another \
             file, or go on with the requests it was begun with, in their order",
            known.line
        )))
    }

    /// The answer to the request of this number, which is finished.
    ///
    /// # Errors
    ///
    /// `Config` when it is not there any more.
    pub(super) fn response(&self, number: u64) -> Result<Response> {
        let Some(known) = self.lines.get(&number) else {
            return Err(self.wrong(&format!("says nothing of request number {number}")));
        };
        let (line, offset) = (known.line, known.offset);
        let read = || -> io::Result<Option<Response>> {
            let mut file = BufReader::new(&self.file);
            file.seek(SeekFrom::Start(offset))?;
            let mut text = Vec::new();
            file.read_until(b'\n', &mut text)?;
            Ok(serde_json::from_slice::<Line<Response>>(&text)?.response)
        };
        let gone = || format!("has no answer in line {line} any more: it was changed; leave it be");
        match read() {
            Ok(Some(response)) => Ok(response),
            Ok(None) => Err(self.wrong(&gone())),
            Err(source) => Err(self.wrong(&gone()).with_source(source)),
        }
    }

    /// Adds a line for a request that is over, in one piece.
    ///
    /// It is handed to the operating system, and not waited for until it is on the disk: what the machine loses when it
    /// fails is asked again.
    ///
    /// # Errors
    ///
    /// `Config` when it can not be written.
    pub(super) fn write(
        &mut self,
        number: u64,
        request: u128,
        result: &mut Result<Response>,
        cost: Option<Money>,
    ) -> Result<()> {
        let request = format!("{request:032x}");
        let line = match result {
            Ok(response) => {
                let trace = response.trace.take();
                let outcome = Outcome::Finished;
                let error = None;
                let line = text(&Line {
                    number,
                    request,
                    outcome,
                    cost,
                    error,
                    response: Some(&*response),
                });
                response.trace = trace;
                line
            }
            Err(error) => {
                let (outcome, error) = (Outcome::Failed(error.kind()), Some(error.to_string()));
                text(&Line { number, request, outcome, cost, error, response: None::<()> })
            }
        };
        let written = line.map_err(io::Error::from).and_then(|line| self.file.write_all(&line));
        written.map_err(|source| {
            self.wrong("can not be written to: no more requests begin; is the disk full?")
                .with_source(source)
        })
    }

    fn read(&mut self) -> Result<(), Trouble> {
        let mut file = BufReader::new(&self.file);
        let mut head = Vec::new();
        file.by_ref().take(HEAD.len() as u64).read_to_end(&mut head)?;
        if head != HEAD {
            // It was torn off where it began, or is nothing of ours.
            if !HEAD.starts_with(&head) {
                return Err(Trouble::Line(1));
            }
            self.file.set_len(0)?;
            self.file.write_all(HEAD)?;
            return Ok(());
        }
        let (mut offset, mut number, mut text) = (HEAD.len() as u64, 1, Vec::new());
        loop {
            text.clear();
            let length = file.read_until(b'\n', &mut text)? as u64;
            number += 1;
            match text.last() {
                None => return Ok(()),
                Some(b'\n') => {}
                Some(_) => {
                    self.file.set_len(offset)?;
                    return Ok(());
                }
            }
            let line: Line<serde::de::IgnoredAny> =
                serde_json::from_slice(&text).map_err(|_| Trouble::Line(number))?;
            let request =
                u128::from_str_radix(&line.request, 16).map_err(|_| Trouble::Line(number))?;
            self.spent = self.spent + line.cost.unwrap_or_default();
            let finished = line.outcome == Outcome::Finished && line.response.is_some();
            let known = Known { request, line: number, offset, finished };
            self.lines.insert(line.number, known);
            offset += length;
        }
    }

    fn wrong(&self, what: &str) -> Error {
        Error::new(ErrorKind::Config, format!("the file {} {what}", self.path.display()))
    }
}

/// What is wrong with a file.
enum Trouble {
    Io(io::Error),
    /// The number of a line, counted from one.
    Line(u64),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// FNV-1a: it has to be the same for ever, and to tell apart what nobody made to collide.
fn fnv(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b)
    })
}

fn text(line: &Line<impl Serialize>) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}
