//! A request, as clients of this dialect send it.

mod options;
mod parts;
mod rows;
mod tools;
mod turns;

use std::collections::BTreeMap;

use nohop_types::{Extras, Modality, Parallel, Request, Result, ToolChoice, Verbosity};
use serde_json::Value;
use serde_json::value::RawValue;

use self::rows::RequestRow;
use super::{OpenAiChat, ThinkingField};
use crate::dialect::own::{Own, read};
use crate::json::{self};
use crate::{Incoming, Mode};

/// The owner of what the vocabulary has no word for.
const OWN: Own = Own(OpenAiChat::NAME);

/// Reads the request that the JSON `text` is.
///
/// What the vocabulary has no word for goes to the extra fields of its place, so that a request which
/// leaves in the dialect it came in is the same again.
pub(super) fn request(dialect: &OpenAiChat, text: &str) -> Result<Incoming> {
    let mut row: RequestRow<'_> = read(text, "the request")?;
    let mut request = Request::new(row.model.take().map(|model| model.0).unwrap_or_default());
    request.extra = OWN.rest(std::mem::take(&mut row.rest));
    conversation(&mut request, &row)?;
    shape(&mut request, &row);
    sampling(&mut request, dialect, &row)?;
    thinking(&mut request, dialect, &row);
    terms(&mut request, dialect, &row);
    let mode = if row.stream == Some(true) { Mode::Stream } else { Mode::Whole };
    Ok(Incoming::new(request, mode))
}

fn conversation(request: &mut Request, row: &RequestRow<'_>) -> Result<()> {
    if let Some(raw) = row.messages {
        let messages: Vec<&RawValue> = read(raw.get(), "messages")?;
        for (place, raw) in messages.iter().enumerate() {
            let message =
                turns::message(raw).map_err(|error| error.at(format!("messages[{place}]")))?;
            request.messages.push(message);
        }
        OWN.mark_empty(&mut request.extra, "messages", messages.is_empty());
    }
    if let Some(raw) = row.tools {
        let tools: Vec<&RawValue> = read(raw.get(), "tools")?;
        for (place, raw) in tools.iter().enumerate() {
            let tool = tools::tool(raw).map_err(|error| error.at(format!("tools[{place}]")))?;
            request.tools.push(tool);
        }
        OWN.mark_empty(&mut request.extra, "tools", tools.is_empty());
    }
    if let Some(raw) = row.tool_choice {
        request.tool_choice = tools::choice(raw);
        // The caller's own word, where a host knows two for the same.
        if matches!(request.tool_choice, None | Some(ToolChoice::Required)) {
            OWN.keep(&mut request.extra, "tool_choice", raw);
        }
    }
    let parallel = |many| if many { Parallel::Allow } else { Parallel::Forbid };
    request.parallel = row.parallel.map(parallel);
    Ok(())
}

/// What the answer shall look like.
fn shape(request: &mut Request, row: &RequestRow<'_>) {
    let extra = &mut request.extra;
    request.output = typed(extra, "response_format", row.response_format, options::format);
    request.prediction = typed(extra, "prediction", row.prediction, options::prediction);
    request.verbosity = row.verbosity.as_ref().map(|word| Verbosity::from(&**word));
    let modalities = row.modalities.iter().flatten();
    request.modalities = modalities.map(|word| Modality::from(&**word)).collect();
    OWN.mark_empty(extra, "modalities", row.modalities.as_ref().is_some_and(Vec::is_empty));
}

