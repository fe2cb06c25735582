//! One rate card of several.

use std::collections::BTreeMap;

use super::Opinion;
use crate::day::{Day, civil};
use crate::draft::{CardRow, RateRow};
use crate::load::Shape;
use crate::meter::Meter;
use crate::number;
use crate::when::{By, When, Window};

/// A token that costs more than this, in attodollars, is one of whose price somebody forgot the unit: $1,000 for a million.
const MOST_FOR_A_TOKEN: u128 = 10_u128.pow(15);

pub(super) fn merge(name: &str, opinions: &[Opinion<'_>], notes: &mut Vec<String>) -> CardRow {
    let priced: Vec<&Opinion<'_>> =
        opinions.iter().filter(|it| !it.offer.card.rates.is_empty()).collect();
    let listed: Vec<&Opinion<'_>> = priced.iter().copied().filter(|it| it.listed).collect();
    // A provider that lists a price or two of itself leaves the rest of the card to those who read its page.
    let others: Vec<&Opinion<'_>> = listed.iter().copied().filter(|it| !it.own()).collect();
    let quoting = others.iter().any(|it| it.offer.quotes);
    let mut trusted = listed.clone();
    trusted.retain(|it| it.own() || it.offer.quotes || !quoting);
    let trusted = &trusted;

    let mut card = CardRow::default();
    let leader =
        trusted.iter().filter(|it| has_windows(it)).max_by_key(|it| (knows_days(it), late(it)));
    match leader {
        Some(leader) => tariff(leader, trusted, &mut card),
        None => figures(trusted, &listed, &mut card),
    }
    by_size(&listed, &mut card);
    confirm(&priced, &mut card);
    for it in trusted {
        for factor in &it.offer.card.factors {
            if !card.factors.iter().any(|known| known.when == factor.when) {
                card.factors
                    .push(crate::draft::FactorRow { sources: 1 << it.source, ..factor.clone() });
            }
        }
        for allowance in &it.offer.card.allowances {
            if !card.allowances.iter().any(|known| known.meter == allowance.meter) {
                card.allowances.push(crate::draft::AllowanceRow {
                    sources: 1 << it.source,
                    ..allowance.clone()
                });
            }
        }
    }
    card.rates.retain(|rate| {
        let sane = !matches!(rate.meter, Meter::Tokens(..)) || rate.price <= MOST_FOR_A_TOKEN;
        if !sane {
            let price = number::write(rate.price, 12);
            notes.push(format!(
                "{name}: {} for ${price} a million is left out as another unit",
                rate.meter.word()
            ));
        }
        sane
    });
    free_or_unknown(name, &listed, &mut card, notes);
    card
}

/// Prices that differ by the time of the week are taken as they are from who knows them best, and what was before from
/// whoever knows that.
fn tariff(leader: &Opinion<'_>, trusted: &[&Opinion<'_>], card: &mut CardRow) {
    let others = trusted.iter().filter(|it| it.source != leader.source);
    let past: Vec<RateRow> = others
        .flat_map(|it| {
            it.offer
                .card
                .rates
                .iter()
                .map(|rate| RateRow { sources: 1 << it.source, ..rate.clone() })
        })
        .filter(|rate| rate.when.until.is_some_and(|until| until <= leader.day))
        .collect();
    for rate in &leader.offer.card.rates {
        let before = past.iter().filter(|it| it.meter == rate.meter).filter_map(|it| it.when.until);
        let from = rate.when.from.or_else(|| before.max());
        let when = When { from, ..rate.when.clone() };
        card.rates.push(RateRow { when, sources: 1 << leader.source, ..rate.clone() });
    }
    card.rates.extend(past);
}

