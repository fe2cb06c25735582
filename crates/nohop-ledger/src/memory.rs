use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nohop_types::{Money, Request, Result};

use crate::safe::{Safe, Unpriced};
use crate::{Books, Entry, Ledger, Reservation};

#[cfg(test)]
mod tests;

/// A ledger in memory: the last entries, exact totals, and a budget if you set one.
///
/// ```
/// use nohop_ledger::Memory;
/// use nohop_types::Money;
///
/// let ledger = Memory::new().budget(Money::DOLLAR * 5).most_entries(100);
/// assert!(ledger.entries().is_empty());
/// ```
#[derive(Debug)]
pub struct Memory {
    most: usize,
    /// Apart from the pages, so that admission never waits for a reader.
    safe: Safe,
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    last: VecDeque<Arc<Entry>>,
    books: Books,
}

impl Memory {
    /// A ledger that keeps the last ten thousand entries, and refuses nothing.
    pub fn new() -> Self {
        Self { most: 10_000, safe: Safe::default(), pages: Mutex::default() }
    }

    /// Admits attempts only until `budget` is spent or held; what is free is always admitted.
    ///
    /// Exact, however many ask at once, as far as estimates are: an attempt may cost more than was
    /// held for it.
    #[must_use]
    pub fn budget(mut self, budget: Money) -> Self {
        self.safe.budget = Some(budget);
        self
    }

    /// Says what to do with an attempt of unknown price while there is a budget.
    #[must_use]
    pub fn unpriced(mut self, unpriced: Unpriced) -> Self {
        self.safe.unpriced = unpriced;
        self
    }

    /// Keeps the last `count` entries; totals stay exact whatever is forgotten.
    #[must_use]
    pub fn most_entries(mut self, count: usize) -> Self {
        self.most = count;
        self
    }

    /// The last entries, oldest first.
    pub fn entries(&self) -> Vec<Arc<Entry>> {
        self.pages().last.iter().cloned().collect()
    }

    /// Everything that was ever settled, summed up, as it stands now.
    pub fn totals(&self) -> Books {
        self.pages().books.clone()
    }

    /// Everything spent so far.
    pub fn spent(&self) -> Money {
        self.safe.sums().spent
    }

    /// Everything held for attempts that have not ended.
    pub fn held(&self) -> Money {
        self.safe.sums().held
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger for Memory {
    fn reserve(&self, _: &Request, target: &str, estimate: Option<Money>) -> Result<Reservation> {
        match self.safe.hold(estimate) {
            Ok(held) => Ok(Reservation::new(held)),
            Err(error) => Err(error.with_target(target)),
        }
    }

    fn settle(&self, reservation: Reservation, entry: Entry) {
        let spent = entry.cost.map_or(Money::ZERO, |cost| cost.amount);
        self.safe.spend(reservation.held(), spent);
        let entry = Arc::new(entry);
        let forgotten = {
            let mut pages = self.pages();
            pages.books.add(&entry);
            let full = pages.last.len() >= self.most;
            let forgotten = if full { pages.last.pop_front() } else { None };
            if self.most > 0 {
                pages.last.push_back(entry);
            }
            forgotten
        };
        // Dropped once the lock is free.
        drop(forgotten);
    }

    fn release(&self, reservation: Reservation) {
        self.safe.spend(reservation.held(), Money::ZERO);
    }
}
