use nohop_types::{Extras, Request};
use serde::Serialize;

use super::quote::quote;
use crate::loss::Losses;

/// Writes JSON text, front to back.
///
/// Requests and answers are written straight from the vocabulary: no tree of values and no second
/// set of rows stands between, and a loss can be noted where it is noticed.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
    /// Whether the next value needs a comma in front.
    comma: bool,
    /// The keys written so far in each open object, and where each object's begin.
    keys: Vec<&'static str>,
    objects: Vec<usize>,
}

/// Whose extra fields may be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach<'a> {
    pub(crate) dialect: &'static str,
    pub(crate) endpoint: &'a str,
}

impl Reach<'_> {
    /// The form in which the caller wrote the field `key` of whatever `extra` belongs to, if the caller
    /// wrote it in this dialect.
    pub(crate) fn form<'e>(self, extra: &'e Extras, key: &str) -> Option<&'e str> {
        extra.get(self.dialect, self.endpoint, key).map(|form| form.as_str())
    }
}

impl Writer {
    /// A writer with room for what most requests of this length come to.
    pub(crate) fn of(request: &Request) -> Self {
        // Together with a short question it is small enough for what allocators have at hand.
        const BESIDE: usize = 768;
        // As many as are written and open at once in most: neither list grows while it is short.
        let (keys, objects) = (Vec::with_capacity(16), Vec::with_capacity(8));
        let length = request.len();
        Self { keys, objects, ..Self::with_capacity(length + length / 8 + BESIDE) }
    }

    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), ..Self::default() }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    pub(crate) fn object(&mut self) -> &mut Self {
        self.objects.push(self.keys.len());
        self.open(b'{')
    }

    pub(crate) fn end_object(&mut self) -> &mut Self {
        self.keys.truncate(self.objects.pop().unwrap_or_default());
        self.close(b'}')
    }

    pub(crate) fn array(&mut self) -> &mut Self {
        self.open(b'[')
    }

    pub(crate) fn end_array(&mut self) -> &mut Self {
        self.close(b']')
    }

    /// Writes one of the dialect's own names, none of which has anything to escape.
    pub(crate) fn key(&mut self, key: &'static str) -> &mut Self {
        self.keys.push(key);
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.comma = false;
        self
    }

    /// Writes a field that is a string: the quick way for what was said.
    pub(crate) fn text(&mut self, key: &'static str, text: &str) -> &mut Self {
        self.key(key).string(text)
    }

    /// Counts `key` as written: what stands there was dropped, or went elsewhere.
    pub(crate) fn take(&mut self, key: &'static str) {
        self.keys.push(key);
    }

    pub(crate) fn field(&mut self, key: &'static str, value: impl Serialize) -> &mut Self {
        self.key(key).value(value)
    }

    /// Writes the field, if there is a value.
    pub(crate) fn maybe(&mut self, key: &'static str, value: Option<impl Serialize>) -> &mut Self {
        match value {
            Some(value) => self.field(key, value),
            None => self,
        }
    }

    pub(crate) fn string(&mut self, text: &str) -> &mut Self {
        self.separate();
        quote(&mut self.out, text);
        self
    }

    pub(crate) fn value(&mut self, value: impl Serialize) -> &mut Self {
        self.separate();
        // Strings, numbers, flags and raw JSON always have a JSON form.
        if serde_json::to_writer(&mut self.out, &value).is_err() {
            self.out.extend_from_slice(b"null");
        }
        self
    }

    /// Writes `json`, which is JSON, as it stands.
    pub(crate) fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.extend_from_slice(json.as_bytes());
        self
    }

    /// Writes the extra fields of an object; none overwrites a field that was written before.
    ///
    /// Those of an object further inside are named `prefix` and their own name, and are written when
    /// that object is; `inner` are the prefixes of such objects, and keys that are not written here.
    pub(crate) fn extras(
        &mut self,
        extras: &Extras,
        prefix: &str,
        inner: &[&str],
        reach: Reach<'_>,
        losses: &mut Losses,
    ) -> &mut Self {
        let here = self.objects.last().copied().unwrap_or_default();
        let mut written: Vec<&str> = Vec::new();
        for extra in extras {
            let Some(key) = extra.key.strip_prefix(prefix) else { continue };
            if inner.iter().any(|inner| is_within(key, inner)) || self.keys[here..].contains(&key) {
                continue;
            }
            // Of two entries that are meant, the first counts.
            if written.contains(&key) {
                continue;
            }
            if extra.scope.covers(reach.dialect, reach.endpoint) {
                written.push(key);
                self.string(key).out.push(b':');
                self.comma = false;
                self.raw(extra.value.as_str());
            } else if !extra.value.is_empty() {
                losses.dropped(extra.key.clone(), "the extra field is meant for others");
            }
        }
        self
    }

    /// Ends a chain whose value nobody wants.
    pub(crate) fn done(&self) {}

    /// Begins a field of an object that has no extra fields.
    pub(crate) fn name(&mut self, key: &str) -> &mut Self {
        self.value(key);
        self.out.push(b':');
        self.comma = false;
        self
    }

    fn open(&mut self, bracket: u8) -> &mut Self {
        self.separate();
        self.out.push(bracket);
        self.comma = false;
        self
    }

    fn close(&mut self, bracket: u8) -> &mut Self {
        self.out.push(bracket);
        self.comma = true;
        self
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }
}

/// Whether `key` is `inner`, or a field of the object that `inner` is; nothing is the prefix of all.
fn is_within(key: &str, inner: &str) -> bool {
    let rest = key.strip_prefix(inner);
    rest.is_some_and(|rest| {
        inner.is_empty() || inner.ends_with('.') || rest.is_empty() || rest.starts_with('.')
    })
}
