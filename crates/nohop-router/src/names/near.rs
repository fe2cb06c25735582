//! Which names come nearest to one that means nothing.

use std::sync::Arc;

use nohop_pricing::Catalog;
use nohop_providers::Endpoint;

/// How many names a name that is none is answered with.
const MOST_NEAREST: usize = 3;

/// How many names of the catalog are compared letter by letter: anyone may ask for anything.
const MOST_COMPARED: usize = 64;

/// How much of a name is looked at.
const MOST_LETTERS: usize = 128;

/// Those of `known` that `name` may have been meant to be.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let name: String = name.chars().take(MOST_LETTERS).collect();
    let mut near: Vec<_> = known
        .map(|other| (strsim::damerau_levenshtein(&name, alike(&name, other)), other))
        .filter(|(distance, other)| *distance <= most(alike(&name, other)))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST_NEAREST).map(|(_, other)| other).collect()
}

/// The models of the catalog that one of `endpoints` offers and whose letters are nearly those of `name`.
pub(super) fn offered<'c, 'e>(
    name: &str,
    catalog: Option<&'c Catalog>,
    endpoints: impl Iterator<Item = &'e Arc<Endpoint>>,
) -> Vec<&'c str> {
    let Some(catalog) = catalog else { return Vec::new() };
    let providers: Vec<&str> = endpoints.map(|endpoint| endpoint.provider().id).collect();
    let said = letters(name.bytes().take(MOST_LETTERS));
    let mut near: Vec<(u32, &str)> = Vec::new();
    for model in catalog.models() {
        let slug = model.slug();
        let compared = alike(name, slug);
        let apart = apart(&said, &letters(compared.bytes()));
        if apart as usize <= most(compared)
            && model.offers().any(|offer| providers.contains(&offer.provider()))
        {
            near.push((apart, slug));
        }
    }
    near.sort_unstable();
    near.truncate(MOST_COMPARED);
    near.into_iter().map(|(_, slug)| slug).collect()
}

/// What of another name is like this one: who says no author may mean any.
fn alike<'n>(name: &str, other: &'n str) -> &'n str {
    match other.rsplit_once('/') {
        Some((_, model)) if !name.contains('/') => model,
        _ => other,
    }
}

/// How many slips a name may be away.
fn most(other: &str) -> usize {
    2 + other.len() / 3
}

/// How often each letter is in a name, whatever its size.
fn letters(bytes: impl Iterator<Item = u8>) -> [u32; 32] {
    let mut counts = [0; 32];
    bytes.for_each(|byte| counts[usize::from(byte & 31)] += 1);
    counts
}

/// At least so many slips lie between two names with these letters.
fn apart(one: &[u32; 32], other: &[u32; 32]) -> u32 {
    let more = |one: &[u32; 32], other: &[u32; 32]| -> u32 {
        one.iter().zip(other).map(|(one, other)| one.saturating_sub(*other)).sum()
    };
    more(one, other).max(more(other, one))
}
