use nohop_types::{
    Effort, Extras, Json, Modality, OutputFormat, Request, Result, Schema, Thinking, Visibility,
};
use serde_json::value::RawValue;

use super::rows::{ConfigRow, ThinkingRow};
use super::{OWN, inside, keep};
use crate::dialect::gemini::schema;
use crate::dialect::own::read;
use crate::json;

const KEY: &str = "generationConfig";
const CONFIG: &str = "generationConfig.";
const THINKING: &str = "generationConfig.thinkingConfig.";

/// Takes what `generationConfig` says.
pub(super) fn read_into(request: &mut Request, raw: &RawValue) -> Result<()> {
    let row: ConfigRow<'_> = read(raw.get(), KEY)?;
    let extra = &mut request.extra;
    inside(extra, KEY, raw, row.rest);

    let sampling = &mut request.sampling;
    sampling.temperature = row.temperature;
    sampling.top_p = row.top_p;
    sampling.presence_penalty = row.presence;
    sampling.frequency_penalty = row.frequency;
    sampling.top_k = whole(extra, "topK", row.top_k, Some);
    sampling.seed = whole(extra, "seed", row.seed, Some);
    sampling.n = whole(extra, "candidateCount", row.n, |count| u32::try_from(count).ok());
    let most = |count| u64::try_from(count).ok();
    request.max_tokens = whole(extra, "maxOutputTokens", row.most, most);
    if let Some(words) = row.stop {
        if words.is_empty()
            && let Ok(none) = serde_json::value::to_raw_value(&[""; 0])
        {
            keep(extra, CONFIG, "stopSequences", &none);
        }
        sampling.stop = words.into_iter().map(|word| word.0.into_owned()).collect();
    }
    match (row.likely.map(RawValue::get), row.logprobs) {
        (Some("true"), None) => sampling.logprobs = Some(0),
        (Some("true"), Some(raw)) => {
            let count = |count| u32::try_from(count).ok().filter(|count| *count > 0);
            sampling.logprobs = whole(extra, "logprobs", Some(raw), count);
            if let (None, Some(raw)) = (sampling.logprobs, row.likely) {
                keep(extra, CONFIG, "responseLogprobs", raw);
            }
        }
        (_, logprobs) => {
            for (key, raw) in [("responseLogprobs", row.likely), ("logprobs", logprobs)] {
                if let Some(raw) = raw {
                    keep(extra, CONFIG, key, raw);
                }
            }
        }
    }
    request.output = output(extra, row.label, row.open_api, row.schema);
    if let Some(raw) = row.modalities {
        let words: Vec<String> = json::lax(raw).unwrap_or_default();
        let known = |word: &String| word.bytes().all(|byte| byte.is_ascii_uppercase());
        match !words.is_empty() && words.iter().all(known) {
            true => {
                let read = |word: &String| Modality::from(&*word.to_ascii_lowercase());
                request.modalities = words.iter().map(read).collect();
            }
            false => keep(extra, CONFIG, "responseModalities", raw),
        }
    }
    match row.thinking {
        Some(raw) => thinking(&mut request.thinking, extra, raw),
        None => Ok(()),
    }
}

/// A number without a fraction, which some clients spell with one; another thing is kept as it is.
fn whole<T>(
    extra: &mut Extras,
    key: &str,
    raw: Option<&RawValue>,
    fits: impl FnOnce(i64) -> Option<T>,
) -> Option<T> {
    let raw = raw?;
    let number = json::lax::<f64>(raw).filter(|n| n.fract() == 0.0 && n.abs() < 9e15);
    let count = json::lax::<i64>(raw).or_else(|| number.map(|number| number as i64));
    let fitting = count.and_then(fits);
    if fitting.is_none() {
        keep(extra, CONFIG, key, raw);
    }
    fitting
}

