//! What hosts of this dialect count, and under which names.

use std::time::Duration;

use nohop_types::{ExtraScope, Extras, Json, Kind, Modality, Money, Share, Usage, Written};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

use super::{Counted, OpenAiChat};
use crate::json::{self, Rest, Str, row};

row! {
    struct Tokens {
        prompt: Count = "prompt_tokens",
        completion: Count = "completion_tokens",
        total: Count = "total_tokens",
        prompt_details: Details<'a> = "prompt_tokens_details" | "prompt_token_details",
        completion_details: Details<'a> = "completion_tokens_details" | "completion_token_details",
        cached: Count = "prompt_cache_hit_tokens" | "cached_tokens" | "num_cached_tokens"
            | "cache_read_input_tokens",
        /// What of the prompt was not cached: the rest.
        missed: Count = "prompt_cache_miss_tokens",
        written: Count = "cache_creation_input_tokens",
        lifetimes: Lifetimes<'a> = "cache_creation",
        reasoning: Count = "reasoning_tokens",
        searches: Count = "search_units",
        cost: &'a RawValue = "cost",
        estimate: &'a RawValue = "estimated_cost",
        ticks: Count = "cost_in_usd_ticks",
        tier: Str<'a> = "service_tier",
    }
}

row! {
    struct Details {
        cached: Count = "cached_tokens",
        written: Count = "cache_write_tokens" | "cache_creation_input_tokens",
        reasoning: Count = "reasoning_tokens",
        audio: Count = "audio_tokens",
        image: Count = "image_tokens",
        text: Count = "text_tokens",
        video: Count = "video_tokens",
    }
}

row! {
    struct Lifetimes {
        minutes: Count = "ephemeral_5m_input_tokens",
        hour: Count = "ephemeral_1h_input_tokens",
    }
}

row! {
    /// A cost that is told in parts.
    struct Cost {
        total: &'a RawValue = "total_cost" | "usd",
    }
}

/// A number of tokens; what is no count of anything is zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count(pub(super) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Count;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number of tokens")
            }

            fn visit_u64<E>(self, count: u64) -> Result<Count, E> {
                Ok(Count(count))
            }

            fn visit_i64<E>(self, count: i64) -> Result<Count, E> {
                Ok(Count(u64::try_from(count).unwrap_or(0)))
            }

            fn visit_f64<E>(self, count: f64) -> Result<Count, E> {
                Ok(Count(count as u64))
            }

            fn visit_str<E>(self, count: &str) -> Result<Count, E> {
                Ok(Count(count.parse().unwrap_or(0)))
            }
        }

        deserializer.deserialize_any(Number)
    }
}

impl Tokens<'_> {
    /// The usage in disjoint kinds.
    ///
    /// The dialect's totals include their details, but for hosts that count thinking or cached tokens
    /// beside them: where a total is told, it decides.
    pub(super) fn usage(self, dialect: &OpenAiChat) -> Usage {
        let count = |count: Option<Count>| count.map(|count| count.0);
        let details = self.prompt_details.unwrap_or_default();
        let answered = self.completion_details.unwrap_or_default();
        let (prompt, completion) = (count(self.prompt), count(self.completion));
        let total = count(self.total);
        let cached = count(details.cached).or(count(self.cached));
        let written = count(details.written).or(count(self.written));
        let thought = count(answered.reasoning).or(count(self.reasoning));

        let mut usage = Usage::default();
        let kept = cached.unwrap_or(0).saturating_add(written.unwrap_or(0));
        let sum = prompt.unwrap_or(0).saturating_add(completion.unwrap_or(0));
        let exclusive = prompt.is_some_and(|prompt| kept > prompt)
            || (kept > 0 && total == sum.checked_add(kept));
        usage.input = prompt.map(|prompt| prompt - if exclusive { 0 } else { kept });
        usage.cache_read = cached;
        usage.search_units = count(self.searches);
        usage.cache_write = written;

        let sum = if exclusive { sum.saturating_add(kept) } else { sum };
        let beyond = total.map(|total| total.saturating_sub(sum));
        let thought = match (thought, beyond) {
            // A total that is larger than its parts counts thinking that is told nowhere else.
            (None | Some(0), Some(beyond)) if beyond > 0 && completion.is_some() => Some(beyond),
            (thought, _) => thought,
        };
        let beside = match (thought, beyond) {
            _ if dialect.counted == Counted::Apart => true,
            (Some(thought), Some(beyond)) if thought > 0 => beyond >= thought,
            _ => dialect.counted == Counted::Beside,
        };
        let inside = |all: u64| if beside { 0 } else { thought.unwrap_or(0).min(all) };
        usage.output = completion.map(|all| all - inside(all));
        usage.reasoning = thought.map(|thought| match completion {
            Some(all) if !beside => thought.min(all),
            _ => thought,
        });

        if let Some(lifetimes) = self.lifetimes {
            let kept = [(300, lifetimes.minutes), (3_600, lifetimes.hour)];
            let kept = kept.into_iter().filter_map(|(seconds, count)| Some((seconds, count?.0)));
            usage.written =
                kept.map(|(s, count)| Written::new(Duration::from_secs(s), count)).collect();
            note(&mut usage.extra, "cache_creation.", lifetimes.rest);
        }
        for (kind, details) in [(Kind::Prompt, &details), (Kind::Answer, &answered)] {
            let counts = [
                (Modality::Text, details.text),
                (Modality::Audio, details.audio),
                (Modality::Image, details.image),
                (Modality::Video, details.video),
            ];
            for (modality, count) in counts {
                if let Some(Count(tokens)) = count {
                    usage.shares.push(Share::new(kind, modality, tokens));
                }
            }
        }
        usage.cost = self.cost.and_then(cost).or_else(|| self.estimate.and_then(cost));
        // A tick is the ten thousand millionth part of a dollar.
        let ticks = self.ticks.map(|ticks| Money::from_atto(100_000_000) * ticks.0);
        usage.cost = usage.cost.or(ticks);
        usage.tier =
            self.tier.filter(|tier| !tier.is_empty()).map(|tier| super::say::tier_of(&tier));
        if let Some(cost) = self.cost.filter(|cost| cost.get().starts_with('{')) {
            usage.extra.push(ExtraScope::Dialect(OpenAiChat::NAME.into()), "cost", cost.into());
        }
        note(&mut usage.extra, "prompt_tokens_details.", details.rest);
        note(&mut usage.extra, "completion_tokens_details.", answered.rest);
        note(&mut usage.extra, "", self.rest);
        usage
    }
}

/// What a cost is told as: a number, a number in a string, or an object with the total in it.
pub(super) fn cost(raw: &RawValue) -> Option<Money> {
    match raw.get() {
        object if object.starts_with('{') => {
            cost(serde_json::from_str::<Cost<'_>>(object).ok()?.total?)
        }
        number => number.trim_matches('"').parse().ok(),
    }
}

/// Keeps what else is counted.
fn note(extra: &mut Extras, prefix: &str, rest: Rest<'_>) {
    for (key, value) in rest {
        let value = Json::from(value);
        if !value.is_empty() {
            extra.extend([json::entry(OpenAiChat::NAME, json::within(prefix, key), value)]);
        }
    }
}
