//! The catalog of genai-prices: providers, their models, and which ids are which model's.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::draft::{CardRow, OfferRow};
use crate::load::json::{Value, join};
use crate::load::pattern::Match;
use crate::load::{Pile, names, rate};
use crate::meter::{Class, Form, Meter};
use crate::when::{Above, By, Term, When, Window, minute};
use crate::{Error, day};

pub(super) fn load(list: Value<'_>, pile: &mut Pile) -> Result<(), Error> {
    for (place, provider) in list.array("the list")?.into_iter().enumerate() {
        let row = format!("provider {}", place + 1);
        provider.shallow(&row)?;
        let fields: BTreeMap<Cow<'_, str>, Value<'_>> =
            provider.object(&row)?.into_iter().collect();
        let id = fields.get("id").ok_or_else(|| Error::new(&row, "has no id"))?.string(&row)?;
        let (ours, suffix) = names::genai(&id);
        let models =
            fields.get("models").copied().ok_or_else(|| Error::new(&*id, "has no models"))?;
        let fallbacks = match fields.get("fallback_model_providers") {
            Some(list) if !list.is_null() => list.strings(&id)?,
            _ => Vec::new(),
        };
        Provider { id: &id, ours, suffix, matches: Vec::new() }.load(models, &fallbacks, pile)?;
    }
    Ok(())
}

struct Provider<'a> {
    id: &'a str,
    ours: String,
    suffix: String,
    /// Which ids are which model's, in order: the first that matches decides.
    matches: Vec<(String, Match)>,
}

impl Provider<'_> {
    fn load(
        mut self,
        models: Value<'_>,
        fallbacks: &[Cow<'_, str>],
        pile: &mut Pile,
    ) -> Result<(), Error> {
        let rows = &mut pile.loaded.rows.rows;
        let provider = rows.providers.entry(self.ours.clone()).or_default();
        provider.fallbacks.extend(fallbacks.iter().map(|other| names::genai(other).0));
        for model in models.array(self.id)? {
            self.model(model, pile)?;
        }
        self.name(pile);
        Ok(())
    }

    fn model(&mut self, model: Value<'_>, pile: &mut Pile) -> Result<(), Error> {
        let fields: BTreeMap<Cow<'_, str>, Value<'_>> =
            model.object(self.id)?.into_iter().collect();
        let field = |name: &str| fields.get(name).copied().filter(|value| !value.is_null());
        let id = field("id").ok_or_else(|| Error::new(self.id, "has a model without an id"))?;
        let id = id.string(self.id)?;
        let row = join(self.id, &id);
        let mut offer = OfferRow {
            card: card(field("prices"), field("price_variants"), &row, pile)?,
            ..OfferRow::default()
        };
        offer.context = field("context_window").map_or(0, Value::count);
        offer.hint.context = offer.context;
        // The pages are the provider's, and every row is from one of them.
        offer.quotes = true;
        if let Some(name) = field("name") {
            offer.hint.name = name.string(&row)?.into_owned();
        }
        let native = format!("{id}{}", self.suffix);
        let known = &mut pile.loaded.rows.rows.offers;
        if known.insert((self.ours.clone(), native.clone()), offer).is_some() {
            return Err(Error::new(row, "is there twice"));
        }
        match field("match").map(|clause| Match::read(clause, &row)).transpose()?.flatten() {
            Some(clause) => self.matches.push((native, clause)),
            None => pile.pass("a clause that no pattern can say"),
        }
        Ok(())
    }

    /// Hands out the names: an id is that of the first model whose clause it meets.
    fn name(self, pile: &mut Pile) {
        let rows = &mut pile.loaded.rows.rows;
        for (place, (native, clause)) in self.matches.iter().enumerate() {
            for id in clause.ids() {
                let earlier = self.matches[..place].iter().any(|(_, clause)| clause.matches(id));
                let named = format!("{id}{}", self.suffix);
                if let Some(offer) = rows.offers.get_mut(&(self.ours.clone(), native.clone()))
                    && !earlier
                    && !named.eq_ignore_ascii_case(native)
                {
                    offer.also.push(named);
                }
            }
            if let Some(provider) = rows.providers.get_mut(&self.ours) {
                let suffix = &self.suffix;
                let patterns = clause.patterns().map(|pattern| match pattern.split_once(" !") {
                    // What is behind the id is behind what it is not, too.
                    Some((what, not)) => format!("{what}{suffix} !{not}"),
                    None => format!("{pattern}{suffix}"),
                });
                provider.patterns.extend(patterns.map(|pattern| (pattern, native.clone())));
            }
        }
    }
}

