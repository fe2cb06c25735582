use std::sync::{Mutex, MutexGuard, PoisonError};

use nohop_types::{Error, ErrorKind, Money, Result};

/// The money: what is spent, what is held, and how much there may be of both.
///
/// Its lock is held for one sum, so admission is exact however many threads ask at once.
#[derive(Debug, Default)]
pub(crate) struct Safe {
    pub(crate) budget: Option<Money>,
    pub(crate) unpriced: Unpriced,
    sums: Mutex<Sums>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) spent: Money,
    pub(crate) held: Money,
}

/// What to do with an attempt of unknown price while there is a budget.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unpriced {
    /// Admit it, and count what it cost when that is known.
    Admit,
    /// Refuse it: what has no price can not be kept within a budget.
    #[default]
    Refuse,
}

impl Safe {
    /// Holds `estimate`, and says how much is held for it.
    pub(crate) fn hold(&self, estimate: Option<Money>) -> Result<Money> {
        let held = estimate.unwrap_or_default();
        let Some(budget) = self.budget else {
            let mut sums = self.lock();
            sums.held = sums.held + held;
            return Ok(held);
        };
        if estimate.is_none() && self.unpriced == Unpriced::Refuse {
            return Err(unpriced(budget));
        }
        let mut sums = self.lock();
        let free = held == Money::ZERO;
        if !free && sums.spent + sums.held + held > budget {
            return Err(over(budget, held, *sums));
        }
        sums.held = sums.held + held;
        Ok(held)
    }

    /// Releases what was `held`, and counts what was spent instead.
    pub(crate) fn spend(&self, held: Money, spent: Money) {
        let mut sums = self.lock();
        sums.held = sums.held - held;
        sums.spent = sums.spent + spent;
    }

    pub(crate) fn sums(&self) -> Sums {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn over(budget: Money, more: Money, Sums { spent, held }: Sums) -> Error {
    let message = format!(
        "{more} more is over the budget of {budget}: {spent} spent, {held} held; raise it or wait"
    );
    Error::new(ErrorKind::Budget, message)
}

fn unpriced(budget: Money) -> Error {
    let message = format!(
        "its price is not known, so it can not be kept within the budget of {budget}; set a price, \
         or admit what has none"
    );
    Error::new(ErrorKind::Budget, message)
}
