//! What hosts of this dialect count, and under which names.

use nohop_types::{Extras, Json, Kind, Modality, ServiceTier, Share, Usage};
use serde_json::value::RawValue;

use super::Gemini;
use crate::json::{self, Rest, Str, row};

row! {
    struct Tokens {
        prompt: &'a RawValue = "promptTokenCount" | "prompt_token_count",
        cached: &'a RawValue = "cachedContentTokenCount" | "cached_content_token_count",
        answer: &'a RawValue = "candidatesTokenCount" | "candidates_token_count",
        thoughts: &'a RawValue = "thoughtsTokenCount" | "thoughts_token_count",
        tools: &'a RawValue = "toolUsePromptTokenCount" | "tool_use_prompt_token_count",
        prompt_details: &'a RawValue = "promptTokensDetails" | "prompt_tokens_details"
            | "promptTokenDetails",
        answer_details: &'a RawValue = "candidatesTokensDetails" | "candidates_tokens_details",
        tier: Str<'a> = "serviceTier" | "service_tier",
        total: &'a RawValue = "totalTokenCount" | "total_token_count",
    }
}

row! {
    struct DetailRow {
        modality: &'a RawValue = "modality",
        count: &'a RawValue = "tokenCount" | "token_count",
    }
}

impl Tokens<'_> {
    /// Whether it states everything that was counted so far, and not only some of it.
    pub(super) fn is_whole(&self) -> bool {
        count(self.total).is_some()
    }

    /// The usage in disjoint kinds: of the dialect's counts, only the prompt's includes another, that
    /// of what was cached.
    ///
    /// Early models counted thinking among the answer: the total tells.
    pub(super) fn usage(self) -> Usage {
        let mut usage = Usage::default();
        let (prompt, cached) = (count(self.prompt), count(self.cached));
        let inside = cached.filter(|cached| prompt.is_some_and(|prompt| *cached <= prompt));
        usage.input = prompt.map(|prompt| prompt - inside.unwrap_or(0));
        usage.cache_read = cached;
        usage.output = count(self.answer);
        usage.reasoning = count(self.thoughts);
        usage.tool_prompt = count(self.tools);
        if let (Some(answer), Some(thoughts), Some(total)) =
            (usage.output, usage.reasoning, count(self.total))
            && let Some(visible) = answer.checked_sub(thoughts)
            && usage.total() == total.checked_add(thoughts)
        {
            usage.output = Some(visible);
        }
        let tier = self.tier.filter(|tier| !tier.is_empty());
        usage.tier = tier.map(|tier| ServiceTier::from(&*tier));
        share(&mut usage, Kind::Prompt, self.prompt_details);
        share(&mut usage, Kind::Answer, self.answer_details);
        note(&mut usage.extra, self.rest);
        usage
    }
}

/// A number of tokens; what is no count of anything is unknown.
fn count(raw: Option<&RawValue>) -> Option<u64> {
    let text = raw?.get();
    text.parse().ok().or_else(|| {
        let number: f64 = text.trim_matches('"').parse().ok()?;
        Some(number as u64)
    })
}

fn share(usage: &mut Usage, kind: Kind, details: Option<&RawValue>) {
    let details = details.and_then(json::lax::<Vec<DetailRow<'_>>>);
    for detail in details.into_iter().flatten() {
        let modality = detail.modality.and_then(json::text_of);
        if let (Some(modality), Some(tokens)) = (modality, count(detail.count)) {
            usage.shares.push(Share::new(kind, modality_of(&modality), tokens));
        }
    }
}

/// The modality of that name, or of that number.
fn modality_of(word: &str) -> Modality {
    match word {
        "TEXT" | "1" => Modality::Text,
        "IMAGE" | "2" => Modality::Image,
        "VIDEO" | "3" => Modality::Video,
        "AUDIO" | "4" => Modality::Audio,
        "DOCUMENT" | "5" => Modality::Document,
        other => Modality::Other(other.to_ascii_lowercase()),
    }
}

/// Keeps what else is counted.
fn note(extra: &mut Extras, rest: Rest<'_>) {
    for (key, value) in rest {
        let value = Json::from(value);
        if !value.is_empty() {
            extra.extend([json::entry(Gemini::NAME, key, value)]);
        }
    }
}
