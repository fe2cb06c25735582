use nohop_types::{Error, ErrorKind, Money, Request, Result};

use crate::Router;
use crate::asked::Asked;
use crate::clock::now;
use crate::preferred;
use crate::work::Work;

#[cfg(test)]
mod tests;

/// The money of one batch: what there may be, what is spent, and what is held for those under way.
pub(super) struct Till {
    budget: Money,
    spent: Money,
    held: Money,
}

/// What a request may cost, by the estimates of those it may ask.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Estimate {
    /// At whom it is cheapest.
    least: Money,
    /// At whom it is dearest.
    most: Money,
    /// At the dearest, as often as it may be asked.
    all: Money,
}

impl Estimate {
    /// What `request` may cost; `None` where nobody it may ask has a price.
    pub(super) fn of(router: &Router, request: &Request) -> Option<Self> {
        let shared = &router.shared;
        let preferences = request.preferences.as_deref();
        // It will fail at once, and cost nothing.
        let Ok(resolved) = shared.names.resolve_all(&request.model, preferences, &shared.board)
        else {
            return Some(Self::default());
        };
        let cx = Asked::context(request, &resolved, &Work::Chat, now(), 0);
        let estimates = || resolved.candidates.iter().filter_map(|it| cx.estimate(it));
        let (least, most) = (estimates().min()?, estimates().max()?);
        let limits = preferred::limits(resolved.limits, preferences);
        let within = |money: Money| limits.money.map_or(money, |limit| money.min(limit));
        let attempts = u64::try_from(limits.attempts).unwrap_or(u64::MAX);
        Some(Self { least, most: within(most), all: within(most * attempts) })
    }
}

impl Till {
    pub(super) fn new(budget: Money) -> Self {
        Self { budget, spent: Money::ZERO, held: Money::ZERO }
    }

    /// Counts what was spent before.
    pub(super) fn spend(&mut self, amount: Money) {
        self.spent = self.spent + amount;
    }

    /// Holds money for a request: enough for all that its route allows where it is there, and otherwise for one attempt
    /// at whoever may be asked. `None` where it has to wait until others are over.
    ///
    /// With nothing under way all that is left is for one request, if that is enough for anybody.
    ///
    /// # Errors
    ///
    /// `Budget` when what is left is not enough, and when no price is known.
    pub(super) fn hold(&mut self, estimate: Option<Estimate>) -> Result<Option<Money>> {
        let Some(Estimate { least, most, all }) = estimate else {
            return Err(self.unpriced());
        };
        let free = self.budget - self.spent - self.held;
        let held = match () {
            () if all <= free => all,
            () if most <= free => most,
            () if least > self.budget - self.spent => return Err(self.over(least)),
            () if self.held > Money::ZERO => return Ok(None),
            () => free,
        };
        self.held = self.held + held;
        Ok(Some(held))
    }

    /// Releases what was held for a request, and counts what it cost: what was held, where that is not known.
    pub(super) fn settle(&mut self, held: Money, cost: Option<Money>) {
        self.held = self.held - held;
        self.spent = self.spent + cost.unwrap_or(held);
    }

    fn over(&self, least: Money) -> Error {
        let Self { budget, spent, .. } = self;
        let left = *budget - *spent;
        Error::new(
            ErrorKind::Budget,
            format!(
                "it may cost {least}, and of the budget of {budget} for all requests {left} is left; it was not sent: \
                 raise the budget and go on"
            ),
        )
    }

    fn unpriced(&self) -> Error {
        Error::new(
            ErrorKind::Budget,
            format!(
                "its price is not known, so it can not be kept within the budget of {} for all requests; set a price",
                self.budget
            ),
        )
    }
}
