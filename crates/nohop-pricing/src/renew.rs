//! Puts what newer lists say in the place of what the same lists said before.

use std::collections::{BTreeMap, BTreeSet};

use crate::draft::{CardRow, OfferRow, Rows as Table, SourceRow};
use crate::load::listed::{OWN, OWN_NAME};
use crate::load::{Loaded, Shape};
use crate::merge::{Merged, complete};
use crate::{Catalog, Error, Rows, pattern};

/// The most sources of a catalog.
const MOST_SOURCES: usize = 8;

impl Catalog {
    /// What `newer` lists say in the place of what the same lists say here, merged by the same order of trust.
    ///
    /// What a list says here that is not among them stays, as far as nobody who is trusted more says otherwise now; what
    /// only lists said that are among them, and do not say any more, is gone. What is from none of the public lists is
    /// somebody's own, and stays as it is.
    ///
    /// # Errors
    ///
    /// More than eight sources, those of here that stay among them.
    pub fn renew(&self, newer: &[Loaded]) -> Result<Merged, Error> {
        let base = self.rows().rows;
        let known = |source: &SourceRow| newer.iter().any(|it| rank(source) == rank_of(it));
        let (mut shared, mut own) = (Vec::new(), 0_u8);
        for (place, source) in base.sources.iter().enumerate() {
            match rank(source) {
                None => own |= 1 << place,
                Some(_) if known(source) => {}
                Some(rank) => shared.push((rank, place)),
            }
        }
        shared.sort_unstable();
        let mut lists: Vec<&Loaded> = newer.iter().collect();
        lists.sort_by_key(|it| rank_of(it));
        let mut lists: Vec<Loaded> = lists.into_iter().cloned().collect();
        let newer = lists.len();
        lists.extend(shared.iter().map(|(_, place)| share(&base, *place)));
        let said: BTreeSet<(&str, String)> =
            lists[..newer].iter().flat_map(|it| names(&it.rows.rows)).collect();
        let mut merged = Rows::merge(&lists)?;

        let rows = &mut merged.rows.rows;
        let moved = moved(&base, &shared, newer, own, rows)?;
        let stays = |key: &(String, String), row: &OfferRow| {
            let by = sources(&row.card);
            let unsaid = !said.contains(&(key.0.as_str(), key.1.to_ascii_lowercase()));
            let still = by.iter().all(|place| moved.contains_key(place));
            // Of what nobody gave a price nobody knows who said it.
            let told = if by.is_empty() { !shared.is_empty() } else { still };
            by.iter().any(|place| own & (1 << place) != 0) || (unsaid && told)
        };
        let touched: BTreeSet<String> = rows.models.keys().cloned().collect();
        for (key, row) in base.offers.iter().filter(|(key, row)| stays(key, row)) {
            let model = rows.offers.get(key).map(|row| row.model.clone());
            let mut row = OfferRow { card: remapped(&row.card, &moved), ..row.clone() };
            // Under the slug that the model has now, where it has one.
            row.model = model.filter(|it| !it.is_empty()).unwrap_or(row.model);
            rows.providers.entry(key.0.clone()).or_default();
            rows.offers.insert(key.clone(), row);
        }
        models(&base, &touched, rows);
        Ok(merged)
    }
}

/// Completes what is known of models, and gives those that stay their rows.
fn models(base: &Table, touched: &BTreeSet<String>, rows: &mut Table) {
    let offered: BTreeSet<&String> = rows.offers.values().map(|row| &row.model).collect();
    for slug in offered {
        let Some(known) = base.models.get(slug) else {
            if !slug.is_empty() {
                rows.models.entry(slug.clone()).or_default();
            }
            continue;
        };
        let row = rows.models.entry(slug.clone()).or_default();
        let (retires, successor) = (row.retires, row.successor.clone());
        // Families are words of the lists or made of names, and one model must not have two.
        row.family.clone_from(&known.family);
        complete(row, known);
        for also in &known.also {
            if !row.also.contains(also) {
                row.also.push(also.clone());
            }
        }
        match touched.contains(slug) {
            true => (row.retires, row.successor) = (retires, successor),
            false => row.successor.clone_from(&known.successor),
        }
    }
}

/// In which order lists are asked for what is no figure; `None` for what is no public list.
fn rank(source: &SourceRow) -> Option<u8> {
    if source.letter == OWN && source.name == OWN_NAME {
        return Some(0);
    }
    let is_of =
        |shape: &&Shape| source.letter == shape.letter() && source.name.starts_with(shape.name());
    let found = (1..).zip(&Shape::ALL).find(|(_, shape)| is_of(shape));
    found.map(|(rank, _)| rank)
}

fn rank_of(list: &Loaded) -> Option<u8> {
    list.rows.rows.sources.first().and_then(rank)
}

