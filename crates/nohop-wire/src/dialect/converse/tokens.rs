//! What Bedrock counts, and under which names.

use nohop_types::{Extras, Json, Usage, Written};
use serde_json::value::RawValue;

use super::Converse;
use crate::dialect::lifetime;
use crate::json::{self, Rest, Str, row};

row! {
    struct Tokens {
        input: &'a RawValue = "inputTokens",
        output: &'a RawValue = "outputTokens",
        // Both names are said, of the same number.
        read: &'a RawValue = "cacheReadInputTokens" | "cacheReadInputTokenCount",
        written: &'a RawValue = "cacheWriteInputTokens" | "cacheWriteInputTokenCount",
        details: Vec<DetailRow<'a>> = "cacheDetails",
    }
    noise: "totalTokens"
}

row! {
    struct DetailRow {
        ttl: Str<'a> = "ttl",
        tokens: &'a RawValue = "inputTokens",
    }
}

impl Tokens<'_> {
    /// The usage in disjoint kinds: the prompt's counts are so already. Thinking is counted among the
    /// answer's, and not told apart.
    pub(super) fn usage(self) -> Usage {
        let mut usage = Usage::default();
        usage.input = count(self.input);
        usage.cache_read = count(self.read);
        usage.cache_write = count(self.written);
        usage.output = count(self.output);
        for detail in self.details.into_iter().flatten() {
            let lifetime = detail.ttl.as_deref().and_then(lifetime);
            if let (Some(lifetime), Some(tokens)) = (lifetime, count(detail.tokens)) {
                usage.written.push(Written::new(lifetime, tokens));
            }
        }
        note(&mut usage.extra, self.rest);
        usage
    }
}

/// A number of tokens; what is no count of anything is unknown.
fn count(raw: Option<&RawValue>) -> Option<u64> {
    let text = raw?.get();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        Some(number as u64)
    })
}

/// Keeps what else is counted.
fn note(extra: &mut Extras, rest: Rest<'_>) {
    for (key, value) in rest {
        let value = Json::from(value);
        if !value.is_empty() {
            extra.extend([json::entry(Converse::NAME, key, value)]);
        }
    }
}
