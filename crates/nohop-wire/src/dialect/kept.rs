use nohop_types::{Extra, Extras, Json};

use crate::json::{self, Field};

/// What a provider says beside the answer, gathered while it streams.
///
/// Most of it is said again with every chunk: what repeats the last of its name is not kept twice.
#[derive(Debug, Default)]
pub(super) struct Kept {
    entries: Vec<Extra>,
    bytes: usize,
}

impl Kept {
    /// Bounds what one answer may say beside itself.
    const MOST_BYTES: usize = 4 << 20;
    const MOST_ENTRIES: usize = 4_096;

    /// Takes what a row did not know; `prefix` says which object it stood in.
    pub(super) fn add<'a>(
        &mut self,
        dialect: &'static str,
        prefix: &str,
        rest: impl IntoIterator<Item = Field<'a>>,
    ) {
        for (key, value) in rest {
            let text = value.get();
            let known = |entry: &&Extra| entry.key.strip_prefix(prefix) == Some(&*key);
            let last = self.entries.iter().rev().find(known);
            let again = last.is_some_and(|entry| entry.value.as_str() == text);
            let empty = matches!(text, "null" | "\"\"" | "[]" | "{}");
            let full = self.entries.len() >= Self::MOST_ENTRIES
                || self.bytes + text.len() > Self::MOST_BYTES;
            if again || empty || full {
                continue;
            }
            self.bytes += text.len();
            self.entries.push(json::entry(dialect, json::within(prefix, key), Json::from(value)));
        }
    }

    /// Everything gathered, by name: in which order a provider says it means nothing.
    pub(super) fn take(&mut self) -> Extras {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        entries.into_iter().collect()
    }
}