/// Every name that a list has for an offer, in lower case.
fn names(rows: &Table) -> impl Iterator<Item = (&str, String)> {
    rows.offers.iter().flat_map(|((provider, native), row)| {
        let names = std::iter::once(native).chain(&row.also);
        names.map(move |name| (provider.as_str(), name.to_ascii_lowercase()))
    })
}

/// What the source at `place` says here, as if it had been loaded.
fn share(base: &Table, place: usize) -> Loaded {
    let source = &base.sources[place];
    let bit = 1 << place;
    let letter = source.letter;
    let mut rows = Table { sources: vec![source.clone()], ..Table::default() };
    // Only one of the lists has patterns, and says who has what of whom.
    let named = letter == Shape::GenaiPrices.letter();
    let reads = |letter: char| letter != Shape::ModelsDev.letter() && letter != OWN;
    let readers = (0..).zip(&base.sources).filter(|(_, source)| reads(source.letter));
    let readers = readers.fold(0_u8, |all, (place, _)| all | 1 << place);
    for ((provider, native), row) in &base.offers {
        let card = card(&row.card, bit);
        if card.rates.is_empty() {
            continue;
        }
        let known = base.providers.get(provider).filter(|_| named);
        rows.providers
            .entry(provider.clone())
            .or_insert_with(|| known.cloned().unwrap_or_default());
        // What it knew by a pattern of another's it confirmed, and it confirms it again by that.
        let lower = native.to_ascii_lowercase();
        let led =
            known.and_then(|it| it.patterns.iter().find(|(it, _)| pattern::matches(it, &lower)));
        if led.is_some_and(|(_, other)| other != native) {
            continue;
        }
        // What retires is told by those who say so, and not by those who only have a price.
        let retires = row.retires.filter(|_| !named && letter != Shape::ModelsDev.letter());
        // Where a figure is nobody's who reads the vendors' pages, nobody had read this one's.
        let read = row.card.rates.iter().all(|rate| rate.sources & readers != 0);
        let quotes = reads(letter) && read;
        let row = OfferRow { card, quotes, retires, ..row.clone() };
        rows.offers.insert((provider.clone(), native.clone()), row);
    }
    Loaded { rows: Rows { rows }, rounded: 0, passed: BTreeMap::new() }
}

/// What of a card a source says, whether it was taken or not.
fn card(card: &CardRow, bit: u8) -> CardRow {
    let rates = card.rates.iter().chain(&card.disputed).filter(|it| it.sources & bit != 0);
    CardRow {
        rates: rates.cloned().collect(),
        factors: card.factors.iter().filter(|it| it.sources & bit != 0).cloned().collect(),
        allowances: card.allowances.iter().filter(|it| it.sources & bit != 0).cloned().collect(),
        disputed: Vec::new(),
    }
}

/// Where the sources of here that stay are now; those that are somebody's own are put behind the others.
fn moved(
    base: &Table,
    shared: &[(u8, usize)],
    newer: usize,
    own: u8,
    rows: &mut Table,
) -> Result<BTreeMap<usize, usize>, Error> {
    let mut moved: BTreeMap<usize, usize> =
        shared.iter().enumerate().map(|(now, (_, before))| (*before, newer + now)).collect();
    for place in (0..base.sources.len()).filter(|place| own & (1 << place) != 0) {
        moved.insert(place, rows.sources.len());
        rows.sources.push(base.sources[place].clone());
    }
    match rows.sources.len() > MOST_SOURCES {
        true => Err(Error::new("the catalog", "has more than eight sources")),
        false => Ok(moved),
    }
}

/// The places of all who say anything of a card.
fn sources(card: &CardRow) -> Vec<usize> {
    let rates = card.rates.iter().chain(&card.disputed).map(|it| it.sources);
    let others = card.factors.iter().map(|it| it.sources);
    let set = rates.chain(others).chain(card.allowances.iter().map(|it| it.sources));
    let set = set.fold(0, |all, it| all | it);
    (0..MOST_SOURCES).filter(|place| set & (1 << place) != 0).collect()
}

fn remapped(card: &CardRow, moved: &BTreeMap<usize, usize>) -> CardRow {
    let remap = |set: &mut u8| {
        let places = moved.iter().filter(|(before, _)| *set & (1 << *before) != 0);
        *set = places.fold(0, |all, (_, now)| all | 1 << now);
    };
    let mut card = card.clone();
    card.rates.iter_mut().chain(&mut card.disputed).for_each(|it| remap(&mut it.sources));
    card.factors.iter_mut().for_each(|it| remap(&mut it.sources));
    card.allowances.iter_mut().for_each(|it| remap(&mut it.sources));
    card
}

#[cfg(test)]
mod tests;
