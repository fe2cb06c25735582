use nohop_types::{Kind, Modality, Share, Usage};

use super::extras;
use crate::dialect::openai_chat::{Counted, OpenAiChat};
use crate::json::Writer;

/// Writes usage as this dialect counts: its totals include their details.
pub(super) fn write(out: &mut Writer, dialect: &OpenAiChat, usage: &Usage) {
    let sum = |counts: &[Option<u64>]| {
        counts.iter().filter_map(|count| *count).reduce(u64::saturating_add)
    };
    let prompt = [usage.input, usage.cache_read, usage.cache_write, usage.tool_prompt];
    let answer = match dialect.counted {
        Counted::Apart | Counted::Beside => sum(&[usage.output]),
        Counted::Inside => sum(&[usage.output, usage.reasoning]),
    };
    out.object().maybe("prompt_tokens", usage.input.and(sum(&prompt)));
    out.maybe("completion_tokens", answer);
    if usage.input.is_some() && usage.output.is_some() {
        let apart = usage.reasoning.filter(|_| dialect.counted == Counted::Apart);
        out.maybe("total_tokens", usage.total().map(|all| all - apart.unwrap_or(0).min(all)));
    }
    let kept = [("cached_tokens", usage.cache_read), ("cache_write_tokens", usage.cache_write)];
    details(out, "prompt_tokens_details", "prompt_tokens_details.", &kept, Kind::Prompt, usage);
    let thought = [("reasoning_tokens", usage.reasoning)];
    details(
        out,
        "completion_tokens_details",
        "completion_tokens_details.",
        &thought,
        Kind::Answer,
        usage,
    );
    if !usage.written.is_empty() {
        out.key("cache_creation").object();
        for written in &usage.written {
            let hour = written.lifetime.as_secs() >= 3_600;
            let key = if hour { "ephemeral_1h_input_tokens" } else { "ephemeral_5m_input_tokens" };
            out.field(key, written.tokens);
        }
        extras(out, &usage.extra, "cache_creation.", &[]);
        out.end_object();
    }
    if usage.extra.get(OpenAiChat::NAME, "", "cost").is_none()
        && let Some(cost) = usage.cost
    {
        out.key("cost").raw(cost.to_string().trim_start_matches('$'));
    }
    let inner = ["prompt_tokens_details.", "completion_tokens_details.", "cache_creation."];
    extras(out, &usage.extra, "", &inner);
    out.end_object();
}

fn details(
    out: &mut Writer,
    key: &'static str,
    prefix: &str,
    counts: &[(&'static str, Option<u64>)],
    kind: Kind,
    usage: &Usage,
) {
    let shares: Vec<&Share> = usage.shares.iter().filter(|share| share.kind == kind).collect();
    let noted = usage.extra.iter().any(|extra| extra.key.starts_with(prefix));
    if counts.iter().all(|(_, count)| count.is_none()) && shares.is_empty() && !noted {
        return;
    }
    out.key(key).object();
    for (key, count) in counts {
        out.maybe(key, *count);
    }
    for share in shares {
        let key = match share.modality {
            Modality::Audio => "audio_tokens",
            Modality::Image => "image_tokens",
            Modality::Video => "video_tokens",
            Modality::Text => "text_tokens",
            _ => continue,
        };
        out.field(key, share.tokens);
    }
    extras(out, &usage.extra, prefix, &[]);
    out.end_object();
}
