use nohop_types::{Choice, Citation, FinishReason, Logprob, Response};

use super::parts::{self, Waiting, is_shown};
use super::{end, extras, is_blocked, logprobs, usage};
use crate::Stamp;
use crate::json::Writer;

/// Writes an answer in one piece.
pub(super) fn write(out: &mut Writer, stamp: &Stamp, response: &Response) {
    out.object().key("candidates").array();
    for (index, choice) in response.choices.iter().enumerate() {
        if !is_blocked(choice, &response.extra) {
            candidate(out, index, choice);
        }
    }
    out.end_array().key("usageMetadata");
    usage::write(out, &response.usage);
    out.maybe("modelVersion", response.model.as_ref());
    out.field("responseId", response.id.as_ref().unwrap_or(&stamp.id));
    extras(out, &response.extra, "", &[]);
    out.end_object();
}

fn candidate(out: &mut Writer, index: usize, choice: &Choice) {
    out.object().key("content").object().key("parts").array();
    let mut waiting = Waiting::default();
    for part in choice.parts.iter().filter(|part| is_shown(part)) {
        if !waiting.take(out, part) {
            let signature = waiting.of(out, part);
            parts::part(out, part, signature.as_deref());
        }
    }
    waiting.flush(out);
    out.end_array().field("role", "model");
    extras(out, &choice.extra, "content.", &[]);
    out.end_object();
    let said = |part: &nohop_types::Part| part.logprobs.clone();
    let tokens: Vec<Logprob> = choice.parts.iter().flat_map(said).collect();
    logprobs(out, &tokens);
    let cited: Vec<Citation> =
        choice.parts.iter().flat_map(|part| part.citations.clone()).collect();
    let reason = choice.reason.as_ref().unwrap_or(&FinishReason::Stop);
    end(out, index, reason, choice.raw.as_deref(), &choice.extra, &cited);
    out.end_object();
}
