//! What a list tells of one model, wherever hosts write it.

use std::collections::BTreeMap;

use nohop_types::{Extra, ExtraScope, Json, Listed, Modality, Money, Rate, Unit};
use serde_json::Value;
use serde_json::value::RawValue;

/// The most that is kept of a model without being understood.
const MOST_EXTRA: usize = 64;

/// Where each fact is, by the first path that has it: a name, or several below each other.
const ID: &[&str] = &["/id", "/modelId", "/model", "/name"];
const NAME: &[&str] = &["/display_name", "/displayName", "/modelName", "/model_spec/name", "/name"];
const OWNER: &[&str] =
    &["/owned_by", "/owner", "/organization", "/publisher", "/vendor", "/providerName"];
const CREATED: &[&str] = &["/created", "/created_at"];
const CONTEXT: &[&str] = &[
    "/context_length",
    "/context_window",
    "/max_context_length",
    "/max_model_len",
    "/inputTokenLimit",
    "/max_input_tokens",
    "/limits/max_input_tokens",
    "/capabilities/limits/max_context_window_tokens",
    "/model_spec/availableContextTokens",
    "/top_provider/context_length",
    "/metadata/context_length",
    "/meta/n_ctx",
];
const OUTPUT: &[&str] = &[
    "/max_completion_tokens",
    "/max_output_tokens",
    "/outputTokenLimit",
    "/max_tokens",
    "/limits/max_output_tokens",
    "/capabilities/limits/max_output_tokens",
    "/model_spec/maxCompletionTokens",
    "/top_provider/max_completion_tokens",
    "/metadata/max_tokens",
    "/converse/maxTokensMaximum",
];
const INPUTS: &[&str] = &[
    "/input_modalities",
    "/inputModalities",
    "/supported_input_modalities",
    "/architecture/input_modalities",
    "/modalities/input",
];
const OUTPUTS: &[&str] = &[
    "/output_modalities",
    "/outputModalities",
    "/supported_output_modalities",
    "/architecture/output_modalities",
    "/modalities/output",
];
/// Lists of words, or objects of flags.
const ABILITIES: &[&str] = &[
    "/supported_parameters",
    "/supportedGenerationMethods",
    "/supported_endpoints",
    "/supported_features",
    "/endpoints",
    "/features",
    "/capabilities",
    "/capabilities/supports",
    "/model_spec/capabilities",
];
const RATES: &[&str] = &["/pricing", "/model_spec/pricing", "/metadata/pricing"];

/// What stands before a model's name where hosts name their collection with it.
const COLLECTIONS: &[&str] = &["models/", "publishers/google/models/"];

/// What is told of the model that `raw` is; `None` when it has no name.
pub(super) fn read(raw: &RawValue) -> Option<Listed> {
    let item: Value = serde_json::from_str(raw.get()).ok()?;
    let (at, id) = text(&item, ID)?;
    let named = COLLECTIONS.iter().find_map(|collection| id.strip_prefix(collection));
    let mut listed = Listed::new(named.unwrap_or(id));
    let mut taken = vec![at];
    if let Some((at, name)) = text(&item, NAME) {
        listed.name = (name != id).then(|| name.to_owned());
        taken.push(at);
    }
    if let Some((at, owner)) = text(&item, OWNER) {
        listed.owner = Some(owner.to_owned());
        taken.push(at);
    }
    if let Some((at, seconds)) = first(&item, CREATED, seconds) {
        // Those who do not know say that it was always there.
        listed.created = (seconds > 0).then_some(seconds);
        taken.push(at);
    }
    for (place, paths) in [(&mut listed.context, CONTEXT), (&mut listed.output, OUTPUT)] {
        if let Some((at, count)) = first(&item, paths, count) {
            *place = Some(count);
            taken.push(at);
        }
    }
    for (place, paths) in [(&mut listed.inputs, INPUTS), (&mut listed.outputs, OUTPUTS)] {
        let words = first(&item, paths, Value::as_array).map(|(_, words)| words);
        let words = words.into_iter().flatten().filter_map(Value::as_str);
        *place = words.map(modality).collect();
    }
    listed.abilities = abilities(&item);
    let rates = first(&item, RATES, Value::as_object);
    listed.rates = rates.map(|(_, rates)| self::rates(rates)).unwrap_or_default();
    listed.extra = rest(raw, &taken);
    Some(listed)
}

