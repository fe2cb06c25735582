use nohop_types::{Kind, Usage};

use super::extras;
use crate::json::Writer;

/// Writes usage as this dialect counts: cached tokens among the prompt's, thinking beside the answer's.
pub(super) fn write(out: &mut Writer, usage: &Usage) {
    let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    let prompt = match usage.input {
        // What is cached is told by itself where the rest is not known.
        None => usage.cache_write,
        fresh => sum(sum(fresh, usage.cache_read), usage.cache_write),
    };
    out.object().maybe("promptTokenCount", prompt);
    out.maybe("cachedContentTokenCount", usage.cache_read);
    out.maybe("candidatesTokenCount", usage.output);
    out.maybe("thoughtsTokenCount", usage.reasoning);
    out.maybe("toolUsePromptTokenCount", usage.tool_prompt);
    out.maybe("totalTokenCount", usage.total());
    shares(out, usage, Kind::Prompt, "promptTokensDetails");
    shares(out, usage, Kind::Answer, "candidatesTokensDetails");
    out.maybe("serviceTier", usage.tier.as_ref());
    extras(out, &usage.extra, "", &[]);
    out.end_object();
}

fn shares(out: &mut Writer, usage: &Usage, kind: Kind, key: &'static str) {
    let told = || usage.shares.iter().filter(|share| share.kind == kind);
    if told().next().is_none() {
        return;
    }
    out.key(key).array();
    for share in told() {
        out.object().field("modality", share.modality.as_str().to_ascii_uppercase());
        out.field("tokenCount", share.tokens).end_object();
    }
    out.end_array();
}
