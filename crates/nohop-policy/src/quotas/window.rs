use std::collections::VecDeque;
use std::time::Instant;

use crate::quota::{Measure, Rate};
use crate::time::after;

/// What was used within one sliding window.
///
/// Each use is kept with its time until it leaves the window. When there are many, those that came close
/// together leave together, with the last of them: memory is bounded, and room comes back a little late
/// and never early.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) rate: Rate,
    /// How many uses are kept apart.
    slots: usize,
    used: u128,
    log: VecDeque<Slot>,
}

/// Uses that leave the window together.
#[derive(Debug)]
struct Slot {
    first: Instant,
    last: Instant,
    amount: u128,
}

impl Window {
    pub(super) fn new(rate: Rate, slots: usize) -> Self {
        Self { rate, slots, used: 0, log: VecDeque::new() }
    }

    /// Forgets what has left the window.
    pub(super) fn forget(&mut self, now: Instant) {
        while let Some(slot) = self.log.front()
            && after(slot.last, self.rate.span) <= now
        {
            self.used -= slot.amount;
            self.log.pop_front();
        }
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// Whether so much more may be used now.
    pub(super) fn fits(&self, amount: u128) -> bool {
        self.used.saturating_add(amount) <= self.rate.most
    }

    /// When so much more may be used, if nobody else uses any; `None` where that is now.
    pub(super) fn when(&self, amount: u128) -> Option<Instant> {
        if self.fits(amount) {
            return None;
        }
        // Whoever waits behind more than there is in a window waits for whole windows first.
        let most = self.rate.most.max(1);
        let windows = u32::try_from((amount - 1) / most).unwrap_or(u32::MAX);
        let mut missing = (amount - 1) % most + 1;
        missing = self.used.saturating_add(missing).saturating_sub(self.rate.most);
        let mut from = None;
        for slot in &self.log {
            if missing == 0 {
                break;
            }
            missing = missing.saturating_sub(slot.amount);
            from = Some(after(slot.last, self.rate.span));
        }
        let from = from.or_else(|| self.log.back().map(|slot| slot.last))?;
        Some(after(from, self.rate.span.saturating_mul(windows)))
    }

    /// Counts a use; times do not go back.
    pub(super) fn add(&mut self, at: Instant, amount: u128) {
        self.used = self.used.saturating_add(amount);
        let crowded = self.log.len() >= self.slots;
        let grain = self.rate.span / u32::try_from(self.slots).unwrap_or(u32::MAX).max(1);
        match self.log.back_mut() {
            Some(slot) if at == slot.last || crowded && at < after(slot.first, grain) => {
                (slot.last, slot.amount) = (at, slot.amount.saturating_add(amount));
            }
            _ => self.log.push_back(Slot { first: at, last: at, amount }),
        }
    }

    /// Takes back so much of what was used at a time, unless that has left the window.
    pub(super) fn take_back(&mut self, at: Instant, amount: u128) {
        let index = self.log.partition_point(|slot| slot.last < at);
        if let Some(slot) = self.log.get_mut(index).filter(|slot| slot.first <= at) {
            let amount = amount.min(slot.amount);
            slot.amount -= amount;
            self.used -= amount;
        }
    }

    /// Corrects what was `held` since a time to what was `used`.
    pub(super) fn correct(&mut self, now: Instant, since: Instant, held: u128, used: u128) {
        match used.checked_sub(held) {
            None => self.take_back(since, held - used),
            Some(0) => {}
            Some(more) => self.add(now, more),
        }
    }

    pub(super) fn measure(&self) -> Measure {
        self.rate.measure
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.log.len()
    }
}

#[cfg(test)]
mod tests;
