use std::fmt;

use nohop_types::Request;
use ring::digest::{Context, SHA256};

/// What an answer is kept under: a hash of all that decides it, from which nothing of that can be read.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of `request`, kept apart by the tags called `tags`.
    pub(crate) fn of(request: &Request, tags: &[String]) -> Self {
        let mut hash = Context::new(&SHA256);
        // Each piece says how long it is, so that no two lists of pieces read alike.
        let mut put = |piece: Option<&str>| {
            let length = piece.map_or(u64::MAX, |piece| piece.len() as u64);
            hash.update(&length.to_be_bytes());
            hash.update(piece.unwrap_or_default().as_bytes());
        };
        put(Some(&request.essence()));
        put(request.key.as_ref().map(|key| key.expose()));
        for (name, value) in &request.headers {
            put(Some(name));
            put(Some(value.expose()));
        }
        put(None);
        for name in tags {
            put(request.tags.get(name).map(String::as_str));
        }
        let mut key = [0; 32];
        key.copy_from_slice(hash.finish().as_ref());
        Self(key)
    }

    /// The hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}
