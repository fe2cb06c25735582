//! OpenRouter's list of models.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::draft::{ABILITIES, CardRow, ModelRow, OfferRow, bit};
use crate::load::json::{Value, join};
use crate::load::{Pile, rate};
use crate::meter::{Class, Form, Meter};
use crate::when::{Above, By, When, Window};
use crate::{Error, day};

type Fields<'a> = BTreeMap<Cow<'a, str>, Value<'a>>;

/// What a price is for, in dollars for one.
const PRICES: [(&str, Meter); 14] = [
    ("prompt", Meter::Tokens(Class::Input, Form::Any)),
    ("completion", Meter::Tokens(Class::Output, Form::Any)),
    ("input_cache_read", Meter::Tokens(Class::CacheRead, Form::Any)),
    ("input_cache_write", Meter::Tokens(Class::CacheWrite, Form::Any)),
    ("input_cache_write_1h", Meter::Tokens(Class::CacheWrite1h, Form::Any)),
    ("internal_reasoning", Meter::Tokens(Class::Reasoning, Form::Any)),
    ("audio", Meter::Tokens(Class::Input, Form::Audio)),
    ("audio_output", Meter::Tokens(Class::Output, Form::Audio)),
    ("input_audio_cache", Meter::Tokens(Class::CacheRead, Form::Audio)),
    ("image_token", Meter::Tokens(Class::Input, Form::Image)),
    ("image_output", Meter::Tokens(Class::Output, Form::Image)),
    ("image", Meter::ImageIn),
    ("request", Meter::Request),
    ("web_search", Meter::WebSearch),
];

pub(super) fn load(list: Value<'_>, pile: &mut Pile) -> Result<(), Error> {
    let data =
        list.field("the list", "data")?.ok_or_else(|| Error::new("the list", "has no data"))?;
    pile.loaded.rows.rows.providers.entry("openrouter".to_owned()).or_default();
    for (place, model) in data.array("data")?.into_iter().enumerate() {
        let row = format!("model {}", place + 1);
        model.shallow(&row)?;
        let fields: Fields<'_> = model.object(&row)?.into_iter().collect();
        let id = fields.get("id").ok_or_else(|| Error::new(&row, "has no id"))?.string(&row)?;
        let offer = offer(&id, &fields, pile)?;
        let key = ("openrouter".to_owned(), id.to_string());
        if pile.loaded.rows.rows.offers.insert(key, offer).is_some() {
            return Err(Error::new(&*id, "is there twice"));
        }
    }
    Ok(())
}

fn offer(id: &str, fields: &Fields<'_>, pile: &mut Pile) -> Result<OfferRow, Error> {
    let field = |name: &str| fields.get(name).copied().filter(|value| !value.is_null());
    let mut offer = OfferRow { model: id.to_owned(), quotes: true, ..OfferRow::default() };
    if let Some(pricing) = field("pricing") {
        // A router of theirs costs what it chooses: the price is minus one.
        let prompt = pricing.field(id, "prompt")?.map(|price| price.number(id)).transpose()?;
        if prompt.as_deref() != Some("-1") {
            charges(id, pricing, &When::default(), pile, &mut offer.card)?;
        }
    }
    offer.context = field("context_length").map_or(0, Value::count);
    if let Some(top) = field("top_provider") {
        offer.output = top.field(id, "max_completion_tokens")?.map_or(0, Value::count);
    }
    if let Some(date) = field("expiration_date") {
        offer.retires = day::parse(date.string(id)?.get(..10).unwrap_or_default());
    }
    offer.hint = hint(id, &field)?;
    (offer.hint.context, offer.hint.output) = (offer.context, offer.output);
    if let Some(canonical) = field("canonical_slug") {
        let canonical = canonical.string(id)?;
        if canonical != id && !id.contains(':') {
            offer.also.push(canonical.into_owned());
        }
    }
    Ok(offer)
}

/// The endpoints of one model: each is a door with a price, and what they agree on is so of the offer.
pub(super) fn endpoints(list: Value<'_>, pile: &mut Pile) -> Result<(), Error> {
    list.shallow("the list")?;
    let data =
        list.field("the list", "data")?.ok_or_else(|| Error::new("the list", "has no data"))?;
    let id = data.field("data", "id")?.ok_or_else(|| Error::new("data", "has no id"))?;
    let id = id.string("data")?;
    let key = ("openrouter".to_owned(), id.to_string());
    let Some(mut offer) = pile.loaded.rows.rows.offers.get(&key).cloned() else {
        return Err(Error::new(&*id, "is not in the list of models"));
    };
    let listed =
        data.field(&id, "endpoints")?.ok_or_else(|| Error::new(&*id, "has no endpoints"))?;
    let mut roundings = BTreeSet::new();
    for endpoint in listed.array(&id)? {
        let tag = endpoint.field(&id, "tag")?.ok_or_else(|| Error::new(&*id, "has no tag"))?;
        let tag = tag.string(&id)?;
        if tag.is_empty() || tag.contains(char::is_whitespace) {
            return Err(Error::new(&*id, "has a tag that is no word"));
        }
        let when = When::term(By::Door, &tag);
        if offer.card.rates.iter().any(|rate| rate.when.terms == when.terms) {
            return Err(Error::new(join(&id, &tag), "is there twice"));
        }
        let pricing = endpoint.field(&id, "pricing")?;
        let pricing = pricing.ok_or_else(|| Error::new(join(&id, &tag), "has no pricing"))?;
        charges(&join(&id, &tag), pricing, &when, pile, &mut offer.card)?;
        let rounding = endpoint.field(&id, "quantization")?;
        let rounding = rounding.map(|text| text.string(&id)).transpose()?.unwrap_or_default();
        roundings.insert(rounding.into_owned());
    }
    // How its numbers are rounded is so of the offer where all say the same.
    if let (1, Some(only)) = (roundings.len(), roundings.first())
        && only != "unknown"
    {
        offer.quantization.clone_from(only);
    }
    pile.loaded.rows.rows.offers.insert(key, offer);
    Ok(())
}

