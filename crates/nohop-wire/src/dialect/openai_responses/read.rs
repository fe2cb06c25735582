//! A request, as clients of this dialect send it.

mod items;
mod options;
mod parts;
mod rows;
mod tools;

use std::collections::BTreeMap;

use nohop_types::{Extras, Message, Parallel, Request, Result, Verbosity};
use serde_json::Value;
use serde_json::value::RawValue;

use self::rows::{ReasoningRow, RequestRow, TextRow};
use super::write::{LOGPROBS, THEIRS};
use super::{Budgets, IN_FIELD, OpenAiResponses};
use crate::dialect::openai_chat;
use crate::dialect::own::{Own, read};
use crate::json;
use crate::{Incoming, Mode};

/// The owner of what the vocabulary has no word for.
const OWN: Own = Own(OpenAiResponses::NAME);

/// Reads the request that the JSON `text` is.
///
/// What the vocabulary has no word for goes to the extra fields of its place, so that a request which
/// leaves in the dialect it came in is the same again.
pub(super) fn request(dialect: &OpenAiResponses, text: &str) -> Result<Incoming> {
    let mut row: RequestRow<'_> = read(text, "the request")?;
    let mut request = Request::new(row.model.take().map(|model| model.0).unwrap_or_default());
    request.extra = OWN.rest(std::mem::take(&mut row.rest));
    conversation(&mut request, dialect, &row)?;
    tools(&mut request, &row)?;
    shape(&mut request, &row)?;
    sampling(&mut request, dialect, &row);
    thinking(&mut request, dialect, &row)?;
    terms(&mut request, dialect, &row);
    let mode = if row.stream == Some(true) { Mode::Stream } else { Mode::Whole };
    Ok(Incoming::new(request, mode))
}

fn conversation(
    request: &mut Request,
    dialect: &OpenAiResponses,
    row: &RequestRow<'_>,
) -> Result<()> {
    if let Some(raw) = row.instructions {
        match json::text_of(raw).filter(|text| raw.get().starts_with('"') && !text.is_empty()) {
            Some(text) => {
                let mut message = Message::system(&*text);
                OWN.mark(&mut message.extra, IN_FIELD);
                request.messages.push(message);
            }
            None => OWN.keep(&mut request.extra, "instructions", raw),
        }
    }
    let Some(raw) = row.input else { return Ok(()) };
    if raw.get().starts_with('"') {
        match json::text_of(raw).filter(|text| !text.is_empty()) {
            Some(text) => request.messages.push(Message::user(&*text)),
            None => OWN.keep(&mut request.extra, "input", raw),
        }
        return Ok(());
    }
    let items: Vec<&RawValue> = read(raw.get(), "input")?;
    for (place, raw) in items.iter().enumerate() {
        items::item(&mut request.messages, dialect.marks, raw)
            .map_err(|error| error.at(format!("input[{place}]")))?;
    }
    if items.len() < 2 {
        request.extra.push(OWN.scope(), "input", serde_json::json!([]).into());
    }
    Ok(())
}

fn tools(request: &mut Request, row: &RequestRow<'_>) -> Result<()> {
    if let Some(raw) = row.tools {
        let tools: Vec<&RawValue> = read(raw.get(), "tools")?;
        for (place, raw) in tools.iter().enumerate() {
            let tool = tools::tool(raw).map_err(|error| error.at(format!("tools[{place}]")))?;
            request.tools.push(tool);
        }
        OWN.mark_empty(&mut request.extra, "tools", tools.is_empty());
    }
    request.tool_choice = typed(&mut request.extra, "tool_choice", row.tool_choice, tools::choice);
    let parallel = |many| if many { Parallel::Allow } else { Parallel::Forbid };
    request.parallel = row.parallel.map(parallel);
    Ok(())
}

/// What the answer shall look like.
fn shape(request: &mut Request, row: &RequestRow<'_>) -> Result<()> {
    let Some(raw) = row.text else { return Ok(()) };
    let told: TextRow<'_> = read(raw.get(), "text")?;
    let extra = &mut request.extra;
    let empty = told.format.is_none() && told.verbosity.is_none() && told.rest.is_empty();
    extra.extend(OWN.inner("text.", told.rest));
    request.output = typed(extra, "text.format", told.format, options::format);
    request.verbosity = told.verbosity.map(|word| Verbosity::from(&*word));
    if empty {
        OWN.keep(extra, "text", raw);
    }
    Ok(())
}

