use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Books, Entry};

mod figures;
mod report;
#[cfg(test)]
mod tests;

pub use figures::Figures;
pub use report::Report;

/// How long a slice of time is.
const SLICE: u64 = 60;

/// Attempts counted as they are settled: by whom, for what, in all and lately.
///
/// A router keeps them to say how it goes, in percentiles and by the minute, whatever ledger it writes to; what was spent,
/// by each of ten times as many rows, is what the [`Books`] of a ledger say.
///
/// Nothing here grows without bound. Of targets with their keys and routes there are at most
/// [`MOST_ROWS`](Self::MOST_ROWS) rows, and as many of values of tags; whatever comes after those is counted under
/// [`Books::OTHERS`]. A row keeps three sketches for each of the last [`MINUTES`](Self::MINUTES) minutes in which it was
/// used, and three of all before: 40 KiB at the very most, and commonly a tenth of that.
///
/// ```
/// use std::time::Duration;
/// use nohop_ledger::{Entry, Outcome, Statistics};
///
/// let statistics = Statistics::new();
/// let took = Duration::from_millis(800);
/// statistics.add(&Entry::new("r1", 0, "m@e", Outcome::Finished, took));
///
/// let endpoint = &statistics.all().by_endpoint()["e"];
/// assert_eq!(endpoint.totals.finished, 1);
/// assert!(endpoint.took(990).unwrap().abs_diff(took) < took / 100);
/// ```
#[derive(Debug, Default)]
pub struct Statistics {
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    places: BTreeMap<Place, Row>,
    tags: BTreeMap<String, BTreeMap<String, Row>>,
    /// How many values of tags there are.
    values: usize,
}

/// Who served, and for which route.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place {
    target: Arc<str>,
    endpoint: Arc<str>,
    key: u32,
    route: Option<Arc<str>>,
}

/// What was counted, by the minutes in which it was.
#[derive(Debug, Default)]
struct Row {
    /// Everything before the slices.
    before: Figures,
    /// The last minutes, oldest first, each with its number since 1970.
    slices: VecDeque<(u64, Figures)>,
}

impl Statistics {
    /// How many rows there are at most of targets, and how many of tags.
    pub const MOST_ROWS: usize = 1_000;

    /// How many minutes are kept apart.
    pub const MINUTES: u32 = 5;

    /// Statistics of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts an attempt, when it ended.
    pub fn add(&self, entry: &Entry) {
        let minute = (entry.began + entry.took).as_secs() / SLICE;
        let mut rows = self.rows();
        rows.place(entry).add(minute, entry);
        for (name, value) in &entry.tags {
            rows.tag(name, value).add(minute, entry);
        }
    }

    /// Everything so far.
    pub fn all(&self) -> Report {
        self.report(|row| row.since(0))
    }

    /// The last minutes before `now`, which is counted from the beginning of 1970: this one, so far as it has
    /// come, and so many before it, as far as they are kept.
    pub fn last(&self, now: Duration, minutes: u32) -> Report {
        let first = (now.as_secs() / SLICE).saturating_sub(minutes.into());
        self.report(|row| row.since(first.max(1)))
    }

    fn report(&self, of: impl Fn(&Row) -> Figures) -> Report {
        let mut report = Report::default();
        let rows = self.rows();
        for (place, row) in &rows.places {
            report.add_place(place, of(row));
        }
        for (name, values) in &rows.tags {
            for (value, row) in values {
                report.add_tag(name, value, of(row));
            }
        }
        report
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn place(&mut self, entry: &Entry) -> &mut Row {
        let Entry { target, endpoint, key, route, .. } = entry;
        let place = Place {
            target: target.clone(),
            endpoint: endpoint.clone(),
            key: *key,
            route: route.clone(),
        };
        let others = || {
            let name: Arc<str> = Books::OTHERS.into();
            Place { target: name.clone(), endpoint: name.clone(), key: 0, route: Some(name) }
        };
        let fits = self.places.len() < Statistics::MOST_ROWS || self.places.contains_key(&place);
        self.places.entry(if fits { place } else { others() }).or_default()
    }

    fn tag(&mut self, name: &str, value: &str) -> &mut Row {
        let known = self.tags.get(name).is_some_and(|values| values.contains_key(value));
        let fits = known || self.values < Statistics::MOST_ROWS;
        self.values += usize::from(!known && fits);
        let (name, value) = if fits { (name, value) } else { (Books::OTHERS, Books::OTHERS) };
        if !self.tags.contains_key(name) {
            self.tags.insert(name.to_owned(), BTreeMap::new());
        }
        let values = self.tags.entry(name.to_owned()).or_default();
        values.entry(value.to_owned()).or_default()
    }
}

impl Row {
    fn add(&mut self, minute: u64, entry: &Entry) {
        // One that took longer than another and ended before it is counted where the later one is.
        if self.slices.back().is_none_or(|(last, _)| *last < minute) {
            self.slices.push_back((minute, Figures::default()));
            let kept = minute.saturating_sub(Statistics::MINUTES.into());
            while let Some((_, old)) = self.slices.pop_front_if(|(slice, _)| *slice < kept) {
                self.before.merge(&old);
            }
        }
        if let Some((_, figures)) = self.slices.back_mut() {
            figures.add(entry);
        }
    }

    /// What was counted since the minute of this number began; all of it since the first.
    fn since(&self, minute: u64) -> Figures {
        let mut figures = if minute == 0 { self.before.clone() } else { Figures::default() };
        let slices = self.slices.iter().filter(|(slice, _)| *slice >= minute);
        slices.for_each(|(_, more)| figures.merge(more));
        figures
    }
}
