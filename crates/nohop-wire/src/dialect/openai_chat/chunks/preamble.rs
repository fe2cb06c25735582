use memchr::memmem::Finder;

/// What every chunk of a stream says again before its choices: id, model, time, fingerprint.
///
/// It is most of a chunk, and was read with the one before. What follows it is a chunk by itself.
#[derive(Debug, Default)]
pub(super) struct Preamble {
    said: String,
    rest: String,
}

impl Preamble {
    const CHOICES: &'static str = "\"choices\":";

    /// The chunk without its preamble, if it begins as the last one did.
    pub(super) fn skip(&mut self, chunk: &str) -> Option<&str> {
        let rest = chunk.strip_prefix(&*self.said).filter(|_| !self.said.is_empty())?;
        self.rest.clear();
        self.rest.push('{');
        self.rest.push_str(rest);
        Some(&self.rest)
    }

    /// Remembers how a chunk that was read begins.
    ///
    /// The word that ends it can not stand in a string, where its quotes would be escaped; where it
    /// stands in an object further inside, the rest is no JSON and the chunk is read in full.
    pub(super) fn note(&mut self, chunk: &str) {
        let end = Finder::new(Self::CHOICES).find(chunk.as_bytes()).unwrap_or(0);
        self.said.clear();
        self.said.push_str(&chunk[..end]);
    }
}