fn sampling(request: &mut Request, dialect: &OpenAiResponses, row: &RequestRow<'_>) {
    let (sampling, extra) = (&mut request.sampling, &mut request.extra);
    sampling.temperature = row.temperature;
    sampling.top_p = row.top_p;
    let mut number = |key: &'static str, raw: Option<&RawValue>| {
        let known = dialect.takes.contains(&key);
        typed(extra, key, raw, |raw| json::lax(raw).filter(|_| known))
    };
    sampling.min_p = number("min_p", row.min_p);
    sampling.frequency_penalty = number("frequency_penalty", row.frequency_penalty);
    sampling.presence_penalty = number("presence_penalty", row.presence_penalty);
    sampling.repetition_penalty = number("repetition_penalty", row.repetition_penalty);
    let known = dialect.takes.contains(&"top_k");
    sampling.top_k = typed(extra, "top_k", row.top_k, |raw| json::lax(raw).filter(|_| known));

    let asked = row.include.and_then(json::lax::<Vec<json::Str<'_>>>).unwrap_or_default();
    let wanted = asked.iter().any(|word| &**word == LOGPROBS);
    if let Some(raw) = row.include {
        OWN.keep(extra, "include", raw);
    }
    sampling.logprobs = wanted.then(|| row.top_logprobs.unwrap_or(0));
    if let Some(count) = row.top_logprobs.filter(|count| !wanted || *count == 0) {
        extra.push(OWN.scope(), "top_logprobs", Value::from(count).into());
    }
}

/// How the model shall think; what the vocabulary has no words for stays as it is.
fn thinking(request: &mut Request, dialect: &OpenAiResponses, row: &RequestRow<'_>) -> Result<()> {
    let Some(raw) = row.reasoning else { return Ok(()) };
    let told: ReasoningRow<'_> = read(raw.get(), "reasoning")?;
    let (wish, extra) = (&mut request.thinking, &mut request.extra);
    let said = [told.effort, told.summary, told.max_tokens];
    let empty = said.iter().all(Option::is_none) && told.rest.is_empty();
    extra.extend(OWN.inner("reasoning.", told.rest));
    wish.effort = typed(extra, "reasoning.effort", told.effort, options::effort);
    wish.budget = typed(extra, "reasoning.max_tokens", told.max_tokens, |raw| {
        json::lax(raw).filter(|_| dialect.budgets == Budgets::MaxTokens)
    });
    if let Some(raw) = told.summary {
        let word = raw.get();
        wish.visibility = options::summary(word);
        if word != "\"auto\"" {
            OWN.keep(extra, "reasoning.summary", raw);
        }
    }
    if empty {
        OWN.keep(extra, "reasoning", raw);
    }
    Ok(())
}

/// On which terms the request is served: bounds, tiers, names, streams.
fn terms(request: &mut Request, dialect: &OpenAiResponses, row: &RequestRow<'_>) {
    let extra = &mut request.extra;
    // Who speaks the dialect and says nothing of memory wants what the dialect does by itself.
    OWN.mark(extra, THEIRS);
    request.max_tokens = row.max_tokens;
    request.tier = row.service_tier.as_ref().map(|tier| openai_chat::say::tier_of(tier));
    request.user = row.user.as_ref().map(|user| user.to_string());
    if request.user.is_some() {
        OWN.mark(extra, "user");
    }
    let named = request.user.is_none() && dialect.user == "safety_identifier";
    let safety = typed(extra, "safety_identifier", row.safety_identifier, |raw| {
        json::lax(raw).filter(|_| named)
    });
    request.user = request.user.take().or(safety);
    request.session = typed(extra, "prompt_cache_key", row.prompt_cache_key, |raw| {
        json::lax(raw).filter(|_| dialect.session == Some("prompt_cache_key"))
    });
    let metadata = typed(extra, "metadata", row.metadata, |raw| {
        json::lax(raw).filter(|words: &BTreeMap<String, String>| !words.is_empty())
    });
    request.metadata = metadata.unwrap_or_default();
    request.cache = typed(extra, "cache_control", row.cache_control, |raw| {
        options::control(dialect.marks, raw)
    });
    if row.stream == Some(false) {
        extra.push(OWN.scope(), "stream", Value::from(false).into());
    }
}

/// What `read` makes of a field; one that it has no word for is kept as it stands.
fn typed<T>(
    extra: &mut Extras,
    key: &str,
    raw: Option<&RawValue>,
    read: impl FnOnce(&RawValue) -> Option<T>,
) -> Option<T> {
    let raw = raw?;
    let value = read(raw);
    if value.is_none() {
        OWN.keep(extra, key, raw);
    }
    value
}
