use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use nohop_types::Money;

use crate::{Catalog, Meter, Offer};

/// What a newer catalog says otherwise.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Diff {
    /// Offers that are new, as `native@provider`.
    pub new: Vec<String>,
    /// Offers that are not there any more.
    pub gone: Vec<String>,
    /// Offers that have another price.
    pub repriced: Vec<Repriced>,
    /// Models that now have a day from which on they are not there.
    pub retired: Vec<Retired>,
}

/// An offer that has another price.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Repriced {
    /// Which, as `native@provider`.
    pub offer: String,
    /// What changed.
    pub changes: Vec<Change>,
}

/// One price that changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// For what.
    pub meter: Meter,
    /// What it cost; `None` where it had no price of its own.
    pub before: Option<Money>,
    /// What it costs; `None` where it has none.
    pub after: Option<Money>,
}

/// A model that is to go, or has gone.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Retired {
    /// Which.
    pub model: String,
    /// From which day on it is not there.
    pub day: String,
    /// What to call instead.
    pub successor: Option<String>,
}

impl Catalog {
    /// What `newer` says otherwise than this one.
    ///
    /// Prices are compared meter by meter, where nothing particular is so of the request; where only conditions differ, the
    /// offer is listed without changes.
    pub fn diff(&self, newer: &Self) -> Diff {
        let (before, after) = (offers(self), offers(newer));
        let names = |one: &BTreeMap<String, Offer<'_>>, other: &BTreeMap<String, Offer<'_>>| {
            one.keys().filter(|name| !other.contains_key(*name)).cloned().collect()
        };
        let both =
            before.iter().filter_map(|(name, offer)| Some((name, *offer, *after.get(name)?)));
        Diff {
            new: names(&after, &before),
            gone: names(&before, &after),
            repriced: both.filter_map(|(name, old, new)| repriced(name, old, new)).collect(),
            retired: retired(self, newer),
        }
    }
}

fn offers(catalog: &Catalog) -> BTreeMap<String, Offer<'_>> {
    catalog.offers().map(|offer| (format!("{offer:?}"), offer)).collect()
}

fn repriced(name: &str, old: Offer<'_>, new: Offer<'_>) -> Option<Repriced> {
    let charges = |offer: Offer<'_>| -> BTreeSet<(Option<Meter>, String, u128)> {
        let card = offer.card();
        card.charges().map(|it| (it.meter(), it.condition(), it.price().as_atto())).collect()
    };
    let (before, after) = (charges(old), charges(new));
    if before == after {
        return None;
    }
    let meters: BTreeSet<Meter> =
        before.iter().chain(&after).filter_map(|(meter, ..)| *meter).collect();
    let changes = meters.into_iter().filter_map(|meter| {
        let (before, after) = (old.card().base(meter), new.card().base(meter));
        (before != after).then_some(Change { meter, before, after })
    });
    Some(Repriced { offer: name.to_owned(), changes: changes.collect() })
}

fn retired(old: &Catalog, new: &Catalog) -> Vec<Retired> {
    let known: BTreeMap<&str, Option<String>> =
        old.models().map(|model| (model.slug(), model.retires())).collect();
    let retired = new.models().filter_map(|model| {
        let day = model.retires()?;
        let before = known.get(model.slug())?;
        let successor = model.successor().map(|next| next.slug().to_owned());
        (before.as_ref() != Some(&day)).then(|| Retired {
            model: model.slug().to_owned(),
            day,
            successor,
        })
    });
    retired.collect()
}

/// A line for each.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, gone, repriced, retired } = self;
        let counts = [new.len(), gone.len(), repriced.len(), retired.len()];
        writeln!(
            f,
            "{} new, {} gone, {} repriced, {} retired",
            counts[0], counts[1], counts[2], counts[3]
        )?;
        new.iter().try_for_each(|offer| writeln!(f, "new       {offer}"))?;
        gone.iter().try_for_each(|offer| writeln!(f, "gone      {offer}"))?;
        for it in repriced {
            write!(f, "repriced  {}:", it.offer)?;
            if it.changes.is_empty() {
                write!(f, " under conditions")?;
            }
            for Change { meter, before, after } in &it.changes {
                let price = |price: &Option<Money>| {
                    price.map_or("nothing".to_owned(), |price| meter.price(price))
                };
                write!(f, " {} {} -> {}", meter.word(), price(before), price(after))?;
            }
            writeln!(f)?;
        }
        for Retired { model, day, successor } in retired {
            let instead = successor.as_ref().map_or(String::new(), |next| format!(", call {next}"));
            writeln!(f, "retired   {model} on {day}{instead}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