/// What the answer shall look like.
fn output(
    extra: &mut Extras,
    label: Option<&RawValue>,
    open_api: Option<&RawValue>,
    told: Option<&RawValue>,
) -> Option<OutputFormat> {
    let word = label.and_then(json::lax::<String>);
    let schema = match (word.as_deref(), open_api, told) {
        (Some("application/json"), None, None) => return Some(OutputFormat::JsonObject),
        (Some("text/plain"), None, None) => return Some(OutputFormat::Text),
        (Some("application/json") | None, Some(raw), None) if object(raw) && fine(label, &word) => {
            let (read, capitals) = schema::lowered(raw);
            match capitals {
                true => extra.push(
                    OWN.scope(),
                    "generationConfig.responseSchema",
                    serde_json::Value::from("").into(),
                ),
                false => OWN.mark(extra, "generationConfig.responseSchema"),
            }
            read
        }
        (Some("application/json") | None, None, Some(raw)) if fine(label, &word) => Json::from(raw),
        _ => {
            let fields = [
                ("responseMimeType", label),
                ("responseSchema", open_api),
                ("responseJsonSchema", told),
            ];
            for (key, raw) in fields {
                if let Some(raw) = raw {
                    keep(extra, CONFIG, key, raw);
                }
            }
            return None;
        }
    };
    if label.is_none() {
        OWN.mark(extra, "generationConfig.responseMimeType");
    }
    Some(OutputFormat::JsonSchema(Schema::anonymous(schema)))
}

/// Whether a label was read, if there is one.
fn fine(label: Option<&RawValue>, word: &Option<String>) -> bool {
    label.is_some() == word.is_some()
}

fn object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// Takes what `thinkingConfig` says.
fn thinking(wish: &mut Thinking, extra: &mut Extras, raw: &RawValue) -> Result<()> {
    let row: ThinkingRow<'_> = read(raw.get(), "thinkingConfig")?;
    inside(extra, "generationConfig.thinkingConfig", raw, row.rest);
    if let Some(raw) = row.shown {
        wish.visibility = match raw.get() {
            "true" => Some(Visibility::Summary),
            "false" => Some(Visibility::Hidden),
            _ => None,
        };
        if wish.visibility.is_none() {
            keep(extra, THINKING, "includeThoughts", raw);
        }
    }
    if let Some(raw) = row.level {
        let word: String = json::lax(raw).unwrap_or_default();
        let effort = Effort::parse(&word.to_ascii_lowercase());
        let effort = effort.filter(|effort| !matches!(effort, Effort::None | Effort::Max));
        let small = word.bytes().all(|byte| byte.is_ascii_lowercase());
        let plain = small || word.bytes().all(|byte| byte.is_ascii_uppercase());
        wish.effort = effort.filter(|_| plain && row.budget.is_none());
        let note = match (wish.effort, small) {
            (None, _) => return both(wish, extra, row.level, row.budget),
            (Some(_), true) => serde_json::Value::from("").into(),
            (Some(_), false) => Json::from(json::NULL),
        };
        extra.push(OWN.scope(), format!("{THINKING}thinkingLevel"), note);
    }
    if let Some(raw) = row.budget {
        match raw.get().parse::<i64>() {
            Ok(-1) => wish.enabled = Some(true),
            Ok(0) => wish.enabled = Some(false),
            Ok(budget) if budget > 0 => wish.budget = u64::try_from(budget).ok(),
            _ => keep(extra, THINKING, "thinkingBudget", raw),
        }
    }
    Ok(())
}

/// Keeps a level that the vocabulary has no word for, and a budget beside it.
fn both(
    wish: &mut Thinking,
    extra: &mut Extras,
    level: Option<&RawValue>,
    budget: Option<&RawValue>,
) -> Result<()> {
    (wish.effort, wish.budget) = (None, None);
    for (key, raw) in [("thinkingLevel", level), ("thinkingBudget", budget)] {
        if let Some(raw) = raw {
            keep(extra, THINKING, key, raw);
        }
    }
    Ok(())
}
