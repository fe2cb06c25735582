//! What is remembered of each stage, and what the trace makes of it when somebody asks.

use std::ops::Range;
use std::sync::Arc;

use nohop_types::Stage;

use super::Decision;
use crate::Candidate;

/// How many of those in front are compared to see what a stage moved.
const FRONT: usize = 3;

/// Nobody's place.
const NOBODY: u32 = u32::MAX;

/// One stage dropped whatever lies between its `kept` and that of the stage before.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) name: Box<str>,
    pub(super) kept: usize,
    /// Who stood in front when it was done.
    pub(super) lead: [u32; FRONT],
}

/// Who stands in front.
#[inline]
pub(super) fn lead(order: &[u32]) -> [u32; FRONT] {
    let mut lead = [NOBODY; FRONT];
    for (to, place) in lead.iter_mut().zip(order) {
        *to = *place;
    }
    lead
}

impl Decision {
    /// What each stage dropped and moved of `snapshot`, which was decided on, with at most `most` names of
    /// those it dropped.
    pub fn stages(&self, snapshot: &[Candidate], most: usize) -> Vec<Stage> {
        let all: Vec<u32> = (0..).take(self.order.len()).collect();
        let mut before = lead(&all);
        let stages = self.marks.iter().zip(self.ranges()).map(|(mark, range)| {
            let dropped = &self.order[range];
            let named = &dropped[..dropped.len().min(most)];
            let target = |place: &u32| snapshot[*place as usize].target.clone();
            let stage = Stage::new(mark.name.clone(), mark.kept)
                .dropped(named.iter().map(target), dropped.len() - named.len());
            let stayed = |place: &u32| *place != NOBODY && !dropped.contains(place);
            let left: Vec<u32> = before.into_iter().filter(stayed).collect();
            before = mark.lead;
            if mark.lead.starts_with(&left) {
                return stage;
            }
            let shown = |places: &[u32]| {
                let places = places.iter().filter(|place| **place != NOBODY);
                places.map(|place| shown(&snapshot[*place as usize])).collect()
            };
            stage.moved(shown(&left), shown(&mark.lead))
        });
        stages.collect()
    }

    /// Where in the snapshot the candidates that were dropped stand, each with the number of the stage that
    /// dropped it, those that came furthest first.
    pub fn dropped(&self) -> impl Iterator<Item = (usize, usize)> + use<'_> {
        let ranges = self.ranges().enumerate().collect::<Vec<_>>().into_iter().rev();
        ranges.flat_map(|(stage, range)| {
            self.order[range].iter().map(move |place| (*place as usize, stage))
        })
    }

    /// Where in the order each stage left what it dropped.
    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + use<'_> {
        self.marks.iter().scan(self.order.len(), |end, mark| {
            let range = mark.kept..*end;
            *end = mark.kept;
            Some(range)
        })
    }
}

/// The target, and which key where there are several.
fn shown(candidate: &Candidate) -> Arc<str> {
    match candidate.key {
        0 => candidate.target.clone(),
        key => format!("{} (key {key})", candidate.target).into(),
    }
}
