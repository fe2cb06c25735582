use std::fmt;

use nohop_types::{Cost, Money, Provenance};

use crate::Meter;

/// What a request costs, in parts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bill {
    /// The cost: the provider's own figure where it states one, otherwise the sum of the parts.
    pub cost: Cost,
    /// What the card comes to, whoever states the cost.
    pub parts: Vec<Part>,
}

/// What is charged for one kind of thing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// For what.
    pub meter: Meter,
    /// How many of it, those included that are free.
    pub count: u64,
    /// What [`Meter::per`] of it cost, before factors.
    pub price: Money,
    /// What all of it costs.
    pub amount: Money,
    /// What is not certain about it.
    pub doubt: Option<Doubt>,
}

impl Meter {
    /// A price as people write it: for a million tokens, for an hour, or for one of anything else.
    pub fn price(self, price: Money) -> String {
        let many = Money::from_atto(price.as_atto().saturating_mul(10_u128.pow(self.shift())));
        let per = match (self.shift(), self.per()) {
            (0, 1) => "each",
            (0, _) => "an hour",
            _ => "a million",
        };
        format!("{many} {per}")
    }
}

/// What is not certain about a part of a bill.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Doubt {
    /// Some of it may have been free: nobody said how much of an allowance is left.
    Allowance,
    /// It has no rate of its own, and is charged at the one that stands in.
    Assumed,
    /// It is not known which of several rates it falls under, and the dearest was taken.
    Dearer,
    /// It has no rate at all, and is charged with nothing: the cost is a lower bound.
    Unpriced,
}

impl Bill {
    /// The sum of the parts.
    pub fn computed(&self) -> Money {
        self.parts.iter().map(|part| part.amount).sum()
    }

    /// What the parts for the prompt come to.
    pub fn prompt(&self) -> Money {
        self.side(true)
    }

    /// What the parts for the answer come to.
    pub fn answer(&self) -> Money {
        self.side(false)
    }

    /// The gravest doubt.
    pub fn doubt(&self) -> Option<Doubt> {
        self.parts.iter().filter_map(|part| part.doubt).max()
    }

    fn side(&self, prompt: bool) -> Money {
        let parts = self.parts.iter().filter(
            |part| matches!(part.meter, Meter::Tokens(class, _) if class.is_prompt() == prompt),
        );
        parts.map(|part| part.amount).sum()
    }
}

/// The parts, a line for each, and their sum.
impl fmt::Display for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            let doubt = match part.doubt {
                None => "",
                Some(Doubt::Allowance) => "  unless it was free",
                Some(Doubt::Assumed) => "  at a rate that stands in",
                Some(Doubt::Dearer) => "  at the dearest rate that may apply",
                Some(Doubt::Unpriced) => "  has no rate",
            };
            let (meter, count, amount) = (part.meter.word(), part.count, part.amount.to_string());
            writeln!(f, "{meter:<20} {count:>12}  {amount}{doubt}")?;
        }
        let who = match self.cost.provenance {
            Provenance::Provider => "as the provider says",
            Provenance::Estimated => "estimated",
            Provenance::Partly => "at least",
            _ => "computed",
        };
        write!(f, "{:<20} {:>12}  {}, {who}", "", "", self.cost.amount)
    }
}
