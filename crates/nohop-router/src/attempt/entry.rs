use nohop_ledger::{Delivery, Entry};
use nohop_types::{Aside, Outcome};
use nohop_wire::Mode;

use super::Attempt;

impl Attempt {
    /// What the ledger keeps of it.
    pub(super) fn entry(&self) -> Entry {
        let Self { shown, asked, .. } = self;
        let candidate = self.candidate();
        let number = u32::try_from(self.id.index()).unwrap_or(u32::MAX);
        let outcome = shown.outcome.unwrap_or(Outcome::Dropped);
        let delivery = match asked.mode {
            Mode::Stream => Delivery::Stream,
            Mode::Whole => Delivery::Whole,
        };
        let losses = u32::try_from(shown.losses.len()).unwrap_or(u32::MAX);
        let target = (candidate.target.clone(), candidate.endpoint.clone());
        let entry = Entry::new(asked.id.clone(), number, target.0, outcome, shown.took);
        let entry = match asked.aside {
            // Nobody asked for it, so it is on nobody's account.
            Some(Aside::Shadow) => entry,
            _ => entry.asked(asked.work.task(), &asked.request).labels(&asked.labels),
        };
        entry
            .aside(asked.aside)
            .place(target.1, candidate.model.clone(), candidate.key)
            .usage(shown.usage.clone())
            .cost(shown.cost)
            .saved(self.saved())
            .route(asked.resolved.route.clone())
            .cause(self.cause)
            .began(self.date)
            .first_content(shown.first_content)
            .status(shown.status)
            .losses(losses)
            .delivery(delivery)
            .catalog(self.at().priced.as_ref().map(|priced| priced.version.clone()))
    }
}
