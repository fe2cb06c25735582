//! Which of a card's rates apply to a request.

use crate::bill::Doubt;
use crate::card::{Card, Charge, Condition};
use crate::facts::Facts;
use crate::meter::{Class, Form, Meter};
use crate::moment::Moment;
use crate::when::By;

/// How many meters there can be: those of tokens, and behind them the others.
const SLOTS: usize = Meter::TOKENS + 32;

/// What conditions are about.
pub(crate) struct Situation<'a> {
    /// How many tokens the prompt has, cached or not.
    pub(crate) prompt: u64,
    pub(crate) tier: Option<&'a str>,
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) moment: Moment,
}

/// The rates that apply, by meter.
pub(crate) struct Chosen<'a> {
    charges: [Option<Charge<'a>>; SLOTS],
    /// Of which meters it can not be told which rate applies.
    unclear: u128,
    /// Of which meters it was not told whether the rate applies.
    perhaps: u128,
    /// Rates for the tokens past a bound: the meter, the first token that they are for, and the rate.
    pub(crate) excess: Vec<(u8, u64, Charge<'a>)>,
}

/// A rate, and what is not certain about it.
#[derive(Clone, Copy)]
pub(crate) struct Applied<'a> {
    pub(crate) charge: Charge<'a>,
    pub(crate) doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Holds {
    No,
    Yes,
    /// What it asks about was not told.
    Perhaps,
}

impl Situation<'_> {
    fn holds(&self, when: Condition<'_>) -> Holds {
        let day = self.moment.day;
        if self.prompt < when.least().into() || day < when.from() || day >= when.until() {
            return Holds::No;
        }
        let mut holds = Holds::Yes;
        for (by, word) in when.terms() {
            let said = self.said(by);
            if said.is_none() && by == By::Search as u8 {
                holds = Holds::Perhaps;
            } else if said.map(str::as_bytes) != Some(when.word(word)) {
                return Holds::No;
            }
        }
        let mut windows = when.windows().peekable();
        let Moment { weekday, minute, .. } = self.moment;
        if windows.peek().is_some() && !windows.any(|window| window.holds(weekday, minute)) {
            return Holds::No;
        }
        holds
    }

    fn said(&self, by: u8) -> Option<&str> {
        let Facts { processing, speed, region, search, door, .. } = self.facts;
        let all = [self.tier, *processing, *speed, *region, *search, *door];
        all.get(usize::from(by)).copied().flatten()
    }

    /// Whether the request is of a kind that has prices of its own, where it has any.
    fn is_special(&self) -> bool {
        self.tier.is_some() || self.facts.processing.is_some() || self.facts.speed.is_some()
    }

    /// The factors that apply to what is charged under `when`, in thousandths: one that the charge was made for
    /// is in its price already.
    pub(crate) fn factors(&self, card: Card<'_>, when: Condition<'_>) -> impl Iterator<Item = u32> {
        let applies = move |condition: Condition<'_>| {
            let priced = condition.terms().any(|term| when.terms().any(|own| own == term));
            !priced && self.holds(condition) == Holds::Yes
        };
        card.factors().filter(move |(condition, _)| applies(*condition)).map(|(_, milli)| milli)
    }
}

impl<'a> Chosen<'a> {
    pub(crate) fn of(card: Card<'a>, situation: &Situation<'_>) -> Self {
        let mut chosen =
            Self { charges: [None; SLOTS], unclear: 0, perhaps: 0, excess: Vec::new() };
        let mut last = (u16::MAX, Holds::No);
        for charge in card.charges() {
            let place = charge.row.u16(2);
            if last.0 != place {
                last = (place, situation.holds(charge.when()));
            }
            if last.1 != Holds::No {
                chosen.take(charge, last.1);
            }
        }
        chosen
    }

    fn take(&mut self, charge: Charge<'a>, holds: Holds) {
        let code = charge.row.u8(0);
        let slot = slot(code);
        let Some(known) = self.charges.get_mut(slot) else { return };
        let when = charge.when();
        if when.is_excess() && usize::from(code) < Meter::TOKENS {
            self.excess.push((code, when.least().saturating_sub(1).into(), charge));
            return;
        }
        let unclear = 1_u128 << slot;
        let Some(other) = known else {
            *known = Some(charge);
            let bit = if holds == Holds::Perhaps { unclear } else { 0 };
            (self.unclear, self.perhaps) = (self.unclear | bit, self.perhaps | bit);
            return;
        };
        match (holds, self.perhaps & unclear != 0) {
            // What was not asked for is as it usually is.
            (Holds::Yes, true) => {
                *known = Some(charge);
                (self.unclear, self.perhaps) = (self.unclear & !unclear, self.perhaps & !unclear);
                return;
            }
            (Holds::Perhaps, false) => return,
            _ => {}
        }
        let (special, general) = (other.when().implies(when), when.implies(other.when()));
        let replaces = match (special, general) {
            (true, true) => when.from() > other.when().from(),
            (true, false) => false,
            (false, true) => true,
            // Nothing says which of the two it is.
            (false, false) => {
                self.unclear |= if other.price() == charge.price() { 0 } else { unclear };
                charge.price() > other.price()
            }
        };
        if replaces {
            *known = Some(charge);
        }
    }

