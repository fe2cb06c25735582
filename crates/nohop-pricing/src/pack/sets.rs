//! The conditions of a card as sets of bits, so that which of them hold is found out for all of them at once.

use std::collections::BTreeMap;

use crate::draft::RateRow;
use crate::sum::term_sum;
use crate::when::When;

/// What a test looks at, where it is no term; the sum of a term is less.
pub(crate) const LEAST: u32 = 8 << 28;
pub(crate) const FROM: u32 = 9 << 28;
pub(crate) const UNTIL: u32 = 10 << 28;
pub(crate) const TIMES: u32 = 11 << 28;

/// How many cells are one number.
pub(crate) const CELLS: usize = 4;

/// How many conditions fit into a set.
const MOST: usize = 64;

/// The sets of a card with `rates`, the special before the general; `None` where its conditions do not fit.
///
/// The head says how many tests, meters and conditions follow. A test is what must be so, and the set of conditions that do
/// not hold where it is not. A meter is its code, the place of its first rate, and the set of conditions under which
/// it has a rate; rates for the tokens past a bound alone are not among them. Then each meter has a cell for each condition: how far
/// behind the first the rate is, and by what the condition asks. Of a condition there is the set of those that it goes before.
pub(super) fn sets(
    rates: &[RateRow],
    text: impl Fn(&str) -> u32,
    place: impl Fn(&When) -> u16,
) -> Option<Vec<u64>> {
    let mut whens: Vec<&When> = rates.iter().map(|rate| &rate.when).collect();
    whens.dedup();
    if whens.len() > MOST {
        return None;
    }
    let bit = |when: &When| 1_u64 << whens.iter().position(|it| *it == when).unwrap_or_default();
    let mut tests: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for when in &whens {
        for test in asked(when, &text, &place) {
            *tests.entry(test).or_default() |= bit(when);
        }
    }
    let mut meters: BTreeMap<u8, (u64, u64)> = BTreeMap::new();
    for rate in rates {
        let (many, set) = meters.entry(rate.meter.code()).or_default();
        *many += 1;
        *set |= if rate.is_past_bound() { 0 } else { bit(&rate.when) };
    }
    let head = tests.len() | meters.len() << 16 | whens.len() << 32;
    let mut words = vec![head as u64];
    for ((what, than), set) in tests {
        words.extend([u64::from(what) | u64::from(than) << 32, set]);
    }
    let mut first = 0;
    for (code, (many, set)) in &meters {
        words.extend([u64::from(*code) | first << 32, *set]);
        first += many;
    }
    for (_, set) in meters.values() {
        for (some, place) in whens.chunks(CELLS).zip((0..).step_by(CELLS)) {
            let cells = (place..).zip(some).map(|(place, when)| {
                let before = set & ((1 << place) - 1);
                u64::from(before.count_ones()) | u64::from(when.asks()) << 8
            });
            words.push(
                (0..).step_by(16).zip(cells).fold(0, |all, (shift, cell)| all | cell << shift),
            );
        }
    }
    for when in &whens {
        let behind = whens.iter().filter(|other| when.goes_before(other));
        words.push(behind.fold(0, |all, other| all | bit(other)));
    }
    Some(words)
}

/// What must be so, each with what it is compared with.
fn asked(
    when: &When,
    text: impl Fn(&str) -> u32,
    place: impl Fn(&When) -> u16,
) -> impl Iterator<Item = (u32, u32)> {
    let terms = when.terms.iter().map(move |term| {
        let sum = term_sum(term.by as u8, &term.word);
        (sum, text(&term.word))
    });
    let others = [
        when.above.map(|above| (LEAST, above.least)),
        when.from.map(|day| (FROM, day.into())),
        when.until.map(|day| (UNTIL, day.into())),
        (!when.windows.is_empty()).then(|| (TIMES, place(when).into())),
    ];
    terms.chain(others.into_iter().flatten())
}
