use std::collections::BTreeMap;
use std::time::Duration;

use nohop_types::{Error, ErrorKind, Result, Usage};
use serde::Deserialize;

use super::{Arrival, Workload};

/// What is read of an entry of a ledger; the rest of it is about whom it was sent to.
#[derive(Deserialize)]
struct Entry {
    request: String,
    attempt: u32,
    model: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    usage: Usage,
    began: Duration,
}

impl Workload {
    /// The requests behind the entries of a ledger, one in each line as JSON.
    ///
    /// All attempts at a request are one. It comes when the first of them began, counted from the earliest of all, and
    /// is as long as the longest answer to it; what was read from a cache was there before. Which conversation it belongs
    /// to, and how hard it is, no entry says.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` when a line is no entry; it is named.
    pub fn read(lines: &str) -> Result<Self> {
        let mut asks: BTreeMap<String, (u32, Arrival)> = BTreeMap::new();
        for (number, line) in (1..).zip(lines.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let entry: Entry = serde_json::from_str(line).map_err(|error| {
                let message = format!("line {number} is no entry of a ledger: {error}");
                Error::new(ErrorKind::InvalidRequest, message)
            })?;
            let (prompt, prefix, output) = tokens(&entry.usage);
            let first = Arrival {
                input: prompt,
                output,
                prefix,
                user: entry.user,
                tags: entry.tags,
                ..Arrival::new(entry.began, entry.model)
            };
            match asks.get_mut(&entry.request) {
                None => {
                    asks.insert(entry.request, (entry.attempt, first));
                }
                Some((earliest, ask)) => {
                    let sizes = (ask.input.max(prompt), ask.output.max(output));
                    let prefix = ask.prefix.max(prefix);
                    if entry.attempt < *earliest {
                        (*earliest, *ask) = (entry.attempt, first);
                    }
                    ((ask.input, ask.output), ask.prefix) = (sizes, prefix);
                }
            }
        }
        let began = asks.values().map(|(_, ask)| ask.at).min().unwrap_or_default();
        Ok(Self::new(asks.into_values().map(|(_, ask)| Arrival { at: ask.at - began, ..ask })))
    }
}

/// Tokens of the prompt, those of them that were cached, and of the answer.
fn tokens(usage: &Usage) -> (u64, u64, u64) {
    let count = |tokens: Option<u64>| tokens.unwrap_or_default();
    let cached = count(usage.cache_read);
    let fresh = [usage.input, usage.cache_write, usage.tool_prompt].map(count);
    let prompt = fresh.into_iter().fold(cached, u64::saturating_add);
    (prompt, cached, count(usage.output).saturating_add(count(usage.reasoning)))
}

#[cfg(test)]
mod tests;
