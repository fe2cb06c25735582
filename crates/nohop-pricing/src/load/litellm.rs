//! The price map of LiteLLM: a row for each model at each provider, and a field for each price and condition.

use std::borrow::Cow;

use crate::draft::{AllowanceRow, CardRow, FactorRow, OfferRow, RateRow};
use crate::load::json::{Value, join};
use crate::load::{Pile, names, rate};
use crate::meter::{Class, Form, Meter};
use crate::when::{Above, By, When};
use crate::{Error, day, number};

mod field;
mod hint;

/// Rows that are no models.
const NO_MODELS: [&str; 2] = ["sample_spec", "fallback_generalizations"];

/// The fields of a row; few enough to be looked through.
struct Fields<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

pub(super) fn load(map: Value<'_>, pile: &mut Pile) -> Result<(), Error> {
    for (key, row) in map.object("the map")? {
        if NO_MODELS.contains(&key.as_ref()) {
            continue;
        }
        row.shallow(&join("", &key))?;
        load_row(&key, &Fields(row.object(&join("", &key))?), pile)?;
    }
    Ok(())
}

fn load_row(key: &str, fields: &Fields<'_>, pile: &mut Pile) -> Result<(), Error> {
    let name = join("", key);
    let Some(provider) = fields.get("litellm_provider") else {
        return Err(Error::new(name, "has no litellm_provider"));
    };
    let theirs = provider.string(&name)?;
    let (ours, _) = names::litellm(&theirs);
    let Some((native, region)) = native(key, &theirs) else {
        pile.pass("a row for a size or a commitment, and not for a model");
        return Ok(());
    };
    let when = region.map_or_else(When::default, |region| When::term(By::Region, region));
    let mode = fields.get("mode").map(|mode| mode.string(&name)).transpose()?.unwrap_or_default();
    let mut offer =
        OfferRow { card: card(&name, fields, &mode, &when, pile)?, ..OfferRow::default() };
    let count = |field: &str| fields.get(field).copied().map_or(0, Value::count);
    (offer.context, offer.output) = (count("max_input_tokens"), count("max_output_tokens"));
    if let Some(value) = fields.get("deprecation_date") {
        let text = value.string(&name)?;
        offer.retires = Some(
            day::parse(&text).ok_or_else(|| Error::new(&name, "retires on a day that is none"))?,
        );
    }
    offer.quotes = fields.get("source").is_some_and(|source| !source.is_null());
    offer.hint = hint::hint(fields, &mode, &name)?;
    (offer.hint.context, offer.hint.output) = (offer.context, offer.output);

    let rows = &mut pile.loaded.rows.rows;
    rows.providers.entry(ours.clone()).or_default();
    match rows.offers.get_mut(&(ours.clone(), native.to_owned())) {
        None => {
            rows.offers.insert((ours, native.to_owned()), offer);
        }
        // The same under another key, as `gemini-2.5-pro` and `vertex_ai/gemini-2.5-pro`; or elsewhere.
        Some(known) => {
            for rate in offer.card.rates {
                if !known
                    .card
                    .rates
                    .iter()
                    .any(|it| (it.meter, &it.when) == (rate.meter, &rate.when))
                {
                    known.card.rates.push(rate);
                }
            }
        }
    }
    Ok(())
}

/// The provider's own id, and the region that stands before it; `None` where a row is for a size of picture or for capacity
/// that was bought ahead.
fn native<'a>(key: &'a str, provider: &str) -> Option<(&'a str, Option<&'a str>)> {
    let rest = key.split_once('/').filter(|(first, _)| {
        *first == provider || provider.starts_with(&format!("{first}-")) || same(first, provider)
    });
    let mut native = rest.map_or(key, |(_, rest)| rest);
    let mut region = None;
    while let Some((first, rest)) = native.split_once('/') {
        match (provider, first) {
            ("azure" | "azure_ai", "eu" | "us") => region = Some(first),
            ("azure" | "azure_ai", "global" | "global-standard") => {}
            ("bedrock" | "bedrock_converse", first) if is_aws_region(first) => region = Some(first),
            _ => break,
        }
        native = rest;
    }
    let sized = |part: &str| {
        part.contains("-x-")
            || part.ends_with("-steps")
            || part.ends_with("-commitment")
            || part == "*"
            || part == "hd"
    };
    (!native.is_empty() && !native.split('/').any(sized)).then_some((native, region))
}

