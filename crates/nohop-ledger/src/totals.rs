use std::collections::BTreeMap;
use std::sync::Arc;

use nohop_types::{Money, Outcome};
use serde::Serialize;

use crate::Entry;

#[cfg(test)]
mod tests;

/// Everything that was settled, summed up by whom and for what.
///
/// The sums are exact, and bounded: of a kind of row there are at most ten thousand, and whatever
/// comes after those is summed up under [`Books::OTHERS`].
///
/// A ledger keeps them to say what was spent, exactly and of all that it ever settled; how it went, in percentiles and
/// lately, is what [`Statistics`](crate::Statistics) say, which a router has whatever its ledger is.
#[derive(Clone, Debug, Default)]
pub struct Books {
    all: Totals,
    rows: BTreeMap<Row, Totals>,
    tags: BTreeMap<String, BTreeMap<String, Totals>>,
    tag_rows: usize,
}

/// Who served.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Row {
    endpoint: Arc<str>,
    model: Arc<str>,
    key: u32,
}

impl Books {
    /// The name that stands for all rows there is no place for.
    pub const OTHERS: &str = "(others)";

    const MOST_ROWS: usize = 10_000;

    /// Everything.
    pub fn all(&self) -> Totals {
        self.all
    }

    /// What each model served.
    pub fn by_model(&self) -> BTreeMap<Arc<str>, Totals> {
        self.by(|row| row.model.clone())
    }

    /// What each endpoint served.
    pub fn by_endpoint(&self) -> BTreeMap<Arc<str>, Totals> {
        self.by(|row| row.endpoint.clone())
    }

    /// What each key served, by its endpoint and its number there.
    pub fn by_key(&self) -> BTreeMap<(Arc<str>, u32), Totals> {
        self.by(|row| (row.endpoint.clone(), row.key))
    }

    /// What was served for each value of the tag `name`.
    pub fn by_tag(&self, name: &str) -> BTreeMap<String, Totals> {
        self.tags.get(name).cloned().unwrap_or_default()
    }

    /// The names of all tags.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.keys().map(String::as_str)
    }

    /// Sums up one more entry.
    pub(crate) fn add(&mut self, entry: &Entry) {
        let one = Totals::of(entry);
        self.all.add(one);
        self.add_row(entry, one);
        for (name, value) in &entry.tags {
            self.add_tag(name, value, one);
        }
    }

    fn add_row(&mut self, entry: &Entry, one: Totals) {
        let Entry { endpoint, model, key, .. } = entry;
        let row = Row { endpoint: endpoint.clone(), model: model.clone(), key: *key };
        if let Some(totals) = self.rows.get_mut(&row) {
            return totals.add(one);
        }
        let others = || Row { endpoint: Self::OTHERS.into(), model: Self::OTHERS.into(), key: 0 };
        let row = if self.rows.len() < Self::MOST_ROWS { row } else { others() };
        self.rows.entry(row).or_default().add(one);
    }

    fn add_tag(&mut self, name: &str, value: &str, one: Totals) {
        let known = self.tags.get_mut(name).and_then(|values| values.get_mut(value));
        if let Some(totals) = known {
            return totals.add(one);
        }
        let place = self.tag_rows < Self::MOST_ROWS;
        let (name, value) = if place { (name, value) } else { (Self::OTHERS, Self::OTHERS) };
        self.tag_rows += usize::from(place);
        let values = self.tags.entry(name.to_owned()).or_default();
        values.entry(value.to_owned()).or_default().add(one);
    }

    fn by<K: Ord>(&self, key: impl Fn(&Row) -> K) -> BTreeMap<K, Totals> {
        let mut sums = BTreeMap::new();
        for (row, totals) in &self.rows {
            let sum: &mut Totals = sums.entry(key(row)).or_default();
            sum.add(*totals);
        }
        sums
    }
}

/// Attempts, summed up.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// How many there were.
    pub attempts: u64,
    /// How many were delivered whole.
    pub finished: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were given up.
    pub cancelled: u64,
    /// How many the caller dropped.
    pub dropped: u64,
    /// How many consumed something whose cost is not known.
    pub unpriced: u64,
    /// Tokens of the prompts, cached or not.
    pub input: u64,
    /// Tokens of the answers, seen or thought.
    pub output: u64,
    /// What they cost, as far as that is known.
    pub cost: Money,
}

impl Totals {
    pub(crate) fn of(entry: &Entry) -> Self {
        let usage = &entry.usage;
        let sum =
            |counts: [Option<u64>; 4]| counts.into_iter().flatten().fold(0, u64::saturating_add);
        let outcome = |is: bool| u64::from(is);
        let consumed = usage.total().is_some_and(|total| total > 0);
        let finished = entry.outcome == Outcome::Finished;
        Self {
            attempts: 1,
            finished: outcome(finished),
            failed: outcome(matches!(entry.outcome, Outcome::Failed(_))),
            cancelled: outcome(entry.outcome == Outcome::Cancelled),
            dropped: outcome(entry.outcome == Outcome::Dropped),
            unpriced: outcome(entry.cost.is_none() && (consumed || finished)),
            input: sum([usage.input, usage.cache_read, usage.cache_write, usage.tool_prompt]),
            output: sum([usage.output, usage.reasoning, None, None]),
            cost: entry.cost.map_or(Money::ZERO, |cost| cost.amount),
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        let counts = [
            (&mut self.attempts, other.attempts),
            (&mut self.finished, other.finished),
            (&mut self.failed, other.failed),
            (&mut self.cancelled, other.cancelled),
            (&mut self.dropped, other.dropped),
            (&mut self.unpriced, other.unpriced),
            (&mut self.input, other.input),
            (&mut self.output, other.output),
        ];
        for (count, more) in counts {
            *count = count.saturating_add(more);
        }
        self.cost = self.cost + other.cost;
    }
}
