//! Which of a card's rates apply to a request.

use nohop_types::Money;

use crate::bill::Doubt;
use crate::card::{Card, Charge, Condition};
use crate::facts::Facts;
use crate::meter::{Class, Form, Meter};
use crate::moment::Moment;
use crate::pack::Section;
use crate::packed::{Block, Row};
use crate::sum::term_sum;
use crate::when::By;

/// How many meters there can be: those of tokens, and behind them the others.
const SLOTS: usize = Meter::TOKENS + 32;

/// How long a rate and a condition are.
const RATE: usize = Section::SIZES[Section::Rates as usize];
const WHEN: usize = Section::SIZES[Section::Whens as usize];

/// What conditions are about.
pub(crate) struct Situation<'a> {
    /// How many tokens the prompt has, cached or not.
    prompt: u64,
    moment: Moment,
    /// What is so of the request, by what it is about, and the sums of that.
    said: [Option<&'a str>; By::ALL.len()],
    sums: [u32; By::ALL.len()],
}

/// The rates that apply, by meter.
pub(crate) struct Chosen<'a> {
    block: &'a Block,
    /// The card's rates, and all conditions.
    rates: &'a [u8],
    whens: &'a [u8],
    /// The place of the rate among the card's, counted from one.
    slots: [u16; SLOTS],
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
    pub(crate) price: Money,
    pub(crate) doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Holds {
    No,
    Yes,
    /// What it asks about was not told.
    Perhaps,
}

impl<'a> Situation<'a> {
    pub(crate) fn new(
        prompt: u64,
        tier: Option<&'a str>,
        facts: &Facts<'a>,
        moment: Moment,
    ) -> Self {
        let Facts { processing, speed, region, search, door, .. } = facts;
        let said = [tier, *processing, *speed, *region, *search, *door];
        let mut sums = [0; By::ALL.len()];
        for (place, word) in said.iter().enumerate() {
            if let Some(word) = word {
                sums[place] = term_sum(place as u8, word);
            }
        }
        Self { prompt, moment, said, sums }
    }

    fn holds(&self, when: Condition<'_>) -> Holds {
        // All of it is there, or none: nothing is checked again for every number.
        let Some(row) = when.row.0.first_chunk::<WHEN>() else { return Holds::No };
        let long = |at: usize| u32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
        let short = |at: usize| u16::from_le_bytes([row[at], row[at + 1]]);
        let day = self.moment.day;
        if self.prompt < long(0).into() || day < short(6) || day >= short(8) {
            return Holds::No;
        }
        let mut holds = Holds::Yes;
        for place in 0..usize::from(row[5]).min(4) {
            let sum = long(16 + place * 4);
            let by = (sum >> 28) as usize;
            match self.said.get(by).copied().flatten() {
                None if by == By::Search as usize => holds = Holds::Perhaps,
                Some(said)
                    if self.sums[by] == sum
                        && when.word(long(32 + place * 4)) == said.as_bytes() => {}
                _ => return Holds::No,
            }
        }
        let Moment { weekday, minute, .. } = self.moment;
        if row[12] > 0 && !when.windows().any(|window| window.holds(weekday, minute)) {
            return Holds::No;
        }
        holds
    }

    /// Whether the request is of a kind that has prices of its own, where it has any.
    fn is_special(&self) -> bool {
        [By::Tier, By::Processing, By::Speed].iter().any(|by| self.said[*by as usize].is_some())
    }

    /// The factors that apply, with their conditions.
    pub(crate) fn factors<'b>(&self, card: Card<'b>) -> Vec<(Condition<'b>, u32)> {
        if !card.has_factors() {
            return Vec::new();
        }
        card.factors().filter(|(condition, _)| self.holds(*condition) == Holds::Yes).collect()
    }
}

impl<'a> Chosen<'a> {
    pub(crate) fn of(card: Card<'a>, situation: &Situation<'_>) -> Self {
        let first = card.row.u32(0) as usize * RATE;
        let len = usize::from(card.row.u16(4)) * RATE;
        let rates = card.block.slice(Section::Rates).get(first..first + len).unwrap_or_default();
        let mut chosen = Self {
            block: card.block,
            rates,
            whens: card.block.slice(Section::Whens),
            slots: [0; SLOTS],
            unclear: 0,
            perhaps: 0,
            excess: Vec::new(),
        };
        let mut ranks = Ranks::default();
        let mut number = 0_u16;
        let mut left = rates;
        while let Some((row, _)) = left.split_first_chunk::<RATE>() {
            let alike = usize::from(row[7]) + 1;
            let (group, rest) = left.split_at(left.len().min(alike * RATE));
            let when = chosen.condition(u16::from_le_bytes([row[2], row[3]]));
            let holds = situation.holds(when);
            if holds != Holds::No {
                let excess = when.is_excess();
                for (place, row) in (1..).zip(group.chunks_exact(RATE)) {
                    chosen.take(number + place, Row(row), holds, excess, &mut ranks);
                }
            }
            number += alike as u16;
            left = rest;
        }
        chosen
    }

