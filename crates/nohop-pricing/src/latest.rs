//! Which model of a family is the newest.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::day::Day;
use crate::draft::Rows;

/// The newest model of every family, by the family's name: the one of the highest version, and of those the latest.
pub(crate) fn latest(rows: &Rows) -> BTreeMap<String, &str> {
    let today = rows.sources.iter().map(|source| source.day).max().unwrap_or_default();
    let mut latest: BTreeMap<String, (Age<'_>, &str)> = BTreeMap::new();
    for (slug, row) in &rows.models {
        let Some((author, name)) = slug.split_once('/') else { continue };
        let is_there = row.retires.is_none_or(|day| day > today)
            && row.released.is_none_or(|day| day <= today);
        if row.family.is_empty() || !is_there || slug.contains(':') {
            continue;
        }
        let family = format!("~{author}/{}-latest", row.family).to_ascii_lowercase();
        // Of two that are as new the plain one is meant: it has the shorter name.
        let age = (version(name), row.released, Reverse(name.len()), name);
        let newest = latest.entry(family).or_insert((age.clone(), slug));
        if age > newest.0 {
            *newest = (age, slug);
        }
    }
    latest.into_iter().map(|(name, (_, slug))| (name, slug)).collect()
}

/// What tells of two models which is newer.
type Age<'a> = (Vec<u32>, Option<Day>, Reverse<usize>, &'a str);

/// The version in a name: the numbers that are no days and no sizes.
pub(crate) fn version(name: &str) -> Vec<u32> {
    let words = name.split(['-', '.', '_', ':']);
    let numbers = words.filter_map(|word| {
        let digits = word.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        let sized = digits.ends_with(['b', 'B', 'k', 'K', 'm', 'M']) && digits.len() > 1;
        let digits = digits.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        (!sized && digits.len() < 3).then(|| digits.parse().ok()).flatten()
    });
    numbers.collect()
}
