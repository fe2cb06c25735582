use nohop_types::{Choice, Extras, FinishReason, Response};

use super::{block, extras, is_shown, stop_word, usage};
use crate::Stamp;
use crate::json::{self, Writer};

/// Writes the first choice of an answer in one piece: the dialect knows no others.
pub(super) fn write(out: &mut Writer, stamp: &Stamp, response: &Response) {
    let none = Choice::default();
    let choice = response.choices.first().unwrap_or(&none);
    out.object().field("id", response.id.as_ref().unwrap_or(&stamp.id));
    out.field("type", "message").field("role", "assistant");
    out.field("model", response.model.as_deref().unwrap_or_default()).key("content").array();
    for part in choice.parts.iter().filter(|part| is_shown(part)) {
        block(out, part, true);
    }
    out.end_array();
    let reason = choice.reason.as_ref().unwrap_or(&FinishReason::Stop);
    end(out, reason, choice.raw.as_deref(), &choice.extra);
    extras(out, &choice.extra, "", &[]);
    out.key("usage");
    usage::write(out, &response.usage);
    extras(out, &response.extra, "", &[]);
    out.end_object();
}

/// Writes why the answer ended.
pub(super) fn end(out: &mut Writer, reason: &FinishReason, raw: Option<&str>, extra: &Extras) {
    out.field("stop_reason", stop_word(reason, raw, extra));
    let sequence = extra.get(super::Anthropic::NAME, "", "stop_sequence");
    out.key("stop_sequence").raw(sequence.map_or(json::NULL.get(), |json| json.as_str()));
}
