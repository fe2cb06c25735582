use std::collections::BTreeMap;
use std::fmt;

use nohop_types::Label;

use crate::{Candidate, Context, Policy, preferences};

mod front;
mod mark;
#[cfg(test)]
mod tests;

use mark::{Mark, lead};

/// The candidates of one request: an order of places in one shared snapshot.
///
/// Nothing is cloned or counted per candidate. What is dropped moves behind what is kept, stage by
/// stage, so the trace knows who dropped it without a word from any policy.
pub struct Candidates<'a> {
    snapshot: &'a [Candidate],
    order: Vec<u32>,
    kept: usize,
    marks: Vec<Mark>,
    labels: Vec<Label>,
}

impl<'a> Candidates<'a> {
    /// All of `snapshot`, in its own order.
    pub fn new(snapshot: &'a [Candidate]) -> Self {
        let order: Vec<u32> = (0..).take(snapshot.len()).collect();
        Self { snapshot, kept: order.len(), order, marks: Vec::new(), labels: Vec::new() }
    }

    /// What `policy` leaves of `snapshot`, and the request's own preferences before and behind it, for a caller that
    /// reads only the first `front`.
    ///
    /// All that are kept are in the list; behind the front they are in no order to rely on.
    pub fn decide(
        policy: &(impl Policy + ?Sized),
        cx: &Context<'_>,
        snapshot: &'a [Candidate],
        front: usize,
    ) -> Self {
        let mut list = Self::new(snapshot);
        preferences::parameters(cx, &mut list);
        match cx.preferences {
            None => list.stage(policy.name(), |list| policy.apply_front(cx, list, front)),
            Some(prefers) => preferences::apply(prefers, policy, cx, &mut list, front),
        }
        list
    }

    /// The candidates that are left, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a Candidate> + use<'a, '_> {
        self.order[..self.kept].iter().map(|place| &self.snapshot[*place as usize])
    }

    /// Where in the snapshot the candidates that are left stand, in order.
    pub fn places(&self) -> impl ExactSizeIterator<Item = usize> + use<'a, '_> {
        self.order[..self.kept].iter().map(|place| *place as usize)
    }

    /// The targets of the candidates that are left, in order: what a test of a policy looks at.
    pub fn targets(&self) -> Vec<&'a str> {
        self.iter().map(|candidate| &*candidate.target).collect()
    }

    /// How many are left.
    pub fn len(&self) -> usize {
        self.kept
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.kept == 0
    }

    /// Keeps the candidates that `keep` says, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&'a Candidate) -> bool) {
        let snapshot = self.snapshot;
        let list = &mut self.order[..self.kept];
        let mut keep = |place: u32| keep(&snapshot[place as usize]);
        let Some(mut kept) = list.iter().position(|place| !keep(*place)) else { return };
        let mut dropped = vec![list[kept]];
        for index in kept + 1..list.len() {
            let place = list[index];
            if keep(place) {
                list[kept] = place;
                kept += 1;
            } else {
                dropped.push(place);
            }
        }
        list[kept..].copy_from_slice(&dropped);
        self.kept = kept;
    }

    /// Orders by `key`, least first; ties keep their order.
    ///
    /// The key of each candidate is asked for once.
    pub fn sort_by_key<K: Ord>(&mut self, mut key: impl FnMut(&'a Candidate) -> K) {
        let snapshot = self.snapshot;
        self.order[..self.kept].sort_by_cached_key(|place| key(&snapshot[*place as usize]));
    }

    /// Orders by `key` and keeps the first `count`; for a few of many, far cheaper than sorting.
    pub fn keep_best<K: Ord>(&mut self, count: usize, key: impl FnMut(&'a Candidate) -> K) {
        self.sort_front_by_key(count, key);
        self.kept = self.kept.min(count);
    }

    /// Orders those of each group by `key`, least first, on the places that the group has in the list.
    ///
    /// What is in no group stays where it is.
    pub(crate) fn sort_within<G: Ord, K: Ord>(
        &mut self,
        mut group: impl FnMut(&'a Candidate) -> Option<G>,
        mut key: impl FnMut(&'a Candidate) -> K,
    ) {
        let snapshot = self.snapshot;
        let list = &mut self.order[..self.kept];
        let mut groups: BTreeMap<G, Vec<usize>> = BTreeMap::new();
        for (index, place) in list.iter().enumerate() {
            if let Some(group) = group(&snapshot[*place as usize]) {
                groups.entry(group).or_default().push(index);
            }
        }
        for indices in groups.into_values() {
            let mut places: Vec<_> = indices.iter().map(|index| list[*index]).collect();
            places.sort_by_cached_key(|place| key(&snapshot[*place as usize]));
            indices.into_iter().zip(places).for_each(|(index, place)| list[index] = place);
        }
    }

    /// Runs one stage of a policy, and marks what it dropped with `name`.
    ///
    /// Stages may contain stages: the innermost is named. A stage that drops nothing is marked as
    /// well, so that the trace shows every step. Who led is marked with it, and so the trace knows
    /// which stage moved whom.
    pub fn stage(&mut self, name: &str, stage: impl FnOnce(&mut Self)) {
        let inner = self.marks.len();
        stage(self);
        let lead = lead(&self.order[..self.kept]);
        let marked = self.marks.last();
        let fewer = self.kept < marked.map_or(self.order.len(), |mark| mark.kept);
        let moved = marked.is_some_and(|mark| mark.lead != lead);
        if fewer || moved || self.marks.len() == inner {
            self.marks.push(Mark { name: name.into(), kept: self.kept, lead });
        }
    }

    /// Says something of the request that shall be on the trace and on the entries.
    ///
    /// What is said twice of the same name is as it was said last.
    pub fn label(&mut self, label: Label) {
        self.labels.retain(|said| said.name != label.name);
        self.labels.push(label);
    }

    /// What was said of the request so far.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Ends the decision: what is left of it needs no snapshot, until somebody asks for names.
    pub fn decided(self) -> Decision {
        let Self { order, kept, marks, labels, .. } = self;
        Decision { order, kept, marks, labels }
    }
}

impl fmt::Debug for Candidates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|candidate| &candidate.target)).finish()
    }
}

/// Which candidates a policy left, in which order, and which of its stages dropped the others; in places.
#[derive(Debug)]
pub struct Decision {
    order: Vec<u32>,
    kept: usize,
    marks: Vec<Mark>,
    labels: Vec<Label>,
}

impl Decision {
    /// Where in the snapshot the candidates that are left stand, in order.
    pub fn places(&self) -> impl ExactSizeIterator<Item = usize> + use<'_> {
        self.order[..self.kept].iter().map(|place| *place as usize)
    }

    /// What was said of the request.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }
}