    fn take(&mut self, number: u16, row: Row<'a>, holds: Holds, excess: bool, ranks: &mut Ranks) {
        let (code, place) = (row.u8(0), row.u16(2));
        let slot = slot(code);
        let Some(known) = self.slots.get(slot).copied() else { return };
        if excess && usize::from(code) < Meter::TOKENS {
            let when = self.condition(place);
            let charge = Charge { block: self.block, row };
            self.excess.push((code, when.least().saturating_sub(1).into(), charge));
            return;
        }
        let bit = 1_u128 << slot;
        if known == 0 {
            self.slots[slot] = number;
            let perhaps = if holds == Holds::Perhaps { bit } else { 0 };
            (self.unclear, self.perhaps) = (self.unclear | perhaps, self.perhaps | perhaps);
            return;
        }
        match (holds, self.perhaps & bit != 0) {
            // What was not asked for is as it usually is.
            (Holds::Yes, true) => {
                self.slots[slot] = number;
                (self.unclear, self.perhaps) = (self.unclear & !bit, self.perhaps & !bit);
                return;
            }
            (Holds::Perhaps, false) => return,
            _ => {}
        }
        let other = self.row(known);
        let replaces = match ranks.of(self, other.u16(2), place) {
            Rank::Special => false,
            Rank::General => true,
            // Nothing says which of the two it is.
            Rank::Neither => {
                let (mine, theirs) = (self.price(other), self.price(row));
                self.unclear |= if mine == theirs { 0 } else { bit };
                theirs > mine
            }
        };
        if replaces {
            self.slots[slot] = number;
        }
    }

    fn row(&self, number: u16) -> Row<'a> {
        let start = usize::from(number.saturating_sub(1)) * RATE;
        Row(self.rates.get(start..start + RATE).unwrap_or_default())
    }

    fn price(&self, row: Row<'_>) -> Money {
        Money::from_atto(self.block.price(row.u32(4) & 0x00ff_ffff))
    }

    fn condition(&self, place: u16) -> Condition<'a> {
        let start = usize::from(place) * WHEN;
        let row = Row(self.whens.get(start..start + WHEN).unwrap_or_default());
        Condition { block: self.block, row }
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

    /// The rate of a class whatever the form; that for `form` where there is no such, and that of the class above
    /// where there is none of both.
    fn any(&self, class: Class, form: Form) -> Option<Applied<'a>> {
        let (mut at, mut guess) = (class, false);
        loop {
            let meters = [Meter::Tokens(at, Form::Any), Meter::Tokens(at, form)];
            if let Some(meter) = meters.into_iter().find(|meter| self.has(*meter)) {
                let rate = self.at(meter)?;
                return Some(Applied {
                    doubt: rate.doubt.max(guess.then_some(Doubt::Assumed)),
                    ..rate
                });
            }
            let parent = at.parent()?;
            guess |= is_guess(at, parent);
            at = parent;
        }
    }

    fn has(&self, meter: Meter) -> bool {
        self.slots.get(slot(meter.code())).is_some_and(|number| *number > 0)
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
            (Some(own), Some(above)) if own.price != above.price => {
                let dearer = if own.price > above.price { own } else { above };
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
        let number = self.slots.get(slot).copied().filter(|number| *number > 0)?;
        let row = self.row(number);
        let unclear = self.unclear & (1 << slot) != 0;
        let charge = Charge { block: self.block, row };
        Some(Applied { charge, price: self.price(row), doubt: unclear.then_some(Doubt::Dearer) })
    }

    /// Whether a rate was made for such a request.
    fn is_meant(&self, charge: Charge<'_>, situation: &Situation<'_>) -> bool {
        let when = self.condition(charge.row.u16(2));
        let made = |by: By| when.terms().any(|(term, _)| term == by as u8);
        [By::Tier, By::Processing, By::Speed]
            .iter()
            .all(|by| situation.said[*by as usize].is_none() || made(*by))
    }
}

/// How the conditions of two rates are to each other.
#[derive(Clone, Copy)]
enum Rank {
    /// The first says all that the second does.
    Special,
    /// The second says all that the first does, or as much and later.
    General,
    Neither,
}

/// The ranks that were asked for last: rates that share their conditions follow each other.
#[derive(Default)]
struct Ranks {
    last: Option<(u16, u16, Rank)>,
}

impl Ranks {
    fn of(&mut self, chosen: &Chosen<'_>, one: u16, other: u16) -> Rank {
        if let Some((known, next, rank)) = self.last
            && (known, next) == (one, other)
        {
            return rank;
        }
        let (first, second) = (chosen.condition(one), chosen.condition(other));
        let rank = match (first.implies(second), second.implies(first)) {
            (true, true) if second.from() > first.from() => Rank::General,
            (true, _) => Rank::Special,
            (false, true) => Rank::General,
            (false, false) => Rank::Neither,
        };
        self.last = Some((one, other, rank));
        rank
    }
}

/// The rate of one class for another.
fn stands_in<'a>(class: Class, parent: Class, rate: Applied<'a>) -> Option<Applied<'a>> {
    let guess = is_guess(class, parent).then_some(Doubt::Assumed);
    Some(Applied { doubt: rate.doubt.max(guess), ..rate })
}

/// Whether it is a guess that one class costs what the other does.
///
/// That caches cost what the prompt does is one, and so that a cache costs the same however long it lives. Thinking
/// costs what the answer does everywhere.
fn is_guess(class: Class, parent: Class) -> bool {
    match class {
        Class::CacheRead | Class::CacheWrite => true,
        Class::CacheWrite1h | Class::CacheWrite12h => parent == Class::CacheWrite,
        _ => false,
    }
}

fn slot(code: u8) -> usize {
    let code = usize::from(code);
    if code < Meter::TOKENS { code } else { code.saturating_sub(128) + Meter::TOKENS }
}
