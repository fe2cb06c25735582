//! The first few of many, in order, without sorting the rest.

use crate::{Candidate, Candidates};

impl<'a> Candidates<'a> {
    /// Moves the first `front` by `key` to the front, in order; the rest keeps its order behind them.
    ///
    /// For policies that implement [`Policy::apply_front`](crate::Policy::apply_front). The key of
    /// each candidate is asked for once, and the cost is linear whatever the order was before.
    pub fn sort_front_by_key<K: Ord>(
        &mut self,
        front: usize,
        mut key: impl FnMut(&'a Candidate) -> K,
    ) {
        if front >= self.kept {
            return self.sort_by_key(key);
        }
        if front == 0 {
            return;
        }
        // Some from everywhere are looked at first, and then those between them: a list in the
        // opposite order would otherwise put each in front of all before it.
        let list = &self.order[..self.kept];
        let step = match list.len() / front.saturating_mul(8) {
            0 | 1 => list.len(),
            step => step,
        };
        let starts = || (0..list.len()).step_by(step);
        let some = starts().map(|start| start..start + 1);
        let rest = starts().map(|start| start + 1..list.len().min(start + step));
        let mut best = Best::new(front);
        for range in some.chain(rest) {
            for (index, place) in range.clone().zip(&list[range]) {
                best.offer(key(&self.snapshot[*place as usize]), index);
            }
        }
        self.lead(&best.indices());
    }

    /// Moves what stands at `indices` to the front, in that order, and the rest up behind them.
    pub(crate) fn lead(&mut self, indices: &[usize]) {
        let chosen: Vec<u32> = indices.iter().map(|index| self.order[*index]).collect();
        let mut gaps = indices.to_vec();
        gaps.sort_unstable();
        // From the last gap to the first: what stands before a gap moves up by the gaps from it on.
        let mut end = gaps[gaps.len() - 1];
        for (before, gap) in gaps[..gaps.len() - 1].iter().enumerate().rev() {
            self.order.copy_within(gap + 1..end, gap + gaps.len() - before);
            end = *gap;
        }
        self.order.copy_within(0..end, gaps.len());
        self.order[..chosen.len()].copy_from_slice(&chosen);
    }
}

/// The best so far, and up to as many that may turn out to be.
///
/// Twice as many as are wanted are collected before the worse half is thrown away, so a throw costs
/// a few steps for each that was collected, and most never are.
struct Best<K> {
    front: usize,
    some: Vec<(K, usize)>,
    /// Whether the last of the best stands where it belongs.
    full: bool,
}

impl<K: Ord> Best<K> {
    fn new(front: usize) -> Self {
        Self { front, some: Vec::with_capacity(2 * front), full: false }
    }

    #[inline(always)]
    fn offer(&mut self, key: K, index: usize) {
        if self.full {
            // Of equal keys the earlier is the better, as in a stable sort.
            let (worst, its_index) = &self.some[self.front - 1];
            if key > *worst || key == *worst && index > *its_index {
                return;
            }
        }
        self.some.push((key, index));
        if self.some.len() == 2 * self.front {
            self.throw();
        }
    }

    #[inline(never)]
    fn throw(&mut self) {
        self.some.select_nth_unstable(self.front - 1);
        self.some.truncate(self.front);
        self.full = true;
    }

    /// Where the best stand, best first.
    fn indices(mut self) -> Vec<usize> {
        self.some.sort_unstable();
        self.some.truncate(self.front);
        self.some.into_iter().map(|(_, index)| index).collect()
    }
}