fn charges(
    id: &str,
    pricing: Value<'_>,
    base: &When,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    prices(id, pricing, base, pile, card)?;
    // Of several that apply the last decides.
    let overrides = pricing.field(id, "overrides")?.map(|list| list.array(id)).transpose()?;
    for other in overrides.unwrap_or_default().into_iter().rev() {
        let mut when = base.clone();
        let count = |name: &str| other.field(id, name).map(|value| value.map(Value::count));
        if let Some(past) = count("min_prompt_tokens")? {
            when.above = Some(Above { least: past.saturating_add(1), excess: false });
        }
        let time = |name: &str| -> Result<Option<u16>, Error> {
            let Some(value) = other.field(id, name)? else { return Ok(None) };
            let text = value.number(id)?;
            let time: Option<u16> = text.parse().ok();
            let minute =
                time.map(|time| time / 100 * 60 + time % 100).filter(|minute| *minute <= 1_440);
            minute
                .map(|minute| Some(minute % 1_440))
                .ok_or_else(|| Error::new(id, "has a time that is none"))
        };
        if let (Some(from), Some(to)) = (time("utc_start")?, time("utc_end")?) {
            when.windows.push(Window { days: Window::DAILY, from, to });
        }
        if when == *base {
            pile.pass("an override without a condition that is known");
            continue;
        }
        prices(id, other, &when, pile, card)?;
    }
    Ok(())
}

fn prices(
    id: &str,
    list: Value<'_>,
    when: &When,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    for (key, value) in list.object(id)? {
        let known = PRICES.iter().find(|(name, _)| *name == key);
        let Some((_, meter)) = known else { continue };
        if value.is_null() {
            continue;
        }
        let row = join(id, &key);
        let price = pile.price(&row, &value.number(&row)?, *meter, 18)?;
        // Nothing is said of what is not charged for apart: everything but the two is zero where it has no price.
        let said = price > 0 || matches!(key.as_ref(), "prompt" | "completion");
        let known = card.rates.iter().any(|rate| (rate.meter, &rate.when) == (*meter, when));
        if said && !known {
            card.rates.push(rate(when, *meter, price));
        }
    }
    Ok(())
}

fn hint<'a>(id: &str, field: &dyn Fn(&str) -> Option<Value<'a>>) -> Result<ModelRow, Error> {
    const HEEDED: [(&str, &str); 5] = [
        ("tools", "tools"),
        ("parallel_tool_calls", "parallel_tools"),
        ("structured_outputs", "schema"),
        ("reasoning", "reasoning"),
        ("temperature", "sampling"),
    ];
    let mut hint = ModelRow::default();
    let name = field("name").map(|name| name.string(id)).transpose()?.unwrap_or_default();
    hint.name = name.split_once(": ").map_or(&*name, |(_, name)| name).to_owned();
    let parameters = field("supported_parameters").map(|list| list.strings(id)).transpose()?;
    for word in parameters.unwrap_or_default() {
        let known = HEEDED.iter().find(|(theirs, _)| *theirs == word);
        hint.can |= known.and_then(|(_, ability)| bit(&ABILITIES, ability)).unwrap_or_default();
    }
    if let Some(created) = field("created").map(Value::count).filter(|created| *created > 0) {
        hint.released = u16::try_from(created / 86_400).ok();
    }
    if let Some(built) = field("architecture") {
        let forms = |side: &str| -> Result<u8, Error> {
            let list = built.field(id, side)?.map(|list| list.strings(id)).transpose()?;
            Ok(list.unwrap_or_default().iter().fold(0, |set, word| set | form(word)))
        };
        (hint.reads, hint.writes) = (forms("input_modalities")?, forms("output_modalities")?);
        let tokenizer = built.field(id, "tokenizer")?.map(|text| text.string(id)).transpose()?;
        hint.tokenizer = tokenizer.unwrap_or_default().into_owned();
    }
    Ok(hint)
}

fn form(word: &str) -> u8 {
    let form = match word {
        "text" => Form::Text,
        "audio" => Form::Audio,
        "image" => Form::Image,
        "video" => Form::Video,
        "file" => Form::Document,
        _ => return 0,
    };
    1 << form as u8
}
