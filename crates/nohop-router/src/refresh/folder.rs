//! What was good, on disk.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::fetch::Fetched;
use super::make;
use super::sources::Source;

/// What every file begins with; the digit is the version of its form.
const MAGIC: &str = "nohop-catalog-source 1";

/// The largest file that is read.
const MOST_BYTES: u64 = 65 << 20;

/// A folder with a file for each source: a line each for the form, the day, the URL and the server's mark, and then
/// what the source said.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// What is kept of `sources`, as far as it is of the same URL and can be read.
    pub(super) fn recall(&self, sources: &[(Source, String)]) -> Vec<(Source, Fetched)> {
        let mut found: Vec<(Source, Fetched)> = Vec::new();
        for (source, url) in sources {
            match self.read(source) {
                Ok(Some(copy)) if copy.url == *url => found.push((source.clone(), copy)),
                Ok(_) => {}
                Err(error) => tracing::debug!(source = source.name(), %error, "nothing is kept"),
            }
        }
        // What was spoilt on disk is as good as not there, and must not be answered with "the same".
        let good = |(source, copy): &(Source, Fetched)| make::is_good(source, copy, &found);
        let good: Vec<bool> = found.iter().map(good).collect();
        found.into_iter().zip(good).filter(|(_, good)| *good).map(|(it, _)| it).collect()
    }

    fn read(&self, source: &Source) -> io::Result<Option<Fetched>> {
        let path = self.path(source);
        if fs::metadata(&path)?.len() > MOST_BYTES {
            return Ok(None);
        }
        let file = Bytes::from(fs::read(path)?);
        let mut rest = file;
        let mut line = || -> Option<String> {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let line = rest.split_to(end + 1);
            Some(std::str::from_utf8(&line[..end]).ok()?.to_owned())
        };
        let head = (line(), line(), line(), line());
        let (Some(magic), Some(day), Some(url), Some(etag)) = head else { return Ok(None) };
        let etag = Some(etag).filter(|mark| !mark.is_empty());
        Ok((magic == MAGIC).then_some(Fetched { url, etag, day, body: rest }))
    }

    /// Writes it beside where it belongs, and then in its place, so that whoever reads has one or the other.
    pub(super) fn write(&self, source: &Source, copy: &Fetched) -> io::Result<()> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        fs::create_dir_all(&self.0)?;
        let path = self.path(source);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let beside = path.with_extension(format!("{}-{number}.new", std::process::id()));
        let Fetched { url, etag, day, body } = copy;
        let head = format!("{MAGIC}\n{day}\n{url}\n{}\n", etag.as_deref().unwrap_or_default());
        let write = || {
            let mut file = fs::File::create(&beside)?;
            file.write_all(head.as_bytes())?;
            file.write_all(body)?;
            // A name that is there before what it names is what a loss of power leaves behind.
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        write().inspect_err(|_| drop(fs::remove_file(&beside)))
    }

    fn path(&self, source: &Source) -> PathBuf {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
        // No two names become one: what is not plain is told by its number.
        let name: String = source
            .name()
            .chars()
            .map(|letter| match plain(letter) {
                true => letter.to_string(),
                false => format!("_{:x}_", u32::from(letter)),
            })
            .collect();
        self.0.join(format!("{name}.list"))
    }
}
