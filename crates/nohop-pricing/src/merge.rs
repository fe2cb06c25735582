//! Makes one catalog of several.
//!
//! The order of trust, for every figure on its own:
//!
//! 1. What a provider lists of itself, where programs can read it: its own list of models, and OpenRouter's of its own offers.
//! 2. Where catalogs quote the vendor's own page, their figure is the vendor's. Others are asked only for offers that none
//!    of those has.
//! 3. Where these disagree the majority of all catalogs decides, between as many the one that looked later, and of those of
//!    one day LiteLLM, then genai-prices.
//! 4. What was not taken is kept beside it, as disputed.
//!
//! Windows in the week are one tariff, and are taken from one catalog: the one that knows days of the week. An offer all
//! of whose prices are zero is free where its page is quoted, its name says so or two say so, and otherwise unknown.
//! A catalog that knows an offer only by a pattern confirms figures, and adds none.

use std::collections::{BTreeMap, BTreeSet};

use crate::draft::{CardRow, ModelRow, OfferRow, Rows as Table, SourceRow};
use crate::load::listed::OWN;
use crate::load::{Loaded, Shape};
use crate::{Error, Rows, link, pattern};

mod card;

/// What several catalogs come to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Merged {
    /// The catalog.
    pub rows: Rows,
    /// What was left out or changed, and why, a line each.
    pub notes: Vec<String>,
}

impl Rows {
    /// Merges catalogs; those first named are asked first for what is no figure.
    ///
    /// # Errors
    ///
    /// More than eight catalogs.
    pub fn merge(loaded: &[Loaded]) -> Result<Merged, Error> {
        if loaded.len() > 8 {
            return Err(Error::new("the ninth catalog", "is one too many"));
        }
        let catalogs: Vec<Known<'_>> = loaded.iter().map(Known::of).collect();
        let mut rows = Table::default();
        let mut notes = Vec::new();
        for known in &catalogs {
            rows.sources.extend(known.rows.sources.first().cloned());
            for (id, row) in &known.rows.providers {
                let mine = rows.providers.entry(id.clone()).or_default();
                mine.fallbacks.extend(row.fallbacks.iter().cloned());
                mine.patterns.extend(row.patterns.iter().cloned());
            }
        }
        for ((provider, lower), native) in spellings(&catalogs) {
            let offer = offer(&catalogs, &provider, &lower, &mut notes);
            rows.offers.insert((provider, native), offer);
        }
        respell(&mut rows);
        link::link(&mut rows);
        fold(&mut rows);
        fallbacks(&mut rows);
        Ok(Merged { rows: Self { rows }, notes })
    }

    /// Leaves out all providers but those that are wanted.
    pub fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        let rows = &mut self.rows;
        rows.providers.retain(|id, _| wanted(id));
        rows.offers.retain(|(id, _), _| wanted(id));
        let offered: BTreeSet<&str> = rows.offers.values().map(|row| row.model.as_str()).collect();
        rows.models.retain(|slug, _| offered.contains(slug.as_str()));
        for row in rows.providers.values_mut() {
            row.fallbacks.retain(|id| wanted(id));
        }
    }
}

/// One catalog, and where its names lead.
struct Known<'a> {
    rows: &'a Table,
    names: BTreeMap<(&'a str, String), &'a str>,
}

/// What a catalog says of an offer.
struct Opinion<'a> {
    /// The place of the catalog.
    source: u8,
    day: crate::day::Day,
    offer: &'a OfferRow,
    /// Whether it lists the offer, or only a pattern that fits.
    listed: bool,
    /// The letter of the catalog.
    letter: char,
}

impl Opinion<'_> {
    /// Whether it is the provider's own word.
    fn own(&self) -> bool {
        self.letter == OWN || self.letter == Shape::OpenRouter.letter()
    }
}

impl<'a> Known<'a> {
    fn of(loaded: &'a Loaded) -> Self {
        let rows = &loaded.rows.rows;
        let mut names = BTreeMap::new();
        for (provider, native) in rows.offers.keys() {
            names
                .entry((provider.as_str(), native.to_ascii_lowercase()))
                .or_insert(native.as_str());
        }
        for ((provider, native), row) in &rows.offers {
            for also in &row.also {
                names.entry((provider.as_str(), also.to_ascii_lowercase())).or_insert(native);
            }
        }
        Self { rows, names }
    }

    fn opinion(&self, source: u8, provider: &str, lower: &str) -> Option<Opinion<'a>> {
        let SourceRow { day, letter, .. } = *self.rows.sources.first()?;
        let listed = self.names.get(&(provider, lower.to_owned())).copied();
        let native = listed.or_else(|| {
            let patterns = &self.rows.providers.get(provider)?.patterns;
            let found = patterns.iter().find(|(pattern, _)| pattern::matches(pattern, lower));
            found.map(|(_, native)| native.as_str())
        })?;
        let offer = self.rows.offers.get(&(provider.to_owned(), native.to_owned()))?;
        Some(Opinion { source, day, offer, listed: listed.is_some(), letter })
    }
}

