use std::sync::Arc;

use nohop_ledger::{Delivery, Entry, Reservation};
use nohop_policy::AttemptId;
use nohop_types::{Attempted, Cost, Event, Money, Outcome};

use super::Answer;
use crate::Cache;
use crate::cache::{Fill, Found, Kept};
use crate::clock::{date, now};
use crate::replay::replay;
use crate::safely::safely;

impl Answer {
    /// Keeps the answer once it is complete, where it leads those who ask for the same.
    pub(crate) fn with(mut self, cache: &Arc<Cache>, found: Found) -> Self {
        if let Found::Missing(lead) = found {
            self.fill = Some(Fill::new(cache.clone(), lead));
        }
        self
    }

    /// Takes note of an event that is delivered, and keeps the answer with its last.
    pub(super) fn fill(&mut self, event: &Event) {
        let Some(mut fill) = self.fill.take() else { return };
        fill.note(event);
        if !matches!(event, Event::Finish { .. }) {
            self.fill = Some(fill);
            return;
        }
        let target = |id: AttemptId| Some(self.ended.get(id.index())?.target.clone());
        match self.delivered.and_then(target) {
            Some(target) => fill.keep(target),
            None => fill.give_up(),
        }
    }

    /// There is nothing to keep: the answer has failed.
    pub(super) fn keep_nothing(&mut self) {
        self.fill.take().into_iter().for_each(Fill::give_up);
    }

    /// Tells an answer that was kept: nobody is asked, and nothing is spent.
    pub(crate) fn tell(mut self, kept: &Kept) -> Self {
        let nothing = Cost::computed(Money::ZERO);
        let mut shown = Attempted::new(kept.target.clone(), 0);
        shown.began = now() - self.asked.began;
        shown.outcome = Some(Outcome::Finished);
        shown.kept = Some(date().saturating_sub(kept.at));
        shown.cost = Some(nothing);
        let (asked, ledger) = (&self.asked, &self.asked.shared.ledger);
        let target = kept.target.clone();
        let entry = Entry::new(asked.id.clone(), 0, target, Outcome::Finished, shown.took)
            .asked(asked.work.task(), &asked.request)
            .cost(nothing)
            .began(date())
            .delivery(Delivery::Kept);
        safely("the ledger", || ledger.settle(Reservation::new(Money::ZERO), entry));
        self.ended.push(shown);
        self.ready = replay(&kept.response);
        self.over = true;
        self
    }
}
