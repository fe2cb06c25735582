//! A request, as clients of this dialect send it.

mod options;
mod parts;
mod rows;
mod tools;
mod turns;

use std::collections::BTreeMap;

use nohop_types::{
    Error, ErrorKind, ExtraScope, Extras, Issuer, Json, Modality, Parallel, Request, Result,
    ToolChoice, Verbosity,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use self::rows::RequestRow;
use super::{OpenAiChat, ThinkingField};
use crate::json::{self, Rest};
use crate::{Incoming, Mode};

/// Reads the request that the JSON `text` is.
///
/// What the vocabulary has no word for goes to the extra fields of its place, so that a request which
/// leaves in the dialect it came in is the same again.
pub(super) fn request(dialect: &OpenAiChat, text: &str) -> Result<Incoming> {
    let row: RequestRow<'_> = read(text, "the request")?;
    let mut request = Request::new(row.model.map(|model| model.0).unwrap_or_default());
    request.extra = kept(row.rest);
    let extra = &mut request.extra;

    if let Some(raw) = row.messages {
        let messages: Vec<&RawValue> = read(raw.get(), "messages")?;
        for (place, raw) in messages.iter().enumerate() {
            let message =
                turns::message(raw).map_err(|error| error.at(format!("messages[{place}]")))?;
            request.messages.push(message);
        }
        note_empty(extra, "messages", messages.is_empty());
    }
    if let Some(raw) = row.tools {
        let tools: Vec<&RawValue> = read(raw.get(), "tools")?;
        for (place, raw) in tools.iter().enumerate() {
            let tool = tools::tool(raw).map_err(|error| error.at(format!("tools[{place}]")))?;
            request.tools.push(tool);
        }
        note_empty(extra, "tools", tools.is_empty());
    }
    request.tool_choice = row.tool_choice.and_then(|raw| {
        let choice = tools::choice(raw);
        // The caller's own word, where a host knows two for the same.
        if choice.is_none() || choice == Some(ToolChoice::Required) {
            keep(extra, "tool_choice", raw);
        }
        choice
    });
    request.parallel =
        row.parallel.map(|many| if many { Parallel::Allow } else { Parallel::Forbid });
    request.output = row.response_format.and_then(|raw| {
        let format = options::format(raw);
        if format.is_none() {
            keep(extra, "response_format", raw);
        }
        format
    });

    let sampling = &mut request.sampling;
    sampling.temperature = row.temperature;
    sampling.top_p = row.top_p;
    sampling.top_k = row.top_k;
    sampling.min_p = row.min_p;
    sampling.frequency_penalty = row.frequency_penalty;
    sampling.presence_penalty = row.presence_penalty;
    sampling.repetition_penalty = row.repetition_penalty;
    sampling.n = row.n;
    let seed = if dialect.seed == "seed" {
        (row.seed, row.random_seed)
    } else {
        (row.random_seed, row.seed)
    };
    sampling.seed = seed.0.or(seed.1);
    if let Some(bias) = row.logit_bias {
        sampling.logit_bias = read::<BTreeMap<String, f64>>(bias.get(), "logit_bias")?;
        note_empty(extra, "logit_bias", sampling.logit_bias.is_empty());
    }
    if let Some(stop) = row.stop {
        match json::text_of(stop).filter(|_| stop.get().starts_with('"')) {
            Some(word) => {
                sampling.stop = vec![word.into_owned()];
                mark(extra, "stop");
            }
            None => sampling.stop = read(stop.get(), "stop")?,
        }
        note_empty(extra, "stop", sampling.stop.is_empty());
    }
    match (row.logprobs, row.top_logprobs) {
        (Some(true), top) => {
            sampling.logprobs = Some(top.unwrap_or(0));
            if top == Some(0) {
                extra.push(scope(), "top_logprobs", serde_json::Value::from(0).into());
            }
        }
        (off, top) => {
            if off.is_some() {
                extra.push(scope(), "logprobs", serde_json::Value::from(false).into());
            }
            if let Some(top) = top {
                extra.push(scope(), "top_logprobs", serde_json::Value::from(top).into());
            }
        }
    }

    for field in dialect.thinking {
        let raw = match field {
            ThinkingField::Effort => row.reasoning_effort,
            ThinkingField::Enable => row.enable_thinking,
            ThinkingField::Object => row.reasoning,
            ThinkingField::Toggle => row.thinking,
        };
        if let Some(raw) = raw.filter(|raw| !options::thinking(&mut request.thinking, *field, raw))
        {
            keep(extra, field.key(), raw);
        } else if raw.is_some() {
            mark(extra, field.key());
        }
    }
    let unheard = [
        (ThinkingField::Effort, row.reasoning_effort),
        (ThinkingField::Enable, row.enable_thinking),
        (ThinkingField::Object, row.reasoning),
        (ThinkingField::Toggle, row.thinking),
    ];
    for (field, raw) in unheard {
        if let Some(raw) = raw.filter(|_| !dialect.thinking.contains(&field)) {
            keep(extra, field.key(), raw);
        }
    }
    if let Some(budget) = row.thinking_budget {
        match dialect.thinking.contains(&ThinkingField::Enable) {
            true => request.thinking.budget = Some(budget),
            false => extra.push(scope(), "thinking_budget", serde_json::Value::from(budget).into()),
        }
    }

    if row.max_tokens.is_some() {
        mark(extra, "max_tokens");
    }
    request.max_tokens = row.max_completion_tokens.or(row.max_tokens);
    request.tier = row.service_tier.map(|tier| super::say::tier_of(&tier));
    request.user = row.user.map(|user| user.0.into_owned());
    request.verbosity = row.verbosity.map(|word| Verbosity::from(&*word));
    request.modalities =
        row.modalities.iter().flatten().map(|word| Modality::from(&**word)).collect();
    if let Some(key) = row.prompt_cache_key {
        match dialect.session {
            Some("prompt_cache_key") => request.session = Some(key.0.into_owned()),
            _ => extra.push(scope(), "prompt_cache_key", serde_json::Value::from(&*key).into()),
        }
    }
    if let Some(raw) = row.metadata {
        match serde_json::from_str::<BTreeMap<String, String>>(raw.get()) {
            Ok(metadata) if !metadata.is_empty() => request.metadata = metadata,
            _ => keep(extra, "metadata", raw),
        }
    }
    if let Some(raw) = row.prediction {
        request.prediction = options::prediction(raw);
        if request.prediction.is_none() {
            keep(extra, "prediction", raw);
        }
    }
    if let Some(raw) = row.cache_control {
        request.cache = parts::mark_of(raw);
        if request.cache.is_none() {
            keep(extra, "cache_control", raw);
        }
    }
    // Usage is always asked for: the caller's own options are about what the answer shows.
    let mode = match row.stream {
        Some(true) => Mode::Stream,
        told => {
            if told.is_some() {
                extra.push(scope(), "stream", serde_json::Value::from(false).into());
            }
            Mode::Whole
        }
    };
    if let Some(raw) = row.stream_options {
        keep(extra, "stream_options", raw);
    }
    Ok(Incoming::new(request, mode))
}

/// Reads `text`, which stands at `place`.
fn read<'a, T: Deserialize<'a>>(text: &'a str, place: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| {
        Error::new(ErrorKind::InvalidRequest, format!("{place} can not be read: {source}"))
    })
}

fn issuer() -> Issuer {
    Issuer::speaking(OpenAiChat::NAME)
}

fn scope() -> ExtraScope {
    ExtraScope::Dialect(OpenAiChat::NAME.into())
}

/// What a row did not know, nulls and all.
fn kept(rest: Rest<'_>) -> Extras {
    let entries = rest.into_iter().map(|(key, raw)| json::entry(OpenAiChat::NAME, key, raw.into()));
    entries.collect()
}

fn keep(extra: &mut Extras, key: &str, raw: &RawValue) {
    extra.push(scope(), key, Json::from(raw));
}

/// Notes that a typed field was written under this name, or in this form.
fn mark(extra: &mut Extras, key: &str) {
    extra.push(scope(), key, Json::from(json::NULL));
}

/// Notes that a list was there, and empty.
fn note_empty(extra: &mut Extras, key: &str, empty: bool) {
    if empty {
        let value = if key == "logit_bias" { serde_json::json!({}) } else { serde_json::json!([]) };
        extra.push(scope(), key, value.into());
    }
}