    /// The rate of what is not a token.
    pub(crate) fn other(&self, meter: Meter) -> Option<Applied<'a>> {
        self.at(meter)
    }

    /// The rate for tokens of a class and form; `form` is `None` where nobody told it.
    pub(crate) fn tokens(
        &self,
        class: Class,
        form: Option<Form>,
        situation: &Situation<'_>,
    ) -> Option<Applied<'a>> {
        let mut applied = match form {
            None => self.any(class, Form::Text)?,
            Some(form) => self.formed(class, form)?,
        };
        if applied.doubt.is_none()
            && situation.is_special()
            && !self.is_meant(applied.charge, situation)
        {
            applied.doubt = Some(Doubt::Assumed);
        }
        Some(applied)
    }

    /// The rate of a class whatever the form; that for `form` where there is no such.
    fn any(&self, class: Class, form: Form) -> Option<Applied<'a>> {
        let own = self.at(Meter::Tokens(class, Form::Any));
        own.or_else(|| self.at(Meter::Tokens(class, form))).or_else(|| {
            let parent = class.parent()?;
            stands_in(class, parent, self.any(parent, form)?)
        })
    }

    /// The rate of a class and form. Where there is one for the class in any form, and one for the form in the class
    /// above, either may be meant, and the dearer is taken.
    fn formed(&self, class: Class, form: Form) -> Option<Applied<'a>> {
        if let Some(own) = self.at(Meter::Tokens(class, form)) {
            return Some(own);
        }
        let own = self.at(Meter::Tokens(class, Form::Any));
        let above = class.parent().and_then(|parent| {
            self.only(parent, form).and_then(|above| stands_in(class, parent, above))
        });
        match (own, above) {
            (Some(own), Some(above)) if own.charge.price() != above.charge.price() => {
                let dearer = if own.charge.price() > above.charge.price() { own } else { above };
                Some(Applied { doubt: Some(Doubt::Dearer), ..dearer })
            }
            (Some(own), _) => Some(own),
            (None, Some(above)) => Some(above),
            (None, None) => {
                let parent = class.parent();
                parent.and_then(|parent| stands_in(class, parent, self.any(parent, form)?))
            }
        }
    }

    /// The rate of a form alone, in this class or one above it.
    fn only(&self, class: Class, form: Form) -> Option<Applied<'a>> {
        self.at(Meter::Tokens(class, form)).or_else(|| self.only(class.parent()?, form))
    }

    fn at(&self, meter: Meter) -> Option<Applied<'a>> {
        let slot = slot(meter.code());
        let charge = self.charges.get(slot).copied().flatten()?;
        let unclear = self.unclear & (1 << slot) != 0;
        Some(Applied { charge, doubt: unclear.then_some(Doubt::Dearer) })
    }

    /// Whether a rate was made for such a request.
    fn is_meant(&self, charge: Charge<'_>, situation: &Situation<'_>) -> bool {
        let made = |by: By| charge.when().terms().any(|(term, _)| term == by as u8);
        let facts = situation.facts;
        (situation.tier.is_none() || made(By::Tier))
            && (facts.processing.is_none() || made(By::Processing))
            && (facts.speed.is_none() || made(By::Speed))
    }
}

/// The rate of one class for another.
///
/// That caches cost what the prompt does is a guess, and so that a cache costs the same however long it lives. Thinking
/// costs what the answer does everywhere.
fn stands_in<'a>(class: Class, parent: Class, rate: Applied<'a>) -> Option<Applied<'a>> {
    let guess = match class {
        Class::CacheRead | Class::CacheWrite => true,
        Class::CacheWrite1h | Class::CacheWrite12h => parent == Class::CacheWrite,
        _ => false,
    };
    Some(Applied { doubt: rate.doubt.max(guess.then_some(Doubt::Assumed)), ..rate })
}

fn slot(code: u8) -> usize {
    let code = usize::from(code);
    if code < Meter::TOKENS { code } else { code.saturating_sub(128) + Meter::TOKENS }
}
