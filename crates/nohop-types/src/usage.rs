use std::ops::AddAssign;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::vectors::join;
use crate::{Extra, Extras, Modality, Money, ServiceTier};

/// What an answer consumed, in tokens; in units of search where those are billed.
///
/// The kinds are disjoint: their sum is everything the provider processed. Unknown is `None`, never
/// zero. Shares and lifetimes refine a kind and may be partial.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Usage {
    /// Prompt tokens read afresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<u64>,
    /// Prompt tokens read from the provider's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<u64>,
    /// Prompt tokens written to the provider's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// Answer tokens the caller can see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// Answer tokens spent thinking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
    /// Prompt tokens that the provider's own tools added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_prompt: Option<u64>,
    /// Units of search, where an answer is billed by them and not by its tokens; no part of the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_units: Option<u64>,
    /// Which of the written tokens are kept for how long.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<Written>,
    /// Which of the tokens were what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// What the provider says it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The tier that served, which sets the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<ServiceTier>,
    /// Whether the counts are ours, because the provider's never came.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    /// What else the provider counts.
    #[serde(skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl Usage {
    /// Everything the provider processed, as far as it is known; `None` when nothing is.
    pub fn total(&self) -> Option<u64> {
        let Self { input, cache_read, cache_write, output, reasoning, tool_prompt, .. } = self;
        [input, cache_read, cache_write, output, reasoning, tool_prompt]
            .into_iter()
            .filter_map(|count| *count)
            .reduce(u64::saturating_add)
    }

    /// How many tokens of the answer, seen or thought, were made in a thousand seconds, where it took so long and its
    /// first content came then; `None` of an answer that is too short to tell.
    ///
    /// They are counted from the first content; what comes all at once was made before it came.
    pub fn throughput(&self, took: Duration, first_content: Option<Duration>) -> Option<u64> {
        const FEW: u64 = 16;
        let tokens =
            self.output.unwrap_or_default().saturating_add(self.reasoning.unwrap_or_default());
        let writing = took.saturating_sub(first_content.unwrap_or_default());
        let writing = if writing.saturating_mul(8) < took { took } else { writing };
        let thousands = u128::from(tokens.saturating_mul(1_000)) * 1_000_000;
        let throughput = thousands.checked_div(writing.as_micros()).filter(|_| tokens >= FEW)?;
        u64::try_from(throughput).ok().filter(|throughput| *throughput > 0)
    }

    /// Takes over whatever `later` states.
    pub fn merge(&mut self, later: Self) {
        fn take<T>(mine: &mut Option<T>, theirs: Option<T>) {
            if theirs.is_some() {
                *mine = theirs;
            }
        }
        take(&mut self.input, later.input);
        take(&mut self.cache_read, later.cache_read);
        take(&mut self.cache_write, later.cache_write);
        take(&mut self.output, later.output);
        take(&mut self.reasoning, later.reasoning);
        take(&mut self.tool_prompt, later.tool_prompt);
        take(&mut self.search_units, later.search_units);
        take(&mut self.cost, later.cost);
        take(&mut self.tier, later.tier);
        self.estimated |= later.estimated;
        if !later.written.is_empty() {
            self.written = later.written;
        }
        if !later.shares.is_empty() {
            self.shares = later.shares;
        }
        let newer = later.extra;
        let again = |entry: &Extra| {
            newer.iter().any(|newer| newer.key == entry.key && newer.scope == entry.scope)
        };
        let older = std::mem::take(&mut self.extra).into_iter().filter(|entry| !again(entry));
        let kept: Vec<Extra> = older.collect();
        self.extra = newer;
        self.extra.extend(kept);
    }
}

/// What two answers consumed together: counts that only one of them states are what is known of both,
/// a cost is known only where both tell theirs.
impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        fn add(mine: &mut Option<u64>, theirs: Option<u64>) {
            *mine = mine.map_or(theirs, |mine| Some(mine.saturating_add(theirs.unwrap_or(0))));
        }
        add(&mut self.input, other.input);
        add(&mut self.cache_read, other.cache_read);
        add(&mut self.cache_write, other.cache_write);
        add(&mut self.output, other.output);
        add(&mut self.reasoning, other.reasoning);
        add(&mut self.tool_prompt, other.tool_prompt);
        add(&mut self.search_units, other.search_units);
        self.cost = self.cost.zip(other.cost).map(|(mine, theirs)| mine + theirs);
        self.tier = self.tier.take().or(other.tier);
        self.estimated = self.estimated || other.estimated;
        for more in other.written {
            match self.written.iter_mut().find(|known| known.lifetime == more.lifetime) {
                Some(known) => known.tokens = known.tokens.saturating_add(more.tokens),
                None => self.written.push(more),
            }
        }
        for more in other.shares {
            let same =
                |known: &&mut Share| known.kind == more.kind && known.modality == more.modality;
            match self.shares.iter_mut().find(same) {
                Some(known) => known.tokens = known.tokens.saturating_add(more.tokens),
                None => self.shares.push(more),
            }
        }
        join(&mut self.extra, other.extra);
    }
}

/// Written tokens that are kept for the same time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Written {
    /// How long they are kept.
    pub lifetime: Duration,
    /// How many they are.
    pub tokens: u64,
}

impl Written {
    /// That many `tokens` are kept for `lifetime`.
    pub fn new(lifetime: Duration, tokens: u64) -> Self {
        Self { lifetime, tokens }
    }
}

/// Tokens of one kind that are of one modality.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Share {
    /// Of which tokens this is a share.
    pub kind: Kind,
    /// What they are.
    pub modality: Modality,
    /// How many they are.
    pub tokens: u64,
}

impl Share {
    /// That many `tokens` of `kind` are `modality`.
    pub fn new(kind: Kind, modality: Modality, tokens: u64) -> Self {
        Self { kind, modality, tokens }
    }
}

/// Which tokens a share is of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Those of the whole prompt, cached or not.
    Prompt,
    /// Those of the whole answer.
    Answer,
}

#[cfg(test)]
mod tests;