/// A fee for each request that is the highest of those that another says by how much is searched is the same fee, and is
/// by how much is searched.
fn by_size(listed: &[&Opinion<'_>], card: &mut CardRow) {
    let flat = |rate: &RateRow| rate.meter == Meter::Request && rate.when == When::default();
    let Some(place) = card.rates.iter().position(flat) else { return };
    for it in listed {
        let sized: Vec<&RateRow> = it
            .offer
            .card
            .rates
            .iter()
            .filter(|rate| {
                rate.meter == Meter::WebSearch
                    && rate.when.terms.iter().any(|term| term.by == By::Search)
            })
            .collect();
        if sized.iter().map(|rate| rate.price).max() == Some(card.rates[place].price) {
            card.rates.remove(place);
            card.rates.retain(|rate| rate.meter != Meter::WebSearch);
            let rates = sized.into_iter().map(|rate| RateRow {
                meter: Meter::Request,
                sources: 1 << it.source,
                ..rate.clone()
            });
            card.rates.extend(rates);
            return;
        }
    }
}

/// What a figure is for: the meter, and the conditions but the days.
type Cell = (Meter, When);

fn figures(trusted: &[&Opinion<'_>], listed: &[&Opinion<'_>], card: &mut CardRow) {
    let mut cells: BTreeMap<Cell, Vec<(&Opinion<'_>, RateRow)>> = BTreeMap::new();
    for it in trusted {
        for rate in &it.offer.card.rates {
            let row = RateRow { sources: 1 << it.source, ..rate.clone() };
            if is_current(&row.when, it.day) {
                let cell = (row.meter, timeless(&row.when, trusted));
                cells.entry(cell).or_default().push((it, row));
            } else {
                card.rates.push(row);
            }
        }
    }
    for ((meter, when), said) in cells {
        let Some((_, first)) = said.first() else { continue };
        let agreed = said.iter().all(|(_, row)| row.price == first.price);
        let own = said.iter().find(|(it, _)| it.own()).map(|(_, row)| row.price);
        let mut votes: BTreeMap<u128, (u32, Day)> = BTreeMap::new();
        for it in listed {
            let theirs = it.offer.card.rates.iter().find(|rate| {
                rate.meter == meter
                    && is_current(&rate.when, it.day)
                    && timeless(&rate.when, trusted) == when
            });
            if let Some(theirs) = theirs {
                let vote = votes.entry(theirs.price).or_default();
                *vote = (vote.0 + 1, vote.1.max(it.day));
            }
        }
        // Only what a trusted one says can be chosen.
        let votes = |row: &RateRow| votes.get(&row.price).copied().unwrap_or_default();
        let chosen = said.iter().max_by_key(|(it, row)| (votes(row), late(it)));
        let chosen = chosen.map(|(_, row)| row.price);
        let price = if agreed { first.price } else { own.or(chosen).unwrap_or(first.price) };
        let dates = said
            .iter()
            .map(|(_, row)| &row.when)
            .find(|when| when.from.is_some() || when.until.is_some());
        let (from, until) = dates.map_or((None, None), |when| (when.from, when.until));
        let sources = said
            .iter()
            .filter(|(_, row)| row.price == price)
            .fold(0, |set, (it, _)| set | 1 << it.source);
        for (_, row) in said.iter().filter(|(_, row)| row.price != price) {
            card.disputed.push(RateRow { when: when.clone(), ..row.clone() });
        }
        card.rates.push(RateRow { when: When { from, until, ..when }, meter, price, sources });
    }
}

/// Whoever says the same, in whatever way they know the offer, is counted as a source.
fn confirm(priced: &[&Opinion<'_>], card: &mut CardRow) {
    for it in priced {
        for theirs in &it.offer.card.rates {
            if !is_current(&theirs.when, it.day) {
                continue;
            }
            let same = |rate: &&mut RateRow| {
                rate.meter == theirs.meter
                    && rate.price == theirs.price
                    && (&rate.when.above, &rate.when.terms, &rate.when.windows)
                        == (&theirs.when.above, &theirs.when.terms, &theirs.when.windows)
                    && is_current(&rate.when, it.day)
            };
            if let Some(rate) = card.rates.iter_mut().find(same) {
                rate.sources |= 1 << it.source;
            }
            if it.listed && !it.offer.quotes {
                let other = card.rates.iter().find(|rate| {
                    rate.meter == theirs.meter
                        && (&rate.when.above, &rate.when.terms)
                            == (&theirs.when.above, &theirs.when.terms)
                        && is_current(&rate.when, it.day)
                });
                if other.is_some_and(|rate| rate.price != theirs.price) {
                    card.disputed.push(RateRow { sources: 1 << it.source, ..theirs.clone() });
                }
            }
        }
    }
}

/// Where everything costs nothing, somebody must have said so, and not only nothing.
fn free_or_unknown(
    name: &str,
    listed: &[&Opinion<'_>],
    card: &mut CardRow,
    notes: &mut Vec<String>,
) {
    if card.rates.is_empty() || card.rates.iter().any(|rate| rate.price > 0) {
        return;
    }
    let native = name.split('@').next().unwrap_or_default();
    let named = native.ends_with(":free") || native.ends_with("-free");
    if !named && listed.len() < 2 && !listed.iter().any(|it| it.offer.quotes) {
        let days: Vec<String> = listed.iter().map(|it| civil(it.day)).collect();
        notes.push(format!("{name}: zero in one list of {} is taken for unknown", days.join(", ")));
        card.rates.clear();
    }
}

fn is_current(when: &When, day: Day) -> bool {
    when.from.is_none_or(|from| from <= day) && when.until.is_none_or(|until| day < until)
}

/// The conditions but the days; a bound that lies within a hundredth of another's is that of who looked last.
fn timeless(when: &When, trusted: &[&Opinion<'_>]) -> When {
    let mut when = When { from: None, until: None, ..when.clone() };
    if let Some(above) = &mut when.above {
        let latest = trusted.iter().max_by_key(|it| late(it));
        let bounds = latest
            .into_iter()
            .flat_map(|it| &it.offer.card.rates)
            .filter_map(|rate| rate.when.above);
        let near =
            |other: u32| u64::from(other.abs_diff(above.least)) * 100 <= u64::from(above.least);
        if let Some(bound) = bounds.map(|bound| bound.least).find(|other| near(*other)) {
            above.least = bound;
        }
    }
    when
}

/// How late it looked; of those who looked on one day, whose figures are of the vendors' pages and changed most often.
fn late(it: &Opinion<'_>) -> (Day, usize) {
    let often = [Shape::GenaiPrices, Shape::LiteLlm].map(Shape::letter);
    (it.day, often.iter().position(|letter| *letter == it.letter).map_or(0, |place| place + 1))
}

fn has_windows(it: &Opinion<'_>) -> bool {
    it.offer.card.rates.iter().any(|rate| !rate.when.windows.is_empty())
}

fn knows_days(it: &Opinion<'_>) -> bool {
    let mut windows = it.offer.card.rates.iter().flat_map(|rate| &rate.when.windows);
    windows.any(|window| window.days != Window::DAILY)
}
