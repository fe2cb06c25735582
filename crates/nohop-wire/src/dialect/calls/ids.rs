use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::loss::Losses;

/// What a host takes for the id of a call.
#[derive(Clone, Copy, Debug)]
pub(in crate::dialect) struct IdRule {
    /// How many characters it has at least.
    pub(in crate::dialect) least: usize,
    /// How many it has at most.
    pub(in crate::dialect) most: usize,
    /// Which it may have.
    pub(in crate::dialect) takes: fn(char) -> bool,
    /// What is said of an id that was changed.
    pub(in crate::dialect) why: &'static str,
}

/// The ids of a conversation's calls, as a host is told them.
///
/// An id that the host takes is told as it is. Any other is told as one that is made from it, which
/// differs from all ids before: what a call is told as follows from what stands before it alone, so that
/// it is the same in each turn, whoever is asked in between. The caller never sees it.
#[derive(Debug)]
pub(in crate::dialect) struct Ids {
    rule: Option<IdRule>,
    /// What is told for an id of ours that is not told as it is.
    told: BTreeMap<String, String>,
    /// Every id that was told.
    taken: BTreeSet<String>,
}

impl Ids {
    /// Ids for a host with this rule, or with none.
    pub(in crate::dialect) fn new(rule: impl Into<Option<IdRule>>) -> Self {
        Self { rule: rule.into(), told: BTreeMap::new(), taken: BTreeSet::new() }
    }

    /// What the next call is told as, whose id is `id`.
    pub(in crate::dialect) fn call<'i>(
        &mut self,
        id: &'i str,
        losses: &mut Losses,
    ) -> Cow<'i, str> {
        let Some(rule) = self.rule else { return Cow::Borrowed(id) };
        if let Some(told) = self.told.get(id) {
            return Cow::Owned(told.clone());
        }
        let is_made = || self.told.values().any(|told| told == id);
        if rule.fits(id) && (self.taken.insert(id.to_owned()) || !is_made()) {
            return Cow::Borrowed(id);
        }
        losses.translated("tool_call.id", rule.why);
        let mut number = 0;
        let told = loop {
            let told = rule.make(id, number);
            if self.taken.insert(told.clone()) {
                break told;
            }
            number += 1;
        };
        self.told.insert(id.to_owned(), told.clone());
        Cow::Owned(told)
    }

    /// What the answer to the call with this id is told for.
    pub(in crate::dialect) fn result<'i>(&self, id: &'i str) -> Cow<'i, str> {
        match self.told.get(id) {
            Some(told) => Cow::Owned(told.clone()),
            None => Cow::Borrowed(id),
        }
    }
}

impl IdRule {
    fn fits(&self, id: &str) -> bool {
        let long = id.chars().count();
        (self.least..=self.most).contains(&long) && id.chars().all(self.takes)
    }

    /// An id that the host takes, made from `id`: as near to it as can be, and after that another for
    /// each number.
    fn make(&self, id: &str, number: u64) -> String {
        let near: String = id.chars().map(|c| if (self.takes)(c) { c } else { '_' }).collect();
        if number == 0 && self.fits(&near) {
            return near;
        }
        hashed(id, number, self.most.min(24).max(self.least))
    }
}

/// So many letters and digits, which stand for `id` and a number.
fn hashed(id: &str, number: u64, long: usize) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in id.bytes().chain(number.to_le_bytes()) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
    }
    let mut letters = String::with_capacity(long);
    while letters.len() < long {
        // The lower bits of such a hash know little of the higher ones.
        hash = (hash ^ (hash >> 67)).wrapping_mul(PRIME);
        let place = (hash >> 64) % 62;
        letters.push(char::from(LETTERS[usize::try_from(place).unwrap_or_default()]));
    }
    letters
}

#[cfg(test)]
mod tests;