fn same(first: &str, provider: &str) -> bool {
    matches!(
        (first, provider),
        ("bedrock", "bedrock_converse")
            | ("vertex_ai", _)
            | ("cohere", "cohere_chat")
            | ("voyage", _)
            | ("codestral", _)
    ) && provider.contains(first)
}

fn is_aws_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    text.len() > 6
        && parts.next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.count() >= 2
}

fn card(
    name: &str,
    fields: &Fields<'_>,
    mode: &str,
    when: &When,
    pile: &mut Pile,
) -> Result<CardRow, Error> {
    let mut card = CardRow::default();
    for (key, value) in &fields.0 {
        match key.as_ref() {
            // Is no price.
            key if key.starts_with("supports_") => {}
            // Is said again by another field.
            "input_cost_per_token_cache_hit"
                if fields.get("cache_read_input_token_cost").is_some() => {}
            "search_context_cost_per_query" => searches(name, *value, when, pile, &mut card)?,
            "search_free_requests" => card.allowances.extend(allowance(name, *value)?),
            "off_peak_pricing" => off_peak(name, *value, mode, when, pile, &mut card)?,
            "tiered_pricing" => tiers(name, *value, mode, when, pile, &mut card)?,
            "provider_specific_entry" => {
                for (what, factor) in value.object(name)? {
                    match what.as_ref() {
                        "us" => card.factors.push(factor_row(
                            name,
                            factor,
                            &When::term(By::Region, "us"),
                        )?),
                        "fast" => card.factors.push(factor_row(
                            name,
                            factor,
                            &When::term(By::Speed, "fast"),
                        )?),
                        _ => {}
                    }
                }
            }
            key => match key.strip_prefix("regional_processing_uplift_multiplier_") {
                Some(region) => {
                    card.factors.push(factor_row(name, *value, &When::term(By::Region, region))?)
                }
                None if key == "regional_endpoint_uplift_multiplier" => {
                    card.factors.push(factor_row(
                        name,
                        *value,
                        &When::term(By::Region, "regional"),
                    )?);
                }
                None if is_price(key) => price(name, key, *value, mode, when, pile, &mut card)?,
                None => {}
            },
        }
    }
    Ok(card)
}

fn is_price(key: &str) -> bool {
    match key.as_bytes().first() {
        Some(b'i' | b'o' | b'c') => {
            key.starts_with("cache_")
                || key.starts_with("input_cost")
                || key.starts_with("output_cost")
                || key.contains("cost")
        }
        // What is most often there, and no price.
        Some(b'm' | b'l' | b's') => false,
        _ => key.contains("cost"),
    }
}

/// Takes over one price by the name of its field.
fn price(
    name: &str,
    key: &str,
    value: Value<'_>,
    mode: &str,
    when: &When,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    if value.is_null() {
        return Ok(());
    }
    let Some(field) = field::read(key, mode) else {
        // What is counted otherwise is counted again in a field of its own.
        if !key.contains("dbu") {
            pile.pass(key);
        }
        return Ok(());
    };
    let price = value
        .number(name)
        .and_then(|text| pile.price(name, &text, field.meter, 18 - field.shift))
        .map_err(|error| error.field(key))?;
    let price = price * field.times;
    let when = if *when == When::default() { field.when } else { when.and(&field.when) };
    if !card.rates.iter().any(|rate| (rate.meter, &rate.when) == (field.meter, &when)) {
        card.rates.push(RateRow { when, meter: field.meter, price, sources: 1 });
    }
    Ok(())
}

fn searches(
    name: &str,
    value: Value<'_>,
    when: &When,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    let mut prices = Vec::new();
    for (size, price) in value.object(name)? {
        let Some(size) = size.strip_prefix("search_context_size_") else { continue };
        let row = join(name, "search_context_cost_per_query");
        let price = pile.price(&row, &price.number(&row)?, Meter::WebSearch, 18)?;
        prices.push((size.to_owned(), price));
    }
    let alike = prices.windows(2).all(|two| matches!(two, [one, other] if one.1 == other.1));
    for (size, price) in &prices {
        let when = if alike { when.clone() } else { when.and(&When::term(By::Search, size)) };
        card.rates.push(rate(&when, Meter::WebSearch, *price));
        if alike {
            break;
        }
    }
    Ok(())
}

