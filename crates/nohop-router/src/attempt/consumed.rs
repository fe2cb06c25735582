//! What an attempt consumed, and what that cost: as the provider says, or by our own count.

use std::sync::Arc;

use nohop_policy::{self as policy, Needs};
use nohop_types::{Attempted, Cost, Money, Outcome};

use super::Attempt;
use crate::asked::Asked;
use crate::work::Work;

impl Attempt {
    /// Takes note of how long the answer is, where it is whole and the provider says so.
    pub(super) fn count(&self) {
        let usage = &self.shown.usage;
        let told = usage.output.filter(|_| {
            matches!(self.asked.work, Work::Chat)
                && self.shown.outcome == Some(Outcome::Finished)
                && !usage.estimated
        });
        if let Some(output) = told {
            let choices = u64::from(self.asked.request.sampling.n.unwrap_or(1)).max(1);
            let tokens = output.saturating_add(usage.reasoning.unwrap_or_default());
            self.asked.resolved.lengths.count(tokens / choices);
        }
    }

    /// Counts for ourselves what a cut answer consumed, where the provider's counts never came.
    pub(super) fn estimate(&mut self) {
        if self.said == 0 || self.complete && self.shown.usage.total().is_some() {
            return;
        }
        let usage = Arc::make_mut(&mut self.shown.usage);
        let cx = policy::Context::new(&self.asked.request, self.began, 0);
        usage.input = usage.input.or(Some(cx.input));
        usage.output = usage.output.max(Some(self.said.div_ceil(4)));
        usage.estimated = true;
    }

    pub(super) fn cost(&self) -> Option<Cost> {
        let usage = &self.shown.usage;
        if let Some(amount) = usage.cost {
            return Some(Cost::provider(amount));
        }
        if let Some(priced) = &self.at().priced {
            let at = (&*self.at().way, self.candidate());
            return priced.cost(usage, &priced.facts(usage, &self.asked.request, at), self.date);
        }
        let amount = self.candidate().price.as_ref()?.cost(usage)?;
        Some(if usage.estimated { Cost::estimated(amount) } else { Cost::computed(amount) })
    }

    /// What the provider's cache has saved: what is read from it costs less than what is read afresh.
    pub(super) fn saved(&self) -> Option<Money> {
        let price = self.candidate().price.as_ref()?;
        let read = self.shown.usage.cache_read.filter(|tokens| *tokens > 0)?;
        Some((price.input - price.cache_read?) * read)
    }

    /// What it used of the room that was held for it, as far as that is known.
    pub(super) fn used(&self, held: Needs) -> Needs {
        let Attempted { usage, cost, head, status, outcome, .. } = &self.shown;
        // What the provider refused with a status, it did not process.
        if head.is_none() && status.is_some_and(|status| status >= 400) {
            return Needs { tokens: 0, money: Some(Money::ZERO) };
        }
        let Asked { request, resolved, work, .. } = &*self.asked;
        let cx = Asked::context(request, resolved, work, self.began, 0);
        let input = cx.input;
        let expected = match outcome {
            Some(Outcome::Finished) => held,
            // It read the prompt, for all we know, and said nothing.
            _ => {
                let money = cx.tokens(input, 0).estimate(self.candidate());
                Needs { tokens: input, money }
            }
        };
        let money = cost.map(|cost| cost.amount).or(expected.money);
        Needs { tokens: usage.total().unwrap_or(expected.tokens), money }
    }
}
