//! Which of a card's rates apply to a request.

use nohop_types::Money;

use crate::bill::Doubt;
use crate::card::{Card, Condition};
use crate::meter::{Class, Form, Meter};
use crate::pack::Section;
use crate::packed::Block;
use crate::sets::{Sets, Told, settle};
use crate::situation::{Holds, Situation};

/// The rates that apply, by meter.
pub(crate) struct Chosen<'a> {
    card: Card<'a>,
    situation: &'a Situation<'a>,
    table: Table<'a>,
    slots: &'a mut Slots,
}

/// A slot for each meter, by its code.
pub(crate) type Slots = [Slot; Meter::COUNT];

/// Which rate applies to a meter: one more than its place on the card, and above that by what its condition asks. It is
/// nothing where there is none.
#[derive(Clone, Copy)]
pub(crate) struct Slot(u32);

/// It can not be told which of several applies.
const UNCLEAR: u32 = 1 << 24;

impl Slot {
    pub(crate) const NONE: Slots = [Self(0); Meter::COUNT];
}

/// A rate, and what is not certain about it.
#[derive(Clone, Copy)]
pub(crate) struct Applied {
    /// As it is packed.
    rate: u64,
    /// By what its condition asks.
    pub(crate) asks: u8,
    pub(crate) doubt: Option<Doubt>,
}

impl Applied {
    /// The code of the meter that it is for.
    pub(crate) fn code(self) -> u8 {
        self.rate as u8
    }
}

impl<'a> Chosen<'a> {
    /// Fills `slots`, which are empty.
    #[inline]
    pub(crate) fn of(card: Card<'a>, situation: &'a Situation<'a>, slots: &'a mut Slots) -> Self {
        let mut chosen = Self { card, situation, table: Table::of(card), slots };
        chosen.fill();
        chosen
    }

    fn fill(&mut self) {
        let (card, situation, table) = (self.card, self.situation, self.table);
        if card.is_plain() {
            for (place, rate) in table.rates.iter().enumerate() {
                self.put(rate[0], Told { place, asks: 0, unclear: false });
            }
        } else if let Some(sets) = card.sets().and_then(|own| Sets::of(own, situation, card.block))
        {
            let price = |place| table.price(table.rate(place));
            sets.rates(price, |code, told| self.put(code, told));
        } else {
            self.look_at_each();
        }
    }

    /// Chooses on a card with more conditions than fit into a set.
    fn look_at_each(&mut self) {
        let table = self.table;
        let mut first = 0;
        for alike in table.rates.chunk_by(|one, next| one[0] == next[0]) {
            let code = alike.first().map_or(0, |rate| rate[0]);
            let is_meant =
                |when: Condition<'_>| !when.is_excess() || usize::from(code) >= Meter::TOKENS;
            let own = (first..first + alike.len()).map(|place| {
                let when = table.condition(table.rate(place));
                (place, when, self.situation.holds(when))
            });
            let own: Vec<_> =
                own.filter(|(_, when, holds)| is_meant(*when) && *holds != Holds::No).collect();
            // What was not asked for is as it usually is.
            let is_sure = own.iter().any(|(.., holds)| *holds == Holds::Yes);
            let some = own.iter().filter(|(.., holds)| !is_sure || *holds == Holds::Yes);
            let when = |place| table.condition(table.rate(place)).to_when();
            let before = |one, other| when(one).goes_before(&when(other));
            let price = |place| table.price(table.rate(place));
            if let Some((place, unclear)) = settle(some.map(|(place, ..)| *place), before, price) {
                let asks = table.condition(table.rate(place)).asks();
                self.put(code, Told { place, asks, unclear: unclear || !is_sure });
            }
            first += alike.len();
        }
    }

    #[inline]
    fn put(&mut self, code: u8, told: Told) {
        let Told { place, asks, unclear } = told;
        if let Some(slot) = self.slots.get_mut(usize::from(code)) {
            let state = if unclear { UNCLEAR } else { 0 };
            *slot = Slot((place as u32 + 1) | u32::from(asks) << 16 | state);
        }
    }

    /// The prices of a meter's tokens past bounds: the first token that each is for, and the price.
    pub(crate) fn past(&self, code: u8) -> Vec<(u64, Money)> {
        let Self { table, situation, .. } = self;
        let own = table.rates.iter().filter(|rate| rate[0] == code);
        let own = own.map(|rate| u64::from_le_bytes(*rate)).filter(|rate| {
            let when = table.condition(*rate);
            when.is_excess() && situation.holds(when) != Holds::No
        });
        let bound = |rate| table.condition(rate).least().saturating_sub(1).into();
        own.map(|rate| (bound(rate), Money::from_atto(table.price(rate)))).collect()
    }

    /// What a rate is.
    #[inline]
    pub(crate) fn price(&self, rate: Applied) -> Money {
        Money::from_atto(self.table.price(rate.rate))
    }

