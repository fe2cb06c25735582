use nohop_types::{Choice, FinishReason, Parallel, Part, Request, Response, ToolChoice};

use super::item::{self, As, is_shown};
use super::{extras, usage};
use crate::Stamp;
use crate::dialect::openai_chat;
use crate::dialect::openai_responses::frames::reason_of;
use crate::dialect::openai_responses::goes_on;
use crate::json::Writer;

/// What an answer repeats of the request, because its clients look for it there.
#[derive(Clone, Debug)]
pub(super) struct Echo {
    choice: ToolChoice,
    parallel: bool,
}

impl Echo {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            choice: request.tool_choice.clone().unwrap_or(ToolChoice::Auto),
            parallel: request.parallel != Some(Parallel::Forbid),
        }
    }

    fn write(&self, out: &mut Writer) {
        out.key("tool_choice");
        match &self.choice {
            ToolChoice::None => out.string("none").done(),
            ToolChoice::Required | ToolChoice::RequiredOf(_) => out.string("required").done(),
            ToolChoice::Named(name) => {
                out.object().field("type", "function").field("name", name).end_object();
            }
            _ => out.string("auto").done(),
        }
        out.field("parallel_tool_calls", self.parallel);
    }
}

/// Writes the first choice of an answer in one piece: the dialect knows no others.
pub(super) fn write(out: &mut Writer, echo: &Echo, stamp: &Stamp, response: &Response) {
    out.object();
    fields(out, echo, stamp, response, None);
    out.end_object();
}

/// Writes what an answer is that has only begun.
pub(super) fn begun(out: &mut Writer, echo: &Echo, stamp: &Stamp, response: &Response) {
    out.object();
    fields(out, echo, stamp, response, Some("in_progress"));
    out.end_object();
}

/// Writes the fields of a response; `status` is that of one that has not ended well.
pub(super) fn fields(
    out: &mut Writer,
    echo: &Echo,
    stamp: &Stamp,
    response: &Response,
    status: Option<&str>,
) {
    let none = Choice::default();
    let choice = response.choices.first().unwrap_or(&none);
    let answer = response.id.as_ref().unwrap_or(&stamp.id);
    let reason = choice.reason.as_ref().unwrap_or(&FinishReason::Stop);
    let (told, why) = end(reason, choice.raw.as_deref());
    let status = status.unwrap_or(told);
    out.field("id", answer).field("object", "response").field("created_at", stamp.created);
    out.field("status", status);
    if status != "failed" {
        out.field("error", None::<&str>);
    }
    out.key("incomplete_details");
    match why.filter(|_| status == "incomplete") {
        Some(why) => {
            out.object().field("reason", why);
            extras(out, &choice.extra, "incomplete_details.", &[]);
            out.end_object();
        }
        None => out.value(None::<&str>).done(),
    }
    // Clients look for these, whatever the provider says of them.
    let own = |key| response.extra.get(super::OpenAiResponses::NAME, "", key).is_some();
    for key in ["instructions", "metadata", "temperature", "top_p"] {
        if !own(key) {
            out.field(key, None::<&str>);
        }
    }
    if !own("tools") {
        out.key("tools").array().end_array();
    }
    out.field("model", response.model.as_deref().unwrap_or_default());
    out.key("output").array();
    if status != "in_progress" {
        items(out, &choice.parts, answer, status == "incomplete");
    }
    out.end_array();
    echo.write(out);
    out.maybe("service_tier", response.usage.tier.as_ref().map(openai_chat::say::tier_word));
    out.key("usage");
    match *response.usage == nohop_types::Usage::default() {
        true => out.value(None::<&str>).done(),
        false => usage::write(out, &response.usage),
    }
    extras(out, &response.extra, "", &[]);
}

/// Writes the items that `parts` stand in; the last of them may have been cut short.
fn items(out: &mut Writer, parts: &[Part], answer: &str, cut: bool) {
    let shown: Vec<&Part> = parts.iter().filter(|part| is_shown(part)).collect();
    let mut rest = &shown[..];
    let mut index = 0;
    while !rest.is_empty() {
        let many = 1 + rest.windows(2).take_while(|two| goes_on(two[0], two[1])).count();
        let last = many == rest.len();
        let as_is = if cut && last { As::Cut } else { As::Done };
        item::write(out, &rest[..many], index, answer, as_is);
        rest = &rest[many..];
        index += 1;
    }
}

/// The status of an answer that ended so, and why it is incomplete if it is: in the provider's own
/// words where they are of this dialect.
pub(super) fn end<'a>(
    reason: &'a FinishReason,
    raw: Option<&'a str>,
) -> (&'a str, Option<&'a str>) {
    let mine = |status, why| reason_of(status, why) == *reason;
    match (reason, raw) {
        (FinishReason::Length | FinishReason::ContentFilter, Some(raw))
            if mine(Some("incomplete"), Some(raw)) =>
        {
            ("incomplete", Some(raw))
        }
        (FinishReason::Length, Some("incomplete")) => ("incomplete", None),
        (FinishReason::Length, _) => ("incomplete", Some("max_output_tokens")),
        (FinishReason::ContentFilter, _) => ("incomplete", Some("content_filter")),
        // An answer that failed on the way was cut short.
        (FinishReason::Error, _) => ("incomplete", Some("error")),
        (FinishReason::Other(word), _) if matches!(&**word, "queued" | "in_progress") => {
            (word, None)
        }
        (FinishReason::Other(word), _) => ("incomplete", Some(word)),
        (_, Some("complete")) => ("complete", None),
        _ => ("completed", None),
    }
}
