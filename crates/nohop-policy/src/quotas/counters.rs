use std::collections::BTreeMap;
use std::time::Instant;

use super::counter::{Counter, Lack};
use super::{Ask, Held, Needs, Quotas};
use crate::Quota;
use crate::quota::Subject;

/// How many uses a window keeps apart, of what a quota names and of what callers name.
const SLOTS: (usize, usize) = (1_024, 128);

/// The counters of all quotas: one for each thing that a quota is on, once it is asked for.
#[derive(Debug)]
pub(super) struct Counters {
    quotas: Vec<Quota>,
    /// Those that were forgotten leave their place to others.
    all: Vec<Counter>,
    free: Vec<usize>,
    found: BTreeMap<(usize, Which), usize>,
    /// How many values of its tag each quota counts apart.
    values: Vec<usize>,
}

/// Which of the things that a quota is on.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Which {
    /// The only one.
    Only,
    Key(u32),
    Value(String),
    /// All values that there was no room to count apart.
    Others,
}

impl Counters {
    pub(super) fn new(quotas: Vec<Quota>) -> Self {
        let values = vec![0; quotas.len()];
        Self { quotas, all: Vec::new(), free: Vec::new(), found: BTreeMap::new(), values }
    }

    /// The counters that an attempt is under.
    pub(super) fn under(&mut self, now: Instant, ask: &Ask<'_>) -> Vec<usize> {
        let which = |quota: &Quota| which(quota, ask);
        let under = self.quotas.iter().enumerate();
        let under: Vec<_> =
            under.filter_map(|(index, quota)| Some((index, which(quota)?))).collect();
        under.into_iter().map(|(quota, which)| self.counter(now, quota, which)).collect()
    }

    /// The first of `under` that has no room, and what it lacks; one that never has any goes first.
    pub(super) fn lack(
        &mut self,
        now: Instant,
        under: &[usize],
        needs: Needs,
    ) -> Option<(usize, Lack)> {
        let rank = |lack: &Lack| match lack {
            Lack::Never => (2, None),
            Lack::Running => (1, None),
            Lack::Until(until) => (0, Some(*until)),
        };
        let lacks = under.iter().filter_map(|&counter| {
            let lack = self.at(counter).lacks(now, needs)?;
            Some((counter, lack))
        });
        lacks.max_by_key(|(_, lack)| rank(lack))
    }

    pub(super) fn hold(&mut self, now: Instant, under: Vec<usize>, needs: Needs) -> Held {
        under.iter().for_each(|counter| self.at(*counter).take(now, needs));
        Held { counters: under, since: now, needs }
    }

    pub(super) fn end(&mut self, now: Instant, held: &Held, used: Option<Needs>) {
        for counter in &held.counters {
            self.at(*counter).end(now, held.since, held.needs, used);
        }
    }

    /// One of those that an attempt was found to be under.
    pub(super) fn at(&mut self, counter: usize) -> &mut Counter {
        &mut self.all[counter]
    }

    pub(super) fn running(&self) -> u64 {
        self.all.iter().map(Counter::running).max().unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    fn counter(&mut self, now: Instant, quota: usize, which: Which) -> usize {
        let Which::Value(_) = &which else { return self.found_or_new(quota, which) };
        let key = (quota, which);
        if let Some(counter) = self.found.get(&key) {
            return *counter;
        }
        let most = Quotas::<()>::MOST_VALUES;
        if self.values[quota] >= most {
            self.forget(now, quota);
        }
        // Who is among the others may have used something there, until nobody has.
        let others = self.found.get(&(quota, Which::Others)).copied();
        let apart = others.is_none_or(|others| self.at(others).is_idle(now));
        match self.values[quota] < most && apart {
            true => {
                self.values[quota] += 1;
                self.found_or_new(key.0, key.1)
            }
            false => self.found_or_new(quota, Which::Others),
        }
    }

    fn found_or_new(&mut self, quota: usize, which: Which) -> usize {
        let key = (quota, which);
        if let Some(counter) = self.found.get(&key) {
            return *counter;
        }
        let slots = match key.1 {
            Which::Value(_) => SLOTS.1,
            _ => SLOTS.0,
        };
        let counter = Counter::new(&self.quotas[quota], slots);
        let index = match self.free.pop() {
            Some(index) => {
                self.all[index] = counter;
                index
            }
            None => {
                self.all.push(counter);
                self.all.len() - 1
            }
        };
        self.found.insert(key, index);
        index
    }

    /// Forgets the values of a quota's tag that nobody uses.
    fn forget(&mut self, now: Instant, quota: usize) {
        let Self { all, free, found, values, .. } = self;
        found.retain(|(of, which), index| {
            let value = *of == quota && matches!(which, Which::Value(_));
            let idle = value && all[*index].is_idle(now);
            if idle {
                free.push(*index);
                values[quota] -= 1;
            }
            !idle
        });
    }
}

/// Which of the things that `quota` is on it is for an attempt; `None` where the attempt is not under it.
fn which(quota: &Quota, ask: &Ask<'_>) -> Option<Which> {
    let candidate = ask.candidate;
    let only = |is: bool| is.then_some(Which::Only);
    match quota.subject() {
        Subject::All => only(true),
        Subject::Endpoint(name) => only(*candidate.endpoint == **name),
        Subject::Key(name, key) => only(*candidate.endpoint == **name && candidate.key == *key),
        Subject::Keys(name) => (*candidate.endpoint == **name).then_some(Which::Key(candidate.key)),
        Subject::Model(name) => only(*candidate.model == **name || ask.model == Some(name)),
        Subject::Route(name) => only(ask.route == Some(name)),
        Subject::Tag(name) => ask.tags.get(name).cloned().map(Which::Value),
        Subject::Target(name) => only(*candidate.target == **name),
    }
}