    /// The rate of what is not a token.
    pub(crate) fn other(&self, meter: Meter) -> Option<Applied> {
        self.at(meter.code())
    }

    /// The rate for tokens of a class and form; `form` is `None` where nobody told it.
    #[inline]
    pub(crate) fn tokens(&self, class: Class, form: Option<Form>) -> Option<Applied> {
        let own = self.at(cell(class, form.unwrap_or(Form::Any)));
        let mut applied = match (own, form) {
            (Some(own), _) => own,
            (None, None) => self.any(class, Form::Text)?,
            (None, Some(form)) => self.formed(class, form)?,
        };
        // It was not made for such a request.
        if self.situation.special() & !applied.asks != 0 && applied.doubt.is_none() {
            applied.doubt = Some(Doubt::Assumed);
        }
        Some(applied)
    }

    /// The rate of a class whatever the form; that for `form` where there is no such, and that of the class above
    /// where there is none of both.
    fn any(&self, class: Class, form: Form) -> Option<Applied> {
        let (mut at, mut guess) = (class, false);
        loop {
            let own = self.at(cell(at, Form::Any)).or_else(|| self.at(cell(at, form)));
            if let Some(rate) = own {
                let doubt = rate.doubt.max(guess.then_some(Doubt::Assumed));
                return Some(Applied { doubt, ..rate });
            }
            let parent = at.parent()?;
            guess |= is_guess(at, parent);
            at = parent;
        }
    }

    /// The rate of a class and form that has none of its own. Where there is one for the class in any form, and one for
    /// the form in the class above, either may be meant, and the dearer is taken.
    fn formed(&self, class: Class, form: Form) -> Option<Applied> {
        let own = self.at(cell(class, Form::Any));
        let above = class.parent().and_then(|parent| {
            self.only(parent, form).map(|above| stands_in(class, parent, above))
        });
        match (own, above) {
            (Some(own), Some(above)) if self.price(own) != self.price(above) => {
                let dearer = if self.price(own) > self.price(above) { own } else { above };
                Some(Applied { doubt: Some(Doubt::Dearer), ..dearer })
            }
            (Some(own), _) => Some(own),
            (None, Some(above)) => Some(above),
            (None, None) => {
                let parent = class.parent()?;
                self.any(parent, form).map(|above| stands_in(class, parent, above))
            }
        }
    }

    /// The rate of a form alone, in this class or one above it.
    fn only(&self, class: Class, form: Form) -> Option<Applied> {
        self.at(cell(class, form)).or_else(|| self.only(class.parent()?, form))
    }

    /// The rate of a meter that has one of its own.
    #[inline]
    fn at(&self, code: u8) -> Option<Applied> {
        let slot = self.slots.get(usize::from(code)).filter(|slot| slot.0 != 0)?;
        let rate = self.table.rate((slot.0 & 0xffff) as usize - 1);
        let doubt = if slot.0 & UNCLEAR != 0 { Some(Doubt::Dearer) } else { None };
        Some(Applied { rate, asks: (slot.0 >> 16) as u8, doubt })
    }
}

/// What the numbers in the rates of a card say.
#[derive(Clone, Copy)]
struct Table<'a> {
    block: &'a Block,
    /// The rates of the card, meter by meter.
    rates: &'a [[u8; RATE]],
    /// All conditions and all prices.
    whens: &'a [u8],
    prices: &'a [[u8; PRICE]],
}

/// How long a rate and a price are.
const RATE: usize = Section::SIZES[Section::Rates as usize];
const PRICE: usize = Section::SIZES[Section::Prices as usize];

impl<'a> Table<'a> {
    fn of(card: Card<'a>) -> Self {
        let block = card.block;
        let first = card.row.u32(0) as usize;
        let rates = block.slice(Section::Rates).as_chunks().0;
        let rates = rates.get(first..first + usize::from(card.row.u16(4))).unwrap_or_default();
        let whens = block.slice(Section::Whens);
        Self { block, rates, whens, prices: block.slice(Section::Prices).as_chunks().0 }
    }

    fn rate(self, place: usize) -> u64 {
        self.rates.get(place).map_or(0, |rate| u64::from_le_bytes(*rate))
    }

    fn price(self, rate: u64) -> u128 {
        let price = self.prices.get((rate >> 32) as usize);
        price.map_or(0, |price| u128::from_le_bytes(*price))
    }

    fn condition(self, rate: u64) -> Condition<'a> {
        Condition::among(self.block, self.whens, (rate >> 16) as u16)
    }
}

/// The rate of one class for another.
fn stands_in(class: Class, parent: Class, rate: Applied) -> Applied {
    let guess = is_guess(class, parent).then_some(Doubt::Assumed);
    Applied { doubt: rate.doubt.max(guess), ..rate }
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

/// The code of tokens of a class and form.
fn cell(class: Class, form: Form) -> u8 {
    Meter::Tokens(class, form).code()
}