fn sampling(request: &mut Request, dialect: &OpenAiChat, row: &RequestRow<'_>) -> Result<()> {
    let (sampling, extra) = (&mut request.sampling, &mut request.extra);
    sampling.temperature = row.temperature;
    sampling.top_p = row.top_p;
    sampling.top_k = row.top_k;
    sampling.min_p = row.min_p;
    sampling.frequency_penalty = row.frequency_penalty;
    sampling.presence_penalty = row.presence_penalty;
    sampling.repetition_penalty = row.repetition_penalty;
    sampling.n = row.n;
    for (field, raw) in [("seed", row.seed), ("random_seed", row.random_seed)] {
        // A seed that is larger than ours can be is still the host's to understand.
        let seed = typed(extra, field, raw, |raw| {
            serde_json::from_str(raw.get()).ok().filter(|_| field == dialect.seed)
        });
        sampling.seed = seed.or(sampling.seed);
    }
    if let Some(bias) = row.logit_bias {
        sampling.logit_bias = read::<BTreeMap<String, f64>>(bias.get(), "logit_bias")?;
        OWN.mark_empty(extra, "logit_bias", sampling.logit_bias.is_empty());
    }
    if let Some(stop) = row.stop {
        match json::text_of(stop).filter(|_| stop.get().starts_with('"')) {
            Some(word) => {
                sampling.stop = vec![word.into_owned()];
                OWN.mark(extra, "stop");
            }
            None => sampling.stop = read(stop.get(), "stop")?,
        }
        OWN.mark_empty(extra, "stop", sampling.stop.is_empty());
    }
    let wanted = row.logprobs == Some(true);
    sampling.logprobs = wanted.then(|| row.top_logprobs.unwrap_or(0));
    if row.logprobs == Some(false) {
        extra.push(OWN.scope(), "logprobs", Value::from(false).into());
    }
    if let Some(count) = row.top_logprobs.filter(|count| !wanted || *count == 0) {
        extra.push(OWN.scope(), "top_logprobs", Value::from(count).into());
    }
    Ok(())
}

/// How the model shall think; what the host is not told by one of its own fields stays as it is.
fn thinking(request: &mut Request, dialect: &OpenAiChat, row: &RequestRow<'_>) {
    let (wish, extra) = (&mut request.thinking, &mut request.extra);
    let fields = [
        (ThinkingField::Effort, row.reasoning_effort),
        (ThinkingField::Enable, row.enable_thinking),
        (ThinkingField::Object, row.reasoning),
        (ThinkingField::Toggle, row.thinking),
    ];
    for (field, raw) in fields {
        let Some(raw) = raw else { continue };
        match dialect.thinking.contains(&field) && options::thinking(wish, field, raw) {
            true => OWN.mark(extra, field.key()),
            false => OWN.keep(extra, field.key(), raw),
        }
    }
    match row.thinking_budget {
        Some(budget) if dialect.thinking.contains(&ThinkingField::Enable) => {
            wish.budget = Some(budget);
        }
        Some(budget) => extra.push(OWN.scope(), "thinking_budget", Value::from(budget).into()),
        None => (),
    }
}

/// On which terms the request is served: bounds, tiers, names, streams.
fn terms(request: &mut Request, dialect: &OpenAiChat, row: &RequestRow<'_>) {
    let extra = &mut request.extra;
    match (row.max_completion_tokens, row.max_tokens) {
        (None, Some(_)) => OWN.mark(extra, "max_tokens"),
        // The newer word counts; the older one stays beside it if it says something.
        (Some(_), older) => {
            let said = std::mem::take(extra).into_iter();
            *extra = said.filter(|entry| entry.key != "max_tokens").collect();
            if let Some(older) = older {
                extra.push(OWN.scope(), "max_tokens", Value::from(older).into());
            }
        }
        (None, None) => (),
    }
    request.max_tokens = row.max_completion_tokens.or(row.max_tokens);
    request.tier = row.service_tier.as_ref().map(|tier| super::say::tier_of(tier));
    request.user = row.user.as_ref().map(|user| user.to_string());
    request.session = typed(extra, "prompt_cache_key", row.prompt_cache_key, |raw| {
        let named = dialect.session == Some("prompt_cache_key");
        serde_json::from_str(raw.get()).ok().filter(|_| named)
    });
    let metadata = typed(extra, "metadata", row.metadata, |raw| {
        let words: Option<BTreeMap<String, String>> = serde_json::from_str(raw.get()).ok();
        words.filter(|words| !words.is_empty())
    });
    request.metadata = metadata.unwrap_or_default();
    request.cache = typed(extra, "cache_control", row.cache_control, parts::mark_of);
    if row.stream == Some(false) {
        extra.push(OWN.scope(), "stream", Value::from(false).into());
    }
    if let Some(raw) = row.stream_options {
        OWN.keep(extra, "stream_options", raw);
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

#[cfg(test)]
mod tests;