fn card(
    prices: Option<Value<'_>>,
    variants: Option<Value<'_>>,
    row: &str,
    pile: &mut Pile,
) -> Result<CardRow, Error> {
    let mut card = CardRow::default();
    match prices {
        Some(list) if list.is_array() => dated(list, row, pile, &mut card)?,
        Some(object) => charges(object, &When::default(), row, pile, &mut card)?,
        None => {}
    }
    for variant in variants.map(|list| list.array(row)).transpose()?.unwrap_or_default() {
        let fields: BTreeMap<Cow<'_, str>, Value<'_>> = variant.object(row)?.into_iter().collect();
        let mut when = condition(fields.get("constraint").copied(), row)?;
        let asked =
            fields.get("when").ok_or_else(|| Error::new(row, "has a variant of nothing"))?;
        let mut known = true;
        for (key, word) in asked.object(row)? {
            let by = match key.as_ref() {
                "processing" => By::Processing,
                "service_tier" => By::Tier,
                "speed" => By::Speed,
                "search_type" => By::Search,
                "route" => By::Door,
                _ => {
                    pile.pass(&format!("a variant by {key}"));
                    known = false;
                    continue;
                }
            };
            let term = Term { by, word: word.string(row)?.into_owned() };
            when = when.and(&When { terms: vec![term], ..When::default() });
        }
        if let Some(prices) = fields.get("prices").filter(|_| known) {
            charges(*prices, &when, row, pile, &mut card)?;
        }
    }
    Ok(card)
}

/// Prices that have their times: the last that is meant applies, so that each ends when a later one begins.
fn dated(list: Value<'_>, row: &str, pile: &mut Pile, card: &mut CardRow) -> Result<(), Error> {
    let mut dated = Vec::new();
    for entry in list.array(row)? {
        let fields: BTreeMap<Cow<'_, str>, Value<'_>> = entry.object(row)?.into_iter().collect();
        let when = condition(fields.get("constraint").copied(), row)?;
        let prices =
            fields.get("prices").ok_or_else(|| Error::new(row, "has a date without prices"))?;
        dated.push((when, *prices));
    }
    // Where none is meant the first is.
    if let Some((first, _)) = dated.first_mut() {
        first.from = None;
    }
    for place in 0..dated.len() {
        let later = dated[place + 1..].iter().filter_map(|(when, _)| when.from);
        let until = later.min();
        let (when, prices) = &dated[place];
        let when = When { until, ..when.clone() };
        charges(*prices, &when, row, pile, card)?;
    }
    Ok(())
}

fn condition(constraint: Option<Value<'_>>, row: &str) -> Result<When, Error> {
    let mut when = When::default();
    let Some(constraint) = constraint.filter(|it| !it.is_null()) else { return Ok(when) };
    let wrong = || Error::new(row, "has a time that is none");
    let mut window = (None, None);
    for (key, value) in constraint.object(row)? {
        let value = value.string(row)?;
        let utc = || {
            value
                .get(..5)
                .filter(|_| value.ends_with("+00:00") || value.ends_with('Z') || value.len() == 8)
        };
        match key.as_ref() {
            "start_date" => when.from = Some(day::parse(&value).ok_or_else(wrong)?),
            "start_time" => window.0 = Some(utc().and_then(minute).ok_or_else(wrong)?),
            "end_time" => window.1 = Some(utc().and_then(minute).ok_or_else(wrong)?),
            _ => {}
        }
    }
    if let (Some(from), Some(to)) = window {
        when.windows.push(Window { days: Window::DAILY, from, to });
    }
    Ok(when)
}

