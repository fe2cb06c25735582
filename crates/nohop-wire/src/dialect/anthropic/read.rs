//! A request, as clients of this dialect send it.

mod options;
mod parts;
mod rows;
mod tools;
mod turns;

use nohop_types::{Extras, Message, Request, Result, Role};
use serde_json::value::RawValue;

use self::rows::RequestRow;
use super::Anthropic;
use crate::dialect::own::{Own, read};
use crate::{Incoming, Mode, RequestHead};

/// The owner of what the vocabulary has no word for.
const OWN: Own = Own(Anthropic::NAME);

/// Reads the request that the JSON `text` is.
///
/// What the vocabulary has no word for goes to the extra fields of its place, so that a request which
/// leaves in the dialect it came in is the same again.
pub(super) fn request(head: &RequestHead, text: &str) -> Result<Incoming> {
    let row: RequestRow<'_> = read(text, "the request")?;
    let mut request = Request::new(row.model.map(|model| model.0).unwrap_or_default());
    request.extra = OWN.rest(row.rest);
    let extra = &mut request.extra;
    betas(extra, head);

    if let Some(raw) = row.system {
        let mut system = Message::new(Role::System, []);
        turns::content(&mut system, raw, "system")?;
        request.messages.push(system);
    }
    if let Some(raw) = row.messages {
        let messages: Vec<&RawValue> = read(raw.get(), "messages")?;
        for (place, raw) in messages.iter().enumerate() {
            let message =
                turns::message(raw).map_err(|error| error.at(format!("messages[{place}]")))?;
            request.messages.push(message);
        }
        OWN.mark_empty(extra, "messages", messages.is_empty());
    }
    if let Some(raw) = row.tools {
        let tools: Vec<&RawValue> = read(raw.get(), "tools")?;
        for (place, raw) in tools.iter().enumerate() {
            let tool = tools::tool(raw).map_err(|error| error.at(format!("tools[{place}]")))?;
            request.tools.push(tool);
        }
        OWN.mark_empty(extra, "tools", tools.is_empty());
    }
    if let Some(raw) = row.tool_choice {
        match tools::choice(raw) {
            Some((choice, parallel)) => {
                request.tool_choice = Some(choice);
                request.parallel = parallel;
            }
            None => OWN.keep(extra, "tool_choice", raw),
        }
    }

    let sampling = &mut request.sampling;
    sampling.temperature = row.temperature;
    sampling.top_p = row.top_p;
    sampling.top_k = row.top_k;
    if let Some(raw) = row.stop {
        sampling.stop = read(raw.get(), "stop_sequences")?;
        OWN.mark_empty(extra, "stop_sequences", sampling.stop.is_empty());
    }

    if let Some(raw) = row.thinking
        && !options::thinking(&mut request.thinking, raw)
    {
        OWN.keep(extra, "thinking", raw);
    }
    if let Some(raw) = row.output_config {
        options::output_config(&mut request.thinking, &mut request.output, extra, raw)?;
    }

    request.max_tokens = row.max_tokens;
    if let Some(word) = row.tier {
        request.tier = options::tier(&word);
        if request.tier.is_none() {
            extra.push(OWN.scope(), "service_tier", serde_json::Value::from(&*word).into());
        }
    }
    if let Some(raw) = row.metadata {
        request.user = options::user(raw);
        if request.user.is_none() {
            OWN.keep(extra, "metadata", raw);
        }
    }
    if let Some(raw) = row.cache_control {
        request.cache = options::mark_of(raw);
        if request.cache.is_none() {
            OWN.keep(extra, "cache_control", raw);
        }
    }
    let mode = match row.stream {
        Some(true) => Mode::Stream,
        told => {
            if told.is_some() {
                extra.push(OWN.scope(), "stream", serde_json::Value::from(false).into());
            }
            Mode::Whole
        }
    };
    Ok(Incoming::new(request, mode))
}

/// Takes the betas that the head asks for, unless the body does.
fn betas(extra: &mut Extras, head: &RequestHead) {
    let told = head.headers.get_all("anthropic-beta").iter();
    let told = told.filter_map(|value| value.to_str().ok());
    let betas: Vec<&str> =
        told.flat_map(|list| list.split(',')).map(str::trim).filter(|b| !b.is_empty()).collect();
    if !betas.is_empty() && extra.get(Anthropic::NAME, "", "anthropic_beta").is_none() {
        extra.push(OWN.scope(), "anthropic_beta", serde_json::json!(betas).into());
    }
}

#[cfg(test)]
mod tests;
