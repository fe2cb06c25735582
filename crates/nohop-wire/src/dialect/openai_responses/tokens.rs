//! What hosts of this dialect count, and under which names.

use std::time::Duration;

use nohop_types::{Extras, Json, Money, Usage, Written};
use serde_json::value::RawValue;

use super::OpenAiResponses;
use crate::json::{self, Rest, row};

/// How long the inventor keeps what it wrote to a cache, and how it counts it.
pub(super) const LIFETIMES: [(u64, &str); 2] =
    [(1_800, "ttl_30m_tokens"), (43_200, "ttl_12h_tokens")];

row! {
    struct Tokens {
        input: &'a RawValue = "input_tokens",
        input_details: InputDetails<'a> = "input_tokens_details",
        output: &'a RawValue = "output_tokens",
        output_details: OutputDetails<'a> = "output_tokens_details",
        total: &'a RawValue = "total_tokens",
        cost: &'a RawValue = "cost",
        ticks: &'a RawValue = "cost_in_usd_ticks",
    }
}

row! {
    struct InputDetails {
        cached: &'a RawValue = "cached_tokens",
        written: &'a RawValue = "cache_write_tokens",
        lifetimes: Lifetimes<'a> = "cache_write_tokens_details",
    }
}

row! {
    struct Lifetimes {
        short: &'a RawValue = "ttl_30m_tokens",
        long: &'a RawValue = "ttl_12h_tokens",
    }
}

row! {
    struct OutputDetails {
        reasoning: &'a RawValue = "reasoning_tokens",
    }
}

impl Tokens<'_> {
    /// The usage in disjoint kinds: the dialect's totals include their details.
    pub(super) fn usage(self) -> Usage {
        let read = self.input_details.unwrap_or_default();
        let said = self.output_details.unwrap_or_default();
        let (all, answer) = (count(self.input), count(self.output));
        let (cached, written) = (count(read.cached), count(read.written));
        let thought = count(said.reasoning);

        let mut usage = Usage::default();
        let kept = cached.unwrap_or(0).saturating_add(written.unwrap_or(0));
        // More than the whole prompt can only be counted beside it.
        usage.input = all.map(|all| all.checked_sub(kept).unwrap_or(all));
        usage.cache_read = cached;
        usage.cache_write = written;
        // Some hosts count thinking beside the answer: a total that is larger tells.
        let sum = all.unwrap_or(0).saturating_add(answer.unwrap_or(0));
        let beyond = count(self.total).map_or(0, |total| total.saturating_sub(sum));
        let beside = thought.is_some_and(|thought| thought > 0 && beyond >= thought);
        let inside = if beside { 0 } else { thought.unwrap_or(0) };
        usage.output = answer.map(|all| all.saturating_sub(inside));
        usage.reasoning = thought.map(|thought| match answer {
            Some(all) if !beside => thought.min(all),
            _ => thought,
        });
        if let Some(lifetimes) = read.lifetimes {
            let counts = [lifetimes.short, lifetimes.long];
            let kept = LIFETIMES.iter().zip(counts).filter_map(|((seconds, _), raw)| {
                Some(Written::new(Duration::from_secs(*seconds), count(raw)?))
            });
            usage.written = kept.collect();
            note(
                &mut usage.extra,
                "input_tokens_details.cache_write_tokens_details.",
                lifetimes.rest,
            );
        }
        usage.cost = self.cost.and_then(cost);
        // A tick is the ten thousand millionth part of a dollar.
        let ticks = count(self.ticks).map(|ticks| Money::from_atto(100_000_000) * ticks);
        usage.cost = usage.cost.or(ticks);
        note(&mut usage.extra, "input_tokens_details.", read.rest);
        note(&mut usage.extra, "output_tokens_details.", said.rest);
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

/// What a cost is told as: a number, or a number in a string.
fn cost(raw: &RawValue) -> Option<Money> {
    raw.get().trim_matches('"').parse().ok()
}

/// Keeps what else is counted.
fn note(extra: &mut Extras, prefix: &str, rest: Rest<'_>) {
    for (key, value) in rest {
        let value = Json::from(value);
        if !value.is_empty() {
            extra.extend([json::entry(OpenAiResponses::NAME, format!("{prefix}{key}"), value)]);
        }
    }
}
