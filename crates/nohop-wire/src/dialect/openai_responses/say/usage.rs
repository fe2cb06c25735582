use nohop_types::{Usage, Written};

use super::extras;
use crate::dialect::openai_responses::tokens::LIFETIMES;
use crate::json::Writer;

const INPUT: &str = "input_tokens_details.";
const OUTPUT: &str = "output_tokens_details.";
const WRITTEN: &str = "input_tokens_details.cache_write_tokens_details.";

/// Writes usage as this dialect counts: its totals include their details.
pub(super) fn write(out: &mut Writer, usage: &Usage) {
    let sum = |counts: &[Option<u64>]| {
        counts.iter().filter_map(|count| *count).reduce(u64::saturating_add)
    };
    let prompt = [usage.input, usage.cache_read, usage.cache_write, usage.tool_prompt];
    let noted = |prefix: &str| usage.extra.iter().any(|extra| extra.key.starts_with(prefix));
    out.object().maybe("input_tokens", usage.input.and(sum(&prompt)));
    let kept = usage.cache_read.or(usage.cache_write);
    if kept.is_some() || !usage.written.is_empty() || noted(INPUT) {
        out.key("input_tokens_details").object().maybe("cached_tokens", usage.cache_read);
        out.maybe("cache_write_tokens", usage.cache_write);
        if !usage.written.is_empty() || noted(WRITTEN) {
            out.key("cache_write_tokens_details").object();
            for (place, (_, key)) in LIFETIMES.iter().enumerate() {
                let same = usage.written.iter().filter(|written| kept_as(written) == place);
                out.maybe(key, same.map(|written| written.tokens).reduce(u64::saturating_add));
            }
            extras(out, &usage.extra, WRITTEN, &[]);
            out.end_object();
        }
        extras(out, &usage.extra, INPUT, &["cache_write_tokens_details."]);
        out.end_object();
    }
    out.maybe("output_tokens", usage.output.and(sum(&[usage.output, usage.reasoning])));
    if usage.reasoning.is_some() || noted(OUTPUT) {
        out.key("output_tokens_details").object().maybe("reasoning_tokens", usage.reasoning);
        extras(out, &usage.extra, OUTPUT, &[]);
        out.end_object();
    }
    if usage.input.is_some() && usage.output.is_some() {
        out.maybe("total_tokens", usage.total());
    }
    if let Some(cost) = usage.cost {
        out.key("cost").raw(cost.to_string().trim_start_matches('$'));
    }
    extras(out, &usage.extra, "", &[INPUT, OUTPUT]);
    out.end_object();
}

/// Which of the dialect's lifetimes is nearest.
fn kept_as(written: &Written) -> usize {
    usize::from(written.lifetime.as_secs() > LIFETIMES[0].0)
}
