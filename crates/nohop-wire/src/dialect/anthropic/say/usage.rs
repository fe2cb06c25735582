use nohop_types::Usage;

use super::extras;
use crate::json::Writer;

/// Writes usage as this dialect counts: prompts in disjoint kinds, thinking among the answer.
///
/// Clients add these numbers up: what is not known is told as zero where the dialect wants a number.
pub(super) fn write(out: &mut Writer, usage: &Usage) {
    let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    out.object().field("input_tokens", sum(usage.input, usage.tool_prompt).unwrap_or(0));
    out.maybe("cache_creation_input_tokens", usage.cache_write);
    out.maybe("cache_read_input_tokens", usage.cache_read);
    let lifetimes = usage.extra.iter().any(|extra| extra.key.starts_with("cache_creation."));
    if !usage.written.is_empty() || lifetimes {
        out.key("cache_creation").object();
        let total = |hour: bool| {
            let kept = usage.written.iter().filter(|w| (w.lifetime.as_secs() > 300) == hour);
            kept.map(|written| written.tokens).reduce(u64::saturating_add)
        };
        out.maybe("ephemeral_5m_input_tokens", total(false));
        out.maybe("ephemeral_1h_input_tokens", total(true));
        extras(out, &usage.extra, "cache_creation.", &[]);
        out.end_object();
    }
    out.field("output_tokens", sum(usage.output, usage.reasoning).unwrap_or(0));
    let details = usage.extra.iter().any(|e| e.key.starts_with("output_tokens_details."));
    if usage.reasoning.is_some() || details {
        out.key("output_tokens_details").object();
        out.maybe("thinking_tokens", usage.reasoning);
        extras(out, &usage.extra, "output_tokens_details.", &[]);
        out.end_object();
    }
    out.maybe("service_tier", usage.tier.as_ref());
    extras(out, &usage.extra, "", &["cache_creation.", "output_tokens_details."]);
    out.end_object();
}