/// The first of `paths` at which `read` finds what it looks for.
fn first<'a, T>(
    item: &'a Value,
    paths: &[&'static str],
    read: impl Fn(&'a Value) -> Option<T>,
) -> Option<(&'static str, T)> {
    paths.iter().find_map(|path| Some((*path, read(item.pointer(path)?)?)))
}

fn text<'a>(item: &'a Value, paths: &[&'static str]) -> Option<(&'static str, &'a str)> {
    first(item, paths, |value| value.as_str().filter(|text| !text.is_empty()))
}

/// A number of tokens; none at all is a number that is not known.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|count| *count > 0)
}

fn modality(word: &str) -> Modality {
    match &*word.to_lowercase() {
        "file" | "pdf" => Modality::Document,
        "speech" => Modality::Audio,
        word => Modality::from(word),
    }
}

/// The words of every list and the names of every flag that is set, each once.
fn abilities(item: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        if !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    };
    for place in ABILITIES.iter().filter_map(|path| item.pointer(path)) {
        place.as_array().into_iter().flatten().filter_map(Value::as_str).for_each(&mut add);
        for (key, flag) in place.as_object().into_iter().flatten() {
            let set = flag.get("supported").unwrap_or(flag);
            if set == &Value::Bool(true) {
                add(key);
            }
        }
    }
    if item.get("thinking") == Some(&Value::Bool(true)) {
        add("thinking");
    }
    found
}

/// The prices of a list: texts are for one of each, and numbers for a million tokens.
fn rates(prices: &serde_json::Map<String, Value>) -> Vec<Rate> {
    let rate = |(key, price): (&String, &Value)| {
        let unit = unit(key)?;
        let token = !matches!(unit, Unit::Image | Unit::Request | Unit::Search);
        let price = price.get("usd").unwrap_or(price);
        let price: Money = match price {
            Value::String(price) => price.parse().ok()?,
            Value::Number(price) if token => millionth(&price.to_string())?,
            _ => return None,
        };
        Some(Rate::new(unit, price))
    };
    prices.iter().filter_map(rate).collect()
}

fn unit(key: &str) -> Option<Unit> {
    Some(match key {
        "cache_input" | "cache_read" | "cache_read_tokens" | "cached_input"
        | "input_cache_read" => Unit::CacheRead,
        "cache_write" | "cache_write_tokens" | "input_cache_write" => Unit::CacheWrite,
        "image" => Unit::Image,
        "input" | "input_tokens" | "prompt" => Unit::Input,
        "completion" | "output" | "output_tokens" => Unit::Output,
        "internal_reasoning" => Unit::Reasoning,
        "request" => Unit::Request,
        "search_unit" | "search_units" => Unit::Search,
        _ => return None,
    })
}

/// The millionth part of an amount, exact.
fn millionth(price: &str) -> Option<Money> {
    let (mantissa, exponent) = price.split_once(['e', 'E']).unwrap_or((price, "0"));
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(6)?;
    format!("{mantissa}e{exponent}").parse().ok()
}

/// A moment, in seconds since 1970: such a number, or a date and a time of Greenwich.
fn seconds(value: &Value) -> Option<u64> {
    let Some(text) = value.as_str() else { return value.as_u64() };
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let whole = text.len() >= 20 && text.ends_with('Z') && text.is_ascii();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !whole || year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the day that is there at times is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    // So many are before 1970.
    let days = days.checked_sub(719_469)?;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// What else is told, as it is written: what is only in part a fact is kept whole.
fn rest(raw: &RawValue, taken: &[&str]) -> nohop_types::Extras {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    let fields = fields.into_iter().map(|(key, value)| (key, Json::from(value)));
    let told = |(key, value): &(String, Json)| {
        !value.is_empty()
            && key != "object"
            && !taken.iter().any(|path| path.strip_prefix('/') == Some(key))
    };
    let entry = |(key, value)| Extra::new(ExtraScope::Any, key, value);
    fields.filter(told).map(entry).take(MOST_EXTRA).collect()
}
