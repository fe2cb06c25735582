use nohop_types::{Choice, Error, Event, Extras, FinishReason, Response};

use super::{block, extras, failure, is_shown, stop_word, usage};
use crate::json::{self, Writer};
use crate::{Encoder, Stamp};

/// Writes an answer in one piece, once it is complete.
pub(super) struct Whole {
    stamp: Stamp,
    response: Response,
}

impl Whole {
    pub(super) fn new(stamp: Stamp) -> Self {
        Self { stamp, response: Response::default() }
    }

    /// Writes the first choice: the dialect knows no others.
    fn write(&self, out: &mut Writer) {
        let Self { response, stamp } = self;
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
}

/// Writes why the answer ended.
pub(super) fn end(out: &mut Writer, reason: &FinishReason, raw: Option<&str>, extra: &Extras) {
    out.field("stop_reason", stop_word(reason, raw, extra));
    let sequence = extra.get(super::Anthropic::NAME, "", "stop_sequence");
    out.key("stop_sequence").raw(sequence.map_or(json::NULL.get(), |json| json.as_str()));
}

impl Encoder for Whole {
    fn content_type(&self) -> &'static str {
        "application/json"
    }

    fn event(&mut self, event: &Event, out: &mut Vec<u8>) {
        let done = matches!(event, Event::Finish { .. });
        self.response.extend([event.clone()]);
        if done {
            let mut writer = Writer::default();
            self.write(&mut writer);
            out.extend(writer.into_bytes());
        }
    }

    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        let mut writer = Writer::default();
        failure(&mut writer, error);
        out.extend(writer.into_bytes());
    }
}
