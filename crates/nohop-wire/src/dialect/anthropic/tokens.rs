//! What hosts of this dialect count, and under which names.

use std::time::Duration;

use nohop_types::{Extras, Json, ServiceTier, Usage, Written};
use serde_json::value::RawValue;

use super::Anthropic;
use crate::json::{self, Rest, Str, row};

row! {
    struct Tokens {
        input: &'a RawValue = "input_tokens",
        cache_read: &'a RawValue = "cache_read_input_tokens",
        cache_write: &'a RawValue = "cache_creation_input_tokens",
        lifetimes: Lifetimes<'a> = "cache_creation",
        output: &'a RawValue = "output_tokens",
        details: Details<'a> = "output_tokens_details",
        tier: Str<'a> = "service_tier",
    }
}

row! {
    struct Lifetimes {
        minutes: &'a RawValue = "ephemeral_5m_input_tokens",
        hour: &'a RawValue = "ephemeral_1h_input_tokens",
    }
}

row! {
    struct Details {
        thinking: &'a RawValue = "thinking_tokens",
    }
}

impl Tokens<'_> {
    /// The usage in disjoint kinds: the prompt's counts are so already, and thinking is counted among
    /// the answer's.
    ///
    /// `thought` is what thinking took according to an earlier count.
    pub(super) fn usage(self, thought: Option<u64>) -> Usage {
        let details = self.details.unwrap_or_default();
        let reasoning = count(details.thinking);
        let inside = reasoning.or(thought).unwrap_or(0);

        let mut usage = Usage::default();
        usage.input = count(self.input);
        usage.cache_read = count(self.cache_read);
        usage.cache_write = count(self.cache_write);
        usage.output = count(self.output).map(|all| all.saturating_sub(inside));
        usage.reasoning = reasoning.map(|thought| match count(self.output) {
            Some(all) => thought.min(all),
            None => thought,
        });
        usage.tier =
            self.tier.filter(|tier| !tier.is_empty()).map(|tier| ServiceTier::from(&*tier));
        if let Some(lifetimes) = self.lifetimes {
            let kept = [(300, lifetimes.minutes), (3_600, lifetimes.hour)];
            let kept = kept.into_iter().filter_map(|(seconds, raw)| Some((seconds, count(raw)?)));
            let written = kept.map(|(s, tokens)| Written::new(Duration::from_secs(s), tokens));
            usage.written = written.collect();
            note(&mut usage.extra, "cache_creation.", lifetimes.rest);
        }
        note(&mut usage.extra, "output_tokens_details.", details.rest);
        note(&mut usage.extra, "", self.rest);
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
fn note(extra: &mut Extras, prefix: &str, rest: Rest<'_>) {
    for (key, value) in rest {
        let value = Json::from(value);
        if !value.is_empty() {
            extra.extend([json::entry(Anthropic::NAME, json::within(prefix, key), value)]);
        }
    }
}
