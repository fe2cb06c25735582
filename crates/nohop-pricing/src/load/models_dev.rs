//! The catalog of models.dev: providers, their models, and what each can do.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::draft::{ABILITIES, CardRow, EFFORTS, ModelRow, OfferRow, ScoreRow, bit};
use crate::load::json::{Value, join};
use crate::load::{Pile, names, rate};
use crate::meter::{Class, Form, Meter};
use crate::when::{Above, When};
use crate::{Error, day, number};

type Fields<'a> = BTreeMap<Cow<'a, str>, Value<'a>>;

pub(super) fn load(map: Value<'_>, pile: &mut Pile) -> Result<(), Error> {
    for (id, provider) in map.object("the map")? {
        provider.shallow(&id)?;
        // With what else is known of the provider, or without.
        let models = provider.object(&id)?;
        let nested = models.iter().find(|(key, _)| key == "models").map(|(_, models)| *models);
        let models = match nested {
            Some(nested) => nested.object(&id)?,
            None => models,
        };
        let (ours, _) = names::models_dev(&id);
        for (native, model) in models {
            let row = join(&id, &native);
            let fields: Fields<'_> = model.object(&row)?.into_iter().collect();
            let offer = offer(&row, &fields, pile)?;
            let rows = &mut pile.loaded.rows.rows;
            rows.providers.entry(ours.clone()).or_default();
            rows.offers.entry((ours.clone(), native.into_owned())).or_insert(offer);
        }
    }
    Ok(())
}

fn offer(row: &str, fields: &Fields<'_>, pile: &mut Pile) -> Result<OfferRow, Error> {
    let mut offer = OfferRow::default();
    let field = |name: &str| fields.get(name).copied().filter(|value| !value.is_null());
    if let Some(cost) = field("cost") {
        charges(row, cost, &When::default(), pile, &mut offer.card)?;
    }
    if let Some(limit) = field("limit") {
        offer.context = limit.field(row, "context")?.map_or(0, Value::count);
        offer.output = limit.field(row, "output")?.map_or(0, Value::count);
    }
    if let Some(base) = field("base_model") {
        offer.model = base.string(row)?.into_owned();
    }
    offer.hint = hint(row, &field)?;
    (offer.hint.context, offer.hint.output) = (offer.context, offer.output);
    Ok(offer)
}

/// Prices in dollars for a million tokens; those of the tiers are for prompts past their size.
fn charges(
    row: &str,
    cost: Value<'_>,
    when: &When,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    const METERS: [(&str, Class, Form); 7] = [
        ("input", Class::Input, Form::Any),
        ("output", Class::Output, Form::Any),
        ("cache_read", Class::CacheRead, Form::Any),
        ("cache_write", Class::CacheWrite, Form::Any),
        ("reasoning", Class::Reasoning, Form::Any),
        ("input_audio", Class::Input, Form::Audio),
        ("output_audio", Class::Output, Form::Audio),
    ];
    for (key, value) in cost.object(row)? {
        let past = |least: u32| {
            let above = Some(Above { least: least.saturating_add(1), excess: false });
            When { above, ..when.clone() }
        };
        if key == "tier" {
            continue;
        }
        if key == "tiers" {
            for tier in value.array(row)? {
                let size = tier
                    .field(row, "tier")?
                    .map(|tier| tier.field(row, "size"))
                    .transpose()?
                    .flatten();
                let size = size.map(Value::count).filter(|size| *size > 0);
                let size = size.ok_or_else(|| Error::new(row, "has a tier of no size"))?;
                charges(row, tier, &past(size), pile, card)?;
            }
            continue;
        }
        if key == "context_over_200k" {
            charges(row, value, &past(200_000), pile, card)?;
            continue;
        }
        let Some((_, class, form)) = METERS.iter().find(|(name, ..)| *name == key) else {
            pile.pass(&format!("cost.{key}"));
            continue;
        };
        let meter = Meter::Tokens(*class, *form);
        let row = join(row, &key);
        let price = pile.price(&row, &value.number(&row)?, meter, 12)?;
        card.rates.push(rate(when, meter, price));
    }
    Ok(())
}

fn hint<'a>(row: &str, field: &dyn Fn(&str) -> Option<Value<'a>>) -> Result<ModelRow, Error> {
    const TOLD: [(&str, &str); 5] = [
        ("open_weights", "open_weights"),
        ("reasoning", "reasoning"),
        ("structured_output", "schema"),
        ("temperature", "sampling"),
        ("tool_call", "tools"),
    ];
    let mut hint = ModelRow::default();
    let text = |name: &str| field(name).map(|value| value.string(row)).transpose();
    hint.name = text("name")?.unwrap_or_default().into_owned();
    hint.family = text("family")?.unwrap_or_default().into_owned();
    hint.released = text("release_date")?.and_then(|text| day::parse(&text));
    hint.cutoff = text("knowledge")?.and_then(|text| day::parse(&text));
    for (name, ability) in TOLD {
        let Some((value, bit)) = field(name).zip(bit(&ABILITIES, ability)) else { continue };
        hint.can |= if value.is_true() { bit } else { 0 };
        hint.cannot |= if value.is_false() { bit } else { 0 };
    }
    if let Some(modalities) = field("modalities") {
        let forms = |side: &str| -> Result<u8, Error> {
            let list = modalities.field(row, side)?.map(|list| list.strings(row)).transpose()?;
            Ok(list.unwrap_or_default().iter().fold(0, |set, word| set | form(word)))
        };
        (hint.reads, hint.writes) = (forms("input")?, forms("output")?);
    }
    for option in
        field("reasoning_options").map(|list| list.array(row)).transpose()?.unwrap_or_default()
    {
        let kind = option
            .field(row, "type")?
            .map(|kind| kind.string(row))
            .transpose()?
            .unwrap_or_default();
        let count = |name: &str| option.field(row, name).map(|value| value.map_or(0, Value::count));
        match kind.as_ref() {
            "effort" => {
                let levels =
                    option.field(row, "values")?.map(|list| list.array(row)).transpose()?;
                for level in levels.unwrap_or_default().into_iter().filter(|level| !level.is_null())
                {
                    hint.efforts |= bit(&EFFORTS, &level.string(row)?).unwrap_or_default() as u8;
                }
            }
            "budget_tokens" => hint.budget = Some((count("min")?, count("max")?)),
            "toggle" => hint.can |= bit(&ABILITIES, "reasoning_off").unwrap_or_default(),
            _ => {}
        }
    }
    for score in field("benchmarks").map(|list| list.array(row)).transpose()?.unwrap_or_default() {
        let part = |name: &str| score.field(row, name);
        let (Some(name), Some(value)) = (part("name")?, part("score")?) else { continue };
        let Ok(value) = number::read(&value.number(row)?, 3) else { continue };
        let day =
            part("date")?.map(|day| day.string(row)).transpose()?.and_then(|day| day::parse(&day));
        let milli = u32::try_from(value.value).unwrap_or_default();
        hint.scores.push(ScoreRow {
            name: name.string(row)?.into_owned(),
            milli,
            day: day.unwrap_or_default(),
        });
    }
    Ok(hint)
}

fn form(word: &str) -> u8 {
    let form = match word {
        "text" => Form::Text,
        "audio" => Form::Audio,
        "image" => Form::Image,
        "video" => Form::Video,
        "pdf" | "file" => Form::Document,
        _ => return 0,
    };
    1 << form as u8
}