/// Prices by the name of what they are for.
fn charges(
    prices: Value<'_>,
    when: &When,
    row: &str,
    pile: &mut Pile,
    card: &mut CardRow,
) -> Result<(), Error> {
    for (key, value) in prices.object(row)? {
        if key == "_t" || value.is_null() {
            continue;
        }
        let Some((meter, shift)) = meter(&key) else {
            pile.pass(&key);
            continue;
        };
        let row = join(row, &key);
        if !value.is_object() {
            let price = pile.price(&row, &value.number(&row)?, meter, shift)?;
            card.rates.push(rate(when, meter, price));
            continue;
        }
        let field = |name: &str| {
            value.field(&row, name)?.ok_or_else(|| Error::new(&row, format!("has no {name}")))
        };
        let base = pile.price(&row, &field("base")?.number(&row)?, meter, shift)?;
        card.rates.push(rate(when, meter, base));
        for tier in field("tiers")?.array(&row)? {
            let field = |name: &str| {
                tier.field(&row, name)?
                    .ok_or_else(|| Error::new(&row, format!("has a tier without a {name}")))
            };
            let start = field("start")?.number(&row)?;
            let start: u32 =
                start.parse().map_err(|_| Error::new(&row, "has a tier that begins nowhere"))?;
            let above = Above { least: start.saturating_add(1), excess: false };
            let when = When { above: Some(above), ..when.clone() };
            let price = pile.price(&row, &field("price")?.number(&row)?, meter, shift)?;
            card.rates.push(rate(&when, meter, price));
        }
    }
    Ok(())
}

/// What a price is for, and by how many powers of ten it becomes attodollars for one.
fn meter(key: &str) -> Option<(Meter, i32)> {
    if let Some(name) = key.strip_suffix("_mtok") {
        let mut class = None;
        let mut form = Form::Any;
        // The form stands in the middle: `cache_audio_read`.
        let mut rest = String::new();
        for word in name.split('_') {
            match word {
                "text" => form = Form::Text,
                "audio" => form = Form::Audio,
                "image" => form = Form::Image,
                "video" => form = Form::Video,
                word => {
                    rest.push_str(if rest.is_empty() { "" } else { "_" });
                    rest.push_str(word);
                }
            }
        }
        let known = [
            ("input", Class::Input),
            ("input_tool", Class::Tool),
            ("cache_read", Class::CacheRead),
            ("cache_write", Class::CacheWrite),
            ("cache_write_5m", Class::CacheWrite5m),
            ("cache_write_1h", Class::CacheWrite1h),
            ("output", Class::Output),
            ("output_reasoning", Class::Reasoning),
            ("output_citation", Class::Citation),
        ];
        class = known.iter().find(|(name, _)| *name == rest).map(|(_, class)| *class).or(class);
        return Some((Meter::Tokens(class?, form), 12));
    }
    Some(match key {
        "audio_hours" => (Meter::Audio, 18),
        "input_audio_hours" => (Meter::AudioIn, 18),
        "output_audio_hours" => (Meter::AudioOut, 18),
        "input_mchars" => (Meter::CharacterIn, 12),
        "input_gpixels" => (Meter::Pixel, 9),
        "input_document_kpages" => (Meter::Page, 15),
        "input_annotated_document_kpages" => (Meter::AnnotatedPage, 15),
        "input_text_messages_kcount" => (Meter::Message, 15),
        "requests_kcount" => (Meter::Request, 15),
        "rerank_searches_kcount" => (Meter::Rerank, 15),
        "web_searches_kcount" => (Meter::WebSearch, 15),
        "social_searches_kcount" => (Meter::SocialSearch, 15),
        "storage_searches_kcount" => (Meter::FileSearch, 15),
        _ => return None,
    })
}