fn allowance(name: &str, value: Value<'_>) -> Result<Option<AllowanceRow>, Error> {
    let count = value.field(name, "count")?.map_or(0, Value::count);
    let monthly = match value.field(name, "period")? {
        Some(period) => period.string(name)? == "month",
        None => return Ok(None),
    };
    let group = value.field(name, "shared_group")?.map(|group| group.string(name)).transpose()?;
    let group = group.unwrap_or_default().into_owned();
    Ok((count > 0).then_some(AllowanceRow {
        meter: Meter::WebSearch,
        count,
        monthly,
        group,
        sources: 1,
    }))
}

fn off_peak(
    name: &str,
    value: Value<'_>,
    mode: &str,
    when: &When,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    let name = join(name, "off_peak_pricing");
    let mut times = when.clone();
    for window in value
        .field(&name, "windows")?
        .map(|list| list.array(&name))
        .transpose()?
        .unwrap_or_default()
    {
        times.windows.extend(field::windows(window, &name)?);
    }
    for (key, value) in value.object(&name)? {
        if key != "windows" {
            price(&name, &key, value, mode, &times, pile, card)?;
        }
    }
    Ok(())
}

/// Prices by the length of the prompt, each with the range for which it is meant: past its lower end.
fn tiers(
    name: &str,
    value: Value<'_>,
    mode: &str,
    when: &When,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    let name = join(name, "tiered_pricing");
    for tier in value.array(&name)? {
        let Some(range) = tier.field(&name, "range")? else {
            pile.pass("prices by something else than the length of the prompt");
            continue;
        };
        let bounds = range.array(&name)?;
        let low = bounds.first().copied().map_or(0, Value::count);
        let above = (low > 0).then_some(Above { least: low.saturating_add(1), excess: false });
        let when = When { above, ..when.clone() };
        for (key, value) in tier.object(&name)? {
            if key != "range" {
                price(&name, &key, value, mode, &when, pile, card)?;
            }
        }
    }
    Ok(())
}

fn factor_row(name: &str, value: Value<'_>, when: &When) -> Result<FactorRow, Error> {
    let wrong = |what: &str| Error::new(name, format!("has a factor that {what}"));
    let read = number::read(&value.number(name)?, 3).map_err(|it| wrong(it.as_str()))?;
    let milli = u32::try_from(read.value).ok().filter(|milli| (1..=100_000).contains(milli));
    Ok(FactorRow {
        when: when.clone(),
        milli: milli.ok_or_else(|| wrong("is past every factor"))?,
        sources: 1,
    })
}

/// The classes of which a field of LiteLLM's speaks, by its beginning.
const TOKENS: [(&str, Class, Form); 17] = [
    ("cache_creation_input_audio_token_cost", Class::CacheWrite, Form::Audio),
    ("cache_creation_input_token_cost", Class::CacheWrite, Form::Any),
    ("cache_read_input_audio_token_cost", Class::CacheRead, Form::Audio),
    ("cache_read_input_image_token_cost", Class::CacheRead, Form::Image),
    ("cache_read_input_token_cost", Class::CacheRead, Form::Any),
    ("citation_cost_per_token", Class::Citation, Form::Any),
    ("input_cost_per_audio_token", Class::Input, Form::Audio),
    ("input_cost_per_image_token", Class::Input, Form::Image),
    ("input_cost_per_video_token", Class::Input, Form::Video),
    ("input_cost_per_token_cache_hit", Class::CacheRead, Form::Any),
    ("input_cost_per_token", Class::Input, Form::Any),
    ("output_cost_per_audio_token", Class::Output, Form::Audio),
    ("output_cost_per_image_token", Class::Output, Form::Image),
    ("output_cost_per_reasoning_token", Class::Reasoning, Form::Any),
    ("output_cost_per_video_token", Class::Output, Form::Video),
    ("output_cost_per_token", Class::Output, Form::Any),
    ("output_cost_per_text_token", Class::Output, Form::Text),
];
