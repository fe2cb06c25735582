//! What providers list themselves.

use nohop_types::{Listed, Modality, Unit};

use super::{Loaded, Pile, rate, sane};
use crate::draft::{ABILITIES, ModelRow, OfferRow, bit};
use crate::meter::{Class, Form, Meter};
use crate::when::When;
use crate::{Error, day};

/// The letter of whoever speaks for itself.
pub(crate) const OWN: char = 'w';

/// What the providers' own lists are quoted as.
pub(crate) const OWN_NAME: &str = "the providers' own lists";

impl Loaded {
    /// Reads what providers list of themselves, looked up on a `day`: the name of each, and its models.
    ///
    /// Of a model that several lists of one provider have, the first says what it is.
    ///
    /// # Errors
    ///
    /// The first model whose price is past every price in its unit, or that is there twice in one list.
    pub fn lists<'l>(
        lists: impl IntoIterator<Item = (&'l str, &'l [Listed])>,
        day: &str,
    ) -> Result<Self, Error> {
        let day = day::parse(day).ok_or_else(|| Error::new(day, "is no day"))?;
        let mut pile = Pile::new(OWN, OWN_NAME, day);
        for (provider, models) in lists {
            let mut known = std::collections::BTreeSet::new();
            pile.loaded.rows.rows.providers.entry(provider.to_owned()).or_default();
            for model in models {
                // What one account has tuned is nobody else's.
                if model.id.is_empty() || model.id.starts_with("ft:") {
                    continue;
                }
                let row = format!("{provider}/{}", model.id);
                if !known.insert(model.id.as_str()) {
                    return Err(Error::new(row, "is there twice"));
                }
                let offer = offer(&row, model, &mut pile)?;
                let key = (provider.to_owned(), model.id.clone());
                pile.loaded.rows.rows.offers.entry(key).or_insert(offer);
            }
        }
        Ok(pile.loaded)
    }
}

fn offer(row: &str, model: &Listed, pile: &mut Pile) -> Result<OfferRow, Error> {
    const METERS: [(Unit, Meter); 8] = [
        (Unit::CacheRead, Meter::Tokens(Class::CacheRead, Form::Any)),
        (Unit::CacheWrite, Meter::Tokens(Class::CacheWrite, Form::Any)),
        (Unit::Image, Meter::ImageIn),
        (Unit::Input, Meter::Tokens(Class::Input, Form::Any)),
        (Unit::Output, Meter::Tokens(Class::Output, Form::Any)),
        (Unit::Reasoning, Meter::Tokens(Class::Reasoning, Form::Any)),
        (Unit::Request, Meter::Request),
        (Unit::Search, Meter::WebSearch),
    ];
    let mut offer = OfferRow::default();
    for said in &model.rates {
        let Some((_, meter)) = METERS.iter().find(|(unit, _)| *unit == said.unit) else {
            pile.pass(said.unit.as_str());
            continue;
        };
        let price = said.price.as_atto();
        sane(row, *meter, price)?;
        // Nothing is said of what is not charged for apart.
        let said = price > 0 || matches!(meter, Meter::Tokens(Class::Input | Class::Output, _));
        let known = offer.card.rates.iter().any(|rate| rate.meter == *meter);
        if said && !known {
            offer.card.rates.push(rate(&When::default(), *meter, price));
        }
    }
    let count = |count: Option<u64>| count.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    (offer.context, offer.output) = (count(model.context), count(model.output));
    offer.hint = hint(model);
    (offer.hint.context, offer.hint.output) = (offer.context, offer.output);
    Ok(offer)
}

/// What is told of the model, in words that are the same everywhere.
fn hint(model: &Listed) -> ModelRow {
    let forms = |forms: &[Modality]| forms.iter().fold(0, |set, it| set | form(it));
    let can = model.abilities.iter().fold(0, |set, word| {
        let word = match word.as_str() {
            "function_calling" | "tool_calls" => "tools",
            "parallel_tool_calls" => "parallel_tools",
            "structured_outputs" => "schema",
            word => word,
        };
        set | bit(&ABILITIES, word).unwrap_or_default()
    });
    ModelRow {
        name: model.name.clone().unwrap_or_default().replace(['\n', '\r'], " "),
        reads: forms(&model.inputs),
        writes: forms(&model.outputs),
        released: model.created.and_then(|it| u16::try_from(it / 86_400).ok()),
        can,
        ..ModelRow::default()
    }
}

fn form(modality: &Modality) -> u8 {
    let form = match modality {
        Modality::Audio => Form::Audio,
        Modality::Document => Form::Document,
        Modality::Image => Form::Image,
        Modality::Text => Form::Text,
        Modality::Video => Form::Video,
        _ => return 0,
    };
    1 << form as u8
}
