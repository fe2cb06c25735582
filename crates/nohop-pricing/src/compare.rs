use std::cmp::Reverse;
use std::time::SystemTime;

use nohop_types::Request;

use crate::{Bill, Estimate, Facts, Model, Offer};

/// One offer beside others, for a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compared<'a> {
    /// The offer.
    pub offer: Offer<'a>,
    /// What the request is estimated to use there.
    pub estimate: Estimate,
    /// What it would cost; `None` where no price is known.
    pub bill: Option<Bill>,
    /// Whether prompt and answer fit, as far as that is known.
    pub fits: Option<bool>,
}

impl<'a> Model<'a> {
    /// Its offers for a request: those that fit first, and of these the cheapest; what has no known price comes last.
    pub fn compare(
        self,
        request: &Request,
        facts: &Facts<'_>,
        at: SystemTime,
    ) -> Vec<Compared<'a>> {
        let plain = Estimate::of(request);
        let mut offers: Vec<Compared<'a>> = self
            .offers()
            .map(|offer| {
                let estimate = plain.at(offer, request);
                let fits =
                    offer.context().map(|context| estimate.prompt + estimate.answer <= context);
                let bill = offer.estimate(&estimate, facts, at);
                Compared { offer, estimate, bill, fits }
            })
            .collect();
        offers.sort_by_key(|it| {
            let cost = it.bill.as_ref().map(|bill| bill.cost.amount);
            (Reverse(it.fits != Some(false)), cost.is_none(), cost, it.offer.provider())
        });
        offers
    }
}

#[cfg(test)]
mod tests;