/// Every offer that is listed by anyone, as it is spelled where it is spelled with capitals.
fn spellings(catalogs: &[Known<'_>]) -> BTreeMap<(String, String), String> {
    let mut spellings: BTreeMap<(String, String), String> = BTreeMap::new();
    for (provider, native) in catalogs.iter().flat_map(|known| known.rows.offers.keys()) {
        let lower = native.to_ascii_lowercase();
        let spelled = *native != lower;
        let known =
            spellings.entry((provider.clone(), lower.clone())).or_insert_with(|| native.clone());
        if spelled && *known == lower {
            known.clone_from(native);
        }
    }
    spellings
}

fn offer(catalogs: &[Known<'_>], provider: &str, lower: &str, notes: &mut Vec<String>) -> OfferRow {
    let opinions =
        (0..).zip(catalogs).filter_map(|(source, known)| known.opinion(source, provider, lower));
    let opinions: Vec<Opinion<'_>> = opinions.collect();
    let name = format!("{lower}@{provider}");
    let mut offer = OfferRow { card: card::merge(&name, &opinions, notes), ..OfferRow::default() };
    for it in opinions.iter().filter(|it| it.listed) {
        let theirs = it.offer;
        fill(&mut offer.context, theirs.context);
        fill(&mut offer.output, theirs.output);
        offer.retires = offer.retires.or(theirs.retires);
        for (mine, theirs) in [
            (&mut offer.model, &theirs.model),
            (&mut offer.region, &theirs.region),
            (&mut offer.quantization, &theirs.quantization),
            (&mut offer.data, &theirs.data),
        ] {
            if mine.is_empty() {
                mine.clone_from(theirs);
            }
        }
        for also in &theirs.also {
            if !also.eq_ignore_ascii_case(lower) && !offer.also.contains(also) {
                offer.also.push(also.clone());
            }
        }
        complete(&mut offer.hint, &theirs.hint);
    }
    offer
}

fn fill(mine: &mut u32, theirs: u32) {
    if *mine == 0 {
        *mine = theirs;
    }
}

/// Takes over what is not known yet.
pub(crate) fn complete(mine: &mut ModelRow, theirs: &ModelRow) {
    for (mine, theirs) in [
        (&mut mine.name, &theirs.name),
        (&mut mine.family, &theirs.family),
        (&mut mine.tokenizer, &theirs.tokenizer),
    ] {
        if mine.is_empty() {
            mine.clone_from(theirs);
        }
    }
    fill(&mut mine.context, theirs.context);
    fill(&mut mine.output, theirs.output);
    mine.can |= theirs.can & !mine.cannot;
    mine.cannot |= theirs.cannot & !mine.can;
    if mine.reads == 0 {
        (mine.reads, mine.writes) = (theirs.reads, theirs.writes);
    }
    if mine.efforts == 0 {
        mine.efforts = theirs.efforts;
    }
    mine.budget = mine.budget.or(theirs.budget);
    mine.cutoff = mine.cutoff.or(theirs.cutoff);
    mine.released = mine.released.or(theirs.released);
    mine.retires = mine.retires.or(theirs.retires);
    if mine.scores.is_empty() {
        mine.scores.clone_from(&theirs.scores);
    }
}

/// Makes patterns lead to offers as they are spelled now, and takes names from offers that others have for their own.
fn respell(rows: &mut Table) {
    let keys = rows.offers.keys().map(|(provider, native)| {
        ((provider.clone(), native.to_ascii_lowercase()), native.clone())
    });
    let spelled: BTreeMap<(String, String), String> = keys.collect();
    for (id, row) in &mut rows.providers {
        for (_, native) in &mut row.patterns {
            if let Some(known) = spelled.get(&(id.clone(), native.to_ascii_lowercase())) {
                native.clone_from(known);
            }
        }
    }
    for ((provider, _), row) in &mut rows.offers {
        row.also
            .retain(|also| !spelled.contains_key(&(provider.clone(), also.to_ascii_lowercase())));
    }
}

/// An offer of a day that is in everything the one without the day is only another name of that.
fn fold(rows: &mut Table) {
    let plain = |card: &CardRow| {
        let mut card = card.clone();
        card.rates.iter_mut().for_each(|rate| rate.sources = 0);
        (card.rates, card.factors.into_iter().map(|it| (it.when, it.milli)).collect::<Vec<_>>())
    };
    let mut folded = Vec::new();
    for ((provider, native), row) in &rows.offers {
        let Some(undated) = pattern::undated(native) else { continue };
        let key = (provider.clone(), undated.to_owned());
        let Some(base) = rows.offers.get(&key) else { continue };
        let same = base.model == row.model
            && base.retires == row.retires
            && (base.context, base.output) == (row.context, row.output)
            && plain(&base.card) == plain(&row.card);
        if same {
            folded.push((key, (provider.clone(), native.clone())));
        }
    }
    for (base, dated) in folded {
        let Some(row) = rows.offers.remove(&dated) else { continue };
        if let Some(provider) = rows.providers.get_mut(&dated.0) {
            provider
                .patterns
                .iter_mut()
                .filter(|(_, native)| *native == dated.1)
                .for_each(|(_, native)| native.clone_from(&base.1));
        }
        if let Some(base) = rows.offers.get_mut(&base) {
            base.also.push(dated.1);
            base.also.extend(row.also);
        }
    }
}

/// Keeps that a provider has what another has only where it has anything of the other's.
fn fallbacks(rows: &mut Table) {
    let mut models: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for ((provider, _), row) in &rows.offers {
        models.entry(provider).or_default().insert(&row.model);
    }
    let shares = |one: &str, other: &str| match (models.get(one), models.get(other)) {
        (Some(one), Some(other)) => one.intersection(other).next().is_some(),
        _ => false,
    };
    let kept: Vec<(String, Vec<String>)> = rows
        .providers
        .iter()
        .map(|(id, row)| {
            let mut known = BTreeSet::new();
            let kept = row
                .fallbacks
                .iter()
                .filter(|other| shares(id, other) && known.insert(other.as_str()));
            (id.clone(), kept.cloned().collect())
        })
        .collect();
    for (id, fallbacks) in kept {
        if let Some(row) = rows.providers.get_mut(&id) {
            row.fallbacks = fallbacks;
        }
    }
}

#[cfg(test)]
mod tests;
