//! What stands after the colons of a name.
//!
//! Only names that somebody knows have variants: a colon in what a provider calls its model is the provider's own.

use std::sync::Arc;

use nohop_policy::{Board, Candidate, Price};
use nohop_types::{Error, Money, Result, SortBy};

use super::{Found, Meaning, Names, wrong};
use crate::route::Resolved;

/// What the words after a name ask for.
#[derive(Debug, Default, Eq, PartialEq)]
struct Variants {
    /// Only what charges nothing.
    free: bool,
    /// By what to order; the last word that says so counts.
    sort: Option<SortBy>,
    /// The first word that has no meaning here.
    other: Option<&'static str>,
}

/// OpenRouter's other words, and what to use instead.
const OTHERS: [(&str, &str); 5] = [
    ("batch", "for a lower price without haste ask for the tier `flex`"),
    ("exacto", "sort by `SortBy::Quality`"),
    ("extended", "look for a model of a longer context, which has a name of its own"),
    ("online", "give the request the provider's own search as a native tool"),
    ("thinking", "say how hard it thinks with `Request::effort`"),
];

impl Names {
    /// What a name means that is no route's, its variants included.
    pub(super) fn variant(&self, name: &str, meaning: &Meaning, board: &Board) -> Result<Resolved> {
        let look = meaning.look();
        let known = self.known(name, look)?;
        let made = |Found { what, targets, .. }| {
            self.resolved(what, &targets, look, board, self.defaults.clone())
        };
        let (base, variants) = match (split(name), known) {
            // What has such a name of its own has it; a free model has free offers beside its own.
            (Some((base, variants)), None) => (base, variants),
            (Some((base, variants)), Some(found)) if variants.free => {
                let mut own = made(found)?;
                if let Ok(Some(paid)) = self.base(base, meaning, board) {
                    own.extend(&paid.narrowed(String::new(), None, is_free), 0);
                }
                return Ok(own);
            }
            (_, Some(found)) => return made(found),
            (None, None) => return made(self.guess(name, look)?),
        };
        let Some(paid) = self.base(base, meaning, board)? else {
            return made(self.guess(name, look)?);
        };
        if let Some(word) = variants.other {
            return Err(unmeant(base, word));
        }
        let what = format!("{}, {}", paid.what, &name[base.len()..]);
        if !variants.free {
            return Ok(paid.narrowed(what, variants.sort, |_| true));
        }
        let mut free = paid.narrowed(what, variants.sort, |_| false);
        if let Some(own) = self.known(&format!("{base}:free"), look).unwrap_or_default() {
            free.extend(&made(own)?, 0);
        }
        free.extend(&paid.narrowed(String::new(), None, is_free), 0);
        match free.candidates.is_empty() {
            false => Ok(free),
            true => Err(wrong(format!(
                "no offer of {base} at your endpoints is known to be free, and `:free` is never answered by one \
                 that is not: ask for {base}, or add an endpoint that offers it for nothing"
            ))),
        }
    }

    /// What a name means without its variants, if anyone knows it.
    fn base(&self, base: &str, meaning: &Meaning, board: &Board) -> Result<Option<Arc<Resolved>>> {
        if let Some(route) = meaning.routes.get(base) {
            return Ok(Some(route.clone()));
        }
        let look = meaning.look();
        let Some(Found { what, targets, .. }) = self.known(base, look)? else { return Ok(None) };
        Ok(Some(self.resolved(what, &targets, look, board, self.defaults.clone())?.into()))
    }
}

/// Splits the words off a name that may be variants; `None` where there are none.
fn split(name: &str) -> Option<(&str, Variants)> {
    let (mut base, mut variants) = (name, Variants::default());
    while let Some((before, word)) = base.rsplit_once(':') {
        match word {
            "free" => variants.free = true,
            "nitro" => variants.sort = variants.sort.or(Some(SortBy::Throughput)),
            "floor" => variants.sort = variants.sort.or(Some(SortBy::Price)),
            word => match OTHERS.iter().find(|(other, _)| *other == word) {
                Some((other, _)) => variants.other = Some(other),
                None => break,
            },
        }
        base = before;
    }
    (!base.is_empty() && base.len() < name.len()).then_some((base, variants))
}

fn unmeant(base: &str, word: &str) -> Error {
    let instead =
        OTHERS.iter().find(|(other, _)| *other == word).map_or("", |(_, instead)| instead);
    wrong(format!("`:{word}` means nothing here: ask for {base}, and {instead}"))
}

/// Whether it is known to charge nothing.
fn is_free(candidate: &Candidate) -> bool {
    candidate.price.as_ref().is_some_and(|Price { input, output, request, .. }| {
        [*input, *output, request.unwrap_or_default()] == [Money::ZERO; 3]
    })
}

#[cfg(test)]
mod tests;
